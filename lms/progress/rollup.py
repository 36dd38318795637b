"""From what was done to what that completes: an activity, once; the course when nothing is left."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from courses.models import Activity
from courses.validity import ValidityKind

from ..equivalence.lookup import standing_of
from ..models import ActivityCompletion, CourseCompletion, Earned, Enrolment, LearningEvent
from ..signals import course_completed
from ..validity import FOR_GOOD, Term, Validity, term
from .facts import Entry


@dataclass(frozen=True, kw_only=True)
class Done:
    """An activity is done: with `event` (a row, or the id of one), as was found when `entry` came in.

    `by_itself`: read or passed, not recorded by hand. It may be heard of in any order, and the earliest time is true.
    """

    entry: Entry
    event: LearningEvent | int
    version_id: int | None
    earned: str
    occurred_at: datetime.datetime
    by_itself: bool = True

    @property
    def event_id(self) -> int:
        return self.event if isinstance(self.event, int) else self.event.pk


def complete_activities(found: Iterable[Done]) -> None:
    """Mark activities as done, each once, and courses with them where nothing is left; entries are told of those.

    What was done earlier than we thought moves back to that moment; the day of the course stands, a certificate may
    bear it. Runs in the caller's transaction, with the enrolments locked.
    """
    first: dict[tuple[int, int], Done] = {}
    for done in sorted(found, key=lambda each: each.occurred_at):
        first.setdefault(done.entry.place, done)
    if not first:
        return
    enrolments = {done.entry.event.enrolment_id: done.entry.event.enrolment for done in first.values()}
    rows = list(ActivityCompletion.objects.filter(enrolment__in=enrolments, voided_at=None))
    standing = {(row.enrolment_id, row.activity_id): row for row in rows}
    fresh, earlier = [], []
    for place, done in first.items():
        row = standing.get(place)
        if row is None:
            fresh.append(_completion_of(done))
        elif done.by_itself and row.earned == done.earned and done.occurred_at < row.occurred_at:
            row.occurred_at, row.version_id, row.event_id = done.occurred_at, done.version_id, done.event_id
            earlier.append(row)
    if fresh:
        rows += ActivityCompletion.objects.bulk_create(fresh)
    if earlier:
        ActivityCompletion.objects.bulk_update(earlier, ["occurred_at", "version", "event"])
    last = {done.entry.event.enrolment_id: done.entry for done in first.values()}
    for enrolment, completion in _complete_courses(enrolments.values(), rows, last).items():
        last[enrolment].course_completion = completion


def _completion_of(done: Done) -> ActivityCompletion:
    event = done.entry.event
    return ActivityCompletion(
        enrolment=event.enrolment,
        activity=event.activity,
        version_id=done.version_id,
        event_id=done.event_id,
        earned=done.earned,
        occurred_at=done.occurred_at,
        recorded_at=done.entry.heard_at,
        recorded_by_id=event.recorded_by_id,
    )


def _complete_courses(
    enrolments: Iterable[Enrolment], parts: Iterable[ActivityCompletion], last: dict[int, Entry]
) -> dict[int, CourseCompletion]:
    """The course completions born, by enrolment. Two queries, and what each birth takes."""
    by_enrolment = defaultdict(list)
    for part in parts:
        by_enrolment[part.enrolment_id].append(part)
    complete = set(
        CourseCompletion.objects.filter(enrolment__in=by_enrolment, voided_at=None).values_list("enrolment", flat=True)
    )
    left = [row for row in enrolments if row.pk not in complete]
    if not left:
        return {}
    required = defaultdict(set)
    activities = Activity.objects.live().filter(course__in={row.course_id for row in left}, required=True)
    for course, activity in activities.values_list("course_id", "pk"):
        required[course].add(activity)
    born = {}
    for row in left:
        needed = required[row.course_id]
        completion = _complete(row, needed, by_enrolment[row.pk], recorded_at=last[row.pk].heard_at)
        if completion:
            born[row.pk] = completion
    return born


def repeat_completion(
    enrolment: Enrolment, like: CourseCompletion, *, recorded_at: datetime.datetime
) -> CourseCompletion | None:
    """The same course completion for another cycle, with its day and its last day, whatever the course takes today.

    None where the cycle is complete already.
    """
    if enrolment.completions.filter(voided_at=None).exists():
        return None
    completion = CourseCompletion.objects.create(
        enrolment=enrolment,
        staff_id=enrolment.staff_id,
        course_id=like.course_id,
        occurred_at=like.occurred_at,
        completed_on=like.completed_on,
        recorded_at=recorded_at,
        valid_until=like.valid_until,
        renewable_from=like.renewable_from,
        basis=like.basis,
        versions=like.versions,
    )
    course_completed.send(sender=CourseCompletion, completion=completion)
    return completion


def complete_course_if_done(enrolment: Enrolment, *, recorded_at: datetime.datetime) -> CourseCompletion | None:
    """Record the course as done when every required activity is. None if it is not, or was already.

    A course without any required activity is never done by itself.
    """
    if enrolment.completions.filter(voided_at=None).exists():
        return None
    required = set(
        Activity.objects.live().filter(course=enrolment.course_id, required=True).values_list("pk", flat=True)
    )
    return _complete(
        enrolment, required, enrolment.activity_completions.filter(voided_at=None), recorded_at=recorded_at
    )


def _complete(
    enrolment: Enrolment,
    required: set[int],
    parts: Iterable[ActivityCompletion],
    *,
    recorded_at: datetime.datetime,
) -> CourseCompletion | None:
    done = [row for row in parts if row.activity_id in required]
    if not required or {row.activity_id for row in done} != required:
        return None
    occurred_at = max(row.occurred_at for row in done)
    completed_on = timezone.localdate(occurred_at)
    validity = Validity.of(enrolment.course)
    before = _term_before(enrolment, completed_on) if validity.kind == ValidityKind.FROM_EXPIRY else FOR_GOOD
    renewable_from, valid_until = term(validity, completed_on, before)
    basis = CourseCompletion.Basis
    completion = CourseCompletion.objects.create(
        enrolment=enrolment,
        staff_id=enrolment.staff_id,
        course=enrolment.course,
        occurred_at=occurred_at,
        completed_on=completed_on,
        recorded_at=recorded_at,
        valid_until=valid_until,
        renewable_from=renewable_from,
        basis=basis.EVIDENCE if all(row.earned == Earned.EVIDENCE for row in done) else basis.ACTIVITIES,
        versions=sorted(row.version_id for row in done if row.version_id),
    )
    course_completed.send(sender=CourseCompletion, completion=completion)
    return completion


def _term_before(enrolment: Enrolment, day: datetime.date) -> Term:
    """Of what the person had of the course by `day`, in whatever way: what is completed now renews it."""
    before = standing_of(enrolment.staff_id, enrolment.course_id, day)
    return before.term if before else FOR_GOOD
