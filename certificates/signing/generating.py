"""Keys for a place that has none: a root of its own, a signing certificate under it, a key for credentials.

Knows nothing of Django: what runs the site can make keys before the site is set up.
"""

import datetime
import os
import tempfile
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12, serialize_key_and_certificates
from cryptography.x509.oid import NameOID

SIGNING, ROOT, CREDENTIAL = "signing.p12", "root.p12", "credential-key.pem"
ROOT_CERTIFICATE, CHAIN = "root.pem", "chain.pem"
#: A root outlives some generations of what it signs.
ROOT_YEARS = 20


class Authority(NamedTuple):
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


class InTheWayError(Exception):
    """Something lies already where the keys were to go. Nothing is ever overwritten."""


class NotARootError(Exception):
    """The file is no root that was made here, or the pass phrase is wrong."""


def new_authority(organisation: str, now: datetime.datetime, years: int = ROOT_YEARS) -> Authority:
    """A root that may sign certificates, but none that sign others."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(organisation, "root")
    usage = _usage(key_cert_sign=True, crl_sign=True)
    builder = _builder(name, name, key.public_key(), now, years).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    return Authority(key, builder.add_extension(usage, critical=True).sign(key, SHA256()))


def new_signer(authority: Authority, organisation: str, now: datetime.datetime, years: int) -> Authority:
    """What signs certificates, and nothing else. It never outlives its root."""
    key = ec.generate_private_key(ec.SECP256R1())
    root = authority.certificate
    builder = _builder(
        _name(organisation, f"signature {now:%Y-%m-%d}"), root.subject, key.public_key(), now, years, root
    )
    usage = _usage(digital_signature=True, content_commitment=True)
    identifier = root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    certificate = (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
        .sign(authority.key, SHA256())
    )
    return Authority(key, certificate)


def generate(out: Path, *, organisation: str, phrase: bytes, years: int, now: datetime.datetime) -> x509.Certificate:
    """All the files, in the new folder `out`. Returns the root's certificate. Raises InTheWayError."""
    authority = new_authority(organisation, now, max(ROOT_YEARS, years))
    root = serialize_key_and_certificates(
        b"root", authority.key, authority.certificate, None, BestAvailableEncryption(phrase)
    )
    files = _files(authority, organisation, phrase, years, now)
    _write(out, {ROOT: root, **files})
    return authority.certificate


def rotate(
    out: Path, *, root: Path, organisation: str, phrase: bytes, years: int, now: datetime.datetime
) -> x509.Certificate:
    """New keys under the root that there is, in the new folder `out`. Raises InTheWayError, NotARootError, OSError."""
    try:
        content = load_pkcs12(root.read_bytes(), phrase)
    except ValueError as error:
        raise NotARootError(str(root)) from error
    if not isinstance(content.key, ec.EllipticCurvePrivateKey) or content.cert is None:
        raise NotARootError(str(root))
    authority = Authority(content.key, content.cert.certificate)
    try:
        may_sign = authority.certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        may_sign = False
    if not may_sign:
        raise NotARootError(str(root))
    organisation = organisation or _organisation_of(authority.certificate)
    _write(out, _files(authority, organisation, phrase, years, now))
    return authority.certificate


def _files(
    authority: Authority, organisation: str, phrase: bytes, years: int, now: datetime.datetime
) -> dict[str, bytes]:
    signer = new_signer(authority, organisation, now, years)
    encryption = BestAvailableEncryption(phrase)
    root = authority.certificate.public_bytes(Encoding.PEM)
    return {
        SIGNING: serialize_key_and_certificates(
            b"signature", signer.key, signer.certificate, [authority.certificate], encryption
        ),
        CREDENTIAL: ec.generate_private_key(ec.SECP256R1()).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, encryption
        ),
        ROOT_CERTIFICATE: root,
        CHAIN: signer.certificate.public_bytes(Encoding.PEM) + root,
    }


def _write(out: Path, files: dict[str, bytes]) -> None:
    """All of them or none: beside the folder first, then moved into its place."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InTheWayError(str(out))
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".keys-") as scratch:
        made = Path(scratch) / "keys"
        made.mkdir(mode=0o700)
        for name, content in files.items():
            descriptor = os.open(made / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(descriptor)
        made.rename(out)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    now: datetime.datetime,
    years: int,
    root: x509.Certificate | None = None,
) -> x509.CertificateBuilder:
    # An hour back: a verifier whose clock is a little behind shall not find it in the future.
    starts = now.replace(microsecond=0) - datetime.timedelta(hours=1)
    ends = starts + datetime.timedelta(days=round(365.25 * years))
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(max(starts, root.not_valid_before_utc) if root else starts)
        .not_valid_after(min(ends, root.not_valid_after_utc) if root else ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _name(organisation: str, what: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{organisation[:40]}: {what}"),
        ]
    )


def _organisation_of(certificate: x509.Certificate) -> str:
    return str(certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value)


def _usage(**used: bool) -> x509.KeyUsage:
    names = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{name: used.get(name, False) for name in names})
