"""What an act would change for people, found out by carrying it out and taking it back. A fixed number of queries.

Only its rules are read from inside the rehearsal: who works, and what they have done, is read once.
"""

import datetime
from collections.abc import Callable, Collection
from typing import Any, TypeVar

from django.db.models import QuerySet

from courses.models import Course

from ..foresight.reading import people_at, record_of
from ..models import Employment, Requirement
from ..rehearsal import rehearse
from .change import Change, State, compare
from .choice import chosen_among_with, rules_about
from .lookup import rules_on
from .rules import Rule
from .words import RuleInWords, in_words, with_targets

Result = TypeVar("Result")


def foresee_rule(
    act: Callable[[], Requirement], *, courses: Collection[Course], day: datetime.date, workplaces: QuerySet[Any]
) -> tuple[Change, RuleInWords]:
    """What `act`, which opens, changes or ends a rule about `courses`, changes on `day` at `workplaces`; and the rule
    that it returns in words. What `act` raises is raised."""

    def carry_out() -> RuleInWords:
        return in_words(with_targets(Requirement.objects.all()).get(pk=act().pk))

    return foresee(carry_out, courses=courses, day=day, workplaces=workplaces)


def foresee(
    act: Callable[[], Result], *, courses: Collection[Course], day: datetime.date, workplaces: QuerySet[Any]
) -> tuple[Change, Result]:
    """What `act` changes on `day` at `workplaces` in what is required of `courses`; and what it returns."""

    def carry_out() -> tuple[Result, list[Rule]]:
        result = act()
        return result, rules_on(day)

    before = rules_on(day)
    (result, after), _entries = rehearse(carry_out)
    asked = {course.pk for course in courses}
    # What is required of somebody besides may be another course of the same programme afterwards.
    asked.update(chosen_among_with(asked, [*before, *after]))
    jobs = Employment.objects.covering(day).filter(workplace__in=workplaces)
    people, record = people_at(jobs), record_of(jobs.order_by().values("staff"), asked, day)
    was, now = (State(people, rules_about(asked, rules), record) for rules in (before, after))
    return compare(day, was, now), result
