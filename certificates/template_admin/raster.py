"""A page of PDF as a picture. Tablets show no PDF inside a page, and Wagtail's preview is one."""

import io
from threading import Lock
from typing import NamedTuple

import pypdfium2

#: PDFium may only be used by one thread at a time.
_pdfium = Lock()
#: Pixels for each point: an A4 page is 1,263 wide, sharp in the panel and on a screen of its own.
SCALE = 1.5


class Page(NamedTuple):
    png: bytes
    width: int
    height: int


def first_page(pdf: bytes) -> Page:
    with _pdfium:
        document = pypdfium2.PdfDocument(pdf)
        try:
            picture = document[0].render(scale=SCALE).to_pil().convert("RGB")
        finally:
            document.close()
    output = io.BytesIO()
    picture.save(output, "PNG")
    return Page(output.getvalue(), *picture.size)
