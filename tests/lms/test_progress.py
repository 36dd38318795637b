import datetime
import uuid

import pytest
from django.db import transaction
from django.utils import timezone

from lms.models import (
    ActivityCompletion,
    CourseCompletion,
    Enrolment,
    EventKind,
    LearningEvent,
    LedgerEntry,
)
from lms.progress import begin_again, move, record_attendance, record_earlier_training, void
from lms.signals import course_completed, course_completion_voided
from tests import builders
from tests.builders import activity_of, complete, course_of, read, take_quiz, tell, version_of


@pytest.fixture
def heard():
    """Signals as they came: ("completed" or "voided", completion)."""
    told = []

    def on_completed(sender, completion, **kwargs):
        told.append(("completed", completion))

    def on_voided(sender, completion, **kwargs):
        told.append(("voided", completion))

    course_completed.connect(on_completed)
    course_completion_voided.connect(on_voided)
    yield told
    course_completed.disconnect(on_completed)
    course_completion_voided.disconnect(on_voided)


def test_the_first_event_enrols(cast, lesson):
    step = version_of(lesson).steps[0]["id"]
    receipt = tell(cast.maja, lesson, EventKind.STEP, {"step": step})
    assert receipt.outcome == "applied"
    enrolment = Enrolment.objects.get()
    assert (enrolment.staff, enrolment.course, enrolment.cycle, enrolment.current) == (
        cast.maja,
        activity_of(lesson).course,
        1,
        True,
    )
    assert enrolment.started_on == timezone.localdate()


def test_a_lesson_is_done_when_every_step_is_read_in_whatever_order(cast, lesson):
    steps = [step["id"] for step in version_of(lesson).steps]
    for step in reversed(steps):
        assert not ActivityCompletion.objects.exists()
        tell(cast.maja, lesson, EventKind.STEP, {"step": step})
    done = ActivityCompletion.objects.get()
    assert (done.earned, done.version, done.activity) == ("read", version_of(lesson), activity_of(lesson))


def test_the_same_event_twice_counts_once(cast, lesson):
    same = {"event_id": uuid.uuid4()}
    step = {"step": version_of(lesson).steps[0]["id"]}
    first = tell(cast.maja, lesson, EventKind.STEP, step, **same)
    second = tell(cast.maja, lesson, EventKind.STEP, step, **same)
    assert (first.outcome, second.outcome) == ("applied", "duplicate")
    assert second.event == first.event
    assert LearningEvent.objects.count() == 1


def test_an_id_that_belongs_to_someone_else_is_rejected_and_changes_nothing(cast, lesson):
    same = {"event_id": uuid.uuid4()}
    step = {"step": version_of(lesson).steps[0]["id"]}
    tell(cast.maja, lesson, EventKind.STEP, step, **same)
    receipt = tell(cast.bo, lesson, EventKind.STEP, step, **same)
    assert (receipt.outcome, receipt.reason) == ("rejected", "id_taken")
    assert LearningEvent.objects.get().enrolment.staff == cast.maja
    assert not Enrolment.objects.filter(staff=cast.bo).exists()


def test_what_cannot_be_counted_is_kept_and_waits_for_a_leader(cast, lesson):
    receipt = tell(cast.maja, lesson, EventKind.STEP, {"step": "inget-sådant"})
    assert (receipt.outcome, receipt.reason) == ("needs_review", "unknown_step")
    event = LearningEvent.objects.get()
    assert (event.outcome, event.reason) == ("needs_review", "unknown_step")


def test_what_no_database_takes_is_left_out_of_a_steps_id(cast, lesson):
    receipt = tell(cast.maja, lesson, EventKind.STEP, {"step": "inget\x00-\ud800sådant"})
    assert (receipt.outcome, receipt.event.step) == ("needs_review", "inget-sådant")


def test_a_withdrawn_lesson_still_takes_in_what_was_read_but_does_not_count_it(cast, lesson):
    version = version_of(lesson)
    lesson.unpublish()
    receipt = tell(cast.maja, lesson, EventKind.STEP, {"step": version.steps[0]["id"]}, version=version)
    assert (receipt.outcome, receipt.reason) == ("needs_review", "withdrawn")


@pytest.mark.parametrize(
    ("claimed", "kept"),
    [
        (datetime.timedelta(hours=-5), datetime.timedelta(hours=-5)),
        (datetime.timedelta(hours=5), datetime.timedelta(0)),
        (datetime.timedelta(days=-4000), datetime.timedelta(0)),
        (datetime.timedelta(days=-300), datetime.timedelta(days=-300)),
    ],
)
def test_a_claimed_time_in_the_future_or_absurdly_far_back_is_clamped(cast, lesson, claimed, kept):
    now = timezone.now()
    step = {"step": version_of(lesson).steps[0]["id"]}
    receipt = tell(cast.maja, lesson, EventKind.STEP, step, occurred_at=now + claimed, received_at=now)
    assert receipt.event.occurred_at == now + kept


def test_the_whole_course_is_done_with_its_last_required_activity(cast, course, heard):
    receipts = [read(cast.maja, page.specific) for page in course.get_activity_pages()[:2]]
    assert [receipt.course_completion for receipt in receipts] == [None, None]
    completion = take_quiz(cast.maja, course.get_activity_pages().last().specific).course_completion
    today = timezone.localdate()
    assert completion == CourseCompletion.objects.get()
    assert (completion.staff, completion.completed_on, completion.basis) == (cast.maja, today, "activities")
    assert completion.valid_until == today.replace(year=today.year + 3)
    assert sorted(completion.versions) == sorted(version_of(page.specific).pk for page in course.get_activity_pages())
    assert heard == [("completed", completion)]


def test_an_optional_activity_does_not_hold_the_course_up(cast, index):
    page = builders.make_course()
    needed = builders.make_lesson(page)
    builders.make_lesson(page, "Frivillig", required=False)
    assert read(cast.maja, needed).course_completion is not None


def test_a_course_of_optional_activities_alone_is_never_done_by_itself(cast, index):
    page = builders.make_course()
    assert read(cast.maja, builders.make_lesson(page, required=False)).course_completion is None


def test_a_completion_never_goes_backwards_when_something_is_added(cast, course):
    completion = complete(cast.maja, course)
    builders.make_lesson(course, "Ny lektion")
    completion.refresh_from_db()
    assert completion.voided_at is None
    assert CourseCompletion.objects.standing(timezone.localdate()).get() == completion


def test_doing_it_all_again_completes_nothing_twice(cast, course, heard):
    complete(cast.maja, course)
    for page in course.get_activity_pages().specific()[:2]:
        assert read(cast.maja, page).course_completion is None
    assert CourseCompletion.objects.count() == 1
    assert len(heard) == 1


# By hand


def test_attendance_completes_the_meetup_for_each_and_writes_who_recorded_it(cast, index):
    page = builders.make_course()
    meetup = builders.make_workshop(page)
    form, day = uuid.uuid4(), timezone.localdate() - datetime.timedelta(days=3)
    rows = {"form_id": form, "activity": activity_of(meetup), "on": day, "recorded_by": cast.kajsa}
    receipts = record_attendance(people=[cast.maja, cast.bo], **rows)
    assert [receipt.outcome for receipt in receipts] == ["applied", "applied"]
    assert all(receipt.course_completion.completed_on == day for receipt in receipts)
    done = ActivityCompletion.objects.get(enrolment__staff=cast.maja)
    assert (done.earned, done.recorded_by, timezone.localdate(done.occurred_at)) == (
        "attended",
        cast.kajsa,
        day,
    )
    assert LedgerEntry.objects.filter(verb="attendance.recorded", actor=cast.kajsa).count() == 2
    again = record_attendance(people=[cast.maja, cast.bo], **rows)
    assert [receipt.outcome for receipt in again] == ["duplicate", "duplicate"]
    assert LedgerEntry.objects.filter(verb="attendance.recorded").count() == 2


def test_earlier_training_completes_the_whole_course_by_evidence(cast, course):
    day = timezone.localdate() - datetime.timedelta(days=100)
    record_earlier_training(
        form_id=uuid.uuid4(), course=course_of(course), people=[cast.maja], on=day, recorded_by=cast.petra
    )
    completion = CourseCompletion.objects.get()
    assert (completion.basis, completion.completed_on) == ("evidence", day)
    assert set(ActivityCompletion.objects.values_list("earned", flat=True)) == {"evidence"}


# Ways back


def test_voiding_a_course_voids_what_it_rests_on_and_says_so(cast, course, heard):
    completion = complete(cast.maja, course)
    void(completion=completion, reason="Fel person", recorded_by=cast.petra)
    completion.refresh_from_db()
    assert completion.voided_at is not None
    assert completion.void_reason == "Fel person"
    assert not ActivityCompletion.objects.filter(voided_at=None).exists()
    assert heard[-1] == ("voided", completion)
    assert LedgerEntry.objects.filter(verb="course.voided", actor=cast.petra).count() == 1


def test_voiding_one_activity_takes_the_course_with_it_and_doing_it_again_brings_it_back(cast, course, quiz):
    first = complete(cast.maja, course)
    passed = ActivityCompletion.objects.get(earned="passed")
    void(completion=passed, reason="Fuskade", recorded_by=cast.petra)
    first.refresh_from_db()
    assert first.voided_at is not None
    assert ActivityCompletion.objects.filter(voided_at=None).count() == 2
    second = take_quiz(cast.maja, quiz).course_completion
    assert second is not None
    assert second != first


def test_voiding_twice_changes_nothing(cast, course, heard):
    completion = complete(cast.maja, course)
    void(completion=completion, reason="Fel", recorded_by=cast.petra)
    void(completion=completion, reason="Fel igen", recorded_by=cast.petra)
    completion.refresh_from_db()
    assert completion.void_reason == "Fel"
    assert [word for word, _completion in heard] == ["completed", "voided"]


def test_moving_a_completion_gives_the_right_person_the_same_day_and_how_it_was_earned(cast, course, heard):
    at = timezone.now() - datetime.timedelta(days=20)
    completion = complete(cast.maja, course, at=at)
    move(completion=completion, to=cast.bo, reason="Det var inte hon", recorded_by=cast.petra)
    moved = CourseCompletion.objects.get(voided_at=None)
    assert (moved.staff, moved.completed_on) == (cast.bo, completion.completed_on)
    assert set(moved.enrolment.activity_completions.values_list("earned", flat=True)) == {"read", "passed"}
    assert [word for word, _completion in heard] == ["completed", "voided", "completed"]
    assert LedgerEntry.objects.filter(verb="completion.moved", staff=cast.bo).count() == 3


def test_a_completion_in_a_withdrawn_course_can_still_be_moved(cast, course):
    completion = complete(cast.maja, course)
    lesson = course.get_activity_pages().first()
    lesson.unpublish()
    receipts = move(completion=completion, to=cast.bo, reason="Fel person", recorded_by=cast.petra)
    assert {receipt.outcome for receipt in receipts} == {"applied"}
    assert CourseCompletion.objects.get(voided_at=None).staff == cast.bo


@pytest.mark.parametrize("to", ["maja", "bo"])
def test_there_is_nothing_to_move_to_oneself_or_from_what_is_voided(cast, course, to):
    completion = complete(cast.maja, course)
    if to == "bo":
        void(completion=completion, reason="Fel", recorded_by=cast.petra)
        completion.refresh_from_db()
    with pytest.raises(ValueError, match="Nothing to move"):
        move(completion=completion, to=getattr(cast, to), reason="?", recorded_by=cast.petra)


# Renewal


def test_beginning_again_opens_a_new_cycle_and_the_old_completion_stays(cast, course):
    first = complete(cast.maja, course)
    renewed = begin_again(learner=cast.maja, course=course_of(course), actor=cast.users["maja"])
    assert (renewed.cycle, renewed.current) == (2, True)
    assert Enrolment.objects.filter(current=True).count() == 1
    second = complete(cast.maja, course)
    assert second.enrolment == renewed
    first.refresh_from_db()
    assert first.voided_at is None
    assert CourseCompletion.objects.filter(voided_at=None).count() == 2


def test_what_is_not_done_cannot_be_begun_again(cast, course, lesson):
    with pytest.raises(ValueError, match="no completed cycle"):
        begin_again(learner=cast.maja, course=course_of(course), actor=None)
    read(cast.maja, lesson)
    with pytest.raises(ValueError, match="no completed cycle"):
        begin_again(learner=cast.maja, course=course_of(course), actor=None)


# All or nothing


def test_a_receiver_that_fails_undoes_the_whole_event(cast, course):
    def fail(sender, **kwargs):
        raise RuntimeError("Trasigt")

    pages = list(course.get_activity_pages().specific())
    for page in pages[:2]:
        read(cast.maja, page)
    before = LearningEvent.objects.count()
    course_completed.connect(fail)
    try:
        with pytest.raises(RuntimeError, match="Trasigt"), transaction.atomic():
            take_quiz(cast.maja, pages[2])
    finally:
        course_completed.disconnect(fail)
    assert LearningEvent.objects.count() == before
    assert not CourseCompletion.objects.exists()
    assert not ActivityCompletion.objects.filter(earned="passed").exists()


def test_no_name_ever_stands_in_the_ledger_or_in_an_event(cast, course):
    completion = complete(cast.maja, course)
    move(completion=completion, to=cast.bo, reason="Maja Lindgren var inte där", recorded_by=cast.petra)
    text = " ".join(str(row) for row in [*LedgerEntry.objects.values("verb", "subject", "data")])
    text += " ".join(str(row) for row in LearningEvent.objects.values_list("payload", flat=True))
    for name in ("Maja", "Lindgren", "Bo", "Ek "):
        assert name not in text
