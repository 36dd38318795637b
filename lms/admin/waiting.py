"""What waits for a leader: people who cannot go on by themselves, and what was reported but could not be counted."""

import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from ..remedies.review import cases, waiting
from ..reports.figures import Figures
from ..status import Status


class Waiting(NamedTuple):
    """One thing about one person. `day` is when it was heard of, where that matters."""

    staff_id: int
    name: str
    what: str
    why: str
    day: datetime.datetime | None = None


def out_of_attempts(figures: Figures) -> list[Waiting]:
    """Who has used up the attempts at a required test, in the order of `figures`, once for each course."""
    stuck = {staff_id for staff_id, _course in figures.out_of_attempts}
    titles = {course.pk: course.title for course in figures.courses}
    found = {
        (worker.job.staff_id, cell.course_id): Waiting(
            worker.job.staff_id, worker.full_name, titles[cell.course_id], _("All attempts at the test are used up.")
        )
        for worker, row in figures.rows(figures.workers_among(stuck))
        for cell in row.cells
        if cell.status is Status.NEEDS_HELP
    }
    return list(found.values())


def not_counted(staff: QuerySet[Any]) -> list[Waiting]:
    """What was reported of `staff` and could not be counted, the latest first.

    Not what has been settled since, by a completion or a new cycle; nor a test begun without an attempt left, which
    `out_of_attempts` tells of as long as it is so. One query.
    """
    return [
        Waiting(
            staff_id=case.staff.pk,
            name=case.staff.full_name,
            what=f"{case.what}: {case.activity.title}",
            why=case.why,
            day=case.received_at,
        )
        for case in cases(waiting(staff).exclude(reason="attempts_used_up"))
    ]
