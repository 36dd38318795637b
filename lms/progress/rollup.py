import datetime

from django.utils import timezone

from courses.models import Activity

from ..models import ActivityCompletion, CourseCompletion, Earned, Enrolment, LearningEvent
from ..signals import course_completed
from ..status import add_months


def complete_activity(event: LearningEvent, earned: str) -> CourseCompletion | None:
    """Mark the event's activity as done, once, and the course with it if nothing is left.

    Returns the course completion born here, if any. Runs in the caller's transaction, with the enrolment locked.
    """
    enrolment = event.enrolment
    if not enrolment.activity_completions.filter(activity=event.activity, voided_at=None).exists():
        ActivityCompletion.objects.create(
            enrolment=enrolment,
            activity=event.activity,
            version=event.version,
            event=event,
            earned=earned,
            occurred_at=event.occurred_at,
            recorded_at=event.received_at,
            recorded_by=event.recorded_by,
        )
    return complete_course_if_done(enrolment, recorded_at=event.received_at)


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
    done = [row for row in enrolment.activity_completions.filter(voided_at=None) if row.activity_id in required]
    if not required or {row.activity_id for row in done} != required:
        return None
    occurred_at = max(row.occurred_at for row in done)
    completed_on = timezone.localdate(occurred_at)
    months = enrolment.course.valid_months
    basis = CourseCompletion.Basis
    completion = CourseCompletion.objects.create(
        enrolment=enrolment,
        staff_id=enrolment.staff_id,
        course=enrolment.course,
        occurred_at=occurred_at,
        completed_on=completed_on,
        recorded_at=recorded_at,
        valid_until=add_months(completed_on, months) if months else None,
        basis=basis.EVIDENCE if all(row.earned == Earned.EVIDENCE for row in done) else basis.ACTIVITIES,
        versions=sorted(row.version_id for row in done if row.version_id),
    )
    course_completed.send(sender=CourseCompletion, completion=completion)
    return completion
