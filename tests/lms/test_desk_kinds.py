"""Put in order, pair up and write a number at the desk: with plain forms, saved on the way, explained afterwards."""

import uuid

import pytest

from courses.models import Question, QuizPage
from lms.models import QuizAttempt
from tests import builders
from tests.builders import address, answer_for, fields

ORDER = [{"id": text.lower(), "text": text, "right": False, "feedback": ""} for text in ("Rädda", "Varna", "Larma")]
PAIRS = [
    {"id": "a", "text": "Rök ur ett hus", "right": False, "feedback": "", "pair": "112"},
    {"id": "b", "text": "Inbrott i natt", "right": False, "feedback": "", "pair": "114 14"},
]
NUMBER = [{"id": "a", "text": "30", "right": True, "feedback": "", "tolerance": "2", "unit": "kompressioner"}]
KINDS = {"order": ORDER, "match": PAIRS, "number": NUMBER}


@pytest.fixture
def quiz(request, index):
    page = QuizPage(title="Larm", slug="larm", shuffle_questions=False, shuffle_choices=False)
    page.questions = [
        Question(key=uuid.uuid4(), kind=kind, text=f"Fråga om {kind}?", choices=KINDS[kind], explanation="Därför.")
        for kind in request.param
    ]
    return builders.publish(page, builders.make_course())


def with_kinds(*kinds):
    return pytest.mark.parametrize("quiz", [kinds], indirect=True, ids="-".join)


@pytest.fixture
def home(maja, cast, quiz):
    return maja.post(address(quiz) + "forsok/", fields(cast.maja))["Location"]


def key(number=0):
    attempt = QuizAttempt.objects.select_related("version").get()
    question = attempt.version.content["questions"][number]
    return question, attempt.version.key[question["key"]]


def result(maja, cast, home):
    maja.post(f"{home}lamna-in/", fields(cast.maja))
    return maja.get(f"{home}resultat/")


def test_nothing_here_may_be_missed():
    assert set(KINDS) == {"order", "match", "number"}


@with_kinds("order")
def test_an_order_is_given_by_a_place_for_each_and_shown_in_that_order_afterwards(maja, cast, home):
    _question, secret = key()
    html = maja.get(f"{home}fraga/1/").content.decode()
    assert html.count('<select name="answer"') == 3
    assert " selected" not in html
    right = secret["right"]
    values = [f"{right[2]}:1", f"{right[0]}:2", f"{right[1]}:3"]
    response = maja.post(f"{home}fraga/1/", fields(cast.maja, answer=values))
    assert response["Location"] == f"{home}lamna-in/"
    shown = maja.get(f"{home}fraga/1/")
    assert [(row["text"], row["place"]) for row in shown.context["rows"]] == [("Larma", 1), ("Rädda", 2), ("Varna", 3)]
    assert shown.content.decode().count(" selected") == 3
    html = result(maja, cast, home).content.decode()
    mine, correct = html.index("Din ordning:"), html.index("Rätt ordning:")
    assert mine < html.index("<li>Larma</li>") < html.index("<li>Rädda</li>") < correct < html.rindex("<li>Rädda</li>")
    assert html.rindex("<li>Rädda</li>") < html.rindex("<li>Varna</li>") < html.rindex("<li>Larma</li>")
    assert QuizAttempt.objects.get().percent == 0  # two of three pairs are the wrong way


@with_kinds("order")
def test_two_lines_with_one_place_are_asked_for_again_and_what_was_chosen_stands(maja, cast, home):
    one, two, three = key()[1]["right"]
    response = maja.post(f"{home}fraga/1/", fields(cast.maja, answer=[f"{one}:2", f"{two}:2", f"{three}:"]))
    assert response.status_code == 422
    assert "Ge varje rad en egen plats" in response.content.decode()
    assert {row["text"]: row["place"] for row in response.context["rows"]} == {"Rädda": 2, "Varna": 2, "Larma": None}
    assert maja.get(home)["Location"] == f"{home}fraga/1/"  # nothing is counted as an answer yet


@with_kinds("match", "number")
def test_pairs_are_kept_as_they_are_chosen_and_asked_for_until_all_are(maja, cast, home):
    _question, secret = key()
    form = fields(cast.maja, answer=[f"a:{secret['pairs']['a']}", "b:"])
    assert maja.post(f"{home}fraga/1/", form, headers={"X-Lms-Save": "1"}).status_code == 204
    response = maja.post(f"{home}fraga/1/", {**form, "event_id": str(uuid.uuid4())})
    assert response.status_code == 422
    assert "Det du har valt är sparat." in response.content.decode()
    assert response.context["rows"][0]["chosen"] == secret["pairs"]["a"]
    again = maja.get(f"{home}fraga/1/")
    assert [row["chosen"] for row in again.context["rows"]] == [secret["pairs"]["a"], None]
    assert maja.get(home)["Location"] == f"{home}fraga/1/"  # not finished
    assert "Inte klar" in maja.get(f"{home}lamna-in/").content.decode()
    values = [f"a:{secret['pairs']['a']}", f"b:{secret['pairs']['a']}"]
    assert maja.post(f"{home}fraga/1/", fields(cast.maja, answer=values))["Location"] == f"{home}fraga/2/"
    html = " ".join(result(maja, cast, home).content.decode().split())
    assert "<strong>Rök ur ett hus</strong>" in html
    assert "✓</span> Ditt svar: 112" in html
    assert "✕</span> Ditt svar: 112" in html
    assert "✓</span> Rätt svar: 114 14" in html
    assert "Delvis rätt" in html
    assert QuizAttempt.objects.get().percent == 25


@with_kinds("number")
def test_a_number_is_read_as_it_is_written_and_what_is_none_stands_to_be_mended(maja, cast, home):
    html = maja.get(f"{home}fraga/1/").content.decode()
    assert 'inputmode="decimal"' in html
    assert "kompressioner" in html
    response = maja.post(f"{home}fraga/1/", fields(cast.maja, answer="trettio"))
    assert response.status_code == 422
    assert 'value="trettio"' in response.content.decode()
    assert "Skriv ett tal med siffror" in response.content.decode()
    maja.post(f"{home}fraga/1/", fields(cast.maja, answer=" 31,5 komp. "))
    assert 'value="31,5 komp."' in maja.get(f"{home}fraga/1/").content.decode()
    html = " ".join(result(maja, cast, home).content.decode().split())
    assert "Ditt svar: 31,5 komp." in html
    assert "Rätt svar: 30 kompressioner (en avvikelse på upp till 2 godtas också)" in html
    assert QuizAttempt.objects.get().percent == 100


@with_kinds("order", "match", "number")
def test_all_right_is_a_hundred_per_cent_and_no_answer_is_explained_too(maja, cast, home):
    for number in range(3):
        question, secret = key(number)
        answer = answer_for(question, secret, right=True)
        posted = {
            "order": [f"{name}:{place}" for place, name in enumerate(answer, start=1)],
            "match": [f"{left}:{right}" for left, right in dict(answer).items()] if number == 1 else [],
            "number": answer,
        }[question["kind"]]
        maja.post(f"{home}fraga/{number + 1}/", fields(cast.maja, answer=posted))
    assert result(maja, cast, home).context["attempt"].percent == 100


@with_kinds("order", "match", "number")
def test_what_was_never_answered_is_explained(maja, cast, home):
    response = result(maja, cast, home)
    html = response.content.decode()
    assert [entry["verdict"] for entry in response.context["review"]] == ["wrong"] * 3
    assert "Rätt ordning:" in html
    assert "Din ordning:" not in html
    assert html.count("Du valde inget.") == 2
    assert "30 kompressioner" in html


@pytest.mark.parametrize("choices", [[], [{"id": "a", "text": "", "right": False, "feedback": ""}] * 2])
@pytest.mark.parametrize("kind", list(KINDS))
def test_an_unfinished_question_published_by_code_stands_up_to_the_end(maja, cast, index, kind, choices):
    page = QuizPage(title="Larm", slug="larm")
    page.questions = [Question(key=uuid.uuid4(), kind=kind, text="Fråga?", choices=choices)]
    quiz = builders.publish(page, builders.make_course())
    home = maja.post(address(quiz) + "forsok/", fields(cast.maja))["Location"]
    assert maja.get(f"{home}fraga/1/").status_code == 200
    assert maja.post(f"{home}fraga/1/", fields(cast.maja, answer=["a:1", "a:b", "7"])).status_code in (302, 422)
    assert result(maja, cast, home).context["attempt"].passed is False


@with_kinds("order", "match", "number")
def test_the_author_sees_the_key_in_the_preview(sign_in, cast, quiz):
    ada = sign_in("ada")
    from django.template.loader import render_to_string

    html = " ".join(
        render_to_string(
            "lms_courses/quiz_preview.html",
            {"page": quiz, "questions": [question.shown_with_key() for question in quiz.questions.all()]},
        ).split()
    )
    assert "<li>Rädda</li><li>Varna</li><li>Larma</li>" in html
    assert "<strong>Inbrott i natt</strong>: 114 14" in html
    assert "30 kompressioner" in html
    assert ada.get(f"/admin/pages/{quiz.pk}/edit/").status_code == 200
