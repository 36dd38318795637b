"""A plan in words: what each row changes, and what a person must answer."""

import datetime
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..models import EmploymentKind
from ..wording import day_text
from .columns import BY_KEY
from .draft import BOTH, MOVE, NEW, Act, Asked, Because, Question, Step
from .jobs import ONE_DAY
from .plan import Entry, Group
from .register import Job, Person, Register


def what_changes(entry: Entry, register: Register) -> list[str]:
    """A sentence for each thing that the row changes; none where nothing does."""
    ended = next((step for step in entry.steps if step.act == Act.END_JOB and step.because), None)
    said: list[str] = []
    for step in entry.steps:
        if step.act == Act.CHANGE_DETAILS:
            said += _details(step)
        elif step.act == Act.NUMBER_JOB:
            said += [f"{BY_KEY[name].label}: {value}" for name, value in step.values.items()]
        elif step.act == Act.ADD_JOB and step.job and entry.person.id:
            said.append(_job(step.job, register, ended))
        elif step.act == Act.END_JOB and step.day and not step.because:
            said.append(_end(step))
    return said


def _details(step: Step) -> list[str]:
    said = []
    if "given_name" in step.values:
        before, after = (f"{names['given_name']} {names['family_name']}" for names in (step.before, step.values))
        said.append(_("Name: %(before)s → %(after)s") % {"before": before, "after": after})
    for name in ("email", "phone"):
        if name in step.values:
            words = {"what": BY_KEY[name].label, "before": step.before[name] or "–", "after": step.values[name]}
            said.append(_("%(what)s: %(before)s → %(after)s") % words)
    return said


def _job(job: Job, register: Register, ended: Step | None) -> str:
    words = {
        "role": register.roles[job.role],
        "kind": EmploymentKind(job.kind).label.lower(),
        "day": day_text(job.start),
        "place": job.place.name,
        "end": day_text(job.end) if job.end else "",
        "before": ended.job.place.name if ended and ended.job else "",
    }
    if ended and ended.because == Because.MOVED:
        return _("Moves from %(before)s on %(day)s.") % words
    if ended and ended.because == Because.CHANGED:
        return _("%(role)s, %(kind)s, from %(day)s.") % words
    if job.end:
        return _("New employment as %(role)s from %(day)s to %(end)s.") % words
    return _("New employment as %(role)s from %(day)s.") % words


def _end(step: Step) -> str:
    day = day_text(step.day) if step.day else ""
    if before := step.before.get("end"):
        words = {"day": day, "before": day_text(datetime.date.fromisoformat(before))}
        return _("Last day %(day)s instead of %(before)s.") % words
    return _("Last day %(day)s.") % {"day": day}


def job_words(person: Person, register: Register, job: Job) -> str:
    """Who and where, such as one tells two people of the same name apart by."""
    words: dict[str, Any] = {
        "name": person.full_name,
        "place": job.place.name,
        "role": register.roles[job.role],
        "start": day_text(job.start),
        "end": day_text(job.end) if job.end else "",
    }
    if job.end:
        return _("%(name)s, %(role)s at %(place)s from %(start)s to %(end)s") % words
    return _("%(name)s, %(role)s at %(place)s since %(start)s") % words


def question_words(question: Question, register: Register) -> str:
    row, place = question.line.row, question.line.place.name
    words = {"line": row.line, "name": row.full_name, "place": place}
    if question.asked == Asked.WHO:
        return _("Row %(line)s: %(name)s, %(place)s. Is this somebody who is on the staff list already?") % words
    job = question.jobs[0]
    words |= {"other": job.place.name, "day": day_text(row.start) if row.start else ""}
    if question.movable:
        return _("Row %(line)s: %(name)s begins at %(place)s on %(day)s, and works at %(other)s. Is it a move?") % words
    return (
        _(
            "Row %(line)s: %(name)s works at %(other)s, where the employment began no earlier than this one at "
            "%(place)s. If it is a move, write the first day at %(place)s in the file."
        )
        % words
    )


def options_in_words(question: Question, register: Register) -> list[tuple[str, str]]:
    """(value, words) for each answer there is."""
    if question.asked == Asked.WHO:
        people = {f"same:{person.id}": person for person in question.people}
        return [
            (value, _("Somebody new with the same name"))
            if value == NEW
            else (value, _known(question, people[value], register))
            for value in question.values
        ]
    jobs = {f"{MOVE}:{job.id}": job for job in question.movable}
    start = question.line.row.start
    return [
        (value, _("Works at both"))
        if value == BOTH
        else (
            value,
            _("Moves: the last day at %(place)s is %(day)s")
            % {"place": jobs[value].place.name, "day": day_text(start - ONE_DAY) if start else ""},
        )
        for value in question.values
    ]


def _known(question: Question, person: Person, register: Register) -> str:
    """The person, by the job that says most: here, else the latest."""
    line = question.line
    job = max(person.jobs, key=lambda job: (job.place is line.place, job.start))
    words = {"who": job_words(person, register, job)}
    row = line.row
    same_work = line.role in (None, job.role) and row.kind in ("", job.kind)
    if same_work and job.place is line.place and row.start and job.meets(row.start, row.end) and row.start != job.start:
        return _("Yes: %(who)s. That first day stays.") % words
    return _("Yes: %(who)s") % words


def problem_line(number: int) -> str:
    return ngettext(
        "Nothing has been read in: %(number)s cell needs to be corrected.",
        "Nothing has been read in: %(number)s cells need to be corrected.",
        number,
    ) % {"number": _grouped(number)}


def group_line(group: Group, number: int) -> str:
    words = {
        Group.NEW: ngettext("%(number)s new", "%(number)s new", number),
        Group.CHANGED: ngettext("%(number)s changed", "%(number)s changed", number),
        Group.ENDED: ngettext("%(number)s with a new last day", "%(number)s with a new last day", number),
        Group.UNCHANGED: ngettext("%(number)s unchanged", "%(number)s unchanged", number),
    }
    return words[group] % {"number": _grouped(number)}


def _grouped(number: int) -> str:
    """10 000, as the language writes it."""
    return number_format(number, force_grouping=True)


def count_lines(counts: dict[str, int]) -> list[str]:
    """What came of the rows, for the groups that there are."""
    return [group_line(group, counts[group]) for group in Group if counts.get(group)]
