"""The order that an author gives a course: chosen in the form, kept by identity, told in words."""

import pytest
from wagtail.models import Locale, Page

from courses.models import CoursePage, LessonPage
from courses.ordering import candidates, courses_told, order_told
from courses.publishing import repair
from tests import builders
from tests.builders import activity_of, course_of
from tests.courses.test_editor import form_of


def name_first(page, *others):
    """`page` opens when `others` are done."""
    page.after = [str(other.translation_key) for other in others]
    page.save_revision().publish()


def lesson_form(page, **changes) -> dict:
    return {
        "title": page.title, "slug": page.slug, "summary": "", "minutes": "", "required": "on", "audio": "",
        "body-count": "1", "body-0-deleted": "", "body-0-order": "0", "body-0-type": "text", "body-0-id": "",
        "body-0-value": '{"blocks": [{"key": "a", "text": "Text", "type": "unstyled", "depth": 0, '
        '"inlineStyleRanges": [], "entityRanges": []}], "entityMap": {}}',
        "seo_title": "", "search_description": "", "comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0",
        "action-publish": "1", **changes,
    }  # fmt: skip


def course_form(page, **changes) -> dict:
    return {
        "title": page.title, "slug": page.slug, "summary": "", "introduction": "null", "objectives-count": "0",
        "image": "", "access": "staff", "validity": page.validity, "valid_months": page.valid_months or "",
        "valid_to_day": "", "valid_to_month": "", "window_days": "60", "late_days": "0",
        "seo_title": "", "search_description": "",
        "comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0", "action-publish": "1", **changes,
    }  # fmt: skip


def edit(browser, page, data):
    return browser.post(f"/admin/pages/{page.pk}/edit/", data)


# The form


def test_a_part_is_offered_those_before_it_and_the_first_has_none(ada, course, pages):
    form = ada.get(f"/admin/pages/{pages[2].pk}/edit/").context["form"]
    assert [label for _uuid, label in form.fields["after"].choices] == ["Lektion 1", "Lektion 2"]
    assert "after" not in ada.get(f"/admin/pages/{pages[0].pk}/edit/").context["form"].fields
    new = ada.get(f"/admin/pages/add/lms_courses/lessonpage/{course.pk}/").context["form"]
    assert len(new.fields["after"].choices) == 3


def test_what_is_ticked_is_published_and_unticked_again(ada, course, pages):
    key = str(pages[0].translation_key)
    form = {**form_of(pages[2], [{}, {}]), "action-publish": "1"}
    assert edit(ada, pages[2], {**form, "after": [key]}).status_code == 302
    assert activity_of(pages[2]).after == [key]
    assert edit(ada, pages[2], form).status_code == 302
    assert activity_of(pages[2]).after == []


def test_what_has_come_to_stand_after_it_is_refused_at_the_field_and_a_draft_is_not(ada, course, pages):
    name_first(pages[1], pages[0])
    Page.objects.get(pk=pages[0].pk).move(Page.objects.get(pk=pages[1].pk), pos="right")
    key = str(pages[0].translation_key)
    page = LessonPage.objects.get(pk=pages[1].pk)
    response = edit(ada, page, lesson_form(page, after=[key]))
    assert list(response.context["form"].errors) == ["after"]
    draft = lesson_form(page, after=[key])
    del draft["action-publish"]
    assert edit(ada, page, draft).status_code == 302
    assert edit(ada, page, lesson_form(page)).status_code == 302
    assert activity_of(page).after == []


def test_what_went_to_another_course_and_what_is_gone_is_refused(ada, course, pages):
    other = builders.make_course("En annan")
    name_first(pages[2], pages[0], pages[1])
    Page.objects.get(pk=pages[0].pk).move(Page.objects.get(pk=other.pk), pos="last-child")
    pages[1].delete()
    found = candidates(type(pages[2]).objects.get(pk=pages[2].pk), course)
    assert [bool(one.problem) for one in found] == [True, True]
    named = [one.uuid for one in found]
    response = edit(ada, pages[2], {**form_of(pages[2], [{}, {}]), "after": named, "action-publish": "1"})
    assert len(response.context["form"].errors["after"]) == 2


def test_what_is_needed_cannot_wait_for_what_is_optional(ada, course, pages):
    pages[0].required = False
    pages[0].save_revision().publish()
    key = str(pages[0].translation_key)
    page = pages[1]
    assert list(edit(ada, page, lesson_form(page, after=[key])).context["form"].errors) == ["after"]
    optional = lesson_form(page, after=[key])
    del optional["required"]
    assert edit(ada, page, optional).status_code == 302
    assert activity_of(page).after == [key]


def test_a_course_is_offered_those_before_it_in_the_catalogue(ada, index):
    first, second = builders.make_course("Först"), builders.make_course("Sedan")
    assert "after" not in ada.get(f"/admin/pages/{first.pk}/edit/").context["form"].fields
    key = str(first.translation_key)
    assert edit(ada, second, course_form(second, after=[key], in_order="on")).status_code == 302
    kept = course_of(second)
    assert (kept.after, kept.in_order) == ([key], True)
    turned = course_form(first, after=[str(second.translation_key)])
    assert edit(ada, first, turned).status_code == 302  # there is no such field: nothing is asked, nothing is kept
    assert course_of(first).after == []


def test_who_edits_other_pages_sees_none_of_it(sign_in, course, pages):
    assert sign_in("eva").get(f"/admin/pages/{pages[2].pk}/edit/").status_code == 302


# What survives


@pytest.fixture
def english(course):
    locale = Locale.objects.get(language_code="en")
    builders.build_site().copy_for_translation(locale, copy_parents=True).save_revision().publish()
    translated = course.copy_for_translation(locale)
    translated.save_revision().publish()
    return translated


def test_a_translation_shows_the_order_and_cannot_change_it(ada, course, pages, english):
    name_first(pages[1], pages[0])
    translated = pages[1].copy_for_translation(Locale.objects.get(language_code="en"))
    translated.after = []
    translated.save_revision().publish()
    assert activity_of(pages[1]).after == [str(pages[0].translation_key)]
    field = ada.get(f"/admin/pages/{translated.pk}/edit/").context["form"]["after"]
    assert field.field.disabled
    assert field.value() == [str(pages[0].translation_key)]
    assert field.field.choices == [(str(pages[0].translation_key), "Lektion 1")]


def test_the_parts_of_a_copied_course_name_each_other(ada, course, pages):
    name_first(pages[2], pages[0], pages[1])
    data = {
        "new_title": "En kopia", "new_slug": "en-kopia", "new_parent_page": course.get_parent().pk,
        "copy_subpages": "on", "publish_copies": "on",
    }  # fmt: skip
    assert ada.post(f"/admin/pages/{course.pk}/copy/", data).status_code == 302
    copied = list(CoursePage.objects.get(slug="en-kopia").get_activity_pages().specific())
    named = [str(page.translation_key) for page in copied[:2]]
    assert copied[2].after == named
    assert copied[2].get_latest_revision_as_object().after == named
    assert activity_of(copied[2]).after == named
    assert activity_of(pages[2]).after == [str(page.translation_key) for page in pages[:2]]


def test_the_history_tells_them_by_title(ada, course, pages):
    name_first(pages[2], pages[0])
    name_first(pages[2], pages[0], pages[1])
    html = ada.get(f"/admin/pages/{pages[2].pk}/revisions/compare/earliest...latest/").content.decode()
    assert "Lektion 1, Lektion 2" in html
    assert str(pages[0].translation_key) not in html


def test_a_repair_brings_the_order_back(course, pages):
    name_first(pages[1], pages[0])
    activity = activity_of(pages[1])
    activity.after = []
    activity.save()
    repair()
    assert activity_of(pages[1]).after == [str(pages[0].translation_key)]


# What the author is told


def test_the_order_is_told_in_words(ada, course, pages):
    course.in_order = True
    course.save_revision().publish()
    assert [told.when for told in order_told(course)] == [
        "öppen från början",
        "öppnas efter ”Lektion 1”",
        "öppnas efter ”Lektion 2”",
    ]
    html = ada.get(f"/admin/pages/{course.pk}/edit/").content.decode()
    assert "öppnas efter ”Lektion 2”" in html


def test_what_holds_nobody_up_is_told_with_the_reason(course, pages):
    other = builders.make_lesson(course, "Lektion 3")
    name_first(pages[2], pages[0], pages[1], other)
    pages[0].required = False
    pages[0].save_revision().publish()
    pages[1].unpublish()
    Page.objects.get(pk=pages[2].pk).refresh_from_db()
    [_first, hidden, told, _last] = order_told(course)
    assert hidden.when == "inte publicerad"
    assert told.when == "öppen från början"
    assert len(told.problems) == 3
    other.delete()
    assert "inte finns kvar i kursen" in order_told(course)[2].problems[2]


@pytest.mark.parametrize("lessons", [1, 5])
def test_telling_costs_the_same_however_long_the_course(index, lessons, django_assert_num_queries):
    course = builders.make_full_course(lessons=lessons)
    with django_assert_num_queries(1):
        order_told(course)


def test_a_course_that_is_not_published_is_told(index):
    first, second = builders.make_course("Först"), builders.make_course("Sedan")
    name_first(second, first)
    assert courses_told(second) == []
    first.unpublish()
    assert len(courses_told(second)) == 1
    assert "Först" in courses_told(second)[0]
