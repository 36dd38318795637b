"""What somebody has done of courses that are there no more, or not for them."""

from collections import defaultdict
from collections.abc import Iterable

from django.utils import timezone

from courses.models import Course

from ..models import CourseCompletion, StaffMember
from ..status import Completion, best_completion
from .journey import Journey


def done_and_gone(learner: StaffMember, known: Iterable[Journey]) -> list[Journey]:
    """What `learner` has done of courses that are not among `known`: withdrawn, or theirs no longer. In one query.

    Without activities: there is nothing to open.
    """
    day = timezone.localdate()
    done: dict[Course, list[Completion]] = defaultdict(list)
    rows = CourseCompletion.objects.standing(day).filter(staff=learner)
    for row in rows.exclude(course__in=[journey.course.pk for journey in known]).select_related("course"):
        done[row.course].append(Completion.of(row))
    return [Journey(course=course, day=day, completion=best_completion(rows)) for course, rows in done.items()]
