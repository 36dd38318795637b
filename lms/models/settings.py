from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, HelpPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting


@register_setting(icon="lms-learn")
class TrainingSettings(BaseGenericSetting):
    """Who stands behind the training, and whom to ask. Shown on every learner page and on certificates."""

    organisation = models.CharField(
        _("organisation"), max_length=120, blank=True, help_text=_("Stands as issuer on certificates.")
    )
    contact_name = models.CharField(_("whom to ask"), max_length=120, blank=True)
    contact_phone = models.CharField(_("phone"), max_length=30, blank=True)
    contact_email = models.EmailField(_("e-mail"), blank=True)
    signatory_name = models.CharField(_("who signs certificates"), max_length=120, blank=True)
    signatory_role = models.CharField(_("their role"), max_length=120, blank=True)

    privacy_page = models.ForeignKey(
        "wagtailcore.Page",
        verbose_name=_("how personal data is handled"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("The page that “Personal data” at the foot of every page leads to."),
    )
    accessibility_page = models.ForeignKey(
        "wagtailcore.Page",
        verbose_name=_("accessibility statement"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("The page that “Accessibility” at the foot of every page leads to."),
    )

    @classmethod
    def current(cls) -> "TrainingSettings":
        """What is set, or nothing set yet. Unlike `load`, reading it never writes."""
        return cls.objects.first() or cls()

    panels = [
        HelpPanel(_("Who stands behind the training, who signs the certificates, and whom people can ask.")),
        FieldPanel("organisation"),
        MultiFieldPanel(
            [FieldPanel("contact_name"), FieldPanel("contact_phone"), FieldPanel("contact_email")],
            heading=_("Whom to ask"),
        ),
        MultiFieldPanel([FieldPanel("signatory_name"), FieldPanel("signatory_role")], heading=_("Certificates")),
        MultiFieldPanel(
            [FieldPanel("privacy_page"), FieldPanel("accessibility_page")], heading=_("At the foot of every page")
        ),
    ]

    class Meta:
        verbose_name = _("Training")
