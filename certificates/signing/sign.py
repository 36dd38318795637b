"""A finished PDF, signed: PAdES B-B with ECDSA P-256, or B-T where a time-stamp server is named.

The moment that the signature says is when the certificate was issued, also when its file is made later, by a sweep:
without a time stamp that moment is only what the signer says, and what is said is that this was issued then. So the
same certificate and the same key give the same bytes, and a lost file can be put back. Only where the key is younger
it is the key's own first moment. With a time stamp no two files are alike. See docs/decisions/0035.
"""

import datetime
import hashlib
import logging
from functools import lru_cache
from io import BytesIO
from typing import Any, NamedTuple

from django.core.cache import cache
from django.utils.translation import gettext as _

from lms.conf import setting

from ..finishing import SIGNATURE_FIELD
from ..models import IssuerKey, SignatureLevel
from .keys import SigningKey, UnusableKeyError, load, row_of

logger = logging.getLogger(__name__)

#: Bytes kept free for the signature beside its certificates, and for a time stamp: with room to spare, so that no
#: second one is made to measure it.
RESERVED, RESERVED_FOR_TIME_STAMP = 1024, 13_312
#: A time-stamp server that does not answer is left alone for a while: a thousand certificates must not wait for it.
TSA_SECONDS, TSA_REST_SECONDS = 5, 120
TSA_RESTS = "lms-cert-tsa-rests"


class Signed(NamedTuple):
    pdf: bytes
    level: SignatureLevel
    key: IssuerKey


def sign(pdf: bytes, *, at: datetime.datetime) -> Signed | None:
    """`pdf` with its signature; None without a key. A time stamp that cannot be had is done without.

    Raises UnusableKeyError when a key is named and cannot be used: better no file yet than one without its signature,
    since what is once made is never made anew.
    """
    key = load()
    if key is None:
        return None
    row = row_of(key)
    if row.compromised_at or row.retired_at:
        raise UnusableKeyError(
            "retired",
            _("The signing key in the settings is marked as compromised or retired."),
            _("Make a new one: manage.py certificate_keys rotate."),
        )
    at = max(at, key.certificate.not_valid_before_utc)
    stamped = _with_time_stamp(pdf, key, at)
    if stamped is not None:
        return Signed(stamped, SignatureLevel.B_T, row)
    return Signed(sign_with(pdf, key, at, None), SignatureLevel.B_B, row)


def _with_time_stamp(pdf: bytes, key: SigningKey, at: datetime.datetime) -> bytes | None:
    url = setting("LMS_CERT_SIGNING").get("TSA_URL")
    if not url or cache.get(TSA_RESTS):
        return None
    from pyhanko.sign.timestamps.common_utils import TimestampRequestError

    try:
        return sign_with(pdf, key, at, time_stamper(url))
    except (TimestampRequestError, OSError, ValueError) as error:
        cache.set(TSA_RESTS, 1, TSA_REST_SECONDS)
        logger.warning("The time-stamp server gave no time stamp; signed without: %s", error)
        return None


def time_stamper(url: str) -> Any:
    from pyhanko.sign.timestamps.requests_client import RequestsHTTPTimeStamper

    return RequestsHTTPTimeStamper(url, timeout=TSA_SECONDS)


def sign_with(pdf: bytes, key: SigningKey, at: datetime.datetime, timestamper: Any) -> bytes:
    """Without any look at settings or database."""
    from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
    from pyhanko.sign.signers import PdfSignatureMetadata

    classes = _classes()
    metadata = PdfSignatureMetadata(
        field_name=SIGNATURE_FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    signer = classes.PdfSigner(metadata, signer=_signer(key), timestamper=timestamper)
    signer.at = at
    writer = classes.Writer(BytesIO(pdf))
    reserved = _size_of(key) + RESERVED + (RESERVED_FOR_TIME_STAMP if timestamper else 0)
    # In hexadecimal digits, whatever pyHanko's name for it says.
    return signer.sign_pdf(writer, existing_fields_only=True, bytes_reserved=2 * reserved).getvalue()


@lru_cache(maxsize=4)
def _size_of(key: SigningKey) -> int:
    """Of the certificates that are put into each signature."""
    from cryptography.hazmat.primitives.serialization import Encoding

    return sum(len(one.public_bytes(Encoding.DER)) for one in key.chain)


@lru_cache(maxsize=4)
def _signer(key: SigningKey) -> Any:
    from asn1crypto import x509
    from cryptography.hazmat.primitives.serialization import Encoding
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    leaf, *above = found = [x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in key.chain]
    for one in found:
        _ = one.native  # read to the end at once: it would be done bit by bit, and threads would see it half done
    store = SimpleCertificateStore()
    store.register_multiple(above)
    return _classes().Signer(key.private, leaf, store)


class _Classes(NamedTuple):
    Writer: Any
    Signer: Any
    PdfSigner: Any


@lru_cache(maxsize=1)
def _classes() -> _Classes:
    """pyHanko's own, where they would leave something to chance. Made here because pyHanko is an extra."""
    from asn1crypto import tsp
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
    from cryptography.hazmat.primitives.hashes import SHA256
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers
    from pyhanko.sign.attributes import SigningCertificateV2Provider
    from pyhanko.sign.general import as_signing_certificate_v2

    class Writer(IncrementalPdfFileWriter):
        def _update_meta(self):
            """Our XMP stays as it is: rewritten, it would lose the PDF/A extension schema (pyHanko#223, #755)."""

        @classmethod
        def _handle_id(cls, prev):
            """The second half is new, as it must be, but out of the content instead of by chance."""
            first, _second = prev.trailer["/ID"]
            prev.stream.seek(0)
            digest = hashlib.sha256(prev.stream.read()).digest()[:16]
            return generic.ArrayObject(
                [generic.ByteStringObject(first.original_bytes), generic.ByteStringObject(digest)]
            )

    class WhoSigns(SigningCertificateV2Provider):
        """What the signature says of its certificate is always the same. Put together anew it takes 16 of 22 ms."""

        def __init__(self, certificate):
            super().__init__(certificate)
            self._settled = as_signing_certificate_v2(certificate).dump()

        async def build_attr_value(self, dry_run=False):
            return tsp.SigningCertificateV2.load(self._settled)

    class Signer(signers.Signer):
        def __init__(self, private, certificate, store):
            self._private = private
            self._who = WhoSigns(certificate)
            super().__init__(signing_cert=certificate, cert_registry=store, embed_roots=True)

        def _signed_attr_providers(self, *arguments, **named):
            for provider in super()._signed_attr_providers(*arguments, **named):
                yield self._who if isinstance(provider, SigningCertificateV2Provider) else provider

        async def async_sign_raw(self, data, digest_algorithm, dry_run=False):
            return self._private.sign(data, ECDSA(SHA256(), deterministic_signing=True))

    class PdfSigner(signers.PdfSigner):
        at: datetime.datetime

        def init_signing_session(self, pdf_out, existing_fields_only=False):
            session = super().init_signing_session(pdf_out, existing_fields_only)
            session.system_time = self.at
            return session

    return _Classes(Writer, Signer, PdfSigner)
