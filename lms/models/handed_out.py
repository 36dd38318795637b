import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .people import Workplace
from .staff_lists import private_storage


def file_path(report: "HandedOutReport", _filename: str) -> str:
    return f"handed-out/{report.uuid.hex}"


class HandedOutReport(models.Model):
    """The matrix as it was given to somebody: the file itself, what it was asked for, and what it said.

    The file is never written again; it can be fetched unchanged, until a leader removes it. `day` and `known` are the
    two dates of its figures.
    """

    class Format(models.TextChoices):
        XLSX = "xlsx", _("Excel")
        PDF = "pdf", _("PDF to print")
        CSV_EXCEL = "csv-excel", _("CSV for a Swedish Excel")
        CSV = "csv", _("CSV for other programs")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting to be made")
        RUNNING = "running", _("Being made")
        DONE = "done", _("Handed out")
        STOPPED = "stopped", _("Stopped")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    format = models.CharField(max_length=10, choices=Format.choices)
    with_names = models.BooleanField()
    day = models.DateField()
    known = models.DateTimeField()
    #: As in the matrix's address: keys and codes. What was searched for in names stands in its own column.
    filter = models.JSONField(default=dict)
    name_search = models.CharField(max_length=80, blank=True)
    workplaces = models.ManyToManyField(Workplace, through="ReportedWorkplace", related_name="+")
    purpose = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=10)
    asked_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    #: How much work it was foreseen to be; rows written so far, and how many there are.
    cost = models.PositiveIntegerField(default=0)
    progress = models.PositiveIntegerField(default=0)
    rows = models.PositiveIntegerField(default=0)
    moved_on_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True)
    totals = models.JSONField(default=dict)
    file = models.FileField(storage=private_storage, upload_to=file_path, max_length=120, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    #: The ledger's head when it was made, as printed in it.
    ledger_number = models.PositiveBigIntegerField(null=True)
    ledger_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("handed-out report")
        verbose_name_plural = _("handed-out reports")

    def __str__(self):
        return f"{self.asked_at:%Y-%m-%d %H:%M} {self.get_format_display()}"

    @property
    def number(self) -> str:
        """What the report is called, in it and about it."""
        return self.uuid.hex[:8]

    @property
    def is_done(self) -> bool:
        return self.state == self.State.DONE

    @property
    def is_removed(self) -> bool:
        """The file was taken away by a leader; what it was stands here and in the ledger."""
        return self.is_done and not self.file

    @property
    def is_under_way(self) -> bool:
        return self.state in (self.State.WAITING, self.State.RUNNING)


class ReportedWorkplace(models.Model):
    """A workplace that a report is about, with all below it. Who may open the report follows from these."""

    report = models.ForeignKey(HandedOutReport, on_delete=models.CASCADE, related_name="reported")
    workplace = models.ForeignKey(Workplace, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "workplace"], name="lms_reported_workplace")]

    def __str__(self):
        return f"{self.report_id} {self.workplace_id}"
