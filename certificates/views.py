"""The public side: is this certificate genuine? For anyone who is handed one, without an account."""

import re
from typing import Any

from axes.helpers import get_client_ip_address
from django.core import signing
from django.core.cache import cache
from django.http import FileResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from .drawing import MissingGlyphError
from .making import ensure_drawn
from .models import SERIAL_ALPHABET, SERIAL_LENGTH, Certificate

SERIAL = re.compile(f"[{SERIAL_ALPHABET}]{{{SERIAL_LENGTH}}}")
#: What is never in a serial, and what it was misread from.
MISREAD = str.maketrans({"0": "o", "O": "o", "l": "1", "I": "1"})
#: Unknown serials that one address may ask for in a minute.
UNKNOWN_PER_MINUTE = 30
#: How long the code on the tablet lets a phone fetch the file.
FETCH_SECONDS = 15 * 60


def private(view):
    """Found by its address alone, so that address must not spread: no index, no cache, no referrer."""

    def inner(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        patch_cache_control(response, private=True, no_store=True)
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "no-referrer"
        return response

    return inner


@require_safe
@private
def look_up(request):
    """Type the number in, with or without its spaces."""
    typed = request.GET.get("nummer", "")
    serial = re.sub(r"[^0-9A-Za-z]", "", typed)[:40].translate(MISREAD)
    if typed:
        return redirect("lms_certificates:verify", serial or "-")
    return render(request, "lms_certificates/look_up.html")


@require_safe
@private
def verify(request, serial):
    """What the certificate is worth today. The same answer for a number that never was and one that cannot be."""
    certificate = _find(serial)
    if certificate is None:
        return _unknown(request)
    return render(request, "lms_certificates/verify.html", about(certificate))


def about(certificate: Certificate) -> dict[str, Any]:
    """All that anyone may see of it, for "lms_certificates/verify.html"."""
    return {
        "certificate": certificate,
        "state": certificate.state.value,
        "replaced_by": certificate.superseded_by,
    }


def _find(serial):
    if not SERIAL.fullmatch(serial):
        return None
    return Certificate.objects.select_related("superseded_by").filter(serial=serial).first()


def _unknown(request):
    """Only these are limited: whoever holds real certificates may check as many as they like."""
    key = f"lms-unknown-serials:{get_client_ip_address(request)}"
    cache.add(key, 0, timeout=60)
    try:
        asked = cache.incr(key)
    except ValueError:  # it ran out between the two lines
        asked = 1
    if asked > UNKNOWN_PER_MINUTE:
        response = render(request, "lms_certificates/too_many.html", status=429)
        response["Retry-After"] = "60"
        return response
    return render(request, "lms_certificates/unknown.html", status=404)


def fetch_token(certificate: Certificate) -> str:
    """Lets its bearer fetch the PDF for a quarter of an hour: from the tablet's screen to one's own phone."""
    return signing.dumps(certificate.serial, salt="lms.certificate.fetch")


@require_safe
@private
def fetch_pdf(request, serial, token):
    try:
        signed = signing.loads(token, salt="lms.certificate.fetch", max_age=FETCH_SECONDS)
    except signing.BadSignature:
        signed = None
    certificate = _find(serial) if signed == serial else None
    if certificate is None or not certificate.is_current:
        return render(request, "lms_certificates/link_too_old.html", status=404)
    return pdf_response(request, certificate)


def pdf_response(request, certificate, *, inline=False):
    """The file, drawn now if no worker has come to it yet; `inline` to be shown and printed, else to be saved."""
    try:
        ensure_drawn(certificate)
    except MissingGlyphError as error:
        return render(request, "lms_certificates/cannot_print.html", {"error": error}, status=500)
    response = FileResponse(
        certificate.file.open("rb"), content_type="application/pdf", as_attachment=not inline,
        filename=f"intyg-{certificate.serial[:8]}.pdf",
    )  # fmt: skip
    patch_cache_control(response, private=True, no_store=True)
    return response
