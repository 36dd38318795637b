import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .certificate import Certificate


class ArchiveExport(models.Model):
    """A ZIP of certificates that was handed over to be kept elsewhere. We keep its hash and what was in it, not the
    file. Approved when a leader has said that it is kept: then what is in it may be deleted here."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    certificates = models.ManyToManyField(Certificate, related_name="archives")
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("archive of certificates")
        verbose_name_plural = _("archives of certificates")

    def __str__(self):
        return f"{self.made_at:%Y-%m-%d} {self.sha256[:16]}"
