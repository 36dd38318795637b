"""The typefaces of what is drawn as PDF, and text measured in them. With the rest of this room and `certificates`' own
drawing alone with reportlab."""

import unicodedata
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FONTS = Path(__file__).parent / "fonts"
#: With every Swedish and Sámi letter. Its old-style zero looks like an o.
REGULAR, BOLD = "Alegreya", "Alegreya-Bold"
#: For figures, addresses and tables. Comes with reportlab; lacks some Sámi letters.
PLAIN, PLAIN_BOLD = "Vera", "Vera-Bold"
FILES = {
    REGULAR: str(FONTS / "Alegreya-Regular.ttf"),
    BOLD: str(FONTS / "Alegreya-Bold.ttf"),
    PLAIN: "Vera.ttf",
    PLAIN_BOLD: "VeraBd.ttf",
}
#: Where a letter is looked for when the plain face lacks it.
_INSTEAD = {PLAIN: REGULAR, PLAIN_BOLD: BOLD}
#: What a PDF does not need of a font: its licence in words, what Windows asks about it, and how to draw it on coarse
#: screens. Most of a small document would be these.
_NOT_EMBEDDED = ("name", "OS/2", "cvt ", "fpgm", "prep")
#: For a letter that no face has. That it stands for one is said where it is used.
UNKNOWN = "?"


@cache
def register() -> None:
    """Once per process, before anything is drawn or measured."""
    for name, file in FILES.items():
        font = TTFont(name, file, asciiReadable=0)
        _slim(font.face)
        pdfmetrics.registerFont(font)


def _slim(face: Any) -> None:
    """Leaves of what reportlab has read of a font what it is to copy into documents."""
    if "fpgm" in face.table:
        start, length = face.get_table_pos("glyf")
        whole = face._ttf_data[start : start + length]
        glyphs = [_without_hints(whole[first:after]) for first, after in pairwise(face.glyphPos)]
        face.glyphPos = [sum(map(len, glyphs[:number])) for number in range(len(glyphs) + 1)]
        face.table["glyf"] = {"offset": len(face._ttf_data), "length": face.glyphPos[-1]}
        face._ttf_data += b"".join(glyphs)
    for table in _NOT_EMBEDDED:
        face.table.pop(table, None)


def _without_hints(glyph: bytes) -> bytes:
    """An outline without its program for coarse screens. One put together of others has none in these fonts."""
    contours = int.from_bytes(glyph[:2], "big", signed=True)
    if contours <= 0:
        return glyph
    size = 10 + 2 * contours
    program = int.from_bytes(glyph[size : size + 2], "big")
    return glyph[:size] + bytes(2) + glyph[size + 2 + program :]


def composed(text: str) -> str:
    """A letter typed as two is one."""
    return unicodedata.normalize("NFC", text)


def lacking(text: str, font: str) -> str:
    """The first character of `text` that `font` has no glyph for; empty when it has them all."""
    register()
    glyphs = pdfmetrics.getFont(font).face.charToGlyph
    return next((char for char in text if ord(char) not in glyphs), "")


def width_of(text: str, font: str, size: float) -> float:
    register()
    width: float = pdfmetrics.stringWidth(text, font, size)
    return width


def face_for(text: str, font: str) -> str:
    """`font`, or the face with more letters where `text` needs them."""
    return _INSTEAD.get(font, font) if lacking(text, font) else font


def display_face(text: str) -> str:
    """For what is set large: the warm face, or where there are figures in it one whose zero is no o."""
    return PLAIN_BOLD if any(char.isdigit() for char in text) else BOLD


def readable(text: str, font: str) -> str:
    """`text` on one line, with UNKNOWN for each character that `font` cannot show."""
    register()
    text = " ".join(composed(text).split())
    if not lacking(text, font):
        return text
    glyphs = pdfmetrics.getFont(font).face.charToGlyph
    return "".join(char if ord(char) in glyphs else UNKNOWN for char in text)


def wrap(text: str, font: str, size: float, width: float) -> list[str]:
    """Lines no wider than `width`, broken at spaces, and within a word that is wider than a line."""
    lines: list[str] = []
    for word in text.split():
        if lines and width_of(f"{lines[-1]} {word}", font, size) <= width:
            lines[-1] += f" {word}"
            continue
        while width_of(word, font, size) > width and len(word) > 1:
            fits = _fitting(word, font, size, width)
            lines.append(word[:fits] + ("-" if word[fits - 1].isalpha() and word[fits].isalpha() else ""))
            word = word[fits:]
        lines.append(word)
    return lines


def _fitting(word: str, font: str, size: float, width: float) -> int:
    """How many of its characters go on a line with a hyphen after them; one at least."""
    fits = 1
    while fits < len(word) - 1 and width_of(word[: fits + 1] + "-", font, size) <= width:
        fits += 1
    return fits
