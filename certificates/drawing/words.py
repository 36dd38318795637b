"""What a certificate says, in its language: the template's words where it has some, else the built-in ones."""

import datetime
from dataclasses import dataclass

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..design import Design, filled_in
from ..models import Basis, Certificate
from ..models.certificate import EXPIRES_SOON_DAYS

#: From here on hours are said, to the half.
_MANY_MINUTES = 100


@dataclass(frozen=True)
class Words:
    issuer: str
    heading: str
    name: str
    statement: str
    title: str
    body: str
    items_heading: str
    items: list[str]
    facts: list[tuple[str, str]]
    signed_by: str
    issued: str
    serial: str
    url: str

    @classmethod
    def of(cls, certificate: Certificate, design: Design) -> "Words":
        """In the language that is active."""
        heading, statement = _built_in(certificate)
        items_heading, items = _items(certificate, design)
        return cls(
            issuer=certificate.issuer_name,
            heading=design.heading or heading,
            name=certificate.holder_name,
            statement=design.statement or statement,
            title=certificate.title,
            body=filled_in(design.body, _values(certificate)),
            items_heading=items_heading,
            items=items,
            facts=_facts(certificate, design),
            signed_by=_signed_by(certificate),
            issued=_("Issued %(day)s. Number") % {"day": _day(certificate.issued_on)},
            serial=certificate.printed_serial,
            url=certificate.verification_url,
        )


def extent(minutes: int) -> str:
    if minutes < _MANY_MINUTES:
        return ngettext("about %(number)s minute", "about %(number)s minutes", minutes) % {"number": minutes}
    halves = round(minutes / 30)
    hours = number_format(halves / 2 if halves % 2 else halves // 2)
    return _("about %(number)s hours") % {"number": hours}


def _built_in(certificate: Certificate) -> tuple[str, str]:
    match certificate.basis:
        case Basis.PROGRAMME:
            return _("Training certificate"), _("has completed the programme")
        case Basis.WORKPLACE:
            return certificate.title, _("Everyone who works here has completed the training that is required.")
        case _course:
            return _("Course certificate"), _("has completed the training")


def _items(certificate: Certificate, design: Design) -> tuple[str, list[str]]:
    """What the course covers, or which courses it rests on."""
    if certificate.basis != Basis.COMPLETION:
        return _("Courses"), [_part(part) for part in certificate.parts]
    return _("Learning objectives"), list(certificate.objectives) if design.shows_objectives else []


def _part(part: dict[str, str]) -> str:
    if not part.get("completed_on"):
        return part["title"]
    day = _unbroken(_day(datetime.date.fromisoformat(part["completed_on"])))
    return _("%(course)s, %(day)s") % {"course": part["title"], "day": day}


def _signed_by(certificate: Certificate) -> str:
    """A role alone signs nothing."""
    if not certificate.signatory_name:
        return ""
    return ", ".join(filter(None, (certificate.signatory_name, certificate.signatory_role)))


def _facts(certificate: Certificate, design: Design) -> list[tuple[str, str]]:
    completed = _("Everyone trained") if certificate.basis == Basis.WORKPLACE else _("Completed")
    facts = [(completed, _day(certificate.completed_on)), (_("Valid through"), _last_day(certificate))]
    if certificate.basis == Basis.WORKPLACE:
        if certificate.valid_until:
            renewed = certificate.valid_until - datetime.timedelta(days=EXPIRES_SOON_DAYS - 1)
            facts.append((_("Can be renewed from"), _day(renewed)))
        return facts
    if certificate.minutes and design.shows_hours:
        facts.append((_("Extent"), extent(certificate.minutes)))
    if certificate.version_label:
        facts.append((_("Course version"), certificate.version_label))
    return facts


def _values(certificate: Certificate) -> dict[str, str]:
    return {
        "name": certificate.holder_name,
        "title": certificate.title,
        "completed": _unbroken(_day(certificate.completed_on)),
        "valid_until": _unbroken(_last_day(certificate)),
        "hours": _unbroken(extent(certificate.minutes)) if certificate.minutes else "",
        "issuer": certificate.issuer_name,
    }


def _last_day(certificate: Certificate) -> str:
    return _day(certificate.valid_until) if certificate.valid_until else _("no end date")


def _day(day: datetime.date) -> str:
    return date_format(day, "DATE_FORMAT")


def _unbroken(words: str) -> str:
    """Kept on one line where it stands among other words."""
    return words.replace(" ", "\u00a0")
