"""How long it counts that a course is completed, as authors are asked for it."""

import calendar
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

#: How many days before the end, the last valid day included, a completion may be renewed, unless the author says else.
WINDOW_DAYS = 60


#: The fields of a course that say it. `lms.validity.Validity` takes them in this order.
VALIDITY_SETTINGS = ("validity", "valid_months", "valid_to_month", "valid_to_day", "window_days", "late_days")


class ValidityKind(models.TextChoices):
    """From what it is counted."""

    FOR_GOOD = "for_good", _("For good")
    FROM_COMPLETION = "completion", _("So many months from the day when the course is completed")
    FROM_EXPIRY = "expiry", _("So many months from the last valid day before, when it is renewed in time")
    TO_DAY = "day", _("To a fixed day of the year")


def problems_with_validity(values: dict[str, Any]) -> dict[str, ValidationError]:
    """What is missing or makes no sense in the validity of a course, at the field where it is mended."""
    kind = values.get("validity")
    if not kind or kind == ValidityKind.FOR_GOOD:
        return {}
    found = {}
    months, window = values.get("valid_months"), values.get("window_days")
    if not months:
        found["valid_months"] = ValidationError(gettext("Write how many months it is valid."))
    elif window and window >= months * 28:
        found["window_days"] = ValidationError(
            gettext("So many days are longer than the course is valid. Choose fewer days, or more months.")
        )
    if kind == ValidityKind.TO_DAY:
        month, day = values.get("valid_to_month"), values.get("valid_to_day")
        if not month:
            found["valid_to_month"] = ValidationError(gettext("Choose the month that it is valid to."))
        if not day:
            found["valid_to_day"] = ValidationError(gettext("Write the day of the month that it is valid to."))
        elif month and day > calendar.monthrange(2028, month)[1]:  # a leap year
            found["valid_to_day"] = ValidationError(gettext("There is no such day in that month. Choose another day."))
    return found
