from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
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
    what is issued keeps a frozen copy (`CertificateDesign`), made here when it is published: whoever issues reads no
    file, and what becomes of the library of pictures changes nothing."""

    name = models.CharField(_("name"), max_length=120, help_text=_("Only seen here."))
    language = models.CharField(_("language"), max_length=10, choices=languages, default=default_language)
    is_standard = models.BooleanField(
        _("standard"),
        default=False,
        help_text=_("Used in its language wherever no other template is chosen. One for each language."),
    )
    heading = models.CharField(
        _("heading"),
        max_length=60,
        blank=True,
        help_text=_("Empty: “Course certificate”, or what fits a programme or a workplace."),
    )
    statement = models.CharField(
        _("between name and title"),
        max_length=120,
        blank=True,
        help_text=_("Empty: “has completed the training”, or what fits a programme or a workplace."),
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
    #: As it was last published.
    design = models.ForeignKey(
        "lms_certificates.CertificateDesign", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("certificate template")
        verbose_name_plural = _("certificate templates")

    def __str__(self):
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Published, its design is frozen. Raises pictures.PictureError when one cannot be read."""
        from ..designs import freeze

        if self.live and kwargs.get("update_fields") is None:
            with transaction.atomic():
                super().save(*args, **kwargs)
                self.design = freeze(self)
                super().save(update_fields=["design"])
        else:
            super().save(*args, **kwargs)

    def clean(self) -> None:
        super().clean()
        from ..template_checks import problems_of

        if problems := problems_of(self):
            raise ValidationError(problems)

    # How it is shown while it is written: `template_admin.preview`.

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        from ..template_admin.preview import MODES

        return MODES

    @property
    def preview_sizes(self) -> list[dict[str, Any]]:
        """A sheet of paper has one."""
        return [size for size in self.DEFAULT_PREVIEW_SIZES if size["name"] == "desktop"]

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        from ..template_admin.preview import preview

        return preview(request, self, mode_name)
