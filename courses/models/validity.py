from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from ..validity import VALIDITY_SETTINGS, WINDOW_DAYS, ValidityKind


class ValiditySettings(models.Model):
    """What the next completion of the course gets. The dates of those that there are were frozen with them."""

    validity = models.CharField(
        _("how long a completion is valid"),
        max_length=10,
        choices=ValidityKind.choices,
        default=ValidityKind.FOR_GOOD,
    )
    valid_months = models.PositiveSmallIntegerField(
        _("months"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(240)],
        help_text=_("How many months it is valid. To a fixed day: so many months at least."),
    )
    valid_to_month = models.PositiveSmallIntegerField(
        _("month of the fixed day"), null=True, blank=True, choices=list(MONTHS.items())
    )
    valid_to_day = models.PositiveSmallIntegerField(
        _("fixed day"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(31)],
        help_text=_("Only with a fixed day of the year, such as 31 December."),
    )
    window_days = models.PositiveSmallIntegerField(
        _("may be renewed so many days before the end"),
        default=WINDOW_DAYS,
        validators=[MinValueValidator(1), MaxValueValidator(730)],
        help_text=_("The course can be taken again in those days. What was done before stays valid meanwhile."),
    )
    late_days = models.PositiveSmallIntegerField(
        _("renewed in time up to so many days after the end"),
        default=0,
        validators=[MaxValueValidator(730)],
        help_text=_(
            "Only when it is counted from the last valid day before. Later than that, it is counted from the new day."
        ),
    )

    validity_settings: tuple[str, ...] = VALIDITY_SETTINGS

    class Meta:
        abstract = True
