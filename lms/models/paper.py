"""Tests on paper: each copy that is printed is a row, so that it is entered once and as it was asked."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.models import ActivityVersion

from .people import StaffMember


class PaperTest(models.Model):
    """One printed copy of a test. Its `uuid` becomes the attempt's when it is entered: it decides what is asked, and in
    what order, so that the paper and the attempt are the same.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(max_length=8, unique=True, help_text="The same as the QR code, for those who type it.")
    batch = models.UUIDField(db_index=True, help_text="The copies that were made with one form.")
    version = models.ForeignKey(ActivityVersion, on_delete=models.PROTECT, db_index=False, related_name="+")
    staff = models.ForeignKey(
        StaffMember,
        null=True,
        on_delete=models.PROTECT,
        related_name="paper_tests",
        help_text="Whose copy it is. Empty for a blank copy until it is entered.",
    )
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    recorded_at = models.DateTimeField(null=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )

    class Meta:
        verbose_name = _("test on paper")
        verbose_name_plural = _("tests on paper")

    def __str__(self):
        return self.readable_code

    @property
    def course_title(self) -> str:
        """Of the course, in the copy's language; empty where the test's title says it already."""
        title = self.version.activity.course.title_in(self.version.language)
        return "" if title in self.version.title else title

    @property
    def readable_code(self) -> str:
        return f"{self.code[:4]}-{self.code[4:]}"
