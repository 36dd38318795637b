"""What an act would change for people, found out by carrying it out and taking it back. A fixed number of queries.

Only its rules are read from inside the rehearsal: who works, and what they have done, is read once.
"""

import datetime
from collections.abc import Callable, Collection
from itertools import groupby
from typing import Any, TypeVar

from django.db.models import Q, QuerySet

from courses.models import Course

from ..matrix import Record
from ..models import CourseCompletion, Employment, Exemption, Requirement
from ..rehearsal import rehearse
from ..status import Completion, best_completion
from .change import Change, Someone, State, compare
from .choice import chosen_among_with, rules_about
from .lookup import JOB_FIELDS, job_from, rules_on, with_earlier
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
    people, record = people_at(jobs), record_of(jobs, asked, day)
    was, now = (State(people, rules_about(asked, rules), record) for rules in (before, after))
    return compare(day, was, now), result


def people_at(jobs: QuerySet[Employment]) -> list[Someone]:
    """The jobs with the names of who has them, and those before them. One query."""
    names = ("staff__given_name", "staff__family_name", "workplace__name")
    rows = with_earlier(jobs).order_by("workplace_id", "pk").values_list(*JOB_FIELDS, *names)
    found = []
    for _pk, group in groupby(rows, key=lambda row: row[0]):
        told = list(group)
        given, family, workplace = told[0][len(JOB_FIELDS) :]
        found.append(Someone(job_from(told), f"{given} {family}".strip(), workplace))
    return found


def record_of(jobs: QuerySet[Employment], courses: Collection[int], day: datetime.date) -> Record:
    """Who of those with the jobs had done the courses by the day, and who is excused. Two queries."""
    record, staff = Record(), jobs.order_by().values("staff")
    done: dict[tuple[int, int], list[Completion]] = {}
    rows = CourseCompletion.objects.standing(day).filter(course__in=courses, staff__in=staff)
    told = rows.values_list("staff_id", "course_id", "completed_on", "valid_until", "pk")
    for staff_id, course_id, completed_on, valid_until, pk in told:
        done.setdefault((staff_id, course_id), []).append(Completion(completed_on, valid_until, pk))
    for key, completions in done.items():
        if best := best_completion(completions):
            record.completions[key] = best
    excused = Exemption.objects.in_force(day).filter(Q(course__in=courses) | Q(course=None), staff__in=staff)
    for staff_id, course_id in excused.values_list("staff_id", "course_id"):
        record.exempt.setdefault(staff_id, set()).add(course_id)
    return record
