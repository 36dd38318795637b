"""Put in order, pair up and write a number: by finger, by keyboard alone, without JavaScript, and in the editor."""

import uuid

import pytest
from django.core.management import call_command

from courses.models import LessonPage, Question, QuizPage
from lms.models import LearningEvent
from tests import builders

from .kinds import ROWS
from .test_editor import publish
from .test_story import put_in_order


@pytest.fixture
def quiz(server):
    call_command("seed", "ett-gott-vardskap", demo=True, verbosity=0)
    course = QuizPage.objects.get(locale__language_code="sv").get_parent().specific
    page = QuizPage(title="Larm", slug="larm", shuffle_questions=False)
    page.questions = [
        Question(key=uuid.uuid4(), kind=kind, text=f"Fråga om {kind}?", choices=rows, explanation="Därför.")
        for kind, rows in ROWS.items()
    ]
    body = [("heading", "Öva")]
    body += [
        ("practice", {"kind": kind, "text": "Hur?", "choices": rows, "explanation": ""}) for kind, rows in ROWS.items()
    ]
    builders.publish(LessonPage(title="Öva larm", slug="ova-larm", body=body), course)
    return builders.publish(page, course)


def begin(person, quiz):
    person.sign_in("maja")
    person.go(f"/min-utbildning/moment/{quiz.translation_key}/")
    person.press("form[action$='/forsok/'] button")


def key(quiz, number):
    version = builders.version_of(quiz)
    return version.key[version.content["questions"][number]["key"]]


def test_by_finger_to_a_hundred_per_cent(quiz, visit):
    tablet = visit("tablet")
    begin(tablet, quiz)
    tablet.check("put in order")
    put_in_order(tablet, key(quiz, 0)["right"])
    rows = tablet.page.locator(".lms-order__text")
    assert rows.all_inner_texts() == ["Rädda", "Varna", "Larma", "Släck"]
    tablet.press(".lms-actions--steps button.lms-button")
    tablet.check("pair up")
    with tablet.page.expect_response(lambda response: response.status == 204):
        tablet.page.locator("select").nth(0).select_option(label="112")
    tablet.page.locator("select").nth(1).select_option(label="114 14")
    tablet.press(".lms-actions--steps button.lms-button")
    tablet.check("a number")
    tablet.fill("#svar", "30 komp.")
    tablet.press(".lms-actions--steps button.lms-button")
    tablet.press("form[action$='/lamna-in/'] button")
    tablet.check("the result of all kinds")
    assert "100 %" in tablet.text()


def test_by_keyboard_alone_each_move_is_said_and_saved_and_the_focus_stays(quiz, visit):
    person = visit("desktop")
    begin(person, quiz)
    page = person.page
    before = page.locator(".lms-order__text").all_inner_texts()
    page.locator("[data-lms-order] li:first-child button[data-by='1']").focus()
    with page.expect_response(lambda response: response.status == 204):
        page.keyboard.press("Enter")
    moved = page.locator("[data-lms-order-status]").inner_text()
    assert moved == f"”{before[0]}” är nu nummer 2 av 4."
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    assert page.locator(".lms-order__text").all_inner_texts() == [*before[1:], before[0]]
    # At the end "down" rests and "up" has the focus.
    assert page.evaluate("document.activeElement.dataset.by") == "-1"
    page.keyboard.press("Enter")
    assert page.locator(".lms-order__text").all_inner_texts() == [before[1], before[2], before[0], before[3]]
    page.locator("[data-lms-saved]:has-text('sparat')").wait_for()
    assert LearningEvent.objects.filter(kind="answer", outcome="applied").exists()
    person.quiet("by keyboard")


def test_fingers_find_the_buttons(quiz, visit):
    phone = visit("phone")
    begin(phone, quiz)
    for button in phone.page.locator("[data-lms-order] button").all():
        box = button.bounding_box()
        assert min(box["width"], box["height"]) >= 48
    phone.check("put in order on a phone")


def test_without_javascript_places_are_chosen(quiz, visit):
    tablet = visit("tablet", java_script_enabled=False)
    begin(tablet, quiz)
    assert not tablet.page.locator("[data-lms-order] button").first.is_visible()
    for place, name in enumerate(key(quiz, 0)["right"], start=1):
        tablet.page.locator(f"select:has(option[value^='{name}:'])").select_option(str(place))
    tablet.press(".lms-actions--steps button.lms-button")
    assert "Fråga 2 av 3" in tablet.text()


def test_practice_answers_at_once(quiz, visit):
    tablet = visit("tablet")
    tablet.sign_in("maja")
    tablet.go(f"/min-utbildning/moment/{LessonPage.objects.get(slug='ova-larm').translation_key}/")
    tablet.check("practice of all kinds")
    forms = {kind: tablet.page.locator(f"[data-lms-practice={kind}]") for kind in ROWS}

    def check(kind):
        forms[kind].locator("[data-lms-practice-actions] button").tap()
        return forms[kind].locator("[data-lms-practice-result]").inner_text()

    order = forms["order"]
    for place, text in enumerate(("Rädda", "Varna", "Larma", "Släck")):
        row = order.locator(f"li[data-text='{text}']")
        while row.evaluate("node => [...node.parentElement.children].indexOf(node)") > place:
            row.locator("button[data-by='-1']").tap()
    assert check("order").startswith("Rätt.")
    order.locator("button[data-by='1']").first.tap()
    assert "Rätt ordning:" in check("order")
    assert "Välj ett svar för varje rad först." in check("match")
    for select in forms["match"].locator("select").all():
        select.select_option(label="112")
    assert check("match").startswith("Inte rätt.")
    assert "Skriv ett tal med siffror först" in check("number")
    for written, verdict in (("31", "Inte rätt."), ("30,0 kompressioner", "Rätt.")):
        forms["number"].locator("input").fill(written)
        assert check("number").startswith(verdict)
    tablet.quiet("practice")


def test_the_shortcuts(quiz, visit):
    for kind in ("desktop", "phone"):
        person = visit(kind)
        person.go("/snabbvagar/")
        person.check("shortcuts")
        box = person.page.locator(".lms-shortcut__call").first.bounding_box()
        assert box["height"] >= 48


def test_an_author_writes_each_kind(quiz, visit):
    leader = visit("desktop")
    leader.sign_in("kursledare")
    leader.go(f"/admin/pages/{quiz.pk}/edit/")
    page = leader.page

    def group(number):
        return page.locator(f"[data-controller='lms-choices']:has(input[name='questions-{number}-choices'])")

    group(0).locator("li").first.wait_for()
    assert group(0).locator("input[type=text]").count() == 4
    group(0).get_by_role("button", name="Flytta upp svar 2").press("Enter")
    group(1).get_by_role("button", name="Lägg till ett par").click()
    page.keyboard.type("Ont i halsen")  # the new row has the focus
    page.keyboard.press("Tab")
    page.keyboard.type("1177")
    group(2).get_by_label("Största avvikelse som godtas").fill("2")
    publish(leader)
    order, match, number = QuizPage.objects.get(pk=quiz.pk).questions.all()
    assert [row["text"] for row in order.choices] == ["Varna", "Rädda", "Larma", "Släck"]
    assert [(row["text"], row["pair"]) for row in match.choices][-1] == ("Ont i halsen", "1177")
    assert (number.choices[0]["text"], number.choices[0]["tolerance"]) == ("30", "2")
    leader.quiet("the editor")
