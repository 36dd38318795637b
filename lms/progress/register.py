"""What a leader records by hand: who came, and who had learned it before. All or nothing."""

import datetime
import uuid
from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from courses.models import Activity, Course

from .. import ledger
from ..models import EventKind, EventOutcome, EventSource, EvidenceDocument, LearningEvent, StaffMember
from .enrolments import current_enrolment, renew_if_due
from .facts import Receipt
from .record import record


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
        renew_if_due(learner=person, course=activity.course, on=on, actor=recorded_by)
        receipt = _record_one(form_id, person, activity, EventKind.ATTENDED, on, recorded_by)
        if receipt.outcome == EventOutcome.APPLIED:
            ledger.write(
                "attendance.recorded",
                actor=recorded_by,
                subject=receipt.event,
                staff=person,
                activity=str(activity.uuid),
                on=str(on),
            )
        receipts.append(receipt)
    return receipts


@transaction.atomic
def record_earlier_training(
    *,
    form_id: uuid.UUID,
    course: Course,
    people: Iterable[StaffMember],
    on: datetime.date,
    recorded_by: Any,
    document: EvidenceDocument | None = None,
) -> list[Receipt]:
    """`people` had learned all of `course` by the day `on`: every required activity is done by evidence.

    The receipt with a `course_completion` tells whose course it completed; there is none for who had done it already.
    `document` is kept with each of them, also with who had done it already.
    """
    activities = needed_for(course)
    receipts = []
    for person in people:
        renew_if_due(learner=person, course=course, on=on, actor=recorded_by)
        told = [_record_one(form_id, person, activity, EventKind.EVIDENCE, on, recorded_by) for activity in activities]
        receipts += told
        events = [receipt.event for receipt in told if receipt.event and receipt.outcome == EventOutcome.APPLIED]
        enrolment = current_enrolment(person, course)
        if document and enrolment and not document.enrolments.filter(pk=enrolment.pk).exists():
            document.enrolments.add(enrolment)
            ledger.write("document.added", actor=recorded_by, subject=document, staff=person, course=str(course.uuid))
        if events and enrolment:
            ledger.write(
                "evidence.recorded",
                actor=recorded_by,
                subject=enrolment,
                staff=person,
                course=str(course.uuid),
                on=str(on),
                events=[event.pk for event in events],
            )
    return receipts


def needed_for(course: Course) -> list[Activity]:
    """What earlier training in it completes."""
    return list(Activity.objects.live().filter(course=course, required=True).select_related("course"))


def is_recorded(*, form_id: uuid.UUID, activities: Iterable[Activity], people: Collection[StaffMember]) -> bool:
    """Whether the form has been sent before, about all of them."""
    ids = {_event_id(form_id, person, activity) for activity in activities for person in people}
    return bool(ids) and LearningEvent.objects.filter(event_id__in=ids).count() == len(ids)


def _event_id(form_id: uuid.UUID, person: StaffMember, activity: Activity) -> uuid.UUID:
    return uuid.uuid5(form_id, f"{person.uuid}:{activity.uuid}")


def _record_one(
    form_id: uuid.UUID, person: StaffMember, activity: Activity, kind: str, on: datetime.date, recorded_by: Any
) -> Receipt:
    return record(
        event_id=_event_id(form_id, person, activity),
        learner=person,
        activity=activity,
        version=activity.versions.current().first(),
        kind=kind,
        occurred_at=noon(on),
        received_at=timezone.now(),
        source=EventSource.REGISTER,
        recorded_by=recorded_by,
    )
