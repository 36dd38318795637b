"""Which courses a job requires, and by when. Pure: plain values in, plain values out."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

#: Nobody is late in the first days that a rule binds them, unless the rule says otherwise.
DAYS_OF_GRACE = 14

ONE_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Part:
    """What a course is one of: the published courses of a programme, in its order. The programme's str is its title.

    `at_least` so many of them are asked for; None: all.
    """

    programme: Any
    courses: tuple[int, ...]
    at_least: int | None = None

    @property
    def is_choice(self) -> bool:
        """Whether some of the courses may be left out."""
        return self.at_least is not None and self.at_least < len(self.courses)


@dataclass(frozen=True, slots=True)
class Rule:
    """A requirement. `paths` are workplace paths, subtrees included; `people` are ids of staff.

    Empty `paths`, `roles` and `kinds` mean all, but with `people` alone it binds them alone. `before` holds the rows
    of the same rule that were edited or ended before this one, as long as they held. `part` says of which programme it
    asks for the course, if it is about one.
    """

    id: int
    course_id: int
    valid_from: datetime.date
    valid_to: datetime.date | None = None
    paths: tuple[str, ...] = ()
    roles: frozenset[int] = frozenset()
    kinds: frozenset[str] = frozenset()
    people: frozenset[int] = frozenset()
    except_paths: tuple[str, ...] = ()
    except_roles: frozenset[int] = frozenset()
    except_kinds: frozenset[str] = frozenset()
    except_people: frozenset[int] = frozenset()
    mandatory: bool = True
    due_on: datetime.date | None = None
    due_days: int | None = None
    grace_days: int = DAYS_OF_GRACE
    part: Part | None = None
    before: tuple["Rule", ...] = ()

    @property
    def is_choice(self) -> bool:
        """Whether the course is one of some, and not all of those are demanded."""
        return self.mandatory and self.part is not None and self.part.is_choice

    @property
    def has_limits(self) -> bool:
        return bool(self.paths or self.roles or self.kinds)

    @property
    def has_exceptions(self) -> bool:
        return bool(self.except_paths or self.except_roles or self.except_kinds or self.except_people)


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

    Up to `grace_until` nothing is late, not even what was done once and has expired. Not `mandatory` is a
    recommendation: it has no due day.
    """

    due: datetime.date | None
    rule_id: int
    grace_until: datetime.date
    mandatory: bool = True


def applies(rule: Rule, job: Job) -> bool:
    """Whether `rule` binds whoever has `job`. What it leaves out it never binds, by whatever else it names them."""
    return _binds(rule, job, job.staff_id)


def _binds(rule: Rule, job: Job | Earlier, staff_id: int) -> bool:
    if rule.has_exceptions and (
        job.path.startswith(rule.except_paths)
        or job.role_id in rule.except_roles
        or job.kind in rule.except_kinds
        or staff_id in rule.except_people
    ):
        return False
    if rule.people:
        if staff_id in rule.people:
            return True
        if not rule.has_limits:
            return False
    return (
        (not rule.paths or job.path.startswith(rule.paths))
        and (not rule.roles or job.role_id in rule.roles)
        and (not rule.kinds or job.kind in rule.kinds)
    )


def bound_since(rule: Rule, job: Job) -> datetime.date:
    """The first of the days, without one missing between, on which `rule` has bound the person up to this job.

    To move, or to change title, begins nothing anew where the rule bound them before, nor does an edit of the rule; and
    no rule binds before it begins itself. See docs/decisions/0011 and 0020.
    """
    since = max(job.start, rule.valid_from)
    if not (job.before or rule.before):
        return since
    for start, end in _bound_days(rule, job):
        if start < since and (end is None or end >= since - ONE_DAY):
            since = start
    return since


def _bound_days(rule: Rule, job: Job) -> list[tuple[datetime.date, datetime.date | None]]:
    """First and last days of the times in which the rule, or what it was before, bound the person; the latest first.

    What was only recommended before does not count for what is mandatory: it bound nobody. Nor does what asked for
    fewer of a programme: who had done those could leave the course out.
    """
    found = []
    jobs: list[Job | Earlier] = [job, *job.before]
    for row in (rule, *(row for row in rule.before if not _asks_more(rule, row))):
        last_of_row = None if row is rule else row.valid_to
        for other in jobs:
            if _binds(row, other, job.staff_id):
                ends = [end for end in (last_of_row, getattr(other, "end", None)) if end]
                found.append((max(row.valid_from, other.start), min(ends, default=None)))
    return sorted(found, key=lambda days: days[0], reverse=True)


def _asks_more(rule: Rule, row: Rule) -> bool:
    """Whether `rule` demands what it did not as `row`."""
    if not rule.mandatory:
        return False
    if not row.mandatory:
        return True
    return row.is_choice and (not rule.is_choice or _number(rule) > _number(row))


def _number(rule: Rule) -> int:
    return (rule.part and rule.part.at_least) or 0


def duty_of(rule: Rule, job: Job) -> Duty:
    """What `rule` asks of whoever has `job`, which it binds."""
    since = bound_since(rule, job)
    grace_until = since + datetime.timedelta(days=rule.grace_days)
    due = _due(rule, since, grace_until) if rule.mandatory else None
    return Duty(due, rule.id, grace_until, rule.mandatory)


def _due(rule: Rule, since: datetime.date, grace_until: datetime.date) -> datetime.date | None:
    """The later of the rule's date and its days after it began to bind, and never within the days of grace."""
    dates = []
    if rule.due_on:
        dates.append(rule.due_on)
    if rule.due_days:
        dates.append(since + datetime.timedelta(days=rule.due_days))
    return max(*dates, grace_until) if dates else None


def add_duty(duties: dict[int, Duty], course_id: int, duty: Duty) -> None:
    """Where there is one already, the one that is due first stays; see `earlier`."""
    known = duties.get(course_id)
    duties[course_id] = duty if known is None else earlier(known, duty)


def earlier(one: Duty, other: Duty) -> Duty:
    """The duty that is due first. No date comes last; a tie keeps `one`. Grace is over with either's.

    What one recommends and the other demands is mandatory, as the one says that demands it.
    """
    if one.mandatory is not other.mandatory:
        return one if one.mandatory else other
    first = other if other.due is not None and (one.due is None or other.due < one.due) else one
    return first._replace(grace_until=min(one.grace_until, other.grace_until))


def merge_duties(each: Iterable[dict[int, Duty]]) -> dict[int, Duty]:
    """What several jobs require of one person."""
    merged: dict[int, Duty] = {}
    for duties in each:
        for course_id, duty in duties.items():
            add_duty(merged, course_id, duty)
    return merged
