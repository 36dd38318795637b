"""One page with tags: everything on it is either read aloud (heading, paragraph, item, figure) or an ornament."""

import io
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from django.utils.translation import gettext as _
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from lms.drawing.typefaces import REGULAR, composed, lacking, register, width_of

WIDTH, HEIGHT = landscape(A4)
MARGIN = 22 * mm
LEFT, RIGHT = MARGIN, WIDTH - MARGIN
#: For labels and what is said beside: dark enough on white for small letters (5.6:1).
PALE = "#5d6b66"


#: Where a line may end: not at a space that keeps two words together.
_BREAKS = re.compile(r"[ \t\r\n]+")


class Mark(NamedTuple):
    """Something on the page that is read aloud. `role` is H1, H2, P, LI or Figure; LIs in a row are one list."""

    role: str
    mcid: int
    #: Of a figure: what it shows.
    alt: str = ""
    #: Of a figure: left, bottom, right, top.
    box: tuple[float, float, float, float] | None = None


class Drawn(NamedTuple):
    """A page whose marks still want their structure: `finishing.finish`. In order of reading."""

    pdf: bytes
    marks: list[Mark]


class MissingGlyphError(ValueError):
    """A character has no glyph in the certificate's font. The message names it."""


def printable(text: str, font: str = REGULAR) -> str:
    """`text` composed and checked against the font's glyphs."""
    text = composed(text)
    if char := lacking(text, font):
        raise MissingGlyphError(
            _("The character “%(char)s” (U+%(code)04X %(name)s) cannot be printed on a certificate.")
            % {"char": char, "code": ord(char), "name": unicodedata.name(char, "?")}
        )
    return text


class Text:
    """Words in a face, measured once: sizes and widths are then tried without measuring again."""

    def __init__(self, text: str, font: str = REGULAR):
        register()
        self.font = font
        self.words = [word for word in _BREAKS.split(printable(text, font)) if word] or [""]
        self._widths = [width_of(word, font, 1) for word in self.words]
        self._space = width_of(" ", font, 1)
        self.width = sum(self._widths) + self._space * (len(self.words) - 1)

    def __str__(self) -> str:
        return " ".join(self.words)

    def fit(self, size: float, width: float) -> float:
        """The largest size up to `size` at which it stands on one line of `width`."""
        return min(size, width / self.width) if self.width else size

    def lines(self, size: float, width: float) -> list[str]:
        """Lines no wider than `width`, broken at spaces, and within a word only if it is wider than a line."""
        room = width / size
        lines: list[str] = []
        used = room
        for word, wide in zip(self.words, self._widths, strict=True):
            if lines and used + self._space + wide <= room:
                lines[-1] += f" {word}"
                used += self._space + wide
            elif wide <= room:
                lines.append(word)
                used = wide
            else:
                lines += self._broken(word, room)
                used = width_of(lines[-1], self.font, 1)
        return lines

    def _broken(self, word: str, room: float) -> list[str]:
        """With a hyphen where letters are parted."""
        parts, part, used = [], "", 0.0
        room -= width_of("-", self.font, 1)
        for char in word:
            wide = width_of(char, self.font, 1)
            if part and used + wide > room:
                parts.append(part + ("-" if part[-1].isalpha() and char.isalpha() else ""))
                part, used = "", 0.0
            part += char
            used += wide
        return [*parts, part]


class Page:
    def __init__(self, language: str):
        register()
        self._out = io.BytesIO()
        self.canvas = Canvas(
            self._out, pagesize=(WIDTH, HEIGHT), invariant=1, pdfVersion=(1, 7), lang=language,
            initialFontName=REGULAR,
        )  # fmt: skip
        self.marks: list[Mark] = []

    @contextmanager
    def mark(self, role: str, *, alt: str = "", box: tuple[float, float, float, float] | None = None) -> Iterator[None]:
        """What is drawn inside is read aloud as `role`, after what was marked before."""
        mark = Mark(role, len(self.marks), alt, box)
        self.marks.append(mark)
        tag = "LBody" if role == "LI" else role
        self.code(f"/{tag} <</MCID {mark.mcid}>> BDC")
        yield
        self.code("EMC")

    @contextmanager
    def ornament(self) -> Iterator[None]:
        """What is drawn inside is for the eye alone."""
        self.code("/Artifact BMC")
        yield
        self.code("EMC")

    def code(self, operators: str) -> None:
        """What reportlab has no words for, written as it stands."""
        self.canvas._code.append(operators)

    def text(
        self, x: float, y: float, words: str, *, font: str = REGULAR, size: float, colour: str, align: str = "left"
    ) -> None:
        self.canvas.setFont(font, size)
        self.canvas.setFillColor(HexColor(colour))
        words = printable(words, font)
        draw = {
            "left": self.canvas.drawString,
            "centre": self.canvas.drawCentredString,
            "right": self.canvas.drawRightString,
        }
        draw[align](x, y, words)

    def finish(self) -> Drawn:
        self.canvas.showPage()
        self.canvas.save()
        return Drawn(self._out.getvalue(), self.marks)
