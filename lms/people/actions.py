"""Writes about people and where they work: lock, check, change, ledger row, in one transaction."""

import datetime
import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import ledger
from ..models import Employment, EmploymentKind, JobRole, LedgerEntry, StaffMember, Workplace
from ..wording import day_text
from . import periods


@transaction.atomic
def add_staff(
    *,
    given_name: str,
    family_name: str,
    workplace: Workplace,
    role: JobRole,
    start: datetime.date,
    kind: str = EmploymentKind.EMPLOYED,
    end: datetime.date | None = None,
    employer: str = "",
    employee_id: str = "",
    email: str = "",
    phone: str = "",
    language: str = "",
    form_id: uuid.UUID | None = None,
    actor: Any,
) -> StaffMember:
    """A new person with a first employment. The same `form_id` again adds nobody: it is the one added before."""
    before = ledger.written_by(form_id, "staff.added", actor=actor)
    if before and before.staff:
        return before.staff
    staff = StaffMember(given_name=given_name, family_name=family_name, email=email, phone=phone)
    if language:
        staff.language = language
    staff.save()
    ledger.write("staff.added", actor=actor, subject=staff, staff=staff, form_id=form_id)
    employ(
        staff=staff,
        workplace=workplace,
        role=role,
        kind=kind,
        start=start,
        end=end,
        employer=employer,
        employee_id=employee_id,
        actor=actor,
    )
    return staff


@transaction.atomic
def employ(
    *,
    staff: StaffMember,
    workplace: Workplace,
    role: JobRole,
    start: datetime.date,
    kind: str = EmploymentKind.EMPLOYED,
    end: datetime.date | None = None,
    employer: str = "",
    employee_id: str = "",
    form_id: uuid.UUID | None = None,
    actor: Any,
) -> Employment:
    """A further employment: a second workplace, or hired again. Refused where `refuse_impossible` says so.

    The same `form_id` again adds none: it is the one added before.
    """
    if before := ledger.written_by(form_id, "employment.added", actor=actor):
        return _job_of(before)
    job = _employ(staff, workplace, role, kind, start, end, employer=employer, employee_id=employee_id)
    ledger.write(
        "employment.added",
        actor=actor,
        subject=job,
        staff=staff,
        form_id=form_id,
        workplace=str(workplace.uuid),
        start=str(start),
    )
    return job


def _job_of(entry: LedgerEntry) -> Employment:
    return Employment.objects.get(pk=entry.subject.partition(":")[2])


def _employ(
    staff: StaffMember,
    workplace: Workplace,
    role: JobRole,
    kind: str,
    start: datetime.date,
    end: datetime.date | None,
    **numbers: str,
) -> Employment:
    StaffMember.objects.select_for_update().get(pk=staff.pk)
    if end and end < start:
        raise ValidationError({"end": periods.backwards_words()})
    refuse_impossible(staff.employments.all(), workplace, start, end)
    return Employment.objects.create(
        staff=staff, workplace=workplace, role=role, kind=kind, start=start, end=end, **numbers
    )


@transaction.atomic
def end_employment(*, job: Employment, last_day: datetime.date, actor: Any) -> Employment:
    """The job ends with `last_day`, be it earlier or later than was said before. What was learned stays."""
    job, before = _end(job, last_day)
    if before != last_day:
        ledger.write(
            "employment.ended",
            actor=actor,
            subject=job,
            staff=job.staff,
            last_day=str(last_day),
            before=str(before or ""),
        )
    return job


def _end(job: Employment, last_day: datetime.date) -> tuple[Employment, datetime.date | None]:
    """The job with its new last day, and the last day it had."""
    staff = StaffMember.objects.select_for_update().get(pk=job.staff_id)
    job = Employment.objects.select_for_update().get(pk=job.pk)
    if last_day < job.start:
        raise ValidationError({"last_day": periods.backwards_words()})
    before = job.end
    if before == last_day:
        return job, before
    others = staff.employments.exclude(pk=job.pk)
    refuse_impossible(others, job.workplace, job.start, last_day, field="last_day")
    job.end, job.end_recorded_at = last_day, timezone.now()
    job.save(update_fields=["end", "end_recorded_at"])
    return job, before


def refuse_impossible(
    others: QuerySet[Employment],
    workplace: Workplace,
    start: datetime.date,
    end: datetime.date | None,
    *,
    field: str = "start",
) -> None:
    """Refuse a second employment at `workplace` at the same time, and one that goes on when it has closed."""
    for other in others.filter(workplace=workplace, voided_at=None):
        if periods.meet(start, end, other.start, other.end):
            raise ValidationError({field: periods.twice_words(workplace)})
    closed_on = workplace.last_day()
    if closed_on and periods.outlasts(end, closed_on):
        raise ValidationError({field: periods.outlasts_words(workplace, closed_on)})


@transaction.atomic
def move_employment(
    *,
    job: Employment,
    workplace: Workplace,
    first_day: datetime.date,
    role: JobRole | None = None,
    form_id: uuid.UUID | None = None,
    actor: Any,
) -> Employment:
    """From `first_day` at another workplace: the old job ends the day before, a new one begins, to the same end.

    The same `form_id` again moves nobody: it is the job moved to before.
    """
    if moved := ledger.written_by(form_id, "employment.moved", actor=actor):
        return _job_of(moved)
    if workplace.pk == job.workplace_id:
        raise ValidationError({"workplace": _("They already work there. Choose another workplace.")})
    if first_day <= job.start:
        raise ValidationError(
            {
                "first_day": _(
                    "The employment at %(workplace)s begins on %(day)s. To change workplace from the start, go back, "
                    "add an employment at the right one, and then undo the wrong one in the history."
                )
                % {"workplace": job.workplace, "day": day_text(job.start)}
            }
        )
    if job.end and job.end < first_day - datetime.timedelta(days=1):
        raise ValidationError(
            {
                "first_day": _("The employment ends after %(day)s. Add a new employment instead.")
                % {"day": day_text(job.end)}
            }
        )
    old, before = _end(job, first_day - datetime.timedelta(days=1))
    planned = before if before and before >= first_day else None
    numbers = {"employer": job.employer, "employee_id": job.employee_id}
    new = _employ(job.staff, workplace, role or job.role, job.kind, first_day, planned, **numbers)
    ledger.write(
        "employment.moved",
        actor=actor,
        subject=new,
        staff=job.staff,
        form_id=form_id,
        job=old.pk,
        before=str(before or ""),
        first_day=str(first_day),
    )
    return new


@transaction.atomic
def number_employment(*, job: Employment, employer: str, employee_id: str, actor: Any) -> Employment:
    """Who employs, and the number the person has there. Says nothing about when: it may be filled in or mended."""
    job = Employment.objects.select_for_update().get(pk=job.pk)
    if (job.employer, job.employee_id) != (employer, employee_id):
        job.employer, job.employee_id = employer, employee_id
        job.save(update_fields=["employer", "employee_id"])
        ledger.write("employment.numbered", actor=actor, subject=job, staff=job.staff)
    return job


@transaction.atomic
def change_details(*, staff: StaffMember, actor: Any, **details: str) -> StaffMember:
    """New name, contact or language. Certificates already issued keep the name they were issued with."""
    staff = StaffMember.objects.select_for_update().get(pk=staff.pk)
    changed = [name for name, value in details.items() if getattr(staff, name) != value]
    if changed:
        for name in changed:
            setattr(staff, name, details[name])
        staff.save(update_fields=changed)
        ledger.write("staff.changed", actor=actor, subject=staff, staff=staff, fields=changed)
    return staff


def change_display(*, staff: StaffMember, display: str) -> None:
    """How pages are shown to them: their own taste, of which the ledger keeps nothing."""
    StaffMember.objects.filter(pk=staff.pk).update(display=display)


def short_names(people: list[StaffMember]) -> dict[int, str]:
    """What a tile on the shared tablet shows: the first name and an initial, longer only where two would be alike."""
    names = {}
    for person in people:
        length = 1
        while length < len(person.family_name) and any(
            other.pk != person.pk and _short(other, length) == _short(person, length) for other in people
        ):
            length += 1
        names[person.pk] = _short(person, length)
    return names


def _short(person: StaffMember, length: int) -> str:
    return f"{person.given_name} {person.family_name[:length]}".strip()
