"""Pages that the law asks for, and plain ones beside them. Open to everyone."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page

from .settings import TrainingSettings

FEATURES = ["h2", "h3", "bold", "italic", "link", "ul", "ol"]


class InformationPage(Page):
    """A page of text: how personal data is handled, or whatever else the site needs to say."""

    body = RichTextField(_("text"), features=FEATURES)

    content_panels = [*Page.content_panels, FieldPanel("body")]
    subpage_types: list[str] = []
    template = "lms/pages/information_page.html"

    class Meta:
        verbose_name = _("Information page")
        verbose_name_plural = _("information pages")


class Conformity(models.TextChoices):
    """In the words of the law (2018:1937): these three and no others."""

    FULL = "full", _("fully compliant")
    PARTIAL = "partial", _("partly compliant")
    NONE = "none", _("not compliant")


class AccessibilityStatementPage(Page):
    """What Digg asks an accessibility statement to contain (tillgänglighetsredogörelse), field by field."""

    organisation = models.CharField(
        _("organisation"), max_length=120, blank=True, help_text=_("Empty: the organisation in Settings, Training.")
    )
    service = models.CharField(_("name of the service"), max_length=120)
    conformity = models.CharField(
        _("compliance with the law"), max_length=10, choices=Conformity.choices, default=Conformity.PARTIAL
    )
    shortcomings = RichTextField(
        _("what is not accessible"),
        blank=True,
        features=FEATURES,
        help_text=_("Each shortcoming, why it is there, whom it concerns, and when it will be put right."),
    )
    disproportionate = RichTextField(
        _("exempt as a disproportionate burden"),
        blank=True,
        features=FEATURES,
        help_text=_("Section 12 of the law: what, and the reasons."),
    )
    not_covered = RichTextField(
        _("content that the law does not cover"), blank=True, features=FEATURES, help_text=_("Section 9 of the law.")
    )
    method = RichTextField(
        _("how it was tested"),
        features=FEATURES,
        help_text=_("Such as one’s own assessment, or a review by somebody else."),
    )
    assessed_on = models.DateField(
        _("assessed on"), null=True, blank=True, help_text=_("Empty until somebody has assessed this site.")
    )
    contact_email = models.EmailField(
        _("e-mail for reports"), blank=True, help_text=_("Empty: whom to ask in Settings, Training.")
    )
    contact_phone = models.CharField(_("phone for reports"), max_length=30, blank=True)
    supervision = RichTextField(
        _("supervision"), features=FEATURES, help_text=_("Who supervises the law, with the link for complaints.")
    )

    content_panels = [
        *Page.content_panels,
        MultiFieldPanel([FieldPanel("organisation"), FieldPanel("service")], heading=_("What it is about")),
        FieldPanel("conformity"),
        FieldPanel("shortcomings"),
        FieldPanel("disproportionate"),
        FieldPanel("not_covered"),
        MultiFieldPanel([FieldPanel("method"), FieldPanel("assessed_on")], heading=_("Testing")),
        MultiFieldPanel([FieldPanel("contact_email"), FieldPanel("contact_phone")], heading=_("Report a shortcoming")),
        FieldPanel("supervision"),
    ]
    subpage_types: list[str] = []
    template = "lms/pages/accessibility_statement_page.html"

    class Meta:
        verbose_name = _("Accessibility statement")
        verbose_name_plural = _("accessibility statements")

    def get_context(self, request, *args, **kwargs):
        settings = TrainingSettings.current()
        return {
            **super().get_context(request, *args, **kwargs),
            "issuer": self.organisation or settings.organisation,
            "email": self.contact_email or settings.contact_email,
            "phone": self.contact_phone or settings.contact_phone,
        }
