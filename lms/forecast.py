"""The dates that come, out of what is completed or due and how long it is valid. Pure."""

import datetime
from collections.abc import Iterable
from typing import Any, NamedTuple

from .status import Completion
from .validity import Validity, term


class Coming(NamedTuple):
    """The next dates of one person in one course: None for what never comes.

    For who has completed it they are frozen; for who has not they are what comes if it is completed on the due day.
    """

    due: datetime.date | None = None
    opens: datetime.date | None = None
    expires: datetime.date | None = None


class Named(NamedTuple):
    day: datetime.date
    who: Any


class Spread(NamedTuple):
    """The first, the middle and the last of some days, each with whose it is. Of an even number, the earlier middle."""

    earliest: Named
    typical: Named
    latest: Named
    number: int

    @property
    def is_one_day(self) -> bool:
        return self.earliest.day == self.latest.day and self.number > 1

    @property
    def three(self) -> tuple[Named, Named, Named]:
        return self.earliest, self.typical, self.latest


class Forecast(NamedTuple):
    """Each is None where nobody has such a day."""

    due: Spread | None
    opens: Spread | None
    expires: Spread | None


def coming(validity: Validity, *, completion: Completion | None = None, due: datetime.date | None = None) -> Coming:
    """When the course is due, when it may be renewed and when it expires, for one person.

    A completion has its dates, whatever the validity says today, and the course is due again on its last valid day.
    """
    if completion:
        return Coming(completion.valid_until, completion.term.renewable_from, completion.valid_until)
    if due is None:
        return Coming()
    opens, expires = term(validity, due)
    return Coming(due, opens, expires)


def coming_dates(people: Iterable[tuple[Any, Completion | None, datetime.date | None]], validity: Validity) -> Forecast:
    """The dates that come for `people`: (who, what they have completed of the course, when it is due).

    `who` is anything: a name, a row. Equal days stand in the order of `people`.
    """
    found: dict[str, list[Named]] = {name: [] for name in Coming._fields}
    for who, completion, due in people:
        for name, day in zip(Coming._fields, coming(validity, completion=completion, due=due), strict=True):
            if day:
                found[name].append(Named(day, who))
    return Forecast(**{name: _spread(days) for name, days in found.items()})


def _spread(days: list[Named]) -> Spread | None:
    if not days:
        return None
    in_order = sorted(days, key=lambda named: named.day)
    return Spread(in_order[0], in_order[(len(in_order) - 1) // 2], in_order[-1], len(in_order))
