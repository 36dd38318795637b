"""The sums of a workplace and all below it, each person once: what one gets by choosing it. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .matrix import Share, Totals
from .tally import STEP

NOBODY = Share()


@dataclass
class Subtree:
    people: Share = field(default_factory=Share)
    by_course: dict[int, Share] = field(default_factory=dict)


def above(path: str) -> list[str]:
    """The paths of the workplace and of all above it, from the top."""
    return [path[:end] for end in range(STEP, len(path) + 1, STEP)]


def peopled(totals: Totals, paths: Mapping[int, str]) -> set[str]:
    """The paths at or below which somebody works. `paths` are the workplaces' by their ids."""
    return {path for place in totals.by_workplace for path in above(paths[place])}


def sums_below(
    totals: Totals, paths: Mapping[int, str], asked: Collection[str], courses: Sequence[int]
) -> dict[str, Subtree]:
    """The sums of each of the paths that are `asked` about: the workplaces' own, less what these count twice."""
    found = {path: Subtree(by_course=dict.fromkeys(courses, NOBODY)) for path in asked}
    for place, share in totals.by_workplace.items():
        for tree in _at(above(paths[place]), found):
            tree.people += share
            for course in courses:
                if own := totals.by_workplace_course.get((place, course)):
                    tree.by_course[course] += own
    for path, tree in found.items():
        if twice := totals.overlaps.get(path):
            tree.people -= twice[None]
            for course in courses:
                tree.by_course[course] -= twice.get(course, NOBODY)
    return found


def _at(paths: Iterable[str], found: Mapping[str, Subtree]) -> list[Subtree]:
    return [found[path] for path in paths if path in found]
