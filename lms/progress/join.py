"""Two rows that are one person: all that was learned under the one becomes the other's. Nothing is lost on the way."""

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import Activity

from .. import ledger
from ..models import (
    ActivityCompletion,
    CourseCompletion,
    Earned,
    Enrolment,
    ExtraAttempt,
    LearningEvent,
    QuizAttempt,
    StaffMember,
)
from ..status import Completion, runs_out
from .attempts import attempts_left
from .rollup import complete_course_if_done

#: Out of the way of the numbers that cycles have, while they are dealt anew.
ASIDE = 10_000


@transaction.atomic
def join_learning(*, keep: StaffMember, gone: StaffMember, actor: Any) -> None:
    """Every cycle of `gone` becomes one of `keep`. Two current cycles of a course become one where that can be.

    What stood complete stands complete. A part that both have done is kept once; the other row stays, marked.
    """
    for course in sorted(set(gone.enrolments.values_list("course", flat=True))):
        rows = Enrolment.objects.select_for_update().filter(staff__in=[keep, gone], course=course)
        found = sorted((row for row in rows if row.cycle > Enrolment.ASIDE), key=lambda row: (row.started_on, row.pk))
        _join_asides([row for row in rows if row.cycle == Enrolment.ASIDE], keep)
        into = _one_current(found, keep, actor)
        _deal(found, keep)
        CourseCompletion.objects.filter(enrolment__in=found).update(staff=keep)
        if into:
            into.refresh_from_db()
            complete_course_if_done(into, recorded_at=timezone.now())


def _join_asides(asides: list[Enrolment], keep: StaffMember) -> None:
    """What waits of a course that was not for them goes along. The empty row stays where it was."""
    theirs = next((row for row in asides if row.staff_id == keep.pk), None)
    for row in asides:
        if theirs is None:
            row.staff = keep
            row.save(update_fields=["staff"])
        elif row is not theirs:
            LearningEvent.objects.filter(enrolment=row).update(enrolment=theirs)


def _one_current(found: list[Enrolment], keep: StaffMember, actor: Any) -> Enrolment | None:
    """Of two current cycles one stays. Returns it if it has taken in what the other held."""
    both = sorted((row for row in found if row.current), key=lambda row: row.staff_id != keep.pk)
    if len(both) < 2:
        return None
    mine, other = both
    done = {row.pk: done for row in both if (done := row.completions.filter(voided_at=None).first())}
    if len(done) == 2:
        # Each has its certificate: the one completed last goes on, and lacks nothing that the other had.
        last = max(both, key=lambda row: (done[row.pk].completed_on, row is mine))
        before = other if last is mine else mine
        _pass(before)
        _carry(before, last, actor)
        return None
    if done:
        complete, begun = (mine, other) if mine.pk in done else (other, mine)
        completion = done[complete.pk]
        has_run_out = runs_out(timezone.localdate(), Completion.of(completion))
        if has_run_out and begun.started_on > completion.completed_on:
            _pass(complete)  # begun again since: that goes on
            return None
        _pour(begun, complete, actor)
        return complete
    _pour(other, mine, actor)
    return mine


def _pass(enrolment: Enrolment) -> None:
    enrolment.current = False
    enrolment.save(update_fields=["current"])


def _carry(before: Enrolment, last: Enrolment, actor: Any) -> None:
    done = set(last.activity_completions.filter(voided_at=None).values_list("activity", flat=True))
    for row in before.activity_completions.filter(voided_at=None).exclude(activity__in=done):
        ActivityCompletion.objects.create(
            enrolment=last,
            activity_id=row.activity_id,
            version_id=row.version_id,
            event_id=row.event_id,
            earned=Earned.CARRIED,
            occurred_at=row.occurred_at,
            recorded_at=timezone.now(),
            recorded_by=actor if getattr(actor, "pk", None) else None,
        )


def _pour(source: Enrolment, into: Enrolment, actor: Any) -> None:
    """All that `source` holds goes to `into`. The empty cycle stays, as one that is past."""
    tests = Activity.objects.filter(pk__in=QuizAttempt.objects.filter(enrolment=source).values("activity"))
    left = {test: (attempts_left(source, test), attempts_left(into, test)) for test in tests}
    _pass(source)
    done = set(into.activity_completions.filter(voided_at=None).values_list("activity", flat=True))
    source.activity_completions.filter(voided_at=None, activity__in=done).update(
        voided_at=timezone.now(), void_reason=_("Two rows of the same person were merged: it was done already.")
    )
    numbers = dict(
        QuizAttempt.objects.filter(enrolment=into).values_list("activity").annotate(Max("number")).order_by()
    )
    for attempt in QuizAttempt.objects.filter(enrolment=source).order_by("started_at", "pk"):
        numbers[attempt.activity_id] = attempt.number = numbers.get(attempt.activity_id, 0) + 1
        attempt.enrolment = into
        attempt.save(update_fields=["enrolment", "number"])
    for model in (LearningEvent, ExtraAttempt, ActivityCompletion, CourseCompletion):
        model.objects.filter(enrolment=source).update(enrolment=into)
    for document in source.evidence_documents.all():
        document.enrolments.add(into)
    into.started_on = min(into.started_on, source.started_on)
    into.recorded_at = min(into.recorded_at, source.recorded_at)
    into.save(update_fields=["started_on", "recorded_at"])
    for test, counts in left.items():
        _keep_attempts(into, test, counts, actor)


def _keep_attempts(enrolment: Enrolment, test: Activity, before: tuple[int | None, int | None], actor: Any) -> None:
    """Nobody has fewer attempts left than they had under the row with the most: extra ones make up for it."""
    now = attempts_left(enrolment, test)
    passed = enrolment.activity_completions.filter(activity=test, voided_at=None).exists()
    if now is None or passed:
        return
    used = QuizAttempt.objects.filter(enrolment=enrolment, activity=test, voided_at=None).count()
    given = ExtraAttempt.objects.filter(enrolment=enrolment, activity=test, taken_back_at=None).count()
    wanted = max(count or 0 for count in before)
    for _number in range(max(0, wanted + used - (test.max_attempts or 0) - given)):
        extra = ExtraAttempt.objects.create(
            enrolment=enrolment,
            activity=test,
            reason=_("Two rows of the same person were merged."),
            given_at=timezone.now(),
            given_by=actor if getattr(actor, "pk", None) else None,
        )
        ledger.write("attempt.given", actor=actor, subject=extra, staff=enrolment.staff, activity=str(test.uuid))


def _deal(found: list[Enrolment], keep: StaffMember) -> None:
    """All cycles to `keep`, numbered anew: the past ones by when they began, the current one last."""
    in_order = sorted(found, key=lambda row: row.current)
    for number, row in enumerate(in_order, start=1):
        row.cycle = ASIDE + number
        row.save(update_fields=["cycle"])
    for number, row in enumerate(in_order, start=1):
        row.staff, row.cycle = keep, number
        row.save(update_fields=["staff", "cycle"])
