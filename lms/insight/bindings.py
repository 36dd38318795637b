"""Which rules require a course of somebody, since when, and which of them decides."""

import datetime
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..models import Requirement
from ..reports.workers import Worker
from ..requirements.rules import Duty, Rule, applies, bound_since, duty_of
from ..requirements.words import in_words, with_targets
from ..wording import programme_text


class Binding(NamedTuple):
    """A rule that requires the course of the person, since a day. The one that is due first `decides`.

    `programme` says through which programme it does; `left_out`, that other courses of that are enough.
    """

    rule: Requirement
    whom: str
    workplace: str
    since: datetime.date
    due: datetime.date | None
    decides: bool
    programme: str = ""
    left_out: bool = False


def bindings_of(workers: Iterable[Worker], rules: Sequence[Rule], duty: Duty | None) -> list[Binding]:
    """Each rule that binds, once for each job that it binds. Two queries."""
    bound = [(rule, worker) for worker in workers for rule in rules if applies(rule, worker.job)]
    is_optional = duty is not None and not duty.mandatory
    told = [(rule, worker, is_optional and rule.is_choice) for rule, worker in bound]
    rules_in_words = with_targets(Requirement.objects.select_related("recorded_by"))
    rows = rules_in_words.in_bulk([rule.id for rule, _worker in bound])
    found = [
        Binding(
            rule=rows[rule.id],
            whom=in_words(rows[rule.id], seen={worker.job.staff_id}).whom,
            workplace=worker.workplace,
            since=bound_since(rule, worker.job),
            due=None if left_out else duty_of(rule, worker.job).due,
            decides=bool(duty and duty.rule_id == rule.id),
            programme=programme_text(rule.part) if rule.part else "",
            left_out=left_out,
        )
        for rule, worker, left_out in told
    ]
    return sorted(found, key=lambda each: (not each.decides, each.due or datetime.date.max, each.rule.pk))
