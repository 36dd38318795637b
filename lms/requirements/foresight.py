"""What an act would change for people, found out by carrying it out and taking it back. A fixed number of queries.

Only its rules are read from inside the rehearsal: who works, and what they have done, is read once.
"""

import datetime
from collections.abc import Callable, Collection, Iterable
from typing import Any, TypeVar

from django.db.models import QuerySet

from courses.models import Course

from ..foresight.reading import people_at, record_of
from ..models import Employment, Requirement
from ..rehearsal import rehearse
from .change import Change, State, compare
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
        return result, _about(courses, day)

    before = _about(courses, day)
    (result, after), _entries = rehearse(carry_out)
    jobs = Employment.objects.covering(day).filter(workplace__in=workplaces)
    people = people_at(jobs)
    record = record_of(jobs.order_by().values("staff"), {course.pk for course in courses}, day)
    return compare(day, State(people, before, record), State(people, after, record)), result


def _about(courses: Iterable[Course], day: datetime.date) -> list[Rule]:
    ids = {course.pk for course in courses}
    return [rule for rule in rules_on(day) if rule.course_id in ids]
