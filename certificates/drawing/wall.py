"""What a workplace gets and hangs on its wall: read from across the shop, and naming nobody who works there."""

from reportlab.lib.units import mm

from ..design import Design
from . import ornaments, personal, pictures
from .code import SIDE, qr
from .flow import Block, pour
from .page import HEIGHT, LEFT, RIGHT, Page
from .words import Words


def fill(page: Page, words: Words, design: Design, shown: pictures.Pictures) -> None:
    if design.has_background:
        ornaments.frame(page, design.accent)
        ornaments.spruces(page, design.accent, centre=RIGHT - 19 * mm, ground=HEIGHT - 43.5 * mm)
    top = personal.TOP - (personal.LOGO_HEIGHT + 4 * mm if personal.logos(page, words, shown, left=LEFT) else 0)
    pour(page, _blocks(words, design), top=top, floor=personal.FLOOR)
    personal._facts(page, words, design, above_signature=shown.signature is not None)
    personal._signature(page, words, design, shown)
    qr(page, words.url, left=RIGHT - SIDE, bottom=24 * mm)
    personal.foot(page, words)


def _blocks(words: Words, design: Design) -> list[Block]:
    return personal._blocks(words, design)
