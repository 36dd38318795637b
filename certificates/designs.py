"""From a template to what certificates are drawn with. Its published state is frozen; drafts never count."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from lms.models import TrainingSettings

from . import pictures
from .design import Design
from .models import CertificateDesign, CertificateTemplate, DesignPicture

PICTURES = ("logo", "second_logo", "signature")
AS_THEY_ARE = [field.name for field in fields(Design) if field.name not in PICTURES]


def design_of(template: CertificateTemplate, keep: Callable[[bytes], str]) -> Design:
    """How `template` looks as it stands, saved or not. `keep` takes in a picture and gives its SHA-256.

    Raises pictures.PictureError.
    """
    images = {name: getattr(template, name) for name in PICTURES}
    return Design.from_json(
        {name: getattr(template, name) for name in AS_THEY_ARE}
        | {
            name: keep(pictures.of_image(image, pictures.PLACES[name])) if image else ""
            for name, image in images.items()
        }
    )


def unsaved_design_of(template: CertificateTemplate) -> tuple[Design, dict[str, bytes]]:
    """The same for a preview, with its pictures by their SHA-256: nothing is kept, so nothing is written."""
    held: dict[str, bytes] = {}

    def hold(content: bytes) -> str:
        sha256 = hashlib.sha256(content).hexdigest()
        held[sha256] = content
        return sha256

    return design_of(template, hold), held


def freeze(template: CertificateTemplate) -> CertificateDesign:
    """How `template` looks, for good: the row there is of that look, or a new one. Raises pictures.PictureError."""
    content = design_of(template, lambda picture: DesignPicture.keep(picture).sha256).as_json()
    written = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return CertificateDesign.objects.get_or_create(
        sha256=hashlib.sha256(written.encode()).hexdigest(),
        defaults={"content": content, "template": template},
    )[0]


def published(template: CertificateTemplate | None, language: str) -> CertificateTemplate | None:
    """`template` if it is published and in `language`; else the standard one of that language; else none, which is
    the built-in look."""
    if template and template.live and template.language == language:
        return template
    standard = CertificateTemplate.objects.filter(live=True, is_standard=True, language=language)
    # `clean` lets in one of each language; of two published at the same moment it is the last.
    return standard.select_related("design").order_by("-last_published_at", "-pk").first()


def look_of(template: CertificateTemplate | None, language: str, details: TrainingSettings) -> dict[str, Any]:
    """The fields of a new certificate that come from its template, `template` being the one that its rule names: the
    design, and who signs. A few queries, and no file is read."""
    shown = published(template, language)
    return {"design": shown.design if shown else None, **signatory_of(shown, details)}


def signatory_of(template: CertificateTemplate | None, details: TrainingSettings) -> dict[str, str]:
    """Who signs, and as what: by the template, or else by the settings for training."""
    named = template if template and template.signatory_name else details
    return {"signatory_name": named.signatory_name, "signatory_role": named.signatory_role}
