"""The matrix's numbers out of the database: a fixed number of queries, whatever its size."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from courses.models import Course

from ..matrix import Record, Totals, totals
from ..models import CourseCompletion, Employment, Enrolment, Exemption, QuizAttempt
from ..requirements.lookup import jobs_in, rules_on
from ..requirements.rules import Job, Rule
from ..status import Completion, best_completion


@dataclass
class Scope:
    """What is asked about: on which day, as known when, of which employments and courses."""

    day: datetime.date
    employments: QuerySet[Employment]
    courses: list[Course]
    known: datetime.datetime | None = None

    @property
    def course_ids(self) -> list[int]:
        return [course.pk for course in self.courses]


def employments_on(
    day: datetime.date, workplaces: QuerySet, *, known: datetime.datetime | None = None
) -> QuerySet[Employment]:
    """Who worked in `workplaces` on `day`: the denominator. By workplace, then by name."""
    return (
        Employment.objects.covering(day, known=known)
        .filter(workplace__in=workplaces)
        .order_by("workplace__name", "workplace_id", "staff__given_name", "staff__family_name", "pk")
    )


def required_courses_on(rules: Iterable[Rule]) -> QuerySet[Course]:
    """The courses that some rule of the day requires, in catalogue order."""
    return Course.objects.live().filter(pk__in={rule.course_id for rule in rules}).in_tree_order()


def rules_for(scope: Scope) -> list[Rule]:
    return rules_on(scope.day, known=scope.known)


def record_of(scope: Scope, staff: Any) -> Record:
    """What had happened with the scope's courses to `staff`: ids or a queryset of them. Four queries."""
    who = {"staff__in": staff, "course__in": scope.course_ids}
    cutoff = scope.known or timezone.now()
    completions: dict[tuple[int, int], list[Completion]] = {}
    rows = CourseCompletion.objects.standing(scope.day, known=scope.known).filter(**who)
    for pk, staff_id, course_id, completed_on, valid_until in rows.values_list(
        "pk", "staff_id", "course_id", "completed_on", "valid_until"
    ):
        completions.setdefault((staff_id, course_id), []).append(Completion(completed_on, valid_until, pk))
    started = Enrolment.objects.filter(**who, started_on__lte=scope.day, recorded_at__lte=cutoff)
    exempt: dict[int, set[int | None]] = {}
    excused = Exemption.objects.in_force(scope.day, known=scope.known).filter(staff__in=staff)
    for staff_id, course in excused.values_list("staff_id", "course_id"):
        exempt.setdefault(staff_id, set()).add(course)
    return Record(
        completions={
            key: best for key, found in completions.items() if (best := best_completion(found)) is not None
        },
        started=set(started.values_list("staff_id", "course_id")),
        out_of_attempts=_out_of_attempts(scope, staff),
        exempt=exempt,
    )


def _out_of_attempts(scope: Scope, staff: Any) -> set[tuple[int, int]]:
    """Who had used up the attempts at a required test by the end of the day without passing it."""
    end_of_day = timezone.make_aware(datetime.datetime.combine(scope.day, datetime.time.max))
    rows = (
        QuizAttempt.objects.filter(
            enrolment__staff__in=staff,
            enrolment__course__in=scope.course_ids,
            enrolment__current=True,
            activity__required=True,
            activity__live=True,
            submitted_at__lte=end_of_day,
            voided_at=None,
            activity__max_attempts__isnull=False,
        )
        .values_list("enrolment__staff_id", "enrolment__course_id", "activity_id", "activity__max_attempts")
        .annotate(used=Count("pk"), passes=Count("pk", filter=Q(passed=True)))
    )
    return {
        (staff_id, course_id)
        for staff_id, course_id, _activity, allowed, used, passes in rows
        if used >= allowed and not passes
    }


def totals_for(scope: Scope, rules: list[Rule]) -> tuple[Totals, list[Job]]:
    """Sums over everyone in scope, and their jobs. Five queries."""
    jobs = jobs_in(scope.employments)
    record = record_of(scope, scope.employments.order_by().values("staff"))
    return totals(scope.day, jobs, scope.course_ids, rules, record), jobs
