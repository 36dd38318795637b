"""For the wall: counts only, in large type. It hangs where everybody passes: it names no one.

One sheet where all of it has room on one, else a page in words and as many of the table as it takes.
"""

from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..drawing.sheet import FLOOR, INK, LEFT, PALE, RED, RIGHT, SPRUCE, TOP, Sheet
from ..drawing.typefaces import PLAIN, PLAIN_BOLD, display_face
from ..matrix import Share
from ..reports.cells import share_text
from .board import draw_cover, draw_summary, summary_lines
from .report import Report

NAMES = 190.0
NARROWEST, WIDEST = 92.0, 150.0
HEIGHT, LATE_HEIGHT = 38.0, 48.0
SIZE = 15.0
#: So much smaller may the rows be where that makes it one sheet.
SCALES = (1.0, 0.88, 0.76)
META, META_LEAD = 8.0, 10.5
META_WIDTH = 110.0


@dataclass(frozen=True)
class _Line:
    name: str
    shares: list[Share]
    bold: bool = False


def draw_wall(report: Report, out: BinaryIO) -> None:
    """The sentence, each workplace with its courses, and the total."""
    sheet = Sheet(out, title=report.title, aside=report.as_of(), foot=report.foot, language=report.language)
    table = _Table(sheet, report)
    meta = [(what, sheet.lines(words, PLAIN, META, RIGHT - LEFT - META_WIDTH)) for what, words in report.about]
    meta_height = sum(len(lines) for _what, lines in meta) * META_LEAD + 8
    summary_height = 26 + 27 * len(summary_lines(report)) + (22 if report.totals.people.counted else 0)
    if table.shrink_into(TOP - FLOOR - summary_height - meta_height):
        sheet.begin()
        table.draw_page(draw_summary(sheet, report), table.lines, range(len(table.titles)))
        _draw_meta(sheet, meta, FLOOR + meta_height - META_LEAD - 2)
        sheet.end()
    else:
        draw_cover(sheet, report, names=False)
        table.draw_pages()
    sheet.finish()


def _draw_meta(sheet: Sheet, meta: list[tuple[str, list[str]]], y: float) -> None:
    for what, lines in meta:
        sheet.text(LEFT, y, what, size=META, colour=PALE)
        for words in lines:
            sheet.text(LEFT + META_WIDTH, y, words, size=META)
            y -= META_LEAD


class _Table:
    def __init__(self, sheet: Sheet, report: Report) -> None:
        self.sheet = sheet
        totals, nobody = report.totals, Share()
        self.titles = [_("All required courses"), *(course.title for course in report.courses)]
        self.lines = [
            _Line(
                place.name,
                [
                    totals.by_workplace[place.id],
                    *(totals.by_workplace_course.get((place.id, course.pk), nobody) for course in report.courses),
                ],
            )
            for place in report.places
        ]
        of_all = [totals.people, *(totals.by_course[course.pk] for course in report.courses)]
        self.lines.append(_Line(_("Total, each person once"), of_all, bold=True))
        self.has_late = any(share.late for line in self.lines for share in line.shares)
        room = RIGHT - LEFT - NAMES
        self.strips = -(-len(self.titles) // int(room // NARROWEST))
        self.each = -(-len(self.titles) // self.strips)
        self.width = min(room / self.each, WIDEST)
        self.headings = [sheet.lines(title, PLAIN_BOLD, 9.5, self.width - 10) for title in self.titles]
        self.heading = max(len(words) for words in self.headings) * 11.5 + 10
        self.scale = SCALES[0]

    @property
    def height(self) -> float:
        return (LATE_HEIGHT if self.has_late else HEIGHT) * self.scale

    def shrink_into(self, room: float) -> bool:
        """Whether all of it fits into one table of that height, in rows as large as they can be then."""
        for self.scale in SCALES:
            if self.strips == 1 and self.heading + len(self.lines) * self.height <= room:
                return True
        self.scale = SCALES[0]
        return False

    def draw_pages(self) -> None:
        rows = max(2, int((TOP - FLOOR - self.heading) // self.height))
        for begin in range(0, len(self.lines), rows):
            for first in range(0, len(self.titles), self.each):
                self.sheet.begin()
                columns = range(first, min(first + self.each, len(self.titles)))
                self.draw_page(TOP, self.lines[begin : begin + rows], columns)
                self.sheet.end()

    def draw_page(self, y: float, lines: list[_Line], columns: range) -> None:
        """The table from `y` downwards, on a page that is begun."""
        sheet = self.sheet
        sheet.band(y - self.heading, self.heading)
        for number, column in enumerate(columns):
            for row, words in enumerate(self.headings[column]):
                x = LEFT + NAMES + number * self.width
                sheet.text(x + 5, y - 14 - row * 11.5, words, font=PLAIN_BOLD, size=9.5)
        y -= self.heading
        for line in lines:
            self._draw_row(y, line, [line.shares[column] for column in columns])
            y -= self.height
        example = {"share": share_text(Share(counted=5, done=3))}
        explained = _("“%(share)s”: of the five who must take it, three have completed it.") % example
        sheet.text(LEFT, FLOOR - 9, explained, size=9, colour=PALE)

    def _draw_row(self, y: float, line: _Line, shares: list[Share]) -> None:
        sheet, scale = self.sheet, self.scale
        size, face = SIZE * scale, display_face(line.name)
        words = sheet.lines(line.name, face, size, NAMES - 8)[:2]
        top = y - (self.height + size * 0.7) / 2 + (size * 0.55 if len(words) > 1 else 0)
        for number, text in enumerate(words):
            sheet.text(
                LEFT, top - number * size * 1.05, text, font=face, size=size, colour=SPRUCE if line.bold else INK
            )
        for number, share in enumerate(shares):
            x = LEFT + NAMES + number * self.width + 5
            if not share.counted:
                sheet.text(x, y - 20 * scale, "–", size=size, colour=PALE)
                continue
            is_done = not share.missing
            sheet.text(
                x, y - 20 * scale, share_text(share), font=PLAIN_BOLD if line.bold or is_done else PLAIN, size=size,
                colour=SPRUCE if is_done else INK,
            )  # fmt: skip
            sheet.bar(x, y - 31 * scale, self.width - 22, 5 * scale, share.done / share.counted)
            if share.late:
                late = ngettext("%(late)s late", "%(late)s late", share.late) % {"late": share.late}
                sheet.text(x, y - 42 * scale, late, size=max(7.5, 9 * scale), colour=RED)
        sheet.rule(y - self.height)
