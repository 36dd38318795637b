"""How many were trained on each of many days, out of one reading. Pure, and for each day what `matrix.totals` says.

Where someone stands is asked of `status`, but only anew where something changes it: a job, a rule, a completion, an
exemption. What people had of each course is found before, by `best_over`. Days are held as the bits of a number, the
first day as the lowest.
"""

import datetime
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby, pairwise
from typing import NamedTuple

from .. import matrix
from ..requirements.choice import Asked, Stand, asked_of, merge, settle
from ..requirements.rules import Duty, Job, Rule
from ..status import TRAINED, Completion, Status, best_completion, status_on


class Spell(NamedTuple):
    """A job, and the last day that it was known to go on to (None: on and on)."""

    job: Job
    end: datetime.date | None


class Done(NamedTuple):
    """A completion that was there from a day to a day (None: on and on), and what it was on those days."""

    since: datetime.date
    completion: Completion
    until: datetime.date | None = None


class Excused(NamedTuple):
    """From a day to a day, from one course or (None) from all."""

    course_id: int | None
    first: datetime.date
    last: datetime.date | None


@dataclass(frozen=True)
class History:
    """What is known of some people on `days`, which are in order. `rules` are those of each day.

    `asked`: the courses that count; None for all that a rule is about.
    """

    days: Sequence[datetime.date]
    rules: Sequence[Sequence[Rule]]
    spells: Sequence[Spell]
    done: dict[tuple[int, int], list[Done]] = field(default_factory=dict)
    excused: dict[int, list[Excused]] = field(default_factory=dict)
    asked: Collection[int] | None = None


class Point(NamedTuple):
    """`done` of `counted` on a day, as a matrix.Share."""

    day: datetime.date
    counted: int
    done: int

    @property
    def percent(self) -> int | None:
        """Rounded down, so that 100 means all; None when nobody is counted."""
        return self.done * 100 // self.counted if self.counted else None


class Change(NamedTuple):
    """Between two days: who became done, and who was done and is so no longer or is counted no longer."""

    became: int
    ceased: int

    @property
    def net(self) -> int:
        return self.became - self.ceased


#: A duty that nobody has, to ask on which days somebody has done a course.
_SOME_DUTY = Duty(None, 0, datetime.date.min)

#: The days on which someone counts, and on which of those all is done.
Days = tuple[int, int]


@dataclass(frozen=True)
class Trend:
    """Each person once; and at each workplace everyone who works there. `due` are the due days of what is left on the
    last day, and how often each stands there."""

    days: Sequence[datetime.date]
    by_person: dict[int, Days]
    by_job: list[tuple[int, Days]]
    due: Counter[datetime.date]

    @cached_property
    def people(self) -> list[Point]:
        return self._points(self.by_person.values())

    @cached_property
    def by_workplace(self) -> dict[int, list[Point]]:
        found: dict[int, list[Days]] = defaultdict(list)
        for workplace, days in self.by_job:
            found[workplace].append(days)
        return {workplace: self._points(each) for workplace, each in found.items()}

    def on(self, day: datetime.date) -> Point:
        return self.people[bisect_left(self.days, day)]

    def change(self, first: datetime.date, last: datetime.date) -> Change:
        """From the one day to the other; both are among `days`."""
        before, after = bisect_left(self.days, first), bisect_left(self.days, last)
        was = [done >> before & 1 for _counted, done in self.by_person.values()]
        now = [done >> after & 1 for _counted, done in self.by_person.values()]
        pairs = Counter(zip(was, now, strict=True))
        return Change(became=pairs[0, 1], ceased=pairs[1, 0])

    def _points(self, each: Iterable[Days]) -> list[Point]:
        told = list(each)
        return [
            Point(day, sum(counted >> at & 1 for counted, _ in told), sum(done >> at & 1 for _, done in told))
            for at, day in enumerate(self.days)
        ]


def share_on(history: History) -> Trend:
    """The shares on every day of `history`."""
    return _Reckoning(history).trend()


class _Reckoning:
    def __init__(self, history: History) -> None:
        self.history, self.days, self.every = history, history.days, (1 << len(history.days)) - 1
        self.by_person: dict[int, Days] = {}
        self.by_job: list[tuple[int, Days]] = []
        self.due: Counter[datetime.date] = Counter()
        self._cells: dict[tuple[int, Duty], Days] = {}  # of the person at hand

    def trend(self) -> Trend:
        spells: dict[int, list[tuple[Job, int, int]]] = defaultdict(list)
        for job, end in self.history.spells:
            first, past = bisect_left(self.days, job.start), self._past(end)
            if first < past:
                spells[job.staff_id].append((job, first, past))
        runs = list(_runs(self.history.rules))
        for staff, own in spells.items():
            self._cells = {}
            self._person(staff, own, runs)
        return Trend(self.days, self.by_person, self.by_job, self.due)

    def _past(self, last: datetime.date | None) -> int:
        """The place of the first day after `last`."""
        return len(self.days) if last is None else bisect_right(self.days, last)

    def _person(self, staff: int, own: list[tuple[Job, int, int]], runs: list[tuple[int, int, Sequence[Rule]]]) -> None:
        person: Days = (0, 0)
        jobs: list[Days] = [(0, 0)] * len(own)
        for run_first, run_past, rules in runs:
            asked = {
                number: asked_of(job, rules)
                for number, (job, first, past) in enumerate(own)
                if first < run_past and past > run_first
            }
            ends = {end for _job, *both in own for end in both if run_first < end < run_past}
            for first, past in pairwise(sorted({run_first, run_past} | ends)):
                at_work = [number for number in asked if own[number][1] <= first and past <= own[number][2]]
                if not at_work:
                    continue
                for number in at_work:
                    days = self._days(staff, asked[number], first, past)
                    jobs[number] = _with(jobs[number], days)
                merged = asked[at_work[0]]
                if len(at_work) > 1:
                    merged = merge(asked[number] for number in at_work)
                    days = self._days(staff, merged, first, past)
                person = _with(person, days)
                if past == len(self.days):
                    self._note_due(staff, merged)
        self.by_person[staff] = person
        self.by_job += [(job.workplace_id, days) for (job, *_both), days in zip(own, jobs, strict=True)]

    def _days(self, staff: int, asked: Asked, first: int, past: int) -> Days:
        """When somebody counts of whom that is asked, and has done all, from the place `first` to before `past`."""
        all_counted = all_done = 0
        for start, end in pairwise(self._ends(staff, asked, first, past)):
            counted = missing = 0
            for course, duty in self._duties(staff, asked, start).items():
                counts, done = self._cell(staff, course, duty)
                counted |= counts
                missing |= counts & ~done
            span = (1 << end) - (1 << start)
            all_counted |= counted & span
            all_done |= counted & ~missing & span
        return all_counted, all_done

    def _ends(self, staff: int, asked: Asked, first: int, past: int) -> list[int]:
        """`first` and `past`, and between them where it may change which courses of a programme are required."""
        if not asked.choices:
            return [first, past]
        changes = 0  # the bit of each day on which something is otherwise than on the next
        for choice in asked.choices.values():
            for course in choice.part.courses:
                for days in (*self._cell(staff, course, _SOME_DUTY), self._ever(staff, course)):
                    changes |= days ^ days >> 1
        return [first, *(at for at in range(first + 1, past) if changes >> at - 1 & 1), past]

    def _duties(self, staff: int, asked: Asked, at: int) -> dict[int, Duty]:
        """What of that is required or recommended on the day in that place; of what counts."""

        def stand(course: int) -> Stand:
            counts, done = self._cell(staff, course, _SOME_DUTY)
            return Stand(bool(done >> at & 1), bool(self._ever(staff, course) >> at & 1), not counts >> at & 1)

        duties = settle(asked, stand)
        wanted = self.history.asked
        return duties if wanted is None else {course: duty for course, duty in duties.items() if course in wanted}

    def _ever(self, staff: int, course: int) -> int:
        """When it was completed, whether that still counted or not."""
        days = 0
        for each in self.history.done.get((staff, course), ()):
            start, end = bisect_left(self.days, each.since), self._past(each.until)
            days |= (1 << end) - (1 << start) if start < end else 0
        return days

    def _cell(self, staff: int, course: int, duty: Duty) -> Days:
        """The same of one course, on every day; had the duty held on all of them.

        When it is due tells only late from not late: all such duties are one here, reckoned once for each person.
        """
        key = course, duty._replace(due=None, rule_id=0, grace_until=datetime.date.min)
        if key not in self._cells:
            self._cells[key] = self._reckon(staff, course, duty)
        return self._cells[key]

    def _reckon(self, staff: int, course: int, duty: Duty) -> Days:
        completions = self.history.done.get((staff, course), ())
        excused = [each for each in self.history.excused.get(staff, ()) if each.course_id in (None, course)]
        if not completions and not excused:
            return (self.every, 0) if self._status(self.days[0], staff, course, duty)[1] else (0, 0)
        ends = {0, len(self.days)}
        for each in completions:
            ends |= {bisect_left(self.days, each.since), self._past(each.until), self._past(each.completion.last_day)}
        for exemption in excused:
            ends |= {bisect_left(self.days, exemption.first), self._past(exemption.last)}
        counted = done = 0
        for start, end in pairwise(sorted(ends)):
            status, counts = self._status(self.days[start], staff, course, duty, completions, excused)
            if counts:
                span = (1 << end) - (1 << start)
                counted |= span
                done |= span if status in TRAINED else 0
        return counted, done

    def _status(
        self,
        day: datetime.date,
        staff: int,
        course: int,
        duty: Duty,
        completions: Iterable[Done] = (),
        excused: Iterable[Excused] = (),
    ) -> tuple[Status, bool]:
        """The status on `day`, and whether it counts."""
        best = best_completion(
            each.completion for each in completions if each.since <= day and (each.until is None or day <= each.until)
        )
        record = matrix.Record(completions={(staff, course): best} if best else {})
        if any(each.first <= day and (each.last is None or day <= each.last) for each in excused):
            record.exempt[staff] = {course}
        facts = record.facts(staff, course, duty)
        status = status_on(day, facts)
        return status, facts.required and status is not Status.EXEMPT

    def _note_due(self, staff: int, asked: Asked) -> None:
        """The due days of what is left on the last day."""
        last = len(self.days) - 1
        for course, duty in self._duties(staff, asked, last).items():
            counts, done = self._cell(staff, course, duty)
            if duty.due and counts & ~done & 1 << last:
                self.due[duty.due] += 1


def _with(one: Days, other: Days) -> Days:
    return one[0] | other[0], one[1] | other[1]


def _runs(rules: Sequence[Sequence[Rule]]) -> Iterable[tuple[int, int, Sequence[Rule]]]:
    """Rows of days with the same rules: (place of the first, place after the last, the rules)."""
    at = 0
    for each, group in groupby(rules):
        past = at + len(list(group))
        yield at, past, each
        at = past
