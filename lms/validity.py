"""How long a completion is valid, and from when it may be renewed. Pure: the dates are frozen with each completion."""

import calendar
import datetime
from collections.abc import Mapping
from typing import Any, NamedTuple

from courses.validity import VALIDITY_SETTINGS, WINDOW_DAYS, ValidityKind

ONE_DAY = datetime.timedelta(days=1)


class Validity(NamedTuple):
    """What a course says of it: see the fields of `courses.models.ValiditySettings`."""

    kind: str = ValidityKind.FOR_GOOD
    months: int | None = None
    to_month: int | None = None
    to_day: int | None = None
    window_days: int = WINDOW_DAYS
    late_days: int = 0

    @classmethod
    def of(cls, course: Any) -> "Validity":
        """That of a course, or of its page."""
        return cls(*(getattr(course, name) for name in VALIDITY_SETTINGS))

    @classmethod
    def among(cls, settings: Mapping[str, Any]) -> "Validity":
        """That in the dated settings of a course, as they were."""
        return cls(*(settings[name] for name in VALIDITY_SETTINGS))


class Term(NamedTuple):
    """The days on which a completion counts end with `valid_until`, and it may be renewed from `renewable_from` on.

    Both are None where it is valid for good.
    """

    renewable_from: datetime.date | None = None
    valid_until: datetime.date | None = None


FOR_GOOD = Term()


def term(validity: Validity, completed_on: datetime.date, before: Term = FOR_GOOD) -> Term:
    """The term of a course completed on a day; `before` is that of the completion that it renews, if there is one.

    What it lacks makes it valid for good: a page may be published unfinished. It ends after the day itself, always.
    """
    until = _until(validity, completed_on, before)
    if until is None:
        return FOR_GOOD
    return Term(max(window_opens(until, validity.window_days), completed_on + ONE_DAY), until)


def window_opens(valid_until: datetime.date, days: int = WINDOW_DAYS) -> datetime.date:
    """The first of the last `days` days, of which `valid_until` is one."""
    return valid_until - datetime.timedelta(days=days - 1)


def is_in_time(validity: Validity, day: datetime.date, before: Term) -> bool:
    """Whether what is completed on `day` goes on from the end of what it renews."""
    if before.valid_until is None or before.renewable_from is None:
        return False
    return before.renewable_from <= day <= before.valid_until + datetime.timedelta(days=validity.late_days)


def _until(validity: Validity, completed_on: datetime.date, before: Term) -> datetime.date | None:
    if validity.kind == ValidityKind.FOR_GOOD or not validity.months:
        return None
    until = add_months(completed_on, validity.months)
    if validity.kind == ValidityKind.FROM_EXPIRY and before.valid_until and is_in_time(validity, completed_on, before):
        # Long after its end, the months from there may be over already: then they are counted from today.
        going_on = add_months(before.valid_until, validity.months)
        return going_on if going_on > completed_on else until
    if validity.kind == ValidityKind.TO_DAY:
        if not validity.to_month or not validity.to_day:
            return None
        this_year = _day_in(until.year, validity.to_month, validity.to_day)
        return this_year if this_year >= until else _day_in(until.year + 1, validity.to_month, validity.to_day)
    return until


def _day_in(year: int, month: int, day: int) -> datetime.date:
    """That day, or the last of the month where the month is shorter."""
    return datetime.date(year, month, min(day, calendar.monthrange(year, month)[1]))


def add_months(day: datetime.date, months: int) -> datetime.date:
    """The same day of the month, `months` later; the month's last day where it is shorter."""
    year, month = divmod(day.month - 1 + months, 12)
    return _day_in(day.year + year, month + 1, day.day)
