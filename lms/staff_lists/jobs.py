"""What one person's rows change: details and employments, each to the day, or why they cannot."""

import datetime
from collections.abc import Iterable
from itertools import pairwise

from django.utils.translation import gettext as _

from ..models import EmploymentKind
from ..people.periods import backwards_words, outlasts, outlasts_words
from ..wording import day_text
from .draft import BOTH, Act, Asked, Because, Draft, Line, Question, Step
from .register import Job, Person, key

ONE_DAY = datetime.timedelta(days=1)


def plan_person(draft: Draft, person: Person, lines: list[Line]) -> None:
    """Adds the steps of all `lines`, which are this person's; and what stands in their way."""
    before = len(draft.steps)
    _Rows(draft, person, lines).plan()
    if not person.mine and len(draft.steps) > before:
        advice = _(
            "You can no longer change this person, who has gone on to another workplace. "
            "Remove the row, or ask an administrator."
        )
        draft.refuse_name(lines[0].row, advice)


class _Rows:
    def __init__(self, draft: Draft, person: Person, lines: list[Line]) -> None:
        self.draft, self.person, self.lines = draft, person, lines

    def plan(self) -> None:
        self._details()
        new = []
        for line in self.lines:
            job = self._same_job(line)
            if job is None:
                new.append(line)
            elif job.line is not None:
                advice = _("Row %(line)s is about the same employment. Remove one of them.")
                self.draft.refuse_name(line.row, advice % {"line": job.line})
            else:
                job.line = line.row.line
                self._known_job(line, job)
        for line in sorted(new, key=lambda line: (line.row.start or datetime.date.min, line.row.line)):
            self._new_job(line)
        self._refuse_overlaps()

    def _step(self, act: Act, line: Line, **more: object) -> None:
        self.draft.steps.append(Step(act, line.row.line, self.person, **more))  # type: ignore[arg-type]

    # The person

    def _details(self) -> None:
        said: dict[str, str] = {}
        for line in self.lines:
            for name in ("email", "phone"):
                value = getattr(line.row, name)
                if value and said.setdefault(name, value) != value:
                    advice = _("Another row says something else about the same person. Write the same in both.")
                    self.draft.refuse(line.row, name, advice)
        first = self.lines[0]
        if self.person.id is None:
            self.person.email, self.person.phone = said.get("email", ""), said.get("phone", "")
            self._step(Act.ADD_PERSON, first, values=_details_of(self.person))
            return
        if first.name != key(self.person.full_name):
            said |= {"given_name": first.row.given_name, "family_name": first.row.family_name}
        before = _details_of(self.person)
        changed = {name: value for name, value in said.items() if not _same_detail(name, value, before[name])}
        if changed:
            self._step(Act.CHANGE_DETAILS, first, values=changed, before={name: before[name] for name in changed})

    # What is there already

    def _same_job(self, line: Line) -> Job | None:
        """The employment that the row is about, if there is one: begun at the same place on the same day."""
        row, here = line.row, [job for job in self.person.jobs if job.place is line.place]
        if row.start is None:
            still = [job for job in here if job.end is None or job.end >= self.draft.today]
            found = still or here
            return found[0] if len(found) == 1 else None
        found = [job for job in here if job.start == row.start]
        if not found and line.told:
            # Asked, and answered that it is the same person: then the first day in the register stands.
            found = [job for job in here if job.meets(row.start, row.end) and not self._differences(line, job)]
        return found[0] if len(found) == 1 else None

    def _differences(self, line: Line, job: Job) -> list[str]:
        """What would be another employment. What the row does not say is no difference."""
        row, found = line.row, []
        if line.role not in (None, job.role):
            found.append("role")
        if row.kind not in ("", job.kind):
            found.append("kind")
        if row.employer and job.employer and key(row.employer) != key(job.employer):
            found.append("employer")
        return found

    def _known_job(self, line: Line, job: Job) -> None:
        row = line.row
        for name in self._differences(line, job):
            advice = _(
                "The staff list says %(now)s from %(day)s. If it has changed since, write the day of the change as the "
                "first day."
            )
            now = {"role": self.draft.register.roles[job.role], "kind": EmploymentKind(job.kind).label}
            words = {"now": str(now.get(name, job.employer)), "day": day_text(job.start)}
            self.draft.refuse(row, name, advice % words)
        if row.employee_id and job.employee_id and key(row.employee_id) != key(job.employee_id):
            self.draft.refuse(
                row,
                "employee_id",
                _("The staff list has another employee id here. Correct the one that is wrong."),
            )
        else:
            self._number(line, job)
        if row.end and row.end != job.end:
            if row.end < job.start:
                self.draft.refuse(row, "end", backwards_words())
            else:
                self._end(line, job, row.end)
                self._refuse_after_closing(line, row.end, "end")

    def _number(self, line: Line, job: Job) -> None:
        """Fills in employer and employee id where the register has none."""
        filled = {}
        for name in ("employer", "employee_id"):
            if getattr(line.row, name) and not getattr(job, name):
                filled[name] = getattr(line.row, name)
                setattr(job, name, filled[name])
        if filled:
            self._step(Act.NUMBER_JOB, line, job=job, values=filled)

    def _end(self, line: Line, job: Job, last_day: datetime.date, because: Because = Because.SAID) -> None:
        before = {"end": job.end.isoformat()} if job.end else {}
        job.end = last_day
        self._step(Act.END_JOB, line, job=job, day=last_day, before=before, because=because)

    # What is new

    def _new_job(self, line: Line) -> None:
        row, person = line.row, self.person
        if row.start is None:
            self.draft.refuse(row, "start", _("Write the first day."))
            return
        before = self._goes_on_from(line, row.start)
        if before is _REFUSED:
            return
        role = line.role or (before.role if before else self._only_role())
        if role is None:
            self.draft.refuse(row, "role", _("Write the job role."))
            return
        if not line.place.takes_staff:
            self.draft.refuse(
                row, "workplace", _("Nobody is employed here: write the service point that the person works at.")
            )
            return
        job = Job(
            None,
            line.place,
            role,
            row.kind or (before.kind if before else EmploymentKind.EMPLOYED),
            row.start,
            row.end or (before.end if before else None),
            row.employer or (before.employer if before else ""),
            row.employee_id or (before.employee_id if before and not row.employer else ""),
            line=row.line,
        )
        if before:
            because = Because.CHANGED if before.place is line.place else Because.MOVED
            self._end(line, before, row.start - ONE_DAY, because)
        self._refuse_after_closing(line, job.end, "end" if row.end else "workplace")
        person.jobs.append(job)
        self._step(Act.ADD_JOB, line, job=job)

    def _goes_on_from(self, line: Line, start: datetime.date) -> Job | None:
        """The employment that ends where this one begins: another role at the same place, or a move."""
        row, jobs = line.row, self.person.jobs
        here = [job for job in jobs if job.place is line.place and job.meets(start, row.end)]
        if here:
            job = here[0]
            if len(here) == 1 and job.line is None and job.start < start and self._differences(line, job):
                return job
            self._refuse_second(line, here[0])
            return _REFUSED
        elsewhere = [job for job in jobs if job.id and job.line is None and job.meets(start, row.end)]
        if not elsewhere:
            return None
        answer = self.draft.ask(Question(Asked.WHERE, line, people=[self.person], jobs=elsewhere))
        if answer is None:
            return _REFUSED
        if answer == BOTH:
            return None
        return next(job for job in elsewhere if answer.endswith(f":{job.id}"))

    def _refuse_second(self, line: Line, job: Job) -> None:
        namesakes = _("If they are two people with the same name, write employer and employee id for them.")
        if job.line is not None:
            advice = _(
                "Row %(line)s has the same person here at the same time. Write the last day in that row, "
                "or remove one of the rows."
            )
            words: dict[str, object] = {"line": job.line}
        else:
            advice = _("The staff list has an employment here from %(day)s. Write that day, or leave the cell empty.")
            words = {"day": day_text(job.start)}
        self.draft.refuse(line.row, "start", f"{advice % words} {namesakes}")

    def _only_role(self) -> int | None:
        roles = self.draft.register.roles
        return next(iter(roles)) if len(roles) == 1 else None

    # Both

    def _refuse_after_closing(self, line: Line, end: datetime.date | None, column: str) -> None:
        closed_on = line.place.closed_on
        if closed_on and outlasts(end, closed_on):
            self.draft.refuse(line.row, column, outlasts_words(line.place.name, closed_on))

    def _refuse_overlaps(self) -> None:
        """A last day moved into the next employment at the same place."""
        rows = {line.row.line: line for line in self.lines}
        for job, later in _neighbours(self.person.jobs):
            if job.meets(later.start, later.end) and (job.line in rows or later.line in rows):
                line = rows[later.line if later.line in rows else job.line]  # type: ignore[index]
                self._refuse_second(line, job if later.line in rows else later)


#: Instead of a job: there is no telling, and why is among the problems or the questions.
_REFUSED = Job(None, None, 0, "", datetime.date.min, None)  # type: ignore[arg-type]


def _neighbours(jobs: Iterable[Job]) -> Iterable[tuple[Job, Job]]:
    """Those that follow on each other at one place."""
    ordered = sorted(jobs, key=lambda job: (job.place.id, job.start))
    return ((job, later) for job, later in pairwise(ordered) if job.place is later.place)


def _details_of(person: Person) -> dict[str, str]:
    return {name: getattr(person, name) for name in ("given_name", "family_name", "email", "phone")}


def _same_detail(name: str, value: str, known: str) -> bool:
    if name == "phone":
        return _dialled(value) == _dialled(known)
    return key(value) == key(known) if name == "email" else value == known


def _dialled(phone: str) -> str:
    """070-123 45 67 and 0701234567 are one number; what holds no digit is compared as it stands."""
    return "".join(char for char in phone if char.isdigit() or char == "+") or phone
