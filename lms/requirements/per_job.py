"""What the rules say of each of thousands of jobs, asked anew only where the answer may differ. Pure."""

import datetime
from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Generic, TypeVar

from .rules import Job, Rule, applies

Answer = TypeVar("Answer")


class PerJob(Generic[Answer]):
    """`ask(job, rules)` for each job, with the rules that bind it. The answer must follow from their duties alone."""

    def __init__(self, rules: Iterable[Rule], ask: Callable[[Job, list[Rule]], Answer]) -> None:
        self._ask = ask
        # Whom a rule binds, and whom it bound before it was edited, decides alike.
        self._rules = [(rule, _scope(rule)) for rule in rules]
        rows = [row for rule, _scope_of in self._rules for row in (rule, *rule.before)]
        self._scopes = list(dict.fromkeys(map(_scope, rows)))
        self._named = frozenset[int]().union(*(row.people | row.except_people for row in rows))
        self._alike: dict[tuple[object, ...], _Alike[Answer]] = {}
        self._by_scopes: dict[tuple[bool, ...], _Alike[Answer]] = {}

    def __call__(self, job: Job) -> Answer:
        # Who is named somewhere is told apart from everyone else.
        key = (job.path, job.role_id, job.kind, job.staff_id if job.staff_id in self._named else None)
        alike = self._alike.get(key)
        if alike is None:
            alike = self._alike[key] = self._find(job)
        return alike.answer(job)

    def _find(self, job: Job) -> "_Alike[Answer]":
        binding = tuple(applies(scope, job) for scope in self._scopes)
        if binding not in self._by_scopes:
            binds = dict(zip(self._scopes, binding, strict=True))
            self._by_scopes[binding] = _Alike([rule for rule, scope in self._rules if binds[scope]], self._ask)
        return self._by_scopes[binding]


def _scope(rule: Rule) -> Rule:
    """`rule` without what does not decide whom it binds. Most rules bind the same people as some other."""
    return replace(
        rule,
        id=0,
        course_id=0,
        valid_from=datetime.date.min,
        valid_to=None,
        mandatory=True,
        due_on=None,
        due_days=None,
        grace_days=0,
        part=None,
        before=(),
    )


def as_if_from_the_first(rule: Rule) -> Rule:
    """`rule` as if it had held from the first day of all that it was before: it never bound anybody sooner."""
    if not rule.before:
        return rule
    return replace(rule, valid_from=min(row.valid_from for row in (rule, *rule.before)), before=())


class _Alike(Generic[Answer]):
    """Jobs that the same rules bind: what these ask depends on the first day, and on the jobs before, if there are any.

    Who begins later is never late sooner. So where two first days give the same answer, all between them give it too:
    thousands of first days are answered by asking for a few of them, and most jobs before others make no difference.
    """

    def __init__(self, rules: list[Rule], ask: Callable[[Job, list[Rule]], Answer]) -> None:
        self._rules, self._ask = rules, ask
        self._unmoved = _OverDays(rules, ask)
        self._soonest = self._unmoved
        if any(rule.before for rule in rules):
            self._soonest = _OverDays([as_if_from_the_first(rule) for rule in rules], ask)

    def answer(self, job: Job) -> Answer:
        answer = self._unmoved(job)
        if not job.before:
            return answer
        # A rule counts from a day between the first day of all and that of this job.
        first = min(other.start for other in job.before)
        if self._soonest(job._replace(start=min(first, job.start))) == answer:
            return answer
        return self._ask(job, self._rules)


class _OverDays(Generic[Answer]):
    """The answer for jobs that have none before them, by their first day."""

    def __init__(self, rules: list[Rule], ask: Callable[[Job, list[Rule]], Answer]) -> None:
        self._rules, self._ask = rules, ask
        self._days: list[datetime.date] = []
        self._answers: list[Answer] = []

    def __call__(self, job: Job) -> Answer:
        days, answers, start = self._days, self._answers, job.start
        at = bisect_left(days, start)
        if at < len(answers) and (days[at] == start or (at and answers[at - 1] == answers[at])):
            return answers[at]
        answer = self._ask(job._replace(before=()), self._rules)
        days.insert(at, start)
        answers.insert(at, answer)
        return answer
