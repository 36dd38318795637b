"""Documents that show earlier training: what is taken in, where it lies, and how it is handed out."""

import hashlib
import io
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.http import FileResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from PIL import Image

from ..models import EvidenceDocument

MEGABYTES = 10
Kind = EvidenceDocument.Kind
CONTENT_TYPES = {Kind.PDF: "application/pdf", Kind.PNG: "image/png", Kind.JPEG: "image/jpeg"}


class DocumentField(forms.FileField):
    """A PDF, PNG or JPEG by its content, whatever it is called. Cleans to its bytes; `kind_of` says which."""

    widget = forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg"})

    def clean(self, data: Any, initial: Any = None) -> bytes | None:
        upload = super().clean(data, initial)
        if not upload:
            return None
        if upload.size > MEGABYTES * 1024 * 1024:
            words = _("The file is too large. Choose one of at most %(size)s megabytes.")
            raise ValidationError(words, params={"size": MEGABYTES})
        content = upload.read()
        if kind_of(content) is None:
            raise ValidationError(_("That is neither a PDF nor a picture as PNG or JPEG. Choose another file."))
        return content


def kind_of(content: bytes) -> EvidenceDocument.Kind | None:
    """What `content` is, by itself; None for everything that we do not take in."""
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-2048:]:
        return Kind.PDF
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as picture:
                picture.verify()
                return Kind.PNG if picture.format == "PNG" else Kind.JPEG
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None


@contextmanager
def kept(*, content: bytes | None, form_id: uuid.UUID, uploaded_by: Any) -> Iterator[EvidenceDocument | None]:
    """The document of the form with that id, in private storage and as a row; None without one.

    Use it inside a transaction. If the block fails the file goes with the row; the same form again finds the first.
    """
    identity = uuid.uuid5(form_id, "document")
    known = EvidenceDocument.objects.filter(uuid=identity).first()
    kind = kind_of(content) if content else None
    if known or not content or kind is None:
        yield known
        return
    document = EvidenceDocument(
        uuid=identity,
        kind=kind,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        uploaded_at=timezone.now(),
        uploaded_by=uploaded_by if getattr(uploaded_by, "pk", None) else None,
    )
    document.file.save("", ContentFile(content), save=False)
    try:
        document.save()
        yield document
    except BaseException:
        document.file.delete(save=False)
        raise


def response_with(document: EvidenceDocument) -> FileResponse:
    """As a file to keep, never as a page. Raises FileNotFoundError when it is not where it should be."""
    response = FileResponse(
        document.file.open("rb"),
        content_type=CONTENT_TYPES[Kind(document.kind)],
        as_attachment=True,
        filename=f"underlag-{timezone.localdate(document.uploaded_at)}.{document.kind}",
    )
    patch_cache_control(response, private=True, no_store=True)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
