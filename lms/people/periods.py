"""When two employments of one person cannot both be: the rule and its words, for one form and for a whole list."""

import datetime
from typing import Any

from django.utils.translation import gettext as _

from ..wording import day_text


def meet(
    start: datetime.date, end: datetime.date | None, other_start: datetime.date, other_end: datetime.date | None
) -> bool:
    """Whether two periods share a day. No end is for ever."""
    return (end is None or other_start <= end) and (other_end is None or other_end >= start)


def outlasts(end: datetime.date | None, closed_on: datetime.date | None) -> bool:
    """Whether an employment goes on after the workplace has closed."""
    return bool(closed_on and (end is None or end > closed_on))


def twice_words(workplace: Any) -> str:
    return _(
        "There is already an employment at %(workplace)s at that time. "
        "Change the dates, or end the old employment first."
    ) % {"workplace": workplace}


def outlasts_words(workplace: Any, closed_on: datetime.date) -> str:
    return _("%(workplace)s closes after %(day)s. Give a last day no later than that, or another workplace.") % {
        "workplace": workplace,
        "day": day_text(closed_on),
    }


def backwards_words() -> str:
    return _("The last day cannot be before the first. Change the date.")
