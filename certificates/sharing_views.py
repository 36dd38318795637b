"""What a holder has handed on, or was sent by letter: the verification page with the file to take along."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from . import views
from .letters import serial_in
from .models import Certificate
from .sharing import shared_with


@require_safe
@views.private
def shared(request, token):
    """Off, wrong or never there: the same answer, limited as that for a number that never was."""
    certificate = shared_with(token)
    return _page(request, certificate, "shared", [token]) if certificate else views._unknown(request, "link")


@require_safe
@views.private
def shared_pdf(request, token):
    certificate = shared_with(token)
    return _file(request, certificate) if certificate else views._unknown(request, "link")


@require_safe
@views.private
def shared_credential(request, token):
    """The credential, where there is one. Of what no longer counts it is handed to nobody."""
    certificate = shared_with(token)
    if certificate is None or not certificate.credential or not certificate.is_current:
        return views._unknown(request, "link")
    response = HttpResponse(certificate.credential, content_type="application/vc+jwt")
    response["Content-Disposition"] = f'attachment; filename="intyg-{certificate.serial[:8]}.jwt"'
    return response


@require_safe
@views.private
def letter(request, serial, token):
    certificate = _in_letter(serial, token)
    return _page(request, certificate, "letter", [serial, token]) if certificate else _too_old(request)


@require_safe
@views.private
def letter_pdf(request, serial, token):
    certificate = _in_letter(serial, token)
    return _file(request, certificate) if certificate else _too_old(request)


def _in_letter(serial: str, token: str) -> Certificate | None:
    if serial_in(token) != serial:
        return None
    return Certificate.objects.select_related("superseded_by").filter(serial=serial).first()


def _too_old(request):
    return render(request, "lms_certificates/letter_too_old.html", status=404)


def _page(request, certificate, name, args):
    may_fetch = certificate.is_current
    return render(
        request,
        "lms_certificates/shared.html",
        {
            **views.about(certificate),
            "pdf_url": reverse(f"lms_certificates:{name}_pdf", args=args) if may_fetch else "",
            "credential_url": reverse("lms_certificates:shared_credential", args=args)
            if may_fetch and name == "shared" and certificate.credential
            else "",
        },
    )


def _file(request, certificate):
    if not certificate.is_current:
        return views._unknown(request, "link")
    return views.pdf_response(request, certificate)
