"""Pages of A4 landscape with the same head and foot, "page n of N", and a mark for each status."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from ..reports.cells import ICONS
from ..status import Status
from .typefaces import (
    BOLD,
    PLAIN,
    PLAIN_BOLD,
    REGULAR,
    UNKNOWN,
    composed,
    face_for,
    readable,
    register,
    width_of,
    wrap,
)

WIDTH, HEIGHT = landscape(A4)
MARGIN = 13 * mm
LEFT, RIGHT = MARGIN, WIDTH - MARGIN
#: Where a page's own content begins, and below which it may not go.
TOP, FLOOR = HEIGHT - 26 * mm, 22 * mm
INK, SPRUCE, PALE, RED = HexColor("#1d2b27"), HexColor("#1f5a4c"), HexColor("#52605b"), HexColor("#93392b")
BAND, LINE = HexColor("#e7eeeb"), HexColor("#c5cfcb")
COLOURS = {Status.COMPLETE: SPRUCE, Status.OVERDUE: RED, Status.EXPIRED: RED}
#: The face with more letters is smaller to the eye.
INSTEAD_SIZE = 1.15
#: Half the side of a mark.
RADIUS = 3.3


class Sheet:
    """A document that is written page by page. How many pages there are is known when it is finished."""

    def __init__(self, out: Any, *, title: str, aside: str, foot: Sequence[str], language: str):
        register()
        self.title, self.aside, self.foot = title, aside, foot
        self.page = 0
        self.has_unknown = False
        self.canvas = Canvas(
            out, pagesize=(WIDTH, HEIGHT), pdfVersion=(1, 7), lang=language, initialFontName=REGULAR,
            pageCompression=1,
        )  # fmt: skip
        self.canvas.setTitle(title)
        self.canvas.setSubject(aside)
        self.canvas.setViewerPreference("DisplayDocTitle", "true")
        for status in Status:
            self._define_mark(status)

    def begin(self) -> None:
        self.page += 1
        self.text(LEFT, HEIGHT - 17 * mm, self.title, font=BOLD, size=17, colour=SPRUCE)
        self.text(RIGHT, HEIGHT - 17 * mm, self.aside, size=8.5, colour=PALE, align="right")
        self.rule(HEIGHT - 20 * mm, colour=SPRUCE, width=0.8)
        for number, words in enumerate(self.foot):
            self.text(LEFT, 12 * mm - number * 8.5, words, size=6.8, colour=PALE)
        total = width_of("00000", PLAIN, 8.5)
        words = _("Page %(page)s of") % {"page": self.page}
        self.text(RIGHT - total, 12 * mm, words, size=8.5, colour=PALE, align="right")
        self._at(RIGHT - total + 2.5, 12 * mm, "pages")

    def end(self) -> None:
        self.canvas.showPage()

    def finish(self) -> None:
        self.canvas.beginForm("pages", 0, -3, 60, 12)
        self.text(0, 0, str(self.page), size=8.5, colour=PALE)
        self.canvas.endForm()
        self.canvas.save()

    def text(
        self, x: float, y: float, words: str, *, font: str = PLAIN, size: float = 9.0, colour: Any = INK,
        align: str = "left",
    ) -> None:  # fmt: skip
        face, shown, size = self._shown(words, font, size)
        self.canvas.setFont(face, size)
        self.canvas.setFillColor(colour)
        draw = {"left": self.canvas.drawString, "right": self.canvas.drawRightString}[align]
        draw(x, y, shown)

    def lines(self, words: str, font: str, size: float, width: float) -> list[str]:
        """`words` in as many lines as `width` takes."""
        face, shown, size = self._shown(words, font, size)
        return wrap(shown, face, size, width)

    def _shown(self, words: str, font: str, size: float) -> tuple[str, str, float]:
        """In which face, as what and in which size. Letters that no face has are noted."""
        face = face_for(composed(words), font)
        shown = readable(words, face)
        self.has_unknown |= shown.count(UNKNOWN) > words.count(UNKNOWN)
        return face, shown, size * INSTEAD_SIZE if face != font else size

    def rule(
        self, y: float, *, left: float = LEFT, right: float = RIGHT, colour: Any = LINE, width: float = 0.4
    ) -> None:
        self.canvas.setStrokeColor(colour)
        self.canvas.setLineWidth(width)
        self.canvas.line(LEFT, y, right, y)

    def band(self, y: float, height: float, *, left: float = LEFT, right: float = RIGHT, colour: Any = BAND) -> None:
        self.canvas.setFillColor(colour)
        self.canvas.rect(left, y, right - left, height, stroke=0, fill=1)

    def bar(self, x: float, y: float, width: float, height: float, share: float) -> None:
        """As long as the share that is done."""
        self.band(y, height, left=x, right=x + width)
        if share:
            self.band(y, height, left=x, right=x + width * share, colour=SPRUCE)

    def mark(self, x: float, y: float, status: Status) -> None:
        """The status' own shape, in the place of a letter that begins at `x` on the line `y`."""
        self._at(x + RADIUS, y + 2.4, f"mark-{status.value}")

    def _at(self, x: float, y: float, form: str) -> None:
        self.canvas.saveState()
        self.canvas.translate(x, y)
        self.canvas.doForm(form)
        self.canvas.restoreState()

    def _define_mark(self, status: Status) -> None:
        """A round with the sign of the screen in it. Shapes differ, so that nothing hangs on the colour."""
        canvas, sign, r = self.canvas, ICONS.get(status, "·"), RADIUS
        canvas.beginForm(f"mark-{status.value}", -r - 1, -r - 1, r + 1, r + 1)
        colour = COLOURS.get(status, INK)
        canvas.setStrokeColor(colour)
        canvas.setFillColor(colour)
        canvas.setLineWidth(0.8)
        if sign == "✓":
            canvas.circle(0, 0, r, stroke=0, fill=1)
            canvas.setStrokeColor(HexColor("#ffffff"))
            canvas.setLineWidth(1.1)
            canvas.lines([(-1.7, 0.1, -0.5, -1.4), (-0.5, -1.4, 1.8, 1.5)])
        elif sign == "↻":
            canvas.arc(-r + 0.6, -r + 0.6, r - 0.6, r - 0.6, startAng=60, extent=290)
            canvas.lines([(1.3, 2.3, 3.2, 2.6), (1.3, 2.3, 1.2, 0.5)])
        else:
            canvas.circle(0, 0, r, stroke=1, fill=0)
            if sign == "◐":
                canvas.wedge(-r, -r, r, r, 90, 180, stroke=0, fill=1)
            elif sign != "○":
                canvas.setFont(PLAIN_BOLD, 5.5)
                canvas.drawCentredString(0, -2, sign)
        canvas.endForm()


def legend(sheet: Sheet, y: float) -> None:
    """What each mark stands for, on one line."""
    widths = [width_of(str(status.label), PLAIN, 7) + 2 * RADIUS + 3 for status in Status]
    room = (RIGHT - LEFT - sum(widths)) / max(1, len(widths) - 1)
    x = LEFT
    for status, width in zip(Status, widths, strict=True):
        sheet.mark(x, y, status)
        sheet.text(x + 2 * RADIUS + 3, y, str(status.label), size=7, colour=PALE)
        x += width + min(room, 16)
