"""What is for the eye alone: the frame, and the spruces of where all this comes from."""

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from .page import HEIGHT, WIDTH, Page


def frame(page: Page, colour: str) -> None:
    canvas = page.canvas
    with page.ornament():
        canvas.setStrokeColor(HexColor(colour))
        for inset, width in ((10 * mm, 1.2), (11.5 * mm, 0.4)):
            canvas.setLineWidth(width)
            canvas.rect(inset, inset, WIDTH - 2 * inset, HEIGHT - 2 * inset)


def spruces(page: Page, colour: str, *, centre: float, ground: float, scale: float = 1.0) -> None:
    """Three of them on a line of ground."""
    canvas = page.canvas
    with page.ornament():
        canvas.setFillColor(HexColor(colour))
        canvas.setStrokeColor(HexColor(colour))
        for beside, height in ((-11 * mm, 15 * mm), (0, 21 * mm), (11 * mm, 13 * mm)):
            _spruce(canvas, centre + beside * scale, ground, height * scale, trunk=1.5 * mm * scale)
        canvas.setLineWidth(0.6)
        canvas.line(centre - 19 * mm * scale, ground, centre + 19 * mm * scale, ground)


def _spruce(canvas: Canvas, x: float, ground: float, height: float, trunk: float) -> None:
    base, half, lowest = ground + trunk, height * 0.28, 0.06
    path = canvas.beginPath()
    path.moveTo(x, base + height)
    for side, levels in ((1, (0.62, 0.34, lowest)), (-1, (lowest, 0.34, 0.62))):
        for level in levels:
            y = base + height * level
            outer, inner = x + side * half * (1.15 - level), x + side * half * (0.7 - level * 0.7)
            for edge in (outer, inner) if side == 1 else (inner, outer):
                path.lineTo(edge, y)
    path.close()
    canvas.drawPath(path, stroke=0, fill=1)
    # A little into the branches, or a hair's breadth of white is seen between.
    canvas.rect(x - height * 0.024, ground, height * 0.048, trunk + height * (lowest + 0.05), stroke=0, fill=1)
