"""A report handed out as a leader does it, and what stands in its file, read by others than wrote it."""

import csv
import io
import re
import unicodedata
import uuid
from typing import Any

import openpyxl
from pypdf import PdfReader

from lms.models import HandedOutReport

BASE = "/admin/training/handed-out/"
MATRIX = "/admin/reports/training-matrix/"


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


def form(**changes):
    return {"format": "xlsx", "contents": "names", "purpose": "", "form_id": str(uuid.uuid4()), **changes}


def hand_out(browser, query="", **changes) -> HandedOutReport:
    """By the page, as a leader does it."""
    response = browser.post(f"{BASE}new/{query}", form(**changes))
    assert response.status_code == 302, response.content.decode()
    report = HandedOutReport.objects.latest("pk")
    assert response["Location"] == f"{BASE}{report.uuid}/"
    return report


def fetch(browser, report) -> bytes:
    response = browser.get(f"{BASE}{report.uuid}/file/")
    assert response.status_code == 200
    return response.getvalue()


def address(browser, report) -> str:
    """The link on the report's page to the same figures."""
    page = browser.get(f"{BASE}{report.uuid}/")
    assert f"{MATRIX}?{page.context['query'].replace('&', '&amp;')}" in page.content.decode()
    return page.context["query"]
