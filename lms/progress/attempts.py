"""Attempts at a test. The enrolment is locked by the caller, so that two taps cannot both take the last attempt."""

import datetime
from typing import Any

from courses.questions import score_answers
from courses.questions.scoring import drawn, order_for

from ..models import EventKind, EventOutcome, LearningEvent, QuizAttempt


def begin_attempt(event: LearningEvent) -> tuple[QuizAttempt | None, str]:
    """The new attempt, or the one already under way; or None and a code for why there can be none."""
    attempts = QuizAttempt.objects.filter(enrolment=event.enrolment, activity=event.activity)
    under_way = attempts.filter(submitted_at=None, voided_at=None).first()
    if under_way:
        return under_way, ""
    allowed = event.activity.max_attempts
    if allowed is not None and attempts.filter(voided_at=None).count() >= allowed:
        return None, "attempts_used_up"
    last = attempts.filter(voided_at=None).order_by("submitted_at").last()
    free_at = free_again(last.submitted_at if last else None, event.activity.wait_minutes)
    if free_at and event.occurred_at < free_at:
        return None, "must_wait"
    attempt = QuizAttempt.objects.create(  # type: ignore[misc] # an attempt event has an id and a version
        uuid=event.attempt,
        enrolment=event.enrolment,
        activity=event.activity,
        version=event.version,
        number=max(attempts.values_list("number", flat=True), default=0) + 1,
        started_at=event.occurred_at,
    )
    return attempt, ""


def free_again(handed_in: datetime.datetime | None, wait_minutes: int | None) -> datetime.datetime | None:
    """When the next attempt may begin after one that was handed in. None: there is nothing to wait for."""
    if handed_in is None or wait_minutes is None:
        return None
    return handed_in + datetime.timedelta(minutes=wait_minutes)


def questions_of(attempt: QuizAttempt) -> list[dict[str, Any]]:
    """The questions that were drawn for the attempt, in the order in which it is asked them."""
    rules = attempt.version.settings
    return order_for(
        attempt.version.content["questions"],
        seed=str(attempt.uuid),
        draw=rules.get("draw"),
        shuffle_questions=rules["shuffle_questions"],
        shuffle_choices=rules["shuffle_choices"],
    )


def is_asked(attempt: QuizAttempt, question: Any) -> bool:
    """Whether `question`, a key, is one of those that were drawn for the attempt."""
    return any(asked["key"] == question for asked in _drawn(attempt))


def _drawn(attempt: QuizAttempt) -> list[dict[str, Any]]:
    version = attempt.version
    return drawn(version.content["questions"], seed=str(attempt.uuid), draw=version.settings.get("draw"))


def hand_in(event: LearningEvent) -> QuizAttempt:
    """Grade the attempt against its own version, over what was drawn for it and the answers given so far."""
    attempt = QuizAttempt.objects.select_related("version").get(uuid=event.attempt)  # type: ignore[misc]
    version = attempt.version
    attempt.answers = answers_given(attempt)
    score = score_answers(_drawn(attempt), version.key, attempt.answers, pass_mark=version.settings["pass_mark"])
    attempt.submitted_at, attempt.recorded_at = event.occurred_at, event.received_at
    attempt.points, attempt.out_of = round(float(score.points), 3), score.out_of
    attempt.percent, attempt.passed = score.percent, score.passed
    attempt.save(update_fields=["answers", "submitted_at", "recorded_at", "points", "out_of", "percent", "passed"])
    return attempt


def answers_given(attempt: QuizAttempt) -> dict[str, Any]:
    """The last answer to each question, by when it was given and then by when we heard of it."""
    if attempt.submitted_at:
        return attempt.answers
    events = LearningEvent.objects.filter(
        enrolment=attempt.enrolment_id,
        kind=EventKind.ANSWER,
        attempt=attempt.uuid,
        outcome=EventOutcome.APPLIED,
    ).order_by("occurred_at", "received_at", "pk")
    return {row["question"]: row["answer"] for row in events.values_list("payload", flat=True)}
