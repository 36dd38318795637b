"""Invented certificates to try a template with: the usual one, and the ones that need most room. Never saved."""

import datetime
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from lms.conf import setting
from lms.models import TrainingSettings

from ..designs import signatory_of
from ..models import Basis, Certificate, CertificateTemplate

#: No certificate has it: the code in a preview leads to the page that says so.
SERIAL = "PreviewPreview11"
NOBODY = "00000000-0000-4000-8000-000000000000"
LONG_NAME = "Anna-Lena Margareta Kristina Elisabet Långhundra Öhrström von Kåveland-Ekman"
SAMI_NAME = "Áŋŋá Ŧuolja-Žuvvá"


def sample(mode: str, template: CertificateTemplate) -> Certificate:
    """The certificate of `mode` (`preview.MODES`), in the language of `template`, issued today by this organisation."""
    details, today = TrainingSettings.current(), timezone.localdate()
    with override(template.language):
        values: dict[str, Any] = {
            "serial": SERIAL,
            "basis": Basis.COMPLETION,
            "holder_name": "Maja Lindgren",
            "title": _("The art of being a good host"),
            "subject_uuid": NOBODY,
            "version_label": "1",
            "language": template.language,
            "objectives": [
                _("explain what good service is"),
                _("meet everyone with respect, whatever they need"),
                _("take a complaint and make something good of it"),
                _("help visitors find their way"),
                _("know when to call for help"),
            ],
            "minutes": 35,
            "issuer_name": details.organisation or settings.WAGTAIL_SITE_NAME,
            **signatory_of(template, TrainingSettings.current()),
            "issued_on": today,
            "completed_on": today,
            "valid_until": today + datetime.timedelta(days=3 * 365),
            "base_url": setting("LMS_PUBLIC_BASE_URL").rstrip("/"),
        }
        return Certificate(**values | OTHERWISE[mode](today))


def _long(today: datetime.date) -> dict[str, Any]:
    title = _(
        "Crisis preparedness and the service point as a place of safety and information during long power cuts, "
        "floods and storms, for everyone who is working there on weekdays"
    )
    return {"holder_name": LONG_NAME, "title": title}


def _courses() -> list[str]:
    return [_("Good hospitality"), _("Tourism"), _("Forms and authorities"), _("Marketing"), _("Crisis response")]


def _programme(today: datetime.date) -> dict[str, Any]:
    days = [str(today - datetime.timedelta(days=30 * number)) for number in range(5)]
    return {
        "basis": Basis.PROGRAMME,
        "title": _("All the courses of a service point"),
        "version_label": "",
        "objectives": [],
        "minutes": 175,
        "parts": [{"title": title, "completed_on": day} for title, day in zip(_courses(), days, strict=True)],
    }


def _workplace(today: datetime.date) -> dict[str, Any]:
    return {
        "basis": Basis.WORKPLACE,
        "holder_name": _("The village shop"),
        "title": _("Trained service point"),
        "version_label": "",
        "objectives": [],
        "minutes": None,
        "parts": [{"title": title} for title in _courses()],
        "valid_until": today + datetime.timedelta(days=365),
    }


OTHERWISE: dict[str, Callable[[datetime.date], dict[str, Any]]] = {
    "usual": lambda today: {},
    "long": _long,
    "sami": lambda today: {"holder_name": SAMI_NAME},
    "programme": _programme,
    "workplace": _workplace,
}
