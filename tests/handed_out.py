"""What stands in a report's file, read by others than wrote it."""

import csv
import io
import re
import unicodedata
from typing import Any

import openpyxl
from pypdf import PdfReader


def csv_rows(content: bytes, *, delimiter: str = ";") -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=delimiter))


def sheets(content: bytes) -> dict[str, list[list[Any]]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}


def pdf_pages(content: bytes) -> list[str]:
    """The words of each page, single spaces between them."""
    pages = PdfReader(io.BytesIO(content)).pages
    return [" ".join(unicodedata.normalize("NFC", page.extract_text()).split()) for page in pages]


def shares(text: str) -> list[tuple[int, int]]:
    """Each "3 av 5" in the text."""
    return [(int(done), int(counted)) for done, counted in re.findall(r"(\d+) av (\d+)", text)]
