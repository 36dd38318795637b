"""Which rules require a course of somebody, since when, and which of them decides."""

import datetime
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..models import Requirement
from ..reports.figures import Worker
from ..requirements.rules import Duty, Rule, bound_since, duties_of, duty_of
from ..requirements.words import in_words, with_targets


class Binding(NamedTuple):
    """A rule that requires the course of the person, since a day. The one that is due first `decides`."""

    rule: Requirement
    whom: str
    workplace: str
    since: datetime.date
    due: datetime.date | None
    decides: bool


def bindings_of(workers: Iterable[Worker], rules: Sequence[Rule], duty: Duty | None) -> list[Binding]:
    """Each rule that binds, once for each job that it binds. Two queries."""
    bound = [(rule, worker) for worker in workers for rule in rules if duties_of(worker.job, [rule])]
    rules_in_words = with_targets(Requirement.objects.select_related("recorded_by"))
    rows = rules_in_words.in_bulk([rule.id for rule, _worker in bound])
    found = [
        Binding(
            rule=rows[rule.id],
            whom=in_words(rows[rule.id], seen={worker.job.staff_id}).whom,
            workplace=worker.workplace,
            since=bound_since(rule, worker.job),
            due=duty_of(rule, worker.job).due,
            decides=bool(duty and duty.rule_id == rule.id),
        )
        for rule, worker in bound
    ]
    return sorted(found, key=lambda each: (not each.decides, each.due or datetime.date.max, each.rule.pk))
