"""Rules and jobs out of the database, in the shape that `rules` takes. One query each."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import F, QuerySet

from courses.models import Course, tree_path

from ..models import Employment, Requirement
from .rules import Job, Rule


def rules_on(day: datetime.date, *, known: datetime.datetime | None = None) -> list[Rule]:
    """The rules in force on `day`, as known at `known`; of courses that are published. One query."""
    return _rules_from(_in_force(day, known))


def rules_and_courses_on(
    day: datetime.date, *, known: datetime.datetime | None = None
) -> tuple[list[Rule], list[Course]]:
    """The same, and the courses that they require, in catalogue order. Still one query."""
    rows = list(_in_force(day, known).select_related("course").annotate(tree_path=tree_path("course__")))
    # What has no page comes last, as everywhere.
    rows_in_tree = sorted(rows, key=lambda row: (row.tree_path is None, row.tree_path, row.course_id))
    return _rules_from(rows), list({row.course_id: row.course for row in rows_in_tree}.values())


def _in_force(day: datetime.date, known: datetime.datetime | None) -> QuerySet[Any]:
    """A row for each pair of a workplace and a role that a rule names."""
    return (
        Requirement.objects.in_force(day, known=known)
        .filter(course__live=True)
        .annotate(path=F("workplaces__path"), role_pk=F("roles__pk"))
        .order_by("pk")
    )


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


JOB_FIELDS = ("pk", "staff_id", "workplace_id", "workplace__path", "role_id", "kind", "start")


def jobs_in(employments: QuerySet[Employment]) -> list[Job]:
    return [Job(*row) for row in employments.values_list(*JOB_FIELDS)]
