"""What is wrong with a template, said at the field where it is. Nothing that cannot be printed is ever published."""

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from . import contrast, pictures
from .design import PLACEHOLDERS, unknown_placeholders

if TYPE_CHECKING:
    from .models import CertificateTemplate

COLOURS = ("ink", "accent", "highlight")
WORDS = ("heading", "statement", "body", "signatory_name", "signatory_role")
PICTURES = ("logo", "second_logo", "signature")


def problems_of(template: "CertificateTemplate") -> dict[str, list[ValidationError]]:
    """By the name of the field; empty when it may be published."""
    found: dict[str, list[ValidationError]] = {}
    for name in COLOURS:
        found[name] = _colour_problems(getattr(template, name))
    for name in WORDS:
        found[name] = _word_problems(getattr(template, name))
    found["body"] += _placeholder_problems(template.body)
    for name in PICTURES:
        found[name] = _picture_problems(getattr(template, name))
    found["is_standard"] = _standard_problems(template)
    return {name: problems for name, problems in found.items() if problems}


def _colour_problems(colour: str) -> list[ValidationError]:
    if not contrast.COLOUR.fullmatch(colour):
        return []  # the field has said so already
    measured = contrast.on_white(colour)
    if measured >= contrast.LEAST:
        return []
    words = _(
        "Too pale to be read on white: the contrast is %(measured)s to 1, and at least %(least)s to 1 is needed. "
        "This is the nearest that can be read: %(darker)s."
    )
    params = {
        # Cut, not rounded: 4.49 is never told as 4.5.
        "measured": number_format(int(measured * 10) / 10, 1),
        "least": number_format(contrast.LEAST, 1),
        "darker": contrast.readable(colour),
    }
    return [ValidationError(words, code="contrast", params=params)]


def _word_problems(words: str) -> list[ValidationError]:
    from lms.drawing.typefaces import BOLD, REGULAR

    from .drawing import MissingGlyphError, printable

    try:
        for line in words.splitlines():
            printable(line, REGULAR)
            printable(line, BOLD)
    except MissingGlyphError as error:
        return [ValidationError(str(error), code="glyph")]
    return []


def _placeholder_problems(text: str) -> list[ValidationError]:
    words = _("Nothing is called {%(name)s} here. What can be filled in: %(known)s.")
    known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    return [
        ValidationError(words, code="placeholder", params={"name": name, "known": known})
        for name in unknown_placeholders(text)
    ]


def _picture_problems(image: object | None) -> list[ValidationError]:
    if image is None:
        return []
    try:
        pictures.of_image(image)
    except pictures.PictureError as error:
        return [ValidationError(str(error), code="picture")]
    return []


def _standard_problems(template: "CertificateTemplate") -> list[ValidationError]:
    if not template.is_standard:
        return []
    others = type(template).objects.filter(live=True, is_standard=True, language=template.language)
    other = others.exclude(pk=template.pk).first()
    if other is None:
        return []
    words = _("“%(other)s” is the standard in that language. Take its tick away first, and publish it.")
    return [ValidationError(words, code="standard", params={"other": other})]
