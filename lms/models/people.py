import datetime
import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node, MP_NodeManager, MP_NodeQuerySet


def language_choices():
    """The host site's languages; a function, so that they stay out of our migrations."""
    return settings.LANGUAGES


def default_language():
    return settings.LANGUAGE_CODE


class WorkplaceQuerySet(MP_NodeQuerySet):
    def within(self, workplaces):
        """Those workplaces and all below them."""
        paths = [workplace.path for workplace in workplaces]
        if not paths:
            return self.none()
        return self.filter(Q(*[("path__startswith", path) for path in paths], _connector=Q.OR))

    def open_on(self, day: datetime.date) -> Self:
        return self.filter(Q(closed_on=None) | Q(closed_on__gt=day))


class WorkplaceManager(MP_NodeManager.from_queryset(WorkplaceQuerySet)):  # type: ignore[misc] # treebeard is untyped
    def get_queryset(self):
        # Treebeard's own returns its own queryset class, whatever the manager was made from.
        return self._queryset_class(self.model, using=self._db).order_by("path")


class Workplace(MP_Node):
    """A service point, or what stands above it: a municipality, a region."""

    class Kind(models.TextChoices):
        REGION = "region", _("Region")
        MUNICIPALITY = "municipality", _("Municipality")
        SERVICE_POINT = "service_point", _("Service point")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices, default=Kind.SERVICE_POINT)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    node_order_by = ["name"]
    objects = WorkplaceManager()

    class Meta:
        verbose_name = _("workplace")
        verbose_name_plural = _("workplaces")

    def __str__(self):
        return self.name

    def last_day(self) -> datetime.date | None:
        """The last day on which anyone works there, when it or what stands above it closes. Locks those rows."""
        steps = range(self.steplen, len(self.path) + 1, self.steplen)
        here_and_above = Workplace.objects.select_for_update().filter(path__in=[self.path[:end] for end in steps])
        return min((place.closed_on for place in here_and_above if place.closed_on), default=None)


class JobRole(models.Model):
    name = models.CharField(_("name"), max_length=80, unique=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("job role")
        verbose_name_plural = _("job roles")

    def __str__(self):
        return self.name


class StaffMemberQuerySet(models.QuerySet):
    def employed_on(self, day: datetime.date) -> Self:
        return self.filter(pk__in=Employment.objects.covering(day).values("staff"))

    def telling_who_works(self, day: datetime.date) -> Self:
        """Each with `is_working`: has a job on that day or later."""
        jobs = Employment.objects.current_or_coming(day).filter(staff=OuterRef("pk"))
        return self.annotate(is_working=Exists(jobs))

    def named(self, words: str) -> Self:
        """Whose name holds each of `words`, in whatever case.

        Compared here and not in the database: SQLite knows the case of A to Z alone.
        """
        wanted = words.casefold().split()
        found = []
        for pk, *names in self.order_by().values_list("pk", "given_name", "family_name"):
            name = " ".join(names).casefold()
            if all(word in name for word in wanted):
                found.append(pk)
        return self.filter(pk__in=found)

    def at_or_coming_to(self, workplaces: Any, day: datetime.date) -> Self:
        """Employed on that day, or later, at one of `workplaces`, a queryset."""
        jobs = Employment.objects.current_or_coming(day).filter(workplace__in=workplaces)
        return self.filter(pk__in=jobs.values("staff"))


class StaffMember(models.Model):
    """A person in training. Needs neither e-mail nor a user account."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    given_name = models.CharField(_("first name"), max_length=80)
    family_name = models.CharField(_("family name"), max_length=80)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=language_choices, default=default_language)
    display = models.CharField(
        max_length=20, blank=True, editable=False, help_text="How pages are shown, as courses.display writes it."
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user account"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="staff_member",
    )
    pin_hash = models.CharField(max_length=128, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self",
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="merged_rows",
        help_text="The row of the same person that was kept. This one only points there.",
    )
    added_at = models.DateTimeField(auto_now_add=True)
    erased_at = models.DateTimeField(
        null=True, editable=False, help_text="When all that says who it was was taken away. The row stays, for figures."
    )

    objects = StaffMemberQuerySet.as_manager()

    class Meta:
        ordering = ["given_name", "family_name", "pk"]
        verbose_name = _("staff member")
        verbose_name_plural = _("staff")

    def __str__(self):
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    def responsibilities(self) -> "models.QuerySet[Responsibility]":
        """What the person's account may see of others. It does not end with an employment."""
        given = Responsibility.objects.filter(user=self.user_id) if self.user_id else Responsibility.objects.none()
        return given.select_related("workplace").order_by("workplace__path", "role")


class EmploymentKind(models.TextChoices):
    OWNER = "owner", _("Owner")
    EMPLOYED = "employed", _("Employed")
    HOURLY = "hourly", _("Paid by the hour")
    SEASONAL = "seasonal", _("Seasonal")
    VOLUNTEER = "volunteer", _("Volunteer")


class EmploymentQuerySet(models.QuerySet):
    def known_at(self, moment: datetime.datetime | OuterRef) -> Self:
        """As the register stood at `moment`: what was recorded by then and not yet found wrong."""
        return self.filter(recorded_at__lte=moment).filter(Q(voided_at=None) | Q(voided_at__gt=moment))

    def covering(self, day: datetime.date | OuterRef, *, known: datetime.datetime | OuterRef | None = None) -> Self:
        """Employments that cover `day`. An end recorded after `known` had not been heard of then."""
        jobs = self.known_at(known) if known else self.filter(voided_at=None)
        still = Q(end=None) | Q(end__gte=day)
        if known:
            still |= Q(end_recorded_at__gt=known)
        return jobs.filter(still, start__lte=day)

    def current_or_coming(self, day: datetime.date) -> Self:
        return self.filter(Q(end=None) | Q(end__gte=day), voided_at=None)

    def telling_reach(self, workplaces: Any) -> Self:
        """Each with `in_reach`: whether it is at one of `workplaces`, a queryset."""
        return self.annotate(in_reach=Exists(workplaces.filter(pk=OuterRef("workplace"))))


class Employment(models.Model):
    """Where someone works, as what, from when to when. Rehired is a new row; a mistake is voided, never edited."""

    staff = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="employments")
    workplace = models.ForeignKey(
        Workplace, verbose_name=_("workplace"), on_delete=models.PROTECT, related_name="employments"
    )
    role = models.ForeignKey(JobRole, verbose_name=_("job role"), on_delete=models.PROTECT, related_name="employments")
    kind = models.CharField(
        _("kind of employment"),
        max_length=10,
        choices=EmploymentKind.choices,
        default=EmploymentKind.EMPLOYED,
    )
    employer = models.CharField(_("employer"), max_length=120, blank=True)
    employee_id = models.CharField(
        _("employee id"), max_length=40, blank=True, help_text=_("The employer’s own number for the person.")
    )
    start = models.DateField(_("start"))
    end = models.DateField(_("last day"), null=True, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    end_recorded_at = models.DateTimeField(null=True, editable=False)
    voided_at = models.DateTimeField(null=True, editable=False)

    objects = EmploymentQuerySet.as_manager()

    class Meta:
        ordering = ["-start", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end=None) | Q(end__gte=F("start")), name="lms_employment_ends_after_it_starts"
            ),
            models.UniqueConstraint(
                fields=["staff", "workplace"],
                condition=Q(end=None, voided_at=None),
                name="lms_one_open_employment_per_workplace",
            ),
        ]
        indexes = [models.Index(fields=["workplace", "start"])]
        verbose_name = _("employment")
        verbose_name_plural = _("employments")

    def __str__(self):
        return f"{self.workplace} ({self.start} – {self.end or ''})"


class Role(models.TextChoices):
    PROJECT_LEADER = "project_leader", _("Project leader")
    COURSE_LEADER = "course_leader", _("Course leader")
    SHOP_OWNER = "shop_owner", _("Shop owner")


class Responsibility(models.Model):
    """What a leader or a shop owner may see and do: a role over a workplace and all below it."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="responsibilities",
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    workplace = models.ForeignKey(
        Workplace, verbose_name=_("workplace"), on_delete=models.CASCADE, related_name="responsibilities"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "role", "workplace"], name="lms_responsibility_once")]
        verbose_name = _("responsibility")
        verbose_name_plural = _("responsibilities")

    def __str__(self):
        return f"{self.get_role_display()}: {self.workplace}"
