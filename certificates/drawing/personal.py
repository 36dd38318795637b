"""What a person gets: who, what, what it covered, until when, and how one finds out that it is genuine."""

from django.utils.translation import gettext as _
from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm

from lms.drawing.typefaces import BOLD, PLAIN

from ..design import Design
from . import ornaments, pictures
from .code import SIDE, qr
from .flow import Block, Columns, Paragraph, pour
from .page import HEIGHT, LEFT, PALE, RIGHT, Page, Text
from .words import Words

TOP = HEIGHT - 21 * mm
#: The logos' row.
LOGO_WIDTH, LOGO_HEIGHT = 52 * mm, 16 * mm
#: Where the foot begins: facts, signature and code stand below.
FLOOR = 62 * mm
SIGNATURE_WIDTH, SIGNATURE_HEIGHT = 55 * mm, 12 * mm


def fill(page: Page, words: Words, design: Design, shown: pictures.Pictures) -> None:
    if design.has_background:
        ornaments.frame(page, design.accent)
        ornaments.spruces(page, design.accent, centre=RIGHT - 19 * mm, ground=HEIGHT - 43.5 * mm)
    top = TOP - (LOGO_HEIGHT + 4 * mm if logos(page, words, shown, left=LEFT) else 0)
    pour(page, _blocks(words, design), top=top, floor=FLOOR)
    _facts(page, words, design, above_signature=shown.signature is not None)
    _signature(page, words, design, shown)
    qr(page, words.url, left=RIGHT - SIDE, bottom=24 * mm)
    foot(page, words)


def logos(page: Page, words: Words, shown: pictures.Pictures, *, left: float) -> bool:
    """Side by side from `left` in the page's head. False where there are none."""
    alts = (_("Logo of %(organisation)s") % {"organisation": words.issuer}, _("Logo of a partner"))
    for picture, alt in zip((shown.logo, shown.second_logo), alts, strict=True):
        if picture:
            width, _height = pictures.place(
                page, picture, alt=alt, left=left, bottom=TOP - LOGO_HEIGHT, width=LOGO_WIDTH, height=LOGO_HEIGHT
            )
            left += width + 10 * mm
    return bool(shown.logo or shown.second_logo)


def _blocks(words: Words, design: Design) -> list[Block]:
    blocks: list[Block] = [
        Paragraph(Text(words.issuer), PALE, [(13, 1)]),
        Paragraph(Text(words.heading, BOLD), design.accent, [(34, 1), (26, 2)], role="H1", gap=4),
        Paragraph(
            Text(words.name, BOLD),
            design.ink,
            [(32, 1), (28, 1), (24, 1), (21, 1), (18, 1), (16, 2), (14, 3)],
            gap=14,
            stretch=0.25,
        ),
        Paragraph(Text(words.statement), PALE, [(14, 1), (12, 2)], gap=5),
        Paragraph(Text(words.title, BOLD), design.highlight, [(25, 1), (21, 2), (17, 2), (15, 3)], gap=7, stretch=0.05),
    ]
    if words.body:
        blocks.append(Paragraph(Text(words.body), design.ink, [(12, 2), (11, 4)], gap=8, stretch=0.1))
    if words.items:
        blocks += [
            Paragraph(Text(words.items_heading), PALE, [(12, 1)], role="H2", gap=11, stretch=0.25),
            Columns([Text(item) for item in words.items], design.ink, design.accent, gap=5),
        ]
    return blocks


def _facts(page: Page, words: Words, design: Design, *, above_signature: bool) -> None:
    x, y = LEFT, 52 * mm if above_signature else 46 * mm
    room = RIGHT - SIDE - 8 * mm - LEFT
    texts = [(Text(label), Text(value, BOLD)) for label, value in words.facts]
    widths = [max(36 * mm, label.width * 10 + 7 * mm, value.width * 12 + 7 * mm) for label, value in texts]
    scale = min(1, room / sum(widths))
    for (label, value), width in zip(texts, widths, strict=True):
        with page.mark("P"):
            page.text(x, y, f"{label} ", size=10 * scale, colour=PALE)
            page.text(x, y - 5.5 * mm, str(value), font=BOLD, size=12 * scale, colour=design.ink)
        x += width * scale


def _signature(page: Page, words: Words, design: Design, shown: pictures.Pictures) -> None:
    if shown.signature:
        alt = _("Signature of %(name)s") % {"name": words.signed_by} if words.signed_by else _("Signature")
        pictures.place(
            page, shown.signature, alt=alt, left=LEFT + 2 * mm, bottom=27 * mm, width=SIGNATURE_WIDTH,
            height=SIGNATURE_HEIGHT,
        )  # fmt: skip
    if words.signed_by or shown.signature:
        with page.ornament():
            page.canvas.setStrokeColor(HexColor(PALE))
            page.canvas.setLineWidth(0.5)
            page.canvas.line(LEFT, 26 * mm, LEFT + 70 * mm, 26 * mm)
    if words.signed_by:
        size = Text(words.signed_by).fit(11, 130 * mm)
        with page.mark("P"):
            page.text(LEFT, 21.3 * mm, words.signed_by, size=size, colour=design.ink)


def foot(page: Page, words: Words) -> None:
    """When it was issued and under which number: what one types in who has no camera."""
    with page.mark("P"):
        page.text(LEFT, 15.5 * mm, words.issued + " ", size=10, colour=PALE)
        beside = LEFT + Text(words.issued).width * 10 + 2 * mm
        page.text(beside, 15.5 * mm, words.serial, font=PLAIN, size=8.5, colour=PALE)
