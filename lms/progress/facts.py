"""What the one door takes in, and what it answers."""

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from courses.models import Activity, ActivityVersion
from courses.questions.kinds import storable

from ..models import (
    CourseCompletion,
    EventKind,
    EventOutcome,
    EventSource,
    LearningEvent,
    QuizAttempt,
    StaffMember,
    Tablet,
)

DUPLICATE = "duplicate"
REJECTED = "rejected"

DEVICES = (EventSource.READER, EventSource.TABLET)

#: Not the person's to learn: it waits, and begins nothing. See `Cycles`.
NOT_FOR_THEM = "not_for_them"

#: A device's claimed time earlier than this before we heard of it is an unset clock, not a memory.
OLDEST_CLAIM = datetime.timedelta(days=400)


@dataclass(frozen=True, kw_only=True)
class Outbox:
    """What only a tablet's outbox tells of an event.

    `begun_at` is when the attempt of an answer or a handing in was begun, as claimed: whichever comes first opens it.
    `waits` is a reason that is known beforehand for why the event cannot be counted.
    """

    tablet: Tablet | None = None
    begun_at: datetime.datetime | None = None
    offline: bool = False
    waits: str = ""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One fact about `learner` and `activity`: see `record`."""

    event_id: uuid.UUID
    learner: StaffMember
    activity: Activity
    version: ActivityVersion | None
    kind: str
    occurred_at: datetime.datetime
    received_at: datetime.datetime
    source: str
    recorded_by: Any = None
    payload: Mapping[str, Any] | None = None
    outbox: Outbox | None = None

    @property
    def moment(self) -> datetime.datetime:
        return credible(self.occurred_at, self.received_at, self.source)

    @property
    def begun_at(self) -> datetime.datetime:
        """When the attempt that it is about was begun, as far as this fact knows; of others, when it happened."""
        claimed = self.outbox.begun_at if self.outbox else None
        return min(self.moment, credible(claimed, self.received_at, self.source)) if claimed else self.moment

    @property
    def is_about_an_attempt(self) -> bool:
        return self.kind in (EventKind.ATTEMPT, EventKind.ANSWER, EventKind.SUBMIT)

    def as_event(self) -> LearningEvent:
        """The row that keeps it; its enrolment and its outcome are yet to be found."""
        payload = dict(self.payload or {})
        if self.outbox and self.is_about_an_attempt:
            payload |= {"begun_at": self.begun_at.isoformat(), "offline": self.outbox.offline}
        return LearningEvent(
            event_id=self.event_id,
            activity=self.activity,
            version=self.version,
            kind=self.kind,
            step=storable(str(payload.pop("step", "")))[:40],
            attempt=payload.pop("attempt", None),
            payload=payload,
            occurred_at=self.moment,
            received_at=self.received_at,
            source=self.source,
            recorded_by=self.recorded_by if getattr(self.recorded_by, "pk", None) else None,
            tablet=self.outbox.tablet if self.outbox else None,
        )


def fact_of(event: LearningEvent) -> Fact:
    """The fact that `event` was made of, as far as it matters now: for `settle`."""
    begun_at = event.payload.get("begun_at")
    from_outbox = event.tablet_id or "offline" in event.payload
    return Fact(
        event_id=event.event_id,
        learner=event.enrolment.staff,
        activity=event.activity,
        version=event.version,
        kind=event.kind,
        occurred_at=event.occurred_at,
        received_at=event.received_at,
        source=event.source,
        outbox=Outbox(
            begun_at=datetime.datetime.fromisoformat(begun_at) if begun_at else None,
            offline=event.payload.get("offline", False),
        )
        if from_outbox
        else None,
    )


@dataclass
class Entry:
    """A fact on its way in, with its row.

    `heard_at` is when it came to count: for what waited for a leader, when that was decided.
    """

    fact: Fact
    event: LearningEvent
    heard_at: datetime.datetime
    attempt: QuizAttempt | None = None
    course_completion: CourseCompletion | None = None

    @property
    def place(self) -> tuple[int, int]:
        """Which cycle and which activity it is about."""
        return self.event.enrolment_id, self.event.activity_id

    def receipt(self) -> "Receipt":
        return Receipt(
            self.event.outcome,
            "" if self.event.outcome == EventOutcome.APPLIED else self.event.reason,
            event=self.event,
            attempt=self.attempt,
            course_completion=self.course_completion,
        )


@dataclass(frozen=True)
class Receipt:
    """What became of an event: applied, duplicate, needs_review or rejected, and why when it was not applied."""

    outcome: str
    reason: str = ""
    event: LearningEvent | None = None
    attempt: QuizAttempt | None = None
    course_completion: CourseCompletion | None = None

    @property
    def counted(self) -> bool:
        return self.outcome in (EventOutcome.APPLIED, DUPLICATE)


def credible(claimed: datetime.datetime, received: datetime.datetime, source: str) -> datetime.datetime:
    """`claimed`, but never in the future; and from a device, whose clock nobody set, not absurdly far back either.

    Then it is the time we heard of it. A leader who writes an old date means it.
    """
    too_old = source in DEVICES and claimed < received - OLDEST_CLAIM
    return received if too_old or claimed > received else claimed
