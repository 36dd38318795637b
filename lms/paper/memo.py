"""A lesson on one page to pin to the wall: its points in its own words, and the way back to it."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from courses.body import Step
from courses.models import Access, LessonPage

from ..qr import as_svg
from ..reader.desk import desk, readable_version
from .sheets import public_address

#: What one page holds for certain, in large type: so many points, of so many characters.
MOST_POINTS, LONGEST = 8, 140
#: With no more characters than the first in all the type is a size larger, with more than the second a size smaller.
FEW, MANY = 300, 560


def key_points(steps: Iterable[Step]) -> list[str]:
    """What its author sums the lesson up in: the last checklist. Without any, the last numbered steps, then what to do
    of the last do and do not, then the headings."""
    steps = list(steps)
    found: dict[str, list[str]] = {}
    for step in steps:
        for block in step.blocks:
            if block.block_type in ("checklist", "steps"):
                found[block.block_type] = [str(item) for item in block.value["items"]]
            elif block.block_type == "do_dont":
                found["do_dont"] = [str(item) for item in block.value["do"]]
    chosen = next((found[kind] for kind in ("checklist", "steps", "do_dont") if found.get(kind)), None)
    return chosen if chosen is not None else [step.title for step in steps]


@require_safe
@desk
def memo(request: Any, activity: Any) -> Any:
    version = readable_version(request, activity)
    if version.activity.kind != "lesson":
        raise Http404
    pages = LessonPage.objects.live().filter(locale__language_code=version.language)
    page = get_object_or_404(pages, translation_key=version.activity.uuid)
    points = key_points(page.get_steps())
    shown = [Truncator(point).chars(LONGEST) for point in points[:MOST_POINTS]]
    is_open = version.activity.course.access == Access.OPEN and bool(page.url)
    address = _address_of(request, version, page.url if is_open else None)
    return render(
        request,
        "lms/paper/memo.html",
        {
            "version": version,
            "course": version.activity.course.title_in(version.language),
            "points": shown,
            "more": len(points) - len(shown),
            "size": _size(sum(map(len, shown))),
            "is_open": is_open,
            "shown_address": address.partition("://")[2] if is_open else urlsplit(address).netloc,
            "qr": as_svg(address, _("To the lesson")),
        },
    )


def _size(characters: int) -> str:
    return "large" if characters <= FEW else "small" if characters > MANY else "medium"


def _address_of(request: Any, version: Any, in_book: str | None) -> str:
    """The book's where everyone may read it; else the desk's, which asks who it is. Never the tablet's: a phone reads
    the code."""
    return public_address(in_book or reverse("lms:own:activity", args=[version.activity.uuid]), request)
