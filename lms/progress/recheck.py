"""When a course changes under people who are in it. Nothing done is lost, and nothing that is gone holds anyone up."""

from collections import defaultdict
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from courses.models import Activity, Course

from .. import ledger
from ..models import ActivityCompletion, CourseCompletion, Enrolment, ExtraAttempt, LearningEvent, QuizAttempt
from .enrolments import enrol
from .rollup import complete_course_if_done


@transaction.atomic
def recheck(course: Course) -> list[CourseCompletion]:
    """Complete `course` for those who have done all that it takes now; returns what was born.

    Nobody's completion is taken back by it. Only who has everything is looked at one by one.
    """
    now = timezone.now()
    born = []
    for pk in list(ready_to_complete(course).values_list("pk", flat=True)):
        enrolment = Enrolment.objects.select_for_update().get(pk=pk)
        completion = complete_course_if_done(enrolment, recorded_at=now)
        if completion:
            ledger.write("course.rechecked", actor=None, subject=completion, staff=completion.staff)
            born.append(completion)
    return born


def ready_to_complete(course: Course) -> QuerySet[Enrolment]:
    """The cycles that `recheck` would complete."""
    return _ready(course, Activity.objects.all())


def held_up_by(activities: Sequence[Activity]) -> list[tuple[Course, int]]:
    """How many would complete each course if `activities` were taken out, one by one: what `recheck` would do then.

    Only the courses that somebody would complete.
    """
    ready: dict[Course, set[int]] = defaultdict(set)
    for number, activity in enumerate(activities, start=1):
        if activity.required:
            left = Activity.objects.exclude(pk__in=[gone.pk for gone in activities[:number]])
            ready[activity.course].update(_ready(activity.course, left).values_list("pk", flat=True))
    return [(course, len(people)) for course, people in ready.items() if people]


def _ready(course: Course, among: QuerySet[Activity]) -> QuerySet[Enrolment]:
    """Cycles that are not complete though every required activity of `course` that is `among` is done."""
    required = set(among.filter(live=True, course=course, required=True).values_list("pk", flat=True))
    if not required or not Course.objects.live().filter(pk=course.pk).exists():
        return Enrolment.objects.none()
    counted = Q(activity_completions__voided_at=None, activity_completions__activity__in=required)
    complete = CourseCompletion.objects.filter(enrolment=OuterRef("pk"), voided_at=None)
    return (
        Enrolment.objects.filter(~Exists(complete), course=course, current=True)
        .annotate(done=Count("activity_completions", filter=counted))
        .filter(done=len(required))
    )


@transaction.atomic
def carry_along(*, activity: Activity, before: Course) -> None:
    """`activity` belongs to another course than `before` now: what people have done of it in their current cycle goes
    with it, into their current cycle there, which is born if need be.

    An earlier cycle keeps what it rested on, and so does a course completion.
    """
    events = LearningEvent.objects.filter(activity=activity, enrolment__course=before, enrolment__current=True)
    begun = dict(events.values_list("enrolment").annotate(Min("occurred_at")).order_by())
    now = timezone.now()
    for enrolment in Enrolment.objects.filter(pk__in=begun).select_for_update():
        on = timezone.localdate(begun[enrolment.pk])
        there = enrol(enrolment.staff, activity.course, on=on, at=now)
        for model in (LearningEvent, QuizAttempt, ExtraAttempt, ActivityCompletion):
            model.objects.filter(enrolment=enrolment, activity=activity).update(enrolment=there)
        ledger.write("progress.carried", actor=None, subject=there, staff=enrolment.staff, activity=str(activity.uuid))
