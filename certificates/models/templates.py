from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.images import get_image_model_string
from wagtail.models import DraftStateMixin, PreviewableMixin, RevisionMixin

colour = RegexValidator(r"^#[0-9a-fA-F]{6}\Z", _("Write the colour as # and six digits or letters a–f."))


def languages():
    """A function, so that the host's languages stay out of our migrations."""
    return settings.LANGUAGES


def default_language():
    return settings.LANGUAGE_CODE


def _picture(label):
    return models.ForeignKey(
        get_image_model_string(), verbose_name=label, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )


class CertificateTemplate(DraftStateMixin, RevisionMixin, PreviewableMixin, models.Model):
    """How certificates look and what they say beside their facts. Published, it is used for what is issued from now on;
    what is issued keeps a frozen copy (`CertificateDesign`)."""

    name = models.CharField(_("name"), max_length=120, help_text=_("Only seen here."))
    language = models.CharField(_("language"), max_length=10, choices=languages, default=default_language)
    heading = models.CharField(
        _("heading"), max_length=60, blank=True, help_text=_("Empty: “Course certificate”, in the language above.")
    )
    statement = models.CharField(
        _("between name and title"), max_length=120, blank=True, help_text=_("Empty: “has completed the training”.")
    )
    body = models.TextField(
        _("text"),
        max_length=400,
        blank=True,
        help_text=_("Below the title. You can write {name}, {title}, {completed}, {valid_until}, {hours}, {issuer}."),
    )
    shows_objectives = models.BooleanField(_("list the learning objectives"), default=True)
    shows_hours = models.BooleanField(_("say how long the training takes"), default=True)
    has_background = models.BooleanField(_("frame and spruces"), default=True)
    ink = models.CharField(_("colour of the text"), max_length=7, default="#1d2b27", validators=[colour])
    accent = models.CharField(_("colour of heading and frame"), max_length=7, default="#1f5a4c", validators=[colour])
    highlight = models.CharField(_("colour of the title"), max_length=7, default="#93392b", validators=[colour])
    logo = _picture(_("logo"))
    second_logo = _picture(_("second logo"))
    signatory_name = models.CharField(
        _("who signs"), max_length=120, blank=True, help_text=_("Empty: as in the settings for training.")
    )
    signatory_role = models.CharField(_("their role"), max_length=120, blank=True)
    signature = _picture(_("picture of the signature"))

    class Meta:
        verbose_name = _("certificate template")
        verbose_name_plural = _("certificate templates")

    def __str__(self):
        return self.name
