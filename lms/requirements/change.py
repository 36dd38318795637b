"""What an act changes in what is required of people, told before it is done. Pure: two states in, one Change out."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

from ..matrix import Record
from ..status import TRAINED, Status, standing
from .choice import Asked, asked_of, merge
from .per_job import PerJob
from .rules import Duty, Job, Rule


class Someone(NamedTuple):
    """A job, with the names that are told."""

    job: Job
    name: str
    workplace: str


@dataclass(frozen=True)
class State:
    """Who works, what is required and what had happened, on one day."""

    people: Sequence[Someone]
    rules: Sequence[Rule]
    record: Record


class Dated(NamedTuple):
    day: datetime.date
    name: str


class Span(NamedTuple):
    """The earliest of some days, the one in the middle, and the latest, each with somebody whose it is."""

    earliest: Dated
    typical: Dated
    latest: Dated


class Stand(NamedTuple):
    """How somebody stands with a course: whether they are counted in it, and if so how."""

    counts: bool = False
    recommended: bool = False
    excused: bool = False
    late: bool = False
    done: bool = False
    due: datetime.date | None = None
    expires: datetime.date | None = None


class CourseChange(NamedTuple):
    """A course with which one person stands otherwise."""

    course_id: int
    was: Stand
    now: Stand


class Count(NamedTuple):
    """So many are done of those who are counted."""

    done: int = 0
    counted: int = 0


class ShareChange(NamedTuple):
    """A figure of the matrix that becomes another: of a course at a workplace; without a course, of all of them."""

    place: str
    course_id: int | None
    was: Count
    now: Count


class Place(NamedTuple):
    """A workplace, and how many who work there it touches."""

    name: str
    bound: int
    late: int
    leaving: int


@dataclass(frozen=True)
class Change:
    """What becomes different on `day`, the first on which the act has effect. People, each once.

    Bound are those who must take what they did not have to; `done` of them have done it already. Moved have another
    due day than before. Leaving need no longer take it. Who is excused is neither, before or after.
    """

    day: datetime.date
    bound: int = 0
    done: int = 0
    recommended: int = 0
    moved: int = 0
    leaving: int = 0
    late: int = 0
    no_longer_late: int = 0
    completed: int = 0
    lost: int = 0
    touched: int = 0
    names: tuple[str, ...] = ()
    courses: tuple[CourseChange, ...] = ()
    due: Span | None = None
    expires: Span | None = None
    places: tuple[Place, ...] = ()
    shares: tuple[ShareChange, ...] = ()
    course_count: int = field(default=0, compare=False)  # of how many there is something to tell


#: So many of those whom it touches are told by name.
NAMED = 3

_NOTHING = Stand()
#: Of one person: how they stand with each course.
Stands = Mapping[int, Stand]
_NONE: Stands = {}
#: A workplace, and a course there; without one, all of them.
Where = tuple[int, int | None]


def compare(day: datetime.date, before: State, after: State) -> Change:
    """What is otherwise in `after` than in `before`."""
    comparison = Comparison(day)
    comparison.add(before, after)
    return comparison.change()


class Comparison:
    """What is otherwise after than before, of people who are added some at a time: each of them once."""

    def __init__(self, day: datetime.date) -> None:
        self._day = day
        self._asked: tuple[Sequence[Rule], PerJob[Asked]] | None = None
        self._people = Counter[str]()
        self._touched = 0
        self._names: list[str] = []
        self._touching: set[int] = set()
        self._courses: tuple[CourseChange, ...] = ()
        self._due, self._expires = Counter[Dated](), Counter[Dated]()
        self._place_names: dict[int, str] = {}
        self._places: dict[int, Counter[str]] = defaultdict(Counter)
        #: What those people make of the figures of each workplace: done and counted before, and after.
        self.figures: dict[Where, list[int]] = defaultdict(lambda: [0, 0, 0, 0])

    def add(self, before: State, after: State) -> None:
        was, now = (_stands(self._day, state, self._asked_by(state.rules)) for state in (before, after))
        names = {someone.job.staff_id: someone.name for state in (before, after) for someone in state.people}
        difference = _Differences()
        for staff_id in was.people.keys() | now.people.keys():
            old, new = was.people.get(staff_id, _NONE), now.people.get(staff_id, _NONE)
            found, name = difference(old, new), names[staff_id]
            self._people.update(found.what)
            self._touching |= found.courses
            self._due.update(Dated(day, name) for day in found.due)
            self._expires.update(Dated(day, name) for day in found.expires)
            if found.what:
                self._touched += 1
                self._names = sorted([*self._names, name])[:NAMED]
                self._courses = _courses(old, new, found.courses)
        for state in (before, after):
            self._place_names.update((someone.job.workplace_id, someone.workplace) for someone in state.people)
        for place in was.places.keys() | now.places.keys():
            there, here = was.places.get(place, {}), now.places.get(place, {})
            for staff_id in there.keys() | here.keys():
                old, new = there.get(staff_id, _NONE), here.get(staff_id, _NONE)
                self._places[place].update(difference(old, new).what)
                self._count(place, old, 0)
                self._count(place, new, 2)

    def _asked_by(self, rules: Sequence[Rule]) -> PerJob[Asked]:
        """Asked anew only of other rules than those of the last time."""
        if self._asked is None or self._asked[0] is not rules:
            self._asked = (rules, PerJob(rules, asked_of))
        return self._asked[1]

    def _count(self, place: int, stands: Stands, at: int) -> None:
        """Into the figures from `at` on: of each course, and of all of them together."""
        counted = [course for course, stand in stands.items() if stand.counts]
        done = [course for course in counted if stands[course].done]
        for course in counted:
            self.figures[place, course][at + 1] += 1
        for course in done:
            self.figures[place, course][at] += 1
        if counted:
            self.figures[place, None][at + 1] += 1
            self.figures[place, None][at] += len(done) == len(counted)

    def change(self) -> Change:
        return Change(
            day=self._day,
            **self._people,
            touched=self._touched,
            names=tuple(self._names),
            course_count=len(self._touching),
            courses=self._courses if self._touched == 1 else (),
            due=_span(self._due),
            expires=_span(self._expires),
            places=self._places_told(),
            shares=self._shares_told(),
        )

    def _places_told(self) -> tuple[Place, ...]:
        """The workplaces where something changes for somebody, by name."""
        told = []
        for place, found in self._places.items():
            numbers = [found[what] for what in ("bound", "late", "leaving")]
            if any(numbers):
                told.append((self._place_names[place], place, numbers))
        return tuple(Place(name, *numbers) for name, _pk, numbers in sorted(told))

    def _shares_told(self) -> tuple[ShareChange, ...]:
        """The figures of each course at each workplace that become others, by workplace."""
        told = sorted(
            (self._place_names[place], place, course, Count(*four[:2]), Count(*four[2:]))
            for (place, course), four in self.figures.items()
            if course is not None and four[:2] != four[2:]
        )
        return tuple(ShareChange(name, course, was, now) for name, _pk, course, was, now in told)


class _Difference(NamedTuple):
    """What becomes different for one person, with which courses, and the days that come of it."""

    what: frozenset[str]
    courses: frozenset[int]
    due: list[datetime.date]
    expires: list[datetime.date]


class _Differences:
    """Asked once for all those who stood alike and will stand alike: see `_stands`."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], tuple[Stands, Stands, _Difference]] = {}

    def __call__(self, old: Stands, new: Stands) -> _Difference:
        key = id(old), id(new)  # which stay theirs: both are held on to
        if key not in self._known:
            self._known[key] = (old, new, _difference(old, new))
        return self._known[key][2]


def _difference(old: Stands, new: Stands) -> _Difference:
    what: set[str] = set()
    courses = set()
    due, expires = [], []
    for course in old.keys() | new.keys():
        was, now = old.get(course, _NOTHING), new.get(course, _NOTHING)
        if was == now:
            continue
        if found := _differences(was, now):
            what.update(found)
            courses.add(course)
        if now.counts and not now.done and now.due and (not was.counts or now.due != was.due):
            due.append(now.due)
        if now.counts and not was.counts and now.done and now.expires:
            expires.append(now.expires)
    return _Difference(frozenset(what), frozenset(courses), due, expires)


def _differences(old: Stand, new: Stand) -> list[str]:
    told = {
        "bound": new.counts and not old.counts,
        "done": new.counts and not old.counts and new.done,
        "recommended": new.recommended and not old.recommended and not old.counts,
        "moved": old.counts and new.counts and old.due != new.due and not new.done,
        "leaving": old.counts and not new.counts,
        "late": new.late and not old.late,
        "no_longer_late": old.late and not new.late and new.counts,
        "completed": old.counts and new.counts and new.done and not old.done,
        "lost": old.counts and new.counts and old.done and not new.done,
    }
    return [what for what, holds in told.items() if holds]


def _courses(old: Stands, new: Stands, courses: Iterable[int]) -> tuple[CourseChange, ...]:
    return tuple(
        CourseChange(course, old.get(course, _NOTHING), new.get(course, _NOTHING)) for course in sorted(courses)
    )


def _span(dates: Counter[Dated]) -> Span | None:
    if not dates:
        return None
    in_order = sorted(dates)
    middle = (dates.total() + 1) // 2
    passed = accumulate(dates[each] for each in in_order)
    typical = next(each for each, number in zip(in_order, passed, strict=True) if number >= middle)
    return Span(in_order[0], typical, in_order[-1])


class _Stands(NamedTuple):
    """By person; and at each workplace, by person."""

    people: Mapping[int, Stands]
    places: Mapping[int, Mapping[int, Stands]]


def _stands(day: datetime.date, state: State, asked_of_job: PerJob[Asked]) -> _Stands:
    """How everyone stands with what is asked of them: over all their jobs, and at each workplace by the jobs there.

    People of whom the same is asked, and nothing is known, stand alike: they share what is found out of one.
    """
    record = state.record
    known = {
        staff_id for staff_id, _course in (*record.completions, *record.started, *record.help)
    } | record.exempt.keys()
    people: dict[int, list[Asked]] = defaultdict(list)
    places: dict[int, dict[int, list[Asked]]] = defaultdict(lambda: defaultdict(list))
    for someone in state.people:
        job = someone.job
        asked = asked_of_job(job)
        people[job.staff_id].append(asked)
        places[job.workplace_id][job.staff_id].append(asked)
    alike: dict[int, tuple[Asked, Stands]] = {}

    def all_stands(staff_id: int, each: list[Asked]) -> Stands:
        asked = merge(each)
        if staff_id in known:
            return one_by_one(staff_id, asked)
        if id(asked) not in alike:
            alike[id(asked)] = (asked, one_by_one(staff_id, asked))
        return alike[id(asked)][1]

    def one_by_one(staff_id: int, asked: Asked) -> Stands:
        duties = record.duties(day, staff_id, asked)
        return {course_id: stand(staff_id, course_id, duty) for course_id, duty in duties.items()}

    def stand(staff_id: int, course_id: int, duty: Duty) -> Stand:
        facts = record.facts(staff_id, course_id, duty)
        status, late = standing(day, facts)
        is_asked = status is not Status.EXEMPT
        return Stand(
            counts=is_asked and facts.required,
            recommended=is_asked and facts.recommended,
            excused=not is_asked,
            late=late,
            done=status in TRAINED,
            due=duty.due,
            expires=facts.completion.valid_until if facts.completion else None,
        )

    over_all = {staff_id: all_stands(staff_id, each) for staff_id, each in people.items()}

    def there(staff_id: int, each: list[Asked]) -> Stands:
        return over_all[staff_id] if len(each) == len(people[staff_id]) else all_stands(staff_id, each)

    return _Stands(
        over_all,
        {place: {staff_id: there(staff_id, each) for staff_id, each in jobs.items()} for place, jobs in places.items()},
    )
