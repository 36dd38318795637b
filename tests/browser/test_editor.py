"""A course leader writes a question: with the mouse, by keyboard alone, and is told what is missing."""

import pytest
from django.core.management import call_command

from courses.models import QuizPage
from tests import builders


@pytest.fixture
def quiz(server):
    call_command("seed", "ett-gott-vardskap", demo=True, verbosity=0)
    return QuizPage.objects.get(locale__language_code="sv")


def open_editor(leader, quiz):
    leader.sign_in("kursledare")
    leader.go(f"/admin/pages/{quiz.pk}/edit/")
    leader.page.locator("[data-controller='lms-choices'] li").first.wait_for()


def publish(leader):
    leader.page.evaluate("window.onbeforeunload = null")
    toggle = leader.page.locator("footer [data-w-dropdown-target='toggle']")
    if toggle.count():
        toggle.first.click()
    with leader.page.expect_navigation():
        leader.page.locator("button[name='action-publish']").first.click()


def test_the_rows_of_answers_follow_the_kind_of_question_and_are_saved(quiz, visit):
    leader = visit("desktop")
    open_editor(leader, quiz)
    page = leader.page
    add = page.locator("#id_questions-ADD")
    add.scroll_into_view_if_needed()
    add.click()
    number = int(page.locator("#id_questions-TOTAL_FORMS").input_value()) - 1
    page.locator(f"#id_questions-{number}-text").fill("En ny fråga?")
    group = page.locator(f"[data-controller='lms-choices']:has(input[name='questions-{number}-choices'])")
    group.locator("li").first.wait_for()
    assert group.locator("li").count() == 2
    page.locator(f"#id_questions-{number}-kind").select_option("truefalse")
    assert group.locator("input[type=text]").count() == 2  # only feedback: the words are given
    page.locator(f"#id_questions-{number}-kind").select_option("multiple")
    group.locator(".lms-choices__text input").nth(0).fill("Första")
    group.locator(".lms-choices__text input").nth(1).fill("Andra")
    group.get_by_role("button", name="Lägg till").click()
    page.keyboard.type("Tredje")  # the new row has the focus
    group.get_by_role("checkbox").nth(0).check()
    group.get_by_role("checkbox").nth(2).check()
    group.get_by_role("button", name="Flytta upp svar 3").press("Enter")
    publish(leader)
    question = QuizPage.objects.get(pk=quiz.pk).questions.last()
    assert [(choice["text"], choice["right"]) for choice in question.choices] == [
        ("Första", True),
        ("Tredje", True),
        ("Andra", False),
    ]
    leader.quiet("the editor")


def test_an_author_who_marks_nothing_right_is_told_at_that_question(quiz, visit):
    leader = visit("desktop")
    open_editor(leader, quiz)
    page = leader.page
    group = page.locator("[data-controller='lms-choices']").first
    for text in group.locator(".lms-choices__text input").all():
        text.fill("Samma svar")
    publish(leader)
    error = page.locator("#inline_child_questions-0 .error-message").first
    error.wait_for()
    assert "likadana" in error.inner_text().lower()


def test_a_practice_question_in_a_lesson_uses_the_same_rows(quiz, visit):
    from courses.models import LessonPage

    lesson = LessonPage.objects.first()
    leader = visit("desktop")
    leader.sign_in("kursledare")
    leader.go(f"/admin/pages/{lesson.pk}/edit/")
    rows = leader.page.locator("[data-controller='lms-choices'] li")
    rows.first.wait_for()
    before = builders.version_of(lesson).content["body"]
    rows.first.locator(".lms-choices__text input").fill("Ett annat svar")
    publish(leader)
    after = builders.version_of(lesson).content["body"]
    assert [block["id"] for block in after] == [block["id"] for block in before]
    changed = [block for block, old in zip(after, before, strict=True) if block["value"] != old["value"]]
    assert [block["type"] for block in changed] == ["practice"]
    assert changed[0]["value"]["choices"][0]["text"] == "Ett annat svar"
