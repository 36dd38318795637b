"""The holder's side, at the desk: my certificates, on the screen, as a file, and over to my own phone."""

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lms.conf import setting
from lms.qr import as_svg
from lms.reader.desk import desk, go

from .credential.views import credential_response
from .models import Certificate
from .views import fetch_token, pdf_response


def _own(request, uuid):
    """The learner's own certificate; the same 404 for anyone else's as for none."""
    certificate = Certificate.objects.filter(uuid=uuid, staff=request.learner).first()
    if certificate is None:
        raise Http404
    return certificate


@require_safe
@desk
def my_certificates(request):
    certificates = Certificate.objects.filter(staff=request.learner).order_by("-issued_at")
    return render(request, "lms_certificates/my_certificates.html", {"certificates": certificates})


@require_safe
@desk
def certificate(request, certificate):
    own = _own(request, certificate)
    # Used at once, unlike the printed code: today's address, not the one it was issued under.
    path = reverse("lms_certificates:fetch", args=[own.serial, fetch_token(own)])
    site = setting("LMS_PUBLIC_BASE_URL").rstrip("/")
    phone = site + path if site else request.build_absolute_uri(path)
    return render(
        request,
        "lms_certificates/certificate.html",
        {
            "certificate": own,
            "state": own.state.value,
            "qr": as_svg(phone, _("QR code: take the certificate to your phone")),
        },
    )


@require_safe
@desk
def pdf(request, certificate):
    """As a file, on one's own device. On the shared tablet it would lie among the downloads for everyone to open."""
    own = _own(request, certificate)
    if request.tablet or not own.is_current:
        return go(request, "certificate", own.uuid)
    return pdf_response(request, own)


@require_safe
@desk
def credential(request, certificate, kind):
    """The credential alone: for a wallet, to read, or in a picture. On one's own device, as the PDF."""
    own = _own(request, certificate)
    if request.tablet or not own.is_current:
        return go(request, "certificate", own.uuid)
    return credential_response(request, own, kind)
