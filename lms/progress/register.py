"""What a leader records by hand: who came, and who had learned it before. All or nothing."""

import datetime
import uuid
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from courses.models import Activity, Course

from .. import ledger
from ..models import EventKind, EventSource, StaffMember
from ..status import Completion, runs_out
from .enrolments import begin_again, current_enrolment
from .record import Receipt, record


def noon(day: datetime.date) -> datetime.datetime:
    """A moment that is surely on `day`, for facts known only by their date; never in the future."""
    moment = timezone.make_aware(datetime.datetime.combine(day, datetime.time(12)))
    return min(moment, timezone.now())


@transaction.atomic
def record_attendance(
    *,
    form_id: uuid.UUID,
    activity: Activity,
    people: Iterable[StaffMember],
    on: datetime.date,
    recorded_by: Any,
) -> list[Receipt]:
    """`people` were at the meetup on the day `on`. The same `form_id` again records nobody twice."""
    receipts = []
    for person in people:
        _renew_if_due(person, activity.course, on, recorded_by)
        receipts.append(
            _record_one(form_id, person, activity, EventKind.ATTENDED, on, recorded_by, "attendance.recorded")
        )
    return receipts


@transaction.atomic
def record_earlier_training(
    *, form_id: uuid.UUID, course: Course, people: Iterable[StaffMember], on: datetime.date, recorded_by: Any
) -> list[Receipt]:
    """`people` had learned all of `course` by the day `on`: every required activity is done by evidence.

    The receipt with a `course_completion` tells whose course it completed; there is none for who had done it already.
    """
    activities = list(Activity.objects.live().filter(course=course, required=True).select_related("course"))
    receipts = []
    for person in people:
        _renew_if_due(person, course, on, recorded_by)
        receipts += [
            _record_one(form_id, person, activity, EventKind.EVIDENCE, on, recorded_by, "evidence.recorded")
            for activity in activities
        ]
    return receipts


def _renew_if_due(person: StaffMember, course: Course, on: datetime.date, recorded_by: Any) -> None:
    """What is learned after a completion that runs out belongs to the next cycle; else it would change nothing."""
    enrolment = current_enrolment(person, course, lock=True)
    done = enrolment.completions.filter(voided_at=None).first() if enrolment else None
    if not done or on <= done.completed_on:
        return
    if runs_out(timezone.localdate(), Completion(done.completed_on, done.valid_until)):
        begin_again(learner=person, course=course, actor=recorded_by)


def _record_one(
    form_id: uuid.UUID,
    person: StaffMember,
    activity: Activity,
    kind: str,
    on: datetime.date,
    recorded_by: Any,
    verb: str,
) -> Receipt:
    receipt = record(
        event_id=uuid.uuid5(form_id, f"{person.uuid}:{activity.uuid}"),
        learner=person,
        activity=activity,
        version=activity.versions.current().first(),
        kind=kind,
        occurred_at=noon(on),
        received_at=timezone.now(),
        source=EventSource.REGISTER,
        recorded_by=recorded_by,
    )
    if receipt.outcome == "applied":
        ledger.write(
            verb,
            actor=recorded_by,
            subject=receipt.event,
            staff=person,
            activity=str(activity.uuid),
            on=str(on),
        )
    return receipt
