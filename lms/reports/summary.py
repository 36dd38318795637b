"""The sums by workplace, as the tree has them: each with all below it, as far down as fits on a screen."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from ..matrix import Share, Totals
from ..models import Workplace
from ..subtrees import NOBODY, Subtree, above, peopled, sums_below
from .selection import Order

#: So many rows are shown before the lower levels are folded away.
UNFOLDED = 60


class Line(NamedTuple):
    """A workplace with all below it. `then` are the same sums on the day compared with; `folded` is how many workplaces
    below it are not shown."""

    workplace: Workplace
    depth: int
    share: Share
    courses: list[tuple[Share, Share | None]]
    then: Share | None
    folded: int


def lines_of(
    workplaces: Sequence[Workplace],
    totals: Totals,
    courses: Sequence[int],
    *,
    order: Order = Order.WORKPLACE,
    backwards: bool = False,
    before: Totals | None = None,
) -> list[Line]:
    """Those of `workplaces`, in the order of the tree, where or below which somebody works.

    In the order of the tree, or those that stand side by side with the most late, or the least done, first; or
    `backwards`. Each stands above those below it, whichever way.
    """
    paths = {place.pk: place.path for place in workplaces}
    alive = peopled(totals, paths)
    there = [place for place in workplaces if place.path in alive]
    depths = _depths(there)
    lowest = _lowest(list(depths.values()))
    shown = [place for place in there if depths[place.path] <= lowest]
    asked = [place.path for place in shown]
    sums = sums_below(totals, paths, asked, courses)
    then = sums_below(before, paths, asked, courses) if before else None
    lines = []
    for place in _in_order(shown, sums, order, -1 if backwards else 1):
        is_lowest = depths[place.path] == lowest
        lines.append(
            Line(
                place,
                depths[place.path],
                sums[place.path].people,
                _pairs(sums[place.path], then[place.path] if then else None, courses),
                then[place.path].people if then else None,
                sum(other.path.startswith(place.path) for other in there) - 1 if is_lowest else 0,
            )
        )
    return lines


def _pairs(now: Subtree, then: Subtree | None, courses: Sequence[int]) -> list[tuple[Share, Share | None]]:
    return [(now.by_course[course], then.by_course[course] if then else None) for course in courses]


def pairs_of_all(now: Totals, then: Totals | None, courses: Sequence[int]) -> list[tuple[Share, Share | None]]:
    """The same for the line of totals. A course that nobody had to take on the other day counts nobody there."""
    return [(now.by_course[pk], then.by_course.get(pk, NOBODY) if then else None) for pk in courses]


def _depths(workplaces: Sequence[Workplace]) -> dict[str, int]:
    """Path to how far down it stands among them: the topmost are 1."""
    found: dict[str, int] = {}
    for place in workplaces:
        found[place.path] = 1 + max((found.get(path, 0) for path in above(place.path)[:-1]), default=0)
    return found


def _lowest(depths: Sequence[int]) -> int:
    """The lowest level that is shown: as many as fit, and one more than a single top."""
    lowest = 1
    for level in range(2, max(depths, default=1) + 1):
        alone = sum(depth < level for depth in depths) == 1
        if alone or sum(depth <= level for depth in depths) <= UNFOLDED:
            lowest = level
        else:
            break
    return lowest


def _in_order(workplaces: Sequence[Workplace], sums: Mapping[str, Subtree], order: Order, turn: int) -> list[Workplace]:
    """Each followed by those below it; side by side in the order that is asked for, and those alike as in the tree."""
    key = _KEYS.get(order)
    if key is None:
        rank: dict[str, tuple[float, int]] = {place.path: (0, turn * at) for at, place in enumerate(workplaces)}
    else:
        rank = {place.path: (key(sums[place.path].people, turn), at) for at, place in enumerate(workplaces)}
    return sorted(workplaces, key=lambda place: [rank[path] for path in above(place.path) if path in rank])


#: Where nobody is counted comes last, whichever way the order is turned.
_KEYS: dict[Order, Callable[[Share, int], float]] = {
    Order.LATE: lambda share, turn: -turn * share.late,
    Order.SHARE: lambda share, turn: turn * share.done / share.counted if share.counted else 2,
}
