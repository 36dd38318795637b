"""How certificates come about: by themselves, when a leader approves them, or not at all."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from courses.models import Course
from lms import ledger
from lms.access import leads_everywhere
from lms.models import Programme, Role

from .models import Basis, CertificateTemplate, How, IssueRule
from .tasks import issue_what_waits

#: Where nothing else has been said.
DEFAULT = {
    Basis.COMPLETION: How.AUTOMATIC,
    Basis.PROGRAMME: How.AUTOMATIC,
    Basis.WORKPLACE: How.APPROVED,
}

#: What a rule is about; None is all workplaces.
About = Course | Programme | None


class Rules:
    """All that were ever changed, read at once. What has none goes by `DEFAULT`, since ever."""

    def __init__(self, rows: Any) -> None:
        self._found = {(row.basis, row.course_id or row.programme_id): row for row in rows}

    @classmethod
    def read(cls, *, course: int | None = None) -> "Rules":
        """Of everything; or of `course` alone, and of all programmes and workplaces. One query."""
        rows = IssueRule.objects.select_related("template__design")
        return cls(rows if course is None else rows.filter(Q(course=course) | Q(course=None)))

    def of(self, about: About) -> IssueRule:
        """The rule; a new one that is not saved where there is none."""
        found = self._found.get((basis_of(about), about.pk if about else None))
        return found or _default(about)

    def courses(self, how: How) -> list[int]:
        """The ids of the courses of which it has been said."""
        return [row.course_id for row in self._found.values() if row.course_id and row.how == how]

    def programmes(self, how: How) -> list[int]:
        return [row.programme_id for row in self._found.values() if row.programme_id and row.how == how]


def basis_of(about: About) -> Basis:
    if about is None:
        return Basis.WORKPLACE
    return Basis.COMPLETION if isinstance(about, Course) else Basis.PROGRAMME


def _default(about: About) -> IssueRule:
    basis = basis_of(about)
    return IssueRule(
        basis=basis,
        course=about if isinstance(about, Course) else None,
        programme=about if isinstance(about, Programme) else None,
        how=DEFAULT[basis],
        since=None,
    )


@transaction.atomic
def change_rule(
    *,
    about: About,
    how: str,
    template: CertificateTemplate | None = None,
    months: int | None = None,
    issue_waiting: bool = False,
    actor: Any,
) -> IssueRule:
    """From now on the certificates of `about` come about in that way and are drawn with `template`.

    What was completed before and has no certificate gets none by itself, only with `issue_waiting`, in the background.
    Whoever may change it leads everyone. The same again changes nothing.
    """
    if not leads_everywhere(actor, (Role.PROJECT_LEADER,)):
        raise PermissionDenied
    basis = basis_of(about)
    if about and issue_waiting:
        key, pk = actor.pk, about.pk
        transaction.on_commit(lambda: issue_what_waits.enqueue(str(basis), pk, key))
    rows = IssueRule.objects.select_for_update().filter(
        basis=basis,
        course=about if isinstance(about, Course) else None,
        programme=about if isinstance(about, Programme) else None,
    )
    rule = rows.first() or _default(about)
    before = (rule.how, rule.template_id, rule.months)
    if rule.how != how:
        rule.since = timezone.now()
    rule.how, rule.template, rule.months = how, template, months or rule.months
    if before == (rule.how, rule.template_id, rule.months):
        return rule
    rule.save()
    ledger.write(
        "certificate_rule.changed",
        actor=actor,
        subject=rule,
        about=str(about.uuid) if about else basis,
        how=str(rule.how),
        how_before=str(before[0]),
        template=rule.template_id or 0,
        months=rule.months,
    )
    return rule
