"""What had happened to some people, out of the database: what they are excused from, had begun and had completed."""

import datetime
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Aggregate, CharField, Exists, F, FilteredRelation, OuterRef, Q, Subquery
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from .. import matrix
from ..equivalence.counting import Equivalence, with_sources
from ..equivalence.lookup import best_of
from ..models import CourseCompletion, Enrolment, Exemption
from ..plain_rows import Days, Moments, Raw, plain
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


def add_begun(
    record: matrix.Record, staff: Any, courses: Sequence[int], day: datetime.date, known: datetime.datetime | None
) -> None:
    """Who had begun what without having completed it in that cycle, and which cycles those were. One query."""
    done = CourseCompletion.objects.standing(day, known=known).filter(enrolment=OuterRef("pk"))
    rows = Enrolment.objects.filter(
        ~Exists(done),
        staff__in=staff,
        course__in=courses,
        started_on__lte=day,
        recorded_at__lte=known or timezone.now(),
    ).values_list("staff_id", "course_id", "pk", "cycle")
    for staff_id, course_id, enrolment, cycle in plain(rows):
        record.unfinished.append(enrolment)
        if cycle > Enrolment.ASIDE:
            record.started.add((staff_id, course_id))


def add_learning(
    record: matrix.Record,
    staff: Any,
    courses: Sequence[int],
    equivalences: Sequence[Equivalence],
    demands: Mapping[int, Sequence[Demand]],
    day: datetime.date,
    known: datetime.datetime | None,
) -> None:
    """Who had begun and who had completed what, and which cycles were without a completion. One query."""
    cutoff = known or timezone.now()
    wanted = with_sources(courses, equivalences)
    had_happened = Q(completions__completed_on__lte=day, completions__recorded_at__lte=cutoff)
    still = Q(completions__voided_at=None) | Q(completions__voided_at__gt=cutoff)
    told = ["completed_on", "valid_until", "renewable_from", "recorded_at"]
    rows = (
        Enrolment.objects.filter(
            staff__in=staff,
            course__in=wanted,
            started_on__lte=day,
            recorded_at__lte=cutoff,
        )
        .annotate(done=FilteredRelation("completions", condition=had_happened & still))
        .values_list(
            *("staff_id", "course_id", "pk", "cycle", "done__pk"),
            *(Raw(f"done__{name}") for name in told),
            *((Raw("done__occurred_at"), "done__versions") if demands else ()),
        )
    )
    done: dict[tuple[int, int], list[Completion]] = {}
    days, moments = Days(), Moments()
    redo = None
    for staff_id, course_id, enrolment, cycle, pk, completed_on, until, opens, recorded_at, *rests_on in plain(rows):
        if pk is None:
            record.unfinished.append(enrolment)
        if cycle <= Enrolment.ASIDE:
            continue
        key = staff_id, course_id
        record.started.add(key)
        if pk is None:
            continue
        if demands:
            redo = _redo(demands.get(course_id), rests_on[0], rests_on[1], moments)
        own = Completion(days[completed_on], days[until], pk, days[opens], (), redo, moments[recorded_at])
        if key in done:
            done[key].append(own)
        else:
            done[key] = [own]
    record.completions |= best_of(done, equivalences)


def _redo(demands: Sequence[Demand] | None, done_at: Any, versions: Any, moments: Moments) -> Redo | None:
    """What is to be done again of a completion that rests on `versions`."""
    if not demands:
        return None
    return redo_of(demands, versions=json.loads(versions), done_at=moments[done_at], note=note_of)
