"""What waits for a leader: people who cannot go on by themselves, and what was reported but could not be counted."""

import datetime
from typing import Any, NamedTuple

from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils.translation import gettext as _

from courses.models import Activity

from ..models import ActivityCompletion, EventKind, EventOutcome, LearningEvent
from ..reports.figures import Figures
from ..status import Status
from ..wording import why_not_counted


class Waiting(NamedTuple):
    """One thing about one person. `day` is when it was heard of, where that matters."""

    staff_id: int
    name: str
    what: str
    why: str
    day: datetime.datetime | None = None


def out_of_attempts(figures: Figures) -> list[Waiting]:
    """Who has used up the attempts at a required test, in the order of `figures`, once for each course."""
    stuck = {staff_id for staff_id, _course in figures.record.out_of_attempts}
    titles = {course.pk: course.title for course in figures.courses}
    found = {
        (worker.job.staff_id, cell.course_id): Waiting(
            worker.job.staff_id, worker.full_name, titles[cell.course_id], _("All attempts at the test are used up.")
        )
        for worker, row in figures.rows([worker for worker in figures.workers if worker.job.staff_id in stuck])
        for cell in row.cells
        if cell.status is Status.NEEDS_HELP
    }
    return list(found.values())


def not_counted(staff: QuerySet[Any]) -> list[Waiting]:
    """What was reported of `staff` and could not be counted, the latest first; the same for the same reason once.

    Not what has been settled since, by a completion or a new cycle; nor a test begun without an attempt left, which
    `out_of_attempts` tells of as long as it is so. One query, and one for the titles.
    """
    done = ActivityCompletion.objects.filter(
        enrolment=OuterRef("enrolment"), activity=OuterRef("activity"), voided_at=None
    )
    rows = list(
        LearningEvent.objects.filter(
            outcome=EventOutcome.NEEDS_REVIEW, enrolment__staff__in=staff, enrolment__current=True
        )
        .exclude(reason="attempts_used_up")
        .exclude(Exists(done))
        .values_list(
            "enrolment__staff_id",
            "enrolment__staff__given_name",
            "enrolment__staff__family_name",
            "activity_id",
            "kind",
            "reason",
        )
        .annotate(latest=Max("received_at"))
        .order_by("-latest")
    )
    titles = {activity.pk: activity.title for activity in Activity.objects.filter(pk__in={row[3] for row in rows})}
    return [
        Waiting(
            staff_id=staff_id,
            name=f"{given_name} {family_name}".strip(),
            what=f"{EventKind(kind).label}: {titles[activity_id]}",
            why=why_not_counted(reason),
            day=latest,
        )
        for staff_id, given_name, family_name, activity_id, kind, reason, latest in rows
    ]
