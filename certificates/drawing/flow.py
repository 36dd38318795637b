"""Paragraphs and lists from the top of the page downwards: as large as they may be and still all have room."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from django.utils.translation import ngettext
from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm

from .page import LEFT, RIGHT, WIDTH, Page, Text

#: Tried one after the other until everything fits.
SCALES = (1.12, 1.06, 1.0, 0.94, 0.88, 0.82, 0.76, 0.7, 0.64, 0.58)
#: Of a size: from the top of a line to where its letters stand, and on down to its foot.
ASCENT, DESCENT = 0.76, 0.26
#: From the letters' foot of one line to the next's.
LEADING = 1.18


#: No gap grows by more than this.
MOST_STRETCH = 12 * mm


class Block(Protocol):
    #: Points above it at full scale, and its share (of 1) of what room is left over.
    gap: float
    stretch: float

    def height(self, scale: float) -> float: ...
    def draw(self, page: Page, top: float, scale: float) -> None: ...
    def shorten(self) -> bool:
        """One part less, where even the smallest scale is too large. False when there is none to leave out."""


@dataclass
class Paragraph:
    text: Text
    colour: str
    #: Sizes, largest first, each with the most lines that it may take; at the last it takes what it needs.
    sizes: Sequence[tuple[float, int]]
    role: str = "P"
    gap: float = 0
    stretch: float = 0
    align: str = "left"
    width: float = RIGHT - LEFT
    #: Where even the smallest size is too large, its last words may be left out.
    may_end_early: bool = False

    def _lines(self, scale: float) -> tuple[float, list[str]]:
        size, lines = 0.0, [""]
        for largest, most in self.sizes:
            size = largest * scale
            lines = self.text.lines(size, self.width)
            if len(lines) <= most:
                break
        return size, lines

    def shorten(self) -> bool:
        words = self.text.words
        if not self.may_end_early or len(words) < 3:
            return False
        kept = words[: max(1, len(words) * 9 // 10 - 1)]
        self.text = Text(" ".join(kept) + " …", self.text.font)
        return True

    def height(self, scale: float) -> float:
        size, lines = self._lines(scale)
        return size * (ASCENT + DESCENT + LEADING * (len(lines) - 1))

    def draw(self, page: Page, top: float, scale: float) -> None:
        size, lines = self._lines(scale)
        x = WIDTH / 2 if self.align == "centre" else LEFT
        with page.mark(self.role):
            _write(page, x, top - size * ASCENT, lines, self.text.font, size, self.colour, self.align)


@dataclass
class Columns:
    """A list, of many in two columns; `centred`, without bullets and in the middle."""

    items: Sequence[Text]
    colour: str
    bullets: str
    size: float = 12
    gap: float = 0
    stretch: float = 0
    centred: bool = False

    _APART, _INDENT, _BETWEEN = 9 * mm, 5 * mm, 1.2 * mm

    def __post_init__(self) -> None:
        self._left_out = 0

    def shorten(self) -> bool:
        """Says how many more there were: nothing is left out in silence."""
        kept = self.items[: -2 if self._left_out else -1]
        if not kept:
            return False
        self._left_out += 1
        more = ngettext("and %(number)s more", "and %(number)s more", self._left_out) % {"number": self._left_out}
        self.items = [*kept, Text(more)]
        return True

    def _columns(self, scale: float) -> tuple[float, list[list[list[str]]]]:
        """The width of a column; the lines of each item of each column."""
        number = 1 if len(self.items) <= (6 if self.centred else 4) else 2
        width = (RIGHT - LEFT - self._APART * (number - 1)) / number
        lines = [item.lines(self.size * scale, width - self._INDENT) for item in self.items]
        if number == 1:
            return width, [lines]
        lengths = [len(item) for item in lines]
        first = min(range(len(lines), 0, -1), key=lambda place: max(sum(lengths[:place]), sum(lengths[place:])))
        return width, [lines[:first], lines[first:]]

    def height(self, scale: float) -> float:
        step = self.size * scale * LEADING
        _width, columns = self._columns(scale)
        return max(sum(len(lines) * step + self._BETWEEN * scale for lines in column) for column in columns)

    def draw(self, page: Page, top: float, scale: float) -> None:
        size = self.size * scale
        width, columns = self._columns(scale)
        for number, column in enumerate(columns):
            x, y = LEFT + number * (width + self._APART), top - size * ASCENT
            for lines in column:
                if not self.centred:
                    with page.ornament():
                        page.canvas.setFillColor(HexColor(self.bullets))
                        page.canvas.circle(x + 1 * mm, y + size * 0.27, 0.11 * size, stroke=0, fill=1)
                begin, align = (x + width / 2, "centre") if self.centred else (x + self._INDENT, "left")
                with page.mark("LI"):
                    _write(page, begin, y, lines, self.items[0].font, size, self.colour, align)
                y -= size * LEADING * len(lines) + self._BETWEEN * scale


def _write(
    page: Page, x: float, y: float, lines: Sequence[str], font: str, size: float, colour: str, align: str = "left"
) -> None:
    for number, line in enumerate(lines):
        # Read aloud, the last word of one line and the first of the next are two.
        ending = " " if number < len(lines) - 1 and align == "left" else ""
        page.text(x, y - number * size * LEADING, line + ending, font=font, size=size, colour=colour, align=align)


def pour(page: Page, blocks: Sequence[Block], *, top: float, floor: float) -> None:
    """Draws `blocks` between `top` and `floor`, and shares what room is left over out by their `stretch`."""
    scale, heights, left_over = _fitting(blocks, top - floor, SCALES)
    while left_over < 0 and any(block.shorten() for block in blocks):
        scale, heights, left_over = _fitting(blocks, top - floor, SCALES[-1:])
    for block, height in zip(blocks, heights, strict=True):
        top -= block.gap * scale + min(MOST_STRETCH, max(0, left_over) * block.stretch)
        block.draw(page, top, scale)
        top -= height


def _fitting(blocks: Sequence[Block], room: float, scales: Sequence[float]) -> tuple[float, list[float], float]:
    """The largest of `scales` at which `blocks` fit, else the smallest; how high each is; what is left over."""
    for scale in scales:
        heights = [block.height(scale) for block in blocks]
        left_over = room - sum(heights) - sum(block.gap * scale for block in blocks)
        if left_over >= 0:
            break
    return scale, heights, left_over
