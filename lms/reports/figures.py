"""The matrix's numbers out of the database: a fixed number of queries, whatever its size."""

import datetime
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Count, Exists, QuerySet

from courses.models import Course

from .. import matrix
from ..equivalence.counting import Equivalence, with_sources
from ..equivalence.lookup import equivalences_on
from ..help import Needed, who_needs_help
from ..models import CourseEquivalence, Employment, ProgrammeContents, Retraining, StaffMember
from ..requirements.choice import Asked, asked_of, chosen_among_with, rules_about
from ..requirements.lookup import rules_and_courses_on
from ..requirements.per_job import PerJob
from ..requirements.rules import Job, Rule
from ..retraining.demands import Demand
from ..retraining.lookup import demands_on
from ..tally import Bits, Learned, Tally
from .learned import Telling, learned_by, learned_in
from .recorded import Exempt, add_exemptions, add_learning
from .selection import Only, Order, Selection
from .workers import Worker, by_pk, jobs_of, some_of, workers_of

#: So many people's cells are in memory when all are walked through.
AT_A_TIME = 200


class Overview(NamedTuple):
    """What there is: who is chosen of how many, and whether there is anything of what is seldom there."""

    roles: tuple[str, ...] = ()
    chosen: int = 0
    any_equivalence: bool = True
    any_demand: bool = True
    any_programme: bool = True


class Scored(NamedTuple):
    """An employment and how many courses it has of each sort, for those orders and filters that need it."""

    pk: int
    counted: int
    done: int
    late: int


class Figures:
    """Staff by courses, for a selection: so many people at a time, all of them one by one, or the sums alone.

    Each part is read when it is asked for, in a fixed number of queries. `people` and `walk` read what those people
    have learned and nobody else; `totals` reads a row for each person and makes no cells. What has been read once is
    not asked for again: where `everyone` has been read, that is all that is. `alone` is a course that is asked about
    whether some rule requires it or not.
    """

    def __init__(self, selection: Selection, alone: Course | None = None) -> None:
        self.selection, self._alone = selection, alone
        self._everyone: list[Worker] | None = None  # all who are chosen, once they have been read
        self._learned: dict[int, Learned] | None = None  # and what they have learned
        #: Of those whose rows were read last, who all stand in `exempt`; of a page, the courses that it was read for.
        self._read = matrix.Record()

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
    def asked(self) -> PerJob[Asked]:
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
    def read_courses(self) -> list[int]:
        """The same, and those that have a say in which of them are required."""
        return [*self.course_ids, *chosen_among_with(self.course_ids, self.rules)]

    @cached_property
    def overview(self) -> Overview:
        """One query, whatever there is of it."""
        chosen, day, known = self.selection, self.selection.day, self.selection.known
        rows = list(
            chosen.everyone.order_by()
            .values("role__name")
            .annotate(
                number=Count("pk", filter=chosen.chosen or None),
                any_equivalence=Exists(CourseEquivalence.objects.in_force(day, known=known)),
                any_demand=Exists(Retraining.objects.in_force(day, known=known)),
                any_programme=Exists(ProgrammeContents.objects.in_force(day, known=known)),
            )
            .values_list("role__name", "number", "any_equivalence", "any_demand", "any_programme")
        )
        if not rows:
            return Overview()
        return Overview(tuple(sorted(row[0] for row in rows)), sum(row[1] for row in rows), *rows[0][2:])

    @cached_property
    def _equivalences(self) -> list[Equivalence]:
        """A query where there is any."""
        return equivalences_on(self.day, known=self.selection.known) if self.overview.any_equivalence else []

    @cached_property
    def _demands(self) -> dict[int, list[Demand]]:
        """What is to be done again of the courses, and of all that count for them. A query where there is any."""
        if not self.overview.any_demand:
            return {}
        wanted = with_sources(self.read_courses, self._equivalences)
        return demands_on(self.day, wanted, known=self.selection.known)

    # People

    @cached_property
    def count(self) -> int:
        """How many rows there are."""
        return len(self.order) if self.reads_everyone else self.overview.chosen

    def people(self, offset: int = 0, limit: int | None = None) -> list[tuple[Worker, matrix.Row]]:
        """The rows of the selection from `offset` on, in its order."""
        end = None if limit is None else offset + limit
        if self.reads_everyone:
            return self._rows_of(self.order[offset:end])
        if self._holds_all(offset, end):
            return self.everyone
        return self.rows(self._workers(some_of(self.selection.employments, offset, end)))

    def _holds_all(self, offset: int, end: int | None) -> bool:
        return not self.reads_everyone and not offset and (end is None or self.count <= end)

    def page(self, offset: int, limit: int, courses: Sequence[int]) -> list[tuple[Worker, matrix.Row]]:
        """The same, with cells of `courses` alone: of the others is only read how many count, are done and are late.

        No more queries than for all cells.
        """
        end, telling, known = offset + limit, self.telling, self.selection.known
        told = telling.of_outer(known)
        if self.reads_everyone:
            order = self.order[offset:end]
            found = {one[0].job.id: one for one in workers_of(by_pk(order), self.day, known, told=told)}
            read = [found[pk] for pk in order if pk in found]
        else:
            read = list(workers_of(some_of(self.selection.employments, offset, end), self.day, known, told=told))
        workers = [worker for worker, _told in read]
        learned: dict[int, Learned] = {}
        unclear: dict[int, int] = {}
        for worker, words in read:
            learned[worker.job.staff_id], unclear[worker.job.staff_id] = telling.read(words)
        record = matrix.Record(exempt={worker.job.staff_id: set(worker.exempt) for worker in workers})
        wanted = {*courses, *chosen_among_with(courses, self.rules), *telling.in_question(unclear.values())}
        self._add(record, list(learned), sorted(wanted), help_with=courses)
        telling.clear(learned, unclear, record.completions)
        self._read = record
        if self._holds_all(offset, end):
            self._everyone, self._learned = workers, learned
        rows = matrix.rows(self.day, [worker.job for worker in workers], courses, self.asked, record)
        scores, _tally = self._scored(learned, ((worker.job, worker.exempt) for worker in workers))
        return [
            (worker, replace(row, of_all=of_all[1:4]))
            for worker, row, of_all in zip(workers, rows, scores, strict=True)
        ]

    @cached_property
    def everyone(self) -> list[tuple[Worker, matrix.Row]]:
        """The rows of all who are chosen, whatever `only` says, at once: for the few of a shop or of one page."""
        self._everyone = self._workers(self.selection.employments)
        rows = self.rows(self._everyone)
        self._learned = learned_in(self.day, self._read.completions, self.read_courses)
        return rows

    def walk(self, *, at_a_time: int = AT_A_TIME) -> Iterator[tuple[Worker, matrix.Row]]:
        """All rows of the selection in its order, however many: only `at_a_time` of them are in memory."""
        order = self.order
        for start in range(0, len(order), at_a_time):
            yield from self._rows_of(order[start : start + at_a_time])

    @cached_property
    def workers(self) -> list[Worker]:
        """All people of the selection at once: for the few of a shop."""
        if self.reads_everyone:
            return self._workers_of(self.order)
        return self._workers(self.selection.employments) if self._everyone is None else self._everyone

    def workers_among(self, staff: Collection[int]) -> list[Worker]:
        """The jobs of some people, as far as they are in the selection."""
        if self._everyone is not None:
            wanted = set(staff)
            return [worker for worker in self._everyone if worker.job.staff_id in wanted]
        return self._workers(self.selection.employments.filter(staff__in=staff)) if staff else []

    @cached_property
    def needing_help(self) -> list[tuple[Worker, matrix.Row]]:
        """The rows of everyone chosen, whatever `only` says, who needs help with something."""
        if "everyone" in self.__dict__:
            return [pair for pair in self.everyone if pair[1].needing_help(self.day)]
        named = {staff for staff, _course in self._help}
        return [pair for pair in self.rows(self.workers_among(named)) if pair[1].needing_help(self.day)]

    @cached_property
    def _help(self) -> Needed:
        """What everyone chosen may need help with. One query."""
        return who_needs_help(self.selection.staff, self.course_ids, self.day, known=self.selection.known)

    def rows(self, workers: list[Worker]) -> list[tuple[Worker, matrix.Row]]:
        """A row for each of `workers`, in their order. Two queries, beside what is asked once for whomever."""
        jobs = [worker.job for worker in workers]
        record = matrix.Record(exempt={worker.job.staff_id: set(worker.exempt) for worker in workers})
        self._add(record, list(record.exempt), self.read_courses, help_with=self.course_ids)
        self._read = record
        return list(zip(workers, matrix.rows(self.day, jobs, self.course_ids, self.asked, record), strict=True))

    def record_of(self, staff: Any, *, with_help: bool = True) -> matrix.Record:
        """What had happened to those people: ids, or a subquery for them. Two queries, and one more for what they need
        help with; none where their rows were just read. And what is asked once, for whomever: see `overview`."""
        ids = staff if isinstance(staff, QuerySet) else list(dict.fromkeys(staff))
        if isinstance(ids, list) and self._read.exempt.keys() >= set(ids):
            return self._read
        record = matrix.Record()
        add_exemptions(record, ids, self.day, self.selection.known)
        self._add(record, ids, self.read_courses, help_with=self.course_ids if with_help else ())
        return record

    def _add(self, record: matrix.Record, staff: Any, courses: Sequence[int], *, help_with: Sequence[int]) -> None:
        known = self.selection.known
        add_learning(record, staff, courses, self._equivalences, self._demands, self.day, known)
        if help_with and "_help" in self.__dict__:  # read of all already
            record.help = self._help
        elif help_with:
            record.help = who_needs_help(staff, help_with, self.day, known=known, unfinished=record.unfinished)

    def _workers_of(self, employments: list[int]) -> list[Worker]:
        found = {worker.job.id: worker for worker in self._workers(by_pk(employments))}
        return [found[pk] for pk in employments if pk in found]

    def _rows_of(self, employments: list[int]) -> list[tuple[Worker, matrix.Row]]:
        return self.rows(self._workers_of(employments))

    def _workers(self, jobs: QuerySet[Employment]) -> list[Worker]:
        return [worker for (worker,) in workers_of(jobs, self.day, self.selection.known)]

    # Sums

    @cached_property
    def totals(self) -> matrix.Totals:
        """The sums of everyone chosen, also of those whom `only` leaves out."""
        return self._sums[0]

    @property
    def scored(self) -> list[Scored]:
        """How it is with each job: of everyone chosen, whatever `only` says."""
        return self._sums[1]

    @cached_property
    def telling(self) -> Telling:
        return Telling(self.read_courses, self.day, self._equivalences, self._demands)

    @cached_property
    def _sums(self) -> tuple[matrix.Totals, list[Scored]]:
        """Two queries, each with a row for a job or a person; see also `learned_by`. None where all has been read."""
        chosen, learned = self.selection, self._learned
        jobs: Iterable[tuple[Job, Exempt]]
        if self._everyone is not None and learned is not None:
            jobs = ((worker.job, worker.exempt) for worker in self._everyone)
        else:
            learned = learned_by(self.telling, chosen.staff, chosen.known)
            jobs = jobs_of(chosen.employments, self.day, chosen.known)
        scored, tally = self._scored(learned, jobs)
        return tally.totals(), scored  # not the tally: it holds a mask for each person

    def _scored(self, learned: dict[int, Learned], jobs: Iterable[tuple[Job, Exempt]]) -> tuple[list[Scored], Tally]:
        """How many courses each job has of each sort, and the sums that come of it."""
        exempt: dict[int, int] = {}
        also, bits = self.read_courses[len(self.course_ids) :], Bits(self.read_courses)
        tally = Tally(self.day, self.course_ids, self.rules, learned, exempt, also=also)
        scored = []
        for job, excused in jobs:
            if excused:
                exempt[job.staff_id] = bits.mask(excused)
            counted, done, late, _expiring = tally.add(job)
            scored.append(Scored(job.id, counted.bit_count(), done.bit_count(), late.bit_count()))
        return scored, tally

    @property
    def reads_everyone(self) -> bool:
        """Whether who is listed, or in which order, depends on what they have learned."""
        return bool(self.selection.only) or self.selection.order in (Order.LATE, Order.SHARE)

    @cached_property
    def order(self) -> list[int]:
        """The employments of the selection in its order."""
        if not self.reads_everyone:
            return list(self.selection.employments.values_list("pk", flat=True))
        scored = self.scored
        if self.selection.only is Only.LATE:
            scored = [one for one in scored if one.late]
        elif self.selection.only is Only.MISSING:
            scored = [one for one in scored if one.done < one.counted]
        elif self.selection.only is Only.HELP:
            wanted = {worker.job.id for worker, _row in self.needing_help}
            scored = [one for one in scored if one.pk in wanted]
        turn = -1 if self.selection.backwards else 1
        if self.selection.order is Order.LATE:
            scored = sorted(scored, key=lambda one: -turn * one.late)
        elif self.selection.order is Order.SHARE:  # for whom nothing counts comes last, either way
            scored = sorted(scored, key=lambda one: turn * one.done / one.counted if one.counted else 2)
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
