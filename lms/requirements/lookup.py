"""Rules and jobs out of the database, in the shape that `rules` takes. One query each."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
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
    return _rules_from(_of_published(_begun(day, known), moment_of(day, known)), day, known)


def rules_and_courses_on(
    day: datetime.date, *, known: datetime.datetime | None = None
) -> tuple[list[Rule], list[Course]]:
    """The same, and the courses that they require, in catalogue order. Still one query."""
    found = _begun(day, known).select_related("course").annotate(tree_path=tree_path("course__"))
    rows = _of_published(found, moment_of(day, known))
    # What has no page comes last, as everywhere.
    rows_in_tree = sorted(rows, key=lambda row: (row.tree_path is None, row.tree_path, row.course_id))
    return _rules_from(rows, day, known), list({row.course_id: row.course for row in rows_in_tree}.values())


def rules_over(days: Sequence[datetime.date], *, known: datetime.datetime | None = None) -> list[list[Rule]]:
    """The rules of each of `days`, which are in order: for each what `rules_on` gives. One query for all."""
    if not days:
        return []
    rows = list(_begun(days[0], known, last=days[-1]))
    found = []
    for day in days:
        begun = [row for row in rows if row.valid_from <= day]
        found.append(_rules_from(_of_published(begun, moment_of(day, known)), day, known))
    return found


def _begun(day: datetime.date, known: datetime.datetime | None, *, last: datetime.date | None = None) -> QuerySet[Any]:
    """The rules in force, and the rows that they were before they were edited; a row for each that one names.

    In force on `day`; or on some day from it to `last`.
    """
    last = last or day
    in_force = Requirement.objects.in_force_between(day, last, known=known)
    begun = Requirement.objects.filter(series__in=in_force.values("series"), valid_from__lte=last)
    if known:
        begun = begun.filter(recorded_at__lte=known)
    return (
        begun.annotate(path=F("targets__workplace__path"), role_pk=F("targets__role"), staff_pk=F("targets__staff"))
        .annotate(excepted=F("targets__excepted"), course_live=F("course__live"), course_past=F("course__past"))
        .order_by("valid_from", "pk")
    )


def _of_published(rows: Iterable[Any], moment: datetime.datetime) -> list[Any]:
    """A course that is withdrawn is still required on the days before."""
    return [row for row in rows if settings_at(moment, {"live": row.course_live}, row.course_past)["live"]]


def _rules_from(rows: Iterable[Any], day: datetime.date, known: datetime.datetime | None) -> list[Rule]:
    """Those in force on `day`, by primary key, each with what it was before."""
    grouped: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        grouped[row.pk].append(row)
    series: dict[Any, list[Rule]] = defaultdict(list)
    for parts in grouped.values():
        series[parts[0].series].append(_rule_from(parts, known))
    found = []
    for rules in series.values():
        for rule in rules:
            if rule.valid_to is None or rule.valid_to >= day:
                before = tuple(other for other in rules if other is not rule and not _is_empty(other))
                found.append(replace(rule, before=before))
    return sorted(found, key=lambda rule: rule.id)


def _is_empty(rule: Rule) -> bool:
    """Taken back: it never held."""
    return rule.valid_to is not None and rule.valid_to < rule.valid_from


def _rule_from(parts: list[Any], known: datetime.datetime | None) -> Rule:
    first = parts[0]

    def named(name: str, *, excepted: bool) -> set[Any]:
        return {getattr(part, name) for part in parts if part.excepted is excepted} - {None}

    unheard_of = known and first.end_recorded_at and first.end_recorded_at > known
    return Rule(
        id=first.pk,
        course_id=first.course_id,
        valid_from=first.valid_from,
        valid_to=None if unheard_of else first.valid_to,
        paths=tuple(sorted(named("path", excepted=False))),
        roles=frozenset(named("role_pk", excepted=False)),
        kinds=frozenset(first.kinds),
        people=frozenset(named("staff_pk", excepted=False)),
        except_paths=tuple(sorted(named("path", excepted=True))),
        except_roles=frozenset(named("role_pk", excepted=True)),
        except_kinds=frozenset(first.except_kinds),
        except_people=frozenset(named("staff_pk", excepted=True)),
        mandatory=first.mandatory,
        due_on=first.due_on,
        due_days=first.due_days,
        grace_days=first.grace_days,
    )


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
