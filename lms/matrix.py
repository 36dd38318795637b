"""Staff by courses on a day: rows, cells and totals. Pure; the same for screen, CSV and XLSX."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from .requirements.rules import Duty, Job, Rule, duties_of, merge_duties
from .status import TRAINED, Completion, Facts, HelpReason, Status, help_on, standing


class Help(NamedTuple):
    """What somebody needs help with; for who is stuck, the last day that something was heard."""

    reason: HelpReason
    heard_on: datetime.date | None = None


@dataclass
class Record:
    """What had happened by the day, by (staff id, course id). `exempt` names a course, or None for all of them."""

    completions: dict[tuple[int, int], Completion] = field(default_factory=dict)
    started: set[tuple[int, int]] = field(default_factory=set)
    help: dict[tuple[int, int], Help] = field(default_factory=dict)
    exempt: dict[int, set[int | None]] = field(default_factory=dict)

    def facts(self, staff_id: int, course_id: int, duty: Duty | None) -> Facts:
        key = (staff_id, course_id)
        exempt = self.exempt.get(staff_id, ())
        needed = self.help.get(key)
        return Facts(
            required=duty is not None and duty.mandatory,
            due=duty.due if duty else None,
            grace_until=duty.grace_until if duty else datetime.date.min,
            exempt=None in exempt or course_id in exempt,
            completion=self.completions.get(key),
            started=key in self.started,
            recommended=duty is not None and not duty.mandatory,
            rule_id=duty.rule_id if duty else None,
            help=needed.reason if needed else None,
            heard_on=needed.heard_on if needed else None,
        )


class Cell(NamedTuple):
    course_id: int
    status: Status
    late: bool
    facts: Facts


@dataclass(frozen=True)
class Row:
    """One employment. `done` of `counted` courses: required there, and not excused."""

    job: Job
    cells: tuple[Cell, ...]

    @property
    def counted(self) -> int:
        return sum(_counts(cell.facts, cell.status) for cell in self.cells)

    @property
    def done(self) -> int:
        return sum(_counts(cell.facts, cell.status) and cell.status in TRAINED for cell in self.cells)

    @property
    def late(self) -> int:
        return sum(cell.late for cell in self.cells)

    def needing_help(self, day: datetime.date) -> list[Cell]:
        return [cell for cell in self.cells if help_on(day, cell.facts)]


def rows(
    day: datetime.date, jobs: Iterable[Job], courses: Sequence[int], rules: Sequence[Rule], record: Record
) -> list[Row]:
    """A row for each job, a cell for each course, both in the given order."""
    built = []
    for job in jobs:
        duties = duties_of(job, rules)
        cells = []
        for course_id in courses:
            facts = record.facts(job.staff_id, course_id, duties.get(course_id))
            cells.append(Cell(course_id, *standing(day, facts), facts))
        built.append(Row(job, tuple(cells)))
    return built


@dataclass
class Share:
    """`done` of `counted`, and how many of the rest are late."""

    counted: int = 0
    done: int = 0
    late: int = 0

    def add(self, *, done: bool, late: bool) -> None:
        self.counted += 1
        self.done += done
        self.late += late

    @property
    def missing(self) -> int:
        return self.counted - self.done

    @property
    def percent(self) -> int | None:
        """Rounded down, so that 100 means all; None when nobody is counted."""
        return self.done * 100 // self.counted if self.counted else None


#: Course id to (done, late), for the required courses that count.
Outcome = dict[int, tuple[bool, bool]]


@dataclass
class Totals:
    """People, each once however many jobs they have; and workplaces, where everyone counts who works there.

    Counted is who must take at least one course and is not excused from all of them. Done is who has done them all.
    """

    people: Share = field(default_factory=Share)
    by_course: dict[int, Share] = field(default_factory=dict)
    by_workplace: dict[int, Share] = field(default_factory=dict)
    by_workplace_course: dict[tuple[int, int], Share] = field(default_factory=dict)
    missing: list[int] = field(default_factory=list)
    late: list[int] = field(default_factory=list)
    excused: int = 0
    not_required: int = 0


def totals(
    day: datetime.date, jobs: Iterable[Job], courses: Sequence[int], rules: Sequence[Rule], record: Record
) -> Totals:
    """Sums over `jobs` for `courses`. `missing` and `late` hold staff ids in the order of `jobs`."""
    result = Totals(by_course={course: Share() for course in courses})
    wanted = set(courses)
    # What is only recommended counts nowhere.
    relevant = [rule for rule in rules if rule.mandatory and rule.course_id in wanted]
    by_person: dict[int, tuple[dict[int, Duty], Outcome]] = {}
    for job in jobs:
        duties = duties_of(job, relevant)
        workplace = result.by_workplace.setdefault(job.workplace_id, Share())
        outcome = _outcome(day, job.staff_id, duties, record)
        for course_id, (done, late) in outcome.items():
            share = result.by_workplace_course.setdefault((job.workplace_id, course_id), Share())
            share.add(done=done, late=late)
        if outcome:
            workplace.add(
                done=all(done for done, _ in outcome.values()), late=any(late for _, late in outcome.values())
            )
        if job.staff_id in by_person:  # another job of somebody's
            duties = merge_duties([by_person[job.staff_id][0], duties])
            outcome = _outcome(day, job.staff_id, duties, record)
        by_person[job.staff_id] = duties, outcome
    for staff_id, (duties, outcome) in by_person.items():
        for course_id, (done, late) in outcome.items():
            result.by_course[course_id].add(done=done, late=late)
        if outcome:
            done, late = all(done for done, _ in outcome.values()), any(late for _, late in outcome.values())
            result.people.add(done=done, late=late)
            if not done:
                result.missing.append(staff_id)
            if late:
                result.late.append(staff_id)
        elif duties:
            result.excused += 1
        else:
            result.not_required += 1
    return result


def _outcome(day: datetime.date, staff_id: int, duties: dict[int, Duty], record: Record) -> Outcome:
    outcome = {}
    for course_id, duty in duties.items():
        facts = record.facts(staff_id, course_id, duty)
        status, late = standing(day, facts)
        if _counts(facts, status):
            outcome[course_id] = (status in TRAINED, late)
    return outcome


def _counts(facts: Facts, status: Status) -> bool:
    return facts.required and status is not Status.EXEMPT


def by_workplace(built: Iterable[Row]) -> dict[int, list[Row]]:
    grouped: dict[int, list[Row]] = defaultdict(list)
    for row in built:
        grouped[row.job.workplace_id].append(row)
    return dict(grouped)
