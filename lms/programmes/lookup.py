"""What programmes hold. In the rules it is `requirements.lookup` that reads it, at any two dates."""

import datetime
from collections.abc import Iterable

from courses.models import Course

from ..models import Programme, ProgrammeContents, ProgrammeCourse


def courses_of(about: Course | Programme) -> list[Course]:
    """The course; or every course that the programme holds on some day, ended or to come."""
    if isinstance(about, Course):
        return [about]
    return list(Course.objects.filter(programme_parts__contents__programme=about).distinct().order_by("pk"))


#: What a programme holds from a day to a day, and its courses in order.
Held = tuple[ProgrammeContents, list[Course]]


def contents_of(programmes: Iterable[Programme]) -> dict[int, list[Held]]:
    """Programme id to what it holds and held, the latest last, each with its courses in order. One query.

    What was taken back is left out.
    """
    parts = ProgrammeCourse.objects.filter(contents__programme__in=programmes).select_related("contents", "course")
    rows: dict[int, Held] = {}
    for part in parts.order_by("contents", "order"):
        if not part.contents.is_taken_back:
            rows.setdefault(part.contents_id, (part.contents, []))[1].append(part.course)
    found: dict[int, list[Held]] = {}
    for contents, courses in rows.values():
        found.setdefault(contents.programme_id, []).append((contents, courses))
    return found


def contents_nearest(held: Iterable[Held], day: datetime.date) -> Held | None:
    """Of what `contents_of` tells of a programme what it holds on `day`, or else what it holds first after it."""
    return min(
        (one for one in held if one[0].valid_to is None or day <= one[0].valid_to),
        key=lambda one: one[0].valid_from,
        default=None,
    )


def programmes_on(day: datetime.date, *, known: datetime.datetime | None = None) -> list[tuple[Programme, list[int]]]:
    """Those that hold courses on `day`, as known at `known`, by title: each with the ids of its courses in order.

    One query.
    """
    rows = ProgrammeContents.objects.in_force(day, known=known)
    parts = ProgrammeCourse.objects.filter(contents__in=rows).select_related("contents__programme")
    found: dict[Programme, list[int]] = {}
    for part in parts.order_by("contents", "order"):
        found.setdefault(part.contents.programme, []).append(part.course_id)
    return sorted(found.items(), key=lambda held: (held[0].title, held[0].pk))
