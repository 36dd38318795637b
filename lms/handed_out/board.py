"""For the board: A4 landscape with names. A page in words first, then staff by courses, workplace by workplace."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ..drawing.sheet import FLOOR, INK, LEFT, PALE, RED, RIGHT, SPRUCE, TOP, Sheet, legend
from ..drawing.typefaces import BOLD, PLAIN, PLAIN_BOLD, REGULAR, display_face, wrap
from ..matrix import Cell, Row
from ..reports.cells import date_of, share_text
from ..reports.workers import Worker
from ..status import Status
from .report import Report, Tell, course_shares, meanings, walked

NAMES, SHARE = 150.0, 52.0
#: A column of a course is no narrower than this: the longest status goes on two lines there.
NARROWEST, WIDEST = 68.0, 120.0
PAD, LEAD = 3.0, 9.0
SIZE, SMALL = 7.8, 6.8
MARK = 10.0
BAND = 14.0
HEADING_LINES = 5


class Said(NamedTuple):
    """A cell, ready to be drawn."""

    status: Status
    late: bool
    lines: list[str]
    date: list[str]


@dataclass
class Line:
    """A row of the table, ready to be drawn on each page that it goes over."""

    place: int
    place_name: str
    name: list[str]
    role: list[str]
    share: str
    cells: list[Said]
    height: float = 0


def draw_board(report: Report, out: BinaryIO, *, tell: Tell | None = None) -> None:
    """As many pages as it takes. Where the courses are too many for one page, the names stand on each."""
    sheet = Sheet(out, title=report.title, aside=report.as_of(), foot=report.foot, language=report.language)
    draw_cover(sheet, report, names=True)
    if report.courses:
        _Table(sheet, report).draw(tell)
    sheet.finish()


def draw_cover(sheet: Sheet, report: Report, *, names: bool) -> None:
    """The sentence in large, what is counted, and what the marks mean."""
    sheet.begin()
    y = draw_summary(sheet, report)
    for what, words in (*report.about, *report.about_file):
        lines = sheet.lines(words, PLAIN, 9, 560)
        if y - 13 * len(lines) < FLOOR:
            sheet.end()
            sheet.begin()
            y = TOP - 14
        sheet.text(LEFT, y, what, font=REGULAR, size=11, colour=PALE)
        for line in lines:
            sheet.text(LEFT + 128, y, line, size=9)
            y -= 13
        y -= 2
    if names:
        _draw_meanings(sheet, y - 10)
    sheet.end()


def draw_summary(sheet: Sheet, report: Report) -> float:
    """The sentence in large, a bar as long as its share, and how many are late. Gives where it ends."""
    face = display_face(report.sentence)
    y = TOP - 26
    for words in summary_lines(report):
        sheet.text(LEFT, y, words, font=face, size=21)
        y -= 27
    people = report.totals.people
    if people.counted:
        sheet.bar(LEFT, y + 4, 380, 9, people.done / people.counted)
        sheet.text(LEFT + 396, y + 5, report.late, font=PLAIN_BOLD, size=11, colour=RED)
        y -= 22
    return y


def summary_lines(report: Report) -> list[str]:
    return wrap(report.sentence, display_face(report.sentence), 21, RIGHT - LEFT - 30)


def _draw_meanings(sheet: Sheet, y: float) -> None:
    told = [(status, wrap(words, PLAIN, 8, 560)) for status, words in meanings()]
    if y - sum(11 * len(lines) + 3 for _status, lines in told) - 16 < FLOOR:
        sheet.end()
        sheet.begin()
        y = TOP - 14
    sheet.text(LEFT, y, _("What the marks mean"), font=BOLD, size=12, colour=SPRUCE)
    y -= 16
    for status, lines in told:
        sheet.mark(LEFT, y, status)
        sheet.text(LEFT + MARK + 1, y, str(status.label), font=PLAIN_BOLD, size=8)
        for line in lines:
            sheet.text(LEFT + 128, y, line, size=8)
            y -= 11
        y -= 3


class _Table:
    """Rows are gathered until a page is full, and drawn with as many of the courses as have room, then the rest."""

    def __init__(self, sheet: Sheet, report: Report) -> None:
        self.sheet, self.report = sheet, report
        room = RIGHT - LEFT - NAMES - SHARE
        strips = -(-len(report.courses) // int(room // NARROWEST))
        self.each = -(-len(report.courses) // strips)
        self.width = min(room / self.each, WIDEST)
        titles = [sheet.lines(course.title, PLAIN_BOLD, SIZE, self.width - 2 * PAD) for course in report.courses]
        self.titles = [_cut(lines, HEADING_LINES) for lines in titles]
        self.heading = max(len(lines) for lines in self.titles) * LEAD + 2 * PAD
        self.room = TOP - FLOOR - 12 - self.heading
        self.waiting: list[Line] = []
        self.used = 0.0
        self.last_place = 0

    def draw(self, tell: Tell | None) -> None:
        for line in self._lines(tell):
            needed = line.height + (BAND if self._begins(line) else 0)
            if self.used + needed > self.room:
                self._page()
                needed = line.height + BAND
            self.waiting.append(line)
            self.used += needed
        total = 4 * LEAD + 2 * PAD
        if self.used + total > self.room:
            self._page()
        self._page(last=True)

    def _begins(self, line: Line) -> bool:
        return not self.waiting or self.waiting[-1].place != line.place

    def _lines(self, tell: Tell | None) -> Iterator[Line]:
        for worker, row in walked(self.report.rows(), tell):
            yield self._line(worker, row)

    def _line(self, worker: Worker, row: Row) -> Line:
        width = NAMES - 2 * PAD
        line = Line(
            place=worker.job.workplace_id,
            place_name=worker.workplace,
            name=self.sheet.lines(worker.full_name, PLAIN_BOLD, SIZE, width) or [""],
            role=self.sheet.lines(worker.role, PLAIN, SMALL, width),
            share=_("%(done)s of %(counted)s") % {"done": row.done, "counted": row.counted} if row.counted else "–",
            cells=[self._said(cell) for cell in row.cells],
        )
        tallest = max(len(cell.lines) + len(cell.date) for cell in line.cells)
        line.height = max(len(line.name) + len(line.role), tallest) * LEAD + 2 * PAD
        return line

    def _said(self, cell: Cell) -> Said:
        date, is_due = date_of(cell)
        shown = date.isoformat() if date else ""
        if date and is_due:
            shown = _("due %(day)s") % {"day": shown}
        width = self.width - 2 * PAD - MARK
        words = wrap(str(cell.status.label), PLAIN, SMALL, width)
        return Said(cell.status, cell.late, words, wrap(shown, PLAIN, SMALL, width))

    def _page(self, *, last: bool = False) -> None:
        """The rows that wait, once for each strip of courses."""
        if not self.waiting and not last:
            return
        for first in range(0, len(self.report.courses), self.each):
            self.sheet.begin()
            self._strip(range(first, min(first + self.each, len(self.report.courses))), last=last)
            legend(self.sheet, FLOOR - 9)
            self.sheet.end()
        self.last_place = self.waiting[-1].place if self.waiting else 0
        self.waiting, self.used = [], 0

    def _strip(self, courses: range, *, last: bool) -> None:
        sheet, y = self.sheet, TOP
        columns = [LEFT + NAMES + SHARE + number * self.width for number in range(len(courses))]
        right = columns[-1] + self.width
        sheet.band(y - self.heading, self.heading, right=right)
        sheet.text(LEFT + PAD, y - LEAD, _("Name"), font=PLAIN_BOLD, size=SIZE)
        sheet.text(LEFT + NAMES, y - LEAD, pgettext("courses", "Completed"), font=PLAIN_BOLD, size=SIZE)
        for x, course in zip(columns, courses, strict=True):
            for number, words in enumerate(self.titles[course]):
                sheet.text(x + PAD, y - LEAD * (number + 1), words, font=PLAIN_BOLD, size=SIZE)
        y -= self.heading
        place = None
        for line in self.waiting:
            if line.place != place:
                goes_on = place is None and line.place == self.last_place
                self._band(y, right, line, goes_on=goes_on)
                y -= BAND
                place = line.place
            self._row(y, line, columns, courses)
            y -= line.height
            sheet.rule(y, right=right)
        if last:
            self._totals(y, columns, courses)

    def _band(self, y: float, right: float, line: Line, *, goes_on: bool) -> None:
        words = _("%(place)s, continued") % {"place": line.place_name} if goes_on else line.place_name
        self.sheet.text(LEFT, y - BAND + 4, words, font=display_face(words), size=10, colour=SPRUCE)
        self.sheet.rule(y - BAND, right=right, colour=SPRUCE, width=0.6)

    def _row(self, y: float, line: Line, columns: list[float], courses: range) -> None:
        sheet, top = self.sheet, y - PAD - SIZE
        at = top
        for words in line.name:
            sheet.text(LEFT + PAD, at, words, font=PLAIN_BOLD, size=SIZE)
            at -= LEAD
        for words in line.role:
            sheet.text(LEFT + PAD, at, words, size=SMALL, colour=PALE)
            at -= LEAD
        sheet.text(LEFT + NAMES, top, line.share, size=SIZE)
        for x, course in zip(columns, courses, strict=True):
            said, at = line.cells[course], top
            sheet.mark(x + PAD, at, said.status)
            for words in said.lines:
                sheet.text(x + PAD + MARK, at, words, size=SMALL, colour=RED if said.late else INK)
                at -= LEAD
            for words in said.date:
                sheet.text(x + PAD + MARK, at, words, size=SMALL, colour=PALE)
                at -= LEAD

    def _totals(self, y: float, columns: list[float], courses: range) -> None:
        sheet, top = self.sheet, y - PAD - SIZE
        for number, words in enumerate(wrap(self.report.total_label, PLAIN_BOLD, SIZE, NAMES - 2 * PAD)[:2]):
            sheet.text(LEFT + PAD, top - number * LEAD, words, font=PLAIN_BOLD, size=SIZE)
        sheet.text(LEFT + NAMES, top, share_text(self.report.totals.people), font=PLAIN_BOLD, size=SIZE)
        shares = course_shares(self.report)
        for x, course in zip(columns, courses, strict=True):
            sheet.text(x + PAD, top, shares[course], font=PLAIN_BOLD, size=SIZE)
        if sheet.has_unknown:
            words = _("? stands for a letter that this typeface does not have. The Excel file has them all.")
            sheet.text(LEFT + PAD, top - 2 * LEAD - 2, words, size=SMALL, colour=PALE)


def _cut(lines: list[str], most: int) -> list[str]:
    return lines if len(lines) <= most else [*lines[: most - 1], f"{lines[most - 1]} …"]
