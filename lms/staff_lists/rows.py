"""From a table of text to rows that say who works where, each cell read on its own. No database."""

import datetime
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..admin.fields import FIRST_YEAR, LAST_YEAR
from ..models import EmploymentKind
from ..people.periods import backwards_words
from ..people.personal_numbers import holds_personal_number, masked, personal_number_words
from ..spreadsheets import is_guarded, unguarded
from .columns import BY_KEY, NAME, Column, column_called, kind_called
from .files import Table
from .problems import Problem, shown

#: What belongs to a family name though it stands before it.
PARTICLES = {"af", "al", "av", "da", "de", "del", "den", "der", "di", "du", "el", "la", "le", "van", "von", "zu"}
#: What a spreadsheet shows where a formula failed.
FAILED = {
    "#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!",
    "#SAKNAS!", "#REFERENS!", "#VÄRDEFEL!", "#NAMN?", "#DIVISION/0!", "#SKÄRNING!", "#OGILTIGT!",
}  # fmt: skip
#: Control characters, halves of characters, and what is none.
UNSEEN = {"Cc", "Cs", "Cn"}
#: å, ä, ö, é and their capitals when UTF-8 has been read as something else and saved so.
_GARBLED = re.compile("Ã[¥¤¶©…„–‰\u0085\u0084\u0096\u0089]")
_ISO = re.compile(r"(\d{4})([-./])(\d{1,2})\2(\d{1,2})(?:[ T]00:00(?::00(?:\.0+)?)?)?")
_COMPACT = re.compile(r"(\d{4})()(\d\d)(\d\d)")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_DASHES = str.maketrans("‐‑‒–—−", "------")
_INVISIBLE = str.maketrans("", "", "\ufeff\u200b\u00ad")

PHONE = BY_KEY["phone"]
NAMES = ("given_name", "family_name")

Tell = Callable[[int, int], None]
Refuse = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Row:
    """One row, one employment. A cell that is empty, or has no column, is "" or None: it says nothing."""

    line: int
    given_name: str = ""
    family_name: str = ""
    workplace: str = ""
    role: str = ""
    kind: str = ""
    start: datetime.date | None = None
    end: datetime.date | None = None
    employer: str = ""
    employee_id: str = ""
    email: str = ""
    phone: str = ""

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


@dataclass
class StaffList:
    """What a file says. `labels` are the headings that it uses, `not_read` those that are not ours.

    Of `bad_rows` a cell cannot be used; what else is wrong with them is told as well.
    """

    rows: list[Row] = field(default_factory=list)
    bad_rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    not_read: list[str] = field(default_factory=list)

    def label(self, key: str) -> str:
        """What the file calls a column, or what it would be called in the template."""
        return self.labels.get(key) or str(BY_KEY[key].label)


def read_rows(table: Table, *, tell: Tell | None = None) -> StaffList:
    """Every row, and every cell that cannot be used. `tell` hears how many rows of how many are read."""
    reader = _Reader(table)
    if not reader.found.problems:
        for number, (line, cells) in enumerate(table.rows, start=1):
            reader.read(line, cells)
            if tell and number % 500 == 0:
                tell(number, len(table.rows))
    if tell:
        tell(len(table.rows), len(table.rows))
    return reader.found


class _Reader:
    def __init__(self, table: Table) -> None:
        self.table = table
        self.found = StaffList()
        #: Where each of our columns stands, both ways.
        self.columns: dict[int, Column] = {}
        self.places: dict[str, int] = {}
        self._find_columns()

    def _problem(self, line: int, column: str, value: str, advice: str) -> None:
        self.found.problems.append(Problem(line, column, shown(value), advice))

    def _find_columns(self) -> None:
        line = self.table.line
        for place, heading in enumerate(self.table.headings):
            if holds_personal_number(heading):
                self._problem(line, self.table.column(place), _hidden(heading), personal_number_words())
            column = column_called(heading)
            if column is None:
                if heading.strip():
                    self.found.not_read.append(shown(heading))
            elif column.key in self.places:
                advice = _("Two columns are for the same thing: %(column)s. Remove one of them.")
                self._problem(line, shown(heading), heading, advice % {"column": column.label})
            else:
                self.columns[place], self.places[column.key] = column, place
                self.found.labels[column.key] = shown(heading)
        needed = ["workplace"] if NAME.key in self.places else [*NAMES, "workplace"]
        for column in (BY_KEY[key] for key in needed if key not in self.places):
            advice = _("This column is missing. Add it, with %(heading)s in the row of headings.")
            self._problem(line, str(column.label), "", advice % {"heading": column.label})

    def read(self, line: int, cells: list[str]) -> None:
        """Adds the row, and all that is wrong with it."""
        before = len(self.found.problems)
        told: set[str] = set()
        values = self._values(line, cells, told)

        def refuse(key: str, advice: str) -> None:
            if key in NAMES and NAME.key in self.places and self.places.keys().isdisjoint(NAMES):
                key = NAME.key
            if key not in told:
                told.add(key)
                place = self.places.get(key, len(cells))
                self._problem(line, self.found.label(key), cells[place] if place < len(cells) else "", advice)

        row = _row(line, values, refuse)
        (self.found.rows if len(self.found.problems) == before else self.found.bad_rows).append(row)

    def _values(self, line: int, cells: list[str], told: set[str]) -> dict[str, str]:
        """Each cell that says something by the key of its column, cleaned. `told` hears which cannot be used."""
        values = {}
        for place, cell in enumerate(cells):
            column = self.columns.get(place)
            if holds_personal_number(cell, is_phone=column is PHONE):
                advice = personal_number_words()
                if column is PHONE:
                    advice += " " + _("If it is a phone number, write it as 070-123 45 67.")
                self._problem(line, self.table.column(place), _hidden(cell), advice)
                told.add(column.key if column else "")
            elif column is not None:
                value = _clean(cell)
                if advice := _unusable(value, column):
                    self._problem(line, self.table.column(place), cell, advice)
                    told.add(column.key)
                elif value:
                    values[column.key] = value
            elif cell.strip() and not "".join(self.table.headings[place : place + 1]).strip():
                advice = _("There is no heading above this cell. Empty the cell, or check for a stray separator.")
                self._problem(line, self.table.column(place), cell, advice)
        return values


def _row(line: int, values: dict[str, str], refuse: Refuse) -> Row:
    given, family = _names(values, refuse)
    if "workplace" not in values:
        refuse("workplace", _("Write the workplace."))
    start, end = (_day(values.get(key, ""), key, refuse) for key in ("start", "end"))
    if start and end and end < start:
        refuse("end", backwards_words())
    kind = kind_called(values["kind"]) if "kind" in values else ""
    if kind is None:
        kinds = ", ".join(str(label) for label in EmploymentKind.labels)
        refuse("kind", _("There is no such kind of employment. Write one of these: %(kinds)s.") % {"kinds": kinds})
    if "employee_id" in values and "employer" not in values:
        refuse("employer", _("Write the employer too, or leave the employee id empty."))
    if "email" in values:
        try:
            validate_email(values["email"])
        except ValidationError:
            refuse("email", _("This is not an e-mail address. Correct it, or leave it empty."))
    return Row(
        line=line,
        given_name=given,
        family_name=family,
        kind=kind or "",
        start=start,
        end=end,
        **{key: values.get(key, "") for key in ("workplace", "role", "employer", "employee_id", "email", "phone")},
    )


def _names(values: dict[str, str], refuse: Refuse) -> tuple[str, str]:
    """Given and family name, from their own columns or out of the one for both."""
    given, family = values.get("given_name", ""), values.get("family_name", "")
    if NAME.key in values and not (given and family):
        given, family = _split(values[NAME.key])
        if not (given and family):
            refuse(NAME.key, _("Write both first name and family name."))
        elif max(len(given), len(family)) > BY_KEY["given_name"].length:
            refuse(NAME.key, _("The name is too long. Shorten it."))
        return given, family
    if not given:
        refuse("given_name", _("Write the first name."))
    if not family:
        refuse("family_name", _("Write the family name."))
    return given, family


def _clean(cell: str) -> str:
    """Composed, one blank between words and none around; what our own export guarded is given back as it was."""
    text = cell if cell.isascii() else unicodedata.normalize("NFC", cell.translate(_INVISIBLE))
    text = text.strip()
    return unguarded(text) if is_guarded(text) else " ".join(text.split())


def _unusable(value: str, column: Column) -> str:
    if value in FAILED:
        return _("A formula has failed in this cell. Write the value itself.")
    if "Ã" in value and _GARBLED.search(value):
        return _("Letters such as å, ä and ö were lost on the way. Save the list anew as CSV UTF-8 or .xlsx.")
    if not value.isprintable() and any(unicodedata.category(char) in UNSEEN for char in value.lstrip("\t\r")):
        return _("There is a character here that cannot be seen. Write the text anew.")
    if column.length and len(value) > column.length:
        return ngettext(
            "This is too long. At most %(number)s character fits.",
            "This is too long. At most %(number)s characters fit.",
            column.length,
        ) % {"number": column.length}
    return ""


def _split(name: str) -> tuple[str, str]:
    """Split "Ek, Anna Maria" at the comma, "Anna Maria von Ek" before the last word and its particles."""
    if "," in name:
        family, _comma, given = name.partition(",")
        return given.strip(), family.strip()
    words = name.split(" ")
    last = len(words) - 1
    while last > 1 and words[last - 1].casefold() in PARTICLES:
        last -= 1
    return " ".join(words[:last]), " ".join(words[last:])


def _day(text: str, key: str, refuse: Refuse) -> datetime.date | None:
    if not text:
        return None
    day = _day_called(text)
    if day is None:
        refuse(key, _("This date cannot be read. Write it as 2026-11-23."))
    elif not FIRST_YEAR <= day.year <= LAST_YEAR:
        advice = _("Choose a day between the years %(first)s and %(last)s.")
        refuse(key, advice % {"first": FIRST_YEAR, "last": LAST_YEAR})
        return None
    return day


@lru_cache(maxsize=1000)
def _day_called(text: str) -> datetime.date | None:
    text = text.translate(_DASHES)
    year = month = day = 0
    if found := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
        year, month, day = int(found[1]), int(found[3]), int(found[4])
    elif found := _DOTTED.fullmatch(text):
        year, month, day = int(found[3]), int(found[2]), int(found[1])
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None


def _hidden(cell: str) -> str:
    """Enough of a personnummer to find the cell by."""
    hidden = shown(masked(cell))
    return hidden if "•" in hidden else f"{hidden[:2]}…"
