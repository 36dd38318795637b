"""What a completion must rest on to count on, when a course has changed. Pure.

A demand names parts of a course and the versions of each that are new enough. It touches what was completed before it
was made; with `also_begun`, what is completed later too. See docs/decisions/0022.
"""

import datetime
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from ..status import Redo


class Part(NamedTuple):
    """`activity` is an Activity; `fresh` the ids of the versions of it, in any language, that are new enough."""

    activity: Any
    since: datetime.datetime
    fresh: frozenset[int]


class Demand(NamedTuple):
    id: int
    course_id: int
    by_when: datetime.date
    made_at: datetime.datetime
    also_begun: bool
    notes: dict[str, str]
    parts: tuple[Part, ...]

    def touches(self, done_at: datetime.datetime) -> bool:
        """Whether it is about what was completed at that moment."""
        return self.also_begun or done_at < self.made_at

    def left(self, versions: Collection[int]) -> list[Part]:
        """The parts that what rests on `versions` has no version of that is new enough."""
        return [part for part in self.parts if part.fresh.isdisjoint(versions)]


def redo_of(
    demands: Iterable[Demand], *, versions: Collection[int], done_at: datetime.datetime, note: Any = lambda demand: ""
) -> Redo | None:
    """What is to be done again of a course that was completed at `done_at` and rests on `versions`.

    By the earliest day of the demands that touch it; with the parts of them all, each once, and the notes of them all.
    """
    found: dict[Any, None] = {}
    days, notes = [], []
    for demand in demands:
        left = demand.left(versions) if demand.touches(done_at) else []
        if left:
            found |= dict.fromkeys(part.activity for part in left)
            days.append(demand.by_when)
            notes.append(note(demand))
    return Redo(min(days), tuple(found), " ".join(filter(None, notes))) if days else None
