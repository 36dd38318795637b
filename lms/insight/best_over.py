"""What people had of each course from day to day, where courses count for others or are to be done again. Pure.

On each day it is what `best_of` makes of what they had completed, and `redo_of` of what was demanded then.
"""

import datetime
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from ..equivalence.counting import Equivalence
from ..equivalence.lookup import Pair, best_of
from ..retraining.demands import Demand, redo_of
from ..status import Completion
from .trend import Done


class Registered(NamedTuple):
    """A completion of one's own, the day from which it was there, and what demands ask about: when it was done, and on
    which versions it rests. Those two are needed only where something is demanded."""

    since: datetime.date
    completion: Completion
    done_at: datetime.datetime | None = None
    versions: Collection[int] = ()

    def under(self, demands: Sequence[Demand]) -> Completion:
        """The completion, with what `demands` say is to be done again."""
        if not demands or self.done_at is None:
            return self.completion
        return self.completion._replace(redo=redo_of(demands, versions=self.versions, done_at=self.done_at))


#: What is demanded on a day, by course.
Demanded = Mapping[int, Sequence[Demand]]


def best_over(
    days: Sequence[datetime.date],
    registered: Mapping[Pair, Sequence[Registered]],
    equivalences: Sequence[Sequence[Equivalence]],
    demands: Sequence[Demanded],
) -> dict[Pair, list[Done]]:
    """What each person had of each course on `days`; `equivalences` and `demands` are those of each day.

    Whom neither touches has their own completions, as they are.
    """
    courses = {course for demanded in demands for course in demanded}
    courses |= {source for held in equivalences for each in held for source in each.sources}
    touched = {person for person, course in registered if course in courses}
    found: dict[Pair, list[Done]] = {}
    own: dict[int, dict[Pair, Sequence[Registered]]] = defaultdict(dict)
    for pair, rows in registered.items():
        if pair[0] in touched:
            own[pair[0]][pair] = rows
        else:
            found[pair] = [Done(row.since, row.completion) for row in rows]
    turns = _turns(equivalences, demands)
    for theirs in own.values():
        found |= _anew(days, theirs, equivalences, demands, turns)
    return found


def _turns(equivalences: Sequence[Sequence[Equivalence]], demands: Sequence[Demanded]) -> set[int]:
    """The places of the days on which what counts is another than on the day before; the first is one."""
    each = list(zip(equivalences, demands, strict=True))
    return {0} | {at for at, (before, now) in enumerate(pairwise(each), start=1) if before != now}


def _anew(
    days: Sequence[datetime.date],
    own: Mapping[Pair, Sequence[Registered]],
    equivalences: Sequence[Sequence[Equivalence]],
    demands: Sequence[Demanded],
    turns: set[int],
) -> dict[Pair, list[Done]]:
    """Of one person: on each day on which something changes, to the day before the next."""
    came = {bisect_left(days, row.since) for rows in own.values() for row in rows}
    found: dict[Pair, list[Done]] = defaultdict(list)
    for at, past in pairwise(sorted(turns | came | {len(days)})):
        day, demanded = days[at], demands[at]
        had = {
            pair: [row.under(demanded.get(pair[1], ())) for row in rows if row.since <= day]
            for pair, rows in own.items()
        }
        for pair, best in best_of(had, equivalences[at]).items():
            found[pair].append(Done(day, best, days[past - 1]))
    return dict(found)
