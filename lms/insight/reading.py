"""What the trend is reckoned from, out of the database. Six queries, however many days."""

import datetime
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from courses.models import Course

from ..equivalence.counting import with_sources
from ..equivalence.lookup import Pair, equivalences_over
from ..models import CourseCompletion, Employment, Enrolment, Exemption
from ..requirements.choice import rules_about
from ..requirements.lookup import JOB_FIELDS, job_from, rules_on, rules_over, with_earlier
from ..retraining.lookup import demands_over
from ..status import Completion
from .best_over import Registered, best_over
from .trend import Done, Excused, History, Spell


def history_of(
    days: Sequence[datetime.date],
    workplaces: QuerySet[Any],
    *,
    known: datetime.datetime | None = None,
    course: Course | None = None,
    role: str = "",
) -> History:
    """What is known at `known` (default now) of those who worked at `workplaces` on some of `days`, which are in order.

    `course` and `role`, a job role's name, narrow it as they do in the matrix.
    """
    rules = rules_over(days, known=known)
    if course:
        rules = [rules_about([course.pk], each) for each in rules]
    jobs = _jobs(days[0], days[-1], known).filter(workplace__in=workplaces)
    if role:
        jobs = jobs.filter(role__name=role)
    courses = {rule.course_id for each in rules for rule in each}
    return History(
        days=days,
        rules=rules,
        spells=_spells(jobs, known),
        done=_done(jobs.values("staff"), courses, days, known),
        excused=_excused(jobs.values("staff"), days[0], days[-1], known),
        asked=[course.pk] if course else None,
    )


def how_many_cells(
    day: datetime.date,
    workplaces: QuerySet[Any],
    *,
    known: datetime.datetime | None = None,
    course: Course | None = None,
    role: str = "",
) -> int:
    """Employments by required courses on `day`: how much there is to reckon. Two queries."""
    courses = {rule.course_id for rule in rules_on(day, known=known)}
    jobs = _jobs(day, day, known).filter(workplace__in=workplaces)
    if role:
        jobs = jobs.filter(role__name=role)
    return jobs.count() * (1 if course else len(courses))


def _jobs(first: datetime.date, last: datetime.date, known: datetime.datetime | None) -> QuerySet[Any]:
    """Employments that cover some of the days, as `Employment.objects.covering` says of one."""
    jobs = Employment.objects.known_at(known) if known else Employment.objects.filter(voided_at=None)
    still = Q(end=None) | Q(end__gte=first)
    if known:
        still |= Q(end_recorded_at__gt=known)
    return jobs.filter(still, start__lte=last)


def _spells(jobs: QuerySet[Any], known: datetime.datetime | None) -> list[Spell]:
    rows = with_earlier(jobs, known=known).order_by("pk").values_list(*JOB_FIELDS, "end", "end_recorded_at")
    found = []
    for _pk, group in groupby(rows, key=lambda row: row[0]):
        told = list(group)
        end, recorded_at = told[0][len(JOB_FIELDS) :]
        unheard_of = known and recorded_at and recorded_at > known
        found.append(Spell(job_from(told, known=known), None if unheard_of else end))
    return found


def _done(
    staff: Any, courses: set[int], days: Sequence[datetime.date], known: datetime.datetime | None
) -> dict[Pair, list[Done]]:
    """What they had of `courses` from day to day. Three queries."""
    equivalences = equivalences_over(days, known=known)
    # Those of all days together: what counts on one of them only is read for all.
    wanted = with_sources(courses, {each.id: each for held in equivalences for each in held}.values())
    demands = demands_over(days, wanted, known=known)
    cutoff = known or timezone.now()
    rows = CourseCompletion.objects.filter(
        Q(voided_at=None) | Q(voided_at__gt=cutoff),
        enrolment__staff__in=staff,
        enrolment__course__in=wanted,
        enrolment__cycle__gt=Enrolment.ASIDE,
        enrolment__recorded_at__lte=cutoff,
        recorded_at__lte=cutoff,
        completed_on__lte=days[-1],
    )
    told = ("completed_on", "valid_until", "pk", "renewable_from")
    asked = ("occurred_at", "versions") if any(demands) else ()
    found: dict[Pair, list[Registered]] = {}
    for person, course, started_on, *values in rows.values_list(
        "enrolment__staff_id", "enrolment__course_id", "enrolment__started_on", *told, *asked
    ):
        completion = Completion(*values[: len(told)])
        registered = Registered(max(started_on, completion.completed_on), completion, *values[len(told) :])
        found.setdefault((person, course), []).append(registered)
    return best_over(days, found, equivalences, demands)


def _excused(
    staff: Any, first: datetime.date, last: datetime.date, known: datetime.datetime | None
) -> dict[int, list[Excused]]:
    found: dict[int, list[Excused]] = {}
    rows = Exemption.objects.in_force_between(first, last, known=known).filter(staff__in=staff)
    for row in rows.only("staff_id", "course_id", "valid_from", "valid_to", "end_recorded_at"):
        excused = Excused(row.course_id, row.valid_from, row.last_day(known=known))
        found.setdefault(row.staff_id, []).append(excused)
    return found
