"""The foot of every certificate: its facts, who signs, and how anyone finds out that it is genuine."""

from django.utils.translation import gettext as _
from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm

from lms.drawing.typefaces import BOLD, PLAIN
from lms.qr import QUIET_ZONE, modules, runs

from ..design import Design
from .page import LEFT, PALE, RIGHT, Page, Text
from .pictures import Picture, place
from .words import Words

#: Nothing of what stands above goes below this.
FLOOR = 60 * mm
#: Of the code, with its quiet zone. Read at 72 dots per inch, as a screenshot or a bad copy has it.
CODE_SIDE, CODE_BOTTOM = 34 * mm, 23.5 * mm
SIGNATURE_WIDTH, SIGNATURE_HEIGHT = 55 * mm, 13 * mm
#: The lowest line: when it was issued and under which number, and the address of that number.
LAST_LINE = 15.5 * mm


def fill(page: Page, words: Words, design: Design, signature: Picture | None, *, size: float = 12) -> None:
    """`size` is that of the facts."""
    signs = bool(words.signed_by or signature)
    _facts(page, words, design, size, y=(47 if signature else 41 if signs else 30) * mm)
    if signs:
        _signature(page, words, design, signature)
    _code(page, words.url)
    with page.mark("P"):
        page.text(LEFT, LAST_LINE, words.issued + " ", size=10, colour=PALE)
        beside = LEFT + Text(words.issued).width * 10 + 2 * mm
        page.text(beside, LAST_LINE, words.serial, font=PLAIN, size=8.5, colour=PALE)


def _facts(page: Page, words: Words, design: Design, size: float, y: float) -> None:
    """Side by side, each value below its label; smaller where there is no room for them beside the code."""
    # A figure alone, in the warm face's old style, is taken for a letter.
    texts = [
        (Text(label), Text(value, BOLD if any(map(str.isalpha, value)) else PLAIN)) for label, value in words.facts
    ]
    widths = [max(36 * mm, label.width * size * 0.82 + 7 * mm, value.width * size + 7 * mm) for label, value in texts]
    scale = min(1, (RIGHT - CODE_SIDE - LEFT) / sum(widths))
    x = LEFT
    for (label, value), width in zip(texts, widths, strict=True):
        with page.mark("P"):
            page.text(x, y + size * 1.3, f"{label} ", size=size * 0.82 * scale, colour=PALE)
            page.text(x, y, str(value), font=value.font, size=size * scale, colour=design.ink)
        x += width * scale


def _signature(page: Page, words: Words, design: Design, signature: Picture | None) -> None:
    if signature:
        alt = _("Signature of %(name)s") % {"name": words.signed_by} if words.signed_by else _("Signature")
        place(
            page, signature, alt=alt, left=LEFT + 2 * mm, bottom=27 * mm, width=SIGNATURE_WIDTH,
            height=SIGNATURE_HEIGHT,
        )  # fmt: skip
    with page.ornament():
        page.canvas.setStrokeColor(HexColor(PALE))
        page.canvas.setLineWidth(0.5)
        page.canvas.line(LEFT, 26.5 * mm, LEFT + 70 * mm, 26.5 * mm)
    if words.signed_by:
        size = Text(words.signed_by).fit(11, 130 * mm)
        with page.mark("P"):
            page.text(LEFT, 21.7 * mm, words.signed_by, size=size, colour=design.ink)


def _code(page: Page, url: str) -> None:
    """Its dark edge in line with the margin; the address in words below, for those without a camera."""
    rows = modules(url)
    module = CODE_SIDE / (len(rows) + 2 * QUIET_ZONE)
    right, top = RIGHT + QUIET_ZONE * module, CODE_BOTTOM + CODE_SIDE
    left = right - CODE_SIDE
    alt = _("QR code that leads to %(address)s") % {"address": url}
    with page.mark("Figure", alt=alt, box=(left, CODE_BOTTOM, right, top)):
        # In modules, counted from the upper left corner: whole numbers, and a third of the code.
        page.canvas.saveState()
        page.canvas.setFillColor(HexColor("#000000"))
        page.canvas.translate(left + QUIET_ZONE * module, top - QUIET_ZONE * module)
        page.canvas.scale(module, -module)
        page.code(" ".join(f"{x} {y} {length} 1 re" for x, y, length in runs(rows)) + " f")
        page.canvas.restoreState()
    with page.mark("P"):
        page.text(RIGHT, LAST_LINE + 4.5 * mm, _("Check that it is genuine:"), size=9, colour=PALE, align="right")
    with page.mark("P"):
        shown = url.split("://")[-1]
        size = Text(shown, PLAIN).fit(8, 110 * mm)
        page.text(RIGHT, LAST_LINE, shown, font=PLAIN, size=size, colour=PALE, align="right")
