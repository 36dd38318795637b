"""Staff by courses on a day: rows, cells and totals. Pure; the same for screen, CSV and XLSX."""

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from .requirements.choice import Asked, Stand, asked_of, left_out_of, settle
from .requirements.per_job import PerJob
from .requirements.rules import Duty, Job, Rule
from .status import TRAINED, Completion, Facts, HelpReason, Status, help_on, standing


class Help(NamedTuple):
    """What somebody needs help with; for who is stuck, the last day that something was heard."""

    reason: HelpReason
    heard_on: datetime.date | None = None


class Cell(NamedTuple):
    course_id: int
    status: Status
    late: bool
    facts: Facts


_NO_DUTY = (None, None, datetime.date.min, False)


@dataclass
class Record:
    """What had happened by the day, by (staff id, course id). `exempt` names a course, or None for all of them.

    `unfinished` are the ids of cycles without a completion.
    """

    completions: dict[tuple[int, int], Completion] = field(default_factory=dict)
    started: set[tuple[int, int]] = field(default_factory=set)
    help: dict[tuple[int, int], Help] = field(default_factory=dict)
    exempt: dict[int, set[int | None]] = field(default_factory=dict)
    unfinished: list[int] = field(default_factory=list)

    def duties(self, day: datetime.date, staff_id: int, asked: Asked) -> dict[int, Duty]:
        """What of all that is `asked` is required or recommended of them, who had done by then what they had done."""
        if not asked.choices:
            return asked.always
        return settle(asked, self._stand(day, staff_id))

    def left_out(self, day: datetime.date, staff_id: int, asked: Asked, course_id: int) -> set[Any]:
        """The programmes that have the course, and of which they may leave it out."""
        return left_out_of(asked, self._stand(day, staff_id), course_id)

    def _stand(self, day: datetime.date, staff_id: int) -> Callable[[int], Stand]:
        exempt = self.exempt.get(staff_id, ())

        def stand(course_id: int) -> Stand:
            done = self.completions.get((staff_id, course_id))
            trained = done is not None and (done.last_day is None or day <= done.last_day)
            return Stand(trained, done is not None, None in exempt or course_id in exempt)

        return stand

    def facts(self, staff_id: int, course_id: int, duty: Duty | None) -> Facts:
        key = (staff_id, course_id)
        exempt = self.exempt.get(staff_id, ())
        needed = self.help.get(key)
        due, rule_id, grace_until, mandatory = duty or _NO_DUTY
        return Facts(  # in their order: by name it takes twice as long, and there are half a million
            duty is not None and mandatory,
            due,
            grace_until,
            None in exempt or course_id in exempt,
            self.completions.get(key),
            key in self.started,
            duty is not None and not mandatory,
            rule_id,
            needed.reason if needed else None,
            needed.heard_on if needed else None,
        )

    def cell(self, day: datetime.date, staff_id: int, course_id: int, duty: Duty | None) -> Cell:
        facts = self.facts(staff_id, course_id, duty)
        return Cell(course_id, *standing(day, facts), facts)


@dataclass(frozen=True)
class Row:
    """One employment. `done` of `counted` courses: required there, and not excused.

    Where there are cells of some of the courses alone, `of_all` says how many are counted, done and late.
    """

    job: Job
    cells: tuple[Cell, ...]
    of_all: tuple[int, int, int] | None = None

    @cached_property
    def counted(self) -> int:
        return self.of_all[0] if self.of_all else sum(_counts(cell.facts, cell.status) for cell in self.cells)

    @cached_property
    def done(self) -> int:
        if self.of_all:
            return self.of_all[1]
        return sum(cell.status in TRAINED and cell.facts.required for cell in self.cells)

    @cached_property
    def late(self) -> int:
        return self.of_all[2] if self.of_all else sum(cell.late for cell in self.cells)

    def needing_help(self, day: datetime.date) -> list[Cell]:
        return [cell for cell in self.cells if help_on(day, cell.facts)]


def rows(
    day: datetime.date,
    jobs: Iterable[Job],
    courses: Sequence[int],
    rules: Sequence[Rule] | PerJob[Asked],
    record: Record,
) -> list[Row]:
    """A row for each job, a cell for each course, both in the given order. `rules`, or `PerJob(rules, asked_of)`."""
    built = []
    asked_of_job = rules if isinstance(rules, PerJob) else PerJob(rules, asked_of)
    for job in jobs:
        duties = record.duties(day, job.staff_id, asked_of_job(job))
        cells = (record.cell(day, job.staff_id, course, duties.get(course)) for course in courses)
        built.append(Row(job, tuple(cells)))
    return built


@dataclass(slots=True)
class Share:
    """`done` of `counted`; how many of the rest are late, and how many of the done are soon to renew."""

    counted: int = 0
    done: int = 0
    late: int = 0
    expiring: int = 0

    def __add__(self, other: "Share") -> "Share":
        return Share(
            self.counted + other.counted,
            self.done + other.done,
            self.late + other.late,
            self.expiring + other.expiring,
        )

    def __sub__(self, other: "Share") -> "Share":
        return Share(
            self.counted - other.counted,
            self.done - other.done,
            self.late - other.late,
            self.expiring - other.expiring,
        )

    @property
    def missing(self) -> int:
        return self.counted - self.done

    @property
    def percent(self) -> int | None:
        """Rounded down, so that 100 means all; None when nobody is counted."""
        return self.done * 100 // self.counted if self.counted else None


@dataclass
class Totals:
    """People, each once however many jobs they have; and workplaces, where everyone counts who works there.

    Counted is who must take at least one course and is not excused from all of them. Done is who has done them all.
    `overlaps` is what the workplaces under a path, added up, count too much of who has several jobs there: of all
    courses (None) and of each. See `lms.subtrees`.
    """

    people: Share = field(default_factory=Share)
    by_course: dict[int, Share] = field(default_factory=dict)
    by_workplace: dict[int, Share] = field(default_factory=dict)
    by_workplace_course: dict[tuple[int, int], Share] = field(default_factory=dict)
    missing: list[int] = field(default_factory=list)
    late: list[int] = field(default_factory=list)
    excused: int = 0
    not_required: int = 0
    overlaps: dict[str, dict[int | None, Share]] = field(default_factory=dict, compare=False)


def _counts(facts: Facts, status: Status) -> bool:
    return facts.required and status is not Status.EXEMPT


def by_workplace(built: Iterable[Row]) -> dict[int, list[Row]]:
    grouped: dict[int, list[Row]] = defaultdict(list)
    for row in built:
        grouped[row.job.workplace_id].append(row)
    return dict(grouped)
