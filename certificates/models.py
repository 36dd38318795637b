import datetime
import secrets
import uuid

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lms.models import CourseCompletion, StaffMember
from lms.models.learning import private_storage

#: No 0, O, I or l: 58 characters, so that 16 of them hold 93 bits.
SERIAL_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
SERIAL_LENGTH = 16


def new_serial() -> str:
    """The secret in the address of the verification page."""
    return "".join(secrets.choice(SERIAL_ALPHABET) for _number in range(SERIAL_LENGTH))


def file_path(certificate: "Certificate", _filename: str) -> str:
    """By serial alone: no name ever stands in a file name."""
    return f"certificates/{certificate.serial[:2]}/{certificate.serial}.pdf"


class RevocationReason(models.TextChoices):
    VOIDED = "voided", _("The completion was recorded by mistake")
    CORRECTED = "corrected", _("Replaced by a corrected certificate")
    ISSUER = "issuer", _("Revoked by the issuer")
    ERASED = "erased", _("The issuer has erased whom it was about, and can no longer confirm it")


class State(models.TextChoices):
    # With a context: Swedish says "utgånget" of a certificate and "utgången" of a course.
    VALID = "valid", pgettext_lazy("certificate", "Valid")
    EXPIRED = "expired", pgettext_lazy("certificate", "Expired")
    REVOKED = "revoked", pgettext_lazy("certificate", "Revoked")
    REPLACED = "replaced", pgettext_lazy("certificate", "Replaced")


class CertificateQuerySet(models.QuerySet):
    def current(self):
        """Neither revoked nor replaced. May have expired."""
        return self.filter(revoked_at=None, superseded_by=None)

    def not_drawn(self):
        return self.current().filter(sha256="")


class Certificate(models.Model):
    """An issued document: a snapshot that nothing changes. A correction is a new one that replaces it."""

    #: What is printed. Set at birth; `save` refuses to change it.
    SNAPSHOT = (
        "serial",
        "holder_name",
        "course_title",
        "course_uuid",
        "version_label",
        "language",
        "objectives",
        "minutes",
        "issuer_name",
        "signatory_name",
        "signatory_role",
        "issued_on",
        "completed_on",
        "valid_until",
        "base_url",
    )

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    serial = models.CharField(max_length=SERIAL_LENGTH, unique=True, default=new_serial, editable=False)
    completion = models.ForeignKey(
        CourseCompletion, null=True, on_delete=models.SET_NULL, related_name="certificates", editable=False
    )
    staff = models.ForeignKey(
        StaffMember, null=True, on_delete=models.SET_NULL, related_name="certificates", editable=False
    )

    holder_name = models.CharField(max_length=200)
    course_title = models.CharField(max_length=255)
    course_uuid = models.UUIDField()
    version_label = models.CharField(max_length=20, blank=True)
    language = models.CharField(max_length=10)
    objectives = models.JSONField(default=list)
    minutes = models.PositiveSmallIntegerField(null=True)
    issuer_name = models.CharField(max_length=200)
    signatory_name = models.CharField(max_length=120, blank=True)
    signatory_role = models.CharField(max_length=120, blank=True)
    issued_on = models.DateField()
    completed_on = models.DateField()
    valid_until = models.DateField(null=True)
    base_url = models.URLField()

    issued_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    revocation_reason = models.CharField(max_length=12, choices=RevocationReason.choices, blank=True)
    superseded_by = models.OneToOneField("self", null=True, on_delete=models.SET_NULL, related_name="supersedes")
    file = models.FileField(storage=private_storage, upload_to=file_path, max_length=120)
    sha256 = models.CharField(max_length=64, blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["completion"],
                condition=Q(revoked_at=None, superseded_by=None),
                name="lms_certificates_one_current_per_completion",
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("completed_on")),
                name="lms_certificates_valid_until_after_completed",
            ),
        ]
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")

    def __str__(self):
        return self.printed_serial

    def save(self, *args, **kwargs):
        if self.pk:
            before = type(self).objects.filter(pk=self.pk).values(*self.SNAPSHOT).first()
            changed = [name for name in self.SNAPSHOT if before and before[name] != getattr(self, name)]
            if changed:
                raise ImproperlyConfigured(f"An issued certificate never changes: {', '.join(changed)}")
        super().save(*args, **kwargs)

    @property
    def is_drawn(self) -> bool:
        """Its file is where it should be."""
        return bool(self.sha256 and self.file.name and self.file.storage.exists(self.file.name))

    def state_on(self, day: datetime.date) -> State:
        if self.superseded_by_id:
            return State.REPLACED
        if self.revoked_at:
            return State.REVOKED
        if self.valid_until and day > self.valid_until:
            return State.EXPIRED
        return State.VALID

    @property
    def state(self) -> State:
        return self.state_on(timezone.localdate())

    @property
    def is_current(self) -> bool:
        """Neither revoked nor replaced: it may be handed out. May have expired."""
        return self.state in (State.VALID, State.EXPIRED)

    @property
    def printed_serial(self) -> str:
        """In groups of four, as one reads it aloud."""
        return " ".join(self.serial[place : place + 4] for place in range(0, SERIAL_LENGTH, 4))

    @property
    def verification_url(self) -> str:
        return self.base_url + reverse("lms_certificates:verify", args=[self.serial])
