from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.models import Course
from lms.models import Programme

from .certificate import Basis
from .templates import CertificateTemplate


class How(models.TextChoices):
    AUTOMATIC = "automatic", _("By itself, at once")
    APPROVED = "approved", _("When a leader has approved it")
    NONE = "none", _("No certificate")


class IssueRule(models.Model):
    """How certificates of a course, of a programme, or of workplaces come about. Without a row: `rules.DEFAULT`."""

    basis = models.CharField(max_length=12, choices=Basis.choices)
    course = models.OneToOneField(Course, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    programme = models.OneToOneField(Programme, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    how = models.CharField(_("how it is issued"), max_length=12, choices=How.choices)
    since = models.DateTimeField(
        default=timezone.now,
        null=True,
        editable=False,
        help_text="What was completed before is issued by a leader alone; none: all is.",
    )
    template = models.ForeignKey(
        CertificateTemplate,
        verbose_name=_("template"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="rules",
    )
    months = models.PositiveSmallIntegerField(
        _("valid for, in months"),
        default=12,
        help_text=_("Of a workplace; a person’s is valid as long as what it says."),
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(basis="completion", course__isnull=False, programme=None)
                | Q(basis="programme", course=None, programme__isnull=False)
                | Q(basis="workplace", course=None, programme=None),
                name="lms_certificates_rule_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["basis"], condition=Q(basis="workplace"), name="lms_certificates_one_rule_of_workplaces"
            ),
        ]
        verbose_name = _("rule for certificates")
        verbose_name_plural = _("rules for certificates")

    def __str__(self):
        return f"{self.course or self.programme or self.get_basis_display()}: {self.get_how_display()}"
