"""The holder's own link to a certificate: turned on, handed on, and turned off again, by the holder alone."""

import re
import secrets
from typing import Any

from django.db import transaction

from lms import ledger

from .models import Certificate

#: What `secrets.token_urlsafe(16)` gives: 128 bits.
TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")


@transaction.atomic
def share(*, certificate: Certificate, actor: Any) -> Certificate:
    """Whoever has the link sees the certificate and its file. On already: the same link."""
    certificate = Certificate.objects.select_for_update().get(pk=certificate.pk)
    if not certificate.share_token and certificate.is_current:
        certificate.share_token = secrets.token_urlsafe(16)
        certificate.save(update_fields=["share_token"])
        _note("certificate.shared", certificate, actor)
    return certificate


@transaction.atomic
def stop_sharing(*, certificate: Certificate, actor: Any) -> Certificate:
    """The link that was handed on leads nowhere from now on. Turned on again it is another one."""
    certificate = Certificate.objects.select_for_update().get(pk=certificate.pk)
    if certificate.share_token:
        certificate.share_token = None
        certificate.save(update_fields=["share_token"])
        _note("certificate.unshared", certificate, actor)
    return certificate


def shared_with(token: str) -> Certificate | None:
    if not TOKEN.fullmatch(token):
        return None
    return Certificate.objects.select_related("superseded_by").filter(share_token=token).first()


def _note(verb: str, certificate: Certificate, actor: Any) -> None:
    """About the certificate alone, so that it is no part of the person's history: whom one shares with is one's own."""
    ledger.write(verb, actor=actor, subject=certificate, course=str(certificate.subject_uuid))
