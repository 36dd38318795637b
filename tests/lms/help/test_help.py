"""Who needs help and with what: stuck, out of attempts, waiting for a leader; matrix and desk agree."""

import uuid

import pytest
from django.db.models import Q

from courses.models import Activity, Course
from lms.help import who_needs_help
from lms.models import Employment, LearningEvent, Requirement, StaffMember, Workplace
from lms.people.actions import employ, end_employment
from lms.progress import apply_event, begin_again, dismiss_event, give_attempt, record_attendance, wait_again
from lms.reader.lookup import journeys
from lms.reports.figures import gather
from lms.requirements.actions import end_exemption, excuse, require
from lms.status import HelpReason, Status
from tests import builders, people
from tests.builders import activity_of, complete, course_of, read, take_quiz, tell
from tests.help import NOON, PAGE, TODAY, begin, day, moment


def cell_of(person, on=TODAY, **known):
    found = gather(on, Workplace.objects.all(), **known)
    [row] = [row for worker, row in found.rows(found.workers) if worker.job.staff_id == person.pk]
    [cell] = row.cells
    return cell


def status_of(person, ago=0, **known):
    cell = cell_of(person, day(ago), **known)
    return cell.status.value, cell.facts.help and cell.facts.help.value


# Stuck


def test_silence_of_fourteen_days_is_none_and_of_fifteen_is_a_call_for_help(cast, rule, pages):
    begin(cast.maja, pages[0], 15)
    assert [status_of(cast.maja, ago) for ago in (1, 0)] == [("in_progress", None), ("needs_help", "stuck")]
    assert cell_of(cast.maja).facts.heard_on == day(15)


def test_a_meetup_is_heard_of_too(cast, course, rule, pages):
    meetup = builders.make_workshop(course)
    begin(cast.maja, pages[0], 40)
    record_attendance(
        form_id=uuid.uuid4(), activity=activity_of(meetup), people=[cast.maja], on=day(10), recorded_by=cast.ada
    )
    assert status_of(cast.maja)[0] == "in_progress"


def test_what_came_in_late_is_heard_of_when_it_happened_as_known_when_it_came(cast, rule, pages):
    begin(cast.maja, pages[0], 30)
    step = builders.version_of(pages[0]).steps[1]["id"]
    tell(cast.maja, pages[0], "step", {"step": step}, at=moment(12), received_at=moment(2), source="tablet")
    assert status_of(cast.maja)[0] == "in_progress"
    assert status_of(cast.maja, 5)[0] == "in_progress"
    for recorded in (Employment, Requirement):
        recorded.objects.update(recorded_at=moment(400))
    assert status_of(cast.maja, 5, known=moment(4)) == ("needs_help", "stuck")


def test_a_course_begun_again_is_new_from_that_day(cast, index, time_machine):
    page = builders.make_course(valid_months=1)
    lesson = builders.make_lesson(page)
    require(course=course_of(page), valid_from=day(300), actor=cast.ada)
    complete(cast.maja, page, at=moment(60))
    assert status_of(cast.maja) == ("expired", None)  # done and run out: nothing is begun
    assert lesson
    time_machine.move_to(moment(20), tick=False)
    begin_again(learner=cast.maja, course=course_of(page), actor=cast.ada)
    time_machine.move_to(NOON, tick=False)
    assert [status_of(cast.maja, ago) for ago in (6, 0)] == [("expired", None), ("expired", "stuck")]
    assert cell_of(cast.maja).facts.heard_on == day(20)


def test_nobody_is_stuck_while_excused_nor_in_the_two_weeks_after(cast, rule, pages):
    begin(cast.maja, pages[0], 60)
    given = excuse(staff=cast.maja, course=None, reason="parental", valid_from=day(50), actor=cast.ada)
    assert [status_of(cast.maja, ago)[0] for ago in (51, 0)] == ["in_progress", "exempt"]
    end_exemption(exemption=given, last_day=day(15), actor=cast.ada)
    assert [status_of(cast.maja, ago) for ago in (14, 1, 0)] == [
        ("in_progress", None), ("in_progress", None), ("needs_help", "stuck"),
    ]  # fmt: skip


def test_nobody_is_stuck_on_the_first_day_back_at_work(cast, rule, pages):
    seasonal = people.hire(cast, "Sommar", "Berg", "brattfors", days_ago=200)
    begin(seasonal, pages[0], 150)
    end_employment(job=seasonal.employments.get(), last_day=day(120), actor=cast.ada)
    employ(staff=seasonal, workplace=cast.brattfors, role=cast.roles["biträde"], start=day(15), actor=cast.ada)
    assert [status_of(seasonal, ago)[0] for ago in (1, 0)] == ["in_progress", "needs_help"]


def test_who_is_given_one_more_attempt_has_two_weeks_for_it(cast, index, time_machine):
    page = builders.make_course()
    quiz = builders.make_quiz(page, max_attempts=1)
    require(course=course_of(page), valid_from=day(300), actor=cast.ada)
    take_quiz(cast.maja, quiz, right=False, at=moment(40))
    time_machine.move_to(moment(15), tick=False)
    give_attempt(learner=cast.maja, activity=activity_of(quiz), reason="Hjälp", actor=cast.ada)
    time_machine.move_to(NOON, tick=False)
    Activity.objects.update(past=[])  # as if it had been published all along
    Course.objects.update(past=[])
    assert [status_of(cast.maja, ago) for ago in (16, 1, 0)] == [
        ("needs_help", "attempts"), ("in_progress", None), ("needs_help", "stuck"),
    ]  # fmt: skip


# Waits for a leader


@pytest.fixture
def odd(cast, rule, pages):
    """Something of Maja's that could not be counted came in ten days ago."""
    return tell(cast.maja, pages[0], "step", {"step": "borta"}, at=moment(10)).event


def test_what_waits_for_a_leader_does_so_from_when_it_came_in_until_it_is_decided(cast, odd, time_machine):
    assert [status_of(cast.maja, ago)[0] for ago in (11, 10, 0)] == ["not_started", "needs_help", "needs_help"]
    dismiss_event(event=odd, actor=cast.ada)
    assert [status_of(cast.maja, ago) for ago in (1, 0)] == [("needs_help", "review"), ("in_progress", None)]
    time_machine.move_to(moment(-2), tick=False)
    wait_again(events=[odd.pk], actor=cast.ada)
    assert [status_of(cast.maja, ago)[0] for ago in (1, 0, -1, -2)] == [
        "needs_help", "in_progress", "in_progress", "needs_help",
    ]  # fmt: skip
    assert status_of(cast.maja, 0, known=moment(0))[0] == "in_progress"


def test_what_is_counted_waits_no_longer(cast, rule, pages):
    event = tell(cast.maja, pages[0], "step", {"step": "borta"}, at=moment(3)).event
    LearningEvent.objects.filter(pk=event.pk).update(
        step=builders.version_of(pages[0]).steps[0]["id"], reason="withdrawn"
    )
    apply_event(event=LearningEvent.objects.get(pk=event.pk), actor=cast.ada)
    assert [status_of(cast.maja, ago) for ago in (1, 0)] == [("needs_help", "review"), ("in_progress", None)]


def test_what_was_done_in_another_way_since_waits_for_nobody(cast, odd, pages):
    read(cast.maja, pages[0], at=moment(4))
    assert [status_of(cast.maja, ago) for ago in (5, 0)] == [("needs_help", "review"), ("in_progress", None)]


def test_used_up_attempts_come_before_what_waits_and_that_before_silence(cast, course, rule, pages):
    begin(cast.maja, pages[0], 40)
    assert status_of(cast.maja)[1] == "stuck"
    tell(cast.maja, pages[0], "step", {"step": "borta"}, at=moment(39))
    assert status_of(cast.maja)[1] == "review"
    take_quiz(cast.maja, builders.make_quiz(course, max_attempts=1), right=False, at=moment(38))
    assert status_of(cast.maja)[1] == "attempts"


def test_who_is_overdue_and_stuck_is_overdue_and_the_sentence_says_both(petra, cast, course, pages):
    require(course=course_of(course), valid_from=day(300), due_on=day(3), actor=cast.ada)
    begin(cast.maja, pages[0], 40)
    assert status_of(cast.maja) == ("overdue", "stuck")
    [call] = petra.get(PAGE).context["calls"]
    assert (call.status, call.late) == (Status.OVERDUE, True)
    assert call.why == (
        "Kursen är påbörjad men inte slutförd. Den skulle ha varit klar senast 20 november 2026, för 3 dagar sedan. "
        "Inget har hänt sedan 14 oktober 2026, för 40 dagar sedan."
    )


# The matrix and the desk agree


def test_the_desk_says_the_same_and_never_that_they_are_late_with_it(maja, cast, rule, pages):
    begin(cast.maja, pages[0], 20)
    [journey] = journeys(StaffMember.objects.get(pk=cast.maja.pk), Q(), language="sv")
    assert (journey.status, journey.help) == (Status.NEEDS_HELP, HelpReason.STUCK)
    text = maja.get("/min-utbildning/").content.decode()
    assert "Är något i vägen? Fråga gärna, och fortsätt där du slutade." in text
    tell(cast.maja, pages[0], "step", {"step": "borta"}, at=moment(1))
    [journey] = journeys(StaffMember.objects.get(pk=cast.maja.pk), Q(), language="sv")
    assert (journey.status, journey.help) == (Status.NEEDS_HELP, HelpReason.REVIEW)
    assert "Något du har gjort väntar på kursledaren." in maja.get("/min-utbildning/").content.decode()


@pytest.mark.parametrize("known", [None, NOON])
def test_one_query_whatever_the_number(cast, rule, course, pages, known, django_assert_num_queries):
    begin(cast.maja, pages[0], 20)
    which = course_of(course).pk
    with django_assert_num_queries(1):
        found = who_needs_help([cast.maja.pk, cast.bo.pk], [which], TODAY, known=known)
    assert {pair: needed.reason for pair, needed in found.items()} == {(cast.maja.pk, which): HelpReason.STUCK}


def test_attempts_at_two_tests_are_not_added_up(cast, rule, course):
    for title in ("Första provet", "Andra provet"):
        take_quiz(cast.maja, builders.make_quiz(course, title, max_attempts=2), right=False)
    assert who_needs_help([cast.maja.pk], [course_of(course).pk], TODAY) == {}
