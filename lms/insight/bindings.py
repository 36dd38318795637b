"""Which rules require a course of somebody, since when, and which of them decides."""

import datetime
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _

from ..models import EmploymentKind, Requirement
from ..reports.figures import Worker
from ..requirements.rules import Duty, Rule, bound_since, duties_of, duty_of


class Binding(NamedTuple):
    """A rule that requires the course of the person, since a day. The one that is due first `decides`."""

    rule: Requirement
    whom: str
    workplace: str
    since: datetime.date
    due: datetime.date | None
    decides: bool


def bindings_of(workers: Iterable[Worker], rules: Sequence[Rule], duty: Duty | None) -> list[Binding]:
    """Each rule that binds, once for each job that it binds. Three queries."""
    bound = [(rule, worker) for worker in workers for rule in rules if duties_of(worker.job, [rule])]
    rows = (
        Requirement.objects.select_related("recorded_by")
        .prefetch_related("workplaces", "roles")
        .in_bulk([rule.id for rule, _worker in bound])
    )
    found = [
        Binding(
            rule=rows[rule.id],
            whom=whom(rows[rule.id]),
            workplace=worker.workplace,
            since=bound_since(rule, worker.job),
            due=duty_of(rule, worker.job).due,
            decides=bool(duty and duty.rule_id == rule.id),
        )
        for rule, worker in bound
    ]
    return sorted(found, key=lambda each: (not each.decides, each.due or datetime.date.max, each.rule.pk))


def whom(rule: Requirement) -> str:
    """Whom a rule binds: "Brattfors; Butiksbiträde; Ägare"."""
    parts = [
        ", ".join(str(place) for place in rule.workplaces.all()),
        ", ".join(str(role) for role in rule.roles.all()),
        ", ".join(str(EmploymentKind(kind).label) for kind in rule.kinds),
    ]
    return "; ".join(part for part in parts if part) or _("All staff")
