"""To listen: what the page gives the voice, and who hears an author's recording."""

import io
import re

import pytest
from django.core.files.base import File
from django.test import Client
from wagtail.documents.models import Document
from wagtail.models import Page, ReferenceIndex

from courses.models import LessonPage
from tests import builders
from tests.builders import address, fields
from tests.courses.test_publishing import republish
from tests.courses.test_translations import english, translate

english = english

OWN, TABLET = "/min-utbildning", "/surfplatta/min-utbildning"
SOUND = bytes(range(256)) * 1000


pytestmark = pytest.mark.usefixtures("on_disk")


def make_recording(name="lektion.mp3"):
    return Document.objects.create(title="Inläst av Maja", file=File(io.BytesIO(SOUND), name=name))


def recorded(course, name="lektion.mp3"):
    """References are indexed after commit, which a test never reaches: here at once."""
    lesson = builders.make_lesson(course, audio=make_recording(name))
    ReferenceIndex.create_or_update_for_object(lesson)
    return lesson


def recording_at(lesson, where=OWN):
    return f"{address(lesson, where)}dokument/{lesson.audio_id}/"


def heard(browser, path, **headers):
    response = browser.get(path, headers=headers)
    if response.streaming:
        response.body = response.getvalue()  # read to its end it closes itself
    return response


def has_voice(response):
    """Whether the page has what reads aloud, hidden until there is a voice, beside exactly one thing to read."""
    html = response.content.decode()
    controls = re.findall(
        r'<div class="lms-listen lms-screen" hidden role="group" aria-label="Lyssna" data-lms-listen ', html
    )
    assert len(controls) == html.count("data-lms-listen-text") == html.count("lms_courses/listen.js")
    return bool(controls)


# The browser's own voice


def test_lessons_and_questions_can_be_listened_to_in_the_book_and_at_the_desk(maja, at_tablet, cast, pages):
    lesson, quiz = pages[0], pages[2]
    assert has_voice(maja.get(lesson.url))
    assert has_voice(maja.get(address(lesson)))
    assert has_voice(at_tablet.get(address(lesson, TABLET)))
    begun = maja.post(address(quiz) + "forsok/", fields(cast.maja))["Location"]
    assert has_voice(maja.get(f"{begun}fraga/1/"))


def test_a_question_in_another_language_is_read_in_it(maja, cast, english, pages):
    translate(pages[2], "Knowledge test", questions=[])
    cast.maja.language = "en"
    cast.maja.save(update_fields=["language"])
    begun = maja.post(address(pages[2]) + "forsok/", fields(cast.maja))["Location"]
    html = maja.get(f"{begun}fraga/1/").content.decode()
    assert '<fieldset class="lms-question" data-lms-listen-text lang="sv">' in html
    assert '<p class="lms-muted" lang="en">Choose one answer.</p>' in html


# A recording


def test_a_recording_takes_the_voices_place_with_its_name_and_size(maja, at_tablet, course):
    lesson = recorded(course)
    for page, source in (
        (maja.get(lesson.url), lesson.audio.url),
        (maja.get(address(lesson)), recording_at(lesson)),
        (at_tablet.get(address(lesson, TABLET)), recording_at(lesson, TABLET)),
    ):
        html = page.content.decode()
        assert f'<audio controls preload="none" src="{source}" aria-labelledby="inspelning"></audio>' in html
        assert "Inläst av Maja (MP3, 250,0\xa0kB)" in html
        assert "data-lms-listen " not in html


def test_a_translation_has_its_own_or_none_and_without_content_its_sources(maja, cast, english, course):
    lessons = [recorded(course, f"{number}.mp3") for number in range(3)]
    theirs = make_recording("english.ogg")
    translate(lessons[0], "Own", audio=theirs)
    translate(lessons[1], "None", audio=None)
    translate(lessons[2], "Title alone", body=[], audio=None)
    cast.maja.language = "en"
    cast.maja.save(update_fields=["language"])
    pages = [maja.get(address(lesson)).content.decode() for lesson in lessons]
    assert f"dokument/{theirs.pk}/" in pages[0]
    assert "<audio" not in pages[1]
    assert f'src="{recording_at(lessons[2])}"' in pages[2]


def test_at_the_desk_it_plays_where_it_stands(maja, at_tablet, course):
    for name, kind in (("a.mp3", "audio/mpeg"), ("b.opus", "audio/ogg"), ("c.m4a", "audio/mp4")):
        lesson = recorded(course, name)
        for browser, where in ((maja, OWN), (at_tablet, TABLET)):
            response = heard(browser, recording_at(lesson, where))
            assert response.body == SOUND
            assert response["Content-Type"] == kind
            assert response["Content-Disposition"] == f'inline; filename="{lesson.audio.filename}"'
            assert response["Accept-Ranges"] == "bytes"
            assert response["X-Content-Type-Options"] == "nosniff"
            assert "no-store" in response["Cache-Control"]


SIZE = len(SOUND)


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-", 0, SIZE - 1),
        ("bytes=0-1", 0, 1),
        ("bytes=70000-140000", 70000, 140000),
        ("bytes=255999-999999", SIZE - 1, SIZE - 1),
        ("bytes=-100", SIZE - 100, SIZE - 1),
        ("bytes=-999999", 0, SIZE - 1),
    ],
)
def test_a_part_of_it_is_sent_when_asked_for(maja, course, asked, first, last):
    response = heard(maja, recording_at(recorded(course)), range=asked)
    assert response.status_code == 206
    assert response.body == SOUND[first : last + 1]
    assert response["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert response["Content-Length"] == str(last - first + 1)
    assert response["Content-Type"] == "audio/mpeg"
    assert response["Content-Security-Policy"] == "default-src 'none'"
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(
    "asked",
    ["bytes=", "bytes=-", f"bytes={'9' * 5000}-", "bytes=0-1,4-5", "lines=1-2", "bytes=a-b", "bytes=1"],
)
def test_what_cannot_be_understood_is_answered_in_full(maja, course, asked):
    response = heard(maja, recording_at(recorded(course)), range=asked)
    assert (response.status_code, response.body) == (200, SOUND)


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", "bytes=9999999999-", "bytes=5-2", "bytes=-0"])
def test_a_part_that_is_not_there_is_told_so(maja, course, asked):
    response = heard(maja, recording_at(recorded(course)), range=asked)
    assert (response.status_code, response["Content-Range"]) == (416, f"bytes */{SIZE}")


def test_a_part_of_what_has_changed_meanwhile_is_sent_as_a_whole(maja, course):
    path = recording_at(recorded(course))
    tag = heard(maja, path)["ETag"]
    assert heard(maja, path, range="bytes=0-1", if_range=tag).status_code == 206
    assert heard(maja, path, range="bytes=0-1", if_range='"annan"').status_code == 200


def test_other_documents_of_the_lesson_are_files_still(maja, course):
    document = make_recording("lurad.mp3")
    body = [("heading", "Ett"), ("document", {"document": document, "title": ""})]
    lesson = builders.publish(LessonPage(title="Fil", slug="fil", body=body, audio=make_recording()), course)
    response = heard(maja, f"{address(lesson)}dokument/{document.pk}/")
    assert response["Content-Disposition"].startswith("attachment")


# Who must hear nothing


def test_who_may_not_read_the_lesson_hears_none_of_it(client, at_tablet, sign_in, index):
    lesson = recorded(builders.make_course(access="assigned"))
    for headers in ({}, {"range": "bytes=0-1"}):
        for browser, where in ((at_tablet, TABLET), (sign_in("maja"), OWN)):
            assert heard(browser, recording_at(lesson, where), **headers).status_code == 404
            assert heard(browser, lesson.audio.url, **headers).status_code == 403
        assert heard(Client(), recording_at(lesson), **headers).status_code == 302
        assert heard(Client(), recording_at(lesson, TABLET), **headers).status_code == 302
        assert heard(sign_in("nisse"), recording_at(lesson), **headers).status_code == 403
        assert heard(Client(), lesson.audio.url, **headers).status_code == 403


def test_nor_a_recording_of_another_lesson_a_draft_or_one_replaced(maja, course, pages):
    lesson = recorded(course)
    first, draft = lesson.audio, make_recording("utkast.mp3")
    lesson.audio = draft
    lesson.save_revision()
    assert heard(maja, draft.url).status_code == 403
    assert heard(maja, f"{address(lesson)}dokument/{draft.pk}/").status_code == 404
    assert heard(maja, f"{address(pages[0])}dokument/{first.pk}/").status_code == 404
    ReferenceIndex.create_or_update_for_object(republish(lesson))
    assert heard(maja, draft.url).status_code == 200
    assert heard(maja, first.url).status_code == 403
    assert heard(maja, f"{address(lesson)}dokument/{first.pk}/").status_code == 404


def test_a_recording_whose_lesson_is_deleted_is_closed(index):
    lesson = recorded(builders.make_course(access="open"))
    recording = lesson.audio
    assert heard(Client(), recording.url).status_code == 200
    Page.objects.get(pk=lesson.pk).delete()
    ReferenceIndex.objects.all().delete()
    assert heard(Client(), recording.url).status_code == 403
