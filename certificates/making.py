"""From the row of a certificate to its file: drawn, finished, signed, stored. Each step takes bytes and gives bytes."""

import hashlib
from typing import NamedTuple

from django.core.files.base import ContentFile

from . import design, drawing, finishing
from .credential.attached import attachments_of
from .credential.build import credential_for
from .credential.own_key import CredentialKeyError
from .models import Certificate, IssuerKey
from .signing.keys import UnusableKeyError
from .signing.sign import sign


class WaitsForKeyError(RuntimeError):
    """A key is set and cannot be used. Nothing is made until it is mended; then the sweep makes it."""


class Made(NamedTuple):
    """A file, and what it was made with. `credential` is empty and the keys are None where there is no key."""

    pdf: bytes
    signature_level: str = ""
    signature_key: IssuerKey | None = None
    credential: str = ""
    credential_key: IssuerKey | None = None


def make(certificate: Certificate) -> Made:
    """The same certificate, made with the same keys, always gives the same bytes.

    Raises drawing.MissingGlyphError when a character cannot be printed, and WaitsForKeyError.
    """
    drawn = drawing.draw(certificate, design.of(certificate))
    try:
        creds = credential_for(certificate)
        attached = attachments_of(creds, certificate.language) if creds else []
        pdf = finishing.finish(drawn, finishing.Document.of(certificate), attached)
        signed = sign(pdf, at=certificate.issued_at)
    except (UnusableKeyError, CredentialKeyError) as error:
        raise WaitsForKeyError(str(error)) from error
    return Made(
        signed.pdf if signed else pdf,
        signature_level=signed.level if signed else "",
        signature_key=signed.key if signed else None,
        credential=creds.jwt if creds else "",
        credential_key=creds.key if creds else None,
    )


def ensure_drawn(certificate: Certificate) -> Certificate:
    """The certificate with its file. Made once: whoever makes it a second time finds the first one's file kept.

    Raises as `make` does.
    """
    if certificate.is_drawn:
        return certificate
    made = make(certificate)
    digest = hashlib.sha256(made.pdf).hexdigest()
    if certificate.sha256:
        # The file was lost. Making it is deterministic, so the same bytes can be put back, and nothing else may be.
        if digest != certificate.sha256:
            raise RuntimeError(f"The file of certificate {certificate.pk} is lost and cannot be made the same again.")
        certificate.file.storage.save(certificate.file.name, ContentFile(made.pdf))
        return certificate
    storage = certificate.file.storage
    name = storage.save(certificate.file.field.generate_filename(certificate, ""), ContentFile(made.pdf))
    won = Certificate.objects.filter(pk=certificate.pk, sha256="", holder_name=certificate.holder_name).update(
        file=name,
        sha256=digest,
        signature_level=made.signature_level,
        signature_key=made.signature_key,
        credential=made.credential,
        credential_key=made.credential_key,
    )
    if not won:
        storage.delete(name)
    certificate.refresh_from_db()
    return certificate
