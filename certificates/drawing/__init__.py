"""The certificate as a page of A4, landscape: what is said, where it stands, and what of it is read aloud as what."""

from collections.abc import Mapping

from django.utils.translation import override

from lms.drawing.typefaces import BOLD, REGULAR

from ..design import BUILT_IN, Design
from ..models import Basis, Certificate
from . import personal, wall
from .page import Drawn, Mark, MissingGlyphError, Page, printable
from .pictures import of
from .words import Words

__all__ = ["BOLD", "REGULAR", "Drawn", "Mark", "MissingGlyphError", "draw", "printable"]


def draw(certificate: Certificate, design: Design = BUILT_IN, *, pictures: Mapping[str, bytes] | None = None) -> Drawn:
    """The page of `certificate` as `design` says. The same certificate always gives the same bytes.

    The design's pictures are those that are kept; of a design that is only looked at, they are given by their names, as
    `pictures.normalised` makes them.

    Raises MissingGlyphError for a character that the font does not have: nothing is ever printed as an empty box.
    """
    with override(certificate.language):
        page = Page(certificate.language)
        words = Words.of(certificate, design)
        layout = wall if certificate.basis == Basis.WORKPLACE else personal
        layout.fill(page, words, design, of(design, pictures))
        return page.finish()
