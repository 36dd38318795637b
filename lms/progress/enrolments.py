import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from courses.models import Course

from .. import ledger
from ..equivalence.lookup import renews_what_runs_out
from ..models import Enrolment, StaffMember
from ..retraining.lookup import is_demanded
from ..status import Completion, runs_out
from .facts import NOT_FOR_THEM, Fact
from .retakes import Retakes


def current_enrolment(learner: StaffMember, course: Course, *, lock: bool = False) -> Enrolment | None:
    """The cycle that `learner` is in now; None before the first event. `lock` needs a transaction."""
    enrolments = Enrolment.objects.select_for_update() if lock else Enrolment.objects
    return enrolments.filter(staff=learner, course=course, current=True).first()


def enrol(learner: StaffMember, course: Course, *, on: datetime.date, at: datetime.datetime) -> Enrolment:
    """The current cycle, locked; born on the day `on` if there is none. Needs a transaction."""
    enrolment = current_enrolment(learner, course, lock=True)
    if enrolment:
        return enrolment
    # Only here can it be someone whose row has been merged away since it was read: nothing must land there.
    kept = StaffMember.objects.select_for_update().get(pk=learner.pk).merged_into
    if kept:
        return enrol(kept, course, on=on, at=at)
    Enrolment.objects.get_or_create(
        staff=learner, course=course, current=True, defaults={"started_on": on, "recorded_at": at, "cycle": 1}
    )
    return Enrolment.objects.select_for_update().get(staff=learner, course=course, current=True)


class Cycles:
    """The cycle of each of some facts, locked, in one order for everybody; born where there is none yet.

    Needs a transaction. Raises IntegrityError where somebody else began one at the same moment.
    """

    def __init__(self, facts: Sequence[Fact]) -> None:
        self._kept: dict[int, int] = {}  # whose row was merged into which
        self._cycles: dict[tuple[int, int], list[Enrolment]] = {}
        self._current: dict[tuple[int, int], Enrolment] = {}
        self._aside: dict[tuple[int, int], Enrolment] = {}
        self._find(facts)
        if unborn := self._unborn(facts):
            self._wait_for({self._key(fact)[0] for fact in unborn})
            self._find(facts)
            self._give_birth(self._unborn(facts))
        self._retakes = Retakes(self._current.values())
        self._begin_again(facts)
        self._begin_earlier(facts)

    def of(self, fact: Fact) -> Enrolment:
        """Its cycle: the current one. What happened on a tablet before that was opened belongs to the one then."""
        key = self._key(fact)
        if _is_aside(fact):
            return self._aside[key]
        current = self._current[key]
        if fact.outbox and current.retraining_id:
            return current if self._retakes.is_of_the_retake(fact, current) else self._then(fact, before=current)
        if fact.outbox and current.cycle > 1 and fact.begun_at < current.recorded_at:
            return self._then(fact)
        return current

    def _then(self, fact: Fact, *, before: Enrolment | None = None) -> Enrolment:
        """The cycle that was current when it was begun, as far as we had heard; one `before` another, if so said."""
        cycles = [row for row in self._cycles[self._key(fact)] if row.cycle > Enrolment.ASIDE]
        if before:
            cycles = [row for row in cycles if row.cycle < before.cycle] or [before]
        then = [row for row in cycles if row.recorded_at <= fact.begun_at]
        return max(then, key=lambda row: row.recorded_at) if then else min(cycles, key=lambda row: row.cycle)

    def among_theirs(self, fact: Fact, enrolment_id: int) -> Enrolment | None:
        """The cycle with this id, if it is one of the same person's on the same course."""
        rows = self._cycles.get(self._key(fact), ())
        return next((row for row in rows if row.pk == enrolment_id and row.cycle > Enrolment.ASIDE), None)

    def _key(self, fact: Fact) -> tuple[int, int]:
        return self._kept.get(fact.learner.pk, fact.learner.pk), fact.activity.course_id

    def _find(self, facts: Sequence[Fact]) -> None:
        keys = {self._key(fact) for fact in facts}
        courses = {fact.activity.course_id: fact.activity.course for fact in facts}
        rows = (
            Enrolment.objects.select_for_update()
            .filter(staff__in={staff for staff, _course in keys}, course__in=set(courses))
            .annotate(is_demanded=is_demanded(timezone.localdate()))
        )
        self._cycles, self._current, self._aside = defaultdict(list), {}, {}
        for row in rows.order_by("pk"):
            row.course = courses[row.course_id]
            self._put((row.staff_id, row.course_id), row)

    def _put(self, key: tuple[int, int], row: Enrolment) -> None:
        self._cycles[key].append(row)
        if row.current:
            self._current[key] = row
        elif row.cycle == Enrolment.ASIDE:
            self._aside[key] = row

    def _unborn(self, facts: Iterable[Fact]) -> list[Fact]:
        return [fact for fact in facts if self._key(fact) not in (self._aside if _is_aside(fact) else self._current)]

    def _wait_for(self, people: set[int]) -> None:
        """For whoever begins a cycle for one of them at the same moment.

        Only who has no cycle can be someone whose row has been merged away since it was read.
        """
        rows = StaffMember.objects.select_for_update().filter(pk__in=people).order_by("pk")
        self._kept |= {pk: kept for pk, kept in rows.values_list("pk", "merged_into") if kept}

    def _give_birth(self, facts: Iterable[Fact]) -> None:
        born: dict[tuple[int, int, bool], Enrolment] = {}
        for fact in facts:
            key = self._key(fact)
            aside, day = _is_aside(fact), timezone.localdate(fact.moment)
            row = born.get((*key, aside))
            if row is None:
                numbers = [cycle.cycle for cycle in self._cycles[key]]
                row = born[(*key, aside)] = Enrolment(
                    staff_id=key[0],
                    course=fact.activity.course,
                    cycle=Enrolment.ASIDE if aside else max(numbers, default=0) + 1,
                    current=not aside,
                    started_on=day,
                    recorded_at=fact.received_at,
                )
            row.started_on = min(row.started_on, day)
        for row in Enrolment.objects.bulk_create(born.values()):
            self._put((row.staff_id, row.course_id), row)

    def _begin_again(self, facts: Iterable[Fact]) -> None:
        """Where a course is done and has changed, the first of what is done anew opens the next cycle."""
        for fact in facts:
            key = self._key(fact)
            current = None if _is_aside(fact) else self._current[key]
            if current and self._retakes.begins(fact, current):
                self._put(key, self._retakes.begin(fact, current))

    def _begin_earlier(self, facts: Iterable[Fact]) -> None:
        """The first cycle began on the earliest day that a tablet tells of, however late it does."""
        earlier = {}
        for fact in facts:
            day = timezone.localdate(fact.moment)
            row = self.of(fact) if fact.outbox else None
            if row and row.cycle == 1 and day < row.started_on:
                row.started_on = day
                earlier[row.pk] = row
        if earlier:
            Enrolment.objects.bulk_update(earlier.values(), ["started_on"])


def _is_aside(fact: Fact) -> bool:
    return fact.outbox is not None and fact.outbox.waits == NOT_FOR_THEM


@transaction.atomic
def begin_again(*, learner: StaffMember, course: Course, actor: Any) -> Enrolment:
    """Open the next cycle of a course that is done. What was done stays valid as long as it was.

    Raises ValueError where there is nothing to renew: no cycle, or the current one is not complete.
    """
    enrolment = current_enrolment(learner, course, lock=True)
    if enrolment is None or not enrolment.completions.filter(voided_at=None).exists():
        raise ValueError("There is no completed cycle to renew.")
    enrolment.current = False
    enrolment.save(update_fields=["current"])
    now = timezone.now()
    renewed = Enrolment.objects.create(
        staff=learner,
        course=course,
        cycle=enrolment.cycle + 1,
        started_on=timezone.localdate(now),
        recorded_at=now,
    )
    ledger.write("course.begun_again", actor=actor, subject=renewed, staff=learner, cycle=renewed.cycle)
    return renewed


def renew_if_due(*, learner: StaffMember, course: Course, on: datetime.date, actor: Any) -> None:
    """What is learned after a completion that runs out belongs to the next cycle; else it would change nothing.

    So does a shorter course that is taken again to renew another.
    """
    enrolment = current_enrolment(learner, course, lock=True)
    done = enrolment.completions.filter(voided_at=None).first() if enrolment else None
    if not done or on <= done.completed_on:
        return
    today = timezone.localdate()
    if runs_out(today, Completion.of(done)) or renews_what_runs_out(learner.pk, course.pk, today):
        begin_again(learner=learner, course=course, actor=actor)
