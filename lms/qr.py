"""QR codes of one matrix of modules, drawn by two: as SVG on a page, as a path in the PDF."""

import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString

#: Empty modules around the code, as the standard asks.
QUIET_ZONE = 4


def modules(text: str) -> list[list[bool]]:
    """Rows of dark (True) and light modules, without the quiet zone. Level M: a fold or a stain does no harm."""
    return [[bool(module) for module in row] for row in segno.make(text, error="m", micro=False).matrix]


def runs(rows: list[list[bool]]) -> list[tuple[int, int, int]]:
    """Dark runs as (column, row, length): few rectangles instead of many."""
    found = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            if row[x]:
                start = x
                while x < len(row) and row[x]:
                    x += 1
                found.append((start, y, x - start))
            else:
                x += 1
    return found


def as_svg(text: str, label: str) -> SafeString:
    """Dark on white whatever the theme: a camera needs the contrast."""
    rows = modules(text)
    size = len(rows) + 2 * QUIET_ZONE
    path = "".join(f"M{x + QUIET_ZONE} {y + QUIET_ZONE}h{n}v1h-{n}z" for x, y, n in runs(rows))
    return format_html(
        '<svg class="lms-qr" viewBox="0 0 {0} {0}" role="img" aria-label="{1}" shape-rendering="crispEdges">'
        '<rect width="{0}" height="{0}" fill="#fff"/><path d="{2}" fill="#000"/></svg>',
        size,
        label,
        path,
    )
