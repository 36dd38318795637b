"""What a leader has put aside waits for a leader again."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q

from .. import ledger
from ..models import Enrolment, EventOutcome, LearningEvent


@transaction.atomic
def wait_again(*, events: Iterable[int], actor: Any, **data: Any) -> int:
    """The counter-entry to `dismiss_event`, with all that was put aside of the same attempt. Returns how many wait.

    `data` goes into the ledger. Nothing is counted by it: a leader decides anew.
    """
    named = LearningEvent.objects.filter(pk__in=events)
    attempts = [attempt for attempt in named.values_list("attempt", flat=True) if attempt]
    people = named.values("enrolment__staff")
    enrolments = Enrolment.objects.select_for_update().filter(
        staff__in=people, course__in=named.values("activity__course")
    )
    cycles = [row.pk for row in enrolments.order_by("pk")]
    together = Q(pk__in=[event.pk for event in named]) | Q(attempt__in=attempts, enrolment__in=cycles)
    rows = LearningEvent.objects.select_related("enrolment__staff", "activity").filter(
        together, outcome=EventOutcome.DISMISSED
    )
    act, number = str(uuid.uuid4()), 0
    for event in rows.order_by("pk"):
        event.outcome = EventOutcome.NEEDS_REVIEW
        event.save(update_fields=["outcome"])
        ledger.write(
            "event.waits_again",
            actor=actor,
            subject=event,
            staff=event.enrolment.staff,
            activity=str(event.activity.uuid),
            act=act,
            **data,
        )
        number += 1
    return number
