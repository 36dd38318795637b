"""Two languages, one progress; a translation without content lends its title and shows its source."""

import pytest
from django.utils.translation import override
from wagtail.models import Locale

from courses.models import ActivityVersion, LessonPage, QuizPage
from tests import builders


@pytest.fixture
def english(course):
    """The course and its first lesson in English: a title, and nothing in the lesson yet."""
    locale = Locale.objects.get(language_code="en")
    builders.build_site().copy_for_translation(locale, copy_parents=True).save_revision().publish()
    translated = course.copy_for_translation(locale)
    translated.title = "Good hospitality"
    translated.save_revision().publish()
    return translated


def translate(page, title, **changes):
    translation = page.copy_for_translation(Locale.objects.get(language_code="en"))
    translation.title = title
    for name, value in changes.items():
        setattr(translation, name, value)
    translation.save_revision().publish()
    return type(page).objects.get(pk=translation.pk)


def test_a_translation_without_content_makes_no_version_and_lends_its_title(english, pages):
    translate(pages[0], "What is hospitality?", body=[])
    activity = builders.activity_of(pages[0])
    assert activity.titles == {"sv": "Lektion 1", "en": "What is hospitality?"}
    assert [version.language for version in activity.versions.current()] == ["sv"]
    [shown] = ActivityVersion.objects.shown_in("en").filter(activity=activity)
    assert shown.language == "sv"


def test_a_test_without_questions_in_a_translation_too(english, pages):
    translation = translate(pages[2], "Knowledge test", questions=[])
    assert not translation.has_content()
    assert translation.get_shown_page() == QuizPage.objects.get(pk=pages[2].pk)
    # The source is published anew with another pass mark: what has no questions gets no version of its own.
    pages[2].pass_mark = 60
    pages[2].save_revision().publish()
    assert [version.language for version in builders.activity_of(pages[2]).versions.current()] == ["sv"]


def test_content_that_is_taken_out_of_a_translation_gives_way_to_the_source(english, pages):
    translation = translate(pages[0], "What is hospitality?")
    activity = builders.activity_of(pages[0])
    assert {version.language for version in activity.versions.current()} == {"sv", "en"}
    translation.body = []
    translation.save_revision().publish()
    assert {version.language for version in activity.versions.current()} == {"sv"}


def test_the_source_itself_always_has_a_version(index, course):
    empty = builders.make_workshop(course, "Träff")
    assert not empty.lends_title_only()
    assert builders.version_of(empty).title == "Träff"


def test_the_reader_says_which_language_the_content_is_in(english, pages, cast, rule, maja):
    translate(pages[0], "What is hospitality?", body=[])
    cast.maja.language = "en"
    cast.maja.save()
    page = maja.get(builders.address(pages[0])).content.decode()
    assert "What is hospitality?" in page
    assert "only in Swedish so far" in page
    assert '<div lang="sv">' in page
    assert "Lektion 1 steg 1" in page
    course_page = maja.get(f"/min-utbildning/kurs/{pages[0].get_parent().translation_key}/").content.decode()
    assert "What is hospitality?" in course_page
    assert "Good hospitality" in course_page


def test_the_book_shows_the_source_under_the_translated_title(english, pages, maja):
    translation = translate(pages[0], "What is hospitality?", body=[])
    page = maja.get(translation.url).content.decode()
    assert "<h1>What is hospitality?</h1>" in page
    assert '<div lang="sv">' in page
    assert "Lektion 1 steg 1" in page


def test_a_page_in_the_readers_own_language_says_nothing(pages, maja, rule):
    page = maja.get(builders.address(pages[0])).content.decode()
    assert " lang=" not in page.split("<body", 1)[1].split("lms-foot")[0]


def test_an_author_may_leave_a_translation_empty_but_not_the_lesson_itself(english, pages, sign_in):
    ada = sign_in("ada")
    translation = translate(pages[0], "What is hospitality?", body=[])

    def publish(page):
        data = {
            "title": page.title, "slug": page.slug, "summary": "", "minutes": "", "required": "on", "body-count": "0",
            "comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0", "action-publish": "1",
        }  # fmt: skip
        return ada.post(f"/admin/pages/{page.pk}/edit/", data)

    assert publish(translation).status_code == 302
    with override("sv"):
        refused = publish(LessonPage.objects.get(pk=pages[0].pk))
    assert refused.status_code == 200
    assert "body" in refused.context["form"].errors
