"""How a cell and the matrix's one sentence are said."""

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from typing import Any, NamedTuple

from django.template.loader import get_template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from ..afterwards import is_afterwards
from ..matrix import Cell, Row, Share, Totals
from ..requirements.lookup import end_of
from ..requirements.rules import Rule
from ..status import TRAINED, Completion, Status, help_on, runs_out, status_on
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
    afterwards: bool = False


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
    asked_by: Rule | None = None,
    *,
    first: Sequence[str] = (),
) -> ShownCell:
    """`asked_by`: the rule that asks for the course, where that is to be said: the one whose due day it is.

    `first`: titles of the courses that must be completed before this one opens.
    """
    done = cell.facts.completion
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
        afterwards=done is not None and is_afterwards(done.completed_on, done.recorded_at),
    )


class _Words(dict[datetime.date, str]):
    """Days in words, each put into words once."""

    def __init__(self, say: Callable[[datetime.date], str]) -> None:
        self._say = say

    def __missing__(self, day: datetime.date) -> str:
        self[day] = words = escape(self._say(day))
        return words


#: Days that no completion has, and keys that no row has: where they stand in a cell, its own are put.
SOME_DAY, LONG_AGO, FAR_OFF = datetime.date(1111, 1, 1), datetime.date(1222, 2, 2), datetime.date(9888, 8, 8)
STAFF, COURSE, JOB = 8_111_222_333_441, 8_111_222_333_442, 8_111_222_333_443


class CellPrinter:
    """Cells as HTML: `cell.html`, rendered once for all that say the same. A page has thousands of cells.

    They differ in whose they are and of which course, which links tell; and what is done says much the same wherever it
    is done, but for its two days. These are left open when it is rendered, and put in for each.

    `rules` of the day and `first` by (staff id, course id) as in `show_cell`; `links` is what else the template asks
    for.
    """

    def __init__(
        self,
        day: datetime.date,
        evidence: dict[int, list[Any]],
        *,
        rules: Iterable[Rule] = (),
        first: Mapping[tuple[int, int], Sequence[str]] | None = None,
        links: Mapping[str, Any] | None = None,
    ) -> None:
        self._day, self._evidence = day, evidence
        self._first, self._links = first or {}, links or {}
        # A rule about a programme is one for each of its courses, all with the same id.
        self._rules = {(rule.id, rule.course_id): (rule, rule_text(rule)) for rule in rules}
        self._template = get_template("lms/reports/cell.html")
        self._short, self._long = _Words(partial(_with_year, day)), _Words(day_text)
        self._ends = cache(end_of)
        self._kept: dict[Any, str] = {}

    def row(self, worker: Any, row: Row) -> str:
        """The cells of a row, one after the other."""
        return self.cells(worker, row.cells)

    def cells(self, worker: Any, cells: Sequence[Cell]) -> str:
        """Some of them."""
        # Each is a template's own, with keys and escaped days put in.
        return mark_safe("".join([self._cell(worker, cell) for cell in cells]))  # noqa: S308

    def _cell(self, worker: Any, cell: Cell) -> str:
        facts, done = cell.facts, cell.facts.completion
        first = tuple(self._first.get((worker.job.staff_id, cell.course_id), ()))
        asked_by, words = self._rules.get((facts.rule_id or 0, cell.course_id), (None, ""))
        if done is None:
            key: Any = (facts, first, words)
        elif done.id in self._evidence or done.through or done.redo:
            return self._render(cell, worker, first, asked_by)
        else:  # everything that a cell may say but the completion's days and which row it is
            rest = facts.rule_id if cell.status in TRAINED else facts._replace(completion=None)
            key = (cell.status, done.valid_until is None, self._is_afterwards(done), rest, first, words)
        if key not in self._kept:
            self._kept[key] = self._pattern(cell, worker, first, asked_by)
        if not self._kept[key]:
            return self._render(cell, worker, first, asked_by)
        put = {"staff": worker.job.staff_id, "course": cell.course_id, "job": worker.job.id}
        if done:
            day, until = done.completed_on, done.valid_until or done.completed_on
            put |= {"day": self._long[day], "until": self._long[until]}
            put |= {"short_day": self._short[day], "short_until": self._short[until]}
        return self._kept[key] % put

    def _is_afterwards(self, done: Completion) -> bool:
        return is_afterwards(done.completed_on, done.recorded_at, ends=self._ends)

    def _pattern(self, cell: Cell, worker: Any, first: Sequence[str], asked_by: Rule | None) -> str:
        """The cell with its keys and days left open; empty where other days would have to say something else."""
        facts, done, until = cell.facts, cell.facts.completion, None
        if done:
            if done.valid_until:
                over = done.valid_until < self._day
                until = LONG_AGO if over else self._day if runs_out(self._day, done) else FAR_OFF
            heard = done.recorded_at if self._is_afterwards(done) else None  # the pattern's own day is long ago
            done = done._replace(completed_on=SOME_DAY, valid_until=until, recorded_at=heard)
            facts = facts._replace(completion=done)
            if status_on(self._day, facts) is not cell.status:
                return ""
        someone = worker._replace(job=worker.job._replace(id=JOB, staff_id=STAFF))
        found = self._render(cell._replace(course_id=COURSE, facts=facts), someone, first, asked_by)
        found = found.replace("%", "%%")
        for key, name in ((STAFF, "staff"), (COURSE, "course"), (JOB, "job")):
            found = found.replace(str(key), f"%({name})s")
        for length, words in (("", self._long), ("short_", self._short)):  # the short may stand within the long
            for day, name in ((SOME_DAY, "day"), (until, "until")):
                if done and day:
                    found = found.replace(words[day], f"%({length}{name})s")
        return found

    def _render(self, cell: Cell, worker: Any, first: Sequence[str], asked_by: Rule | None) -> str:
        shown = show_cell(self._day, cell, self._evidence, asked_by, first=first)
        return self._template.render({**self._links, "cell": shown, "worker": worker})


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


def how_many_rows(number: int) -> str:
    """Said in place of the sentence where the people are on several pages."""
    return ngettext(
        "%(number)s row, one for each person and workplace",
        "%(number)s rows, one for each person and workplace",
        number,
    ) % {"number": number}


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


def percent_text(share: Share) -> str:
    """Such as "60 %". Empty when nobody is counted."""
    return "" if share.percent is None else _("%(percent)s %%") % {"percent": share.percent}


def change_text(now: Share, then: Share, since: str) -> tuple[str, str]:
    """How many more have done it: such as "+7", and "+7 since 1 October 2026"."""
    number = now.done - then.done
    if not number:
        return pgettext("number of people", "unchanged"), _("unchanged since %(day)s") % {"day": since}
    change = f"{number:+d}".replace("-", "−")
    return change, _("%(change)s since %(day)s") % {"change": change, "day": since}


def share_text(share: Share) -> str:
    """Such as "3 of 5"."""
    return _("%(done)s of %(counted)s") % {"done": share.done, "counted": share.counted}
