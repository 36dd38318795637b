import datetime
import uuid
from typing import Any, Self

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.models import Course

from ..requirements.rules import DAYS_OF_GRACE
from .people import JobRole, StaffMember, Workplace


class DatedQuerySet(models.QuerySet):
    """Rows with `valid_from`, `valid_to` and when each was recorded; as rules and exemptions are."""

    def in_force(self, day: datetime.date, *, known: datetime.datetime | None = None) -> Self:
        return self.in_force_between(day, day, known=known)

    def in_force_between(
        self, first: datetime.date, last: datetime.date, *, known: datetime.datetime | None = None
    ) -> Self:
        """Those in force on some day from `first` to `last`."""
        rows = self.filter(valid_from__lte=last)
        still = Q(valid_to=None) | Q(valid_to__gte=first)
        if known:
            rows = rows.filter(recorded_at__lte=known)
            still |= Q(end_recorded_at__gt=known)
        return rows.filter(still)


class Dated(models.Model):
    """Effective-dated: never edited in place. An edit ends one row and opens the next."""

    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    end_recorded_at = models.DateTimeField(null=True, editable=False)

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def is_taken_back(self) -> bool:
        """It was a mistake and never held: an empty interval."""
        return self.valid_to is not None and self.valid_to < self.valid_from

    def last_day(self, *, known: datetime.datetime | None = None) -> datetime.date | None:
        """The last day that it holds, as known at `known`: an end recorded after that had not been heard of."""
        return None if known and self.end_recorded_at and self.end_recorded_at > known else self.valid_to

    def holds_on(self, day: datetime.date, *, known: datetime.datetime | None = None) -> bool:
        """Of a row that had been recorded at `known`: what `in_force` says of it."""
        last = self.last_day(known=known)
        return self.valid_from <= day and (last is None or day <= last)


class Requirement(Dated):
    """Who must take a course, or a programme, by when. Whom it names, and whom it leaves out, are its `targets`; see
    `rules.applies`.

    Due on `due_on`, or `due_days` after the rule began to bind the person, whichever is later; see `rules.duty_of`.
    An edit ends the row and opens another of the same `series`: for whom it binds, nothing begins anew.
    """

    series = models.UUIDField(default=uuid.uuid4, editable=False, db_index=True)
    course = models.ForeignKey(
        Course,
        verbose_name=_("course"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="requirements",
    )
    programme = models.ForeignKey(
        "Programme",
        verbose_name=_("programme"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="requirements",
    )
    kinds = models.JSONField(_("kinds of employment"), default=list, blank=True)
    except_kinds = models.JSONField(default=list, blank=True)
    mandatory = models.BooleanField(
        _("mandatory"), default=True, help_text=_("What is only recommended is never counted, and nobody is late.")
    )
    due_on = models.DateField(_("due on"), null=True, blank=True)
    due_days = models.PositiveSmallIntegerField(
        _("due so many days after the start"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    grace_days = models.PositiveSmallIntegerField(_("days of grace"), default=DAYS_OF_GRACE)

    class Meta:
        # An empty interval (to before from) is how a rule is taken back before it began.
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")
        constraints = [
            models.CheckConstraint(
                condition=Q(course=None, programme__isnull=False) | Q(course__isnull=False, programme=None),
                name="lms_requirement_is_about_one",
            )
        ]

    def __str__(self):
        return str(self.about)

    @property
    def about(self) -> Any:
        """The course, or the programme."""
        return self.course or self.programme

    def named(self, what: str, *, excepted: bool = False) -> list[Any]:
        """The workplaces, roles or people (`what`: workplace, role, staff) that it binds, or leaves out, by name."""
        found = [getattr(target, what) for target in self.targets.all() if target.excepted is excepted]
        return sorted((row for row in found if row is not None), key=str)


class RequirementTarget(models.Model):
    """A workplace (with all below it), a role or a person that a rule names: to bind, or to leave out.

    It stays as long as the rule does: one that lost the last it names would bind everyone.
    """

    requirement = models.ForeignKey(Requirement, on_delete=models.CASCADE, related_name="targets")
    excepted = models.BooleanField(default=False)
    workplace = models.ForeignKey(Workplace, null=True, on_delete=models.PROTECT, related_name="+")
    role = models.ForeignKey(JobRole, null=True, on_delete=models.PROTECT, related_name="+")
    staff = models.ForeignKey(StaffMember, null=True, on_delete=models.PROTECT, related_name="requirement_targets")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(workplace__isnull=False, role=None, staff=None)
                    | Q(workplace=None, role__isnull=False, staff=None)
                    | Q(workplace=None, role=None, staff__isnull=False)
                ),
                name="lms_requirement_target_is_one",
            ),
            *(
                models.UniqueConstraint(fields=["requirement", "excepted", what], name=f"lms_requirement_{what}_once")
                for what in ("workplace", "role", "staff")
            ),
        ]

    def __str__(self):
        return f"{self.requirement}: {self.workplace or self.role or self.staff}"


class ExemptionReason(models.TextChoices):
    PARENTAL = "parental", _("Parental leave")
    SICK = "sick", _("Sick leave")
    LEAVE = "leave", _("Leave of absence")
    OTHER_DUTIES = "other_duties", _("Does not meet customers")
    EQUIVALENT = "equivalent", _("Has the same knowledge in another way")


class Exemption(Dated):
    """Excused from a course (or from all) from a day to a day. Only the project leader sees why."""

    staff = models.ForeignKey(
        StaffMember, verbose_name=_("staff member"), on_delete=models.PROTECT, related_name="exemptions"
    )
    course = models.ForeignKey(
        Course,
        verbose_name=_("course"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="exemptions",
        help_text=_("Empty means all courses."),
    )
    reason = models.CharField(_("reason"), max_length=20, choices=ExemptionReason.choices)

    class Meta:
        # An empty interval (to before from) is how one that was a mistake is taken back.
        verbose_name = _("exemption")
        verbose_name_plural = _("exemptions")

    def __str__(self):
        return self.get_reason_display()
