"""What a person gets: who, what, what it covered, until when, and how one finds out that it is genuine."""

from django.utils.translation import gettext as _
from reportlab.lib.units import mm

from lms.drawing.typefaces import BOLD

from ..design import Design
from . import foot, ornaments
from .flow import Block, Columns, Paragraph, pour
from .page import HEIGHT, LEFT, PALE, RIGHT, Page, Text
from .pictures import Pictures, place
from .words import Words

TOP = HEIGHT - 21 * mm
#: Of each logo.
LOGO_WIDTH, LOGO_HEIGHT = 52 * mm, 16 * mm
#: How wide they are: what stands beside them is narrower.
SPRUCES = 38 * mm


def fill(page: Page, words: Words, design: Design, shown: Pictures) -> None:
    if design.has_background:
        ornaments.frame(page, design.accent)
        ornaments.spruces(page, design.accent, centre=RIGHT - SPRUCES / 2, ground=HEIGHT - 43.5 * mm)
    top = TOP - (LOGO_HEIGHT + 5 * mm if _logos(page, words, shown) else 0)
    pour(page, _blocks(words, design), top=top, floor=foot.FLOOR)
    foot.fill(page, words, design, shown.signature)


def _logos(page: Page, words: Words, shown: Pictures) -> bool:
    """Side by side in the page's head. False where there are none."""
    left = LEFT
    for picture, alt in ((shown.logo, logo_of(words)), (shown.second_logo, _("Logo of a partner"))):
        if picture:
            width, _height = place(
                page, picture, alt=alt, left=left, bottom=TOP - LOGO_HEIGHT, width=LOGO_WIDTH, height=LOGO_HEIGHT
            )
            left += width + 10 * mm
    return left > LEFT


def logo_of(words: Words) -> str:
    return _("Logo of %(organisation)s") % {"organisation": words.issuer}


def _blocks(words: Words, design: Design) -> list[Block]:
    name_sizes = [(32, 1), (28, 1), (24, 1), (21, 1), (18, 1), (16, 2), (14, 3)]
    heading_sizes = [(34, 1), (28, 1), (24, 2)]
    beside = RIGHT - LEFT - (SPRUCES + 6 * mm if design.has_background else 0)
    blocks: list[Block] = [
        Paragraph(Text(words.issuer), PALE, [(13, 1), (11, 2)], width=beside),
        Paragraph(Text(words.heading, BOLD), design.accent, heading_sizes, role="H1", gap=7, width=beside),
        Paragraph(Text(words.name, BOLD), design.ink, name_sizes, gap=14, stretch=0.3),
        Paragraph(Text(words.statement), PALE, [(14, 1), (12, 2)], gap=5),
        Paragraph(Text(words.title, BOLD), design.highlight, [(25, 1), (21, 2), (17, 2), (15, 3)], gap=8, stretch=0.05),
    ]
    if words.body:
        blocks.append(
            Paragraph(Text(words.body), design.ink, [(12, 2), (11, 4)], gap=8, stretch=0.1, may_end_early=True)
        )
    if words.items:
        blocks += [
            Paragraph(Text(words.items_heading), PALE, [(12, 1)], role="H2", gap=12, stretch=0.25),
            Columns([Text(item) for item in words.items], design.ink, design.accent, gap=5),
        ]
    return blocks
