"""The code that leads to the page where anyone sees whether the certificate is genuine, and its address in words."""

from django.utils.translation import gettext as _
from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm

from lms.drawing.typefaces import PLAIN
from lms.qr import QUIET_ZONE, modules, runs

from .page import PALE, Page, Text

#: With its quiet zone. Read at 72 dots per inch, as a screenshot or a bad copy has it.
SIDE = 34 * mm


def qr(page: Page, url: str, *, left: float, bottom: float, side: float = SIDE) -> None:
    """With the words below it, right-aligned to it."""
    right, top = left + side, bottom + side
    alt = _("QR code that leads to %(address)s") % {"address": url}
    with page.mark("Figure", alt=alt, box=(left, bottom, right, top)):
        rows = modules(url)
        module = side / (len(rows) + 2 * QUIET_ZONE)
        page.canvas.setFillColor(HexColor("#000000"))
        path = page.canvas.beginPath()
        for x, y, length in runs(rows):
            path.rect(left + (x + QUIET_ZONE) * module, top - (y + QUIET_ZONE + 1) * module, length * module, module)
        page.canvas.drawPath(path, stroke=0, fill=1)
    with page.mark("P"):
        page.text(right, bottom - 3 * mm, _("Check that it is genuine:"), size=9, colour=PALE, align="right")
        shown = url.split("://")[-1]
        size = Text(shown, PLAIN).fit(8, 110 * mm)
        page.text(right, bottom - 7.5 * mm, shown, font=PLAIN, size=size, colour=PALE, align="right")
