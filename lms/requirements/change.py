"""What an act changes in what is required of people, told before it is done. Pure: two states in, one Change out."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ..matrix import Record
from ..status import TRAINED, Status, standing
from .choice import Asked, asked_of, merge
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
Key = tuple[int, int]  # staff, course


def compare(day: datetime.date, before: State, after: State) -> Change:
    """What is otherwise in `after` than in `before`."""
    was, now = _stands(day, before), _stands(day, after)
    found: dict[str, set[int]] = defaultdict(set)
    courses = set()
    due, expires = [], []
    names = {someone.job.staff_id: someone.name for state in (before, after) for someone in state.people}
    for key in was.people.keys() | now.people.keys():
        staff_id, course_id = key
        old, new = was.people.get(key, _NOTHING), now.people.get(key, _NOTHING)
        for what in _differences(old, new):
            found[what].add(staff_id)
            courses.add(course_id)
        if new.counts and not new.done and new.due and (not old.counts or new.due != old.due):
            due.append(Dated(new.due, names[staff_id]))
        if new.counts and not old.counts and new.done and new.expires:
            expires.append(Dated(new.expires, names[staff_id]))
    counted = {what: len(people) for what, people in found.items()}
    touched = set[int]().union(*found.values())
    return Change(
        day=day,
        **counted,
        touched=len(touched),
        names=tuple(sorted(names[staff_id] for staff_id in touched)[:NAMED]),
        course_count=len(courses),
        courses=_courses(was, now, touched) if len(touched) == 1 else (),
        due=_span(due),
        expires=_span(expires),
        places=_places(was, now),
        shares=_shares(was, now),
    )


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


def _courses(was: "_Stands", now: "_Stands", people: set[int]) -> tuple[CourseChange, ...]:
    keys = sorted(key for key in was.people.keys() | now.people.keys() if key[0] in people)
    pairs = ((key[1], was.people.get(key, _NOTHING), now.people.get(key, _NOTHING)) for key in keys)
    return tuple(CourseChange(course, old, new) for course, old, new in pairs if _differences(old, new))


def _span(dates: Iterable[Dated]) -> Span | None:
    in_order = sorted(dates)
    if not in_order:
        return None
    return Span(in_order[0], in_order[(len(in_order) - 1) // 2], in_order[-1])


class _Stands(NamedTuple):
    people: Mapping[Key, Stand]
    places: Mapping[int, Mapping[Key, Stand]]
    names: Mapping[int, str]


def _stands(day: datetime.date, state: State) -> _Stands:
    """How everyone stands with what is asked of them: over all their jobs, and at each workplace by the jobs there."""
    people: dict[int, list[Asked]] = defaultdict(list)
    places: dict[int, dict[int, list[Asked]]] = defaultdict(lambda: defaultdict(list))
    for someone in state.people:
        job = someone.job
        asked = asked_of(job, state.rules)
        people[job.staff_id].append(asked)
        places[job.workplace_id][job.staff_id].append(asked)

    def stands(jobs: Mapping[int, list[Asked]]) -> dict[Key, Stand]:
        return {
            (staff_id, course_id): stand((staff_id, course_id), duty)
            for staff_id, each in jobs.items()
            for course_id, duty in state.record.duties(day, staff_id, merge(each)).items()
        }

    def stand(key: Key, duty: Duty) -> Stand:
        facts = state.record.facts(*key, duty)
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

    return _Stands(
        people=stands(people),
        places={place: stands(jobs) for place, jobs in places.items()},
        names={someone.job.workplace_id: someone.workplace for someone in state.people},
    )


def _places(was: _Stands, now: _Stands) -> tuple[Place, ...]:
    """The workplaces where something changes for somebody, by name."""
    touched = []
    names = {**was.names, **now.names}
    for place in was.places.keys() | now.places.keys():
        old, new = was.places.get(place, {}), now.places.get(place, {})
        found: dict[str, set[int]] = defaultdict(set)
        for key in old.keys() | new.keys():
            for what in _differences(old.get(key, _NOTHING), new.get(key, _NOTHING)):
                found[what].add(key[0])
        numbers = [len(found[what]) for what in ("bound", "late", "leaving")]
        if any(numbers):
            touched.append((names[place], place, numbers))
    return tuple(Place(name, *numbers) for name, _pk, numbers in sorted(touched))


def _shares(was: _Stands, now: _Stands) -> tuple[ShareChange, ...]:
    """The figures of each course at each workplace that become others, by workplace."""
    names = {**was.names, **now.names}
    old, new = _counts(was), _counts(now)
    changed = [key for key in old.keys() | new.keys() if old.get(key, Count()) != new.get(key, Count())]
    told = sorted((names[place], place, course) for place, course in changed)
    return tuple(
        ShareChange(name, course, old.get((place, course), Count()), new.get((place, course), Count()))
        for name, place, course in told
    )


def _counts(stands: _Stands) -> dict[Key, Count]:
    """By workplace and course."""
    counted: dict[Key, int] = defaultdict(int)
    done: dict[Key, int] = defaultdict(int)
    for place, people in stands.places.items():
        for (_staff_id, course_id), stand in people.items():
            counted[place, course_id] += stand.counts
            done[place, course_id] += stand.counts and stand.done
    return {key: Count(done[key], number) for key, number in counted.items()}
