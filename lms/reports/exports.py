"""The matrix as CSV and XLSX: the same figures as on the screen, and who is counted."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import xlsxwriter
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from ..spreadsheets import harmless, in_workbook
from ..wording import day_text
from .cells import CellWords, share_text, summary_sentence, who_is_counted
from .figures import Figures

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass
class ExportTable:
    """Rows of plain values; what is said about them stands below them, so that the first row is the heading."""

    title: str
    heading: list[str]
    rows: Iterable[list[Any]]
    totals: list[Any] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def all_rows(self) -> Iterator[list[Any]]:
        yield self.heading
        yield from self.rows
        if self.totals:
            yield self.totals
        if self.notes:
            yield []
            yield from ([note] for note in self.notes)


def matrix_table(figures: Figures, *, total: str, exported_by: Any, filters: str) -> ExportTable:
    """All rows of the filter: names, where and as what, and for each course the status and its date.

    `total` says what the last line is the total of.
    """
    totals = figures.totals
    heading = [_("First name"), _("Family name"), _("Workplace"), _("Job role"), _("First day")]
    heading += [course.title for course in figures.courses]
    heading += [pgettext("courses", "Completed"), pgettext("courses", "Required"), pgettext("courses", "Late")]
    people = totals.people
    shares: list[Any] = [share_text(totals.by_course[course.pk]) for course in figures.courses]
    return ExportTable(
        title=_("Training matrix"),
        heading=heading,
        rows=_lines(figures),
        totals=[total, "", "", "", "", *shares, people.done, people.counted, people.late],
        notes=[
            summary_sentence(totals),
            who_is_counted(totals),
            _("Staff and results as of %(day)s.") % {"day": day_text(figures.day)},
            _("Filter: %(filters)s.") % {"filters": filters},
            _("Exported %(moment)s by %(user)s. This is personal data.")
            % {"moment": timezone.localtime().strftime("%Y-%m-%d %H:%M"), "user": exported_by.get_username()},
        ],
    )


def _lines(figures: Figures) -> Iterator[list[Any]]:
    """A line for each row, as they are walked through. Most cells say the same as some other."""
    words = CellWords(figures.day)
    for worker, row in figures.walk():
        yield [
            worker.given_name,
            worker.family_name,
            worker.workplace,
            worker.role,
            worker.job.start,
            *map(words, row.cells),
            row.done,
            row.counted,
            row.late,
        ]


def csv_response(table: ExportTable, *, name: str) -> HttpResponse:
    """UTF-8 with a byte order mark; semicolons in Swedish, where Excel expects them."""
    delimiter = ";" if (get_language() or "").startswith("sv") else ","

    class Echo:
        def write(self, value):
            return value

    writer = csv.writer(Echo(), delimiter=delimiter)

    def lines():
        yield "\ufeff"
        for row in table.all_rows():
            yield writer.writerow([harmless(value) for value in row])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    return named(response, f"{name}.csv")


def xlsx_response(table: ExportTable, *, name: str) -> FileResponse:
    """Numbers as numbers, dates as dates, and no text ever as a formula or a link."""
    output = io.BytesIO()
    book = xlsxwriter.Workbook(
        output, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet(table.title[:31])
    bold, date = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.freeze_panes(1, 2)
    sheet.set_column(0, 3, 18)
    sheet.set_column(4, len(table.heading), 16)
    for number, row in enumerate(table.all_rows()):
        style = bold if number == 0 or row is table.totals else None
        for column, value in enumerate(row):
            if hasattr(value, "isoformat"):
                sheet.write_datetime(number, column, value, date)
            elif isinstance(value, int):
                sheet.write_number(number, column, value, style)
            else:
                sheet.write_string(number, column, in_workbook(str(value)), style)
    book.close()
    output.seek(0)
    response = FileResponse(output, content_type=XLSX)
    return named(response, f"{name}.xlsx")


def named(response: Any, filename: str) -> Any:
    """To be saved under that name, and kept nowhere on the way."""
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    patch_cache_control(response, private=True, no_store=True)
    return response
