"""What the rules say of each of thousands of jobs, asked anew only where the answer may differ. Pure."""

import datetime
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Generic, TypeVar

from .rules import Job, Rule, applies

Answer = TypeVar("Answer")


class PerJob(Generic[Answer]):
    """`ask(job, rules)` for each job, with the rules that bind it. The answer must follow from their duties alone."""

    def __init__(self, rules: Iterable[Rule], ask: Callable[[Job, list[Rule]], Answer]) -> None:
        self._ask = ask
        self._scopes: dict[Rule, list[Rule]] = defaultdict(list)
        for rule in rules:
            self._scopes[_scope(rule)].append(rule)
        self._alike: dict[tuple[object, ...], _Alike[Answer]] = {}
        self._by_scopes: dict[tuple[bool, ...], _Alike[Answer]] = {}

    def __call__(self, job: Job) -> Answer:
        key = (job.path, job.role_id, job.kind)
        alike = self._alike.get(key)
        if alike is None:
            alike = self._alike[key] = self._find(job)
        return alike.answer(job)

    def _find(self, job: Job) -> "_Alike[Answer]":
        binding = tuple(applies(scope, job) for scope in self._scopes)
        if binding not in self._by_scopes:
            rules = [
                rule for rules, binds in zip(self._scopes.values(), binding, strict=True) if binds for rule in rules
            ]
            self._by_scopes[binding] = _Alike(lambda job: self._ask(job, rules))
        return self._by_scopes[binding]


def _scope(rule: Rule) -> Rule:
    """`rule` without what does not decide whom it binds. Most rules bind the same people as some other."""
    return replace(rule, id=0, course_id=0, valid_from=datetime.date.min, due_on=None, due_days=None)


class _Alike(Generic[Answer]):
    """Jobs that the same rules bind: what these ask depends on the first day, and on the jobs before, if there are any.

    Who begins later is never late sooner. So where two first days give the same answer, all between them give it too:
    thousands of first days are answered by asking for a few of them, and most jobs before others make no difference.
    """

    def __init__(self, ask: Callable[[Job], Answer]) -> None:
        self._ask = ask
        self._days: list[datetime.date] = []
        self._answers: list[Answer] = []

    def answer(self, job: Job) -> Answer:
        answer = self._unmoved(job)
        if not job.before:
            return answer
        # A rule counts from a day between the first day of all and that of this job.
        first = min(other.start for other in job.before)
        if self._unmoved(job._replace(start=min(first, job.start), before=())) == answer:
            return answer
        return self._ask(job)

    def _unmoved(self, job: Job) -> Answer:
        """The answer if nothing were before."""
        days, answers, start = self._days, self._answers, job.start
        at = bisect_left(days, start)
        if at < len(answers) and (days[at] == start or (at and answers[at - 1] == answers[at])):
            return answers[at]
        answer = self._ask(job._replace(before=()))
        days.insert(at, start)
        answers.insert(at, answer)
        return answer
