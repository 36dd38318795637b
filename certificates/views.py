"""The public side: is this certificate genuine? For anyone who is handed one, without an account."""

import logging
import re
from functools import wraps
from io import BytesIO
from typing import Any

from axes.helpers import get_client_ip_address
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import FileResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from lms.conf import setting

from . import public_name
from .drawing import MissingGlyphError
from .fingerprints import MOST_BYTES, sent_with
from .limits import WINDOW_SECONDS, too_many_unknown
from .making import LostError, WaitsForKeyError, content_of
from .models import SERIAL_ALPHABET, SERIAL_LENGTH, Basis, Certificate, RevocationReason

logger = logging.getLogger(__name__)

SERIAL = re.compile(f"[{SERIAL_ALPHABET}]{{{SERIAL_LENGTH}}}")
#: No certificate has it: what cannot be a serial is looked for all the same, and takes as long.
NO_SERIAL = "0" * SERIAL_LENGTH
#: What is never in a serial, and what it was misread from.
MISREAD = str.maketrans({"0": "o", "O": "o", "l": "1", "I": "1"})
#: How long the code on the tablet lets a phone fetch the file.
FETCH_SECONDS = 15 * 60
#: What is wrong with a file, and the status that says so to machines.
WRONG = {"none": 400, "empty": 400, "large": 413}


def in_the_visitors_language(view):
    """As their browser asks, or as they chose at the foot of a page. Django's own middleware shows every address
    without a language in it in the site's."""

    @wraps(view)
    def inner(request, *args, **kwargs):
        with translation.override(translation.get_language_from_request(request)):
            request.LANGUAGE_CODE = translation.get_language()
            response = view(request, *args, **kwargs)
            response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        return response

    return inner


def private(view):
    """Found by its address alone, so that address must not spread: no index, no cache, no referrer."""

    @wraps(view)
    def inner(request, *args, **kwargs):
        response = in_the_visitors_language(view)(request, *args, **kwargs)
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
    return _page(request)


@require_safe
@private
def verify(request, serial):
    """What the certificate is worth today. The same answer for a number that never was and one that cannot be."""
    certificate = _find(serial=_serial(serial))
    return _page(request, certificate) if certificate else _unknown(request)


@csrf_exempt  # see below
@require_http_methods(["GET", "HEAD", "POST"])
@private
def check_file(request, serial=None):
    """Is this file as it was issued? Asked by its sum: of one certificate, or of all that there are.

    It changes nothing and knows nobody, so a token would only put a cookie with whoever checks, and Django accepts none
    from a page without referrer. Other sites may not ask all the same: browsers say where a form comes from.
    """
    if request.method != "POST":
        return redirect("lms_certificates:look_up")
    if request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
        raise PermissionDenied
    asked = None if serial is None else _find(serial=_serial(serial))
    if serial is not None and asked is None:
        return _unknown(request)
    sent = sent_with(request)
    if sent.wrong:
        return _page(request, asked, outcome=sent.wrong, status=WRONG[sent.wrong])
    certificate = asked or _find(sha256=sent.sha256)
    if certificate is None:
        return _unknown(request, "file")
    return _page(request, certificate, outcome="same" if sent.sha256 == certificate.sha256 else "different")


def _serial(typed: str) -> str:
    return typed if SERIAL.fullmatch(typed) else NO_SERIAL


def _find(**by: str) -> Certificate | None:
    return Certificate.objects.select_related("superseded_by").filter(**by).first()


def _page(request, certificate=None, outcome="", status=200):
    """What is said of `certificate`, or of none yet. `outcome` is what came of a file that was sent along: "same",
    "different", or what was wrong with it."""
    context = {"outcome": outcome, "most_bytes": MOST_BYTES}
    if certificate is None:
        return render(request, "lms_certificates/look_up.html", context, status=status)
    return render(request, "lms_certificates/verify.html", context | about(certificate), status=status)


def about(certificate: Certificate) -> dict[str, Any]:
    """All that anyone may see of it, for "lms_certificates/verify.html"."""
    return {
        "certificate": certificate,
        "state": "erased" if is_erased(certificate) else certificate.state.value,
        "holder": public_name.shown(certificate),
        "parts": [
            {"title": part["title"], "day": parse_date(part.get("completed_on") or "")} for part in certificate.parts
        ],
        "replaced_by": certificate.superseded_by if setting("LMS_CERT_LINK_REPLACEMENT") else None,
        "checked_at": timezone.now(),
        "most_bytes": MOST_BYTES,
    }


def is_erased(certificate: Certificate) -> bool:
    """Whom it was about is erased: all that is left to say is that it was issued."""
    gone = certificate.basis != Basis.WORKPLACE and not certificate.holder_name
    return gone or certificate.revocation_reason == RevocationReason.ERASED


def _unknown(request, what="number"):
    """Only these are limited. Over the limit it is the same page, which is just as true: only the status differs."""
    limited = too_many_unknown(get_client_ip_address(request))
    response = render(request, f"lms_certificates/unknown_{what}.html", status=429 if limited else 404)
    if limited:
        response["Retry-After"] = str(WINDOW_SECONDS)
    return response


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
    certificate = _find(serial=_serial(serial)) if signed == serial else None
    if certificate is None or not certificate.is_current:
        return render(request, "lms_certificates/link_too_old.html", status=404)
    return pdf_response(request, certificate)


def pdf_response(request, certificate, *, inline=False):
    """The file as it was issued, drawn now if no worker has come to it yet; `inline` to be shown and printed, else to
    be saved."""
    try:
        content = content_of(certificate)
    except MissingGlyphError as error:
        return render(request, "lms_certificates/cannot_print.html", {"error": error}, status=500)
    except LostError:
        logger.exception("Certificate %s cannot be handed out.", certificate.pk)
        words = _("The file is lost and cannot be made the same again. It may be in a backup.")
        return render(request, "lms_certificates/cannot_print.html", {"error": words}, status=500)
    except WaitsForKeyError:
        logger.exception("Certificate %s waits for a key that can be used.", certificate.pk)
        return render(request, "lms_certificates/not_made_yet.html", status=503)
    response = FileResponse(
        BytesIO(content), content_type="application/pdf", as_attachment=not inline,
        filename=f"intyg-{certificate.serial[:8]}.pdf",
    )  # fmt: skip
    patch_cache_control(response, private=True, no_store=True)
    return response
