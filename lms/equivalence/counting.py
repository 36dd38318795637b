"""What one person's completions count for, beside their own courses. Pure: plain values in, plain values out."""

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ..status import Completion, Redo, Source, best_completion
from ..validity import Validity, term

COUNTS, RENEWS = "counts", "renews"


class Equivalence(NamedTuple):
    """All of `sources` together count as `target`, or the one of them renews it for who has had it.

    `names` holds the courses themselves by their ids; `validity_on` gives the target's validity as a day began.
    """

    id: int
    kind: str
    target: int
    sources: tuple[int, ...]
    names: Mapping[int, Any]
    validity_on: Callable[[datetime.date], Validity]


def with_sources(courses: Iterable[int], equivalences: Iterable[Equivalence]) -> set[int]:
    """`courses`, and all whose completion may count for one of them, over however many steps."""
    found, waiting = set(courses), list(equivalences)
    while reached := [each for each in waiting if each.target in found]:
        for each in reached:
            found.update(each.sources)
            waiting.remove(each)
    return found


def standings(own: Mapping[int, Sequence[Completion]], equivalences: Sequence[Equivalence]) -> dict[int, Completion]:
    """Course id to the completion that counts longest: one's own, or through other courses.

    What was completed is gone through in the order of days; each day's is counted on until nothing new comes of it. So
    it does not matter in which order the equivalences stand, and two courses may count as each other.
    """
    had: dict[int, list[Completion]] = defaultdict(list)
    for day in sorted({done.completed_on for rows in own.values() for done in rows}):
        for course, rows in own.items():
            had[course] += [done for done in rows if done.completed_on == day]
        while new := _new(day, had, equivalences):
            for course, done in new:
                had[course].append(done)
    return {course: best for course, rows in had.items() if (best := best_completion(rows))}


def _new(
    day: datetime.date, had: Mapping[int, list[Completion]], equivalences: Iterable[Equivalence]
) -> list[tuple[int, Completion]]:
    """What the equivalences make on `day` of what has been completed by then, and was not there yet."""
    found: dict[tuple[int, Completion], None] = {}  # a set that keeps its order
    for each in equivalences:
        for done in _renewed(each, day, had) if each.kind == RENEWS else _counted(each, had):
            if done not in had.get(each.target, ()):
                found[each.target, done] = None
    return list(found)


def _counted(each: Equivalence, had: Mapping[int, list[Completion]]) -> Iterable[Completion]:
    """All of the sources, each by what counts longest of it: done with the last, and over with the first.

    What is to be done again of one of them, since it has changed, is so here.
    """
    parts = [(course, best_completion(had.get(course, ()))) for course in each.sources]
    done = [(course, part) for course, part in parts if part]
    if len(done) < len(parts):
        return
    last = max((part for _course, part in done), key=lambda part: (part.completed_on, part.id))
    terms = [part.term for _course, part in done if part.valid_until]
    yield Completion(
        last.completed_on,
        min((ends.valid_until for ends in terms if ends.valid_until), default=None),
        last.id,
        min((ends.renewable_from for ends in terms if ends.renewable_from), default=None),
        through=tuple(source for course, part in done for source in _sources(each, course, part)),
        redo=_redo_of_all([part.redo for _course, part in done if part.redo]),
    )


def _renewed(each: Equivalence, day: datetime.date, had: Mapping[int, list[Completion]]) -> Iterable[Completion]:
    """The target as if it had been completed on `day`, for each time that the source was, by who had had the target."""
    [source] = each.sources
    today = [done for done in had.get(source, ()) if done.completed_on == day]
    before = best_completion(done for done in had.get(each.target, ()) if done.completed_on < day)
    if not today or before is None:
        return
    renewable_from, valid_until = term(each.validity_on(day), day, before.term)
    for done in today:
        through = _sources(each, source, done)
        yield Completion(day, valid_until, done.id, renewable_from, through=through, redo=done.redo)


def _redo_of_all(asked: Sequence[Redo]) -> Redo | None:
    """By the earliest day, with the parts and the notes of them all, each once."""
    if not asked:
        return None
    parts = dict.fromkeys(part for redo in asked for part in redo.parts)
    notes = dict.fromkeys(redo.note for redo in asked if redo.note)
    return Redo(min(redo.by_when for redo in asked), tuple(parts), " ".join(notes))


def _sources(each: Equivalence, course: int, done: Completion) -> tuple[Source, ...]:
    """What was completed in truth: over several steps it is the first."""
    return done.through or (Source(each.names[course], done.completed_on),)
