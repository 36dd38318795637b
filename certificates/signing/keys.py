"""The key that certificates are signed with: a PKCS#12 file of the operator's, and its public half in the database."""

import os
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from django.utils.translation import gettext as _

from lms.conf import setting

from ..models import IssuerKey

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey


class UnusableKeyError(ImproperlyConfigured):
    """A key is named in the settings and cannot be used. Says what is wrong, without paths; `hint` says what to do."""

    def __init__(self, code: str, words: str, hint: str) -> None:
        super().__init__(words)
        self.code, self.hint = code, hint


@dataclass(frozen=True)
class SigningKey:
    private: "EllipticCurvePrivateKey"
    #: The signing certificate first, the root last.
    chain: "tuple[x509.Certificate, ...]"

    @property
    def certificate(self) -> "x509.Certificate":
        return self.chain[0]

    @property
    def kid(self) -> str:
        return fingerprint(self.certificate)


def is_named() -> bool:
    """Whether the settings name a key to sign with."""
    return bool(setting("LMS_CERT_SIGNING").get("P12"))


def extra_is_installed() -> bool:
    return bool(find_spec("cryptography") and find_spec("pyhanko"))


def fingerprint(certificate: "x509.Certificate") -> str:
    """SHA-256 of the DER, as hexadecimal digits."""
    from cryptography.hazmat.primitives.hashes import SHA256

    return certificate.fingerprint(SHA256()).hex()


def in_groups(digits: str) -> str:
    """As one reads it aloud and compares it with paper."""
    return " ".join(digits[place : place + 4].upper() for place in range(0, len(digits), 4))


def load() -> SigningKey | None:
    """The key, valid today; None where none is named or the extra is missing. Raises UnusableKeyError."""
    if not is_named() or not extra_is_installed():
        return None
    key = _read()
    now = timezone.now()
    if now < key.certificate.not_valid_before_utc:
        raise UnusableKeyError(
            "not-yet",
            _("The signing certificate is not valid before %(day)s.") % {"day": _day(key.certificate, "before")},
            _("Wait until then, or check the clock of this machine."),
        )
    if now > key.certificate.not_valid_after_utc:
        raise UnusableKeyError(
            "ended",
            _("The signing certificate ended on %(day)s.") % {"day": _day(key.certificate, "after")},
            _("Make a new one: manage.py certificate_keys rotate. What is signed already is not affected."),
        )
    return key


def pass_phrase() -> bytes:
    """From the environment variable that LMS_CERT_SIGNING names. Raises UnusableKeyError when there is none."""
    name = setting("LMS_CERT_SIGNING").get("PASSPHRASE_ENV")
    words = os.environ.get(name or "", "")
    if not words:
        raise UnusableKeyError(
            "no-pass-phrase",
            _("There is no pass phrase for the signing key."),
            _("Put it in the environment variable %(name)s, of the server and of the worker.")
            % {"name": name or 'LMS_CERT_SIGNING["PASSPHRASE_ENV"]'},
        )
    return words.encode()


def open_to_others() -> list[Path]:
    """The files with private keys that other users of this machine may read."""
    config = setting("LMS_CERT_SIGNING")
    paths = [Path(config[name]) for name in ("P12", "CREDENTIAL_KEY") if config.get(name)]
    return [path for path in paths if path.is_file() and path.stat().st_mode & 0o077]


def row_of(key: SigningKey) -> IssuerKey:
    """The public half, kept for ever, so that what it signs stays verifiable. Born when it is first used."""
    from cryptography.hazmat.primitives.serialization import Encoding

    return IssuerKey.objects.get_or_create(
        kid=key.kid,
        defaults={
            "purpose": IssuerKey.Purpose.SIGNATURE,
            "certificates": "".join(one.public_bytes(Encoding.PEM).decode() for one in key.chain),
            "not_before": key.certificate.not_valid_before_utc,
            "not_after": key.certificate.not_valid_after_utc,
        },
    )[0]


def chain_of(row: IssuerKey) -> "list[x509.Certificate]":
    from cryptography.x509 import load_pem_x509_certificates

    return load_pem_x509_certificates(row.certificates.encode())


def _path() -> Path:
    return Path(setting("LMS_CERT_SIGNING")["P12"])


def _read() -> SigningKey:
    """Once per process and file: it costs as much as a signature. A new file in its place is seen at once."""
    path = _path()
    try:
        return _open(path, path.stat().st_mtime_ns, pass_phrase())
    except OSError as error:
        raise UnusableKeyError(
            "no-file",
            _("The file with the signing key cannot be read."),
            _("Check the path in LMS_CERT_SIGNING and that the server’s user may read it: %(path)s: %(reason)s.")
            % {"path": path, "reason": error.strerror},
        ) from error


@lru_cache(maxsize=4)
def _open(path: Path, _changed: int, phrase: bytes) -> SigningKey:
    from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

    try:
        content = load_pkcs12(path.read_bytes(), phrase)
    except ValueError as error:
        raise UnusableKeyError(
            "wrong-pass-phrase",
            _("The file with the signing key does not open."),
            _("The pass phrase is wrong, or %(path)s is no PKCS#12 file.") % {"path": path},
        ) from error
    if content.key is None or content.cert is None:
        raise UnusableKeyError(
            "no-key",
            _("There is no private key with its certificate in the file with the signing key."),
            _("Export both from where they were made, into one PKCS#12 file: %(path)s.") % {"path": path},
        )
    certificate = content.cert.certificate
    private = _p256(content.key, certificate)
    return SigningKey(private, _in_order(certificate, [one.certificate for one in content.additional_certs]))


def _p256(key: Any, certificate: "x509.Certificate") -> "EllipticCurvePrivateKey":
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey

    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise UnusableKeyError(
            "not-p256",
            _("The signing key is of another kind than ECDSA P-256."),
            _("Make one with manage.py certificate_keys generate, or ask your provider for a P-256 key."),
        )
    if key.public_key() != certificate.public_key():
        raise UnusableKeyError(
            "not-a-pair",
            _("The signing key and its certificate do not belong together."),
            _("Export both anew from where they were made."),
        )
    return key


def _in_order(leaf: "x509.Certificate", others: "list[x509.Certificate]") -> "tuple[x509.Certificate, ...]":
    """From who signs to the root. What is not in that line is left out."""
    chain, left = [leaf], list(others)
    while chain[-1].issuer != chain[-1].subject:
        issuer = next((one for one in left if one.subject == chain[-1].issuer), None)
        if issuer is None:
            break
        left.remove(issuer)
        chain.append(issuer)
    return tuple(chain)


def _day(certificate: "x509.Certificate", which: str) -> str:
    moment = certificate.not_valid_before_utc if which == "before" else certificate.not_valid_after_utc
    return timezone.localdate(moment).isoformat()
