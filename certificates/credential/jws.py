"""JSON Web Signatures, compact, ES256 and nothing else: the algorithm is ours to say, never the token's."""

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from .encoding import base64url, from_base64url

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

ALGORITHM = "ES256"
#: What is longer is no credential of ours, and is not read.
MAX_LENGTH = 200_000


class MalformedError(ValueError):
    """Not a token that we could have signed."""


class Token(NamedTuple):
    header: dict[str, Any]
    payload: dict[str, Any]
    signed: bytes
    signature: bytes


def sign(payload: dict[str, Any], *, private: "EllipticCurvePrivateKey", kid: str) -> str:
    """The same payload, signed with the same key, always gives the same token (RFC 6979)."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA256

    header = {"alg": ALGORITHM, "typ": "JWT", "kid": kid}
    signed = f"{base64url(_dumped(header))}.{base64url(_dumped(payload))}"
    r, s = decode_dss_signature(private.sign(signed.encode(), ec.ECDSA(SHA256(), deterministic_signing=True)))
    return f"{signed}.{base64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def read(text: str) -> Token:
    """The parts of a token, not yet to be believed. Raises MalformedError."""
    if len(text) > MAX_LENGTH:
        raise MalformedError("too long")
    try:
        head, body, signature = text.split(".")
        header, payload = (json.loads(from_base64url(part)) for part in (head, body))
        token = Token(header, payload, f"{head}.{body}".encode("ascii"), from_base64url(signature))
    except (ValueError, RecursionError) as error:  # not text, not Base64, not JSON
        raise MalformedError(str(error)) from error
    if not isinstance(header, dict) or not isinstance(payload, dict):
        raise MalformedError("not objects")
    if header.get("alg") != ALGORITHM or "crit" in header or not isinstance(header.get("kid"), str):
        raise MalformedError("another algorithm, or no key named")
    return token


def is_signed_by(token: Token, jwk: dict[str, str]) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA256

    if len(token.signature) != 64:
        return False
    x, y = (int.from_bytes(from_base64url(jwk[name]), "big") for name in ("x", "y"))
    r, s = (int.from_bytes(part, "big") for part in (token.signature[:32], token.signature[32:]))
    try:
        ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key().verify(
            encode_dss_signature(r, s), token.signed, ec.ECDSA(SHA256())
        )
    except InvalidSignature:
        return False
    return True


def _dumped(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
