"""Done again, taken back, recorded by hand: what happens to a course that was completed before."""

import datetime
import uuid

import pytest
from django.contrib.messages import get_messages
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from certificates.models import Certificate
from lms.models import ActivityCompletion, CourseCompletion, EventSource, Workplace
from lms.people.actions import employ, end_employment
from lms.progress import move, record_attendance, record_earlier_training, void
from lms.progress.record import credible
from lms.reader.lookup import journeys
from lms.reports.figures import gather
from lms.requirements.actions import require
from lms.status import Status
from tests import builders, people
from tests.builders import activity_of, complete, course_of, fields, read, take_quiz
from tests.foreseen import agree


def ago(days: int) -> datetime.datetime:
    return timezone.now() - datetime.timedelta(days=days)


def day(days: int) -> datetime.date:
    return timezone.localdate() - datetime.timedelta(days=days)


def again(client, page, learner):
    return client.post(f"/min-utbildning/kurs/{page.translation_key}/gor-om/", fields(learner))


def start(client) -> dict:
    context = client.get("/min-utbildning/").context
    return {name: [journey.course.title for journey in context[name]] for name in ("to_do", "own", "renew", "done")}


@pytest.fixture
def short(index):
    """A course that is valid for a month."""
    return builders.make_full_course(valid_months=1)


# By the learner


def test_a_course_of_ones_own_choice_that_has_expired_can_be_taken_again(maja, cast, short):
    complete(cast.maja, short, at=ago(90))
    assert start(maja)["renew"] == [short.title]
    again(maja, short, cast.maja)
    assert start(maja) == {"to_do": [], "own": [short.title], "renew": [], "done": []}


def test_a_required_course_taken_again_before_it_expires_is_to_do(maja, cast, course, rule):
    complete(cast.maja, course, at=ago(1065))
    assert start(maja)["renew"] == [course.title]
    again(maja, course, cast.maja)
    assert start(maja) == {"to_do": [course.title], "own": [], "renew": [], "done": []}
    assert maja.get("/min-utbildning/").context["continue_with"] is not None


def test_a_double_tap_begins_one_cycle(maja, cast, course, rule, monkeypatch):
    from lms.reader.views import start as view

    complete(cast.maja, course, at=ago(1065))
    begin = view.begin_again

    def as_the_second(**arguments):
        begin(**arguments)
        return begin(**arguments)

    monkeypatch.setattr(view, "begin_again", as_the_second)
    assert again(maja, course, cast.maja).status_code == 302
    assert cast.maja.enrolments.count() == 2


# By a leader


def register(leader, page, *learners, on) -> list[str]:
    form = {
        "form_id": uuid.uuid4(),
        "on": str(on),
        "what": course_of(page).pk,
        "people": [learner.pk for learner in learners],
    }
    response = agree(leader, reverse("lms_admin:earlier_training"), form)
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_earlier_training_renews_what_has_expired(petra, cast, short):
    complete(cast.maja, short, at=ago(90))
    register(petra, short, cast.maja, on=day(1))
    assert CourseCompletion.objects.latest("completed_on").completed_on == day(1)
    assert cast.maja.enrolments.count() == 2


def test_the_same_form_again_begins_no_further_cycle(cast, short):
    complete(cast.maja, short, at=ago(90))
    form = {"form_id": uuid.uuid4(), "course": course_of(short), "people": [cast.maja], "recorded_by": cast.ada}
    for _turn in range(2):
        record_earlier_training(**form, on=day(40))
    assert cast.maja.enrolments.count() == 2
    assert CourseCompletion.objects.count() == 2


def test_the_leader_is_told_whom_it_changed_nothing_for(petra, cast, course):
    complete(cast.maja, course)
    messages = register(petra, course, cast.maja, cast.bo, on=day(1))
    assert CourseCompletion.objects.count() == 2
    assert len(messages) == 2
    assert messages[0].startswith("1 ")
    assert "1 " in messages[1]


def test_a_course_without_required_parts_is_refused_at_the_field(petra, cast, index):
    page = builders.make_course()
    builders.make_lesson(page, required=False)
    form = {"form_id": uuid.uuid4(), "on": str(day(1)), "what": course_of(page).pk, "people": [cast.maja.pk]}
    response = petra.post(reverse("lms_admin:earlier_training"), form)
    assert response.status_code == 422
    assert "what" in response.context["form"].errors


def test_a_meetup_attended_again_renews_what_has_expired(cast, index):
    page = builders.make_course(valid_months=1)
    meetup = activity_of(builders.make_workshop(page))
    for on in (day(90), day(1)):
        record_attendance(form_id=uuid.uuid4(), activity=meetup, people=[cast.maja], on=on, recorded_by=cast.ada)
    assert set(CourseCompletion.objects.values_list("completed_on", flat=True)) == {day(90), day(1)}


def test_a_leaders_old_date_is_meant(petra, cast, course):
    register(petra, course, cast.maja, on=day(500))
    assert CourseCompletion.objects.get().completed_on == day(500)
    assert Certificate.objects.get().completed_on == day(500)


def test_a_move_keeps_an_old_day(cast, course):
    record_earlier_training(
        form_id=uuid.uuid4(), course=course_of(course), people=[cast.maja], on=day(600), recorded_by=cast.ada
    )
    move(completion=CourseCompletion.objects.get(), to=cast.bo, reason="fel person", recorded_by=cast.ada)
    assert CourseCompletion.objects.get(staff=cast.bo).completed_on == day(600)


@pytest.mark.parametrize("source", EventSource.values)
def test_nothing_is_claimed_for_the_future_and_devices_forget_the_far_past(source):
    now, far_back = timezone.now(), ago(800)
    assert credible(now + datetime.timedelta(hours=1), now, source) == now
    believed = credible(far_back, now, source)
    assert believed == (now if source in (EventSource.READER, EventSource.TABLET) else far_back)


# Taking back


def test_voiding_the_same_row_again_leaves_what_came_after(cast, course, pages):
    complete(cast.maja, course)
    first = ActivityCompletion.objects.get(activity=activity_of(pages[0]))
    void(completion=first, reason="fel", recorded_by=cast.ada)
    read(cast.maja, pages[0])
    void(completion=first, reason="fel", recorded_by=cast.ada)  # as held by a page opened before
    assert CourseCompletion.objects.filter(voided_at=None).count() == 1


def test_voiding_what_was_optional_leaves_the_course(cast, index):
    page = builders.make_full_course()
    extra = builders.make_lesson(page, "Frivillig", required=False)
    complete(cast.maja, page)
    read(cast.maja, extra)
    void(completion=ActivityCompletion.objects.get(activity=activity_of(extra)), reason="fel", recorded_by=cast.ada)
    assert CourseCompletion.objects.get().voided_at is None
    assert (
        not cast.maja.enrolments.get().activity_completions.filter(activity=activity_of(extra), voided_at=None).exists()
    )


# The matrix and the desk agree


def test_out_of_attempts_but_done_by_evidence_is_no_call_for_help(cast, index):
    page = builders.make_course(valid_months=1)
    quiz = builders.make_quiz(page, max_attempts=1)
    take_quiz(cast.maja, quiz, right=False, at=ago(95))
    require(course=course_of(page), valid_from=day(300), actor=cast.ada)
    record_earlier_training(
        form_id=uuid.uuid4(), course=course_of(page), people=[cast.maja], on=day(90), recorded_by=cast.ada
    )
    figures = gather(timezone.localdate(), Workplace.objects.all())
    [row] = [row for worker, row in figures.rows(figures.workers) if worker.job.staff_id == cast.maja.pk]
    [journey] = journeys(cast.maja, Q(), language="sv")
    assert row.cells[0].status == journey.status == Status.EXPIRED


def test_nobody_is_late_on_the_first_day_back(cast, short):
    require(course=course_of(short), valid_from=day(600), due_days=30, actor=cast.ada)
    seasonal = people.hire(cast, "Sommar", "Berg", "brattfors", kind="seasonal", days_ago=380)
    complete(seasonal, short, at=ago(360))
    end_employment(job=seasonal.employments.get(), last_day=day(300), actor=cast.ada)
    employ(
        staff=seasonal,
        workplace=cast.brattfors,
        role=cast.roles["biträde"],
        kind="seasonal",
        start=day(0),
        actor=cast.ada,
    )

    def cell(on):
        figures = gather(on, Workplace.objects.all())
        rows = figures.rows(figures.workers)
        return next(row for worker, row in rows if worker.job.staff_id == seasonal.pk).cells[0]

    assert (cell(day(0)).status, cell(day(0)).late) == (Status.EXPIRED, False)
    assert (cell(day(-14)).late, cell(day(-15)).late) == (False, True)
