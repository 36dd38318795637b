"""What a workplace gets and hangs on its wall: read from across the shop, and naming nobody who works there."""

from django.utils.translation import gettext as _
from reportlab.lib.units import mm

from lms.drawing.typefaces import BOLD

from ..design import Design
from . import foot, ornaments
from .flow import Block, Columns, Paragraph, pour
from .page import HEIGHT, LEFT, PALE, RIGHT, WIDTH, Page, Text
from .personal import logo_of
from .pictures import Pictures, place
from .words import Words

TOP = HEIGHT - 19 * mm
LOGO_WIDTH, LOGO_HEIGHT = 62 * mm, 22 * mm
#: So much larger than on a person's: some 26 mm high.
SPRUCES = 1.15


def fill(page: Page, words: Words, design: Design, shown: Pictures) -> None:
    head = 0.0
    if design.has_background:
        ornaments.frame(page, design.accent)
        head = 28 * mm
        ornaments.spruces(page, design.accent, centre=WIDTH / 2, ground=TOP - 26 * mm, scale=SPRUCES)
    if shown.logo or shown.second_logo:
        head = max(head, LOGO_HEIGHT + 5 * mm)
        _logos(page, words, shown)
    pour(page, _blocks(words, design), top=TOP - head, floor=foot.FLOOR)
    foot.fill(page, words, design, shown.signature, size=14)


def _logos(page: Page, words: Words, shown: Pictures) -> None:
    """One in each corner."""
    if shown.logo:
        place(
            page, shown.logo, alt=logo_of(words), left=LEFT, bottom=TOP - LOGO_HEIGHT, width=LOGO_WIDTH,
            height=LOGO_HEIGHT,
        )  # fmt: skip
    if shown.second_logo:
        width, _height = shown.second_logo.fitting(LOGO_WIDTH, LOGO_HEIGHT)
        place(
            page, shown.second_logo, alt=_("Logo of a partner"), left=RIGHT - width, bottom=TOP - LOGO_HEIGHT,
            width=LOGO_WIDTH, height=LOGO_HEIGHT,
        )  # fmt: skip


def _blocks(words: Words, design: Design) -> list[Block]:
    def centred(
        text: Text, colour: str, *sizes: tuple[float, int], role: str = "P", gap: float, stretch: float = 0
    ) -> Block:
        return Paragraph(text, colour, sizes, role=role, gap=gap, stretch=stretch, align="centre")

    blocks: list[Block] = [
        centred(Text(words.issuer), PALE, (13, 1), (11, 2), gap=3),
        centred(Text(words.heading, BOLD), design.accent, (52, 1), (44, 1), (36, 2), role="H1", gap=11),
        centred(
            Text(words.name, BOLD), design.highlight, (38, 1), (32, 1), (27, 2), (22, 2), (18, 3), gap=9, stretch=0.15
        ),
    ]
    if words.title != words.heading:
        blocks.append(centred(Text(words.title, BOLD), design.ink, (20, 1), (16, 2), (13, 3), gap=6))
    blocks.append(centred(Text(words.statement), PALE, (15, 1), (13, 2), gap=8, stretch=0.15))
    if words.body:
        body = Paragraph(Text(words.body), design.ink, [(12, 2), (11, 4)], gap=6, align="centre", may_end_early=True)
        blocks.append(body)
    if words.items:
        blocks.append(
            Columns([Text(item) for item in words.items], design.ink, design.accent, gap=8, stretch=0.15, centred=True)
        )
    return blocks
