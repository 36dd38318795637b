"""The key that credentials are signed with: ECDSA P-256, out of the file that LMS_CERT_SIGNING names."""

import hashlib
import json
import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from django.core.exceptions import ImproperlyConfigured

from lms.conf import setting

from ..models import IssuerKey
from ..signing.keys import extra_is_installed
from .encoding import base64url

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey


class CredentialKeyError(ImproperlyConfigured):
    """There should be a key, but it cannot be used. The message says why, to the operator."""


class OwnKey(NamedTuple):
    private: "EllipticCurvePrivateKey"
    row: IssuerKey


def current() -> OwnKey | None:
    """The key to sign with, and its row; None where no key is set, or the extra `signing` is not installed.

    A key that is set and cannot be used is an error and never None: else certificates would lack their credential
    for good because a file was missing for an hour.
    """
    config = setting("LMS_CERT_SIGNING")
    path = config.get("CREDENTIAL_KEY")
    if not path or not extra_is_installed():
        return None
    private, jwk, kid = opened()
    row, _created = IssuerKey.objects.get_or_create(
        kid=kid, defaults={"purpose": IssuerKey.Purpose.CREDENTIAL, "jwk": jwk}
    )
    if row.compromised_at or row.retired_at:
        raise CredentialKeyError(f"The key in {path} is marked as compromised or retired. Make a new one and set it.")
    return OwnKey(private, row)


def opened() -> tuple["EllipticCurvePrivateKey", dict[str, str], str]:
    """The key that is set, its public half and its name, without the database. Raises CredentialKeyError."""
    config = setting("LMS_CERT_SIGNING")
    path = Path(config["CREDENTIAL_KEY"])
    try:
        return _load(path, path.stat().st_mtime_ns, str(config.get("PASSPHRASE_ENV") or ""))
    except OSError as error:
        raise CredentialKeyError(f"The key for credentials cannot be read: {error}") from error


def thumbprint(jwk: dict[str, str]) -> str:
    """RFC 7638: the same key always has the same name."""
    required = {name: jwk[name] for name in ("crv", "kty", "x", "y")}
    return base64url(hashlib.sha256(json.dumps(required, separators=(",", ":"), sort_keys=True).encode()).digest())


def public_jwk(private: "EllipticCurvePrivateKey") -> dict[str, str]:
    numbers = private.public_key().public_numbers()
    x, y = (base64url(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


@lru_cache(maxsize=8)
def _load(path: Path, _changed: int, passphrase_env: str) -> tuple["EllipticCurvePrivateKey", dict[str, str], str]:
    """Once per process and file: opening an encrypted one takes longer than a hundred signatures. A new file in its
    place is seen at once."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    passphrase = os.environ.get(passphrase_env, "") if passphrase_env else ""
    try:
        private = load_pem_private_key(path.read_bytes(), passphrase.encode() or None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise CredentialKeyError(
            f"{path} is no private key, or {passphrase_env or 'PASSPHRASE_ENV'} does not hold its pass phrase: {error}"
        ) from error
    if not isinstance(private, ec.EllipticCurvePrivateKey) or not isinstance(private.curve, ec.SECP256R1):
        raise CredentialKeyError(f"{path} holds a key of another kind than ECDSA P-256, which ES256 needs.")
    jwk = public_jwk(private)
    return private, jwk, thumbprint(jwk)
