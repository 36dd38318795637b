"""The one door: facts in, one or many at once, in a number of queries that does not grow with them.

Everything is decided in memory over rows that are locked, in the order in which it happened, and written in bulk. What
it comes to is the same whatever order events come in, how often, and how many at a time; but the last attempt at a test
is whoever's comes first, and the day of a completed course stands once it is given.
"""

import datetime
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction

from courses.models import Activity, ActivityVersion

from ..models import Earned, EventKind, EventOutcome, EventSource, LearningEvent, QuizAttempt, StaffMember
from .enrolments import Cycles
from .facts import DUPLICATE, REJECTED, Entry, Fact, Receipt, credible
from .readings import Readings, steps_of_any_version
from .rollup import Done, complete_activities
from .sittings import Sittings

__all__ = ["Fact", "Receipt", "credible", "record", "record_all"]

#: Somebody else may take an id, or begin a cycle, between our look and our write; not again and again.
TIMES = 3

BY_HAND = {EventKind.ATTENDED: Earned.ATTENDED, EventKind.EVIDENCE: Earned.EVIDENCE}


def record(
    *,
    event_id: uuid.UUID,
    learner: StaffMember,
    activity: Activity,
    version: ActivityVersion | None,
    kind: str,
    occurred_at: datetime.datetime,
    received_at: datetime.datetime,
    source: str,
    recorded_by: Any = None,
    payload: Mapping[str, Any] | None = None,
) -> Receipt:
    """Take in one fact about `learner` and `activity`.

    `event_id` is the reporter's own id: the same id again is a duplicate and changes nothing; the same id about
    something else is rejected. `payload` by kind: step {"step"}; attempt {"attempt"}; answer {"attempt", "question",
    "answer"}; submit {"attempt"}, with "answers" {key: answer} where it is not to be graded over the answers before
    it. `occurred_at` is a claim, see `credible`.

    What cannot be counted is kept and waits for a leader (needs_review); nothing is dropped silently.
    """
    fact = Fact(
        event_id=event_id,
        learner=learner,
        activity=activity,
        version=version,
        kind=kind,
        occurred_at=occurred_at,
        received_at=received_at,
        source=source,
        recorded_by=recorded_by,
        payload=payload,
    )
    return record_all([fact])[0]


def record_all(facts: Sequence[Fact]) -> list[Receipt]:
    """Take in many facts, all or none, as if one by one in the order in which they happened. Receipts in their order.

    As many queries for one as for hundreds: some ten for steps, some twenty with tests, never more than 25; and three
    more where somebody begins a course, and what each completion of a course takes.
    """
    # One alone is tried at once: hardly ever is it known already.
    ask_first = len(facts) > 1
    for time in range(1, TIMES + 1):
        try:
            with transaction.atomic():
                return _record_all(facts, ask_first=ask_first)
        except IntegrityError:
            if time == TIMES:
                raise
            ask_first = True
    raise AssertionError


def _record_all(facts: Sequence[Fact], *, ask_first: bool) -> list[Receipt]:
    receipts = _already_told(facts) if ask_first else {}
    entries: dict[int, Entry] = {}
    fresh = [number for number in range(len(facts)) if number not in receipts]
    for number in sorted(fresh, key=lambda number: facts[number].moment):
        entries[number] = Entry(facts[number], facts[number].as_event(), heard_at=facts[number].received_at)
    first: dict[uuid.UUID, int] = {}
    twice = {number: one for number in entries if (one := first.setdefault(facts[number].event_id, number)) != number}
    for number in twice:
        del entries[number]
    if entries:
        take_in(list(entries.values()))
    receipts |= {number: entry.receipt() for number, entry in entries.items()}
    for number, one in twice.items():
        receipts[number] = _told_again(facts[number], facts[one], entries[one].event)
    return [receipts[number] for number in range(len(facts))]


def take_in(entries: Sequence[Entry], *, in_spite: bool = False) -> Sittings:
    """Decide what becomes of each, in this order, and write it. `in_spite` counts rows that waited for a leader.

    Needs a transaction. An entry that can not be counted has its reason and waits (on).
    """
    cycles = Cycles([entry.fact for entry in entries])
    for entry in entries:
        entry.event.enrolment = cycles.of(entry.fact)
    readings, sittings = Readings(entries), Sittings(entries, cycles, in_spite=in_spite)
    for entry in entries:
        waits = entry.fact.outbox.waits if entry.fact.outbox else ""
        reason = waits or _why_not(entry, readings, sittings, in_spite=in_spite)
        entry.event.outcome = EventOutcome.NEEDS_REVIEW if reason else EventOutcome.APPLIED
        if reason or not in_spite:  # what is counted in spite of a reason keeps it
            entry.event.reason = reason
    counted = [entry for entry in entries if entry.event.outcome == EventOutcome.APPLIED]
    events = [entry.event for entry in entries]
    if in_spite:
        LearningEvent.objects.bulk_update(events, ["enrolment", "outcome", "reason"])
    else:
        LearningEvent.objects.bulk_create(events)
    sittings.grade()
    sittings.write()
    complete_activities([*readings.done(), *sittings.done(), *_done_by_hand(counted)])
    return sittings


def _why_not(entry: Entry, readings: Readings, sittings: Sittings, *, in_spite: bool) -> str:
    """A code for why the event cannot be counted now; empty when it can, and then it is."""
    event = entry.event
    if event.source in (EventSource.MOVE, EventSource.RESTORE):
        return ""  # it counted once already
    if entry.fact.is_about_an_attempt:
        return sittings.take_in(entry)
    if not in_spite and not (event.activity.live and event.activity.course.live):
        return "withdrawn"
    if event.kind == EventKind.STEP:
        known = readings.knows(entry) or (in_spite and event.step in steps_of_any_version(event.activity_id))
        if not known:
            return "unknown_step"
        readings.add(entry)
    return ""


def _done_by_hand(entries: Iterable[Entry]) -> Iterable[Done]:
    for entry in entries:
        event = entry.event
        earned = BY_HAND.get(EventKind(event.kind))
        if event.kind == EventKind.OVERRIDE:
            earned = event.payload.get("earned", Earned.OVERRIDE)
        if earned:
            yield Done(
                entry=entry,
                event=event,
                version_id=event.version_id,
                earned=earned,
                occurred_at=event.occurred_at,
                by_itself=False,
            )


# What was told before


def _already_told(facts: Sequence[Fact]) -> dict[int, Receipt]:
    """Receipts for the facts whose id is known, by their place. One query, and two more where there are such."""
    rows = LearningEvent.objects.select_related("enrolment").filter(event_id__in={fact.event_id for fact in facts})
    known = {row.event_id: row for row in rows}
    if not known:
        return {}
    told = {number: known[fact.event_id] for number, fact in enumerate(facts) if fact.event_id in known}
    attempts = {row.attempt for row in told.values() if row.attempt}
    by_uuid = {row.uuid: row for row in QuizAttempt.objects.filter(uuid__in=attempts)} if attempts else {}
    # Their row may have been merged into another between the two times.
    strangers = {facts[number].learner.pk for number, row in told.items() if not _is_of(row, facts[number], {})}
    kept = dict(StaffMember.objects.filter(pk__in=strangers).values_list("pk", "merged_into")) if strangers else {}
    receipts = {}
    for number, row in told.items():
        same = (row.activity_id, row.kind) == (facts[number].activity.pk, facts[number].kind)
        if same and _is_of(row, facts[number], kept):
            receipts[number] = Receipt(DUPLICATE, event=row, attempt=by_uuid.get(row.attempt) if row.attempt else None)
        else:
            receipts[number] = Receipt(REJECTED, "id_taken")
    return receipts


def _is_of(row: LearningEvent, fact: Fact, kept: Mapping[int, int | None]) -> bool:
    return row.enrolment.staff_id in (fact.learner.pk, kept.get(fact.learner.pk))


def _told_again(fact: Fact, first: Fact, event: LearningEvent) -> Receipt:
    """For an id that stands twice among the facts."""
    if (fact.learner.pk, fact.activity.pk, fact.kind) == (first.learner.pk, first.activity.pk, first.kind):
        return Receipt(DUPLICATE, event=event)
    return Receipt(REJECTED, "id_taken")
