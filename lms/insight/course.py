"""How a course goes: where people stop, how long it takes, how its tests go. Numbers alone, in so many queries."""

import datetime
import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from courses.models import Activity, Course, settings_at, tree_path

from ..models import (
    ActivityCompletion,
    CourseCompletion,
    Employment,
    Enrolment,
    EventOutcome,
    LearningEvent,
    QuizAttempt,
)
from ..progress.facts import DEVICES
from ..reports.figures import gather
from ..requirements.choice import asked_of, merge
from ..requirements.lookup import end_of, moment_of
from ..requirements.rules import Job
from ..status import TRAINED, Completion, Status, runs_out, status_on

#: Time is told of no fewer than so many people together: a leader is not to see how quick one of them is.
FEWEST = 5

#: Of so many who finished last the time is taken: it is a median, and more of them cost more and say no more.
LATEST = 200

#: A longer pause between two taps is no time spent on the course.
PAUSE = datetime.timedelta(minutes=10)


class Stage(NamedTuple):
    """A required part: how many have done it, and how many have it as the next thing to do."""

    activity: Activity
    done: int
    next: int


@dataclass(frozen=True)
class Funnel:
    """How far those have come who must take the course on the day, each once. `counted` are those of the matrix."""

    counted: int
    started: int
    finished: int
    stages: list[Stage]

    @property
    def not_started(self) -> int:
        return self.counted - self.started

    @property
    def stop(self) -> Stage | None:
        """The part before which most stand; None where nobody does."""
        return max((stage for stage in self.stages if stage.next), key=lambda stage: stage.next, default=None)


def parts_of(course: Course) -> list[Activity]:
    """All that it has or had, in the order of the tree. One query."""
    rows = Activity.objects.filter(course=course).annotate(tree_path=tree_path())
    return list(rows.order_by(F("tree_path").asc(nulls_last=True), "pk"))


def funnel(course: Course, workplaces: QuerySet[Any], parts: Sequence[Activity], *, day: datetime.date) -> Funnel:
    """How far those have come who work at `workplaces` on `day` and must take the course. Six queries.

    Of who has it done, every part counts as done: also what came into the course later.
    """
    figures = gather(day, workplaces, course=course)
    record = figures.record_of(figures.selection.staff, with_help=False)
    moment = moment_of(day)
    needed = []
    for part in parts:
        held = settings_at(moment, part.dated_settings(), part.past)
        if held["live"] and held["required"]:
            needed.append(part)
    open_cycle, done_in = _cycles(course, workplaces, day)
    jobs: dict[int, list[Job]] = defaultdict(list)
    for worker in figures.workers:
        jobs[worker.job.staff_id].append(worker.job)
    counted = started = finished = 0
    done: dict[int, int] = defaultdict(int)
    standing: dict[int, int] = defaultdict(int)
    for staff, own in jobs.items():
        asked = merge(asked_of(job, figures.rules) for job in own)
        duty = record.duties(day, staff, asked).get(course.pk)
        facts = record.facts(staff, course.pk, duty)
        status = status_on(day, facts)
        if not facts.required or status is Status.EXEMPT:
            continue
        counted += 1
        if status in TRAINED:
            started, finished = started + 1, finished + 1
            continue
        own_parts = done_in[open_cycle[staff]] if staff in open_cycle else _carried_over(day, needed, facts.completion)
        if own_parts is None:
            continue
        started += 1
        for part in needed:
            done[part.pk] += part.pk in own_parts
        ahead = next((part.pk for part in needed if part.pk not in own_parts), None)
        if ahead:
            standing[ahead] += 1
    stages = [Stage(part, done[part.pk] + finished, standing[part.pk]) for part in needed]
    return Funnel(counted, started, finished, stages)


def _carried_over(day: datetime.date, needed: Iterable[Activity], done: Completion | None) -> set[int] | None:
    """The parts that stand as done where the course has changed and only the rest is to be done again; else None."""
    if done is None or done.redo is None or done.through or runs_out(day, done):
        return None
    return {part.pk for part in needed if part not in done.redo.parts}


def _cycles(
    course: Course, workplaces: QuerySet[Any], day: datetime.date
) -> tuple[dict[int, int], dict[int, set[int]]]:
    """The latest cycle of each who is in the middle of one, and the parts done in every cycle. Two queries."""
    until = end_of(day)
    staff = Employment.objects.covering(day).filter(workplace__in=workplaces).values("staff")
    complete = CourseCompletion.objects.standing(day).filter(enrolment=OuterRef("pk"))
    cycles = Enrolment.objects.filter(
        staff__in=staff, course=course, cycle__gt=Enrolment.ASIDE, started_on__lte=day
    ).annotate(is_complete=Exists(complete))
    latest = {
        person: None if is_complete else pk
        for person, pk, is_complete in cycles.order_by("cycle").values_list("staff_id", "pk", "is_complete")
    }
    done: dict[int, set[int]] = defaultdict(set)
    rows = ActivityCompletion.objects.filter(
        enrolment__staff__in=staff, enrolment__course=course, voided_at=None, occurred_at__lte=until
    )
    for enrolment, activity in rows.values_list("enrolment_id", "activity_id"):
        done[enrolment].add(activity)
    return {person: pk for person, pk in latest.items() if pk}, done


# In a period


@dataclass(frozen=True)
class Period:
    """From a day (None: from the beginning) to a day; both count."""

    first: datetime.date | None
    last: datetime.date

    def has_worked(self, workplaces: QuerySet[Any]) -> QuerySet[Any]:
        """Ids of those who worked at `workplaces` on some day of it."""
        jobs = Employment.objects.filter(voided_at=None, workplace__in=workplaces, start__lte=self.last)
        if self.first:
            jobs = jobs.filter(Q(end=None) | Q(end__gte=self.first))
        return jobs.values("staff")


class Pace(NamedTuple):
    """Of those who completed the course in the period: half of them within `days` of the first day, both counted as
    nought where they are the same; and with `minutes` of taps, of the latest `timed`. None for too few people."""

    finished: int
    days: int | None
    minutes: int | None
    timed: int


def pace(course: Course, workplaces: QuerySet[Any], period: Period) -> Pace:
    """How long the course takes, left out earlier training and what was done again in part. Two queries.

    Time is what lies between one tap and the next, of a person's own on their own device or the tablet. A pause longer
    than PAUSE is left out, and what comes before the first tap is never seen: so it is the least that it took.
    """
    rows = CourseCompletion.objects.filter(
        course=course,
        voided_at=None,
        basis=CourseCompletion.Basis.ACTIVITIES,
        enrolment__retraining=None,
        staff__in=period.has_worked(workplaces),
        completed_on__lte=period.last,
    )
    if period.first:
        rows = rows.filter(completed_on__gte=period.first)
    found = list(
        rows.order_by("-completed_on", "-pk").values_list("enrolment_id", "enrolment__started_on", "completed_on")
    )
    days = [(completed - started).days for _enrolment, started, completed in found]
    spent = _time_spent([enrolment for enrolment, _started, _completed in found[:LATEST]])
    minutes = [math.ceil(seconds / 60) for seconds in spent.values() if seconds]
    return Pace(
        finished=len(found),
        days=max(0, statistics.median_low(days)) if days else None,
        minutes=statistics.median_low(minutes) if len(minutes) >= FEWEST else None,
        timed=len(minutes),
    )


def _time_spent(enrolments: Sequence[int]) -> dict[int, float]:
    """Seconds by enrolment. What a leader recorded is no time of theirs."""
    taps = LearningEvent.objects.filter(enrolment__in=enrolments, source__in=DEVICES, outcome=EventOutcome.APPLIED)
    rows = taps.order_by("enrolment_id", "occurred_at").values_list("enrolment_id", "occurred_at")
    return {
        enrolment: sum(
            (later - sooner).total_seconds()
            for sooner, later in pairwise(moment for _enrolment, moment in told)
            if later - sooner <= PAUSE
        )
        for enrolment, told in groupby(rows, key=lambda row: row[0])
    }


class Tries(NamedTuple):
    """Of a test: how many began with it in the period, how many attempts they made, how many passed at the first, and
    how many have passed."""

    people: int
    attempts: int
    at_first: int
    passed: int

    @property
    def mean(self) -> float:
        return self.attempts / self.people

    @property
    def first_share(self) -> int:
        return self.at_first * 100 // self.people


def tries(course: Course, workplaces: QuerySet[Any], period: Period) -> dict[int, Tries]:
    """By activity. Who renews the course is counted again: a cycle is a try of its own. One query."""
    rows: Any = (
        QuizAttempt.objects.filter(
            enrolment__course=course,
            enrolment__staff__in=period.has_worked(workplaces),
            voided_at=None,
            submitted_at__lte=end_of(period.last),
        )
        .order_by("activity_id", "enrolment_id", "submitted_at", "number")
        .values_list("activity_id", "enrolment_id", "submitted_at", "passed")
    )
    first = period.first and end_of(period.first - datetime.timedelta(days=1))
    found: dict[int, list[list[bool]]] = defaultdict(list)
    for (activity, _enrolment), group in groupby(rows, key=lambda row: row[:2]):
        told = list(group)
        if first is None or told[0][2] > first:
            found[activity].append([bool(passed) for *_rest, passed in told])
    return {activity: _tries_of(each) for activity, each in found.items()}


def _tries_of(each: Iterable[list[bool]]) -> Tries:
    told = list(each)
    return Tries(
        people=len(told),
        attempts=sum(len(outcomes) for outcomes in told),
        at_first=sum(outcomes[0] for outcomes in told),
        passed=sum(any(outcomes) for outcomes in told),
    )
