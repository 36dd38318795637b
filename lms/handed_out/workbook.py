"""The report as XLSX: the matrix, the long list, and how it is counted. Numbers are numbers and dates are dates."""

import datetime
from collections.abc import Iterable
from functools import cache
from typing import Any, BinaryIO

import xlsxwriter
from django.utils.translation import gettext as _

from ..afterwards import recorded_afterwards
from ..matrix import Cell, Row
from ..reports.cells import date_of
from ..reports.workers import Worker
from ..requirements.lookup import end_of
from ..spreadsheets import in_workbook
from ..status import Status
from .report import (
    Report,
    Tell,
    count_heading,
    count_lines,
    count_values,
    meanings,
    walked,
)
from .text_file import people_heading, people_totals

#: What a spreadsheet counts its days from.
DAY_ZERO = datetime.date(1899, 12, 30)
#: As many rows as a sheet takes, the heading counted.
MOST_ROWS = 1_048_576
LATE, GOOD, PALE = "#93392b", "#1f5a4c", "#52605b"
COLOURS = {
    Status.COMPLETE: GOOD,
    Status.EXPIRED: LATE,
    Status.OVERDUE: LATE,
    Status.NOT_REQUIRED: PALE,
    Status.EXEMPT: PALE,
}


def write_workbook(report: Report, out: BinaryIO, *, names: bool, tell: Tell | None = None) -> None:
    """Rows go to a temporary file as they come. No text is ever taken for a formula or a link."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        styles = _Styles(book)
        if names:
            matrix, long_list = _Matrix(book, styles, report), _LongList(book, styles, report)
            for worker, row in walked(report.rows(), tell):
                matrix.add(worker, row)
                long_list.add(worker, row)
            matrix.finish()
            long_list.finish()
        else:
            _write_counts(book, styles, report)
        _write_about(book, styles, report)


class _Styles:
    """Formats and words, each made once. A status and its date are one cell: the date as its value, the word in its
    format."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.labels = {status: str(status.label) for status in Status}
        self.bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self.date = book.add_format({"num_format": "yyyy-mm-dd"})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.serial = cache(serial)
        self._made: dict[tuple[Status, bool, bool], Any] = {}

    def of(self, status: Status, *, has_date: bool, is_due: bool) -> Any:
        key = (status, has_date, is_due)
        if key not in self._made:
            wanted: dict[str, Any] = {"align": "left"}
            if colour := COLOURS.get(status):
                wanted["font_color"] = colour
            if has_date:
                before, after = self.labels[status], ""
                if is_due:
                    said = (_("due %(day)s") % {"day": "\0"}).split("\0")
                    before, after = f"{before}, {said[0]}".strip(), said[1].strip()
                wanted["num_format"] = f'"{before} "yyyy-mm-dd' + (f'" {after}"' if after else "")
            self._made[key] = self.book.add_format(wanted)
        return self._made[key]


def serial(day: datetime.date) -> int:
    return (day - DAY_ZERO).days


class _Lines:
    """A sheet that is written downwards, with its heading on top."""

    def __init__(self, book: Any, styles: _Styles, name: str, heading: Iterable[str], widths: dict[int, float]) -> None:
        self.sheet, self.styles, self.line = book.add_worksheet(name[:31]), styles, 0
        for column, width in widths.items():
            self.sheet.set_column(column, column, width)
        self.write(heading, styles.bold)

    def write(self, values: Iterable[Any], style: Any = None) -> None:
        sheet, line = self.sheet, self.line
        for column, value in enumerate(values):
            if isinstance(value, str):
                if value:
                    sheet.write_string(line, column, in_workbook(value), style)
            elif isinstance(value, datetime.date):
                sheet.write_number(line, column, self.styles.serial(value), self.styles.date)
            elif value is not None:
                sheet.write_number(line, column, value, style)
        self.line += 1


class _Matrix(_Lines):
    """Staff by courses, one row for each employment."""

    def __init__(self, book: Any, styles: _Styles, report: Report) -> None:
        self.report = report
        widths = {0: 16.0, 1: 18, 2: 20, 3: 18, 4: 12} | {5 + number: 26 for number in range(len(report.courses))}
        super().__init__(book, styles, report.title, people_heading(report), widths)
        self.sheet.freeze_panes(1, 2)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.repeat_rows(0)

    def add(self, worker: Worker, row: Row) -> None:
        sheet, line = self.sheet, self.line
        self.write((worker.given_name, worker.family_name, worker.workplace, worker.role, worker.job.start))
        column = 5
        for cell in row.cells:
            self._cell(line, column, cell)
            column += 1
        for number in (row.done, row.counted, row.late):
            sheet.write_number(line, column, number)
            column += 1

    def _cell(self, line: int, column: int, cell: Cell) -> None:
        date, is_due = date_of(cell)
        style = self.styles.of(cell.status, has_date=date is not None, is_due=is_due)
        if date is None:
            self.sheet.write_string(line, column, self.styles.labels[cell.status], style)
        else:
            self.sheet.write_number(line, column, self.styles.serial(date), style)

    def finish(self) -> None:
        self.write(people_totals(self.report), self.styles.bold)


class _LongList:
    """One row for each employment and course that it requires; on another sheet where one is full."""

    widths = {0: 16.0, 1: 18, 2: 20, 3: 18, 4: 32, 5: 14, 6: 14, 7: 12, 8: 12, 9: 16, 10: 9, 11: 16}

    def __init__(self, book: Any, styles: _Styles, report: Report) -> None:
        self.book, self.styles, self.report = book, styles, report
        self.titles = {course.pk: course.title for course in report.courses}
        self.ends = cache(end_of)
        self.sheets = 0
        self._begin()

    def finish(self) -> None:
        """The rows that it has so far can be sorted out by the arrows in the heading."""
        self.lines.sheet.autofilter(0, 0, max(1, self.lines.line - 1), len(self.widths) - 1)

    def _begin(self) -> None:
        self.sheets += 1
        heading = [
            *(_("First name"), _("Family name"), _("Workplace"), _("Job role"), _("Course")),
            *(_("Status"), _("Code"), _("Due"), _("Done"), _("Counts to and with"), _("Late")),
            _("Recorded afterwards"),
        ]
        name = _("Long list") if self.sheets == 1 else f"{_('Long list')} {self.sheets}"
        self.lines = _Lines(self.book, self.styles, name, heading, self.widths)
        self.lines.sheet.freeze_panes(1, 2)

    def add(self, worker: Worker, row: Row) -> None:
        for cell in row.cells:
            facts = cell.facts
            if not facts.required:
                continue
            if self.lines.line == MOST_ROWS:
                self.finish()
                self._begin()
            done = facts.completion
            self.lines.write(
                (
                    *(worker.given_name, worker.family_name, worker.workplace, worker.role),
                    *(self.titles[cell.course_id], self.styles.labels[cell.status], cell.status.value, facts.due),
                    *(done and done.completed_on, done and done.last_day, int(cell.late)),
                    recorded_afterwards(done, ends=self.ends),
                )
            )


def _write_counts(book: Any, styles: _Styles, report: Report) -> None:
    widths = {0: 32.0, 1: 40, 2: 16, 3: 12, 4: 12, 5: 12}
    lines = _Lines(book, styles, report.title, count_heading(), widths)
    lines.sheet.freeze_panes(1, 2)
    for line in count_lines(report):
        lines.write(count_values(line))


def _write_about(book: Any, styles: _Styles, report: Report) -> None:
    """The filter, both dates, who is counted and what each status means."""
    lines = _Lines(book, styles, _("How it is counted"), (), {0: 24.0, 1: 100})
    lines.line = 0
    lines.write((report.title, report.sentence), styles.bold)
    for what, words in (*report.about, *report.about_file):
        lines.write((what, words), styles.wrapped)
    lines.write(())
    lines.write((_("Status"), _("What it means")), styles.bold)
    for status, words in meanings():
        lines.write((str(status.label), words), styles.wrapped)
