"""A letter by e-mail to who holds a certificate, with a link to it. Asked for in the ledger, sent by the worker."""

import datetime
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from lms import ledger
from lms.conf import mail_is_set_up, setting
from lms.models import LedgerEntry, StaffMember
from lms.sending import leaves

from .models import Certificate
from .tasks import send_letter

ASKED, SENT, FAILED = "certificate.letter_asked", "certificate.letter_sent", "certificate.letter_failed"
#: How long the link in a letter leads to the certificate.
LINK_LASTS = datetime.timedelta(days=14)
#: Who presses twice gets one letter.
ONE_AT_A_TIME = datetime.timedelta(minutes=5)
#: Waits after each try that failed. After the last nobody tries again, and the history says so.
BACK_OFF = tuple(datetime.timedelta(minutes=minutes) for minutes in (1, 5, 30, 120))
SALT = "lms.certificate.letter"


def why_not(certificate: Certificate) -> str:
    """Why no letter can be sent, as a sentence; empty when one can."""
    if not certificate.is_current:
        return _("It no longer counts, so there is nothing to send.")
    if not (certificate.staff and certificate.staff.email):
        return _("There is no e-mail address on the staff list. Print the certificate, or show the holder its QR code.")
    if not (mail_is_set_up() and setting("LMS_PUBLIC_BASE_URL")):
        return _("This site cannot send e-mail yet. Print the certificate instead, and tell whoever runs the site.")
    just_now = LedgerEntry.objects.filter(
        verb=ASKED, subject=ledger.subject_of(certificate), at__gt=timezone.now() - ONE_AT_A_TIME
    )
    if just_now.exists():
        return _("A letter was asked for a moment ago. Wait five minutes before you send another one.")
    return ""


@transaction.atomic
def ask_to_send(*, certificate: Certificate, actor: Any) -> LedgerEntry:
    """Have a letter sent to the holder. Raises ValidationError when it cannot be: see `why_not`."""
    certificate = Certificate.objects.select_for_update(of=("self",)).select_related("staff").get(pk=certificate.pk)
    if problem := why_not(certificate):
        raise ValidationError(problem)
    entry = ledger.write(
        ASKED, actor=actor, subject=certificate, staff=certificate.staff, course=str(certificate.subject_uuid)
    )
    transaction.on_commit(lambda: send_letter.enqueue(entry.pk), robust=True)
    return entry


def send(entry: int) -> bool:
    """Send the letter that was asked for in that row. False when it could not leave and is to be tried again.

    To the address that stands on the staff list now; nothing is sent when there is none any more.
    """
    asked = LedgerEntry.objects.get(pk=entry)
    certificate = Certificate.objects.select_related("staff").get(pk=asked.subject.partition(":")[2])
    staff = certificate.staff
    if staff is None or not staff.email or not certificate.is_current:
        _tell(FAILED, certificate)
        return True
    if not leaves(letter(certificate, staff)):
        return False
    _tell(SENT, certificate)
    return True


def give_up(entry: int) -> None:
    asked = LedgerEntry.objects.get(pk=entry)
    _tell(FAILED, Certificate.objects.get(pk=asked.subject.partition(":")[2]))


def _tell(verb: str, certificate: Certificate) -> None:
    with transaction.atomic():
        ledger.write(
            verb, actor=None, subject=certificate, staff=certificate.staff, course=str(certificate.subject_uuid)
        )


def letter(certificate: Certificate, staff: StaffMember) -> EmailMessage:
    """In the holder's language. The address of the site is the one that was set."""
    site = setting("LMS_PUBLIC_BASE_URL").rstrip("/")
    path = reverse("lms_certificates:letter", args=[certificate.serial, token_of(certificate)])
    with translation.override(staff.language):
        return EmailMessage(
            subject=_("Your certificate from %(issuer)s") % {"issuer": " ".join(certificate.issuer_name.split())},
            body=render_to_string(
                "lms_certificates/letter.txt",
                {
                    "name": staff.given_name,
                    "title": certificate.title,
                    "link": site + path,
                    "days": LINK_LASTS.days,
                    "issuer": certificate.issuer_name,
                    "site": site,
                    "site_name": settings.WAGTAIL_SITE_NAME,
                },
            ),
            to=[staff.email],
            headers={"Auto-Submitted": "auto-generated"},
        )


def token_of(certificate: Certificate) -> str:
    return signing.dumps(certificate.serial, salt=SALT)


def serial_in(token: str) -> str | None:
    """The serial that the token of a letter is for; None when it is none of ours, or too old."""
    try:
        return signing.loads(token, salt=SALT, max_age=LINK_LASTS)
    except signing.BadSignature:
        return None
