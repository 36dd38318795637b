"""Writes about what is required and who is excused: each in one transaction with its ledger row."""

import datetime
import uuid
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import Course

from .. import ledger
from ..models import EmploymentKind, Exemption, JobRole, LedgerEntry, Requirement, StaffMember, Workplace
from ..wording import day_text
from .rules import ONE_DAY


@transaction.atomic
def require(
    *,
    course: Course,
    valid_from: datetime.date,
    workplaces: Iterable[Workplace] = (),
    roles: Iterable[JobRole] = (),
    kinds: Iterable[str] = (),
    due_on: datetime.date | None = None,
    due_days: int | None = None,
    form_id: uuid.UUID | None = None,
    actor: Any,
) -> Requirement:
    """Open a rule. Raises ValidationError when it could never bind anyone in time.

    The same `form_id` again opens nothing: it is the rule opened before.
    """
    if before := ledger.written_by(form_id, "requirement.opened", actor=actor):
        return Requirement.objects.get(pk=before.subject.split(":")[1])
    kinds = list(kinds)
    if unknown := set(kinds) - set(EmploymentKind.values):
        raise ValidationError(_("Unknown kind of employment: %(kinds)s"), params={"kinds": ", ".join(sorted(unknown))})
    if due_on and due_on < valid_from:
        raise ValidationError(
            {"due_on": _("The due date lies before the day the requirement begins. Choose a later date.")}
        )
    rule = Requirement.objects.create(
        course=course,
        valid_from=valid_from,
        kinds=kinds,
        due_on=due_on,
        due_days=due_days,
        recorded_by=actor if getattr(actor, "pk", None) else None,
    )
    rule.workplaces.set(workplaces)
    rule.roles.set(roles)
    ledger.write(
        "requirement.opened",
        actor=actor,
        subject=rule,
        form_id=form_id,
        course=str(course.uuid),
        valid_from=str(valid_from),
        workplaces=[str(workplace.uuid) for workplace in rule.workplaces.all()],
        roles=[role.pk for role in rule.roles.all()],
        kinds=kinds,
        due_on=str(due_on or ""),
        due_days=due_days,
    )
    return rule


@transaction.atomic
def end_requirement(*, rule: Requirement, last_day: datetime.date, actor: Any) -> Requirement:
    """The rule binds up to and with `last_day`. What it bound before stays as it was."""
    rule = Requirement.objects.select_for_update().get(pk=rule.pk)
    if rule.is_taken_back:
        raise ValidationError(_("The requirement is taken away already, and counts on no day."))
    if rule.valid_to == last_day:
        return rule  # a double click
    if rule.valid_to is not None and rule.valid_to < last_day:
        words = _("The requirement ends already on %(day)s. To prolong it, undo the end in the list first.")
        raise ValidationError({"last_day": words % {"day": day_text(rule.valid_to)}})
    before = rule.valid_to
    rule.valid_to, rule.end_recorded_at = last_day, timezone.now()
    rule.save(update_fields=["valid_to", "end_recorded_at"])
    ledger.write("requirement.ended", actor=actor, subject=rule, last_day=str(last_day), before=str(before or ""))
    return rule


@transaction.atomic
def take_requirement_back(*, rule: Requirement, actor: Any, undoes: str) -> None:
    """The rule was a mistake: it never bound anyone, nor did those in which it goes on."""
    for row in _with_twins(rule):
        if not row.is_taken_back:
            _empty(row)
            ledger.write("requirement.taken_back", actor=actor, subject=row, undoes=undoes)


def _empty(row: Requirement | Exemption) -> None:
    row.valid_to, row.end_recorded_at = row.valid_from - ONE_DAY, timezone.now()
    row.save(update_fields=["valid_to", "end_recorded_at"])


def _with_twins(rule: Requirement) -> list[Requirement]:
    """The rule and all in which it goes on, since somebody undid its end: locked, the latest last."""
    found = [Requirement.objects.select_for_update().get(pk=rule.pk)]
    for row in found:  # it grows on the way: a twin may have been ended and gone on in its turn
        undone = LedgerEntry.objects.filter(verb="requirement.end_undone", data__rule=row.pk)
        twins = Requirement.objects.select_for_update().filter(pk__in=_rows_of(undone))
        found += twins.order_by("pk")
    return found


def _rows_of(entries: Iterable[LedgerEntry]) -> set[int]:
    """The primary keys of what the entries are about."""
    return {int(entry.subject.partition(":")[2]) for entry in entries}


@transaction.atomic
def undo_end_of_requirement(
    *, rule: Requirement, last_day: datetime.date, before: datetime.date | None, actor: Any, undoes: str
) -> Requirement:
    """The rule binds as if it had not been ended: a twin of it, so that due days stay and the past stays as known."""
    ended = [row for row in _with_twins(rule) if row.valid_to == last_day]
    if not ended:
        raise ValidationError(_("The requirement has been changed again since. Undo what came after it first."))
    rule = ended[-1]
    roles, workplaces = list(rule.roles.all()), list(rule.workplaces.all())
    twin = Requirement.objects.create(
        course=rule.course,
        valid_from=rule.valid_from,
        valid_to=before,
        kinds=rule.kinds,
        due_on=rule.due_on,
        due_days=rule.due_days,
        recorded_by=actor if getattr(actor, "pk", None) else None,
    )
    twin.workplaces.set(workplaces)
    twin.roles.set(roles)
    ledger.write("requirement.end_undone", actor=actor, subject=twin, rule=rule.pk, undoes=undoes)
    return twin


@transaction.atomic
def excuse(
    *,
    staff: StaffMember,
    course: Course | None,
    reason: str,
    valid_from: datetime.date,
    valid_to: datetime.date | None = None,
    form_id: uuid.UUID | None = None,
    actor: Any,
) -> Exemption:
    """Excuse someone from a course, or from all, from a day to a day. The same `form_id` again excuses nobody anew."""
    if before := ledger.written_by(form_id, "exemption.opened", actor=actor):
        return Exemption.objects.get(pk=before.subject.split(":")[1])
    if valid_to and valid_to < valid_from:
        raise ValidationError({"valid_to": _("The last day cannot be before the first. Change the date.")})
    exemption = Exemption.objects.create(
        staff=staff,
        course=course,
        reason=reason,
        valid_from=valid_from,
        valid_to=valid_to,
        recorded_by=actor if getattr(actor, "pk", None) else None,
    )
    # Not the reason: it tells of health and family, and the ledger is read by more people.
    ledger.write(
        "exemption.opened",
        actor=actor,
        subject=exemption,
        staff=staff,
        form_id=form_id,
        course=str(course.uuid) if course else "",
        valid_from=str(valid_from),
        valid_to=str(valid_to or ""),
    )
    return exemption


@transaction.atomic
def end_exemption(*, exemption: Exemption, last_day: datetime.date, actor: Any) -> Exemption:
    """Excused up to and with `last_day`. Refused before the first day: that is no end, but a mistake to be undone."""
    exemption = Exemption.objects.select_for_update().get(pk=exemption.pk)
    if exemption.is_taken_back:
        raise ValidationError(_("The exemption is taken away already, and counts on no day."))
    if last_day < exemption.valid_from:
        refusal = _(
            "The exemption begins on %(day)s. Choose that day or a later one. Was it a mistake? Undo it in the history."
        )
        raise ValidationError({"last_day": refusal % {"day": day_text(exemption.valid_from)}})
    before = exemption.valid_to
    exemption.valid_to, exemption.end_recorded_at = last_day, timezone.now()
    exemption.save(update_fields=["valid_to", "end_recorded_at"])
    ledger.write(
        "exemption.ended",
        actor=actor,
        subject=exemption,
        staff=exemption.staff,
        last_day=str(last_day),
        before=str(before or ""),
    )
    return exemption


@transaction.atomic
def take_exemption_back(*, exemption: Exemption, actor: Any, undoes: str) -> None:
    """The exemption was a mistake: it never held, nor did those in which it goes on."""
    rows = _with_what_goes_on(exemption)
    for row in rows:
        _empty(row)
    ledger.write(
        "exemption.taken_back",
        actor=actor,
        subject=exemption,
        staff=rows[0].staff,
        rows=[row.pk for row in rows],
        undoes=undoes,
    )


def _with_what_goes_on(exemption: Exemption) -> list[Exemption]:
    """The exemption and all in which it goes on, since somebody undid its end: locked, the latest last."""
    found = [Exemption.objects.select_for_update().get(pk=exemption.pk)]
    entries = LedgerEntry.objects.of(found[0].staff)
    for row in found:  # it grows on the way
        ends = entries.filter(verb="exemption.ended", subject=ledger.subject_of(row))
        undone = entries.filter(verb="exemption.end_undone", data__undoes__in=[str(entry.uuid) for entry in ends])
        new = _rows_of(undone) - {known.pk for known in found}
        found += Exemption.objects.select_for_update().filter(pk__in=new).order_by("pk")
    return found


@transaction.atomic
def undo_end_of_exemption(
    *, exemption: Exemption, last_day: datetime.date, before: datetime.date | None, actor: Any, undoes: str
) -> Exemption:
    """Excused to `before`, as until somebody ended it with `last_day`: a new row goes on where the old one ends."""
    ended = [row for row in _with_what_goes_on(exemption) if row.valid_to == last_day]
    if not ended:
        raise ValidationError(_("The exemption has been changed again since. Undo what came after it first."))
    exemption = ended[-1]
    if before and before <= last_day:
        exemption.valid_to, exemption.end_recorded_at = before, timezone.now()
        exemption.save(update_fields=["valid_to", "end_recorded_at"])
    else:
        exemption = Exemption.objects.create(
            staff=exemption.staff,
            course=exemption.course,
            reason=exemption.reason,
            valid_from=last_day + ONE_DAY,
            valid_to=before,
            recorded_by=actor if getattr(actor, "pk", None) else None,
        )
    ledger.write("exemption.end_undone", actor=actor, subject=exemption, staff=exemption.staff, undoes=undoes)
    return exemption
