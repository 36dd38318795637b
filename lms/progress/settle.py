"""What waits for a leader, decided: counted after all, or put aside. Each with a row in the ledger."""

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import ledger
from ..models import Enrolment, EventOutcome, ExtraAttempt, LearningEvent
from .facts import DUPLICATE, Entry, Receipt, fact_of
from .record import take_in


@transaction.atomic
def apply_event(*, event: LearningEvent, actor: Any) -> Receipt:
    """Count an event that waits, in spite of its reason, as if nothing had been wrong with it.

    An event of an attempt at a test takes all that waits of that attempt with it; what of that cannot be counted waits
    on. A test that lacks an attempt gets one more, which is written down as given. A duplicate receipt, and nothing
    done, where the event waits no longer.

    Raises ValidationError in plain words where it cannot be counted: a second handing in, a step that no version has.
    """
    waiting = _waiting_with(event)
    if not waiting:
        return Receipt(DUPLICATE, event=event)
    now, act = timezone.now(), str(uuid.uuid4())
    entries = [Entry(fact_of(row), row, heard_at=now) for row in waiting]
    reasons = {row.pk: row.reason for row in waiting}
    sittings = take_in(entries, in_spite=True)
    receipts = {entry.event.pk: entry.receipt() for entry in entries}
    asked = receipts[event.pk]
    if asked.outcome != EventOutcome.APPLIED:
        raise ValidationError(_why_never(asked.reason), code=asked.reason)
    for attempt in sittings.beyond:
        extra = ExtraAttempt.objects.create(
            enrolment=attempt.enrolment,
            activity=attempt.activity,
            reason=_("It was taken without network, and counted all the same."),
            given_at=now,
            given_by=actor if getattr(actor, "pk", None) else None,
        )
        ledger.write(
            "attempt.given",
            actor=actor,
            subject=extra,
            staff=attempt.enrolment.staff,
            activity=str(attempt.activity.uuid),
            act=act,
        )
    for row in waiting:
        if row.outcome == EventOutcome.APPLIED:
            ledger.write(
                "event.applied",
                actor=actor,
                subject=row,
                staff=row.enrolment.staff,
                activity=str(row.activity.uuid),
                reason=reasons[row.pk],
                act=act,
            )
    return asked


@transaction.atomic
def dismiss_event(*, event: LearningEvent, actor: Any) -> bool:
    """Put an event that waits aside, with all that waits of the same attempt. False where it waits no longer."""
    waiting, act = _waiting_with(event), str(uuid.uuid4())
    LearningEvent.objects.filter(pk__in=[row.pk for row in waiting]).update(outcome=EventOutcome.DISMISSED)
    for row in waiting:
        ledger.write(
            "event.dismissed",
            actor=actor,
            subject=row,
            staff=row.enrolment.staff,
            activity=str(row.activity.uuid),
            reason=row.reason,
            act=act,
        )
    return bool(waiting)


def _waiting_with(event: LearningEvent) -> list[LearningEvent]:
    """The event and all that waits of its attempt, by when it happened, under the lock. Empty: it waits no longer."""
    event.refresh_from_db(fields=["enrolment"])
    enrolment = event.enrolment
    own = Enrolment.objects.select_for_update().filter(staff=enrolment.staff_id, course=enrolment.course_id)
    cycles = [row.pk for row in own.order_by("pk")]
    rows = LearningEvent.objects.filter(enrolment__in=cycles, outcome=EventOutcome.NEEDS_REVIEW)
    rows = rows.filter(attempt=event.attempt) if event.attempt else rows.filter(pk=event.pk)
    found = list(
        rows.select_related("enrolment__staff", "activity__course", "version").order_by(
            "occurred_at", "received_at", "pk"
        )
    )
    return found if any(row.pk == event.pk for row in found) else []


def _why_never(reason: str) -> str:
    """Why not even a leader can count it."""
    return {
        "handed_in": _("The test was handed in already, and the first time counts. Put this aside."),
        "unknown_step": _("No version of the lesson has this step. Put this aside."),
        "unknown_question": _("The question is not part of the test as it was taken. Put this aside."),
        "unknown_attempt": _("There is no such attempt of this person. Put this aside."),
        "id_taken": _("The attempt is somebody else’s. Put this aside."),
    }.get(reason, _("This cannot be counted. Put it aside."))
