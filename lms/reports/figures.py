"""The matrix's numbers out of the database: a fixed number of queries, whatever its size."""

import datetime
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from itertools import groupby
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import FilteredRelation, Q, QuerySet
from django.utils import timezone

from courses.models import Course

from .. import matrix
from ..equivalence.counting import Equivalence, with_sources
from ..equivalence.lookup import best_of, equivalences_on
from ..help import Needed, who_needs_help
from ..models import CourseCompletion, Employment, Enrolment, Exemption, StaffMember
from ..requirements.choice import Asked, asked_of, chosen_among_with, rules_about
from ..requirements.lookup import JOB_FIELDS, job_from, jobs_in, rules_and_courses_on, with_earlier
from ..requirements.per_job import PerJob
from ..requirements.rules import Job, Rule
from ..retraining.demands import Demand
from ..retraining.lookup import demands_on, redo_by_completion
from ..status import Completion
from ..tally import Tally
from .learned import exempt_of, learned_by
from .selection import Only, Order, Selection

#: So many people's cells are in memory when all are walked through.
AT_A_TIME = 200


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


class Scored(NamedTuple):
    """An employment and how many courses it has of each sort, for those orders and filters that need it."""

    pk: int
    counted: int
    done: int
    late: int


class Figures:
    """Staff by courses, for a selection: so many people at a time, all of them one by one, or the sums alone.

    Each part is read when it is asked for, in a fixed number of queries. `people` and `walk` read what those people
    have learned and nobody else; `totals` reads a row for each person and makes no cells. `alone` is a course that is
    asked about whether some rule requires it or not.
    """

    def __init__(self, selection: Selection, alone: Course | None = None) -> None:
        self.selection, self._alone = selection, alone

    @property
    def day(self) -> datetime.date:
        return self.selection.day

    @cached_property
    def _required(self) -> tuple[list[Rule], list[Course]]:
        rules, courses = rules_and_courses_on(self.day, known=self.selection.known)
        if self._alone is None:
            return rules, courses
        return rules_about([self._alone.pk], rules), [self._alone]

    @property
    def rules(self) -> list[Rule]:
        """Of all courses; of one alone also those that have a say in whether it is required."""
        return self._required[0]

    @property
    def all_courses(self) -> list[Course]:
        """Those that some rule of the day requires, in catalogue order, or the one alone. One query."""
        return self._required[1]

    @cached_property
    def _asked(self) -> PerJob[Asked]:
        return PerJob(self.rules, asked_of)

    @cached_property
    def courses(self) -> list[Course]:
        """The same, or the one that is asked for."""
        asked = self.selection.course
        return self.all_courses if asked is None else [found for found in self.all_courses if found.pk == asked]

    @cached_property
    def course_ids(self) -> list[int]:
        return [course.pk for course in self.courses]

    @cached_property
    def _also(self) -> list[int]:
        """Courses that are not asked about, but have a say in which of those that are asked about are required."""
        return chosen_among_with(self.course_ids, self.rules)

    @cached_property
    def _equivalences(self) -> list[Equivalence]:
        return equivalences_on(self.day, known=self.selection.known)

    @cached_property
    def _demands(self) -> dict[int, list[Demand]]:
        """What is to be done again of the courses, and of all that count for them."""
        wanted = with_sources([*self.course_ids, *self._also], self._equivalences)
        return demands_on(self.day, wanted, known=self.selection.known)

    # People

    @cached_property
    def count(self) -> int:
        """How many rows there are."""
        return len(self._order) if self.reads_everyone else self.selection.employments.order_by().count()

    def people(self, offset: int = 0, limit: int | None = None) -> list[tuple[Worker, matrix.Row]]:
        """The rows of the selection from `offset` on, in its order."""
        end = None if limit is None else offset + limit
        if self.reads_everyone:
            return self._rows_of(self._order[offset:end])
        return self.rows(self._workers(self.selection.employments, offset, end))

    def walk(self, *, at_a_time: int = AT_A_TIME) -> Iterator[tuple[Worker, matrix.Row]]:
        """All rows of the selection in its order, however many: only `at_a_time` of them are in memory."""
        order = self._order
        for start in range(0, len(order), at_a_time):
            yield from self._rows_of(order[start : start + at_a_time])

    @cached_property
    def workers(self) -> list[Worker]:
        """All people of the selection at once: for the few of a shop."""
        return self._workers(self.selection.employments) if not self.reads_everyone else self._workers_of(self._order)

    def workers_among(self, staff: Collection[int]) -> list[Worker]:
        """The jobs of some people, as far as they are in the selection."""
        return self._workers(self.selection.employments.filter(staff__in=staff)) if staff else []

    @cached_property
    def needing_help(self) -> list[tuple[Worker, matrix.Row]]:
        """The rows of everyone chosen, whatever `only` says, who needs help with something."""
        named = {staff for staff, _course in self._help}
        return [pair for pair in self.rows(self.workers_among(named)) if pair[1].needing_help(self.day)]

    @cached_property
    def _help(self) -> Needed:
        """What everyone chosen may need help with. Two queries."""
        return who_needs_help(self.selection.staff, self.course_ids, self.day, known=self.selection.known)

    def rows(self, workers: list[Worker]) -> list[tuple[Worker, matrix.Row]]:
        """A row for each of `workers`, in their order."""
        jobs = [worker.job for worker in workers]
        record = self.record_of(worker.job.staff_id for worker in workers)
        return list(zip(workers, matrix.rows(self.day, jobs, self.course_ids, self._asked, record), strict=True))

    def record_of(self, staff: Any, *, with_help: bool = True) -> matrix.Record:
        """What had happened to those people: ids, or a subquery for them. Two queries, two more for what they need help
        with, and one more where something is to be done again; and once, for whomever it is asked, two."""
        ids = staff if isinstance(staff, QuerySet) else list(dict.fromkeys(staff))
        courses = [*self.course_ids, *self._also]
        record, known = matrix.Record(), self.selection.known
        _add_exemptions(record, ids, self.day, known)
        _add_learning(record, ids, courses, self._equivalences, self._demands, self.day, known)
        if with_help:
            record.help = self._help_of(ids)
        return record

    def _help_of(self, staff: Any) -> Needed:
        if "_help" in self.__dict__:  # read of all already
            return self._help
        return who_needs_help(staff, self.course_ids, self.day, known=self.selection.known)

    def _workers_of(self, employments: list[int]) -> list[Worker]:
        found = {
            worker.job.id: worker
            for worker in self._workers(Employment.objects.filter(pk__in=employments).order_by("pk"))
        }
        return [found[pk] for pk in employments if pk in found]

    def _rows_of(self, employments: list[int]) -> list[tuple[Worker, matrix.Row]]:
        return self.rows(self._workers_of(employments))

    def _workers(self, jobs: QuerySet[Employment], start: int = 0, end: int | None = None) -> list[Worker]:
        """The words of a row for `jobs`, in their order; where they worked before comes along in the same query."""
        if start or end is not None:
            # A job has a row for each before it: what is cut out is jobs, and not such rows.
            order = jobs.query.order_by
            jobs = Employment.objects.filter(pk__in=jobs.values("pk")[start:end]).order_by(*order)
        words = ("staff__given_name", "staff__family_name", "workplace__name", "role__name")
        known, size = self.selection.known, len(JOB_FIELDS)
        found = with_earlier(jobs, known=known).values_list(*JOB_FIELDS, *words)
        groups = (list(told) for _pk, told in groupby(found.iterator(), key=lambda row: row[0]))
        return [Worker(job_from(told, known=known), *told[0][size:]) for told in groups]

    # Sums

    @cached_property
    def totals(self) -> matrix.Totals:
        """The sums of everyone chosen, also of those whom `only` leaves out."""
        return self._sums[0]

    @cached_property
    def _sums(self) -> tuple[matrix.Totals, list[Scored]]:
        """Three queries, each with a row for a job or a person; see also `learned_by`."""
        chosen, courses = self.selection, [*self.course_ids, *self._also]
        jobs, staff = chosen.employments, chosen.staff
        learned = learned_by(
            staff, courses, self.day, chosen.known, equivalences=self._equivalences, demands=self._demands
        )
        exempt = exempt_of(staff, courses, self.day, chosen.known)
        tally = Tally(self.day, self.course_ids, self.rules, learned, exempt, also=self._also)
        scored = []
        for job in jobs_in(jobs, known=chosen.known):
            score = tally.add(job)
            if self.reads_everyone:
                counted, done, late, _expiring = (mask.bit_count() for mask in score)
                scored.append(Scored(job.id, counted, done, late))
        return tally.totals(), scored  # not the tally: it holds a mask for each person

    @property
    def reads_everyone(self) -> bool:
        """Whether who is listed, or in which order, depends on what they have learned."""
        return bool(self.selection.only) or self.selection.order in (Order.LATE, Order.SHARE)

    @cached_property
    def _order(self) -> list[int]:
        """The employments of the selection in its order."""
        if not self.reads_everyone:
            return list(self.selection.employments.values_list("pk", flat=True))
        scored = self._sums[1]
        if self.selection.only is Only.LATE:
            scored = [one for one in scored if one.late]
        elif self.selection.only is Only.MISSING:
            scored = [one for one in scored if one.done < one.counted]
        elif self.selection.only is Only.HELP:
            wanted = {worker.job.id for worker, _row in self.needing_help}
            scored = [one for one in scored if one.pk in wanted]
        if self.selection.order is Order.LATE:
            scored = sorted(scored, key=lambda one: -one.late)
        elif self.selection.order is Order.SHARE:  # for whom nothing counts comes last
            scored = sorted(scored, key=lambda one: one.done / one.counted if one.counted else 2)
        return [one.pk for one in scored]

    def missing_names(self, limit: int) -> list[Worker]:
        """The first of those who miss something, each person once."""
        return self._first_of(self.totals.missing[:limit])

    def late_names(self, limit: int) -> list[Worker]:
        """The first of those with an overdue course, each person once."""
        return self._first_of(self.totals.late[:limit])

    def _first_of(self, people: list[int]) -> list[Worker]:
        found: dict[int, Worker] = {}
        for worker in self.workers_among(people):
            found.setdefault(worker.job.staff_id, worker)
        return [found[staff] for staff in people if staff in found]


def gather(
    day: datetime.date,
    workplaces: QuerySet,
    *,
    known: datetime.datetime | None = None,
    course: Course | None = None,
    person: StaffMember | None = None,
) -> Figures:
    """The figures of all who worked at `workplaces` on `day`, as known at `known` (default now).

    The courses are those that some rule of the day requires, in catalogue order; or `course` alone, required or not.
    With `person` too they are those of one cell.
    """
    return Figures(Selection(day, workplaces, known=known, person=person.pk if person else None), alone=course)


def _add_exemptions(record: matrix.Record, staff: Any, day: datetime.date, known: datetime.datetime | None) -> None:
    """Who was excused. One query."""
    rows = Exemption.objects.in_force(day, known=known).filter(staff__in=staff)
    for staff_id, course_id in rows.values_list("staff_id", "course_id"):
        record.exempt.setdefault(staff_id, set()).add(course_id)


def _add_learning(
    record: matrix.Record,
    staff: Any,
    courses: list[int],
    equivalences: Sequence[Equivalence],
    demands: dict[int, list[Demand]],
    day: datetime.date,
    known: datetime.datetime | None,
) -> None:
    """Who had begun and who had completed what. One query, and one more where something is to be done again."""
    cutoff = known or timezone.now()
    wanted = with_sources(courses, equivalences)
    redo = redo_by_completion(CourseCompletion.objects.standing(day, known=known).filter(staff__in=staff), demands)
    had_happened = Q(completions__completed_on__lte=day, completions__recorded_at__lte=cutoff)
    still = Q(completions__voided_at=None) | Q(completions__voided_at__gt=cutoff)
    told = ("pk", "completed_on", "valid_until", "renewable_from", "recorded_at")
    rows = (
        Enrolment.objects.filter(
            staff__in=staff,
            course__in=wanted,
            started_on__lte=day,
            recorded_at__lte=cutoff,
            cycle__gt=Enrolment.ASIDE,
        )
        .annotate(done=FilteredRelation("completions", condition=had_happened & still))
        .values_list("staff_id", "course_id", *(f"done__{name}" for name in told))
    )
    done: dict[tuple[int, int], list[Completion]] = {}
    days = _Days()
    for staff_id, course_id, pk, completed_on, until, opens, recorded_at in _plain(rows):
        record.started.add((staff_id, course_id))
        if pk is not None:
            own = Completion(days[completed_on], days[until], pk, days[opens], (), redo.get(pk), _moment(recorded_at))
            done.setdefault((staff_id, course_id), []).append(own)
    record.completions |= best_of(done, equivalences)


def _plain(rows: QuerySet[Any, Any]) -> Iterator[tuple[Any, ...]]:
    """The rows as the database gives them: to convert each value takes Django longer than to read it."""
    try:
        sql = rows.query.get_compiler(rows.db).as_sql()
    except EmptyResultSet:  # of nobody
        return
    with connections[rows.db].cursor() as cursor:
        cursor.execute(*sql)
        while found := cursor.fetchmany(2000):
            yield from found


class _Days(dict[Any, Any]):
    """A date of `_plain` as a date: SQLite gives text, and the same few days again and again."""

    def __missing__(self, told: Any) -> Any:
        self[told] = day = datetime.date.fromisoformat(told) if isinstance(told, str) else told
        return day


def _moment(told: Any) -> datetime.datetime:
    """A moment of `_plain`: SQLite gives text, in UTC and without saying so."""
    found = datetime.datetime.fromisoformat(told) if isinstance(told, str) else told
    return found if timezone.is_aware(found) else found.replace(tzinfo=datetime.UTC)
