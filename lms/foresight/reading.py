"""What an act about people would change in the matrix, found out by carrying it out and taking it all back.

Whom it touches is what it writes to the ledger about; where they work, or worked, are the workplaces whose figures are
read, by what reads them for the matrix itself. A fixed number of queries, whatever the act.
"""

import datetime
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils import timezone

from .. import ledger
from ..equivalence.counting import with_sources
from ..equivalence.lookup import equivalences_on
from ..matrix import Record, Share, Totals
from ..models import Employment, Workplace
from ..rehearsal import rehearse
from ..reports.figures import gather
from ..reports.recorded import add_exemptions, add_learning
from ..requirements.change import Change, Count, ShareChange, Someone, State, Where, compare
from ..requirements.lookup import JOB_FIELDS, job_from, with_earlier
from ..retraining.lookup import demands_on


def day_of_effect(first: datetime.date, last: datetime.date | None = None) -> datetime.date:
    """The day to tell of: today, or the first on which an act makes a difference; the last one if that is past."""
    day = max(first, timezone.localdate())
    return max(first, last) if last and last < day else day


class _Seen(NamedTuple):
    state: State
    shares: dict[Where, Count]


def foresee(
    act: Callable[[], Any],
    *,
    day: datetime.date,
    reach: QuerySet[Workplace],
    who: Callable[[], Iterable[int]] | None = None,
) -> Change:
    """What `act` changes on `day`: for those whom it is about, wherever they work; in the figures of `reach` alone.

    `who` asks inside the rehearsal whom it is about, where the ledger is not written row by row. What `act` raises is
    raised.
    """

    def carry_out() -> tuple[set[int], set[int], _Seen]:
        with ledger.listen() as entries:
            act()
        staff = set(who()) if who else {entry.staff_id for entry in entries if entry.staff_id}
        jobs = Employment.objects.filter(staff__in=staff, workplace__in=reach)
        places = set(jobs.values_list("workplace", flat=True))
        return staff, places, _look(staff, places, day)

    (staff, places, after), _entries = rehearse(carry_out)
    before = _look(staff, places, day)
    change = compare(day, before.state, after.state)
    return replace(change, places=(), shares=differing(before.shares, after.shares))


def _look(staff: Collection[int], places: Collection[int], day: datetime.date) -> _Seen:
    figures = gather(day, Workplace.objects.filter(pk__in=places))
    people = people_at(Employment.objects.covering(day).filter(staff__in=staff))
    record = figures.record_of(staff, with_help=False)
    return _Seen(State(people, figures.rules, record), counts_in(figures.totals))


def counts_in(totals: Totals) -> dict[Where, Count]:
    """The figures of each workplace: of all courses, and of each."""
    everything: dict[Where, Share] = {(place, None): share for place, share in totals.by_workplace.items()}
    everything.update(totals.by_workplace_course.items())
    return {where: Count(share.done, share.counted) for where, share in everything.items()}


def differing(before: Mapping[Where, Count], after: Mapping[Where, Count]) -> tuple[ShareChange, ...]:
    """By workplace; of each what is said of all courses first."""
    none = Count()
    changed = {where for where in before.keys() | after.keys() if before.get(where, none) != after.get(where, none)}
    names = dict(Workplace.objects.filter(pk__in={place for place, _course in changed}).values_list("pk", "name"))
    told = sorted(changed, key=lambda where: (names[where[0]], where[0], where[1] or 0))
    return tuple(
        ShareChange(names[where[0]], where[1], before.get(where, none), after.get(where, none)) for where in told
    )


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


def record_of(staff: Any, courses: Collection[int], day: datetime.date) -> Record:
    """What had happened by `day` to `staff`, ids or a query for them, with `courses`: as in the matrix."""
    record, equivalences = Record(), equivalences_on(day)
    demands = demands_on(day, with_sources(courses, equivalences))
    add_exemptions(record, staff, day, None)
    add_learning(record, staff, list(courses), equivalences, demands, day, None)
    return record
