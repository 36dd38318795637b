import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .people import StaffMember


class LedgerEntryQuerySet(models.QuerySet):
    def of(self, person: StaffMember) -> Self:
        """About that person, whichever of their rows it was written of: see `StaffMember.merged_into`."""
        return self.filter(Q(staff=person) | Q(staff__merged_into=person))


class LedgerEntry(models.Model):
    """A decision by a person or by the system: append-only, written in the transaction of what it tells of.

    Names never stand here. Who it is about is a foreign key; `data` holds codes, dates and ids.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    verb = models.CharField(max_length=40)
    staff = models.ForeignKey(StaffMember, null=True, on_delete=models.SET_NULL, related_name="ledger_entries")
    subject = models.CharField(max_length=80, help_text="What it is about: 'requirement:12'.")
    data = models.JSONField(default=dict)

    objects = LedgerEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["subject"])]
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger")

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb}"
