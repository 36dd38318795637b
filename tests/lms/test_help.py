"""Who needs help, with what, and whom it reaches: at any day, as known at any other."""

import datetime
import uuid
from dataclasses import dataclass, field

import pytest
from django.db.models import Q
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.models import Activity, Course
from lms.help import who_needs_help, who_waits_or_is_stuck
from lms.models import (
    ActivityCompletion,
    CourseCompletion,
    Employment,
    Enrolment,
    Exemption,
    ExtraAttempt,
    LearningEvent,
    LedgerEntry,
    Requirement,
    StaffMember,
    Workplace,
)
from lms.people.actions import employ, end_employment
from lms.progress import apply_event, begin_again, dismiss_event, give_attempt, record_attendance, wait_again
from lms.reader.lookup import journeys
from lms.reports.figures import gather
from lms.requirements.actions import end_exemption, excuse, require
from lms.status import HelpReason, Status
from tests import builders, people
from tests.builders import activity_of, complete, course_of, read, take_quiz, tell

NOON = datetime.datetime(2026, 11, 23, 11, tzinfo=datetime.UTC)
TODAY = NOON.date()
PAGE, SHOP = "/admin/training/needs-help/", "/min-utbildning/min-butik/"


@pytest.fixture(autouse=True)
def noon(time_machine):
    time_machine.move_to(NOON, tick=False)


def day(ago):
    return TODAY - datetime.timedelta(days=ago)


def moment(ago):
    return NOON - datetime.timedelta(days=ago)


def cell_of(person, on=TODAY, **known):
    found = gather(on, Workplace.objects.all(), **known)
    [row] = [row for worker, row in found.rows(found.workers) if worker.job.staff_id == person.pk]
    [cell] = row.cells
    return cell


def status_of(person, ago=0, **known):
    cell = cell_of(person, day(ago), **known)
    return cell.status.value, cell.facts.help and cell.facts.help.value


def begin(person, page, ago):
    """One of the two steps of a lesson."""
    step = builders.version_of(page).steps[0]["id"]
    return tell(person, page, "step", {"step": step}, at=moment(ago))


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


# Whom it reaches, and what they can do


@pytest.fixture
def three(cast, rule, course, pages, far):
    """Maja is stuck, Bo has used up his attempts, Birgitta waits for a decision; far away somebody is stuck too."""
    StaffMember.objects.update(phone="070-123 45 67")
    last = builders.make_quiz(course, "Slutprov", max_attempts=1)
    begin(cast.maja, pages[0], 20)
    begin(far, pages[0], 20)
    take_quiz(cast.bo, last, right=False, at=moment(1))
    tell(cast.staff["birgitta"], pages[0], "step", {"step": "borta"}, at=moment(1))


def test_the_page_lists_them_by_workplace_with_what_can_be_done(petra, cast, three, course):
    response = petra.get(PAGE)
    assert [(call.worker.workplace, call.worker.given_name, call.help.value) for call in response.context["calls"]] == [
        ("Brattfors", "Birgitta", "review"), ("Brattfors", "Maja", "stuck"), ("Gräsmyr", "Bo", "attempts"),
    ]  # fmt: skip
    text = response.content.decode()
    assert "3 personer behöver hjälp" in text
    assert f'href="/admin/training/staff/{cast.bo.pk}/course/{course_of(course).pk}/attempt/"' in text
    assert f'href="/admin/training/review/?person={cast.staff["birgitta"].pk}"' in text
    assert text.count('href="tel:0701234567"') == 3
    assert "Fjärran" not in text


def test_the_phone_is_for_the_project_leader(sign_in, three):
    assert "tel:" not in sign_in("kajsa").get(PAGE).content.decode()


def test_someone_with_two_jobs_is_told_of_once(petra, cast, three):
    employ(staff=cast.maja, workplace=cast.grasmyr, role=cast.roles["biträde"], start=day(100), actor=cast.ada)
    response = petra.get(PAGE)
    assert ([call.worker.given_name for call in response.context["calls"]], response.context["people"]) == (
        ["Birgitta", "Maja", "Bo"], 3,
    )  # fmt: skip


def test_an_empty_page_says_so(petra, rule):
    assert "Ingen behöver hjälp just nu." in petra.get(PAGE).content.decode()


def test_the_shop_owner_is_told_of_the_own_people_and_what_to_do(sign_in, three):
    response = sign_in("birgitta").get(SHOP)
    text = response.content.decode()
    assert [call.worker.given_name for call in response.context["calls"]] == ["Birgitta", "Maja"]
    assert "Behöver hjälp (2)" in text
    assert "Fråga hur det går, och ordna några lugna minuter vid surfplattan." in text
    assert "Bo Ek" not in text
    assert "070" not in text


def test_the_cell_leads_to_the_decision(petra, cast, three):
    text = petra.get("/admin/reports/training-matrix/?view=people").content.decode()
    assert f'href="/admin/training/review/?person={cast.staff["birgitta"].pk}"' in text


@pytest.mark.parametrize("number", [1, 9])
def test_what_the_page_costs(petra, cast, rule, pages, number, django_assert_num_queries):
    for _each in range(number):
        begin(people.hire(cast, "Ny", "Ek", "brattfors"), pages[0], 20)
    petra.get(PAGE)
    with django_assert_num_queries(15):
        petra.get(PAGE)


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


# Against the slow reference. Days are told as how long ago they are; everything happens at noon.

ago = st.integers(0, 45)


@dataclass
class Cycle:
    number: int  # 0: what was told of a course that is not for them
    started: int
    recorded: int
    completed: list = field(default_factory=list)  # (completed, recorded, voided or None)
    parts: list = field(default_factory=list)  # the same
    events: list = field(default_factory=list)  # (occurred, received, decisions: None, or days ago of each)
    helped: list = field(default_factory=list)


@st.composite
def backwards(draw):
    """(how long ago it happened, how long ago it was recorded, how long ago it was taken back, if it was)."""
    happened = draw(ago)
    recorded = draw(st.integers(0, happened))
    return happened, recorded, draw(st.none() | st.integers(0, recorded))


@st.composite
def told(draw):
    occurred = draw(ago)
    received = draw(st.integers(0, occurred))
    waits = draw(st.booleans())
    decided = sorted(draw(st.sets(st.integers(0, received), max_size=3)), reverse=True) if waits else None
    return occurred, received, decided


@st.composite
def histories(draw):
    cycles = []
    for number in range(draw(st.integers(0, 1)), draw(st.integers(2, 3))):
        started = draw(ago)
        cycles.append(
            Cycle(
                number=number,
                started=started,
                recorded=draw(st.integers(0, started)),
                completed=draw(st.lists(backwards(), max_size=1)) if number else [],
                parts=draw(st.lists(backwards(), max_size=1)) if number else [],
                events=draw(st.lists(told(), max_size=3)),
                helped=draw(st.lists(ago, max_size=1)),
            )
        )
    excused = draw(st.lists(st.tuples(ago, st.none() | ago, st.integers(0, 60), st.integers(0, 60)), max_size=2))
    return cycles, excused


def expected(cycles, excused, on, known):
    """In the words of the decision. `on` and `known` are days ago; None for now."""
    knows = 0 if known is None else known
    then = max(on, knows)  # nothing later than this had happened

    def stands(rows):
        return any(
            happened >= on and recorded >= knows and not (voided is not None and voided >= knows)
            for happened, recorded, voided in rows
        )

    begun = [cycle for cycle in cycles if cycle.started >= on and cycle.recorded >= knows]
    real = [cycle for cycle in begun if cycle.number > 0]
    last = real[-1] if real else None
    asked = [cycle for cycle in begun if cycle.number == 0]
    if last and not stands(last.completed):
        asked.append(last)
    current = next((cycle for cycle in reversed(cycles) if cycle.number > 0), None)
    for cycle in asked:
        parts = cycle.parts + (current.parts if current and current is not cycle else [])
        part_done = any(
            happened >= then and recorded >= knows and not (voided is not None and voided >= knows)
            for happened, recorded, voided in parts
        )
        for _occurred, received, decided in cycle.events:
            if decided is None or received < then or part_done:
                continue
            # Put aside, waits again, put aside, in turn.
            if len([one for one in decided if one >= then]) % 2 == 0:
                return "review", None
    if last is None or stands(last.completed):
        return None
    heard = [occurred for occurred, received, _decided in last.events if occurred >= then and received >= knows]
    silent_for = min([*heard, last.started]) - on
    if silent_for <= 14 or any(then <= given <= on + 14 for given in last.helped):
        return None
    for first, end, recorded, end_recorded in excused:
        if recorded < knows:
            continue
        open_then = end is None or end_recorded < knows
        if not open_then and end > first:
            continue  # taken back: it held on no day
        for number in range(15):  # the days since
            if first >= on + number and (open_then or end <= on + number):
                return None
    return "stuck", on + silent_for


@settings(max_examples=60)  # some six queries each
@given(histories(), st.lists(st.tuples(st.integers(0, 40), st.none() | st.integers(0, 40)), min_size=1, max_size=6))
def test_every_day_as_known_at_every_other_agrees_with_the_slow_reference(cast, course, pages, history, asked):
    cycles, excused = history
    person = StaffMember.objects.create(given_name="Någon", family_name="Alls")
    activity, which = activity_of(pages[0]), course_of(course)
    current = max(cycle.number for cycle in cycles)
    for cycle in cycles:
        enrolment = Enrolment.objects.create(
            staff=person, course=which, cycle=cycle.number, current=cycle.number == current > 0,
            started_on=day(cycle.started), recorded_at=moment(cycle.recorded),
        )  # fmt: skip
        put_down(enrolment, cycle, activity)
    for first, end, recorded, end_recorded in excused:
        Exemption.objects.create(
            staff=person, reason="sick", valid_from=day(first), valid_to=None if end is None else day(end),
            recorded_at=moment(recorded), end_recorded_at=None if end is None else moment(end_recorded),
        )  # fmt: skip
    for on, known in asked:
        found = who_waits_or_is_stuck(
            [person.pk], [which.pk], day(on), known=None if known is None else moment(known)
        ).get((person.pk, which.pk))
        wanted = expected(cycles, excused, on, known)
        told_of = found and (found.reason.value, found.heard_on and (TODAY - found.heard_on).days)
        assert told_of == wanted, (on, known)


def put_down(enrolment, cycle, activity):
    for happened, recorded, voided in cycle.completed:
        CourseCompletion.objects.create(
            enrolment=enrolment, staff=enrolment.staff, course=enrolment.course, occurred_at=moment(happened),
            completed_on=day(happened), recorded_at=moment(recorded),
            voided_at=None if voided is None else moment(voided),
        )  # fmt: skip
    for occurred, received, decided in cycle.events:
        waits = decided is not None and len(decided) % 2 == 0
        event = LearningEvent.objects.create(
            event_id=uuid.uuid4(), enrolment=enrolment, activity=activity, kind="step", occurred_at=moment(occurred),
            received_at=moment(received), source="tablet", reason="" if decided is None else "withdrawn",
            outcome="needs_review" if waits else "applied" if decided is None else "dismissed",
        )  # fmt: skip
        for number, when in enumerate(decided or ()):
            LedgerEntry.objects.create(
                at=moment(when), verb="event.waits_again" if number % 2 else "event.dismissed",
                subject=f"learningevent:{event.pk}",
            )  # fmt: skip
    for given_ago in cycle.helped:
        ExtraAttempt.objects.create(enrolment=enrolment, activity=activity, given_at=moment(given_ago))
    if cycle.parts:
        heard = LearningEvent.objects.create(
            event_id=uuid.uuid4(), enrolment=enrolment, activity=activity, kind="step", source="tablet",
            occurred_at=moment(900), received_at=moment(900),
        )  # fmt: skip
        for happened, recorded, voided in cycle.parts:
            ActivityCompletion.objects.create(
                enrolment=enrolment, activity=activity, event=heard, earned="read", occurred_at=moment(happened),
                recorded_at=moment(recorded), voided_at=None if voided is None else moment(voided),
            )  # fmt: skip
