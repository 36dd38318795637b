import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from courses.models import Activity, ActivityVersion
from courses.questions.kinds import storable

from ..models import (
    CourseCompletion,
    Earned,
    EventKind,
    EventOutcome,
    EventSource,
    LearningEvent,
    QuizAttempt,
    StaffMember,
)
from .attempts import begin_attempt, hand_in, is_asked
from .enrolments import enrol
from .rollup import complete_activity

DUPLICATE = "duplicate"
REJECTED = "rejected"

DEVICES = (EventSource.READER, EventSource.TABLET)

#: A device's claimed time earlier than this before we heard of it is an unset clock, not a memory.
OLDEST_CLAIM = datetime.timedelta(days=400)


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


def record(
    *,
    event_id: uuid.UUID,
    learner: StaffMember,
    activity: Activity,
    version: ActivityVersion | None,
    kind: str,
    occurred_at: datetime.datetime,
    received_at: datetime.datetime,
    source: str,
    recorded_by: Any = None,
    payload: Mapping[str, Any] | None = None,
) -> Receipt:
    """Take in one fact about `learner` and `activity`. The only way in.

    `event_id` is the reporter's own id: the same id again is a duplicate and changes nothing; the same id about
    something else is rejected. `payload` by kind: step {"step"}; attempt {"attempt"}; answer {"attempt", "question",
    "answer"}; submit {"attempt"}. `occurred_at` is a claim, see `credible`.

    What cannot be counted is kept and waits for a leader (needs_review); nothing is dropped silently.
    """
    payload = dict(payload or {})
    occurred_at = credible(occurred_at, received_at, source)
    event = LearningEvent(
        event_id=event_id,
        activity=activity,
        version=version,
        kind=kind,
        step=storable(str(payload.pop("step", "")))[:40],
        attempt=payload.pop("attempt", None),
        payload=payload,
        occurred_at=occurred_at,
        received_at=received_at,
        source=source,
        recorded_by=recorded_by if getattr(recorded_by, "pk", None) else None,
    )
    try:
        with transaction.atomic():
            event.enrolment = enrol(learner, activity.course, on=timezone.localdate(occurred_at), at=received_at)
            event.reason = _why_not(event)
            if event.reason:
                event.outcome = EventOutcome.NEEDS_REVIEW
            event.save(force_insert=True)
            return _apply(event)
    except IntegrityError:
        return _already_taken(event, learner)


def credible(claimed: datetime.datetime, received: datetime.datetime, source: str) -> datetime.datetime:
    """`claimed`, but never in the future; and from a device, whose clock nobody set, not absurdly far back either.

    Then it is the time we heard of it. A leader who writes an old date means it.
    """
    too_old = source in DEVICES and claimed < received - OLDEST_CLAIM
    return received if too_old or claimed > received else claimed


def _already_taken(event: LearningEvent, learner: StaffMember) -> Receipt:
    """The insert hit a unique id. Anything else that could break here is a fault of ours and is raised."""
    known = LearningEvent.objects.select_related("enrolment").filter(event_id=event.event_id).first()
    if known is None:
        raise RuntimeError(f"Event {event.event_id} could not be stored.")
    # Their row may have been merged into another between the two times.
    theirs = StaffMember.objects.filter(Q(pk=learner.pk) | Q(merged_rows=learner)).values_list("pk", flat=True)
    same = (known.activity_id, known.kind) == (event.activity_id, event.kind)
    if not same or known.enrolment.staff_id not in theirs:
        return Receipt(REJECTED, "id_taken")
    attempt = QuizAttempt.objects.filter(uuid=known.attempt).first() if known.attempt else None
    return Receipt(DUPLICATE, event=known, attempt=attempt)


def _why_not(event: LearningEvent) -> str:
    """A code for why the event cannot be counted now; empty when it can."""
    if event.source in (EventSource.MOVE, EventSource.RESTORE):
        return ""  # it counted once already
    begun = event.kind in (EventKind.ANSWER, EventKind.SUBMIT)  # who has begun a test may finish it
    if not begun and not (event.activity.live and event.activity.course.live):
        return "withdrawn"
    if event.kind == EventKind.STEP:
        known = {step["id"] for step in event.version.steps} if event.version else set()
        return "" if event.step in known else "unknown_step"
    if event.kind == EventKind.ATTEMPT:
        if event.version is None:
            return "unknown_version"
        taken = event.attempt is None or QuizAttempt.objects.filter(uuid=event.attempt).exists()
        return "id_taken" if taken else ""
    if event.kind in (EventKind.ANSWER, EventKind.SUBMIT):
        attempts = QuizAttempt.objects.select_related("version").filter(enrolment=event.enrolment)
        attempt = attempts.filter(uuid=event.attempt).first() if event.attempt else None
        if attempt is None:
            return "unknown_attempt"
        if attempt.submitted_at:
            return "handed_in"
        if event.kind == EventKind.ANSWER and not is_asked(attempt, event.payload.get("question")):
            return "unknown_question"
    return ""


def _apply(event: LearningEvent) -> Receipt:
    if event.reason:
        return Receipt(EventOutcome.NEEDS_REVIEW, event.reason, event=event)
    attempt, completion = None, None
    match event.kind:
        case EventKind.STEP:
            if _all_steps_done(event):
                completion = complete_activity(event, Earned.READ)
        case EventKind.ATTEMPT:
            attempt, reason = begin_attempt(event)
            if reason:
                event.outcome, event.reason = EventOutcome.NEEDS_REVIEW, reason
                event.save(update_fields=["outcome", "reason"])
                return Receipt(event.outcome, reason, event=event)
        case EventKind.SUBMIT:
            attempt = hand_in(event)
            if attempt.passed:
                completion = complete_activity(event, Earned.PASSED)
        case EventKind.ATTENDED:
            completion = complete_activity(event, Earned.ATTENDED)
        case EventKind.EVIDENCE:
            completion = complete_activity(event, Earned.EVIDENCE)
        case EventKind.OVERRIDE:
            completion = complete_activity(event, event.payload.get("earned", Earned.OVERRIDE))
    return Receipt(EventOutcome.APPLIED, event=event, attempt=attempt, course_completion=completion)


def _all_steps_done(event: LearningEvent) -> bool:
    done = steps_done(event.enrolment_id, event.activity_id)
    return event.version is not None and all(step["id"] in done for step in event.version.steps)


def steps_done(enrolment_id: int, activity_id: int) -> set[str]:
    """Ids of the steps read in this cycle, of whatever version: a step keeps its id when it is reworded."""
    events = LearningEvent.objects.steps_read().filter(enrolment=enrolment_id, activity=activity_id)
    return set(events.values_list("step", flat=True))
