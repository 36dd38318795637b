from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.fields import clean_choices
from courses.questions import KINDS, Question, score_answers
from courses.questions.kinds import comparable
from courses.questions.scoring import order_for

ids = st.sampled_from("abcdefgh")


@st.composite
def questions(draw, kinds=("single", "multiple", "truefalse", "text")):
    kind = draw(st.sampled_from(kinds))
    if kind == "truefalse":
        true = draw(st.booleans())
        choices = [
            {"id": "true", "text": "", "right": true, "feedback": ""},
            {"id": "false", "text": "", "right": not true, "feedback": ""},
        ]
    elif kind == "text":
        texts = draw(st.lists(st.text(min_size=1, max_size=20).filter(str.strip), min_size=1, max_size=4, unique=True))
        choices = [
            {"id": str(number), "text": text, "right": True, "feedback": ""} for number, text in enumerate(texts)
        ]
    else:
        names = draw(st.lists(ids, min_size=2, max_size=6, unique=True))
        how_many = 1 if kind == "single" else draw(st.integers(1, len(names)))
        right = set(draw(st.permutations(names))[:how_many])
        choices = [{"id": name, "text": name, "right": name in right, "feedback": f"om {name}"} for name in names]
    return Question(kind=kind, choices=choices, key=draw(st.uuids()).hex, text="Fråga?", explanation="Därför.")


def pair(question):
    kind = KINDS[question.kind]
    return kind.public(question), kind.secret(question)


@given(
    questions(),
    st.one_of(st.none(), st.text(), st.lists(st.text()), st.integers(), st.dictionaries(ids, ids)),
)
def test_any_answer_is_worth_between_nothing_and_one(question, answer):
    public, secret = pair(question)
    assert 0 <= KINDS[question.kind].grade(public, secret, answer) <= 1


@given(questions(), st.lists(st.one_of(ids, st.text(max_size=300)), max_size=8))
def test_whatever_is_posted_parses_to_an_answer_that_can_be_graded(question, values):
    public, secret = pair(question)
    kind = KINDS[question.kind]
    answer = kind.parse(public, values)
    assert 0 <= kind.grade(public, secret, answer) <= 1
    assert kind.parse(public, values) == answer


@given(questions())
def test_the_right_answer_is_worth_one_and_no_answer_nothing(question):
    public, secret = pair(question)
    kind = KINDS[question.kind]
    right = [choice["id"] for choice in question.choices if choice["right"]]
    posted = [question.choices[0]["text"]] if question.kind == "text" else right
    answer = kind.parse(public, posted)
    if answer is not None:  # a text of control characters alone is no answer
        assert kind.grade(public, secret, answer) == 1
    assert kind.grade(public, secret, None) == 0


@given(questions(kinds=("multiple",)), st.lists(ids, max_size=8))
def test_partial_credit_is_right_choices_less_wrong_ones_and_never_negative(question, values):
    public, secret = pair(question)
    kind = KINDS["multiple"]
    answer = kind.parse(public, values)
    right = {choice["id"] for choice in question.choices if choice["right"]}
    chosen = {choice["id"] for choice in question.choices} & set(values)
    slow = 0
    for choice in chosen:
        slow += 1 if choice in right else -1
    assert kind.grade(public, secret, answer) == max(Fraction(0), Fraction(slow, len(right)))


@given(questions())
def test_what_is_public_tells_nothing_of_what_is_right(question):
    """Turning every mark around, and changing explanation and feedback, leaves the public part as it was."""
    other = Question(
        kind=question.kind,
        choices=[{**choice, "right": not choice["right"], "feedback": "annat"} for choice in question.choices],
        key=question.key,
        text=question.text,
        explanation="annan",
    )
    public = KINDS[question.kind].public(question)
    assert public == KINDS[question.kind].public(other)
    assert not {"right", "explanation", "feedback", "accepted"} & set(public)


@pytest.mark.parametrize(
    ("given_text", "case", "accents", "same"),
    [
        ("Lyssna", True, True, True),
        ("  lyssna. ", False, False, True),
        ("lyssna!", False, False, True),
        ("lyssna !!.", False, False, True),
        ("!", True, True, False),
        ("LYSSNA", False, True, False),
        ("lyssná", True, True, True),
        ("lyssná", True, False, False),
        ("lyss na", True, True, False),
    ],
)
def test_case_and_accents_are_forgiven_by_choice(given_text, case, accents, same):
    forgiving = {"case": case, "accents": accents}
    assert (comparable(given_text, **forgiving) == comparable("lyssna", **forgiving)) is same


def test_short_answers_with_swedish_letters_are_told_apart_unless_accents_are_forgiven():
    assert comparable("Råd", case=True, accents=False) != comparable("rad", case=True, accents=False)
    assert comparable("Råd", case=True, accents=True) == comparable("rad", case=True, accents=True)


@given(
    st.lists(questions(), min_size=1, max_size=8, unique_by=lambda question: question.key),
    st.integers(1, 100),
    st.data(),
)
def test_a_test_is_passed_exactly_when_its_share_of_points_reaches_the_mark(asked, mark, data):
    public = [KINDS[question.kind].public(question) for question in asked]
    keys = {question.key: KINDS[question.kind].secret(question) for question in asked}
    answers = {}
    for question in asked:
        if data.draw(st.booleans()):
            right = [choice["id"] for choice in question.choices if choice["right"]]
            answers[question.key] = {"text": question.choices[0]["text"], "multiple": right}.get(
                question.kind, right[0]
            )
    score = score_answers(public, keys, answers, pass_mark=mark)
    slow = sum(KINDS[q["kind"]].grade(q, keys[q["key"]], answers.get(q["key"])) for q in public)
    assert score.points == slow
    assert score.passed is (slow * 100 >= mark * len(public))
    assert score.percent <= slow * 100 / len(public) < score.percent + 1
    assert (score.percent >= mark) is score.passed  # what is shown never contradicts the verdict


def test_a_test_without_questions_is_never_passed():
    assert score_answers([], {}, {}, pass_mark=1).passed is False
    assert score_answers([], {}, {}, pass_mark=1).percent == 0


def test_a_question_that_lost_its_key_gives_nobody_a_point():
    public = [{"key": "x", "kind": "single", "choices": [{"id": "a", "text": "A"}]}]
    assert score_answers(public, {}, {"x": "a"}, pass_mark=50).points == 0


@given(
    st.lists(questions(), max_size=8, unique_by=lambda question: question.key),
    st.text(),
    st.booleans(),
    st.booleans(),
)
def test_shuffling_keeps_every_question_and_choice_and_gives_the_same_order_each_time(asked, seed, first, second):
    public = [KINDS[question.kind].public(question) for question in asked]
    rules = {"seed": seed, "shuffle_questions": first, "shuffle_choices": second}
    ordered = order_for(public, **rules)
    assert ordered == order_for(public, **rules)
    assert sorted(q["key"] for q in ordered) == sorted(q["key"] for q in public)
    originals = {q["key"]: q for q in public}
    for question in ordered:
        assert sorted(c["id"] for c in question["choices"]) == sorted(
            c["id"] for c in originals[question["key"]]["choices"]
        )
        if question["kind"] == "truefalse" or not second:
            assert question["choices"] == originals[question["key"]]["choices"]
    if not first:
        assert [q["key"] for q in ordered] == [q["key"] for q in public]


@pytest.mark.parametrize(
    ("kind", "choices", "words"),
    [
        ("single", [("a", "A", False), ("b", "B", False)], "No answer is marked as right"),
        ("single", [("a", "A", True), ("b", "B", True)], "Only one answer can be right"),
        ("single", [("a", "A", True)], "at least 2 answers"),
        ("multiple", [("a", "A", False), ("b", "B", False)], "Mark the right ones"),
        ("multiple", [("a", "A", True), ("b", " ", False)], "One answer is empty"),
        ("multiple", [("a", "A", True), ("b", "a", False)], "Two answers are the same"),
        ("truefalse", [("true", "", False), ("false", "", False)], "whether the statement is true"),
        ("truefalse", [("a", "A", True), ("b", "B", False)], "whether the statement is true"),
        ("text", [], "at least 1 answer"),
    ],
)
def test_the_author_is_told_what_is_wrong_with_a_question(kind, choices, words):
    from django.utils.translation import override

    rows = [{"id": identity, "text": text, "right": right, "feedback": ""} for identity, text, right in choices]
    with override("en"):
        assert any(words in problem for problem in KINDS[kind].problems(Question(kind=kind, choices=rows)))


@given(questions())
def test_a_good_question_has_no_problems_but_words_said_twice(question):
    texts = [choice["text"].strip().casefold() for choice in question.choices if choice["text"].strip()]
    if len(set(texts)) == len(texts):
        assert KINDS[question.kind].problems(question) == []


@given(st.text(), st.sampled_from(["\x00", "\ud800"]))
def test_what_no_database_takes_is_taken_out_of_answers_and_keys(text, bad):
    [choice] = clean_choices([{"text": text[:50] + bad, "right": True}])
    assert choice["text"] == text[:50].replace("\x00", "").strip()
    assert KINDS["text"].parse({}, [bad]) is None
