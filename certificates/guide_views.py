"""How anyone checks a certificate, for the desk of an authority: one printed page, and the root to check by offline."""

import hashlib
import ssl
from typing import NamedTuple

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from lms.conf import setting
from lms.models import TrainingSettings

from .models import IssuerKey
from .models.certificate import EXPIRES_SOON_DAYS
from .views import in_the_visitors_language

BEGIN, END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


class Root(NamedTuple):
    pem: str
    #: SHA-256 of the certificate, in groups of four as one compares it by eye.
    fingerprint: str


def roots() -> list[Root]:
    """What everyone who checks without network trusts: the roots above the keys that have signed, the newest first.
    Older ones too, since what they vouch for is still about."""
    keys = IssuerKey.objects.filter(purpose=IssuerKey.Purpose.SIGNATURE, compromised_at=None).exclude(certificates="")
    found: dict[str, Root] = {}
    for chain in keys.order_by("-first_used_at", "-pk").values_list("certificates", flat=True):
        pem = chain[chain.rindex(BEGIN) :]
        pem = pem[: pem.index(END) + len(END)] + "\n"
        digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest().upper()
        found.setdefault(digest, Root(pem, " ".join(digest[place : place + 4] for place in range(0, 64, 4))))
    return list(found.values())


@require_safe
@in_the_visitors_language
def guide(request):
    """One page of A4 that names the address that the certificates of this site lead to."""
    site = setting("LMS_PUBLIC_BASE_URL").rstrip("/") or request.build_absolute_uri("/").rstrip("/")
    return render(
        request,
        "lms_certificates/guide.html",
        {
            "roots": roots(),
            "address": site + reverse("lms_certificates:look_up"),
            "root_address": site + reverse("lms_certificates:root_certificate"),
            "details": TrainingSettings.current(),
            "days": EXPIRES_SOON_DAYS,
        },
    )


@require_safe
def root_certificate(request):
    found = roots()
    if not found:
        raise Http404
    return HttpResponse("".join(root.pem for root in found), content_type="application/x-pem-file",
                        headers={"Content-Disposition": 'attachment; filename="rot.pem"'})  # fmt: skip
