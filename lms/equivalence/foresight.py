"""What an act about equivalent courses means for people, in sentences: found out by a rehearsal."""

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import Course

from ..models import CourseEquivalence, Employment, StaffMember
from ..rehearsal import rehearse
from ..status import Completion
from ..wording import and_list, day_text
from .lookup import Pair, standings_of

#: So many are told by name; of more than these, the others by number.
NAMED = 5


def foresee(act: Callable[[], Any], *, target: Course, day: datetime.date) -> list[str]:
    """What `act` does on `day` to the courses that anything counts for, for everyone who works there that day."""
    courses = {target.pk, *CourseEquivalence.objects.values_list("target", flat=True)}
    staff = Employment.objects.covering(day).values("staff")

    def look() -> dict[Pair, Completion]:
        return standings_of(staff, courses, day)

    before = look()
    after, _entries = rehearse(lambda: (act(), look())[1])
    told = _told(before, after, day)
    if not told:
        told = [_("Nobody’s status changes on %(day)s.") % {"day": day_text(day)}]
    return [*told, _("No certificate is issued or revoked, and nothing changes in what people have completed.")]


def _told(before: dict[Pair, Completion], after: dict[Pair, Completion], day: datetime.date) -> list[str]:
    groups: dict[tuple[int, str], list[int]] = defaultdict(list)
    for person, course in sorted(before.keys() | after.keys()):
        change = _change(before.get((person, course)), after.get((person, course)), day)
        if change:
            groups[course, change].append(person)
    titles = {course.pk: course for course in Course.objects.filter(pk__in={course for course, _change in groups})}
    return [_sentence(change, titles[course], people) for (course, change), people in sorted(groups.items())]


def _change(before: Completion | None, after: Completion | None, day: datetime.date) -> str:
    had, has = _counts_to(before, day), _counts_to(after, day)
    if had is None and has is None:
        return ""
    if had is None:
        return "gained"
    if has is None:
        return "lost"
    return "longer" if has > had else "shorter" if has < had else ""


def _counts_to(done: Completion | None, day: datetime.date) -> datetime.date | None:
    """The last day that it counts; None where it does not on `day`."""
    until = (done.valid_until or datetime.date.max) if done else None
    return until if until and until >= day else None


def _sentence(change: str, course: Course, people: list[int]) -> str:
    number = len(people)
    words = {
        "gained": ngettext(
            "%(number)s person then has “%(course)s” completed: %(names)s.",
            "%(number)s people then have “%(course)s” completed: %(names)s.",
            number,
        ),
        "lost": ngettext(
            "%(number)s person then no longer has “%(course)s” completed: %(names)s.",
            "%(number)s people then no longer have “%(course)s” completed: %(names)s.",
            number,
        ),
        "longer": ngettext(
            "For %(number)s person “%(course)s” is valid longer: %(names)s.",
            "For %(number)s people “%(course)s” is valid longer: %(names)s.",
            number,
        ),
        "shorter": ngettext(
            "For %(number)s person “%(course)s” is valid shorter: %(names)s.",
            "For %(number)s people “%(course)s” is valid shorter: %(names)s.",
            number,
        ),
    }
    return words[change] % {"number": number, "course": course, "names": names_of(people)}


def names_of(people: Iterable[int]) -> str:
    """The first of them by name, and how many more."""
    found = list(people)
    names = [str(person) for person in StaffMember.objects.filter(pk__in=found).order_by("given_name", "pk")[:NAMED]]
    more = len(found) - len(names)
    if more > 0:
        names.append(ngettext("%(number)s more", "%(number)s more", more) % {"number": more})
    return and_list(names)
