"""What reading a staff list in would do, worked out beforehand: rows and the register in, a plan out. No database."""

import datetime
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.translation import gettext as _

from .draft import Act, Answers, Because, Draft, Line, Question, Step
from .identity import Identification
from .jobs import plan_person
from .problems import Problem
from .register import Person, Place, Register
from .rows import Row, StaffList


class Group(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    ENDED = "ended"
    UNCHANGED = "unchanged"


@dataclass(slots=True)
class Entry:
    """A row and what comes of it."""

    row: Row
    group: Group
    person: Person
    steps: list[Step]


@dataclass
class Plan:
    """With problems or questions it cannot be carried out. `absent` work where the file has rows, and have none.

    `register` stands as the plan would leave it.
    """

    register: Register
    entries: list[Entry] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    absent: list[Person] = field(default_factory=list)

    @property
    def is_ready(self) -> bool:
        return not self.problems and not self.questions

    @property
    def counts(self) -> dict[str, int]:
        """Rows by what comes of them."""
        found = Counter(entry.group for entry in self.entries)
        return {group.value: found[group] for group in Group}

    @property
    def digest(self) -> str:
        """The same for plans that do the same to the same rows of the register."""
        data = json.dumps([step.as_data() for step in self.steps], separators=(",", ":"))
        return hashlib.sha256(data.encode(errors="surrogatepass")).hexdigest()

    def of(self, group: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.group == group]


def make_plan(
    staff_list: StaffList, register: Register, *, today: datetime.date, answers: Answers | None = None
) -> Plan:
    """The plan for `staff_list`. It uses `register` up."""
    draft = Draft(register, staff_list, answers or Answers(), today, problems=list(staff_list.problems))
    for row in staff_list.rows:
        if line := _placed(draft, row):
            draft.lines.append(line)
    for row in staff_list.bad_rows:
        if row.workplace or row.role:
            _placed(draft, row)
    Identification(draft).run()
    lines_of: dict[Person, list[Line]] = defaultdict(list)
    for line in draft.lines:
        if line.person:
            lines_of[line.person].append(line)
    for person, lines in lines_of.items():
        plan_person(draft, person, lines)
    steps_of: dict[int, list[Step]] = defaultdict(list)
    for step in draft.steps:
        steps_of[step.line].append(step)
    return Plan(
        register=register,
        entries=[_entry(line.row, line.person, steps_of[line.row.line]) for line in draft.lines if line.person],
        steps=draft.steps,
        questions=draft.questions,
        problems=sorted(draft.problems, key=_in_order_of(staff_list)),
        absent=_absent(draft, set(lines_of)),
    )


def _in_order_of(staff_list: StaffList) -> Callable[[Problem], tuple[int, int]]:
    """By row, and from left to right in it."""
    places = {label: place for place, label in enumerate(staff_list.labels.values())}
    return lambda problem: (problem.line, places.get(problem.column, len(places)))


def _placed(draft: Draft, row: Row) -> Line | None:
    """With its workplace and its role; None, and a problem, where one of them is not to be found."""
    before = len(draft.problems)
    places = draft.register.find_places(row.workplace)
    if len(places) != 1 and row.workplace:
        draft.refuse(row, "workplace", _which_place(places))
    role = draft.register.role_called(row.role) if row.role else None
    if row.role and role is None:
        advice = _("There is no such job role. Write one of these, or add it under Training › Job roles: %(roles)s.")
        draft.refuse(row, "role", advice % {"roles": ", ".join(sorted(draft.register.roles.values())) or "–"})
    return Line(row, places[0], role) if places and len(draft.problems) == before else None


def _which_place(places: list[Place]) -> str:
    labels = sorted({place.label for place in places})
    if not places:
        return _("You have no workplace with this name. Correct it, or add it under Training › Workplaces first.")
    if len(labels) < len(places):
        return _("Two workplaces have just this name. Give one of them another under Training › Workplaces.")
    advice = _("There is more than one workplace with this name. Write what stands above it too: %(labels)s.")
    return advice % {"labels": ", ".join(labels)}


def _entry(row: Row, person: Person, steps: list[Step]) -> Entry:
    if not steps:
        group = Group.UNCHANGED if person.id else Group.NEW
    elif person.id is None:
        group = Group.NEW
    elif any(step.act == Act.END_JOB and step.because == Because.SAID for step in steps):
        group = Group.ENDED
    else:
        group = Group.CHANGED
    return Entry(row, group, person, steps)


def _absent(draft: Draft, present: set[Person]) -> list[Person]:
    named = {line.place.id for line in draft.lines}
    asked_about = {person for question in draft.questions for person in question.people}
    return [
        person
        for person in draft.register.people
        if person not in present
        and person not in asked_about
        and any(
            job.place.id in named and job.start <= draft.today and (job.end is None or job.end >= draft.today)
            for job in person.jobs
        )
    ]
