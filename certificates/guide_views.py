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


def newest_root() -> Root | None:
    """What everyone who checks without network trusts: the root above the newest key that has signed; None without."""
    keys = IssuerKey.objects.filter(purpose=IssuerKey.Purpose.SIGNATURE, compromised_at=None).exclude(certificates="")
    key = keys.order_by("-first_used_at", "-pk").first()
    if key is None:
        return None
    pem = key.certificates[key.certificates.rindex(BEGIN) :]
    pem = pem[: pem.index(END) + len(END)] + "\n"
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest().upper()
    return Root(pem, " ".join(digest[place : place + 4] for place in range(0, 64, 4)))


@require_safe
@in_the_visitors_language
def guide(request):
    """One page of A4 that names the address that the certificates of this site lead to."""
    site = setting("LMS_PUBLIC_BASE_URL").rstrip("/") or request.build_absolute_uri("/").rstrip("/")
    return render(
        request,
        "lms_certificates/guide.html",
        {
            "root": newest_root(),
            "address": site + reverse("lms_certificates:look_up"),
            "root_address": site + reverse("lms_certificates:root_certificate"),
            "details": TrainingSettings.current(),
            "days": EXPIRES_SOON_DAYS,
        },
    )


@require_safe
def root_certificate(request):
    root = newest_root()
    if root is None:
        raise Http404
    return HttpResponse(root.pem, content_type="application/x-pem-file",
                        headers={"Content-Disposition": 'attachment; filename="rot.pem"'})  # fmt: skip
