"""Two rows on the staff list that are one person: one is kept, the other points there for ever."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import ledger
from ..models import Employment, Exemption, LoginCard, PaperTest, PinGuard, RequirementTarget, SignInLink, StaffMember
from ..progress import join_learning
from ..signals import staff_merged
from .accounts import means_something


@transaction.atomic
def merge(*, keep: StaffMember, gone: StaffMember, actor: Any) -> StaffMember:
    """`gone` is the same person as `keep`: all that hangs on it becomes `keep`'s, and nothing is lost.

    The row of `gone` stays as a pointer. Refused in words where an account would lose what it may do.
    """
    locked = {row.pk: row for row in StaffMember.objects.select_for_update().filter(pk__in=[keep.pk, gone.pk])}
    keep, gone = locked[keep.pk], locked[gone.pk]
    _refuse(keep, gone)
    join_learning(keep=keep, gone=gone, actor=actor)
    _join_jobs(keep, gone)
    Exemption.objects.filter(staff=gone).update(staff=keep)
    PaperTest.objects.filter(staff=gone).update(staff=keep)
    _join_rules(keep, gone)
    _join_ways_in(keep, gone)
    for name in ("email", "phone"):
        setattr(keep, name, getattr(keep, name) or getattr(gone, name))
    StaffMember.objects.filter(merged_into=gone).update(merged_into=keep)
    user, gone.user, gone.pin_hash, gone.merged_into = gone.user, None, "", keep
    gone.save(update_fields=["user", "pin_hash", "merged_into"])  # first: an account has one row
    keep.user = keep.user or user
    keep.save(update_fields=["user", "email", "phone"])
    staff_merged.send(sender=StaffMember, kept=keep, gone=gone)
    ledger.write("staff.merged", actor=actor, subject=gone, staff=keep, merged=str(gone.uuid))
    return keep


def _refuse(keep: StaffMember, gone: StaffMember) -> None:
    if keep.pk == gone.pk:
        raise ValidationError(_("That is the same row. Choose another person."))
    if keep.merged_into_id or gone.merged_into_id:
        raise ValidationError(_("One of the rows has been merged already. Open the person anew."))
    if not (keep.user and gone.user) or not means_something(gone.user):
        return
    if means_something(keep.user):
        raise ValidationError(
            _(
                "Both rows have a user account that is responsible for something. Ask an administrator to move the "
                "responsibilities to one of the accounts first."
            )
        )
    raise ValidationError(
        _("The user account %(user)s is responsible for something. Keep the row of that account instead.")
        % {"user": gone.user.get_username()}
    )


def _join_jobs(keep: StaffMember, gone: StaffMember) -> None:
    """Employments go along. Two at the same workplace at the same time become one: it was one job, written twice."""
    for job in Employment.objects.select_for_update().filter(staff=gone).order_by("start", "pk"):
        same = [] if job.voided_at else [other for other in _live_jobs(keep, job) if _overlap(other, job)]
        if same:
            both = [*same, job]
            start = min(one.start for one in both)
            end = None if any(one.end is None for one in both) else max(one.end for one in both if one.end)
            latest = max(both, key=lambda one: (one.end is None, one.end or one.start, one is not job))
            numbers = _numbers([latest, *both])
            whole = next((one for one in same if one.start == start and one.end == end), None)
            if whole is None:
                for one in same:
                    _void(one)
                _void(job)
                Employment.objects.create(
                    staff=keep,
                    workplace=job.workplace,
                    role=latest.role,
                    kind=latest.kind,
                    start=start,
                    end=end,
                    **numbers,
                )
            else:
                _void(job)
                if not whole.employee_id and numbers["employee_id"]:
                    Employment.objects.filter(pk=whole.pk).update(**numbers)
        job.staff = keep
        job.save(update_fields=["staff"])


def _numbers(jobs: list[Employment]) -> dict[str, str]:
    """By what a staff list knows the one job again: the first employee id, with its employer."""
    known = [job for job in jobs if job.employee_id] or [job for job in jobs if job.employer]
    if not known:
        return {"employer": "", "employee_id": ""}
    return {"employer": known[0].employer, "employee_id": known[0].employee_id}


def _live_jobs(keep: StaffMember, job: Employment) -> Any:
    return Employment.objects.select_for_update().filter(staff=keep, workplace=job.workplace_id, voided_at=None)


def _overlap(one: Employment, other: Employment) -> bool:
    return (one.end is None or other.start <= one.end) and (other.end is None or one.start <= other.end)


def _void(job: Employment) -> None:
    job.voided_at = timezone.now()
    job.save(update_fields=["voided_at"])


def _join_rules(keep: StaffMember, gone: StaffMember) -> None:
    """A rule that names either names the one. Who is named and left out is left out."""
    for target in RequirementTarget.objects.filter(staff=gone):
        if RequirementTarget.objects.filter(
            staff=keep, requirement=target.requirement_id, excepted=target.excepted
        ).exists():
            target.delete()
        else:
            target.staff = keep
            target.save(update_fields=["staff"])


def _join_ways_in(keep: StaffMember, gone: StaffMember) -> None:
    """One unused card at most: that of the row that stays if it still works, else the other's. A PIN belongs to its row
    and stays. A link by e-mail is soon asked for again."""
    now = timezone.now()
    dead = gone if LoginCard.objects.working(now).filter(staff=keep).exists() else keep
    LoginCard.objects.filter(staff=dead, used_at=None, replaced_at=None).update(replaced_at=now)
    LoginCard.objects.filter(staff=gone).update(staff=keep)
    PinGuard.objects.filter(staff=gone).delete()
    SignInLink.objects.filter(staff=gone).delete()
