"""The only ways back: void what was wrong, move what was right to the right person, put back what was not wrong.

All rows that one act writes to the ledger share an `act`, so that it can be told, and undone, as one.
"""

import uuid
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from .. import ledger
from ..models import (
    ActivityCompletion,
    CourseCompletion,
    Earned,
    Enrolment,
    EventKind,
    EventSource,
    QuizAttempt,
    StaffMember,
)
from ..signals import course_completion_voided
from .enrolments import enrol, renew_if_due
from .facts import Receipt
from .record import record
from .rollup import complete_course_if_done, repeat_completion


@transaction.atomic
def void(*, completion: ActivityCompletion | CourseCompletion, reason: str, recorded_by: Any) -> bool:
    """Take back a completion that was wrong. The row stays, marked; voiding twice changes nothing, and returns False.

    Voiding a course voids the activities it rests on; voiding an activity voids the course that rested on it. When
    what is left is enough by today's measure, the course is recorded as done anew.
    """
    return _void(completion, reason=reason, recorded_by=recorded_by, act=str(uuid.uuid4()))


@transaction.atomic
def take_back(*, completions: Iterable[ActivityCompletion], reason: str, recorded_by: Any, undoes: uuid.UUID) -> bool:
    """Void some parts, and the course that rested on them, as the counter-entry to the ledger entry `undoes`.

    Returns whether any of them still stood.
    """
    act = str(uuid.uuid4())
    told = [
        _void(completion, reason=reason, recorded_by=recorded_by, act=act, undoes=str(undoes))
        for completion in completions
    ]
    return any(told)


def _void(completion, *, reason, recorded_by, **data):
    """Returns False where someone was quicker."""
    enrolment = type(completion.enrolment).objects.select_for_update().get(pk=completion.enrolment_id)
    completion.refresh_from_db(fields=["voided_at"])  # under the lock
    if completion.voided_at:
        return False
    activities = enrolment.activity_completions.filter(voided_at=None)
    if isinstance(completion, ActivityCompletion):
        activities = activities.filter(pk=completion.pk)
    rests = isinstance(completion, CourseCompletion) or completion.activity.required
    courses = list(enrolment.completions.filter(voided_at=None)) if rests else []
    now = timezone.now()
    for activity in activities:
        _mark(activity, now, reason)
        QuizAttempt.objects.filter(
            enrolment=enrolment, activity=activity.activity_id, passed=True, voided_at=None
        ).update(voided_at=now)
        ledger.write(
            "completion.voided",
            actor=recorded_by,
            subject=activity,
            staff=enrolment.staff,
            activity=str(activity.activity.uuid),
            **data,
        )
    for course in courses:
        _mark(course, now, reason)
        ledger.write(
            "course.voided",
            actor=recorded_by,
            subject=course,
            staff=enrolment.staff,
            course=str(course.course.uuid),
            **data,
        )
        course_completion_voided.send(sender=CourseCompletion, completion=course)
    if isinstance(completion, ActivityCompletion):
        complete_course_if_done(enrolment, recorded_at=now)
    return True


def _mark(row, now, reason):
    row.voided_at, row.void_reason = now, reason[:200]
    row.save(update_fields=["voided_at", "void_reason"])


@transaction.atomic
def move(
    *, completion: ActivityCompletion | CourseCompletion, to: StaffMember, reason: str, recorded_by: Any
) -> list[Receipt]:
    """It was not her: void at the one who has it and record the same for `to`, with the same day and version.

    Raises ValueError when `to` is the same person or the completion is already voided.
    """
    course = completion.enrolment.course_id
    both = Q(pk=completion.enrolment_id) | Q(staff=to, course=course, current=True)
    # Both people's before anything is read, and in one order: two moves at once neither cross nor wait for ever.
    list(Enrolment.objects.select_for_update().filter(both).order_by("pk"))
    completion.refresh_from_db(fields=["voided_at", "enrolment"])
    enrolment = completion.enrolment
    if completion.voided_at or enrolment.staff_id == to.pk:
        raise ValueError("Nothing to move.")
    rows = enrolment.activity_completions.filter(voided_at=None).select_related("activity__course", "version")
    if isinstance(completion, ActivityCompletion):
        rows = rows.filter(pk=completion.pk)
    moved, act = list(rows), str(uuid.uuid4())
    _void(completion, reason=reason, recorded_by=recorded_by, act=act, to=str(to.uuid))
    if moved:
        last_day = timezone.localdate(max(row.occurred_at for row in moved))
        renew_if_due(learner=to, course=enrolment.course, on=last_day, actor=recorded_by)
    data = {"act": act, "from": str(enrolment.staff.uuid)}
    receipts = _record_again(completion, moved, to, EventSource.MOVE, "completion.moved", recorded_by, data)
    if any(row.earned == Earned.EVIDENCE for row in moved) and receipts[-1].event:
        _take_documents_along(enrolment, receipts[-1].event.enrolment, recorded_by, act)
    return receipts


def _take_documents_along(giver: Enrolment, receiver: Enrolment, recorded_by: Any, act: str) -> None:
    """What shows the earlier training goes where that goes. It stays with the giver where it shows something still."""
    standing = ActivityCompletion.objects.filter(
        enrolment__staff=giver.staff_id, earned=Earned.EVIDENCE, voided_at=None
    )
    data: dict[str, Any] = {"act": act, "course": str(giver.course.uuid)}
    for document in giver.evidence_documents.all():
        with_the_giver = document.enrolments.filter(staff=giver.staff_id)
        no_longer = with_the_giver.exclude(pk__in=standing.values("enrolment"))
        if not document.enrolments.filter(pk=receiver.pk).exists():
            document.enrolments.add(receiver)
            ledger.write(
                "document.moved",
                actor=recorded_by,
                subject=document,
                staff=receiver.staff,
                **{**data, "from": str(giver.staff.uuid)},
            )
        if no_longer:
            document.enrolments.remove(*no_longer)
            ledger.write(
                "document.left",
                actor=recorded_by,
                subject=document,
                staff=giver.staff,
                **data,
                to=str(receiver.staff.uuid),
            )


@transaction.atomic
def restore(
    *, completion: ActivityCompletion | CourseCompletion, recorded_by: Any, undoes: uuid.UUID | None = None
) -> list[Receipt]:
    """Put back what `void` took by mistake: recorded anew, with the same day and version; a course with its parts.

    Raises ValueError when it stands, or when the course has been begun again since.
    """
    enrolment = type(completion.enrolment).objects.select_for_update().get(pk=completion.enrolment_id)
    if completion.voided_at is None or not enrolment.current:
        raise ValueError("Nothing to put back.")
    rows = enrolment.activity_completions.filter(voided_at=completion.voided_at)
    if isinstance(completion, ActivityCompletion):
        rows = rows.filter(pk=completion.pk)
    data = {"act": str(uuid.uuid4()), "undoes": str(undoes or "")}
    found, staff = list(rows.select_related("activity__course", "version")), enrolment.staff
    return _record_again(completion, found, staff, EventSource.RESTORE, "completion.restored", recorded_by, data)


def _record_again(
    completion: ActivityCompletion | CourseCompletion,
    rows: list[ActivityCompletion],
    learner: StaffMember,
    source: EventSource,
    verb: str,
    recorded_by: Any,
    data: dict[str, Any],
) -> list[Receipt]:
    """The same facts about `learner`: what was done, when, of which version and how it was earned.

    A course that was complete is so for them too, even if it takes more by now.
    """
    receipts, now, born = [], timezone.now(), None
    if rows and isinstance(completion, CourseCompletion):
        enrolment = enrol(learner, completion.course, on=completion.completed_on, at=now)
        born = repeat_completion(enrolment, completion, recorded_at=now)
    for row in rows:
        receipts.append(
            record(
                event_id=uuid.uuid4(),
                learner=learner,
                activity=row.activity,
                version=row.version,
                kind=EventKind.OVERRIDE,
                occurred_at=row.occurred_at,
                received_at=now,
                source=source,
                recorded_by=recorded_by,
                payload={"from_completion": row.pk, "earned": row.earned},
            )
        )
        ledger.write(verb, actor=recorded_by, subject=row, staff=learner, activity=str(row.activity.uuid), **data)
    if born:
        receipts[-1] = replace(receipts[-1], course_completion=born)
    return receipts
