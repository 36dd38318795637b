"""Who the issuer is, to a computer: did:web, the site's own address; and which keys speak for it."""

from typing import Any
from urllib.parse import quote, urlsplit

from django.db.models import Q

from lms.conf import setting

from ..models import Certificate, IssuerKey


def did_of(base_url: str) -> str:
    """https://intyg.example:8443/utb -> did:web:intyg.example%3A8443:utb. Empty for what is no address."""
    address = urlsplit(base_url)
    if not address.hostname:
        return ""
    host = address.hostname + (f":{address.port}" if address.port else "")
    return ":".join(["did:web", *(quote(part, safe="") for part in (host, *address.path.split("/")) if part)])


def kid_of(did: str, key: IssuerKey) -> str:
    return f"{did}#{key.kid}"


def base_url_of(request: Any) -> str:
    """The address that the request came to: today's, or one that certificates were issued under before the site moved.

    The old ones name the old address as their issuer for ever, so where it still leads here it answers for itself.
    """
    today: str = setting("LMS_PUBLIC_BASE_URL").rstrip("/")
    host = request.get_host()
    if host == urlsplit(today).netloc:
        return today
    site = Q()
    for scheme in ("https", "http"):
        site |= Q(base_url=f"{scheme}://{host}") | Q(base_url__startswith=f"{scheme}://{host}/")
    return Certificate.objects.filter(site).values_list("base_url", flat=True).first() or today


def trusted_keys() -> list[IssuerKey]:
    """Those whose signatures count, the newest first: some verifiers look at the first one only.

    A key that is no longer used stays, as what it signed is still true. One that others may have had is left out
    altogether: verifiers exist that read `verificationMethod` and never ask `assertionMethod`.
    """
    return list(
        IssuerKey.objects.filter(purpose=IssuerKey.Purpose.CREDENTIAL, compromised_at=None).order_by(
            "-first_used_at", "-pk"
        )
    )


def document(did: str, keys: list[IssuerKey]) -> dict[str, Any]:
    """What `did:web` resolves to."""
    names = [kid_of(did, key) for key in keys]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"],
        "id": did,
        "verificationMethod": [
            {"id": name, "type": "JsonWebKey2020", "controller": did, "publicKeyJwk": _described(key, name)}
            for name, key in zip(names, keys, strict=True)
        ],
        "assertionMethod": names,
    }


def jwks(did: str, keys: list[IssuerKey]) -> dict[str, Any]:
    """The same keys for verifiers that know no DID, under the names that stand in the tokens."""
    return {"keys": [_described(key, kid_of(did, key)) for key in keys]}


def _described(key: IssuerKey, name: str) -> dict[str, Any]:
    return {**key.jwk, "kid": name, "alg": "ES256", "use": "sig"}
