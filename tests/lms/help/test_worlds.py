"""Who waits or is stuck, at any day as known at any other: as the slow reference says it of invented histories."""

import uuid
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from lms.help import who_waits_or_is_stuck
from lms.models import (
    ActivityCompletion,
    CourseCompletion,
    Enrolment,
    Exemption,
    ExtraAttempt,
    LearningEvent,
    LedgerEntry,
    StaffMember,
)
from tests.builders import activity_of, course_of
from tests.help import TODAY, day, moment

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
