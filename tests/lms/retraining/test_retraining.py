"""A course changes so much that those who had completed it do the changed parts again, by a day."""

import uuid

import pytest
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from courses.models import ActivityVersion
from lms.equivalence.actions import equate
from lms.models import (
    ActivityCompletion,
    CourseCompletion,
    Earned,
    Enrolment,
    LedgerEntry,
    Retraining,
    Workplace,
)
from lms.progress import record_attendance
from lms.progress.recheck import recheck
from lms.reader.lookup import journeys, state_of
from lms.remedies.undo import undo
from lms.reports.figures import gather
from lms.retraining.actions import demand_retraining
from lms.retraining.offers import offers_for
from lms.status import Status
from lms.wording import why
from tests import builders
from tests.builders import activity_of, address, complete, course_of, read, take_quiz, version_of
from tests.courses.test_publishing import republish, translate
from tests.retraining import DAY, change, demand, journey_of, status_of


@pytest.fixture
def changed(cast, course, pages, rule, noon):
    """Maja has completed the course; today its first lesson has changed."""
    complete(cast.maja, course)
    noon.shift(DAY)
    pages[0] = change(pages[0])
    noon.shift(DAY)
    return pages[0]


# Whose completion it touches


def test_who_had_completed_it_is_to_do_what_has_changed_again(cast, course, changed):
    assert status_of(cast.maja) == Status.COMPLETE
    demand(cast, course, changed)
    today = timezone.localdate()
    assert status_of(cast.maja) == Status.EXPIRING
    assert status_of(cast.maja, on=today + 30 * DAY) == Status.EXPIRING
    assert status_of(cast.maja, on=today + 31 * DAY) == Status.EXPIRED
    assert status_of(cast.bo) == Status.NOT_STARTED


def test_the_desk_and_the_matrix_agree_and_say_what_and_by_when(cast, course, changed):
    demand(cast, course, changed)
    journey = journey_of(cast.maja)
    assert journey.status == Status.EXPIRING
    said = why(journey.day, journey.facts)
    assert "Lektion 1" in said
    assert "25 december 2026" in said


def test_earlier_days_stay_as_they_were_and_as_they_were_known(cast, course, changed, noon):
    before = timezone.localdate()
    noon.shift(5 * DAY)
    known = timezone.now()
    noon.shift(DAY)
    demand(cast, course, changed, by=1)
    today = timezone.localdate()
    assert status_of(cast.maja, on=before) == Status.COMPLETE
    assert status_of(cast.maja, on=today, known=known) == Status.COMPLETE
    noon.shift(10 * DAY)
    assert status_of(cast.maja, on=before) == Status.COMPLETE
    assert status_of(cast.maja, on=today) == Status.EXPIRING
    assert status_of(cast.maja) == Status.EXPIRED


def test_who_completed_it_as_it_is_now_is_left_alone(cast, course, changed):
    complete(cast.bo, course)
    demand(cast, course, changed)
    assert status_of(cast.bo) == Status.COMPLETE


def test_who_read_the_change_before_a_correction_of_a_word_has_read_it(cast, course, changed, noon):
    since = version_of(changed).published_at
    complete(cast.bo, course)
    noon.shift(DAY)
    change(changed, "Helt nya ord, rättade.")
    demand_retraining(
        course=course_of(course),
        parts={activity_of(changed): since},
        by_when=timezone.localdate(),
        notes={"sv": "Nytt."},
        actor=cast.ada,
    )
    assert (status_of(cast.maja), status_of(cast.bo)) == (Status.EXPIRING, Status.COMPLETE)


def test_who_is_in_the_middle_goes_on_and_what_they_have_done_counts(cast, course, pages, changed):
    old = ActivityVersion.objects.filter(activity=activity_of(changed)).earliest("pk")
    read(cast.bo, changed, version=old)
    demand(cast, course, changed)
    assert ActivityCompletion.objects.get(enrolment__staff=cast.bo).voided_at is None
    read(cast.bo, pages[1])
    assert take_quiz(cast.bo, pages[2]).course_completion
    assert status_of(cast.bo) == Status.COMPLETE


def test_but_not_when_the_leader_says_so(cast, course, pages, changed, noon):
    old = ActivityVersion.objects.filter(activity=activity_of(changed)).earliest("pk")
    read(cast.bo, changed, version=old)
    read(cast.bo, pages[1])
    noon.shift(DAY)
    made = demand(cast, course, changed, also_begun=True)
    assert LedgerEntry.objects.get(subject=f"retraining:{made.pk}").data["begun"] == 1
    assert [state.is_done for state in journey_of(cast.bo).activities] == [False, True, False]
    noon.shift(DAY)
    read(cast.bo, changed)
    assert take_quiz(cast.bo, pages[2]).course_completion
    assert status_of(cast.bo) == Status.COMPLETE
    assert cast.bo.enrolments.count() == 1


def test_it_writes_no_rows_for_people_and_raises_the_number(cast, course, changed):
    translate(changed, title="Lesson 1")
    before = (Enrolment.objects.count(), ActivityCompletion.objects.count(), LedgerEntry.objects.count())
    demand(cast, course, changed)
    after = (Enrolment.objects.count(), ActivityCompletion.objects.count(), LedgerEntry.objects.count())
    assert (after[0] - before[0], after[1] - before[1], after[2] - before[2]) == (0, 0, 1)
    shown = ActivityVersion.objects.current().filter(activity=activity_of(changed))
    assert {(row.language, row.label) for row in shown} == {("sv", "2"), ("en", "2")}
    republish(changed)
    assert version_of(changed).label == "2"
    change(changed, "Ännu ett ord.")
    assert version_of(changed).label == "2.1"


def test_a_part_that_leaves_the_course_is_demanded_of_nobody(cast, course, changed):
    demand(cast, course, changed)
    changed.unpublish()
    assert status_of(cast.maja) == Status.COMPLETE
    assert journey_of(cast.maja).left == []


def test_the_same_form_again_demands_nothing_anew(cast, course, changed):
    form = uuid.uuid4()
    assert demand(cast, course, changed, form_id=form) == demand(cast, course, changed, form_id=form)
    assert version_of(changed).label == "2"


@pytest.mark.parametrize("wrong", ["nothing", "yesterday"])
def test_what_cannot_be_demanded_is_refused_in_words(cast, course, changed, wrong):
    with pytest.raises(ValidationError):
        demand(cast, course, *([] if wrong == "nothing" else [changed]), by=-1 if wrong == "yesterday" else 1)
    assert not Retraining.objects.exists()


# Doing it again


def test_only_what_has_changed_is_left(cast, course, changed):
    demand(cast, course, changed)
    journey = journey_of(cast.maja)
    assert [state.title for state in journey.left] == ["Lektion 1"]
    assert (journey.left[0].steps_done, journey.left[0].news) == (set(), "Nya öppettider.")
    assert journey.news == "Nya öppettider."
    assert (journey.is_under_way, journey.may_begin_again) == (True, False)
    state = state_of(cast.maja, version_of(changed))
    assert (state.is_done, state.news) == (False, "Nya öppettider.")
    assert cast.maja.enrolments.count() == 1  # looking begins nothing


def test_a_test_that_has_changed_is_taken_again_with_all_its_attempts(cast, course, pages, rule, noon):
    complete(cast.maja, course)
    noon.shift(DAY)
    quiz = type(pages[2]).objects.get(pk=pages[2].pk)
    quiz.max_attempts = 1
    question = quiz.questions.first()
    question.text = "En ny fråga?"
    quiz.questions = [question, *list(quiz.questions.all())[1:]]
    republish(quiz)
    noon.shift(DAY)
    demand(cast, course, quiz)
    [left] = journey_of(cast.maja).left
    assert (left.kind, left.is_out_of_attempts) == ("quiz", False)
    completion = take_quiz(cast.maja, quiz).course_completion
    assert completion.enrolment.cycle == 2
    assert status_of(cast.maja) == Status.COMPLETE


def test_the_first_step_opens_the_next_cycle_and_the_rest_is_carried_over(cast, course, changed, noon):
    first = CourseCompletion.objects.get()
    made = demand(cast, course, changed)
    noon.shift(3 * DAY)
    receipt = read(cast.maja, changed)
    before, now = Enrolment.objects.filter(staff=cast.maja).order_by("cycle")
    assert (before.current, now.current, now.retraining, now.cycle) == (False, True, made, 2)
    carried = {row.activity_id: row for row in now.activity_completions.filter(earned=Earned.CARRIED)}
    old = {row.activity_id: row for row in before.activity_completions.exclude(activity=activity_of(changed))}
    assert carried.keys() == old.keys()
    assert all(
        (row.occurred_at, row.version_id, row.event_id) == (old[pk].occurred_at, old[pk].version_id, old[pk].event_id)
        for pk, row in carried.items()
    )
    assert receipt.course_completion.completed_on == timezone.localdate()
    assert version_of(changed).pk in receipt.course_completion.versions
    first.refresh_from_db()
    assert first.voided_at is None  # the old one stays
    assert status_of(cast.maja) == Status.COMPLETE
    assert status_of(cast.maja, on=timezone.localdate() + 60 * DAY) == Status.COMPLETE


def test_between_two_steps_it_says_the_same(cast, course, changed):
    demand(cast, course, changed)
    step = version_of(changed).steps[0]["id"]
    builders.tell(cast.maja, changed, "step", {"step": step})
    journey = journey_of(cast.maja)
    assert (journey.status, journey.news) == (Status.EXPIRING, "Nya öppettider.")
    assert [state.title for state in journey.left] == ["Lektion 1"]
    assert journey.left[0].steps_done == {step}
    assert state_of(cast.maja, version_of(changed)).news == "Nya öppettider."


def test_what_has_not_changed_opens_nothing(cast, course, pages, changed):
    demand(cast, course, changed)
    read(cast.maja, pages[1])
    assert cast.maja.enrolments.count() == 1


def test_what_runs_out_by_itself_is_taken_again_as_a_whole(cast, index, noon):
    page = builders.make_full_course(valid_months=1)
    lesson = page.get_activity_pages().first().specific
    complete(cast.maja, page)
    noon.shift(DAY)
    lesson = change(lesson)
    demand(cast, page, lesson)
    assert journey_of(cast.maja).may_begin_again
    read(cast.maja, lesson)
    assert cast.maja.enrolments.count() == 1


def test_two_demands_are_done_in_one_cycle_by_the_earlier_day(cast, course, pages, changed, noon):
    demand(cast, course, changed, by=40)
    noon.shift(DAY)
    other = change(pages[1])
    demand(cast, course, other, by=10)
    journey = journey_of(cast.maja)
    assert [state.title for state in journey.left] == ["Lektion 1", "Lektion 2"]
    assert journey.completion.last_day == timezone.localdate() + 10 * DAY
    read(cast.maja, changed)
    assert status_of(cast.maja) == Status.EXPIRING
    assert read(cast.maja, other).course_completion
    assert status_of(cast.maja) == Status.COMPLETE
    assert cast.maja.enrolments.count() == 2


def test_a_meetup_that_a_leader_records_counts_if_it_was_since_the_change(cast, index, noon):
    page = builders.make_course()
    meetup = builders.make_workshop(page)

    def came(on):
        record_attendance(
            form_id=uuid.uuid4(), activity=activity_of(meetup), people=[cast.maja], on=on, recorded_by=cast.ada
        )

    came(timezone.localdate())
    noon.shift(DAY)
    meetup.body = [("text", "<p>Nytt innehåll.</p>")]
    meetup = republish(meetup)
    noon.shift(DAY)
    demand(cast, page, meetup)
    came(timezone.localdate() - 2 * DAY)  # an evening before the change, recorded late
    assert cast.maja.enrolments.count() == 1
    came(timezone.localdate())
    assert CourseCompletion.objects.filter(enrolment__cycle=2).count() == 1


# Undo


def undo_demand(cast, made):
    undo(entry=LedgerEntry.objects.get(verb="retraining.demanded", subject=f"retraining:{made.pk}"), actor=cast.ada)


def test_taken_back_it_held_on_no_day_and_cycles_that_were_begun_go_on(cast, course, changed, noon):
    made = demand(cast, course, changed, by=0)
    known = timezone.now()
    day = timezone.localdate()
    noon.shift(DAY)
    assert status_of(cast.maja) == Status.EXPIRED
    builders.tell(cast.maja, changed, "step", {"step": version_of(changed).steps[0]["id"]})
    undo_demand(cast, made)
    assert status_of(cast.maja) == Status.COMPLETE
    assert status_of(cast.maja, on=day, known=known) == Status.EXPIRING  # as it was known then
    assert cast.maja.enrolments.count() == 2
    assert read(cast.maja, changed).course_completion


def test_taken_back_what_was_set_aside_counts_again(cast, course, pages, changed, noon):
    old = ActivityVersion.objects.filter(activity=activity_of(changed)).earliest("pk")
    read(cast.bo, changed, version=old)
    read(cast.bo, pages[1])
    made = demand(cast, course, changed, also_begun=True)
    noon.shift(DAY)
    undo_demand(cast, made)
    again = ActivityCompletion.objects.get(enrolment__staff=cast.bo, activity=activity_of(changed), voided_at=None)
    assert (again.version, again.occurred_at) == (old, timezone.now() - DAY)
    assert take_quiz(cast.bo, pages[2]).course_completion
    with pytest.raises(ValidationError):
        undo_demand(cast, made)


def test_what_counts_through_a_changed_course_ends_with_it(cast, index, rule, course, pages, noon):
    """At the desk, in a cell and in the sums: trained through the other course until its by-when day and no longer."""
    other = builders.make_full_course("Äldre kurs")
    complete(cast.maja, other)
    equate(
        kind="counts",
        sources=[course_of(other)],
        target=course_of(course),
        valid_from=timezone.localdate(),
        actor=cast.ada,
    )
    noon.shift(DAY)
    lesson = change(other.get_children().first().specific)
    noon.shift(DAY)
    today = timezone.localdate()
    assert status_of(cast.maja) == Status.COMPLETE
    demand(cast, other, lesson)
    done = {}
    for day in (today, today + 30 * DAY, today + 31 * DAY):
        done[day] = gather(day, Workplace.objects.all()).totals.people.done
    assert list(done.values()) == [1, 1, 0]
    assert [status_of(cast.maja, on=day) for day in done] == [Status.EXPIRING, Status.EXPIRING, Status.EXPIRED]
    journey = next(one for one in journeys(cast.maja, Q(), language="sv") if one.course == course_of(course))
    said = why(journey.day, journey.facts)
    assert (journey.status, "Äldre kurs" in said, "Lektion 1" in said) == (Status.EXPIRING, True, True)


# What is offered


def test_what_has_changed_since_somebody_did_it_is_offered_with_what_it_is(cast, course, changed):
    [(part, [offer])] = offers_for(course_of(course)).items()
    assert part == activity_of(changed)
    assert (offer.people, offer.is_new) == (1, False)
    assert offer.changes.added == ("Nytt steg",)
    assert offer.changes.changed == ("Lektion 1 steg 1",)
    demand(cast, course, changed)
    assert offers_for(course_of(course)) == {}  # demanded already


def test_a_part_that_is_new_in_the_course_can_be_demanded(cast, course, rule, noon):
    complete(cast.maja, course)
    noon.shift(DAY)
    extra = builders.make_lesson(course, "Ny lektion")
    [(part, [offer])] = offers_for(course_of(course)).items()
    assert (part, offer.is_new, offer.people) == (activity_of(extra), True, 1)
    demand(cast, course, extra)
    assert [state.title for state in journey_of(cast.maja).left] == ["Ny lektion"]
    assert read(cast.maja, extra).course_completion
    assert status_of(cast.maja) == Status.COMPLETE


def test_what_nobody_has_done_is_not_offered(cast, course, pages):
    change(pages[0])
    assert offers_for(course_of(course)) == {}


# At the desk


def test_the_learner_sees_what_is_new(maja, cast, course, changed):
    demand(cast, course, changed)
    start = maja.get("/min-utbildning/")
    assert [journey.course.title for journey in start.context["to_do"]] == [course.title]
    assert start.context["continue_with"].next.title == "Lektion 1"
    for page in (maja.get(f"/min-utbildning/kurs/{course.translation_key}/"), maja.get(address(changed))):
        assert "Nya öppettider." in page.getvalue().decode()


def test_recheck_takes_nothing_back(cast, course, changed):
    demand(cast, course, changed)
    assert recheck(course_of(course)) == []
    assert CourseCompletion.objects.filter(voided_at=None).count() == 1
