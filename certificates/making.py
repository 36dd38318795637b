"""From the row of a certificate to its file: drawn, finished, signed, stored. Each step takes bytes and gives bytes."""

import hashlib
from typing import NamedTuple

from django.core.files.base import ContentFile
from django.db import transaction

from . import design, drawing, finishing
from .credential.attached import attachments_of
from .credential.build import credential_for
from .credential.own_key import CredentialKeyError
from .models import Certificate, IssuerKey
from .signing.keys import UnusableKeyError
from .signing.sign import sign


class WaitsForKeyError(RuntimeError):
    """A key is set and cannot be used. Nothing is made until it is mended; then the sweep makes it."""


class LostError(RuntimeError):
    """A file that was issued is gone, and what can be made now is another. A new certificate can replace it."""


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

    Raises as `make` does, and LostError.
    """
    if not certificate.is_drawn:
        _keep(certificate, make(certificate))
    return certificate


def content_of(certificate: Certificate) -> bytes:
    """The file, byte for byte as it was issued, and nothing else; made first where it is missing or damaged.

    Raises as `ensure_drawn` does, and OSError when the storage cannot be read.
    """
    content = stored(certificate)
    if content is None:
        _keep(certificate, make(certificate))
        content = stored(certificate)
    if content is None:  # erased at this moment
        raise LostError(f"Certificate {certificate.pk} has no file.")
    return content


def stored(certificate: Certificate) -> bytes | None:
    """The file, if it lies there as it was issued. Raises OSError when the storage cannot be read."""
    if not certificate.is_drawn:
        return None
    with certificate.file.open("rb") as file:
        content: bytes = file.read()
    return content if hashlib.sha256(content).hexdigest() == certificate.sha256 else None


@transaction.atomic
def _keep(certificate: Certificate, made: Made) -> None:
    """Under a lock, and always at the same place: a crash leaves no file that nobody knows of, with a name in it."""
    digest = hashlib.sha256(made.pdf).hexdigest()
    row = Certificate.objects.select_for_update().get(pk=certificate.pk)
    # Who was erased while it was drawn gets none. Where another was first, theirs stays.
    if row.holder_name and stored(row) is None:
        if row.sha256 and row.sha256 != digest:
            # Making it is deterministic, so the same bytes can be put back, and nothing else may be.
            raise LostError(f"The file of certificate {row.pk} is lost and cannot be made the same again.")
        row.file.storage.delete(row.path)
        name = row.file.storage.save(row.path, ContentFile(made.pdf))
        if not row.sha256:
            Certificate.objects.filter(pk=row.pk).update(
                file=name,
                sha256=digest,
                signature_level=made.signature_level,
                signature_key=made.signature_key,
                credential=made.credential,
                credential_key=made.credential_key,
            )
    certificate.refresh_from_db()
