"""Counter-entries to acts about employments and cards. What was known before stays so: a row is voided, not edited."""

import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import ledger
from ..models import Employment, LedgerEntry, LoginCard, StaffMember
from .actions import refuse_impossible


@transaction.atomic
def undo_end(
    *, job: Employment, last_day: datetime.date, before: datetime.date | None, actor: Any, undoes: str
) -> Employment:
    """The job goes on to `before`, as it did until somebody ended it with `last_day`."""
    job = _locked(job)
    if job.voided_at or job.end != last_day:
        raise ValidationError(_changed_since())
    back = _put_back(job, before)
    ledger.write("employment.end_undone", actor=actor, subject=back, staff=job.staff, undoes=undoes)
    return back


@transaction.atomic
def undo_move(*, old: Employment, new: Employment, before: datetime.date | None, actor: Any, undoes: str) -> Employment:
    """The move was never made: the new job is voided, and the old one goes on to `before`."""
    old, new = _locked(old), _locked(new)
    as_planned = new.end is None or new.end == before
    if new.voided_at or old.voided_at or not as_planned:
        raise ValidationError(_changed_since())
    _void(new)
    back = _put_back(old, before)
    ledger.write("employment.move_undone", actor=actor, subject=back, staff=old.staff, job=new.pk, undoes=undoes)
    return back


@transaction.atomic
def void_employment(*, job: Employment, actor: Any, undoes: str) -> None:
    """The employment was a mistake. Somebody's only one stays: without any they would be on nobody's list."""
    job = _locked(job)
    if job.voided_at:
        raise ValidationError(_changed_since())
    if not job.staff.employments.filter(voided_at=None).exclude(pk=job.pk).exists():
        raise ValidationError(
            _("It is the only employment. Add the right one first, or end this one on the right last day.")
        )
    _void(job)
    ledger.write("employment.voided", actor=actor, subject=job, staff=job.staff, undoes=undoes)


@transaction.atomic
def withdraw_card(*, card: LoginCard, actor: Any, undoes: str) -> None:
    """The printed card stops working, without a new one."""
    if not LoginCard.objects.filter(pk=card.pk, used_at=None, replaced_at=None).update(replaced_at=timezone.now()):
        raise ValidationError(_("The card is used already, or replaced by another."))
    ledger.write("card.withdrawn", actor=actor, subject=card, staff=card.staff, undoes=undoes)


def _locked(job: Employment) -> Employment:
    """The job as it stands, in whichever row it goes on since its end or its move was undone."""
    staff = StaffMember.objects.select_for_update().get(pk=job.staff_id)
    job = Employment.objects.select_for_update().get(pk=job.pk)
    entries = LedgerEntry.objects.of(staff)
    while job.voided_at:
        acts = entries.filter(
            Q(verb="employment.ended", subject=ledger.subject_of(job)) | Q(verb="employment.moved", data__job=job.pk)
        )
        undone = entries.filter(
            verb__in=("employment.end_undone", "employment.move_undone"),
            data__undoes__in=[str(entry.uuid) for entry in acts],
        )
        latest = undone.order_by("pk").last()
        if latest is None:
            break
        job = Employment.objects.select_for_update().get(pk=latest.subject.partition(":")[2])
    return job


def _changed_since() -> str:
    return _("The employment has been changed again since. Undo what came after it first.")


def _void(job: Employment) -> None:
    job.voided_at = timezone.now()
    job.save(update_fields=["voided_at"])


def _put_back(job: Employment, end: datetime.date | None) -> Employment:
    """The same job in a new row, to `end`: on earlier days one knew what the old row says."""
    _void(job)
    refuse_impossible(job.staff.employments.exclude(pk=job.pk), job.workplace, job.start, end)
    return Employment.objects.create(
        staff=job.staff,
        workplace=job.workplace,
        role=job.role,
        kind=job.kind,
        employer=job.employer,
        employee_id=job.employee_id,
        start=job.start,
        end=end,
    )
