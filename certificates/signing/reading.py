"""What a signature in a PDF is worth, by our own table of keys. Nothing that the file itself says is believed."""

import datetime
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django.utils import timezone

from ..finishing import SIGNATURE_FIELD
from ..models import IssuerKey
from .keys import chain_of


class UnreadableError(ValueError):
    """It is no PDF that can be read: cut off, encrypted, or something else altogether."""


@dataclass(frozen=True)
class Seen:
    """One signature. `key` is ours that it was made with, None for everybody else's."""

    key: IssuerKey | None
    #: What was signed is what is there now.
    intact: bool = False
    #: From the key to its root, at the moment asked about.
    trusted: bool = False
    #: Nothing was added to the file afterwards.
    whole: bool = False
    #: It forbids every change, as ours do.
    final: bool = False
    stamped: bool = False

    @property
    def is_good(self) -> bool:
        return bool(self.key and self.intact and self.trusted and self.whole and self.final)


def signatures_in(content: bytes, *, at: datetime.datetime | None = None) -> list[Seen]:
    """Every signature, seen with what was valid at a moment (default now). Needs the extra. Raises UnreadableError."""
    try:
        return [_see(signature, at or timezone.now()) for signature in _found(content)]
    except Exception as error:
        # Whatever a hostile file makes of its reader.
        raise UnreadableError(str(error)) from error


def _found(content: bytes) -> list[Any]:
    from pyhanko.pdf_utils.reader import PdfFileReader

    reader = PdfFileReader(BytesIO(content))
    if reader.encrypted:
        raise UnreadableError("encrypted")
    return list(reader.embedded_signatures)


def _see(signature: Any, at: datetime.datetime) -> Seen:
    from asn1crypto import x509
    from cryptography.hazmat.primitives.serialization import Encoding
    from pyhanko.sign.fields import MDPPerm
    from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    if signature.sig_object_type != "/Sig":
        return Seen(None)  # a time stamp by itself says nothing of who issued it
    kid = signature.signer_cert.sha256.hex()
    key = IssuerKey.objects.filter(purpose=IssuerKey.Purpose.SIGNATURE, kid=kid).first()
    if key is None:
        return Seen(None)
    chain = [x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in chain_of(key)]
    # The file's own certificates lead nowhere but to the root that stands in our table.
    context = ValidationContext(
        trust_roots=chain[-1:], other_certs=chain[:-1], moment=at, allow_fetching=False, revocation_mode="soft-fail"
    )
    status = validate_pdf_signature(signature, context)
    stamp = status.timestamp_validity
    return Seen(
        key,
        intact=status.intact and status.valid and signature.field_name == SIGNATURE_FIELD,
        trusted=status.trusted,
        whole=status.coverage == SignatureCoverageLevel.ENTIRE_FILE and bool(status.docmdp_ok),
        final=signature.docmdp_level == MDPPerm.NO_CHANGES,
        stamped=bool(stamp and stamp.intact and stamp.valid),
    )
