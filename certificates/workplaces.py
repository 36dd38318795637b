"""The certificate that hangs on a shop's wall: all who work there have done what is required of them.

Who counts and what is required is what the matrix says of the workplace on the day. A completion that is found to have
been a mistake afterwards revokes nothing here: the leader is told that not all are trained any more, and decides.
See `docs/decisions/0036`.
"""

import datetime
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import Course
from lms.access import workplaces_in_reach
from lms.matrix import Share
from lms.models import Employment, Role, StaffMember, Workplace
from lms.reports.figures import gather
from lms.validity import add_months

from . import issuing, snapshot
from .models import Basis, Certificate, How, IssueRule, State
from .rules import Rules


class Place(NamedTuple):
    """A workplace as the matrix has it: `share` of its people are done, `lacking` says how many each course lacks."""

    workplace: Workplace
    share: Share
    courses: list[Course]
    lacking: list[tuple[Course, int]]
    certificate: Certificate | None = None  # the current one
    is_revoked: bool = False  # the last one was revoked, by somebody

    @property
    def is_ready(self) -> bool:
        return 0 < self.share.counted == self.share.done

    @property
    def can_be_renewed(self) -> bool:
        return self.is_ready and self.certificate is not None and _is_near_its_end(self.certificate)

    @property
    def is_due(self) -> bool:
        """It can get one without a leader: who revoked the last had a reason."""
        return self.is_ready and not self.is_revoked and (self.certificate is None or self.can_be_renewed)

    @property
    def no_longer_holds(self) -> bool:
        """There is one that counts today, and not all are trained any more."""
        return self.certificate is not None and self.certificate.is_valid and not self.is_ready


def _is_near_its_end(certificate: Certificate) -> bool:
    return certificate.state in (State.EXPIRING, State.EXPIRED)


def _open_points(reach: Any, day: datetime.date) -> Any:
    return reach.filter(kind=Workplace.Kind.SERVICE_POINT).open_on(day).order_by("path")


def places(reach: QuerySet[Workplace]) -> list[Place]:
    """The open service points among `reach`, in its order. A fixed number of queries."""
    today = timezone.localdate()
    points = _open_points(reach, today)
    figures = gather(today, points)
    totals = figures.totals
    last: dict[int | None, Certificate] = {}
    for certificate in Certificate.objects.filter(
        basis=Basis.WORKPLACE, superseded_by=None, workplace__in=points.order_by()
    ).order_by("pk"):
        last[certificate.workplace_id] = certificate
    found = []
    for place in points:
        shares = [(course, totals.by_workplace_course.get((place.pk, course.pk))) for course in figures.courses]
        own = last.get(place.pk)
        found.append(
            Place(
                place,
                totals.by_workplace.get(place.pk, Share()),
                [course for course, share in shares if share],
                [(course, share.missing) for course, share in shares if share and share.missing],
                own if own and own.revoked_at is None else None,
                bool(own and own.revoked_at),
            )
        )
    return found


@transaction.atomic
def issue_to_workplace(*, workplace: Workplace, actor: Any) -> Certificate:
    """The certificate of a workplace where all are trained today; a new one where the one before is near its end.

    The current one where it is not. Refused in words while somebody is not done.
    """
    if not workplaces_in_reach(actor, (Role.PROJECT_LEADER,)).filter(pk=workplace.pk).exists():
        raise PermissionDenied
    rule = Rules.read().of(None)
    if rule.how == How.NONE:
        raise ValidationError(_("Workplaces get no certificates here. Change that under Rules."))
    place = _locked(workplace)
    if place is None:
        raise ValidationError(_("Only a service point that is open can get a certificate."))
    if not place.is_ready:
        raise ValidationError(_("Not all who work at %(workplace)s are trained.") % {"workplace": workplace.name})
    return _issue(place, rule, actor)


def _locked(workplace: Workplace) -> Place | None:
    """How it is there; whoever else would issue one waits."""
    Workplace.objects.select_for_update(no_key=True).get(pk=workplace.pk)
    return next(iter(places(Workplace.objects.filter(pk=workplace.pk))), None)


def _issue(place: Place, rule: IssueRule, actor: Any) -> Certificate:
    today = timezone.localdate()

    def printed() -> dict[str, Any]:
        return snapshot.of_workplace(
            place.workplace,
            courses=place.courses,
            on=today,
            valid_until=add_months(today, rule.months),
            template=rule.template,
        )

    current = Certificate.objects.current().filter(basis=Basis.WORKPLACE, workplace=place.workplace)
    # Looked at anew: a leader may have revoked it since.
    if place.can_be_renewed and (old := current.select_for_update().first()):
        return issuing.renew(certificate=old, printed=printed, actor=actor)
    return issuing.issue_once(current, printed, actor=actor)


def due_by_itself(reach: QuerySet[Workplace], *, rules: Rules) -> list[Workplace]:
    """By the rule, without a leader: where all are trained and there is none, or one near its end.

    What the issuer has revoked comes back by a leader alone.
    """
    if rules.of(None).how != How.AUTOMATIC:
        return []
    return [place.workplace for place in places(reach) if place.is_due]


@transaction.atomic
def issue_by_itself(*, workplace: Workplace, rules: Rules) -> None:
    """The certificate of one that is due. Looked at anew: what has been settled since is left alone."""
    place = _locked(workplace)
    if place and place.is_due:
        _issue(place, rules.of(None), None)


def where_they_work(staff: StaffMember) -> QuerySet[Workplace]:
    jobs = Employment.objects.covering(timezone.localdate()).filter(staff=staff)
    return Workplace.objects.filter(pk__in=jobs.values("workplace"))
