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
from ..models import Exemption, LedgerEntry, Programme, Requirement, StaffMember
from ..wording import day_text
from .rules import ONE_DAY
from .terms import Terms, terms_of

#: What is written when a rule goes on in a twin of a row that had ended.
GOES_ON = ("requirement.end_undone", "requirement.change_undone")


@transaction.atomic
def require(
    *,
    course: Course | None = None,
    programme: Programme | None = None,
    valid_from: datetime.date,
    form_id: uuid.UUID | None = None,
    actor: Any,
    **terms: Any,
) -> Requirement:
    """Open a rule about a course or a programme, on these `terms` (see Terms). Raises ValidationError when it could
    never bind anyone in time.

    The same `form_id` again opens nothing: it is the rule opened before.
    """
    if before := ledger.written_by(form_id, "requirement.opened", actor=actor):
        return Requirement.objects.get(pk=before.subject.split(":")[1])
    said = Terms(**terms)
    said.check(valid_from)
    new = Requirement(course=course, programme=programme, valid_from=valid_from, recorded_by=_account(actor))
    rule = said.write(new)
    ledger.write(
        "requirement.opened",
        actor=actor,
        subject=rule,
        form_id=form_id,
        valid_from=str(valid_from),
        course=str(course.uuid) if course else "",
        programme=str(programme.uuid) if programme else "",
        **said.for_ledger(),
    )
    return rule


@transaction.atomic
def change_requirement(
    *, rule: Requirement, first_day: datetime.date, form_id: uuid.UUID | None = None, actor: Any, **terms: Any
) -> Requirement:
    """From `first_day` the rule is on these `terms`, to the end that it had: its row ends the day before, a new one of
    the same series begins. Nothing begins anew for whom it bound before.

    Nothing changes where the terms are those it has; the same `form_id` again changes nothing.
    """
    if changed := ledger.written_by(form_id, "requirement.changed", actor=actor):
        return Requirement.objects.get(pk=changed.subject.split(":")[1])
    rule = _locked_and_alive(rule)
    before = rule.valid_to
    if first_day < rule.valid_from:
        words = _("The requirement has been as it is since %(day)s. Choose that day or a later one.")
        raise ValidationError({"first_day": words % {"day": day_text(rule.valid_from)}})
    if before and before < first_day:
        words = _("The requirement ends on %(day)s. Choose an earlier day, or add a new requirement.")
        raise ValidationError({"first_day": words % {"day": day_text(before)}})
    said, was = Terms(**terms), terms_of(rule)
    if said.for_ledger() == was.for_ledger():
        raise ValidationError(_("Nothing is changed. Change something, or go back."))
    said.check(_first_day_of(rule))
    _end(rule, first_day - ONE_DAY)
    new = said.write(
        Requirement(
            series=rule.series,
            course=rule.course,
            programme=rule.programme,
            valid_from=first_day,
            valid_to=before,
            recorded_by=_account(actor),
        )
    )
    ledger.write(
        "requirement.changed",
        actor=actor,
        subject=new,
        form_id=form_id,
        rule=rule.pk,
        first_day=str(first_day),
        before=str(before or ""),
        **said.for_ledger(),
    )
    return new


def _first_day_of(rule: Requirement) -> datetime.date:
    """Since when the rule has held, whatever it was before it was edited."""
    rows = Requirement.objects.filter(series=rule.series).values_list("valid_from", flat=True)
    return min(rows, default=rule.valid_from)


def _account(actor: Any) -> Any:
    return actor if getattr(actor, "pk", None) else None


def _locked_and_alive(rule: Requirement) -> Requirement:
    rule = Requirement.objects.select_for_update().get(pk=rule.pk)
    if rule.is_taken_back:
        raise ValidationError(_("The requirement is taken away already, and counts on no day."))
    later = [row for row in _alive(rule) if row.pk > rule.pk]
    if later:
        words = _("The requirement is changed from %(day)s. Undo that change first, or change what it is from then on.")
        raise ValidationError(words % {"day": day_text(later[-1].valid_from)})
    return rule


def _alive(rule: Requirement) -> list[Requirement]:
    """The rows of the rule that hold on some day, the latest last."""
    rows = Requirement.objects.filter(series=rule.series).order_by("pk")
    return [row for row in rows if not row.is_taken_back]


def _end(row: Requirement | Exemption, last_day: datetime.date | None) -> None:
    row.valid_to, row.end_recorded_at = last_day, timezone.now()
    row.save(update_fields=["valid_to", "end_recorded_at"])


@transaction.atomic
def end_requirement(*, rule: Requirement, last_day: datetime.date, actor: Any) -> Requirement:
    """The rule binds up to and with `last_day`. What it bound before stays as it was."""
    rule = _locked_and_alive(rule)
    if rule.valid_to == last_day:
        return rule  # a double click
    if rule.valid_to is not None and rule.valid_to < last_day:
        words = _("The requirement ends already on %(day)s. To prolong it, undo the end in the list first.")
        raise ValidationError({"last_day": words % {"day": day_text(rule.valid_to)}})
    if last_day < rule.valid_from and len(_alive(rule)) > 1:
        words = _("The requirement was changed on %(day)s. Choose that day or a later one, or undo the change first.")
        raise ValidationError({"last_day": words % {"day": day_text(rule.valid_from)}})
    before = rule.valid_to
    _end(rule, last_day)
    ledger.write("requirement.ended", actor=actor, subject=rule, last_day=str(last_day), before=str(before or ""))
    return rule


@transaction.atomic
def take_requirement_back(*, rule: Requirement, actor: Any, undoes: str) -> None:
    """The rule was a mistake: it never bound anyone, however it was edited since, and wherever it goes on."""
    rows = list(Requirement.objects.select_for_update().filter(series=rule.series).order_by("pk"))
    for row in rows:
        if not row.is_taken_back:
            _empty(row)
    ledger.write("requirement.taken_back", actor=actor, subject=rule, rows=[row.pk for row in rows], undoes=undoes)


def _empty(row: Requirement | Exemption) -> None:
    _end(row, row.valid_from - ONE_DAY)


def _with_twins(rule: Requirement) -> list[Requirement]:
    """The rule and all in which it goes on, since somebody undid its end: locked, the latest last."""
    found = [Requirement.objects.select_for_update().get(pk=rule.pk)]
    for row in found:  # it grows on the way: a twin may have been ended and gone on in its turn
        undone = LedgerEntry.objects.filter(verb__in=GOES_ON, data__rule=row.pk)
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
    ended, twin = _go_on(rule, last_day=last_day, before=before, actor=actor)
    ledger.write("requirement.end_undone", actor=actor, subject=twin, rule=ended.pk, undoes=undoes)
    return twin


@transaction.atomic
def undo_change_of_requirement(
    *,
    rule: Requirement,
    new: Requirement,
    first_day: datetime.date,
    before: datetime.date | None,
    actor: Any,
    undoes: str,
) -> Requirement:
    """The rule is as before it was changed into `new`, which never held: a twin of what it was goes on."""
    rows = [row for row in _with_twins(new) if not row.is_taken_back]
    if not rows or rows[-1].valid_to != before:
        raise ValidationError(_too_late())
    for row in rows:
        _empty(row)
    changed, twin = _go_on(rule, last_day=first_day - ONE_DAY, before=before, actor=actor)
    ledger.write("requirement.change_undone", actor=actor, subject=twin, rule=changed.pk, undoes=undoes)
    return twin


def _go_on(
    rule: Requirement, *, last_day: datetime.date, before: datetime.date | None, actor: Any
) -> tuple[Requirement, Requirement]:
    """The row of the rule that was ended with `last_day`, and a twin of it that ends with `before`."""
    ended = [row for row in _with_twins(rule) if row.valid_to == last_day]
    if not ended:
        raise ValidationError(_too_late())
    row = ended[-1]
    twin = Requirement(
        series=row.series,
        course=row.course,
        programme=row.programme,
        valid_from=row.valid_from,
        valid_to=before,
        recorded_by=_account(actor),
    )
    return row, terms_of(row).write(twin)


def _too_late() -> str:
    return _("The requirement has been changed again since. Undo what came after it first.")


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
        recorded_by=_account(actor),
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
    if before == last_day:
        return exemption  # a double click
    _end(exemption, last_day)
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
        _end(exemption, before)
    else:
        exemption = Exemption.objects.create(
            staff=exemption.staff,
            course=exemption.course,
            reason=exemption.reason,
            valid_from=last_day + ONE_DAY,
            valid_to=before,
            recorded_by=_account(actor),
        )
    ledger.write("exemption.end_undone", actor=actor, subject=exemption, staff=exemption.staff, undoes=undoes)
    return exemption
