"""Whose certificates a leader may see, and whose they may change. What `lms.access` says of people and workplaces."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils import timezone

from lms.access import LEADERS, staff_in_reach, staff_to_manage, workplaces_in_reach
from lms.models import CourseCompletion, Role

from .models import Basis, Certificate, How, IssueRule, RevocationReason

#: Who corrects, revokes, sends and fetches many at once.
MANAGERS = (Role.PROJECT_LEADER,)


def certificates_in_reach(user: Any, roles: Iterable[str] = LEADERS) -> Any:
    """Of people who work or have worked in reach of `user`, and of workplaces there. Superusers: all."""
    if getattr(user, "is_authenticated", False) and user.is_superuser:
        return Certificate.objects.all()
    return _of(staff_in_reach(user, roles), workplaces_in_reach(user, roles))


def certificates_to_manage(user: Any) -> Any:
    """Those that `user` may correct, revoke and send: who has gone on to somebody else's workplace is theirs."""
    if getattr(user, "is_authenticated", False) and user.is_superuser:
        return Certificate.objects.all()
    return _of(staff_to_manage(user, MANAGERS), workplaces_in_reach(user, MANAGERS))


def _of(staff: Any, workplaces: Any) -> Any:
    own = Q(staff__in=staff.order_by().values("pk"))
    return Certificate.objects.filter(own | Q(basis=Basis.WORKPLACE, workplace__in=workplaces.order_by().values("pk")))


def owed_in_reach(user: Any) -> Any:
    """Completions that count today and should have brought a certificate by themselves, but have none.

    Never those whose certificate somebody has revoked: that was a decision. Nor what a leader approves one by one.
    """
    today = timezone.localdate()
    decided = (RevocationReason.ISSUER, RevocationReason.MISTAKE, RevocationReason.ERASED)
    settled = Certificate.objects.filter(Q(revoked_at=None) | Q(revocation_reason__in=decided), superseded_by=None)
    by_hand = IssueRule.objects.filter(basis=Basis.COMPLETION).exclude(how=How.AUTOMATIC)
    return (
        CourseCompletion.objects.standing(today)
        .filter(Q(valid_until=None) | Q(valid_until__gte=today), enrolment__current=True)
        .filter(staff__in=staff_to_manage(user, MANAGERS).order_by().values("pk"))
        .exclude(pk__in=settled.exclude(completion=None).values("completion"))
        .exclude(course__in=by_hand.values("course"))
        .select_related("staff", "course")
        .order_by("-completed_on", "staff__family_name", "staff__given_name", "pk")
    )
