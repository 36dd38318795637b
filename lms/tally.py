"""The sums over very many people, without a cell for each of their courses. Pure; what the cells add up to.

A set of courses is one number here, a mask: bit n stands for the n-th of the courses that are asked about. What one
course means for one person is said with `&` and `|` for all courses at once, and everything that the rules say of a job
is asked of the rules themselves, once for all jobs that they treat alike. See docs/decisions/0025.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, NamedTuple

from .matrix import Share, Totals
from .requirements.choice import asked_of, choose
from .requirements.per_job import PerJob
from .requirements.rules import Duty, Job, Rule


class Learned(NamedTuple):
    """Courses that someone has completed: at any time, so that they count on the day, and for more than a while."""

    ever: int = 0
    trained: int = 0
    lasting: int = 0


class Choice(NamedTuple):
    """A programme of which so many courses are enough: those, in its order; and of them what `Bound` says."""

    programme: Any
    number: int
    options: tuple[int, ...]
    required: int
    overdue: int
    past_grace: int


class Bound(NamedTuple):
    """Courses that a job requires: all of them; those past their due day; those past the days of grace.

    Not those of which some are enough: which ones of `choices` are required, `settled` says.
    """

    required: int = 0
    overdue: int = 0
    past_grace: int = 0
    choices: tuple[Choice, ...] = ()


class Score(NamedTuple):
    """Of the required courses those that count, that are done, late, and done but soon to expire; as masks."""

    counted: int
    done: int
    late: int
    expiring: int


NOTHING = Learned()

#: A workplace's path is so much longer than the path of the one above it.
STEP = 4


class Bits:
    """Which bit stands for which course."""

    def __init__(self, courses: Sequence[int]) -> None:
        self.of = {course: 1 << number for number, course in enumerate(courses)}
        self.all = (1 << len(courses)) - 1

    def mask(self, courses: Iterable[int | None]) -> int:
        """None among `courses` means all of them; what is not asked about is left out."""
        found = 0
        for course in courses:
            found |= self.all if course is None else self.of.get(course, 0)
        return found


class Duties:
    """What jobs require on `day`, as masks. What is only recommended counts nowhere."""

    def __init__(self, day: datetime.date, courses: Sequence[int], rules: Sequence[Rule]) -> None:
        self._day, self._bits = day, Bits(courses)
        relevant = [rule for rule in rules if rule.mandatory and rule.course_id in self._bits.of]
        self.of = PerJob(relevant, self._bound)

    def _bound(self, job: Job, rules: list[Rule]) -> Bound:
        asked = asked_of(job, rules)
        if not asked.choices:
            return Bound(*self._masks(asked.always))
        choices = tuple(
            Choice(
                programme,
                part.at_least or 0,
                tuple(self._bits.of.get(course, 0) for course in part.courses),
                *self._masks(duties),
            )
            for programme, (part, duties) in asked.choices.items()
        )
        return Bound(*self._masks(asked.always), choices)

    def _masks(self, duties: Mapping[int, Duty]) -> tuple[int, int, int]:
        required = overdue = past_grace = 0
        for course, duty in duties.items():
            bit = self._bits.of[course]
            required |= bit
            if duty.due and self._day > duty.due:
                overdue |= bit
            if self._day > duty.grace_until:
                past_grace |= bit
        return required, overdue, past_grace


def settled(bound: Bound, learned: Learned, exempt: int) -> Bound:
    """What is required of somebody who has learned that: what `choice.settle` says."""
    required, overdue, past_grace, choices = bound
    for each in choices:
        found = choose(
            each.number,
            each.options,
            trained=learned.trained,
            otherwise=bound.required,
            ever=learned.ever,
            excused=exempt,
        )
        required |= found & each.required
        overdue |= found & each.overdue
        past_grace |= found & each.past_grace
    return Bound(required, overdue, past_grace)


def merge(one: Bound, other: Bound) -> Bound:
    """What two jobs ask of the same person: the earliest day wins, as in `choice.merge`."""
    choices = {each.programme: each for each in one.choices}
    for each in other.choices:
        known = choices.get(each.programme)
        if known:
            each = each._replace(overdue=each.overdue | known.overdue, past_grace=each.past_grace | known.past_grace)
        choices[each.programme] = each
    return Bound(
        one.required | other.required,
        one.overdue | other.overdue,
        one.past_grace | other.past_grace,
        tuple(choices.values()),
    )


def score(bound: Bound, learned: Learned, exempt: int) -> Score:
    """What `status.standing` says, of all courses at once."""
    if bound.choices:
        bound = settled(bound, learned, exempt)
    done = bound.required & learned.trained
    still = bound.required & ~learned.trained & ~exempt
    late = still & (bound.overdue | (bound.past_grace & learned.ever))
    return Score(done | still, done, late, done & ~learned.lasting)


@dataclass
class Tally:
    """The sums of everyone who was added. `add` the jobs in the order in which people are to be named.

    `also` are courses that are not asked about, but have a say in which of those that are asked about are required. The
    masks of `learned` and `exempt` are of both, in that order.
    """

    day: datetime.date
    courses: Sequence[int]
    rules: Sequence[Rule]
    learned: Mapping[int, Learned]
    exempt: Mapping[int, int]
    also: Sequence[int] = ()
    _people: dict[int, tuple[Bound, Score]] = field(default_factory=dict)
    _places: dict[int, list[Score]] = field(default_factory=lambda: defaultdict(list))
    _jobs: dict[int, list[tuple[str, Bound, Score]]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self._duties = Duties(self.day, [*self.courses, *self.also], self.rules)
        self._asked = (1 << len(self.courses)) - 1

    def add(self, job: Job) -> Score:
        """The job's own score."""
        bound, staff = self._duties.of(job), job.staff_id
        learned, exempt = self.learned.get(staff, NOTHING), self.exempt.get(staff, 0)
        own = self._score(bound, learned, exempt)
        self._places[job.workplace_id].append(own)
        self._jobs[staff].append((job.path, bound, own))
        self._people[staff] = (
            self._together(staff, self._people[staff][0], bound) if staff in self._people else (bound, own)
        )
        return own

    def _together(self, staff: int, *bounds: Bound) -> tuple[Bound, Score]:
        """What several jobs of somebody's require."""
        bound = reduce(merge, bounds)
        return bound, self._score(bound, self.learned.get(staff, NOTHING), self.exempt.get(staff, 0))

    def _score(self, bound: Bound, learned: Learned, exempt: int) -> Score:
        found = score(bound, learned, exempt)
        return Score._make(mask & self._asked for mask in found) if self.also else found

    def _is_excused(self, staff: int, bound: Bound) -> bool:
        """Of whom nothing counts: whether something is required of them."""
        if bound.choices:
            bound = settled(bound, self.learned.get(staff, NOTHING), self.exempt.get(staff, 0))
        return bool(bound.required & self._asked)

    def totals(self) -> Totals:
        result = Totals()
        for staff, (bound, own) in self._people.items():
            if not own.counted:
                is_excused = self._is_excused(staff, bound)
                result.excused += is_excused
                result.not_required += not is_excused
            else:
                if own.done != own.counted:
                    result.missing.append(staff)
                if own.late:
                    result.late.append(staff)
        everyone = [own for _bound, own in self._people.values()]
        result.people = _share_of_people(everyone)
        result.by_course = {course: Share(*four) for course, *four in self._shares(everyone)}
        for place, scores in self._places.items():
            result.by_workplace[place] = _share_of_people(scores)
            for course, counted, *rest in self._shares(scores):
                if counted:
                    result.by_workplace_course[place, course] = Share(counted, *rest)
        result.overlaps = self._overlaps()
        return result

    def _overlaps(self) -> dict[str, dict[int | None, Share]]:
        """For each path under which somebody has several jobs: these counted apart, less the person counted once."""
        apart: dict[str, list[Score]] = defaultdict(list)
        once: dict[str, list[Score]] = defaultdict(list)
        for staff, jobs in self._jobs.items():
            if len(jobs) == 1:
                continue
            for top in {path[:end] for path, _bound, _own in jobs for end in range(STEP, len(path) + 1, STEP)}:
                below = [(bound, own) for path, bound, own in jobs if path.startswith(top)]
                if len(below) > 1:
                    apart[top] += [own for _bound, own in below]
                    once[top].append(self._together(staff, *(bound for bound, _own in below))[1])
        found = {}
        for top, scores in apart.items():
            own = self._told(once[top])
            found[top] = {course: share - own[course] for course, share in self._told(scores).items()}
        return found

    def _told(self, scores: list[Score]) -> dict[int | None, Share]:
        shares: dict[int | None, Share] = {course: Share(*four) for course, *four in self._shares(scores)}
        return {None: _share_of_people(scores), **shares}

    def _shares(self, scores: list[Score]) -> Iterable[tuple[int, ...]]:
        """Each course, and what a share of it is made of."""
        width = len(self.courses)
        columns = zip(*scores, strict=True) if scores else [()] * len(Score._fields)
        return zip(self.courses, *(_sums(masks, width) for masks in columns), strict=True)


def _share_of_people(scores: list[Score]) -> Share:
    """Of those for whom something counts: who has done all, who is late with something, who is soon to renew."""
    share = Share()
    for counted, done, late, expiring in scores:
        if counted:
            share.counted += 1
            share.done += done == counted
            share.late += late > 0
            share.expiring += expiring > 0
    return share


def _sums(masks: Iterable[int], width: int) -> list[int]:
    """For each bit in how many of `masks` it is set: they are written in a row as text, which is counted in strides."""
    text = "".join([f"{mask:0{width}b}" for mask in masks])
    return [text[bit::width].count("1") for bit in range(width - 1, -1, -1)]
