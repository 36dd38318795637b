"""No answer, feedback or key reaches a learner before the test is graded: by no door, in no format."""

import json
import re
import uuid

import pytest
from django.core.cache import cache

from courses.models import ActivityVersion, Question, QuizPage
from lms.models import QuizAttempt
from tests import builders
from tests.builders import version_of

SECRET = "sentinel-7f3a"
NUMBER = "739184"


@pytest.fixture
def quiz(course):
    """One question of each kind, with a sentinel in everything that is secret."""
    page = QuizPage(title="Hemligt prov", slug="hemligt", introduction="<p>Läs noga.</p>")

    def question(kind, choices, number):
        return Question(
            kind=kind,
            text=f"Fråga {number}?",
            choices=choices,
            explanation=f"{SECRET} förklaring",
            source=f"{SECRET} källa",
            sort_order=number,
        )

    def choice(identity, text, *, right):
        return {"id": identity, "text": text, "right": right, "feedback": f"{SECRET} återkoppling"}

    page.questions = [
        question("single", [choice("a", "Ja", right=True), choice("b", "Nej", right=False)], 1),
        question("multiple", [choice("a", "Ja", right=True), choice("b", "Nej", right=False)], 2),
        question("truefalse", [choice("true", "", right=True), choice("false", "", right=False)], 3),
        question("text", [choice("a", f"{SECRET} stavning", right=True)], 4),
        # In the right order, with ids that say so; and a pair and a number that say what they are.
        question("order", [{**choice(f"{SECRET}-{word}", word, right=False)} for word in ("Ett", "Två", "Tre")], 5),
        question(
            "match",
            [{**choice(word, word, right=False), "pair": pair} for word, pair in (("Ett", "Uno"), ("Två", "Due"))],
            6,
        ),
        question("number", [{**choice("a", NUMBER, right=True), "tolerance": NUMBER[:4], "unit": "st"}], 7),
    ]
    return builders.publish(page, course)


def every_answer(browser, cast, quiz, where):
    """Every page that Maja can reach before she hands in, as bytes."""
    moment = f"{where}/moment/{quiz.translation_key}/"
    form = {"learner": cast.maja.uuid}

    def event():
        return {**form, "event_id": uuid.uuid4()}

    yield browser.get(f"{where}/")
    yield browser.get(f"{where}/kurs/{quiz.get_parent().translation_key}/")
    yield browser.get(moment)
    begun = browser.post(f"{moment}forsok/", event())
    yield begun
    home = begun["Location"]
    yield browser.get(home)
    for number in range(1, 8):
        yield browser.get(f"{home}fraga/{number}/")
        yield browser.post(f"{home}fraga/{number}/", event())  # no answer: an error page
        page = browser.get(f"{home}fraga/{number}/").content.decode()
        offered = re.findall(r'<option value="([^"]+)"', page)
        for value in ("a", "b", "true", "false", "gissning", "17", offered, offered[:1]):
            yield browser.post(f"{home}fraga/{number}/", {**event(), "answer": value})
        yield browser.post(f"{home}fraga/{number}/", {**event(), "answer": "a"}, headers={"x-lms-save": "1"})
        yield browser.get(f"{home}fraga/{number}/")
    yield browser.get(f"{home}lamna-in/")
    yield browser.get(f"{home}resultat/")


def test_nothing_secret_in_any_page_before_grading(sign_in, cast, quiz):
    maja = sign_in("maja")
    for response in every_answer(maja, cast, quiz, "/min-utbildning"):
        assert SECRET.encode() not in response.content, response.request["PATH_INFO"]
        assert NUMBER.encode() not in response.content, response.request["PATH_INFO"]
        assert SECRET not in str(response.headers)
    attempt = QuizAttempt.objects.get()
    result = maja.post(
        f"/min-utbildning/forsok/{attempt.uuid}/lamna-in/", {"learner": cast.maja.uuid, "event_id": uuid.uuid4()}
    )
    assert SECRET in maja.get(result["Location"]).content.decode()  # the sentinel can be seen at all


def test_nothing_secret_at_the_tablet(at_tablet, cast, quiz):
    for response in every_answer(at_tablet, cast, quiz, "/surfplatta/min-utbildning"):
        assert SECRET.encode() not in response.content


def test_nothing_secret_in_the_book_the_catalogue_or_a_draft(sign_in, client, quiz):
    quiz.title = "Utkast"
    quiz.save_revision()
    for browser in (client, sign_in("maja"), sign_in("bo")):
        for path in (
            quiz.url,
            quiz.get_parent().url,
            quiz.get_parent().get_parent().url,
            f"/admin/pages/{quiz.pk}/view_draft/",
            f"/admin/pages/{quiz.pk}/edit/",
            f"/admin/pages/{quiz.pk}/edit/preview/?mode=answers",
            f"/admin/pages/{quiz.pk}/revisions/{quiz.latest_revision_id}/view/",
            f"/admin/pages/{quiz.pk}/history/",
        ):
            assert SECRET.encode() not in browser.get(path).content


def test_the_author_sees_the_right_answers_in_the_preview(sign_in, quiz):
    ada = sign_in("ada")
    ada.get(f"/admin/pages/{quiz.pk}/edit/")
    text = ada.get(f"/admin/pages/{quiz.pk}/revisions/{quiz.latest_revision_id}/view/").content.decode()
    assert "Hemligt prov" in text


def test_what_a_version_lets_travel_holds_nothing_secret(quiz):
    version = version_of(quiz)
    public = json.dumps([version.content, version.settings, version.steps])
    assert SECRET not in public
    assert NUMBER not in public
    assert SECRET in json.dumps(version.key)
    assert NUMBER in json.dumps(version.key)


def test_the_public_part_of_a_version_is_the_same_whatever_the_right_order_and_pairs(quiz):
    before = version_of(quiz)
    order, match = quiz.questions.get(kind="order"), quiz.questions.get(kind="match")
    order.choices = order.choices[::-1]
    one, other = match.choices
    match.choices = [{**one, "pair": other["pair"]}, {**other, "pair": one["pair"]}]
    for question in (order, match):
        question.save()
    QuizPage.objects.get(pk=quiz.pk).save_revision().publish()
    after = version_of(quiz)
    assert (after.content, after.content_hash) == (before.content, before.content_hash)
    assert after.key != before.key


def test_the_order_and_the_ids_of_choices_tell_nothing(sign_in, cast, course):
    """Over many attempts the right answer stands in every place about as often."""
    quiz = builders.make_quiz(course, "Blandat", questions=1)
    from courses.questions.scoring import order_for

    places = [0, 0]
    for _number in range(400):
        [question] = order_for(
            version_of(quiz).content["questions"], seed=str(uuid.uuid4()), shuffle_questions=True, shuffle_choices=True
        )
        places[[choice["id"] for choice in question["choices"]].index("c0")] += 1
    assert min(places) > 140


def test_nothing_secret_is_cached(sign_in, cast, quiz):
    for _response in every_answer(sign_in("maja"), cast, quiz, "/min-utbildning"):
        pass
    assert SECRET not in str(getattr(cache, "_cache", {}))


def test_neither_identities_nor_versions_are_in_an_api(quiz):
    assert not hasattr(ActivityVersion, "api_fields")
    assert not hasattr(Question, "api_fields")
    assert not getattr(QuizPage, "api_fields", [])
