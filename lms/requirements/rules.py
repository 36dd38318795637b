"""Which courses a job requires, and by when. Pure: plain values in, plain values out."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

#: Nobody is late in the first days that a rule binds them, whatever it says.
DAYS_OF_GRACE = 14

ONE_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rule:
    """A requirement. Empty `paths`, `roles` or `kinds` mean all. `paths` are workplace paths, subtrees included."""

    id: int
    course_id: int
    valid_from: datetime.date
    paths: tuple[str, ...] = ()
    roles: frozenset[int] = frozenset()
    kinds: frozenset[str] = frozenset()
    due_on: datetime.date | None = None
    due_days: int | None = None


class Earlier(NamedTuple):
    """An employment that the same person began before another; it may still go on."""

    path: str
    role_id: int
    kind: str
    start: datetime.date
    end: datetime.date | None


class Job(NamedTuple):
    """An employment, as far as rules care. `before` holds the person's earlier ones, the latest start first."""

    id: int
    staff_id: int
    workplace_id: int
    path: str
    role_id: int
    kind: str
    start: datetime.date
    before: tuple[Earlier, ...] = ()


class Duty(NamedTuple):
    """A course that someone must take. `due` is the last day that is not late; None is never late.

    Up to `grace_until` nothing is late, not even what was done once and has expired.
    """

    due: datetime.date | None
    rule_id: int
    grace_until: datetime.date


def applies(rule: Rule, job: Job | Earlier) -> bool:
    return (
        (not rule.paths or job.path.startswith(rule.paths))
        and (not rule.roles or job.role_id in rule.roles)
        and (not rule.kinds or job.kind in rule.kinds)
    )


def bound_since(rule: Rule, job: Job) -> datetime.date:
    """The first of the days, without one missing between, on which `rule` has bound the person up to this job.

    To move, or to change title, begins nothing anew where the rule bound them before; and no rule binds before it
    begins itself. See docs/decisions/0011.
    """
    since = job.start
    for other in job.before:
        unbroken = other.end is None or other.end >= since - ONE_DAY
        if unbroken and other.start < since and applies(rule, other):
            since = other.start
    return max(since, rule.valid_from)


def duty_of(rule: Rule, job: Job) -> Duty:
    """What `rule` asks of whoever has `job`, which it binds."""
    since = bound_since(rule, job)
    grace_until = since + datetime.timedelta(days=DAYS_OF_GRACE)
    return Duty(_due(rule, since, grace_until), rule.id, grace_until)


def _due(rule: Rule, since: datetime.date, grace_until: datetime.date) -> datetime.date | None:
    """The later of the rule's date and its days after it began to bind, and never within the days of grace."""
    dates = []
    if rule.due_on:
        dates.append(rule.due_on)
    if rule.due_days:
        dates.append(since + datetime.timedelta(days=rule.due_days))
    return max(*dates, grace_until) if dates else None


def duties_of(job: Job, rules: Iterable[Rule]) -> dict[int, Duty]:
    """What `job` requires: course id to duty. Where rules meet, the earliest due date wins."""
    duties: dict[int, Duty] = {}
    for rule in rules:
        if applies(rule, job):
            duty = duty_of(rule, job)
            known = duties.get(rule.course_id)
            duties[rule.course_id] = duty if known is None else earlier(known, duty)
    return duties


def earlier(one: Duty, other: Duty) -> Duty:
    """The duty that is due first. No date comes last; a tie keeps `one`. Grace is over with either's."""
    first = other if other.due is not None and (one.due is None or other.due < one.due) else one
    return first._replace(grace_until=min(one.grace_until, other.grace_until))


def merge_duties(each: Iterable[dict[int, Duty]]) -> dict[int, Duty]:
    """What several jobs require of one person."""
    merged: dict[int, Duty] = {}
    for duties in each:
        for course_id, duty in duties.items():
            merged[course_id] = earlier(merged[course_id], duty) if course_id in merged else duty
    return merged
