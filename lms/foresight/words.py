"""What an act changes, in words and figures for a leader."""

import datetime
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import Course

from ..requirements.change import Change, Count, CourseChange, Stand
from ..requirements.words import nothing_changes
from ..requirements.words import told as told_of_many
from ..wording import day_text

#: So many workplaces are told of in a sentence, and so many lines of their figures shown at once.
PLACES, LINES = 5, 6
#: Of the courses at each of more workplaces than this there would be thousands of lines.
MANY = 50


class Line(NamedTuple):
    """A row of a table: what was, and what becomes of it."""

    label: str
    was: str
    now: str


class Place(NamedTuple):
    name: str
    lines: list[Line]


class Tables(NamedTuple):
    """What is told in tables: of one person's courses, and of figures by workplace.

    `is_brief`: of each workplace only the figure of all required courses. At `singly` more only those of single
    courses become others.
    """

    day: datetime.date
    courses: list[Line]
    places: list[Place]
    is_brief: bool = False
    singly: int = 0

    @property
    def is_long(self) -> bool:
        """Whether the figures are folded away, so that the answer is not far down the page."""
        return sum(len(place.lines) for place in self.places) > LINES


def told(change: Change) -> list[str]:
    """What changes for those whom an act is about, in whole sentences."""
    if change.touched == 1:
        return _of_one(change)
    if change.touched:
        return told_of_many(change, several=True)
    if change.shares:
        return [_("Nobody has more to do than before, or less.")]
    return [nothing_changes(change.day)]


def _of_one(change: Change) -> list[str]:
    courses = change.courses
    bound = [each for each in courses if each.now.counts and not each.was.counts]
    both = [each for each in courses if each.now.counts and each.was.counts]
    counted = (
        (
            bound,
            lambda number: ngettext(
                "From %(day)s, %(name)s must take %(number)s more course.",
                "From %(day)s, %(name)s must take %(number)s more courses.",
                number,
            ),
        ),
        (
            [each for each in bound if each.now.done],
            lambda number: ngettext(
                "%(number)s of them is completed already.", "%(number)s of them are completed already.", number
            ),
        ),
        (
            [each for each in courses if each.was.counts and not each.now.counts],
            lambda number: ngettext(
                "From %(day)s, %(name)s is no longer counted in %(number)s course.",
                "From %(day)s, %(name)s is no longer counted in %(number)s courses.",
                number,
            ),
        ),
        (
            [each for each in courses if each.now.recommended and not (each.was.recommended or each.was.counts)],
            lambda number: ngettext(
                "From %(day)s, %(number)s more course is recommended for %(name)s.",
                "From %(day)s, %(number)s more courses are recommended for %(name)s.",
                number,
            ),
        ),
        (
            [each for each in both if each.was.due != each.now.due and not each.now.done],
            lambda number: ngettext(
                "%(name)s gets another due date in %(number)s course.",
                "%(name)s gets another due date in %(number)s courses.",
                number,
            ),
        ),
        (
            [each for each in both if each.now.done and not each.was.done],
            lambda number: ngettext(
                "%(name)s then has %(number)s more course completed.",
                "%(name)s then has %(number)s more courses completed.",
                number,
            ),
        ),
        (
            [each for each in both if each.was.done and not each.now.done],
            lambda number: ngettext(
                "%(name)s then has %(number)s course less completed.",
                "%(name)s then has %(number)s courses less completed.",
                number,
            ),
        ),
        (
            [each for each in courses if each.now.late and not each.was.late],
            lambda number: ngettext(
                "%(name)s is late at once with %(number)s course.",
                "%(name)s is late at once with %(number)s courses.",
                number,
            ),
        ),
        (
            [each for each in courses if each.was.late and not each.now.late],
            lambda number: ngettext(
                "%(name)s is no longer late with %(number)s course.",
                "%(name)s is no longer late with %(number)s courses.",
                number,
            ),
        ),
    )
    values = {"day": day_text(change.day), "name": change.names[0]}
    return [words(len(found)) % {**values, "number": len(found)} for found, words in counted if found]


def figures_told(change: Change | None) -> list[str]:
    """What becomes of the figure of all required courses at each workplace; nothing where they are too many to read."""
    shares = [share for share in change.shares if share.course_id is None] if change else []
    if len(shares) > PLACES:
        return []
    return [
        _("%(workplace)s: %(was)s becomes %(now)s.")
        % {"workplace": share.place, "was": _count(share.was), "now": _count(share.now)}
        for share in shares
    ]


def tables(change: Change, *, titles: Mapping[int, str] | None = None) -> Tables:
    """`titles` are those of the courses, in the order of the catalogue; they are looked up where they are not given."""
    named = titles_of(change) if titles is None else titles
    order = {course: number for number, course in enumerate(named)}
    courses = sorted(change.courses, key=lambda each: order.get(each.course_id, len(order)))
    places: dict[str, list[Line]] = {}
    touched = {share.place for share in change.shares}
    is_brief = len(touched) > MANY
    shares = [share for share in change.shares if share.course_id is None] if is_brief else change.shares
    for share in sorted(shares, key=lambda each: (each.place, order.get(each.course_id or 0, -1))):
        label = named.get(share.course_id, "") if share.course_id else _("All required courses")
        places.setdefault(share.place, []).append(Line(label, _count(share.was), _count(share.now)))
    return Tables(
        change.day,
        [Line(named.get(each.course_id, ""), *_both(each)) for each in courses],
        [Place(name, lines) for name, lines in places.items()],
        is_brief,
        len(touched) - len(places),
    )


def titles_of(change: Change) -> dict[int, str]:
    """Of the courses that it is about, in the order of the catalogue. One query, or none."""
    ids = {each.course_id for each in change.courses} | {each.course_id for each in change.shares if each.course_id}
    return _titles(Course.objects.filter(pk__in=ids).in_tree_order()) if ids else {}


def _titles(courses: Iterable[Course]) -> dict[int, str]:
    return {course.pk: str(course) for course in courses}


def _count(count: Count) -> str:
    return _("%(done)s of %(all)s") % {"done": count.done, "all": count.counted}


def _both(change: CourseChange) -> tuple[str, str]:
    return _stand(change.was), _stand(change.now)


def _stand(stand: Stand) -> str:
    if stand.excused:
        return _("Excused")
    if stand.counts and stand.done:
        return _("Completed")
    if stand.counts and stand.due:
        words = _("Late since %(day)s") if stand.late else _("Due %(day)s")
        return words % {"day": day_text(stand.due)}
    if stand.counts:
        return _("Late") if stand.late else _("Required, with no date")
    return _("Recommended") if stand.recommended else _("Not required")
