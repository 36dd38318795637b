"""The holder's side, at the desk: my certificates, on the screen, as a file, and over to my own phone."""

from urllib.parse import quote

from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lms.conf import setting
from lms.qr import as_svg
from lms.reader.desk import address, desk, go

from . import sharing
from .credential.views import credential_response
from .models import Certificate
from .views import fetch_token, pdf_response


def _own(request, uuid):
    """The learner's own certificate; the same 404 for anyone else's as for none."""
    certificate = Certificate.objects.filter(uuid=uuid, staff=request.learner).first()
    if certificate is None:
        raise Http404
    return certificate


def _here(request, path):
    """As others reach it: today's address, not the one that a certificate was issued under."""
    site = setting("LMS_PUBLIC_BASE_URL").rstrip("/")
    return site + path if site else request.build_absolute_uri(path)


@require_safe
@desk
def my_certificates(request):
    own = list(Certificate.objects.filter(staff=request.learner).order_by("-issued_at", "-pk"))
    return render(
        request,
        "lms_certificates/my_certificates.html",
        {
            "certificates": [certificate for certificate in own if certificate.is_current],
            "gone": [certificate for certificate in own if not certificate.is_current],
        },
    )


@require_safe
@desk
def certificate(request, certificate):
    own = _own(request, certificate)
    # Used at once, unlike the printed code.
    phone = _here(request, reverse("lms_certificates:fetch", args=[own.serial, fetch_token(own)]))
    return render(
        request,
        "lms_certificates/certificate.html",
        {
            "certificate": own,
            "state": own.state.value,
            "qr": as_svg(phone, _("QR code: take the certificate to your phone")),
            **_shared(request, own),
        },
    )


def _shared(request, own):
    if not own.share_token or not own.is_current:
        return {}
    link = _here(request, reverse("lms_certificates:shared", args=[own.share_token]))
    subject = quote(_("My certificate: %(title)s") % {"title": own.title})
    return {
        "share_url": link,
        "share_qr": as_svg(link, _("QR code: leads to the certificate that you share")),
        "mail_url": f"mailto:?subject={subject}&body={quote(link)}",
    }


@require_POST
@desk
def share(request, certificate):
    own = sharing.share(certificate=_own(request, certificate), actor=_actor(request))
    return _to_sharing(request, own)


@require_POST
@desk
def stop_sharing(request, certificate):
    own = sharing.stop_sharing(certificate=_own(request, certificate), actor=_actor(request))
    return _to_sharing(request, own)


def _actor(request):
    """With a PIN there is no account: whoever else may be signed in on the tablet has not done it."""
    return None if request.tablet else request.user


def _to_sharing(request, own):
    return HttpResponseRedirect(f"{address(request, 'certificate', own.uuid)}#dela")


@require_safe
@desk
def pdf(request, certificate):
    """As a file, on one's own device. On the shared tablet it would lie among the downloads for everyone to open."""
    return _file(request, certificate)


@require_safe
@desk
def print_pdf(request, certificate):
    """The file itself is what is printed: so paper and file never differ."""
    return _file(request, certificate, inline=True)


def _file(request, certificate, **how):
    own = _own(request, certificate)
    if request.tablet or not own.is_current:
        return go(request, "certificate", own.uuid)
    return pdf_response(request, own, **how)


@require_safe
@desk
def credential(request, certificate, kind):
    """The credential alone: for a wallet, to read, or in a picture. On one's own device, as the PDF."""
    own = _own(request, certificate)
    if request.tablet or not own.is_current:
        return go(request, "certificate", own.uuid)
    return credential_response(request, own, kind)
