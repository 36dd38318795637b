"""Which rules require a course of somebody, since when, and which of them decides."""

import datetime
from collections.abc import Container, Iterable, Sequence
from typing import Any, NamedTuple

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


class Told(NamedTuple):
    """The same, before it is in words."""

    rule: Rule
    worker: Worker
    due: datetime.date | None
    decides: bool
    left_out: bool


def bindings_of(
    workers: Iterable[Worker], rules: Sequence[Rule], duty: Duty | None, left_out: Container[Any]
) -> list[Binding]:
    """Each of the `rules` about a course that binds, once for each job that it binds, the one that decides first.

    `duty` is what comes of them; `left_out` are the programmes of which the course may be left out. Two queries.
    """
    told = told_of(workers, rules, duty, left_out)
    rows = with_targets(Requirement.objects.select_related("recorded_by")).in_bulk([one.rule.id for one in told])
    return [
        Binding(
            rule=rows[one.rule.id],
            whom=in_words(rows[one.rule.id], seen={one.worker.job.staff_id}).whom,
            workplace=one.worker.workplace,
            since=bound_since(one.rule, one.worker.job),
            due=one.due,
            decides=one.decides,
            programme=programme_text(one.rule.part) if one.rule.part else "",
            left_out=one.left_out,
        )
        for one in told
    ]


def told_of(
    workers: Iterable[Worker], rules: Sequence[Rule], duty: Duty | None, left_out: Container[Any]
) -> list[Told]:
    """As `bindings_of`. Pure."""
    found = []
    for worker in workers:
        for rule in rules:
            if applies(rule, worker.job):
                asks = duty_of(rule, worker.job)
                is_optional = bool(rule.is_choice and rule.part and rule.part.programme in left_out)
                if is_optional:
                    asks = asks._replace(due=None, mandatory=False)
                fits = duty is not None and asks[:2] == duty[:2] and asks.mandatory is duty.mandatory
                found.append(Told(rule, worker, asks.due, fits, is_optional))
    found.sort(key=lambda one: (not one.decides, one.due or datetime.date.max, one.rule.id))
    # Of a rule that binds by two jobs with the same day one is enough.
    return [one._replace(decides=one.decides and number == 0) for number, one in enumerate(found)]
