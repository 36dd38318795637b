"""How a cell and the matrix's one sentence are said."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from html import escape
from typing import Any, NamedTuple

from django.template.loader import get_template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from ..afterwards import is_afterwards
from ..matrix import Cell, Share, Totals
from ..requirements.lookup import end_of
from ..requirements.rules import Rule
from ..status import TRAINED, Completion, Facts, Status, help_on
from ..wording import LONG_DAY, SHORT_DAY, day_in_words, day_text, rule_text, short_day, what_next, why


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
        rule_id=asked_by.id if asked_by else None,
        rule=rule_text(asked_by) if asked_by else "",
        afterwards=done is not None and is_afterwards(done.completed_on, done.recorded_at),
    )


class _Words(dict[datetime.date, str]):
    """Days in words, each put into words once; the year is said only where it is not `year`, if that is given."""

    def __init__(self, form: str, year: int | None = None) -> None:
        self._form, self._year, self._language = form, year, get_language()

    def __missing__(self, day: datetime.date) -> str:
        words = day_in_words(day, self._form, self._language)
        if self._year not in (None, day.year):
            words = f"{words} {day.year}"
        self[day] = words = escape(words)
        return words


#: Days that no completion has: where they stand in a text, its own are put.
SOME_DAY, FAR_OFF = datetime.date(1111, 1, 1), datetime.date(9888, 8, 8)
#: What no row and no course has: where it stands in a cell, its own is put.
STAFF, COURSE, JOB, RULE = 8_111_222_333_441, 8_111_222_333_442, 8_111_222_333_443, 8_111_222_333_444
WHY, DETAIL = "8111222333445why", "8111222333446detail"


class CellPrinter:
    """Cells as HTML: `cell.html`, rendered once for all that say the same. A page has thousands of cells.

    What differs from one cell to the next is left open when it is rendered, and put in for each: whose it is and of
    which course, which links tell; and the two texts with days in them. The rest is in the key.

    `rules` of the day and `first` by (staff id, course id) as in `show_cell`; `links` is what else the template asks
    for.
    """

    def __init__(
        self,
        day: datetime.date,
        *,
        rules: Iterable[Rule] = (),
        first: Mapping[tuple[int, int], Sequence[str]] | None = None,
        links: Mapping[str, Any] | None = None,
    ) -> None:
        self._day = day
        self._first, self._links = first or {}, links or {}
        # A rule about a programme is one for each of its courses, all with the same id.
        self._rules = {(rule.id, rule.course_id): (rule, rule_text(rule)) for rule in rules}
        self._template = get_template("lms/reports/cell.html")
        self._ends = cache(end_of)
        self._kept: dict[Any, str] = {}
        self._told: dict[Facts, tuple[str, str]] = {}
        self._forms: dict[tuple[Status, bool], tuple[str, str]] = {}
        self._short, self._long = _Words(SHORT_DAY, day.year), _Words(LONG_DAY)

    def cells(self, worker: Any, cells: Sequence[Cell]) -> str:
        """Some of a row, one after the other."""
        # Each is a template's own, with keys and escaped texts put in.
        return mark_safe("".join([self._cell(worker, cell) for cell in cells]))  # noqa: S308

    def _cell(self, worker: Any, cell: Cell) -> str:
        job, facts, done = worker.job, cell.facts, cell.facts.completion
        first = tuple(self._first.get((job.staff_id, cell.course_id), ())) if self._first else ()
        asked_by, rule = self._rules.get((facts.rule_id or 0, cell.course_id), (None, ""))
        why_so, detail = self._texts(cell)
        needed = help_on(self._day, facts) if facts.help else None
        afterwards = done is not None and is_afterwards(done.completed_on, done.recorded_at, ends=self._ends)
        key = (cell.status, cell.late, bool(done and done.redo), needed, rule, bool(detail), first, afterwards)
        pattern = self._kept.get(key)
        if pattern is None:
            pattern = self._kept[key] = self._pattern(self._show(cell, first, asked_by), worker)
        return pattern % {
            "staff": job.staff_id,
            "course": cell.course_id,
            "job": job.id,
            "rule": facts.rule_id,
            "why": why_so,
            "detail": detail,
        }

    def _texts(self, cell: Cell) -> tuple[str, str]:
        """Why, and the date, as HTML."""
        facts, done = cell.facts, cell.facts.completion
        if done and cell.status in TRAINED and not (done.through or done.redo):
            return self._texts_of_done(cell.status, done)
        told = self._told.get(facts)
        if told is None:
            told = self._told[facts] = escape(why(self._day, facts)), escape(cell_detail(self._day, cell))
        return told

    def _texts_of_done(self, status: Status, done: Completion) -> tuple[str, str]:
        """Most cells are done, and hardly two on the same days: they say the same, but for the days."""
        until = done.valid_until
        forms = self._forms.get((status, until is None))
        if forms is None:
            last = None if until is None else self._day if status is Status.EXPIRING else FAR_OFF
            some = Facts(True, completion=Completion(SOME_DAY, last))
            texts = why(self._day, some), cell_detail(self._day, Cell(0, status, False, some))
            forms = self._forms[status, until is None] = (
                self._form(texts[0], self._long, last),
                self._form(texts[1], self._short, last),
            )
        day, until = done.completed_on, until or done.completed_on
        return (
            forms[0] % {"day": self._long[day], "until": self._long[until]},
            forms[1] % {"day": self._short[day], "until": self._short[until]},
        )

    @staticmethod
    def _form(text: str, words: "_Words", last: datetime.date | None) -> str:
        """The text with its days left open."""
        found = escape(text).replace("%", "%%").replace(words[SOME_DAY], "%(day)s")
        return found.replace(words[last], "%(until)s") if last else found

    def _pattern(self, shown: ShownCell, worker: Any) -> str:
        """The cell with what differs left open."""
        someone = worker._replace(job=worker.job._replace(id=JOB, staff_id=STAFF))
        shown = shown._replace(course_id=COURSE, why=WHY, detail=shown.detail and DETAIL)
        found = self._render(shown._replace(rule_id=shown.rule_id and RULE), someone).replace("%", "%%")
        for open_, name in (
            *((STAFF, "staff"), (COURSE, "course"), (JOB, "job")),
            *((RULE, "rule"), (WHY, "why"), (DETAIL, "detail")),
        ):
            found = found.replace(str(open_), f"%({name})s")
        return found

    def _show(self, cell: Cell, first: Sequence[str], asked_by: Rule | None) -> ShownCell:
        return show_cell(self._day, cell, asked_by, first=first)

    def _render(self, shown: ShownCell, worker: Any) -> str:
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
