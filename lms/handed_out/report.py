"""What a file says, whatever its format: words and sums as plain values, and a row for each employment."""

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import Course

from ..matrix import Row, Share, Totals
from ..reports.cells import share_text, summary_sentence
from ..reports.lines import Line, Say
from ..reports.workers import Worker
from ..status import Status
from ..wording import day_text

Told = TypeVar("Told")

#: Called with the number of rows written so far.
Tell = Callable[[int], None]


class Place(NamedTuple):
    id: int
    name: str


@dataclass(frozen=True)
class Report:
    """All that is told of a choice of people and courses on a day.

    `rows` begins a walk over the people, in the order of the screen; each walk may read from the database. So does
    `lines`, for who needs no cells: see `lines_of`. `about` is what is said of the figures: (what, words), and
    `about_file` of the file; what of that a page must say stands in `foot`, at the foot of each. `places` are those
    where somebody works, in the order of the tree.
    """

    day: datetime.date
    courses: list[Course]
    totals: Totals
    total_label: str
    places: list[Place]
    rows: Callable[[], Iterator[tuple[Worker, Row]]]
    lines: Callable[[Say[Any]], Iterator[Line[Any]]]
    row_count: int
    about: list[tuple[str, str]]
    foot: list[str]
    language: str
    about_file: Sequence[tuple[str, str]] = ()

    @property
    def title(self) -> str:
        return _("Training matrix")

    @property
    def sentence(self) -> str:
        return summary_sentence(self.totals)

    @property
    def late(self) -> str:
        """How many are late, in words; empty where nobody is."""
        late = self.totals.people.late
        words = ngettext("%(late)s person has an overdue course.", "%(late)s people have an overdue course.", late)
        return words % {"late": late} if late else ""

    def as_of(self) -> str:
        return _("As of %(day)s") % {"day": day_text(self.day)}


def walked(rows: Iterable[Told], tell: Tell | None, *, every: int = 200) -> Iterator[Told]:
    """The same rows; how far it has come is told now and then."""
    number = 0
    for number, row in enumerate(rows, start=1):
        yield row
        if tell and number % every == 0:
            tell(number)
    if tell:
        tell(number)


class CountLine(NamedTuple):
    """Of those who must take the course: how many have completed it. No person is named."""

    place: str
    course: str
    share: Share


def count_lines(report: Report) -> Iterator[CountLine]:
    """Each workplace with all of its courses and each of them, then the total."""
    everything = _("All required courses")
    for place in report.places:
        yield CountLine(place.name, everything, report.totals.by_workplace[place.id])
        for course in report.courses:
            if share := report.totals.by_workplace_course.get((place.id, course.pk)):
                yield CountLine(place.name, course.title, share)
    total = _("Total, each person once")
    yield CountLine(total, everything, report.totals.people)
    for course in report.courses:
        yield CountLine(total, course.title, report.totals.by_course[course.pk])


def count_heading() -> list[str]:
    return [_("Workplace"), _("Course"), _("Have completed"), _("Counted"), _("Per cent"), _("Late")]


def count_values(line: CountLine) -> list[str | int]:
    share = line.share
    percent = "" if share.percent is None else share.percent
    return [line.place, line.course, share.done, share.counted, percent, share.late]


def course_shares(report: Report) -> list[str]:
    return [share_text(report.totals.by_course[course.pk]) for course in report.courses]


def dated_words(status: Status, told: tuple[datetime.date | None, bool]) -> str:
    """Such as "Completed 2026-10-03" and "Not started, due 2026-12-31"; `told` is what `date_of` a cell gives."""
    date, is_due = told
    if date is None:
        return str(status.label)
    if is_due:
        return f"{status.label}, {_('due %(day)s') % {'day': date.isoformat()}}"
    return f"{status.label} {date.isoformat()}"


def meanings() -> list[tuple[Status, str]]:
    """What each status says, and what the date is that stands with it."""
    words = {
        Status.NOT_REQUIRED: _("No rule requires the course of this person here on the day. Not counted."),
        Status.RECOMMENDED: _("Recommended, and not begun. Not counted, and nobody is late."),
        Status.NOT_STARTED: _("Required, and not begun. The date is the last day that is not late."),
        Status.IN_PROGRESS: _("Begun but not completed. The date is the last day that is not late."),
        Status.NEEDS_HELP: _("Required, and the person does not get on without help from a leader."),
        Status.COMPLETE: _("Completed, and it counts on the day. The date is when it was completed."),
        Status.EXPIRING: _("Completed, and it counts, but not for long. The date is the last day that it counts."),
        Status.EXPIRED: _("Completed once, but it no longer counts. The date is the last day that it counted."),
        Status.OVERDUE: _("Required, not completed, and the last day has passed. The date is that day."),
        Status.EXEMPT: _("Excused on the day, and not counted."),
    }
    return [(status, words.get(status, str(status.label))) for status in Status]
