"""What should have come by itself and has not: issued and drawn by a sweep. Safe at any time, and twice at once."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from django.db import DatabaseError, transaction
from django.db.models import QuerySet

from courses.models import Course
from lms.models import StaffMember, Workplace

from . import issuing, programmes, workplaces
from .drawing import MissingGlyphError
from .making import content_of, stored
from .models import Certificate, How, IssueRule
from .rules import Rules
from .waiting import never_certified


class Healed(NamedTuple):
    """How many were issued, how many files were made, and what could not be made, in words."""

    issued: int
    drawn: int
    faults: list[str]


def heal() -> Healed:
    """Each in a transaction of its own, and what cannot be issued stops none of the others."""
    before, faults = Certificate.objects.count(), []
    for what, act in _left_undone(Rules.read()):
        try:
            act()
        except DatabaseError as error:
            # Never its words: a database repeats what it could not take, with the name.
            faults.append(f"{what}: {type(error).__name__}")
    issued = Certificate.objects.count() - before
    drawn, not_drawn = draw(Certificate.objects.not_drawn())
    return Healed(issued, drawn, [*faults, *not_drawn])


def _left_undone(rules: Rules) -> Iterator[tuple[str, Callable[[], None]]]:
    """What it is, and what mends it."""
    others = [pk for how in (How.APPROVED, How.NONE) for pk in rules.courses(how)]
    left = never_certified(Course.objects.exclude(pk__in=others)).filter(staff__erased_at=None)
    for found in left.select_related("course"):
        rule = rules.of(found.course)
        if rule.since is None or rule.since <= found.recorded_at:
            yield f"Completion {found.pk}", partial(_issue, found.pk, rule)
    for due in programmes.due_by_itself(rules):
        staff = StaffMember.objects.get(pk=due.staff_id)
        yield f"Programme {due.held.programme.pk} of {staff.pk}", partial(programmes.settle, staff=staff, rules=rules)
    for workplace in workplaces.due_by_itself(Workplace.objects.all(), rules=rules):
        act = partial(workplaces.issue_by_itself, workplace=workplace, rules=rules)
        yield f"Workplace {workplace.pk}", act


@transaction.atomic
def _issue(completion: int, rule: IssueRule) -> None:
    for standing in issuing.still_standing().filter(pk=completion):
        issuing.issue(completion=standing, rule=rule)


def draw(certificates: QuerySet[Certificate]) -> tuple[int, list[str]]:
    """Makes the files that are missing of those: how many it made, and why it could not make the others."""
    drawn, faults = 0, []
    for certificate in certificates.exclude(holder_name="").iterator():  # whose name is erased gets none any more
        try:
            if stored(certificate) is None:
                content_of(certificate)
                drawn += 1
        except (MissingGlyphError, RuntimeError, OSError) as error:
            faults.append(f"Certificate {certificate.uuid}: {error}")
    return drawn, faults
