"""What an author is asked before something done in the editor changes who has completed the course."""

import pytest
from wagtail.models import Page

from courses.models import LessonPage
from lms.models import CourseCompletion
from tests import builders
from tests.builders import activity_of, read, take_quiz
from tests.courses.test_editor import form_of
from tests.courses.test_publishing import translate
from tests.lms.test_recheck import done_by, read_both

ASKS = "1 person har gjort allt annat i"


@pytest.fixture
def nearly(cast, pages):
    """The test is all that Maja has left; Bo has more."""
    read_both(cast.maja, pages)
    read(cast.bo, pages[0])
    return pages[2]


def asked(response) -> bool:
    """Asked, and nothing is done yet."""
    found = ASKS in response.content.decode()
    assert not (found and CourseCompletion.objects.exists())
    return found


def again(ada, response, **button):
    """The button on the page that asks."""
    return ada.post(
        response.request["PATH_INFO"] + "?" + response.request["QUERY_STRING"],
        {**dict(response.context["sent"]), **button},
    )


# One page at a time


@pytest.mark.parametrize("act", ["unpublish", "delete"])
def test_taking_a_part_out_asks_first(ada, cast, nearly, act):
    response = ada.post(f"/admin/pages/{nearly.pk}/{act}/", {"next": "/admin/"})
    assert asked(response)
    assert Page.objects.get(pk=nearly.pk).live
    assert again(ada, response).status_code == 302
    assert len(done_by(cast.maja)) == 1


@pytest.mark.parametrize("act", ["unpublish", "delete"])
def test_nothing_is_asked_when_nobody_waits_for_it(ada, cast, pages, act):
    read(cast.maja, pages[0])
    assert ada.post(f"/admin/pages/{pages[2].pk}/{act}/").status_code == 302
    assert not CourseCompletion.objects.exists()


def test_moving_a_part_to_another_course_asks_first(ada, cast, nearly):
    other = builders.make_course("En annan kurs")
    path = f"/admin/pages/{nearly.pk}/move/{other.pk}/confirm/"
    assert not asked(ada.get(path))
    response = ada.post(path)
    assert asked(response)
    assert again(ada, response).status_code == 302
    assert len(done_by(cast.maja)) == 1


def test_moving_it_within_the_course_or_in_another_language_asks_nothing(ada, course, nearly):
    assert ada.post(f"/admin/pages/{nearly.pk}/move/{course.pk}/confirm/").status_code == 302
    english = translate(nearly)
    other = builders.make_course("En annan kurs")
    assert not asked(ada.post(f"/admin/pages/{english.pk}/move/{other.pk}/confirm/"))


def edit(ada, quiz, **changes):
    form = form_of(quiz, [{}, {}], **{"action-publish": "action-publish", **changes})
    return ada.post(f"/admin/pages/{quiz.pk}/edit/", {name: value for name, value in form.items() if value is not None})


def test_making_a_part_optional_asks_before_it_is_published(ada, cast, nearly):
    revision = nearly.latest_revision_id
    response = edit(ada, nearly, required=None)
    assert asked(response)
    assert Page.objects.get(pk=nearly.pk).latest_revision_id == revision
    again(ada, response, **{"action-publish": "action-publish"})
    assert activity_of(nearly).required is False
    assert len(done_by(cast.maja)) == 1


def test_the_other_button_saves_it_as_a_draft(ada, cast, nearly):
    again(ada, edit(ada, nearly, required=None))
    assert Page.objects.get(pk=nearly.pk).specific.get_latest_revision_as_object().required is False
    assert activity_of(nearly).required is True
    assert not CourseCompletion.objects.exists()


def test_a_draft_and_a_part_that_stays_needed_ask_nothing(ada, nearly):
    for changes in ({}, {"required": None, "action-publish": None}):
        assert not asked(edit(ada, nearly, **changes))


def test_the_day_that_ends_the_publication_asks_when_it_is_set(ada, cast, nearly):
    response = edit(ada, nearly, expire_at="2099-01-01 12:00")
    assert asked(response)
    assert "när publiceringen upphör" in response.content.decode()
    again(ada, response, **{"action-publish": "action-publish"})
    assert Page.objects.get(pk=nearly.pk).expire_at.year == 2099
    assert not asked(edit(ada, nearly, expire_at="2099-01-01 12:00"))


# Many at a time


def bulk(ada, act, *pages, **form):
    ids = "&".join(f"id={page.pk}" for page in pages)
    return ada.post(f"/admin/bulk/wagtailcore/page/{act}/?{ids}&next=/admin/", form)


@pytest.mark.parametrize("act", ["unpublish", "delete"])
def test_taking_out_many_asks_first(ada, cast, nearly, act):
    response = bulk(ada, act, nearly)
    assert asked(response)
    assert Page.objects.get(pk=nearly.pk).live
    assert again(ada, response).status_code == 302
    assert len(done_by(cast.maja)) == 1


def test_who_would_be_done_on_the_way_is_counted_too(ada, cast, course, pages):
    """Taken out one by one, each part leaves somebody who has done the rest, though nothing is left in the end."""
    take_quiz(cast.maja, pages[2])
    response = bulk(ada, "unpublish", *pages)
    assert asked(response)
    again(ada, response)
    assert len(done_by(cast.maja)) == 1


def test_moving_many_asks_first(ada, cast, nearly):
    other = builders.make_course("En annan kurs")
    assert asked(bulk(ada, "move", nearly, chooser=other.pk))


def test_publishing_drafts_that_make_a_part_optional_asks_first(ada, cast, course, nearly):
    nearly.required = False
    nearly.save_revision()
    assert not asked(bulk(ada, "publish", course, include_descendants="on"))  # it does not publish this draft
    response = bulk(ada, "publish", nearly)
    assert asked(response)
    assert activity_of(nearly).required is True
    again(ada, response)
    assert len(done_by(cast.maja)) == 1


def test_many_pages_of_others_and_whole_courses_ask_nothing(ada, cast, course, nearly):
    plain = builders.publish(Page(title="Om oss", slug="om-oss"), Page.objects.get(slug="hem"))
    assert bulk(ada, "unpublish", plain).status_code == 302
    assert bulk(ada, "unpublish", course, include_descendants="on").status_code == 302
    assert not CourseCompletion.objects.exists()


def test_a_part_that_another_language_keeps_asks_nothing(ada, nearly, cast):
    lesson = LessonPage.objects.first()
    translate(lesson)
    take_quiz(cast.maja, nearly)
    CourseCompletion.objects.all().delete()
    assert bulk(ada, "unpublish", lesson).status_code == 302
