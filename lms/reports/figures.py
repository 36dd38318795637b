"""The matrix's numbers out of the database: a fixed number of queries, whatever its size."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import Count, Exists, FilteredRelation, OuterRef, Q, QuerySet
from django.utils import timezone

from courses.models import Course, settings_at

from .. import matrix
from ..models import ActivityCompletion, Employment, Enrolment, QuizAttempt
from ..progress.attempts import extra_attempts
from ..requirements.lookup import JOB_FIELDS, job_from, moment_of, rules_and_courses_on, with_earlier
from ..requirements.rules import Job, Rule
from ..status import Completion, best_completion


class Worker(NamedTuple):
    """An employment with the words that a row shows."""

    job: Job
    given_name: str
    family_name: str
    workplace: str
    role: str

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


@dataclass(frozen=True)
class Figures:
    """Everyone asked about on a day, the courses asked about, and what had happened."""

    day: datetime.date
    courses: list[Course]
    rules: list[Rule]
    workers: list[Worker]
    record: matrix.Record

    @property
    def course_ids(self) -> list[int]:
        return [course.pk for course in self.courses]

    @cached_property
    def totals(self) -> matrix.Totals:
        return matrix.totals(
            self.day, (worker.job for worker in self.workers), self.course_ids, self.rules, self.record
        )

    def rows(self, workers: list[Worker]) -> list[tuple[Worker, matrix.Row]]:
        """A row for each of `workers`, in their order."""
        jobs = [worker.job for worker in workers]
        built = matrix.rows(self.day, jobs, self.course_ids, self.rules, self.record)
        return list(zip(workers, built, strict=True))

    def narrowed(self, keep: Callable[[Worker], bool], *, course: int | None = None) -> "Figures":
        """The same figures for some of the people, and for one course if given: all sums follow."""
        courses = [found for found in self.courses if found.pk == course] if course else self.courses
        return replace(self, courses=courses, workers=[worker for worker in self.workers if keep(worker)])

    def missing_names(self, limit: int) -> list[Worker]:
        """The first of those who miss something, each person once."""
        return self._first_of(self.totals.missing, limit)

    def late_names(self, limit: int) -> list[Worker]:
        """The first of those with an overdue course, each person once."""
        return self._first_of(self.totals.late, limit)

    def _first_of(self, people: list[int], limit: int) -> list[Worker]:
        wanted = set(people)
        found: dict[int, Worker] = {}
        for worker in self.workers:
            if worker.job.staff_id in wanted and worker.job.staff_id not in found:
                found[worker.job.staff_id] = worker
                if len(found) == limit:
                    break
        return list(found.values())


def gather(
    day: datetime.date,
    workplaces: QuerySet,
    *,
    known: datetime.datetime | None = None,
) -> Figures:
    """The figures of `workplaces` on `day`, as known at `known` (default now). Four queries.

    The courses are those that some rule of the day requires, in catalogue order.
    """
    rules, courses = rules_and_courses_on(day, known=known)
    jobs = Employment.objects.covering(day, known=known).filter(workplace__in=workplaces)
    record = matrix.Record()
    workers = _workers(jobs, day, known, record)
    _add_learning(record, jobs.values("staff"), [found.pk for found in courses], day, known)
    return Figures(day=day, courses=courses, rules=rules, workers=workers, record=record)


def _workers(jobs: QuerySet, day: datetime.date, known: Any, record: matrix.Record) -> list[Worker]:
    """By workplace and then by name; who is excused, and where they worked before, comes along in the same query."""
    in_force = Q(staff__exemptions__valid_from__lte=day)
    still = Q(staff__exemptions__valid_to=None) | Q(staff__exemptions__valid_to__gte=day)
    if known:
        in_force &= Q(staff__exemptions__recorded_at__lte=known)
        still |= Q(staff__exemptions__end_recorded_at__gt=known)
    words = ("staff__given_name", "staff__family_name", "workplace__name", "role__name")
    rows = (
        with_earlier(jobs, known=known)
        .annotate(excused=FilteredRelation("staff__exemptions", condition=in_force & still))
        .order_by("workplace__name", "workplace_id", "staff__given_name", "staff__family_name", "pk")
        .values_list(*JOB_FIELDS, *words, "excused__pk", "excused__course_id")
    )
    workers: list[Worker] = []
    size = len(JOB_FIELDS)
    for _pk, group in groupby(rows, key=lambda row: row[0]):
        told = list(group)
        job = job_from(told, known=known)
        workers.append(Worker(job, *told[0][size : size + len(words)]))
        excused = {row[-1] for row in told if row[-2] is not None}
        if excused:
            record.exempt.setdefault(job.staff_id, set()).update(excused)
    return workers


def _add_learning(
    record: matrix.Record, staff: Any, courses: list[int], day: datetime.date, known: datetime.datetime | None
) -> None:
    """Who had begun and who had completed what, and who had used up their attempts. Two queries."""
    cutoff = known or timezone.now()
    rows = Enrolment.objects.filter(
        staff__in=staff,
        course__in=courses,
        started_on__lte=day,
        recorded_at__lte=cutoff,
        cycle__gt=Enrolment.ASIDE,
    ).values_list(
        "staff_id",
        "course_id",
        "completions__pk",
        "completions__completed_on",
        "completions__valid_until",
        "completions__recorded_at",
        "completions__voided_at",
    )
    done: dict[tuple[int, int], list[Completion]] = {}
    for staff_id, course_id, pk, completed_on, valid_until, recorded_at, voided_at in rows:
        record.started.add((staff_id, course_id))
        if pk is None or completed_on > day or recorded_at > cutoff or (voided_at and voided_at <= cutoff):
            continue
        done.setdefault((staff_id, course_id), []).append(Completion(completed_on, valid_until, pk, recorded_at))
    for key, found in done.items():
        best = best_completion(found)
        if best:
            record.completions[key] = best
    record.out_of_attempts |= _out_of_attempts(staff, courses, day, cutoff)


def _out_of_attempts(
    staff: Any, courses: list[int], day: datetime.date, cutoff: datetime.datetime
) -> set[tuple[int, int]]:
    """Who had used up the attempts at a required test by the end of the day, without having it done in any way.

    How many they were, and whether the test was required, is asked of the day and not of today.
    """
    moment = moment_of(day, cutoff)
    still = Q(voided_at=None) | Q(voided_at__gt=cutoff)
    done = ActivityCompletion.objects.filter(
        still,
        enrolment=OuterRef("enrolment"),
        activity=OuterRef("activity"),
        occurred_at__lte=moment,
        recorded_at__lte=cutoff,
    )
    settings = ("live", "required", "max_attempts")
    rows = (
        QuizAttempt.objects.filter(
            still,
            Q(activity__max_attempts__isnull=False) | ~Q(activity__past=[]),
            enrolment__staff__in=staff,
            enrolment__course__in=courses,
            submitted_at__lte=moment,
            recorded_at__lte=cutoff,
        )
        .exclude(Exists(done))
        .annotate(extra=extra_attempts(by=moment))
        .values_list(
            "enrolment__staff_id",
            "enrolment__course_id",
            "enrolment_id",
            "activity_id",
            "activity__past",
            "extra",
            *(f"activity__{name}" for name in settings),
        )
        .annotate(used=Count("pk"))
    )
    found = set()
    for staff_id, course_id, _enrolment, _activity, past, extra, *now, used in rows:
        held = settings_at(moment, dict(zip(settings, now, strict=True)), past)
        allowed = held["max_attempts"]
        if held["live"] and held["required"] and allowed is not None and used >= allowed + extra:
            found.add((staff_id, course_id))
    return found
