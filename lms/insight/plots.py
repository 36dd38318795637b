"""Curves as SVG, drawn on the server: they need no script and no style of their own, and print as they stand.

Colours and widths are classes in lms/insight.css. Whoever cannot see one hears its title and its description; a table
with the same figures always stands beside it.
"""

import datetime
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ..wording import short_day


class Frame(NamedTuple):
    """Days across and per cent up, in the SVG's own units."""

    first: datetime.date
    last: datetime.date
    left: float
    right: float
    top: float
    bottom: float

    def x(self, day: datetime.date) -> float:
        span = (self.last - self.first).days
        return round(self.left + (self.right - self.left) * ((day - self.first).days / span if span else 0.5), 1)

    def y(self, percent: float) -> float:
        return round(self.bottom - (self.bottom - self.top) * percent / 100, 1)


Curve = Sequence[tuple[datetime.date, float | None]]


def curve(
    points: Curve,
    *,
    key: str,
    title: str,
    description: str,
    due: datetime.date | None = None,
) -> SafeString:
    """Per cent over days, None where nobody is counted. `key` tells it from others on the page.

    With a `due` day it goes on to there, with the straight way that is left to all.
    """
    ends = [day for day, _percent in points]
    frame = Frame(ends[0], max(ends[-1], due or ends[-1]), left=60, right=628, top=24, bottom=216)
    marks = [_grid(frame)]
    if due:
        way = f"M{frame.x(due)} {frame.top - 8}V{frame.bottom}"
        marks.append(format_html('<path class="lms-plot__due" d="{}"/>', way))
        now = points[-1][1]
        if now is not None and due > ends[-1]:
            marks.append(
                format_html(
                    '<line class="lms-plot__left" x1="{}" y1="{}" x2="{}" y2="{}"/>',
                    frame.x(ends[-1]), frame.y(now), frame.x(due), frame.y(100),
                )
            )  # fmt: skip
    marks += [_line(frame, points), _days(frame, [ends[0], ends[-1], *([due] if due else [])])]
    return _svg("0 0 640 256", "lms-plot", key, title, description, marks)


def small_curve(
    points: Curve, *, first: datetime.date, last: datetime.date, key: str, title: str, description: str
) -> SafeString:
    """The same without words, to stand among others with the same days."""
    frame = Frame(first, last, left=4, right=196, top=6, bottom=54)
    base = format_html('<path class="lms-plot__grid" d="M4 {}H196M4 {}H196"/>', frame.y(0), frame.y(100))
    return _svg("0 0 200 60", "lms-plot lms-plot--small", key, title, description, [base, _line(frame, points)])


def _svg(box: str, kind: str, key: str, title: str, description: str, marks: Iterable[SafeString]) -> SafeString:
    return format_html(
        '<svg class="{}" viewBox="{}" role="img" aria-labelledby="{}-t {}-d">'
        '<title id="{}-t">{}</title><desc id="{}-d">{}</desc>{}</svg>',
        kind, box, key, key, key, title, key, description,
        format_html_join("", "{}", ((mark,) for mark in marks)),
    )  # fmt: skip


def _line(frame: Frame, points: Curve) -> SafeString:
    """Broken where nobody is counted. A day that stands alone is a dot, and so is the last."""
    pieces: list[list[tuple[float, float]]] = [[]]
    for day, percent in points:
        if percent is None:
            pieces.append([])
        else:
            pieces[-1].append((frame.x(day), frame.y(percent)))
    way = "".join("M" + "L".join(f"{x} {y}" for x, y in piece) for piece in pieces if len(piece) > 1)
    dots = [piece[0] for piece in pieces if len(piece) == 1]
    if points[-1][1] is not None:
        dots.append((frame.x(points[-1][0]), frame.y(points[-1][1])))
    return format_html(
        '<path class="lms-plot__line" d="{}"/>{}',
        way,
        format_html_join("", '<circle class="lms-plot__dot" cx="{}" cy="{}" r="4"/>', dots),
    )


def _grid(frame: Frame) -> SafeString:
    lines = [(frame.left, frame.y(percent), frame.right, frame.left - 8, frame.y(percent) + 5, f"{percent} %")
             for percent in (0, 50, 100)]  # fmt: skip
    return format_html_join(
        "",
        '<path class="lms-plot__grid" d="M{} {}H{}"/><text class="lms-plot__word" x="{}" y="{}" '
        'text-anchor="end">{}</text>',
        lines,
    )


def _days(frame: Frame, days: Sequence[datetime.date]) -> SafeString:
    """The days named under it, none where it would stand in the way of the one before."""
    named: list[tuple[float, float, str, str]] = []
    for day in sorted(set(days), key=lambda each: (each not in (frame.first, frame.last), each)):
        x = frame.x(day)
        if all(abs(x - other[0]) > 110 for other in named):
            anchor = "start" if day == frame.first else "end" if day == frame.last else "middle"
            named.append((x, frame.bottom + 24, anchor, _day(day, frame)))
    return format_html_join("", '<text class="lms-plot__word" x="{}" y="{}" text-anchor="{}">{}</text>', named)


def _day(day: datetime.date, frame: Frame) -> str:
    if frame.first.year == frame.last.year:
        return short_day(day)
    return _("%(day)s %(year)s") % {"day": short_day(day), "year": day.year}
