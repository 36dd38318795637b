"""Rules and jobs out of the database, in the shape that `rules` takes. One query each."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from django.db.models import F, FilteredRelation, Q, QuerySet
from django.utils import timezone

from courses.models import Course, settings_at, tree_path

from ..models import Employment, Requirement
from .rules import Earlier, Job, Rule


def moment_of(day: datetime.date, known: datetime.datetime | None = None) -> datetime.datetime:
    """What was so at the end of `day` counts for it; today, what is so now; and nothing later than `known`."""
    return min(end_of(day), known or timezone.now())


def end_of(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.max))


def rules_on(day: datetime.date, *, known: datetime.datetime | None = None) -> list[Rule]:
    """The rules in force on `day`, as known at `known`; of courses that were published then. One query."""
    return _rules_from(_of_published(_in_force(day, known), moment_of(day, known)))


def rules_and_courses_on(
    day: datetime.date, *, known: datetime.datetime | None = None
) -> tuple[list[Rule], list[Course]]:
    """The same, and the courses that they require, in catalogue order. Still one query."""
    found = _in_force(day, known).select_related("course").annotate(tree_path=tree_path("course__"))
    rows = _of_published(found, moment_of(day, known))
    # What has no page comes last, as everywhere.
    rows_in_tree = sorted(rows, key=lambda row: (row.tree_path is None, row.tree_path, row.course_id))
    return _rules_from(rows), list({row.course_id: row.course for row in rows_in_tree}.values())


def _in_force(day: datetime.date, known: datetime.datetime | None) -> QuerySet[Any]:
    """A row for each pair of a workplace and a role that a rule names."""
    return (
        Requirement.objects.in_force(day, known=known)
        .annotate(path=F("workplaces__path"), role_pk=F("roles__pk"))
        .annotate(course_live=F("course__live"), course_past=F("course__past"))
        .order_by("pk")
    )


def _of_published(rows: Iterable[Any], moment: datetime.datetime) -> list[Any]:
    """A course that is withdrawn is still required on the days before."""
    return [row for row in rows if settings_at(moment, {"live": row.course_live}, row.course_past)["live"]]


def _rules_from(rows: Iterable[Any]) -> list[Rule]:
    grouped: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        grouped[row.pk].append(row)
    return [
        Rule(
            id=pk,
            course_id=parts[0].course_id,
            valid_from=parts[0].valid_from,
            paths=tuple(sorted({part.path for part in parts} - {None})),
            roles=frozenset({part.role_pk for part in parts} - {None}),
            kinds=frozenset(parts[0].kinds),
            due_on=parts[0].due_on,
            due_days=parts[0].due_days,
        )
        for pk, parts in grouped.items()
    ]


_OWN = ("pk", "staff_id", "workplace_id", "workplace__path", "role_id", "kind", "start")
_EARLIER = tuple(
    f"earlier__{name}" for name in ("workplace__path", "role_id", "kind", "start", "end", "end_recorded_at")
)
JOB_FIELDS = _OWN + _EARLIER


def jobs_in(employments: QuerySet[Employment], *, known: datetime.datetime | None = None) -> list[Job]:
    """The jobs, each with those before it, in the order of `employments`, which ends with the primary key."""
    rows = with_earlier(employments, known=known).values_list(*JOB_FIELDS).iterator()
    return [job_from(list(group), known=known) for _pk, group in groupby(rows, key=lambda row: row[0])]


def with_earlier(employments: QuerySet[Any], *, known: datetime.datetime | None = None) -> QuerySet[Any]:
    """`employments` with a row for each that the same person began before, as known at `known`; at least one row."""
    began_before = Q(staff__employments__start__lt=F("start"))
    not_voided = Q(staff__employments__voided_at=None)
    if known:
        began_before &= Q(staff__employments__recorded_at__lte=known)
        not_voided |= Q(staff__employments__voided_at__gt=known)
    return employments.annotate(earlier=FilteredRelation("staff__employments", condition=began_before & not_voided))


def job_from(rows: Sequence[Sequence[Any]], *, known: datetime.datetime | None = None) -> Job:
    """The one job that `rows` tell of. Each begins with JOB_FIELDS; what stands after them is the caller's."""
    before = set()
    for row in rows:
        path, role_id, kind, start, end, end_recorded_at = row[len(_OWN) : len(JOB_FIELDS)]
        if start:
            unheard_of = known and end_recorded_at and end_recorded_at > known
            before.add(Earlier(path, role_id, kind, start, None if unheard_of else end))
    latest_first = tuple(sorted(before, key=lambda other: other.start, reverse=True))
    return Job._make((*rows[0][: len(_OWN)], latest_first))
