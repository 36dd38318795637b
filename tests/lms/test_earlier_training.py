"""Earlier training says first what it does to the figures, and takes the document with the yes."""

import datetime
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from courses.models import Activity
from lms.models import CourseCompletion, EvidenceDocument, LearningEvent, LedgerEntry, Workplace
from lms.reports.figures import gather
from lms.requirements.actions import require
from tests import people
from tests.builders import complete, course_of
from tests.clock import NOON

PATH = "/admin/training/earlier-training/"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
DAY = datetime.timedelta(days=1)

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def due(cast, course):
    return require(course=course_of(course), due_days=30, valid_from=NOON.date() - 90 * DAY, actor=cast.ada)


def form(course, *staff, **more):
    return {
        "form_id": str(uuid.uuid4()),
        "what": course_of(course).pk,
        "on": "2026-05-03",
        "people": [person.pk for person in staff],
        **more,
    }


def paper(content=PDF):
    return SimpleUploadedFile("intyg.pdf", content)


def seen(shown):
    return {"seen": shown.context["seal"]}


def rows():
    return [model.objects.count() for model in (CourseCompletion, EvidenceDocument, LearningEvent, LedgerEntry)]


def figures(place):
    totals = gather(NOON.date(), Workplace.objects.filter(pk=place.pk)).totals
    return {
        None: (totals.people.done, totals.people.counted),
        **{course: (share.done, share.counted) for course, share in totals.by_course.items()},
    }


def test_it_tells_the_figures_that_the_matrix_then_has(petra, cast, course, due):
    held, before = rows(), figures(cast.brattfors)
    sent = form(course, cast.maja)
    shown = petra.post(PATH, sent)
    assert shown.context["told"] == [
        f"”{course.title}” blir slutförd för 1 person den 3 maj 2026, med intyg.",
        "Maja Lindgren har då slutfört 1 kurs till.",
        "Maja Lindgren är inte längre försenad i 1 kurs.",
        "Brattfors: 0 av 2 blir 1 av 2.",
    ]
    assert (rows(), figures(cast.brattfors)) == (held, before)
    foreseen = {share.course_id: (share.was, share.now) for share in shown.context["change"].shares}
    assert petra.post(PATH, {**sent, **seen(shown)}).status_code == 302
    after = figures(cast.brattfors)
    assert foreseen == {key: (before[key], after[key]) for key in after if before[key] != after[key]} != {}


def test_the_first_page_asks_for_no_document_and_the_second_for_nothing_else(petra, cast, course, due):
    first = petra.get(PATH).content.decode()
    assert 'type="file"' not in first
    second = petra.post(PATH, form(course, cast.maja)).content.decode()
    assert second.count('type="file"') == 1
    assert 'enctype="multipart/form-data"' in second


def test_a_document_that_is_refused_loses_nothing_that_was_filled_in(petra, cast, course, due):
    sent = form(course, cast.maja, cast.birgitta)
    shown = petra.post(PATH, sent)
    held = rows()
    refused = petra.post(PATH, {**sent, **seen(shown), "document": paper(b"MZ")})
    assert refused.status_code == 422
    assert list(refused.context["document_form"].errors) == ["document"]
    assert refused.context["told"] == shown.context["told"]
    assert (rows(), refused.context["seal"]) == (held, shown.context["seal"])
    page = refused.content.decode()
    for name in ("form_id", "what", "on", "people"):
        assert f'name="{name}"' in page
    assert petra.post(PATH, {**sent, **seen(refused), "document": paper()}).status_code == 302
    assert EvidenceDocument.objects.get().enrolments.count() == 2


def test_what_has_changed_is_shown_anew_and_the_document_asked_for_once_more(petra, cast, course, due):
    sent = form(course, cast.maja)
    shown = petra.post(PATH, sent)
    people.hire(cast, "Anna", "Al", "brattfors")
    again = petra.post(PATH, {**sent, **seen(shown), "document": paper()})
    assert again.context["has_changed"]
    assert list(again.context["document_form"].errors) == ["document"]
    assert not CourseCompletion.objects.exists()
    assert petra.post(PATH, {**sent, **seen(again), "document": paper()}).status_code == 302
    assert EvidenceDocument.objects.get().enrolments.get().staff == cast.maja


def test_a_double_click_counts_once(petra, cast, course, due):
    sent = form(course, cast.maja)
    shown = petra.post(PATH, sent)
    for _time in range(2):
        assert petra.post(PATH, {**sent, **seen(shown), "document": paper()}).status_code == 302
    assert (CourseCompletion.objects.count(), EvidenceDocument.objects.count()) == (1, 1)
    assert petra.post(PATH, sent).status_code == 302  # and from the first page, gone back to


def test_somebody_more_on_the_same_form_is_shown_first(petra, cast, course, due):
    sent = form(course, cast.maja)
    shown = petra.post(PATH, sent)
    petra.post(PATH, {**sent, **seen(shown)})
    more = petra.post(PATH, {**sent, "people": [cast.maja.pk, cast.birgitta.pk]})
    assert more.status_code == 200
    assert CourseCompletion.objects.count() == 1


def test_who_has_completed_it_gets_the_document_alone(petra, cast, course, due):
    complete(cast.maja, course)
    assert petra.post(PATH, form(course, cast.maja)).context["told"] == [
        "1 person har redan slutfört den. För den personen läggs bara underlaget till.",
        "Ingen siffra i matrisen ändras av det.",
    ]


def test_a_course_that_needs_nothing_is_refused_at_its_field(petra, cast, course):
    Activity.objects.filter(course=course_of(course)).update(required=False)
    response = petra.post(PATH, form(course, cast.maja))
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["what"])


@pytest.mark.parametrize("who", ["birgitta", "maja", "bo", "eva", "nisse"])
def test_nobody_else_sees_what_it_would_do(sign_in, cast, course, due, who):
    response = sign_in(who).post(PATH, form(course, cast.maja))
    assert response.status_code in (302, 403)
    assert not CourseCompletion.objects.exists()


def test_nobody_out_of_reach_is_told_of(petra, cast, course, due, far):
    response = petra.post(PATH, form(course, far))
    assert list(response.context["form"].errors) == ["people"]
    assert far.full_name not in response.content.decode()


def test_the_day_is_the_only_day_there_is(petra, cast, course):
    tomorrow = str(timezone.localdate() + DAY)
    assert petra.post(PATH, form(course, cast.maja, on=tomorrow)).status_code == 422
