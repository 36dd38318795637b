from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lms.models import CourseCompletion, Programme, StaffMember


class Declined(models.Model):
    """A leader has not approved a certificate: it waits no longer. Of a programme until something new is completed."""

    completion = models.OneToOneField(CourseCompletion, null=True, on_delete=models.CASCADE, related_name="+")
    staff = models.ForeignKey(StaffMember, on_delete=models.CASCADE, related_name="+")
    programme = models.ForeignKey(Programme, null=True, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=200, blank=True, help_text="The person reads it.")
    declined_at = models.DateTimeField(default=timezone.now)
    declined_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(completion=None, programme__isnull=False) | Q(completion__isnull=False, programme=None),
                name="lms_certificates_declined_of_one_thing",
            ),
            models.UniqueConstraint(fields=["staff", "programme"], name="lms_certificates_declined_once"),
        ]
        verbose_name = _("certificate not approved")
        verbose_name_plural = _("certificates not approved")

    def __str__(self):
        return f"{self.declined_at:%Y-%m-%d}"
