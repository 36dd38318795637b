"""What computers ask: who the issuer is, and which credentials no longer count. Public, about nobody, for any site."""

import hashlib
import logging
from functools import wraps

from django.http import Http404, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from . import did, own_key, png, status_list
from .build import JSON_TYPE, JWT_TYPE, readable

logger = logging.getLogger(__name__)


def open_to_all_sites(view):
    """A verifier may run in a page of another site. Nothing here depends on who asks.

    Kept by whoever likes, but asked for anew each time: what has been revoked shows at once, and the rest costs no more
    than a "304".
    """

    @wraps(view)
    def inner(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response["Access-Control-Allow-Origin"] = "*"
        if response.status_code == 200:
            patch_cache_control(response, public=True, no_cache=True)
            response["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
            return get_conditional_response(request, etag=response["ETag"], response=response)
        patch_cache_control(response, no_store=True)
        return response

    return require_safe(inner)


@open_to_all_sites
def did_json(request):
    return _of_our_keys(request, did.document, "application/did+json")


@open_to_all_sites
def jwks_json(request):
    return _of_our_keys(request, did.jwks, "application/jwk-set+json")


@open_to_all_sites
def credentials_status(request, number):
    """The list is made when it is asked for, so what was revoked a second ago is on it."""
    try:
        key = own_key.current()
    except own_key.CredentialKeyError:
        logger.exception("No list of credentials can be signed.")
        return _nothing(_("The key for digital credentials cannot be used."), status=503)
    places = status_list.places_of(number) if key else None
    if key is None:
        return _nothing(_("No credentials are issued here: certificates carry none, and are checked by their number."))
    if places is None:
        return _nothing(_("There is no such list."))
    base_url = did.base_url_of(request)
    return HttpResponse(status_list.credential_of(base_url, number, places, key, timezone.now()), content_type=JWT_TYPE)


#: What a credential is handed out as: its media type, and how it is written.
KINDS = {
    "jwt": (JWT_TYPE, lambda certificate: certificate.credential),
    "json": (JSON_TYPE, lambda certificate: readable(certificate.credential)),
    "png": ("image/png", png.baked),
}


def credential_response(request, certificate, kind):
    """The credential as a file, to who may have it. None is made here: it is the one that lies in the PDF."""
    if kind not in KINDS or not certificate.credential:
        raise Http404
    media_type, written = KINDS[kind]
    response = HttpResponse(written(certificate), content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="meritbevis-{certificate.serial[:8]}.{kind}"'
    patch_cache_control(response, private=True, no_store=True)
    return response


def _of_our_keys(request, written, content_type):
    try:
        own_key.current()  # so that a new key is known before anything signed with it is
    except own_key.CredentialKeyError:
        logger.exception("The key for credentials cannot be used; the earlier ones are still told.")
    keys = did.trusted_keys()
    if not keys:
        return _nothing(_("No credentials are issued here: certificates carry none, and are checked by their number."))
    return JsonResponse(written(did.did_of(did.base_url_of(request)), keys), content_type=content_type)


def _nothing(words, status=404):
    return HttpResponse(f"{words}\n", status=status, content_type="text/plain; charset=utf-8")
