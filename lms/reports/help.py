"""Who needs help, as it reaches the leader and the shop owner: whom, with what, why, and what they can do."""

from typing import NamedTuple

from courses.models import Course

from ..matrix import Cell
from ..status import HelpReason, Status, help_on
from ..wording import what_next, what_the_shop_can_do, why
from .figures import Figures
from .workers import Worker


class HelpNeeded(NamedTuple):
    """One person and one course."""

    worker: Worker
    course: Course
    status: Status
    help: HelpReason
    late: bool
    why: str
    next: str
    shop: str  # what the shop owner can do


def help_needed(found: Figures) -> list[HelpNeeded]:
    """In the order of `found`. Each person and course once, at the first of their jobs."""
    pairs: set[tuple[int, int]] = set()
    calls: list[HelpNeeded] = []
    courses = {course.pk: course for course in found.courses}
    for worker, row in found.needing_help:
        for cell in row.cells:
            pair = worker.job.staff_id, cell.course_id
            needed = help_on(found.day, cell.facts)
            if needed and pair not in pairs:
                pairs.add(pair)
                calls.append(_call(found, worker, courses[cell.course_id], cell, needed))
    return calls


def _call(found: Figures, worker: Worker, course: Course, cell: Cell, needed: HelpReason) -> HelpNeeded:
    return HelpNeeded(
        worker=worker,
        course=course,
        status=cell.status,
        help=needed,
        late=cell.late,
        why=why(found.day, cell.facts),
        next=what_next(cell.status, help_=needed),
        shop=what_the_shop_can_do(needed),
    )


def people_in(calls: list[HelpNeeded]) -> int:
    """How many people they are about, each once."""
    return len({call.worker.job.staff_id for call in calls})
