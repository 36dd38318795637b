"""What a plan is made of: rows placed in the register, steps, questions; and the draft that they are gathered in."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from ..models import EmploymentKind
from .problems import Problem, shown
from .register import Job, Person, Place, Register, key
from .rows import Row, StaffList


class Act(StrEnum):
    """One write each. `Because` says why a job ends."""

    ADD_PERSON = "person"
    CHANGE_DETAILS = "details"
    ADD_JOB = "job"
    END_JOB = "end"
    NUMBER_JOB = "number"


class Because(StrEnum):
    SAID = ""
    MOVED = "moved"
    CHANGED = "changed"


#: One for all: a long list has tens of thousands of steps.
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(slots=True)
class Step:
    """`values` are the new ones, `before` what they replace."""

    act: Act
    line: int
    person: Person
    job: Job | None = None
    day: datetime.date | None = None
    values: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    before: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    because: Because = Because.SAID

    def as_data(self) -> list[Any]:
        """All that makes it this step and no other."""
        job = self.job
        said = [job.id, job.place.id, job.role, job.kind, str(job.start), str(job.end)] if job else []
        values = sorted({**self.values, **({"employer": job.employer, "id": job.employee_id} if job else {})}.items())
        before = sorted(self.before.items())
        return [self.act, self.line, self.person.id, said, str(self.day), values, before, self.because]


@dataclass(slots=True, eq=False)
class Line:
    """A row whose workplace and role are found. `told`: a person has answered who it is."""

    row: Row
    place: Place
    role: int | None
    person: Person | None = None
    told: bool = False
    name: str = field(init=False)
    number: tuple[str, str] | None = field(init=False)

    def __post_init__(self) -> None:
        row = self.row
        self.name = key(row.full_name)
        self.number = (key(row.employer), key(row.employee_id)) if row.employee_id else None


class Asked(StrEnum):
    WHO = "who"
    WHERE = "where"


NEW, SAME, MOVE, BOTH = "new", "same", "move", "both"


@dataclass(slots=True)
class Question:
    """What only a person can know. `options` are values such as "same:12", each with the job or person it is about."""

    asked: Asked
    line: Line
    people: list[Person] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"{self.line.row.line}:{self.asked}"

    @property
    def values(self) -> list[str]:
        if self.asked == Asked.WHO:
            return [*(f"{SAME}:{person.id}" for person in self.people), NEW]
        return [*(f"{MOVE}:{job.id}" for job in self.movable), BOTH]

    @property
    def movable(self) -> list[Job]:
        """The jobs that can have ended the day before the new one begins."""
        start = self.line.row.start
        return [job for job in self.jobs if start and job.start < start]


@dataclass(frozen=True)
class Answers:
    """`given` by question; `who` ("same", "new") and `where` ("move", "both") to all that have none of their own."""

    given: dict[str, str] = field(default_factory=dict)
    who: str = ""
    where: str = ""

    def to(self, question: Question) -> str | None:
        """One of the question's values, or None: an answer that does not fit is none, and it is asked again."""
        values = question.values
        given = self.given.get(question.key)
        if given in values:
            return given
        general = self.who if question.asked == Asked.WHO else self.where
        fitting = [value for value in values if value.partition(":")[0] == general]
        return fitting[0] if len(fitting) == 1 else None


@dataclass
class Draft:
    register: Register
    staff_list: StaffList
    answers: Answers
    today: datetime.date
    lines: list[Line] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, row: Row, column: str, advice: str) -> None:
        value = getattr(row, column)
        said = EmploymentKind(value).label if column == "kind" else value
        self.problems.append(Problem(row.line, self.staff_list.label(column), shown(str(said or "")), advice))

    def refuse_name(self, row: Row, advice: str) -> None:
        column = "name" if "name" in self.staff_list.labels else "given_name"
        self.problems.append(Problem(row.line, self.staff_list.label(column), shown(row.full_name), advice))

    def ask(self, question: Question) -> str | None:
        """The answer; None if there is none yet, and then the question waits in the draft."""
        answer = self.answers.to(question)
        if answer is None:
            self.questions.append(question)
        return answer
