"""Plain listings as CSV and XLSX, at once. The matrix has a room of its own: `handed_out`."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import xlsxwriter
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language

from ..spreadsheets import harmless_row, in_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass
class ExportTable:
    """Rows of plain values under a heading."""

    title: str
    heading: list[str]
    rows: list[list[Any]]

    def all_rows(self) -> Iterator[list[Any]]:
        yield self.heading
        yield from self.rows


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
            yield writer.writerow(harmless_row(row))

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
        style = None if number else bold
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
