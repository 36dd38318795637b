"""For the wall: counts only, in large type. It hangs where everybody passes: it names no one."""

from typing import BinaryIO

from django.utils.translation import gettext as _

from ..drawing.sheet import FLOOR, INK, LEFT, PALE, RIGHT, SPRUCE, TOP, Sheet
from ..drawing.typefaces import PLAIN, PLAIN_BOLD, display_face
from ..matrix import Share
from ..reports.cells import share_text
from .board import draw_cover
from .report import Report

NAMES = 190.0
NARROWEST, WIDEST = 92.0, 150.0
HEIGHT = 38.0
SIZE = 15.0


def draw_wall(report: Report, out: BinaryIO) -> None:
    """A page in words, then each workplace with its courses, and the total."""
    sheet = Sheet(out, title=report.title, aside=report.as_of(), foot=report.foot, language=report.language)
    draw_cover(sheet, report, names=False)
    _draw_table(sheet, report)
    sheet.finish()


def _draw_table(sheet: Sheet, report: Report) -> None:
    totals, nobody = report.totals, Share()
    titles = [_("All required courses"), *(course.title for course in report.courses)]
    lines = [
        (
            place.name,
            [
                totals.by_workplace[place.id],
                *(totals.by_workplace_course.get((place.id, course.pk), nobody) for course in report.courses),
            ],
        )
        for place in report.places
    ]
    total = (
        _("Total, each person once"),
        [totals.people, *(totals.by_course[course.pk] for course in report.courses)],
    )
    example = {"share": share_text(Share(counted=5, done=3))}
    explained = _("“%(share)s”: of the five who must take it, three have completed it.") % example
    room = RIGHT - LEFT - NAMES
    strips = -(-len(titles) // int(room // NARROWEST))
    each = -(-len(titles) // strips)
    width = min(room / each, WIDEST)
    headings = [sheet.lines(title, PLAIN_BOLD, 9.5, width - 10) for title in titles]
    heading = max(len(words) for words in headings) * 11.5 + 10
    rows = max(1, int((TOP - FLOOR - heading) // HEIGHT) - 1)  # and one for the total
    for begin in range(0, max(1, len(lines)), rows):
        some = lines[begin : begin + rows]
        if begin + rows >= len(lines):
            some = [*some, total]
        for first in range(0, len(titles), each):
            columns = range(first, min(first + each, len(titles)))
            sheet.begin()
            y = TOP
            sheet.band(y - heading, heading)
            for number, column in enumerate(columns):
                for row, words in enumerate(headings[column]):
                    x = LEFT + NAMES + number * width
                    sheet.text(x + 5, y - 14 - row * 11.5, words, font=PLAIN_BOLD, size=9.5)
            y -= heading
            for name, shares in some:
                bold = name is total[0]
                _draw_row(sheet, y, name, [shares[column] for column in columns], width, bold=bold)
                y -= HEIGHT
            sheet.text(LEFT, FLOOR - 9, explained, size=9, colour=PALE)
            sheet.end()


def _draw_row(sheet: Sheet, y: float, name: str, shares: list[Share], width: float, *, bold: bool) -> None:
    face = display_face(name)
    words = sheet.lines(name, face, SIZE, NAMES - 8)[:2]
    top = y - (HEIGHT + SIZE * 0.7) / 2 + (SIZE * 0.55 if len(words) > 1 else 0)
    for number, line in enumerate(words):
        sheet.text(LEFT, top - number * SIZE * 1.05, line, font=face, size=SIZE, colour=SPRUCE if bold else INK)
    for number, share in enumerate(shares):
        x = LEFT + NAMES + number * width + 5
        if not share.counted:
            sheet.text(x, y - 20, "–", size=SIZE, colour=PALE)
            continue
        is_done = not share.missing
        sheet.text(
            x, y - 20, share_text(share), font=PLAIN_BOLD if bold or is_done else PLAIN, size=SIZE,
            colour=SPRUCE if is_done else INK,
        )  # fmt: skip
        sheet.bar(x, y - 31, width - 22, 5, share.done / share.counted)
    sheet.rule(y - HEIGHT)
