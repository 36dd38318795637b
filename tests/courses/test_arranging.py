"""Put in order, pair up, and a number: fair, forgiving, and nothing of the key in what the browser gets."""

import itertools
import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.blocks import PracticeQuestionBlock
from courses.fields import clean_choices
from courses.packs.errors import PackError
from courses.packs.questions import read_question, write_question
from courses.questions import KINDS, Question
from courses.questions.numeric import number_in
from courses.questions.scoring import drawn, order_for
from tests import builders
from tests.builders import answer_for

KIND_NAMES = ("order", "match", "number")
words = st.text(st.characters(categories=["Lu", "Ll", "Nd"]), min_size=1, max_size=12)
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=8,
)


def unique(size):
    return st.lists(words, min_size=size[0], max_size=size[1], unique_by=str.casefold)


@st.composite
def arranged(draw, kinds=KIND_NAMES):
    kind = draw(st.sampled_from(kinds))
    if kind == "number":
        row = {"id": "a", "text": str(draw(st.integers(-999, 9999)))}
        if draw(st.booleans()):
            row |= {"tolerance": draw(st.sampled_from(["0", "1", "2,5"])), "unit": draw(st.sampled_from(["st", "%"]))}
        rows = [row]
    elif kind == "order":
        rows = [{"id": "abcdefgh"[number], "text": text} for number, text in enumerate(draw(unique((2, 7))))]
    else:
        lefts = draw(unique((2, 6)))
        rights = draw(unique((len(lefts), len(lefts))))
        rows = [
            {"id": "abcdef"[number], "text": left, "pair": right}
            for number, (left, right) in enumerate(zip(lefts, rights, strict=True))
        ]
    return Question(kind=kind, choices=clean_choices(rows), key=draw(st.uuids()).hex, text="Hur?", explanation="Så.")


def parts(question):
    kind = KINDS[question.kind]
    return kind, kind.public(question), kind.secret(question)


def posted(question, answer):
    """The form's values for `answer`."""
    if question.kind == "order":
        return [f"{name}:{place}" for place, name in enumerate(answer, start=1)]
    if question.kind == "match":
        return [f"{left}:{right}" for left, right in answer.items()]
    return [answer]


@given(arranged())
def test_the_right_answer_is_worth_one_and_none_is_worth_nothing(question):
    kind, public, secret = parts(question)
    assert kind.problems(question) == []
    answer = kind.parse(public, posted(question, answer_for(public, secret, right=True)))
    assert kind.grade(public, secret, answer) == 1
    assert kind.is_whole(public, answer)
    assert kind.grade(public, secret, None) == 0
    assert not kind.is_whole(public, None)
    assert kind.grade(public, secret, answer_for(public, secret, right=False)) == 0


@given(arranged(), junk)
def test_any_answer_is_worth_between_nothing_and_one_and_can_be_shown(question, answer):
    kind, public, secret = parts(question)
    assert 0 <= kind.grade(public, secret, answer) <= 1
    kind.explained(public, secret, answer)
    kind.chosen(answer)
    kind.is_whole(public, answer)
    assert len(kind.filled_in(public, answer)) == len(public["choices"])


@given(arranged(), st.data())
def test_whatever_is_posted_parses_to_an_answer_that_can_be_kept_and_graded(question, data):
    kind, public, secret = parts(question)
    names = [entry["id"] for part in kind.shuffles for entry in public[part]]
    names += [choice["id"] for choice in public["choices"]]
    some = st.sampled_from(names) if names else words
    value = st.text(max_size=30) | st.builds("{}:{}".format, some, some | st.integers(0, 9))
    values = data.draw(st.lists(value, max_size=8))
    answer = kind.parse(public, values)
    assert json.loads(json.dumps(answer)) == answer
    assert 0 <= kind.grade(public, secret, answer) <= 1
    kind.filled_in(public, None, values)


@given(arranged(kinds=("order",)), st.randoms())
def test_what_is_public_is_the_same_whatever_the_right_order(question, dice):
    rows = [dict(row) for row in question.choices]
    dice.shuffle(rows)
    other = Question(kind="order", choices=rows, key=question.key, text=question.text)
    assert KINDS["order"].public(question) == KINDS["order"].public(other)


@given(arranged(kinds=("match",)), st.randoms())
def test_what_is_public_is_the_same_whatever_the_right_pairs(question, dice):
    rights = [row["pair"] for row in question.choices]
    dice.shuffle(rights)
    rows = [{**row, "pair": pair} for row, pair in zip(question.choices, rights, strict=True)]
    other = Question(kind="match", choices=rows, key=question.key, text=question.text)
    assert KINDS["match"].public(question) == KINDS["match"].public(other)


@given(arranged(kinds=("number",)), st.integers(0, 9))
def test_what_is_public_is_the_same_whatever_the_right_number(question, number):
    [row] = question.choices
    other = Question(kind="number", choices=[{**row, "text": str(number)}], key=question.key, text=question.text)
    assert KINDS["number"].public(question) == KINDS["number"].public(other)


@given(arranged(kinds=("order", "match")), st.text(), st.booleans())
def test_order_and_pairs_are_shuffled_whatever_the_author_chose(question, seed, shuffle):
    kind, public, _secret = parts(question)
    [part] = kind.shuffles
    [asked] = order_for([public], seed=seed, shuffle_questions=False, shuffle_choices=shuffle)
    assert sorted(asked[part], key=str) == sorted(public[part], key=str)
    [same] = order_for([public], seed=seed, shuffle_questions=False, shuffle_choices=not shuffle)
    assert asked == same


def test_over_many_attempts_the_right_order_comes_as_often_as_any_other():
    kind, public, secret = parts(Question(kind="order", choices=[{"id": x, "text": x} for x in "abc"], key="k"))
    found = []
    for number in range(600):
        [asked] = order_for([public], seed=str(number), shuffle_questions=True, shuffle_choices=False)
        found.append([choice["id"] for choice in asked["choices"]])
    assert 60 < found.count(secret["right"]) < 140
    assert kind.grade(public, secret, secret["right"]) == 1


# What an order is worth


def order(texts="ABCD"):
    return parts(Question(kind="order", choices=[{"id": text, "text": text} for text in texts]))


@given(st.permutations("ABCDE"), st.integers(0, 3))
def test_two_neighbours_put_right_are_never_worth_less(given_order, place):
    kind, public, secret = order("ABCDE")
    names = dict(zip("ABCDE", secret["right"], strict=True))
    if given_order[place] > given_order[place + 1]:
        better = [*given_order]
        better[place], better[place + 1] = better[place + 1], better[place]
        worth = [kind.grade(public, secret, [names[x] for x in one]) for one in (given_order, better)]
        assert worth[0] <= worth[1]


def test_an_order_is_worth_its_pairs_less_those_that_are_wrong():
    kind, public, secret = order()
    a, b, c, d = secret["right"]
    assert kind.grade(public, secret, [b, a, c, d]) == Fraction(2, 3)
    assert kind.grade(public, secret, [d, c, b, a]) == 0
    worth = [kind.grade(public, secret, list(one)) for one in itertools.permutations(secret["right"])]
    assert worth.count(1) == 1
    assert sum(worth) / len(worth) < Fraction(1, 4)  # a guess
    assert kind.grade(public, secret, [a, b, c]) == kind.grade(public, secret, [a, b, c, c]) == 0


def test_an_order_is_no_answer_until_each_has_its_own_place_and_what_was_chosen_is_shown_again():
    kind, public, secret = order("ABC")
    a, b, c = secret["right"]
    for values in ([f"{a}:1", f"{b}:1", f"{c}:2"], [f"{a}:1", f"{b}:2"], [f"{a}:1", f"{b}:2", f"{c}:4"], ["", "x:1"]):
        assert kind.parse(public, values) is None
    rows = kind.filled_in(public, None, [f"{c}:1", f"{b}:1"])
    assert [row["place"] for row in rows] == [1, 1, None]
    assert rows[2]["text"] == "A"


def test_part_of_the_pairs_is_kept_and_earns_its_part():
    rows = [
        {"id": "l1", "text": "hör dåligt", "pair": "vänd dig mot"},
        {"id": "l2", "text": "har bråttom", "pair": "säg hur länge"},
    ]
    kind, public, secret = parts(Question(kind="match", choices=rows))
    answer = kind.parse(public, [f"l1:{secret['pairs']['l1']}", "l2:"])
    assert kind.grade(public, secret, answer) == Fraction(1, 2)
    assert not kind.is_whole(public, answer)
    [first, second] = kind.explained(public, secret, answer)["pairs"]
    assert (first["given"], first["is_right"]) == ("vänd dig mot", True)
    assert (second["given"], second["right"], second["is_right"]) == ("", "säg hur länge", False)


# Numbers


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("30", "", 30), (" 30 ", "", 30), ("30 st", "", 30), ("30 kompressioner", "kompressioner", 30),
        ("30 komp.", "kompressioner", 30), ("2,5", "", Fraction(5, 2)), ("2.5 m", "m", Fraction(5, 2)),
        ("1 000", "", 1000), ("1\u00a0000 kr", "kr", 1000), ("−4", "", -4), ("+4", "", 4), (",5", "", Fraction(1, 2)),
        ("5%", "%", 5), ("5 procent", "%", 5), ("5 %", "procent", 5), ("５", "", 5), ("30.", "", 30),
        ("30 KOMPRESSIONER", "kompressioner", 30), ("0,5 timmar", "minuter", None), ("trettio", "", None),
        ("", "", None), ("30:2", "", None), ("1.000,5", "", None), ("1e5", "", None), ("½", "", None),
        ("nan", "", None), ("inf", "", None), ("-", "", None),
    ],
)  # fmt: skip
def test_a_number_is_read_as_people_write_it(text, unit, number):
    assert number_in(text, unit=unit) == number


@given(st.text(), st.text(max_size=5))
def test_no_text_is_too_strange_to_be_no_number(text, unit):
    assert number_in(text, unit=unit) is None or isinstance(number_in(text, unit=unit), Fraction)


@given(st.integers(-10000, 10000), st.integers(0, 50), st.integers(-60, 60), st.sampled_from(["", " st", "st"]))
def test_a_number_is_right_exactly_within_its_tolerance(right, tolerance, off, unit):
    row = {"id": "a", "text": str(right), "tolerance": str(tolerance), "unit": "st"}
    kind, public, secret = parts(Question(kind="number", choices=[row]))
    answer = kind.parse(public, [f"{right + off}{unit}"])
    assert kind.grade(public, secret, answer) == (abs(off) <= tolerance)


# What an author is told, and packs


@pytest.mark.parametrize(
    ("kind", "rows", "said"),
    [
        ("order", [{"text": "A"}], "at least 2 answers"),
        ("order", [{"text": "A"}, {"text": ""}], "One answer is empty"),
        ("order", [{"text": "A"}, {"text": "a"}], "Two answers are the same"),
        ("match", [{"text": "A", "pair": "1"}], "2 to 6 pairs"),
        ("match", [{"text": x, "pair": x} for x in "ABCDEFG"], "2 to 6 pairs"),
        ("match", [{"text": "A", "pair": "1"}, {"text": "B"}], "incomplete"),
        ("match", [{"text": "A", "pair": "1"}, {"text": "B", "pair": "1"}], "same words stand in two pairs"),
        ("match", [{"text": "A", "pair": "1"}, {"text": "a", "pair": "2"}], "same words stand in two pairs"),
        ("number", [], "as a number in figures"),
        ("number", [{"text": "trettio"}], "as a number in figures"),
        ("number", [{"text": "30", "tolerance": "-1"}], "how far off"),
        ("number", [{"text": "30", "tolerance": "lite"}], "how far off"),
    ],
)
def test_the_author_is_told_what_is_wrong(kind, rows, said):
    from django.utils.translation import override

    with override("en"):
        problems = KINDS[kind].problems(Question(kind=kind, choices=clean_choices(rows)))
    assert len(problems) == 1
    assert said in problems[0]


@given(arranged(), junk)
def test_a_question_that_is_not_finished_can_be_published_by_code_and_asked_all_the_same(question, answer):
    """Publishing from code checks nothing: the learner's pages must stand it."""
    for rows in ([], question.choices[:1], [*question.choices, *question.choices], [{"id": "a", "text": ""}] * 2):
        kind, public, secret = parts(Question(kind=question.kind, choices=rows, key="k"))
        assert 0 <= kind.grade(public, secret, answer) <= 1
        kind.explained(public, secret, answer)
        order_for([public], seed="x", shuffle_questions=True, shuffle_choices=True)


PACKED = [
    {"kind": "order", "text": "Hur?", "items": ["Rädda", "Varna", 112]},
    {"kind": "match", "text": "Vem?", "pairs": [{"left": "Rök", "right": 112}, {"left": "Inbrott", "right": "114 14"}]},
    {"kind": "number", "text": "Hur många?", "answer": 30},
    {"kind": "number", "text": "Hur många?", "answer": "2,5", "tolerance": 0.5, "unit": "meter"},
]


@pytest.mark.parametrize("data", PACKED)
def test_the_new_kinds_survive_the_way_through_a_pack(data):
    question = read_question(data, "x")
    again = write_question(question)
    assert read_question(again, "x") == question
    assert clean_choices(question["choices"]) == question["choices"]  # opening it in the editor changes nothing
    assert again.keys() == data.keys()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"kind": "order", "items": "Rädda"}, "”items” är en lista"),
        ({"kind": "order", "items": ["Rädda"]}, "minst 2 svar"),
        ({"kind": "match", "pairs": ["Rädda"]}, "”pairs” är en lista"),
        ({"kind": "match", "pairs": [{"left": "A", "right": "B"}]}, "2 till 6 par"),
        ({"kind": "number"}, "med siffror"),
        ({"kind": "number", "answer": True}, "med siffror"),
    ],
)
def test_a_mistake_in_a_pack_is_told(data, said):
    with pytest.raises(PackError) as error:
        read_question({"text": "Hur?", **data}, "prov.yaml, fråga 1")
    assert said in str(error.value)


# Drawing some of them


@given(st.integers(0, 12), st.none() | st.integers(1, 15), st.text())
def test_as_many_are_drawn_as_asked_for_always_the_same_and_in_their_order(size, draw, seed):
    questions = [{"key": str(number), "kind": "text", "choices": []} for number in range(size)]
    chosen = drawn(questions, seed=seed, draw=draw)
    assert len(chosen) == min(size, draw or size)
    assert chosen == drawn(questions, seed=seed, draw=draw)
    assert [one for one in questions if one in chosen] == chosen
    asked = order_for(questions, seed=seed, shuffle_questions=True, shuffle_choices=True, draw=draw)
    assert {one["key"] for one in asked} == {one["key"] for one in chosen}


def test_every_question_is_drawn_about_as_often():
    questions = [{"key": number} for number in range(5)]
    times = [0] * 5
    for seed in range(500):
        for one in drawn(questions, seed=str(seed), draw=2):
            times[one["key"]] += 1
    assert min(times) > 150
    assert max(times) < 250


@pytest.mark.parametrize("texts", [("Hälsa", "Fråga"), ("Fråga", "Hälsa"), ("A", "B", "C"), ("C", "A", "B")])
def test_in_practice_it_is_never_dealt_in_the_right_order(texts):
    value = {"kind": "order", "text": "?", "choices": builders.choices(*texts), "explanation": ""}
    context = PracticeQuestionBlock().get_context(value)
    assert [row["id"] for row in context["rows"]] != context["secret"]["right"]
    assert sorted(row["text"] for row in context["rows"]) == sorted(texts)
