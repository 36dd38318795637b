import datetime
import uuid
from typing import Self

from django.conf import settings
from django.core.files.storage import storages
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from courses.models import Activity, ActivityVersion, Course

from .doors import Tablet
from .people import StaffMember


class Enrolment(models.Model):
    """One cycle of one person on one course, born at the first event. One is current; renewal opens the next.

    The cycle ASIDE is none: it holds what was told of a course that is not for the person, until a leader has seen it.
    """

    ASIDE = 0

    staff = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="enrolments")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="enrolments")
    cycle = models.PositiveSmallIntegerField(default=1)
    current = models.BooleanField(default=True)
    started_on = models.DateField()
    recorded_at = models.DateTimeField()
    retraining = models.ForeignKey(
        "lms.Retraining",
        null=True,
        on_delete=models.PROTECT,
        db_index=False,
        related_name="+",
        help_text="That this cycle was opened for: what had not changed is carried over from the one before.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["staff", "course"], condition=Q(current=True), name="lms_one_current_enrolment"
            ),
            models.UniqueConstraint(fields=["staff", "course", "cycle"], name="lms_enrolment_cycle_once"),
        ]
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")

    def __str__(self):
        return f"{self.course} ({self.cycle})"


class EventKind(models.TextChoices):
    STEP = "step", _("Read a step")
    ATTEMPT = "attempt", _("Began the test")
    ANSWER = "answer", _("Answered a question")
    SUBMIT = "submit", _("Handed in the test")
    ATTENDED = "attended", _("Attended")
    EVIDENCE = "evidence", _("Earlier training")
    OVERRIDE = "override", _("Marked as done")


class EventSource(models.TextChoices):
    READER = "reader", _("Own device")
    TABLET = "tablet", _("The shop’s tablet")
    REGISTER = "register", _("Recorded by a leader")
    MOVE = "move", _("Moved from another person")
    RESTORE = "restore", _("Put back by a leader")


class EventOutcome(models.TextChoices):
    APPLIED = "applied", _("Counted")
    NEEDS_REVIEW = "needs_review", _("Waits for a leader")
    DISMISSED = "dismissed", _("Put aside by a leader")


class LearningEventQuerySet(models.QuerySet):
    def steps_read(self) -> Self:
        """The steps that count: not those read before the lesson was taken back, when it was someone else who read."""
        taken_back = ActivityCompletion.objects.filter(
            enrolment=OuterRef("enrolment"), activity=OuterRef("activity"), voided_at__gte=OuterRef("received_at")
        )
        return self.filter(kind=EventKind.STEP, outcome=EventOutcome.APPLIED).exclude(Exists(taken_back))


class LearningEvent(models.Model):
    """What was reported, with the reporter's own id for it. Append-only; `lms.progress.record` is the only writer."""

    event_id = models.UUIDField(unique=True)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, db_index=False, related_name="events")
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, db_index=False, related_name="+")
    version = models.ForeignKey(ActivityVersion, null=True, on_delete=models.PROTECT, db_index=False, related_name="+")
    kind = models.CharField(max_length=10, choices=EventKind.choices)
    step = models.CharField(max_length=40, blank=True)
    attempt = models.UUIDField(null=True)
    payload = models.JSONField(default=dict, blank=True)
    occurred_at = models.DateTimeField(help_text="When it happened, as the reporter claims.")
    received_at = models.DateTimeField(help_text="When we heard of it, by our own clock.")
    source = models.CharField(max_length=10, choices=EventSource.choices)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    tablet = models.ForeignKey(
        Tablet,
        null=True,
        on_delete=models.SET_NULL,
        db_index=False,
        related_name="+",
        help_text="That sent it from its outbox; empty for what was told by a form.",
    )
    outcome = models.CharField(max_length=15, choices=EventOutcome.choices, default=EventOutcome.APPLIED)
    reason = models.CharField(max_length=40, blank=True)

    objects = LearningEventQuerySet.as_manager()

    class Meta:
        indexes = [
            # Also for when something was last heard in a cycle.
            models.Index(fields=["enrolment", "occurred_at"]),
            # Few among very many, and counted on every page of a leader's; what ever waited, for a day that is past.
            models.Index(fields=["enrolment"], condition=Q(outcome="needs_review"), name="lms_event_waits"),
            models.Index(fields=["enrolment"], condition=~Q(reason=""), name="lms_event_waited"),
        ]
        verbose_name = _("event")
        verbose_name_plural = _("events")

    def __str__(self):
        return f"{self.get_kind_display()} {self.occurred_at:%Y-%m-%d %H:%M}"


class Earned(models.TextChoices):
    """What earned a completion."""

    READ = "read", _("Read")
    PASSED = "passed", _("Passed the test")
    ATTENDED = "attended", _("Attended")
    EVIDENCE = "evidence", _("Earlier training")
    OVERRIDE = "override", _("Marked as done")
    CARRIED = "carried", _("Carried over")


class Voidable(models.Model):
    recorded_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True


class ActivityCompletion(Voidable):
    """Done, whatever earned it. One writer: `lms.progress`."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="activity_completions")
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, db_index=False, related_name="completions")
    version = models.ForeignKey(ActivityVersion, null=True, on_delete=models.PROTECT, db_index=False, related_name="+")
    event = models.ForeignKey(LearningEvent, on_delete=models.PROTECT, db_index=False, related_name="+")
    earned = models.CharField(max_length=10, choices=Earned.choices)
    occurred_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "activity"],
                condition=Q(voided_at=None),
                name="lms_activity_completed_once",
            )
        ]
        verbose_name = _("completed activity")
        verbose_name_plural = _("completed activities")

    def __str__(self):
        return f"{self.activity} {self.occurred_at:%Y-%m-%d}"


class QuizAttempt(models.Model):
    """One attempt at a test, graded against the version it was begun on. Until then answers live in events."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="attempts")
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, db_index=False, related_name="+")
    version = models.ForeignKey(ActivityVersion, on_delete=models.PROTECT, db_index=False, related_name="+")
    number = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField(null=True, help_text="When the server heard that it was handed in.")
    answers = models.JSONField(default=dict)
    points = models.DecimalField(max_digits=7, decimal_places=3, null=True)
    out_of = models.PositiveSmallIntegerField(null=True)
    percent = models.PositiveSmallIntegerField(null=True)
    passed = models.BooleanField(null=True)
    offline = models.BooleanField(default=False, help_text="Begun on a tablet without network.")
    voided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "activity", "number"], name="lms_attempt_number_once")
        ]
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")

    def __str__(self):
        return f"{self.activity} #{self.number}"


class ExtraAttempt(models.Model):
    """One more attempt at a test than its page allows, given to one person for one cycle. Taken back, it stays."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="extra_attempts")
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, db_index=False, related_name="+")
    reason = models.CharField(max_length=200)
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("extra attempt")
        verbose_name_plural = _("extra attempts")

    def __str__(self):
        return f"{self.activity} {self.given_at:%Y-%m-%d}"


class CourseCompletionQuerySet(models.QuerySet):
    def standing(self, day: datetime.date, *, known: datetime.datetime | None = None) -> Self:
        """Completions that had happened by `day`, as known at `known` (default now). Expired ones too."""
        rows = self.filter(completed_on__lte=day)
        if known is None:
            return rows.filter(voided_at=None)
        return rows.filter(Q(voided_at=None) | Q(voided_at__gt=known), recorded_at__lte=known)


class CourseCompletion(Voidable):
    """A course done. The last day that it counts, and the first on which it may be renewed, are frozen here."""

    class Basis(models.TextChoices):
        ACTIVITIES = "activities", _("The course")
        EVIDENCE = "evidence", _("Earlier training")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="completions")
    staff = models.ForeignKey(StaffMember, on_delete=models.PROTECT, db_index=False, related_name="completions")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="completions")
    occurred_at = models.DateTimeField()
    completed_on = models.DateField()
    valid_until = models.DateField(null=True)
    renewable_from = models.DateField(null=True)
    basis = models.CharField(max_length=10, choices=Basis.choices, default=Basis.ACTIVITIES)
    versions = models.JSONField(default=list, help_text="Ids of the versions it rests on.")

    objects = CourseCompletionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment"], condition=Q(voided_at=None), name="lms_course_completed_once")
        ]
        indexes = [models.Index(fields=["staff", "course"])]
        verbose_name = _("completed course")
        verbose_name_plural = _("completed courses")

    def __str__(self):
        return f"{self.course} {self.completed_on}"


def private_storage():
    return storages["lms_private"]


def evidence_path(document: "EvidenceDocument", _filename: str) -> str:
    """By id alone: no name ever stands in a file name."""
    return f"evidence/{document.uuid.hex[:2]}/{document.uuid.hex}.{document.kind}"


class EvidenceDocument(models.Model):
    """What shows that somebody had learned it earlier. Private; one file for all who stand in it."""

    class Kind(models.TextChoices):
        PDF = "pdf", "PDF"
        PNG = "png", "PNG"
        JPEG = "jpg", "JPEG"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enrolments = models.ManyToManyField(Enrolment, related_name="evidence_documents")
    kind = models.CharField(max_length=4, choices=Kind.choices)
    file = models.FileField(storage=private_storage, upload_to=evidence_path, max_length=120)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )

    class Meta:
        verbose_name = _("evidence of earlier training")
        verbose_name_plural = _("evidence of earlier training")

    def __str__(self):
        return f"{self.get_kind_display()} {self.uploaded_at:%Y-%m-%d}"
