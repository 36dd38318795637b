"""What a corrected certificate says otherwise than the one it takes the place of. Pure."""

import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ..models import Certificate

#: Without those that always differ, and those that nobody reads.
TOLD = (
    "holder_name",
    "title",
    "objectives",
    "parts",
    "version_label",
    "language",
    "minutes",
    "completed_on",
    "valid_until",
    "issuer_name",
    "signatory_name",
    "signatory_role",
    "base_url",
    "design_id",
)


def differences(old: Certificate, new: Certificate) -> list[str]:
    """A sentence for each thing that is printed otherwise; long ones are only named."""
    labels = {
        "holder_name": _("Name"),
        "title": _("Title"),
        "version_label": _("Version of the course"),
        "language": _("Language"),
        "minutes": _("Minutes"),
        "completed_on": _("Completed"),
        "valid_until": _("Valid through"),
        "issuer_name": _("Issuer"),
        "signatory_name": _("Who signs"),
        "signatory_role": _("Their role"),
        "base_url": _("Address for checking"),
    }
    named = {
        "objectives": _("The learning objectives are those of today."),
        "parts": _("The courses that it rests on are those of today."),
        "design_id": _("It looks as the template does today."),
    }
    told = []
    for name in TOLD:
        before, after = getattr(old, name), getattr(new, name)
        if before == after:
            continue
        if name in named:
            told.append(named[name])
        else:
            words = {"what": labels[name], "old": _said(before), "new": _said(after)}
            told.append(_("%(what)s: “%(old)s” becomes “%(new)s”.") % words)
    return told


def _said(value: Any) -> str:
    if isinstance(value, datetime.date):
        return date_format(value)
    return str(value) if value not in (None, "") else _("nothing")
