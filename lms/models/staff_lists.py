import uuid

from django.conf import settings
from django.core.files.storage import storages
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def private_storage():
    return storages["lms_private"]


def file_path(staff_import: "StaffImport", _filename: str) -> str:
    """By id alone: what the file was called may be somebody's name."""
    return f"staff-lists/{staff_import.uuid.hex}"


class StaffImport(models.Model):
    """A staff list on its way in, from the preview until it is read in; afterwards the record that it was.

    The file is deleted as soon as it has been read in, put aside or is a day old. Names stand nowhere here.
    """

    class State(models.TextChoices):
        PREVIEW = "preview", _("Being looked at")
        WAITING = "waiting", _("Waiting to be read in")
        RUNNING = "running", _("Being read in")
        CHANGED = "changed", _("The staff list changed meanwhile")
        DONE = "done", _("Read in")
        STOPPED = "stopped", _("Stopped")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.PREVIEW)
    file = models.FileField(storage=private_storage, upload_to=file_path, max_length=120, blank=True)
    file_sha256 = models.CharField(max_length=64)
    #: Of the plan that was confirmed: what is carried out must be just that.
    plan_sha256 = models.CharField(max_length=64, blank=True)
    #: A question's key to the answer: row numbers, primary keys and codes.
    answers = models.JSONField(default=dict)
    #: Rows read so far, and how many there are.
    progress = models.PositiveIntegerField(default=0)
    rows = models.PositiveIntegerField(default=0)
    moved_on_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("staff list read in")
        verbose_name_plural = _("staff lists read in")

    def __str__(self):
        return f"{self.uploaded_at:%Y-%m-%d %H:%M} {self.get_state_display()}"


def figures_path(figures: "ForeseenFigures", _filename: str) -> str:
    return f"{file_path(figures.staff_import, _filename)}-figures"


class ForeseenFigures(models.Model):
    """What reading a list in would change in the figures of the matrix, counted in the background for one plan.

    A few names stand in the file, as they do in the list. It goes as soon as the plan is another, and with the list.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting to be worked out")
        RUNNING = "running", _("Being worked out")
        DONE = "done", _("Worked out")
        STOPPED = "stopped", _("Stopped")

    staff_import = models.OneToOneField(StaffImport, on_delete=models.CASCADE, related_name="figures")
    #: Of the plan that they are of, and of no other.
    plan_sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    file = models.FileField(storage=private_storage, upload_to=figures_path, max_length=120, blank=True)
    #: People counted so far, and how many there are.
    progress = models.PositiveIntegerField(default=0)
    people = models.PositiveIntegerField()
    moved_on_at = models.DateTimeField()

    class Meta:
        verbose_name = _("figures of a staff list")
        verbose_name_plural = _("figures of staff lists")

    def __str__(self):
        return f"{self.staff_import}: {self.get_state_display()}"

    @property
    def is_of_another_day(self) -> bool:
        """Counted before today: by now other figures may be right."""
        return self.state == self.State.DONE and timezone.localdate(self.moved_on_at) != timezone.localdate()
