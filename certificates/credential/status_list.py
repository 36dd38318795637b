"""Which credentials no longer count, as a Bitstring Status List: one bit each, at a place that says nothing.

A bit is set of what is revoked, replaced or erased. Never of what has expired: that stands in the credential itself.
Nothing here is ever suspended.
"""

import datetime
import gzip
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from ..models import Certificate
from ..models.certificate import STATUS_LIST_LENGTH
from . import jws
from .did import did_of, kid_of
from .encoding import base64url
from .own_key import OwnKey

#: A verifier that has held a list for longer has to fetch it anew.
VALID_FOR = datetime.timedelta(days=7)


def url_of(base_url: str, number: int) -> str:
    return base_url + reverse("lms_certificates:status_list", args=[number])


def entry_of(certificate: Certificate) -> dict[str, str]:
    """Where to look whether it still counts."""
    number, place = divmod(certificate.status_index, STATUS_LIST_LENGTH)
    url = url_of(certificate.base_url, number)
    return {
        "id": f"{url}#{place}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(place),
        "statusListCredential": url,
    }


def places_of(number: int) -> list[int] | None:
    """The places in the list that count no more, in order; None when there is no such list."""
    first = number * STATUS_LIST_LENGTH
    on_it = Certificate.objects.filter(status_index__gte=first, status_index__lt=first + STATUS_LIST_LENGTH)
    over = on_it.exclude(Q(revoked_at=None) & Q(superseded_by=None)).order_by("status_index")
    places = [index - first for index in over.values_list("status_index", flat=True)]
    return places if places or on_it.exists() else None


def encoded(places: list[int]) -> str:
    """GZIP with no moment in it, as multibase base64url. The first place is the highest bit of the first byte."""
    bits = bytearray(STATUS_LIST_LENGTH // 8)
    for place in places:
        bits[place // 8] |= 0x80 >> place % 8
    return "u" + base64url(gzip.compress(bytes(bits), mtime=0))


def credential_of(base_url: str, number: int, places: list[int], key: OwnKey, now: datetime.datetime) -> str:
    """The signed list. The same for a whole hour as long as nothing is revoked, so nothing has to be kept."""
    did, url = did_of(base_url), url_of(base_url, number)
    start = now.astimezone(timezone.get_default_timezone()).replace(minute=0, second=0, microsecond=0)
    end = start + VALID_FOR
    payload: dict[str, Any] = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": did,
        "validFrom": start.isoformat(),
        "validUntil": end.isoformat(),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": encoded(places),
        },
        "iss": did,
        "jti": url,
        "sub": f"{url}#list",
        "nbf": int(start.timestamp()),
        "exp": int(end.timestamp()),
    }
    return jws.sign(payload, private=key.private, kid=kid_of(did, key.row))
