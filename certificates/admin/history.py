"""What the ledger tells of one certificate, in sentences, the latest first."""

import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from lms import ledger
from lms.models import LedgerEntry
from lms.people.sentences import name_of
from lms.wording import ledger_words

from ..models import Certificate, RevocationReason


class Line(NamedTuple):
    at: datetime.datetime
    text: str
    by: str


#: What the holder does with it is nobody's business here.
HOLDERS_OWN = ("certificate.shared", "certificate.unshared")


def history(certificate: Certificate) -> list[Line]:
    """One query, however much has happened."""
    entries = LedgerEntry.objects.filter(subject=ledger.subject_of(certificate)).exclude(verb__in=HOLDERS_OWN)
    return [
        Line(entry.at, sentence(entry), name_of(entry.actor) if entry.actor else _("the system"))
        for entry in entries.select_related("actor").order_by("-pk")
    ]


def sentence(entry: LedgerEntry) -> str:
    """An unknown verb is said as well as can be."""
    if entry.verb == "certificate.revoked":
        reasons = dict(RevocationReason.choices)
        reason = reasons.get(entry.data.get("reason", ""), "")
        return _("Revoked: %(reason)s.") % {"reason": reason} if reason else _("Revoked.")
    said = {
        "certificate.issued": _("Issued."),
        "certificate.replaced": _("Replaced by a new certificate."),
        "certificate.letter_asked": _("A letter to the holder was asked for."),
        "certificate.letter_sent": _("The letter left for the holder’s e-mail."),
        "certificate.letter_failed": _("The letter could not be sent. Look at the address, or hand the paper over."),
    }
    return str(said.get(entry.verb) or ledger_words(entry.verb))
