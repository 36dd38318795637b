"""A file as its rows of text: CSV or XLSX, whatever program wrote it. What it cannot read it says in words."""

import codecs
import csv
import io
import logging
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from .columns import column_called
from .problems import Problem, UnreadableError, shown

logger = logging.getLogger(__name__)

#: What is taken in at once. A county has fewer.
MOST_BYTES, MOST_ROWS, MOST_COLUMNS = 10_000_000, 20_000, 100
#: What a workbook may unpack to: one of 20,000 rows is a tenth of it.
MOST_UNPACKED = 200_000_000
#: The headings stand in one of these rows; a title may stand above them.
HEADINGS_WITHIN = 10

DELIMITERS = (";", ",", "\t")
_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_SEPARATOR_LINE = re.compile(r"sep=([;,\t|])\r?\n", re.IGNORECASE)
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True)
class Table:
    """`headings` as they stand in line `line`; `rows` are (line, cells), none of them blank."""

    line: int
    headings: list[str]
    rows: list[tuple[int, list[str]]]

    def column(self, place: int) -> str:
        """What to call a column: its heading, else its letter in a spreadsheet."""
        heading = shown(self.headings[place]) if place < len(self.headings) else ""
        return heading or get_column_letter(place + 1)


def read_table(content: bytes) -> Table:
    """Raises UnreadableError with what to do about it."""
    if len(content) > MOST_BYTES:
        raise _unreadable(_("The file is too large. Split it in two and read in one at a time."))
    lines: Iterable[tuple[int, list[str]]]
    if content.startswith(_ZIP):
        lines = _workbook(content)
    elif content.startswith(_OLD_EXCEL):
        raise _unreadable(
            _("This is an old or password-protected Excel file. Open it, choose Save as, and save it as .xlsx or CSV.")
        )
    else:
        lines = _text_lines(_decoded(content))
    return _table([(line, cells) for line, cells in lines if any(cell.strip() for cell in cells)])


def _unreadable(advice: str, *, line: int = 1, column: str = "A", value: str = "") -> UnreadableError:
    return UnreadableError(Problem(line, column, shown(value), advice))


def _table(lines: list[tuple[int, list[str]]]) -> Table:
    if not lines:
        raise _unreadable(_("The file is empty. Fill in the template and choose that file."))
    known = [sum(column_called(cell) is not None for cell in cells) for _line, cells in lines[:HEADINGS_WITHIN]]
    best = max(range(len(known)), key=lambda place: (known[place], -place))
    if not known[best]:
        line, cells = lines[0]
        raise _unreadable(
            _("No headings were found. The first row says what stands in each column, as in the template."),
            line=line,
            value=", ".join(filter(None, cells)),
        )
    line, headings = lines[best]
    rows = lines[best + 1 :]
    if len(rows) > MOST_ROWS:
        raise _too_many_rows(line)
    return Table(line, headings, rows)


def _too_many_rows(line: int) -> UnreadableError:
    return _unreadable(
        ngettext(
            "There are more than %(most)s row. Split the file and read in one part at a time.",
            "There are more than %(most)s rows. Split the file and read in one part at a time.",
            MOST_ROWS,
        )
        % {"most": number_format(MOST_ROWS, force_grouping=True)},
        line=line,
    )


# Text


def _decoded(content: bytes) -> str:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return _decode(content, encoding)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _decode(content, "cp1252")


def _decode(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise _unreadable(
            _("The characters in the file cannot be read. Open it in Excel or LibreOffice and save it as CSV UTF-8."),
            line=content.count(b"\n", 0, error.start) + 1,
        ) from error


def _text_lines(text: str) -> Iterator[tuple[int, list[str]]]:
    if "\0" in text or text.startswith("%PDF-"):
        raise _unreadable(
            _("This is not a staff list but a file of another kind. Choose a CSV file or an Excel file (.xlsx).")
        )
    line, delimiter = 1, ""
    if said := _SEPARATOR_LINE.match(text):
        line, delimiter, text = 2, said[1], text[said.end() :]
    # A line break inside quotes belongs to the cell, and a row counts as one, as in a spreadsheet.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter or _delimiter(text), strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _unreadable(
                _("A quotation mark does not fit. Save the file anew as CSV, or take the mark out of the cell."),
                line=line,
            ) from error
        yield line, cells[:MOST_COLUMNS]
        line += 1


def _delimiter(text: str) -> str:
    """The one with which the first rows hold the most headings that we know; then the most cells."""
    top = text[:10_000].splitlines()[:HEADINGS_WITHIN]

    def fit(delimiter: str) -> tuple[int, int]:
        rows = [line.split(delimiter) for line in top]
        known = max((sum(column_called(cell) is not None for cell in cells) for cells in rows), default=0)
        return known, max((len(cells) for cells in rows), default=0)

    return max(DELIMITERS, key=fit)


# Workbooks


def _workbook(content: bytes) -> list[tuple[int, list[str]]]:
    """The first sheet that is shown. Formulas give what they last came to."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about drop-down lists and styles, which are nothing to us
            return list(_sheet_lines(content))
    except UnreadableError:
        raise
    except Exception as error:  # a broken file breaks its reader in any way there is
        logger.info("A workbook could not be read: %s", type(error).__name__)
        raise _unreadable(
            _("The Excel file cannot be read: it is damaged or of another kind. Open it, save it anew as .xlsx or CSV.")
        ) from error


def _sheet_lines(content: bytes) -> Iterator[tuple[int, list[str]]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED:
            raise _unreadable(_("The file is too large. Split it in two and read in one at a time."))
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    try:
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.worksheets
        sheet = sheets[0]
        sheet.reset_dimensions()  # what a file says about its size is not always so
        for line, values in enumerate(sheet.iter_rows(values_only=True), start=1):
            if line > MOST_ROWS + HEADINGS_WITHIN:
                raise _too_many_rows(line)
            yield line, [_as_text(value) for value in values[:MOST_COLUMNS]]
    finally:
        book.close()


def _as_text(value: object) -> str:
    """A cell as it would be typed. A day is 2026-11-23, a whole number has no decimals."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, str):
        # How a workbook writes what XML cannot hold.
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
    return str(value)
