"""Cycles that are opened because a course has changed: what has not changed is carried over. See `lms.retraining`.

Such a cycle is born with the first fact about a part that is to be done again, as it is now. What a tablet tells of the
part as it was belongs to the cycle before, where it changes nothing.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from .. import ledger
from ..models import ActivityCompletion, CourseCompletion, Earned, Enrolment, QuizAttempt
from ..retraining.demands import Demand, Part
from ..retraining.lookup import demand_of, demands_on
from ..status import Completion, runs_out
from .facts import DEVICES, Fact


class Retakes:
    """What is to be done again in some cycles, each annotated with `is_demanded`. No query where there is nothing."""

    def __init__(self, current: Iterable[Enrolment]) -> None:
        rows = list(current)
        self._courses = {row.course_id for row in rows if getattr(row, "is_demanded", False)}
        self._opened_for = {row.retraining_id for row in rows if row.retraining_id}
        self._rows = [row.pk for row in rows if row.course_id in self._courses]

    @cached_property
    def _demands(self) -> Mapping[int, list[Demand]]:
        return demands_on(timezone.localdate(), self._courses)

    @cached_property
    def _opening(self) -> dict[int, Demand]:
        return demand_of(self._opened_for)

    @cached_property
    def _done(self) -> dict[int, CourseCompletion]:
        rows = CourseCompletion.objects.filter(enrolment__in=self._rows, voided_at=None)
        return {row.enrolment_id: row for row in rows}

    def begins(self, fact: Fact, current: Enrolment) -> bool:
        """Whether `fact` opens the next cycle: it is about a part that is to be done again, as it is now.

        Not where the course runs out by its own last day: then it is taken again as a whole, see `begin_again`.
        """
        if current.course_id not in self._courses or not fact.activity.live:
            return False
        done = self._done.get(current.pk)
        if done is None or runs_out(timezone.localdate(), Completion.of(done)):
            return False
        return any(
            part.activity == fact.activity and _is_fresh(fact, part)
            for demand in self._demands.get(current.course_id, ())
            if demand.touches(done.occurred_at)
            for part in demand.left(done.versions)
        )

    def begin(self, fact: Fact, before: Enrolment) -> Enrolment:
        """The next cycle, with all that still does of the cycle `before`: as it was earned, on the day that it was."""
        done = self._done[before.pk]
        demands = [demand for demand in self._demands[before.course_id] if demand.touches(done.occurred_at)]
        opens = next(
            demand for demand in demands if any(part.activity == fact.activity for part in demand.left(done.versions))
        )
        before.current = False
        before.save(update_fields=["current"])
        row = Enrolment.objects.create(
            staff_id=before.staff_id,
            course=before.course,
            cycle=before.cycle + 1,
            started_on=timezone.localdate(fact.moment),
            recorded_at=fact.received_at,
            retraining_id=opens.id,
        )
        self._opened_for.add(opens.id)
        self._opening[opens.id] = opens
        _carry_over(before, row, [part for demand in demands for part in demand.parts])
        ledger.write("course.begun_again", actor=None, subject=row, staff=before.staff, cycle=row.cycle)
        return row

    def is_of_the_retake(self, fact: Fact, current: Enrolment) -> bool:
        """Whether what an outbox tells belongs to the cycle `current`, that was opened since the course changed.

        It is about a part that changed: then the version says. About another: then the day does.
        """
        demand = self._opening.get(current.retraining_id or 0)
        part = next((part for part in demand.parts if part.activity == fact.activity), None) if demand else None
        if part:
            return _is_fresh(fact, part)
        return timezone.localdate(fact.begun_at) >= current.started_on


def _is_fresh(fact: Fact, part: Part) -> bool:
    """What a leader records by hand is of a day, whatever the version is now; a device says what it has shown."""
    if fact.version is None or fact.version.pk not in part.fresh:
        return False
    return fact.source in DEVICES or fact.moment >= part.since


def _carry_over(before: Enrolment, into: Enrolment, parts: Iterable[Part]) -> None:
    fresh: dict[int, list[frozenset[int]]] = {}
    for part in parts:
        fresh.setdefault(part.activity.pk, []).append(part.fresh)
    rows = before.activity_completions.filter(voided_at=None).order_by("pk")
    ActivityCompletion.objects.bulk_create(
        ActivityCompletion(
            enrolment=into,
            activity_id=row.activity_id,
            version_id=row.version_id,
            event_id=row.event_id,
            earned=Earned.CARRIED,
            occurred_at=row.occurred_at,
            recorded_at=into.recorded_at,
        )
        for row in rows
        if all(row.version_id in versions for versions in fresh.get(row.activity_id, ()))
    )


# Of those in the middle of the course, where the leader has said so


def set_begun_aside(demand: Demand) -> set[int]:
    """What people in the middle of the course have done of the parts as they were does not count any more.

    Returns the ids of their cycles. As many queries for one as for thousands; needs a transaction.
    """
    now, cycles = timezone.now(), set()
    for part in demand.parts:
        rows = _begun(demand.course_id).filter(activity=part.activity, voided_at=None).exclude(version__in=part.fresh)
        found = set(rows.values_list("enrolment", flat=True))
        # The tests first: which they are is told by the rows.
        QuizAttempt.objects.filter(
            enrolment__in=rows.values("enrolment"), activity=part.activity, passed=True, voided_at=None
        ).exclude(version__in=part.fresh).update(voided_at=now)
        ActivityCompletion.objects.filter(pk__in=rows.values("pk")).update(voided_at=now, void_reason=_mark(demand.id))
        cycles |= found
    return cycles


def put_begun_back(retraining: int) -> None:
    """The counter-entry to `set_begun_aside`: the same anew, where it has not been done again since."""
    stands = ActivityCompletion.objects.filter(
        enrolment=OuterRef("enrolment"), activity=OuterRef("activity"), voided_at=None
    )
    rows = ActivityCompletion.objects.filter(~Exists(stands), void_reason=_mark(retraining)).order_by("pk")
    now = timezone.now()
    ActivityCompletion.objects.bulk_create(_again(row, now) for row in rows)


def _again(row: ActivityCompletion, now: Any) -> ActivityCompletion:
    row.pk, row.voided_at, row.void_reason, row.recorded_at = None, None, "", now
    return row


def _mark(retraining: int) -> str:
    return f"retraining:{retraining}"


def _begun(course_id: int) -> QuerySet[ActivityCompletion]:
    """What is done in the cycles of the course that are under way."""
    complete = CourseCompletion.objects.filter(enrolment=OuterRef("enrolment"), voided_at=None)
    return ActivityCompletion.objects.filter(~Exists(complete), enrolment__course=course_id, enrolment__current=True)
