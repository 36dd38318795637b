"""The matrix's numbers out of the database: a fixed number of queries, whatever its size."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import Exists, FilteredRelation, Q, QuerySet
from django.utils import timezone

from courses.models import Course

from .. import matrix
from ..equivalence.counting import Equivalence, with_sources
from ..equivalence.lookup import best_of, equivalences_on
from ..help import who_needs_help
from ..models import Employment, Enrolment, Retraining, StaffMember
from ..requirements.lookup import JOB_FIELDS, job_from, rules_and_courses_on, with_earlier
from ..requirements.rules import Job, Rule
from ..retraining.lookup import redos
from ..status import Completion, Redo


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
    course: Course | None = None,
    person: StaffMember | None = None,
) -> Figures:
    """The figures of `workplaces` on `day`, as known at `known` (default now).

    Six queries, and two more where some course has changed so that parts of it are to be done again.

    The courses are those that some rule of the day requires, in catalogue order; or `course` alone, required or not.
    With `person` too they are those of one cell.
    """
    rules, courses = rules_and_courses_on(day, known=known)
    jobs = Employment.objects.covering(day, known=known).filter(workplace__in=workplaces)
    if course:
        rules, courses = [rule for rule in rules if rule.course_id == course.pk], [course]
    if person:
        jobs = jobs.filter(staff=person)
    record = matrix.Record()
    workers = _workers(jobs, day, known, record)
    equivalences = equivalences_on(day, known=known)
    _add_learning(record, jobs.values("staff"), [found.pk for found in courses], equivalences, day, known)
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
    record: matrix.Record,
    staff: Any,
    courses: list[int],
    equivalences: list[Equivalence],
    day: datetime.date,
    known: datetime.datetime | None,
) -> None:
    """Who had begun and who had completed what, and who needed help with it. Three queries, or five."""
    cutoff = known or timezone.now()
    wanted = with_sources(courses, equivalences)
    changed = Exists(Retraining.objects.in_force(day, known=known).filter(course__in=wanted))  # the same for each row
    redo: dict[int, Redo] | None = None
    found_rows = Enrolment.objects.filter(
        staff__in=staff,
        course__in=wanted,
        started_on__lte=day,
        recorded_at__lte=cutoff,
        cycle__gt=Enrolment.ASIDE,
    )
    rows = found_rows.annotate(changed=changed).values_list(
        "staff_id",
        "course_id",
        "completions__pk",
        "completions__completed_on",
        "completions__valid_until",
        "completions__renewable_from",
        "completions__recorded_at",
        "completions__voided_at",
        "changed",
    )
    done: dict[tuple[int, int], list[Completion]] = {}
    for staff_id, course_id, pk, completed_on, until, opens, recorded_at, voided_at, has_changed in rows:
        if has_changed and redo is None:
            redo = redos(staff, wanted, day, known=known)
        record.started.add((staff_id, course_id))
        if pk is None or completed_on > day or recorded_at > cutoff or (voided_at and voided_at <= cutoff):
            continue
        done.setdefault((staff_id, course_id), []).append(
            Completion(completed_on, until, pk, opens, redo=(redo or {}).get(pk), recorded_at=recorded_at)
        )
    record.completions |= best_of(done, equivalences)
    record.help = who_needs_help(staff, courses, day, known=known)
