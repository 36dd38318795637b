import datetime
import secrets
import uuid
from typing import Self

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lms.models import CourseCompletion, Programme, StaffMember, Workplace
from lms.models.learning import private_storage

#: No 0, O, I or l: 58 characters, so that 16 of them hold 93 bits.
SERIAL_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
SERIAL_LENGTH = 16


def new_serial() -> str:
    """The secret in the address of the verification page."""
    return "".join(secrets.choice(SERIAL_ALPHABET) for _number in range(SERIAL_LENGTH))


#: So many places has one status list, at least as many as the standard asks: whose place is whose cannot be guessed.
STATUS_LIST_LENGTH = 131_072
#: A list is taken for full when half of it is, so that a free place is found at once.
STATUS_LIST_FULL = STATUS_LIST_LENGTH // 2


def new_status_index() -> int:
    """A place of its own among all status lists, at random: nothing of the order of issue can be seen in it."""
    taken = Certificate.objects.count()
    first = taken // STATUS_LIST_FULL * STATUS_LIST_LENGTH
    while True:
        place = first + secrets.randbelow(STATUS_LIST_LENGTH)
        if not Certificate.objects.filter(status_index=place).exists():
            return place


def file_path(certificate: "Certificate", _filename: str) -> str:
    """By serial alone: no name ever stands in a file name."""
    return f"certificates/{certificate.serial[:2]}/{certificate.serial}.pdf"


#: So long before its last day a certificate says that it expires soon.
EXPIRES_SOON_DAYS = 60


class RevocationReason(models.TextChoices):
    VOIDED = "voided", _("The completion was recorded by mistake")
    CORRECTED = "corrected", _("Replaced by a corrected certificate")
    RENEWED = "renewed", _("Replaced by a newer certificate")
    ISSUER = "issuer", _("Revoked by the issuer")
    MISTAKE = "mistake", _("It was issued by mistake")
    ERASED = "erased", _("The issuer has erased whom it was about, and can no longer confirm it")


class State(models.TextChoices):
    # With a context: Swedish says "utgånget" of a certificate and "utgången" of a course.
    VALID = "valid", pgettext_lazy("certificate", "Valid")
    EXPIRING = "expiring", pgettext_lazy("certificate", "Expires soon")
    EXPIRED = "expired", pgettext_lazy("certificate", "Expired")
    REVOKED = "revoked", pgettext_lazy("certificate", "Revoked")
    REPLACED = "replaced", pgettext_lazy("certificate", "Replaced")


class Basis(models.TextChoices):
    """What a certificate says something about."""

    COMPLETION = "completion", _("A course")
    PROGRAMME = "programme", _("A programme")
    WORKPLACE = "workplace", _("A workplace")


class SignatureLevel(models.TextChoices):
    NONE = "", _("Not signed")
    B_B = "B-B", _("Signed")
    B_T = "B-T", _("Signed, with a time stamp")


class CertificateQuerySet(models.QuerySet):
    def current(self):
        """Neither revoked nor replaced. May have expired."""
        return self.filter(revoked_at=None, superseded_by=None)

    def not_drawn(self):
        return self.current().filter(sha256="")

    def not_signed(self) -> Self:
        """There is a file, and nobody has signed it."""
        return self.exclude(sha256="").filter(signature_level=SignatureLevel.NONE)

    def replaced(self) -> Self:
        return self.exclude(superseded_by=None)

    def revoked(self) -> Self:
        """And nothing has taken their place."""
        return self.exclude(revoked_at=None).filter(superseded_by=None)

    def expired_on(self, day: datetime.date) -> Self:
        return self.current().filter(valid_until__lt=day)

    def expiring_on(self, day: datetime.date) -> Self:
        return self.current().filter(valid_until__gte=day, valid_until__lt=_far_from(day))

    def valid_on(self, day: datetime.date) -> Self:
        """Those that do not expire soon."""
        return self.current().filter(Q(valid_until=None) | Q(valid_until__gte=_far_from(day)))

    def in_state_on(self, state: str, day: datetime.date) -> Self:
        """Those whose `state_on(day)` is `state`."""
        if state == State.REPLACED:
            return self.replaced()
        if state == State.REVOKED:
            return self.revoked()
        return {State.VALID: self.valid_on, State.EXPIRING: self.expiring_on, State.EXPIRED: self.expired_on}[
            State(state)
        ](day)

    def matching(self, words: str) -> Self:
        """On which each of `words` stands in the name, as printed or as it is today; or whose number begins so.

        Compared here and not in the database: SQLite knows the case of A to Z alone.
        """
        wanted, number = words.casefold().split(), "".join(words.split())
        names = ("holder_name", "staff__given_name", "staff__family_name")
        found = []
        for pk, serial, *called in self.order_by().values_list("pk", "serial", *names):
            printed, today = (called[0] or "").casefold(), " ".join(filter(None, called[1:])).casefold()
            if (len(number) > 3 and serial.startswith(number)) or any(
                all(word in name for word in wanted) for name in (printed, today)
            ):
                found.append(pk)
        return self.filter(pk__in=found)


def _far_from(day: datetime.date) -> datetime.date:
    """The first last day that is not soon, seen from `day`."""
    return day + datetime.timedelta(days=EXPIRES_SOON_DAYS)


class Certificate(models.Model):
    """An issued document: a snapshot that nothing changes. A correction is a new one that replaces it."""

    #: What is printed. Set at birth; `save` refuses to change it.
    SNAPSHOT = (
        "serial",
        "holder_name",
        "basis",
        "title",
        "subject_uuid",
        "parts",
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
        "design_id",
        "status_index",
    )

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    serial = models.CharField(max_length=SERIAL_LENGTH, unique=True, default=new_serial, editable=False)
    basis = models.CharField(max_length=12, choices=Basis.choices, default=Basis.COMPLETION, editable=False)
    completion = models.ForeignKey(
        CourseCompletion, null=True, on_delete=models.SET_NULL, related_name="certificates", editable=False
    )
    staff = models.ForeignKey(
        StaffMember, null=True, on_delete=models.SET_NULL, related_name="certificates", editable=False
    )
    programme = models.ForeignKey(
        Programme, null=True, on_delete=models.SET_NULL, related_name="certificates", editable=False
    )
    workplace = models.ForeignKey(
        Workplace, null=True, on_delete=models.SET_NULL, related_name="certificates", editable=False
    )

    holder_name = models.CharField(max_length=200)
    title = models.CharField(max_length=255)
    #: Of the course, the programme or the workplace.
    subject_uuid = models.UUIDField()
    #: What a programme or a workplace rests on: dictionaries of title and, of a programme, completed_on (ISO); there
    #: for ourselves also the ids of the course and of the completion, which are printed nowhere.
    parts = models.JSONField(default=list)
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
    design = models.ForeignKey(
        "lms_certificates.CertificateDesign",
        null=True,
        on_delete=models.PROTECT,
        related_name="certificates",
        help_text="What it is drawn with; none is the built-in look.",
    )
    #: Place in the status list number `status_index // STATUS_LIST_LENGTH`.
    status_index = models.PositiveIntegerField(unique=True, editable=False)
    share_token = models.CharField(max_length=22, unique=True, null=True, editable=False)

    file = models.FileField(storage=private_storage, upload_to=file_path, max_length=120)
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    signature_level = models.CharField(max_length=3, choices=SignatureLevel.choices, blank=True)
    signature_key = models.ForeignKey(
        "lms_certificates.IssuerKey", null=True, on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    credential = models.TextField(blank=True, help_text="The Open Badges 3.0 credential as a JWT, as in the file.")
    credential_key = models.ForeignKey(
        "lms_certificates.IssuerKey", null=True, on_delete=models.PROTECT, db_index=False, related_name="+"
    )

    objects = CertificateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["completion"],
                condition=Q(revoked_at=None, superseded_by=None),
                name="lms_certificates_one_current_per_completion",
            ),
            models.UniqueConstraint(
                fields=["staff", "programme"],
                condition=Q(basis="programme", revoked_at=None, superseded_by=None),
                name="lms_certificates_one_current_per_programme",
            ),
            models.UniqueConstraint(
                fields=["workplace"],
                condition=Q(basis="workplace", revoked_at=None, superseded_by=None),
                name="lms_certificates_one_current_per_workplace",
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
    def path(self) -> str:
        """Where its file lies in the storage, or will lie."""
        return str(self.file.name or self.file.field.generate_filename(self, ""))

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
        if self.valid_until and day > self.valid_until - datetime.timedelta(days=EXPIRES_SOON_DAYS):
            return State.EXPIRING
        return State.VALID

    @property
    def state(self) -> State:
        return self.state_on(timezone.localdate())

    @property
    def is_current(self) -> bool:
        """Neither revoked nor replaced: it may be handed out. May have expired."""
        return self.state not in (State.REVOKED, State.REPLACED)

    @property
    def is_valid(self) -> bool:
        """It counts today."""
        return self.state in (State.VALID, State.EXPIRING)

    @property
    def printed_serial(self) -> str:
        """In groups of four, as one reads it aloud."""
        return " ".join(self.serial[place : place + 4] for place in range(0, SERIAL_LENGTH, 4))

    @property
    def verification_url(self) -> str:
        return self.base_url + reverse("lms_certificates:verify", args=[self.serial])
