"""What in a course must be done before what. Pure.

A part waits only for what stands before it in the course, and one that is needed only for others that are: so there is
no circle, and what is left always has a part that is open. See docs/decisions/0028.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

#: Which parts each part waits for, all in the order of the course.
Waits = Mapping[str, Sequence[str]]


class Part(NamedTuple):
    """`after` names what its author says must be done first."""

    id: str
    required: bool
    after: Collection[str] = ()


def prerequisites(parts: Sequence[Part], *, in_order: bool) -> Waits:
    """What each of `parts`, which stand in the order of the course, waits for.

    `in_order`: for all the needed ones before it, besides what it names. A name of something else is passed over.
    """
    waits = {}
    for number, part in enumerate(parts):
        waits[part.id] = tuple(
            before.id
            for before in parts[:number]
            if (in_order and before.required) or (before.id in part.after and (before.required or not part.required))
        )
    return waits


def undone(part: str, waits: Waits, done: Collection[str]) -> list[str]:
    """What `part` still waits for."""
    return [before for before in waits[part] if before not in done]


def is_open(part: str, waits: Waits, *, done: Collection[str], begun: Collection[str]) -> bool:
    """What is done or begun is never locked again."""
    return part in done or part in begun or not undone(part, waits, done)


def last_before(part: str, waits: Waits, *, done: Collection[str], begun: Collection[str]) -> list[str]:
    """Of what `part` still waits for, all that has to be named: not what is done on the way to the rest."""
    left = undone(part, waits, done)
    locked = [one for one in left if not is_open(one, waits, done=done, begun=begun)]
    return [one for one in left if not any(one in waits[other] for other in locked)]


def first_of(part: str, waits: Waits, *, done: Collection[str], begun: Collection[str]) -> str | None:
    """What to do first so that `part` opens, and may be done now. None where it is open."""
    here, found = part, None
    while not is_open(here, waits, done=done, begun=begun):
        here = found = undone(here, waits, done)[0]
    return found
