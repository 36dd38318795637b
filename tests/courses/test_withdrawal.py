"""What is unpublished, deleted, moved or made optional: in one language or in all, and who is told."""

import pytest
from wagtail.actions.create_alias import CreatePageAliasAction
from wagtail.actions.unpublish_page import UnpublishPageAction
from wagtail.models import Page

from courses import publishing
from courses.models import Activity, ActivityVersion, LessonPage
from courses.signals import activity_moved, criteria_changed
from tests import builders
from tests.builders import activity_of, course_of, version_of
from tests.courses.test_publishing import republish, translate


@pytest.fixture
def heard():
    """Signals as they came: ("criteria", course) or ("moved", activity, course before)."""
    told = []

    def on_criteria(sender, course, **kwargs):
        told.append(("criteria", course))

    def on_moved(sender, activity, before, **kwargs):
        told.append(("moved", activity, before))

    criteria_changed.connect(on_criteria)
    activity_moved.connect(on_moved)
    yield told
    criteria_changed.disconnect(on_criteria)
    activity_moved.disconnect(on_moved)


def languages_shown(lesson, language):
    shown = ActivityVersion.objects.shown_in(language).filter(activity=activity_of(lesson))
    return [version.language for version in shown]


# A language at a time


@pytest.mark.parametrize("how", ["unpublish", "delete"])
def test_a_withdrawn_language_takes_its_version_with_it(lesson, how):
    english = translate(lesson)
    assert languages_shown(lesson, "en") == ["en"]
    getattr(english, how)()
    assert languages_shown(lesson, "en") == ["sv"]
    assert activity_of(lesson).live is True


def test_when_the_source_language_is_withdrawn_another_is_shown(lesson):
    translate(lesson)
    lesson.unpublish()
    assert languages_shown(lesson, "sv") == languages_shown(lesson, "fi") == ["en"]


def test_one_version_is_shown_of_each_activity_whatever_there_is(course, lesson):
    translate(lesson)
    for language in ("sv", "en", "fi"):
        shown = ActivityVersion.objects.shown_in(language).filter(activity__course=course_of(course))
        assert shown.count() == Activity.objects.count() == 3


def test_nothing_is_shown_of_what_is_withdrawn_whole(lesson):
    lesson.unpublish()
    assert languages_shown(lesson, "sv") == []


def test_published_again_unchanged_it_is_the_same_version(lesson):
    before = version_of(lesson)
    lesson.unpublish()
    republish(LessonPage.objects.get(pk=lesson.pk))
    assert version_of(lesson) == before
    assert ActivityVersion.objects.filter(activity=activity_of(lesson)).count() == 1


def test_published_again_and_changed_it_is_a_new_version(lesson):
    before = version_of(lesson)
    lesson.unpublish()
    lesson = LessonPage.objects.get(pk=lesson.pk)
    lesson.title = "Ny rubrik"
    republish(lesson)
    assert (before.label, version_of(lesson).label) == ("1", "1.1")


def test_repair_withdraws_the_version_of_a_language_that_a_handler_missed(lesson):
    english = translate(lesson)
    Page.objects.filter(pk=english.pk).update(live=False)
    publishing.repair()
    assert languages_shown(lesson, "en") == ["sv"]


# Who is told


@pytest.mark.parametrize("how", ["unpublish", "delete"])
def test_a_part_that_goes_is_told_of(heard, course, lesson, how):
    getattr(lesson, how)()
    assert heard == [("criteria", course_of(course))]


def test_a_part_that_becomes_optional_or_comes_back_is_told_of(heard, course, lesson):
    lesson.required = False
    republish(lesson)
    assert heard == [("criteria", course_of(course))]
    lesson.unpublish()
    republish(LessonPage.objects.get(pk=lesson.pk))
    assert heard == [("criteria", course_of(course))] * 3


def test_nobody_is_told_when_nothing_changed_for_the_course(heard, lesson):
    lesson.title = "Ny rubrik"
    republish(lesson)
    english = translate(lesson)
    english.unpublish()
    assert heard == []


@pytest.mark.parametrize("how", ["page", "queryset", "unpublish"])
def test_nobody_is_told_part_by_part_when_the_whole_course_goes(heard, course, admin_user, how):
    """Else those would complete it who had done what happened to be deleted last."""
    if how == "page":
        Page.objects.get(pk=course.pk).delete()
    elif how == "queryset":
        Page.objects.filter(pk=course.pk).delete()
    else:
        UnpublishPageAction(course, include_descendants=True, user=admin_user).execute()
    assert Activity.objects.live().count() == 0
    assert heard == []


def test_a_course_that_comes_back_is_told_of(heard, course):
    course.unpublish()
    heard.clear()
    republish(type(course).objects.get(pk=course.pk))
    assert heard == [("criteria", course_of(course))]


def test_a_part_that_moves_is_told_of_with_where_it_was(heard, course, lesson):
    other = builders.make_course("En annan kurs")
    heard.clear()
    lesson.move(other, pos="last-child")
    here, there = course_of(course), course_of(other)
    assert heard == [("moved", activity_of(lesson), here), ("criteria", here), ("criteria", there)]


def test_repair_tells_of_every_course(heard, course):
    publishing.repair()
    assert heard == [("criteria", course_of(course))]


@pytest.mark.parametrize("how", ["unpublish", "move"])
def test_a_listener_that_fails_turns_nothing_into_an_error_and_repair_mends_it(course, lesson, how, caplog):
    def fail(sender, **kwargs):
        raise RuntimeError("Trasigt")

    other = builders.make_course("En annan kurs")
    criteria_changed.connect(fail)
    try:
        if how == "unpublish":
            lesson.unpublish()
        else:
            lesson.move(other, pos="last-child")
    finally:
        criteria_changed.disconnect(fail)
    assert "repair_courses" in caplog.text
    assert (activity_of(lesson).live, activity_of(lesson).course) == (True, course_of(course))  # nothing by halves
    publishing.repair()
    if how == "unpublish":
        assert activity_of(lesson).live is False
    else:
        assert activity_of(lesson).course == course_of(other)


# Translations follow their source


def test_settings_of_the_source_reach_the_versions_of_published_translations(pages):
    english = translate(pages[2])
    before = version_of(english)
    pages[2].pass_mark = 50
    republish(pages[2])
    after = version_of(english)
    assert (before.settings["pass_mark"], after.settings["pass_mark"]) == (80, 50)
    assert (before.label, after.label) == ("1", "1.1")
    assert after.content == before.content


def test_a_translation_that_is_not_published_gets_no_version_by_its_source(pages):
    english = translate(pages[2])
    english.unpublish()
    pages[2].pass_mark = 50
    republish(pages[2])
    assert languages_shown(pages[2], "en") == ["sv"]


def test_the_words_of_a_source_leave_its_translations_alone(pages):
    english = translate(pages[2])
    before = version_of(english)
    pages[2].title = "Ett nytt namn"
    republish(pages[2])
    assert version_of(english) == before


def test_the_book_shows_a_translated_test_with_the_rules_of_its_source(rf, pages):
    english = translate(pages[2])
    pages[2].pass_mark, pages[2].max_attempts = 50, 2
    republish(pages[2])
    rules = type(english).objects.get(pk=english.pk).get_context(rf.get("/"))["rules"]
    assert (rules.pass_mark, rules.max_attempts) == (50, 2)


def test_the_sitemap_asks_the_course_and_not_the_translation(index):
    course = builders.make_full_course(access="open")
    lesson = course.get_activity_pages().first().specific
    translations = [translate(course), translate(lesson)]
    assert all(page.get_sitemap_urls() for page in (course, lesson, *translations))
    course.access = "assigned"
    republish(course)
    assert not any(page.get_sitemap_urls() for page in (course, lesson, *translations))


def test_the_sitemap_leaves_out_what_hangs_under_a_withdrawn_course(index):
    course = builders.make_full_course(access="open")
    course.unpublish()
    assert course.get_activity_pages().first().specific.get_sitemap_urls() == []


def test_an_alias_has_the_access_of_its_source_also_at_second_hand(course, lesson):
    open_course = builders.make_course("Öppen", access="open")
    alias = CreatePageAliasAction(lesson, parent=open_course, update_slug="ett").execute()
    again = CreatePageAliasAction(alias, parent=open_course, update_slug="tva").execute()
    for page in (alias, again):
        assert page.get_course() == course_of(course)
        assert page.identity_uuid == lesson.translation_key
        assert page.get_sitemap_urls() == []
