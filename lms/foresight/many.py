"""What a plan that changes where very many people work would change in the matrix, found out part by part.

Such a plan changes nothing of what anybody has learned, and so a rehearsal is only asked who works where. A database
that lets one write at a time is held for as long as it takes to write one part and to read that; others come in
between. What becomes of a workplace's figures is not read: it is what they are, less what the people in the plan make
of them, and what they will make of them.
"""

import datetime
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import Any, NamedTuple

from django.db.models import QuerySet

from ..models import Employment, Workplace
from ..rehearsal import rehearse
from ..reports.figures import gather
from ..requirements.change import Change, Comparison, Count, Someone, State, Where
from ..requirements.choice import chosen_among_with
from ..requirements.lookup import rules_on
from .reading import counts_in, differing, people_at, record_of

#: The figures of so many workplaces are read at a time.
PLACES = 100


class Part(NamedTuple):
    """Some of the people in a plan, with all that it does to them. Everyone is in one part.

    `staff` are those who are there already. `act` carries the part out and gives the ids of all whom it is about.
    """

    staff: Collection[int]
    act: Callable[[], Collection[int]]


def foresee_jobs(
    parts: Iterable[Part], *, day: datetime.date, reach: QuerySet[Workplace], tell: Callable[[], Any] | None = None
) -> Change:
    """What all `parts` change on `day`, as `foresee` says it of an act. `tell` is called after each of them.

    A fixed number of queries for each part, and for each hundred of the workplaces whose figures become others.
    """
    rules = rules_on(day)
    asked = {rule.course_id for rule in rules}
    asked.update(chosen_among_with(asked, rules))
    comparison = Comparison(day)
    for part in parts:
        before, after = _at_work(part.staff, day), _afterwards(part, day)
        record = record_of(part.staff, asked, day)
        comparison.add(State(before, rules, record), State(after, rules, record))
        if tell:
            tell()
    changing = _changing(comparison, set(reach.order_by().values_list("pk", flat=True)))
    was = _figures({place for place, _course in changing}, day)
    now = {**was, **{where: _sum(was.get(where, Count()), four) for where, four in changing.items()}}
    return replace(comparison.change(), places=(), shares=differing(was, now))


def _at_work(staff: Collection[int], day: datetime.date) -> list[Someone]:
    return people_at(Employment.objects.covering(day).filter(staff__in=staff))


def _afterwards(part: Part, day: datetime.date) -> list[Someone]:
    return rehearse(lambda: _at_work(part.act(), day))[0]


def _changing(comparison: Comparison, reach: Collection[int]) -> dict[Where, list[int]]:
    figures = comparison.figures.items()
    return {where: four for where, four in figures if where[0] in reach and four[:2] != four[2:]}


def _figures(places: Collection[int], day: datetime.date) -> dict[Where, Count]:
    found: dict[Where, Count] = {}
    in_order = sorted(places)
    for start in range(0, len(in_order), PLACES):
        some = Workplace.objects.filter(pk__in=in_order[start : start + PLACES])
        found |= counts_in(gather(day, some).totals)
    return found


def _sum(count: Count, four: list[int]) -> Count:
    was_done, was_counted, done, counted = four
    return Count(count.done - was_done + done, count.counted - was_counted + counted)
