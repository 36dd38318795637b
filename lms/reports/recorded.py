"""What had happened to some people, out of the database: what they are excused from, had begun and had completed."""

import datetime
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Aggregate, CharField, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from .. import matrix
from ..equivalence.counting import Equivalence, with_sources
from ..equivalence.lookup import best_of
from ..models import Enrolment, Exemption
from ..retraining.demands import Demand, redo_of
from ..retraining.lookup import note_of
from ..status import Completion, Redo

#: What someone is excused from: ids of courses, or None for all of them.
Exempt = frozenset[int | None]
NOTHING: Exempt = frozenset()


class Joined(Aggregate):
    """The values of a group as one text, commas between. Both databases have it, each by a name of its own."""

    function = "GROUP_CONCAT"
    output_field = CharField()

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, function="STRING_AGG", template="%(function)s(%(expressions)s, ',')")


def exempt_told(day: datetime.date, known: datetime.datetime | None) -> Subquery:
    """For a queryset of employments: what the person is excused from on `day`, as text for `exempt_from`."""
    own = Exemption.objects.in_force(day, known=known).filter(staff=OuterRef("staff"))
    told = own.order_by().values("staff").annotate(told=Joined(Cast(Coalesce(F("course_id"), 0), CharField())))
    return Subquery(told.values("told"))


def exempt_from(told: str | None) -> Exempt:
    return frozenset(int(course) or None for course in told.split(",")) if told else NOTHING


def add_exemptions(record: matrix.Record, staff: Any, day: datetime.date, known: datetime.datetime | None) -> None:
    """Who was excused. One query."""
    rows = Exemption.objects.in_force(day, known=known).filter(staff__in=staff)
    for staff_id, course_id in rows.values_list("staff_id", "course_id"):
        record.exempt.setdefault(staff_id, set()).add(course_id)


def add_learning(
    record: matrix.Record,
    staff: Any,
    courses: Sequence[int],
    equivalences: Sequence[Equivalence],
    demands: Mapping[int, Sequence[Demand]],
    day: datetime.date,
    known: datetime.datetime | None,
) -> None:
    """Who had begun and who had completed what. One query."""
    cutoff = known or timezone.now()
    wanted = with_sources(courses, equivalences)
    had_happened = Q(completions__completed_on__lte=day, completions__recorded_at__lte=cutoff)
    still = Q(completions__voided_at=None) | Q(completions__voided_at__gt=cutoff)
    told = ["pk", "completed_on", "valid_until", "renewable_from", "recorded_at"]
    if demands:
        told += ["versions", "occurred_at"]
    rows = (
        Enrolment.objects.filter(
            staff__in=staff,
            course__in=wanted,
            started_on__lte=day,
            recorded_at__lte=cutoff,
            cycle__gt=Enrolment.ASIDE,
        )
        .annotate(done=FilteredRelation("completions", condition=had_happened & still))
        .values_list("staff_id", "course_id", *(f"done__{name}" for name in told))
    )
    done: dict[tuple[int, int], list[Completion]] = {}
    days, moments = _Days(), _Moments()
    redo = None
    for staff_id, course_id, pk, completed_on, until, opens, recorded_at, *rests_on in _plain(rows):
        record.started.add((staff_id, course_id))
        if pk is None:
            continue
        if demands:
            redo = _redo(demands.get(course_id), rests_on[0], rests_on[1], moments)
        own = Completion(days[completed_on], days[until], pk, days[opens], (), redo, moments[recorded_at])
        done.setdefault((staff_id, course_id), []).append(own)
    record.completions |= best_of(done, equivalences)


def _redo(demands: Sequence[Demand] | None, versions: Any, done_at: Any, moments: "_Moments") -> Redo | None:
    """What is to be done again of a completion that rests on `versions`."""
    if not demands:
        return None
    known = json.loads(versions) if isinstance(versions, str) else versions
    return redo_of(demands, versions=known, done_at=moments[done_at], note=note_of)


def _plain(rows: QuerySet[Any, Any]) -> Iterator[tuple[Any, ...]]:
    """The rows as the database gives them: to convert each value takes Django longer than to read it."""
    try:
        sql = rows.query.get_compiler(rows.db).as_sql()
    except EmptyResultSet:  # of nobody
        return
    with connections[rows.db].cursor() as cursor:
        cursor.execute(*sql)
        while found := cursor.fetchmany(2000):
            yield from found


class _Days(dict[Any, Any]):
    """A date of `_plain` as a date: SQLite gives text, and the same few days again and again."""

    def __missing__(self, told: Any) -> Any:
        self[told] = day = datetime.date.fromisoformat(told) if isinstance(told, str) else told
        return day


class _Moments(dict[Any, Any]):
    """A moment of `_plain`: SQLite gives text, in UTC and without saying so."""

    def __missing__(self, told: Any) -> Any:
        found = datetime.datetime.fromisoformat(told) if isinstance(told, str) else told
        self[told] = moment = found if timezone.is_aware(found) else found.replace(tzinfo=datetime.UTC)
        return moment
