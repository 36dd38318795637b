import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from courses.models import Course

from .. import ledger
from ..models import Enrolment, StaffMember
from ..status import Completion, runs_out


def current_enrolment(learner: StaffMember, course: Course, *, lock: bool = False) -> Enrolment | None:
    """The cycle that `learner` is in now; None before the first event. `lock` needs a transaction."""
    enrolments = Enrolment.objects.select_for_update() if lock else Enrolment.objects
    return enrolments.filter(staff=learner, course=course, current=True).first()


def enrol(learner: StaffMember, course: Course, *, on: datetime.date, at: datetime.datetime) -> Enrolment:
    """The current cycle, locked; born on the day `on` if there is none. Needs a transaction."""
    enrolment = current_enrolment(learner, course, lock=True)
    if enrolment:
        return enrolment
    # Only here can it be someone whose row has been merged away since it was read: nothing must land there.
    kept = StaffMember.objects.select_for_update().get(pk=learner.pk).merged_into
    if kept:
        return enrol(kept, course, on=on, at=at)
    Enrolment.objects.get_or_create(
        staff=learner, course=course, current=True, defaults={"started_on": on, "recorded_at": at, "cycle": 1}
    )
    return Enrolment.objects.select_for_update().get(staff=learner, course=course, current=True)


@transaction.atomic
def begin_again(*, learner: StaffMember, course: Course, actor: Any) -> Enrolment:
    """Open the next cycle of a course that is done. What was done stays valid as long as it was.

    Raises ValueError where there is nothing to renew: no cycle, or the current one is not complete.
    """
    enrolment = current_enrolment(learner, course, lock=True)
    if enrolment is None or not enrolment.completions.filter(voided_at=None).exists():
        raise ValueError("There is no completed cycle to renew.")
    enrolment.current = False
    enrolment.save(update_fields=["current"])
    now = timezone.now()
    renewed = Enrolment.objects.create(
        staff=learner,
        course=course,
        cycle=enrolment.cycle + 1,
        started_on=timezone.localdate(now),
        recorded_at=now,
    )
    ledger.write("course.begun_again", actor=actor, subject=renewed, staff=learner, cycle=renewed.cycle)
    return renewed


def renew_if_due(*, learner: StaffMember, course: Course, on: datetime.date, actor: Any) -> None:
    """What is learned after a completion that runs out belongs to the next cycle; else it would change nothing."""
    enrolment = current_enrolment(learner, course, lock=True)
    done = enrolment.completions.filter(voided_at=None).first() if enrolment else None
    if not done or on <= done.completed_on:
        return
    if runs_out(timezone.localdate(), Completion(done.completed_on, done.valid_until)):
        begin_again(learner=learner, course=course, actor=actor)
