"""Attempts at a test: what is asked in one, how many there are, and what it was worth."""

import datetime
from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import Activity, ActivityVersion
from courses.questions import score_answers
from courses.questions.scoring import drawn, order_for

from .. import ledger
from ..models import (
    ActivityCompletion,
    Enrolment,
    EventKind,
    EventOutcome,
    ExtraAttempt,
    LearningEvent,
    QuizAttempt,
    StaffMember,
)
from .enrolments import current_enrolment


def free_again(handed_in: Collection[datetime.datetime], activity: Activity) -> datetime.datetime | None:
    """When the next attempt may begin after those that were handed in. None: there is nothing to wait for, as for
    an attempt more than the page allows: a leader has just talked it over and given it."""
    used_up = activity.max_attempts is not None and len(handed_in) >= activity.max_attempts
    if not handed_in or activity.wait_minutes is None or used_up:
        return None
    return max(handed_in) + datetime.timedelta(minutes=activity.wait_minutes)


def questions_of(attempt: QuizAttempt) -> list[dict[str, Any]]:
    """The questions that were drawn for the attempt, in the order in which it is asked them."""
    return order_of(attempt.version, str(attempt.uuid))


def order_of(version: ActivityVersion, attempt: str) -> list[dict[str, Any]]:
    """What an attempt by the id `attempt` at `version` is asked, begun or not."""
    rules = version.settings
    return order_for(
        version.content["questions"],
        seed=attempt,
        draw=rules.get("draw"),
        shuffle_questions=rules["shuffle_questions"],
        shuffle_choices=rules["shuffle_choices"],
    )


def keys_asked(attempt: QuizAttempt) -> frozenset[str]:
    """The keys of the questions that were drawn for the attempt."""
    return frozenset(asked["key"] for asked in _drawn(attempt))


def _drawn(attempt: QuizAttempt) -> list[dict[str, Any]]:
    version = attempt.version
    return drawn(version.content["questions"], seed=str(attempt.uuid), draw=version.settings.get("draw"))


def attempts_left(enrolment: Enrolment, activity: Activity) -> int | None:
    """How many more times the test may be begun in this cycle; None where there is no limit."""
    if activity.max_attempts is None:
        return None
    used = QuizAttempt.objects.filter(enrolment=enrolment, activity=activity, voided_at=None).count()
    if used < activity.max_attempts:
        return activity.max_attempts - used
    given = _standing(enrolment=enrolment, activity=activity).count()
    return max(0, activity.max_attempts + given - used)


def _standing(**which: Any) -> QuerySet[ExtraAttempt]:
    return ExtraAttempt.objects.filter(taken_back_at=None, **which)


def extra_attempts(*, by: datetime.datetime | None = None) -> Coalesce:
    """For a queryset of attempts: how many more than the page allows each one's person has been given, `by` then."""
    given = _standing(enrolment=OuterRef("enrolment"), activity=OuterRef("activity"))
    if by:
        given = given.filter(given_at__lte=by)
    counted = given.order_by().values("activity").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


@transaction.atomic
def give_attempt(*, learner: StaffMember, activity: Activity, reason: str, actor: Any) -> ExtraAttempt:
    """One more attempt at a test whose attempts are used up. Refused in words where there is nothing to help with."""
    enrolment = current_enrolment(learner, activity.course, lock=True)
    if enrolment is None or attempts_left(enrolment, activity) != 0:
        raise ValidationError(_("There are attempts left at this test. You need not do anything."))
    if ActivityCompletion.objects.filter(enrolment=enrolment, activity=activity, voided_at=None).exists():
        raise ValidationError(_("The test is passed already. You need not do anything."))
    extra = ExtraAttempt.objects.create(
        enrolment=enrolment,
        activity=activity,
        reason=reason[:200],
        given_at=timezone.now(),
        given_by=actor if getattr(actor, "pk", None) else None,
    )
    ledger.write("attempt.given", actor=actor, subject=extra, staff=learner, activity=str(activity.uuid))
    return extra


@transaction.atomic
def take_attempt_back(*, extra: ExtraAttempt, actor: Any, **data: Any) -> None:
    """Undo `give_attempt` as long as it is not used. `data` goes into the ledger."""
    enrolment = Enrolment.objects.select_for_update().get(pk=extra.enrolment_id)
    extra.refresh_from_db()
    if extra.taken_back_at:
        raise ValidationError(_("The extra attempt is taken back already."))
    if attempts_left(enrolment, extra.activity) == 0:
        raise ValidationError(_("The extra attempt is begun already and cannot be taken back."))
    extra.taken_back_at = timezone.now()
    extra.save(update_fields=["taken_back_at"])
    ledger.write(
        "attempt.taken_back",
        actor=actor,
        subject=extra,
        staff=enrolment.staff,
        activity=str(extra.activity.uuid),
        **data,
    )


def grade(attempt: QuizAttempt, answers: Mapping[str, Any]) -> None:
    """Give the attempt its result: against its own version, over what was drawn for it. Saves nothing."""
    version = attempt.version
    attempt.answers = dict(answers)
    score = score_answers(_drawn(attempt), version.key, attempt.answers, pass_mark=version.settings["pass_mark"])
    attempt.points, attempt.out_of = round(float(score.points), 3), score.out_of
    attempt.percent, attempt.passed = score.percent, score.passed


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
