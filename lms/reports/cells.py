"""How a cell and the matrix's one sentence are said."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..matrix import Cell, Share, Totals
from ..requirements.rules import Rule
from ..status import TRAINED, Status, help_on
from ..wording import day_text, rule_text, short_day, what_next, why


class ShownCell(NamedTuple):
    course_id: int
    status: str
    icon: str
    label: str
    detail: str
    late: bool
    why: str
    next: str
    help: str  # a HelpReason, or empty
    evidence: list[Any]
    rule_id: int | None = None
    rule: str = ""


#: Every icon has a shape of its own: colour alone says nothing to many.
ICONS = {
    Status.NOT_REQUIRED: "·",
    Status.RECOMMENDED: "☆",
    Status.NOT_STARTED: "○",
    Status.IN_PROGRESS: "◐",
    Status.NEEDS_HELP: "?",
    Status.COMPLETE: "✓",
    Status.EXPIRING: "↻",
    Status.EXPIRED: "×",
    Status.OVERDUE: "!",
    Status.EXEMPT: "–",
}


def show_cell(
    day: datetime.date,
    cell: Cell,
    evidence: dict[int, list[Any]],
    rules: Mapping[int, Rule] | None = None,
    *,
    first: Sequence[str] = (),
) -> ShownCell:
    """`rules` by id, where it is to be said which of them asks for the course: the one whose due day it is.

    `first`: titles of the courses that must be completed before this one opens.
    """
    done, asked_by = cell.facts.completion, (rules or {}).get(cell.facts.rule_id or 0)
    needed = help_on(day, cell.facts)
    return ShownCell(
        course_id=cell.course_id,
        status=cell.status.value,
        icon=ICONS[cell.status],
        label=str(cell.status.label),
        detail=cell_detail(day, cell),
        late=cell.late,
        why=why(day, cell.facts),
        next=what_next(cell.status, done, first, needed),
        help=needed.value if needed else "",
        evidence=evidence.get(done.id, []) if done else [],
        rule_id=asked_by.id if asked_by else None,
        rule=rule_text(asked_by) if asked_by else "",
    )


def cell_detail(day: datetime.date, cell: Cell) -> str:
    """The one date that matters: when it was done, when it runs out, when it was due."""
    date, is_due = date_of(cell)
    if date is None:
        return ""
    shown = _with_year(day, date)
    return _("due %(day)s") % {"day": shown} if is_due else shown


def date_of(cell: Cell) -> tuple[datetime.date | None, bool]:
    """The date that is said with the status, and whether it is the day that the course is due."""
    done, due = cell.facts.completion, cell.facts.due
    if done and cell.status is Status.COMPLETE:
        return done.completed_on, False
    if done and done.last_day and cell.status in (Status.EXPIRING, Status.EXPIRED):
        return done.last_day, False
    if due and cell.facts.required and cell.status is not Status.EXEMPT and cell.status not in TRAINED:
        return due, True
    return None, False


def _with_year(day: datetime.date, other: datetime.date) -> str:
    return short_day(other) if other.year == day.year else f"{short_day(other)} {other.year}"


def known_text(known: datetime.datetime) -> str:
    """The day, and the time where it is not the end of the day that is meant."""
    local = timezone.localtime(known)
    if local.time() == datetime.time.max:
        return day_text(local.date())
    return _("%(day)s at %(time)s") % {"day": day_text(local.date()), "time": date_format(local, "H:i")}


def summary_sentence(totals: Totals) -> str:
    """How many of how many have completed their training. What is counted is said beside it."""
    people = totals.people
    if not people.counted:
        return _("Nobody has required courses on this day.")
    if not people.missing:
        return ngettext(
            "The %(counted)s member of staff has completed all required training.",
            "All %(counted)s staff have completed all required training.",
            people.counted,
        ) % {"counted": people.counted}
    return ngettext(
        "%(done)s of %(counted)s staff has completed all required training.",
        "%(done)s of %(counted)s staff have completed all required training.",
        people.done,
    ) % {"done": people.done, "counted": people.counted}


def who_is_counted(totals: Totals) -> str:
    """The denominator in words."""
    parts = [_("Counted: everyone employed on the day who must take at least one course, each person once.")]
    if totals.excused:
        parts.append(
            ngettext(
                "%(number)s person is excused and not counted.",
                "%(number)s people are excused and not counted.",
                totals.excused,
            )
            % {"number": totals.excused}
        )
    if totals.not_required:
        parts.append(
            ngettext(
                "%(number)s person has no required course.",
                "%(number)s people have no required course.",
                totals.not_required,
            )
            % {"number": totals.not_required}
        )
    return " ".join(parts)


def total_label(*, only: str) -> str:
    """What the line of totals is of. The rows above it may be fewer: those with something left, or late."""
    if only:
        return _("Total, each person once: also those who are not shown above")
    return _("Total, each person once")


def share_text(share: Share) -> str:
    """Such as "3 of 5"."""
    return _("%(done)s of %(counted)s") % {"done": share.done, "counted": share.counted}
