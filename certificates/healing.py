"""What should have come by itself and has not: issued and drawn by a sweep. Safe at any time, and twice at once."""

from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet

from courses.models import Course
from lms.models import StaffMember, Workplace

from . import issuing, programmes, workplaces
from .drawing import MissingGlyphError
from .making import content_of, stored
from .models import Certificate, How
from .rules import Rules
from .waiting import without_certificate


class Healed(NamedTuple):
    """How many were issued, how many files were made, and what could not be made, in words."""

    issued: int
    drawn: int
    faults: list[str]


def heal() -> Healed:
    """Each in a transaction of its own."""
    rules = Rules.read()
    before = Certificate.objects.count()
    _issue_of_courses(rules)
    for due in programmes.due_by_itself(rules):
        programmes.settle(staff=StaffMember.objects.get(pk=due.staff_id), rules=rules)
    workplaces.issue_by_itself(Workplace.objects.all(), rules=rules)
    issued = Certificate.objects.count() - before
    return Healed(issued, *draw(Certificate.objects.not_drawn()))


def _issue_of_courses(rules: Rules) -> None:
    others = [pk for how in (How.APPROVED, How.NONE) for pk in rules.courses(how)]
    left = without_certificate(Course.objects.exclude(pk__in=others)).filter(staff__erased_at=None)
    for found in left.select_related("course"):
        rule = rules.of(found.course)
        if rule.since is None or rule.since <= found.recorded_at:
            with transaction.atomic():
                for completion in issuing.still_standing().filter(pk=found.pk):
                    issuing.issue(completion=completion, rule=rule)


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
