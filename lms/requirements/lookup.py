"""Rules and jobs out of the database, in the shape that `rules` takes.

One query each, and one more for rules where some of them is about a programme. Such a rule is one for each course that
the programme holds, all with the same id: who asks what a course requires sees no difference.
"""

import datetime
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, groupby
from typing import Any, NamedTuple

from django.db import router
from django.db.models import F, FilteredRelation, JSONField, Q, QuerySet
from django.utils import timezone

from courses.models import Course, settings_at, tree_path

from ..models import Employment, ProgrammeCourse, Requirement
from ..plain_rows import Days, Moments, Parsed, plain
from .rules import Earlier, Job, Part, Rule

#: Programme id to its courses, in each row of what it holds.
Held = dict[int, list[ProgrammeCourse]]


def moment_of(day: datetime.date, known: datetime.datetime | None = None) -> datetime.datetime:
    """What was so at the end of `day` counts for it; today, what is so now; and nothing later than `known`."""
    return min(end_of(day), known or timezone.now())


def end_of(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.max))


def rules_on(day: datetime.date, *, known: datetime.datetime | None = None) -> list[Rule]:
    """The rules in force on `day`, as known at `known`; of courses that were published then."""
    return rules_over([day], known=known)[0]


def rules_and_courses_on(
    day: datetime.date, *, known: datetime.datetime | None = None
) -> tuple[list[Rule], list[Course]]:
    """The same, and the courses that they require, in catalogue order. Of these what `_COURSE` names is read."""
    told = _begun(day, known).annotate(tree_path=tree_path("course__"))
    names = [f"course__{name}" for name in _COURSE]
    rows: list[_Row] = []
    found: dict[int, tuple[Any, ...]] = {}
    for own, about in _read(told, *names, "tree_path"):
        rows.append(own)
        if own.course_id:
            found.setdefault(own.course_id, about)
    courses: dict[int, tuple[str | None, Course]] = {
        pk: (path, _course(pk, values)) for pk, (*values, path) in found.items()
    }
    held = _held_by(rows, known)
    part: Any
    for part in chain.from_iterable(held.values()):
        courses.setdefault(part.course_id, (part.tree_path, part.course))
    rules = _rules_from(rows, held, day, known)
    required = {rule.course_id for rule in rules}
    # What has no page comes last, as everywhere.
    in_tree = sorted(courses, key=lambda pk: (courses[pk][0] is None, courses[pk][0], pk))
    return rules, [courses[pk][1] for pk in in_tree if pk in required]


def rules_over(days: Sequence[datetime.date], *, known: datetime.datetime | None = None) -> list[list[Rule]]:
    """The rules of each of `days`, which are in order: for each what `rules_on` gives. No more queries for many."""
    if not days:
        return []
    rows = [row for row, _more in _read(_begun(days[0], known, last=days[-1]))]
    held = _held_by(rows, known)
    return [_rules_from([row for row in rows if row.valid_from <= day], held, day, known) for day in days]


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


class _Row(NamedTuple):
    """A rule as it is kept, with one of those that it names, or with none; and its course, if that is its own."""

    pk: int
    series: Any
    course_id: int | None
    programme_id: int | None
    valid_from: datetime.date
    valid_to: datetime.date | None
    end_recorded_at: datetime.datetime | None
    due_on: datetime.date | None
    due_days: int | None
    grace_days: int
    mandatory: bool
    kinds: list[str]
    except_kinds: list[str]
    excepted: bool | None
    path: str | None
    role_pk: int | None
    staff_pk: int | None
    course_live: bool | None
    course_past: list[dict[str, Any]] | None


#: What a matrix says of its courses, and how they have been named and published.
_COURSE = ("uuid", "source_language", "titles", "live", "past", "after")


def _read(rows: QuerySet[Any], *more: str) -> Iterator[tuple[_Row, tuple[Any, ...]]]:
    """Each with the values of `more`. Rules are asked for on every page: there is no model for each row."""
    days, moments, parsed = Days(), Moments(), Parsed()
    for told in plain(rows.values_list(*_Row._fields, *more)):
        row: Any = _Row._make(told[: len(_Row._fields)])
        yield (
            row._replace(
                valid_from=days[row.valid_from],
                valid_to=days[row.valid_to],
                end_recorded_at=moments[row.end_recorded_at],
                due_on=days[row.due_on],
                kinds=parsed[row.kinds],
                except_kinds=parsed[row.except_kinds],
                course_past=row.course_past and parsed[row.course_past],
            ),
            told[len(row) :],
        )


def _course(pk: int, told: Sequence[Any]) -> Course:
    """One of `_COURSE`, as its queryset would give it."""
    names, values = ["id"], [pk]
    for name, value in zip(_COURSE, told, strict=True):
        field: Any = Course._meta.get_field(name)
        names.append(name)
        values.append(json.loads(value) if isinstance(field, JSONField) else field.to_python(value))
    return Course.from_db(router.db_for_read(Course), names, values)


def _of_published(rows: Iterable[Any], moment: datetime.datetime) -> list[Any]:
    """A course that is withdrawn is still required on the days before."""
    return [row for row in rows if settings_at(moment, {"live": row.course_live}, row.course_past)["live"]]


def _held_by(rows: Iterable[Any], known: datetime.datetime | None) -> Held:
    """What the programmes hold, or ever held as known at `known`, that the rules are about. No query without any."""
    programmes = {row.programme_id for row in rows if row.programme_id}
    held: Held = defaultdict(list)
    if programmes:
        parts = ProgrammeCourse.objects.filter(contents__programme__in=programmes)
        if known:
            parts = parts.filter(contents__recorded_at__lte=known)
        parts = parts.annotate(course_live=F("course__live"), course_past=F("course__past"))
        parts = parts.select_related("contents__programme", "course").annotate(tree_path=tree_path("course__"))
        for part in parts.order_by("contents", "order"):
            held[part.contents.programme_id].append(part)
    return held


def _rules_from(rows: Iterable[Any], held: Held, day: datetime.date, known: datetime.datetime | None) -> list[Rule]:
    """Those in force on `day`, by primary key, each with what it was before. `rows` had begun by then."""
    moment = moment_of(day, known)
    rows = [*_of_published((row for row in rows if row.course_id), moment), *(row for row in rows if row.programme_id)]
    grouped: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        grouped[row.pk].append(row)
    series: dict[Any, list[Rule]] = defaultdict(list)
    for parts in grouped.values():
        rule, programme = _rule_from(parts, known), parts[0].programme_id
        for each in _spread(rule, _of_published(held[programme], moment), day, known) if programme else [rule]:
            series[parts[0].series, each.course_id].append(each)
    found = []
    for rules in series.values():
        for rule in rules:
            if rule.valid_to is None or rule.valid_to >= day:
                before = tuple(other for other in rules if other is not rule and not _is_empty(other))
                found.append(replace(rule, before=before))
    return sorted(found, key=lambda rule: rule.id)


def _spread(
    rule: Rule, parts: Iterable[ProgrammeCourse], day: datetime.date, known: datetime.datetime | None
) -> list[Rule]:
    """A rule about a programme as one for each course, as long as both the rule and the course in it hold."""
    found = []
    parts = list(parts)
    courses: dict[int, list[int]] = defaultdict(list)
    for part in parts:
        courses[part.contents_id].append(part.course_id)
    for part in parts:
        of = Part(part.contents.programme, tuple(courses[part.contents_id]), part.contents.at_least)
        first = max(rule.valid_from, part.contents.valid_from)
        ends = [end for end in (rule.valid_to, part.contents.last_day(known=known)) if end]
        last = min(ends, default=None)
        each = replace(rule, course_id=part.course_id, valid_from=first, valid_to=last, part=of)
        if first <= day and not _is_empty(each):
            found.append(each)
    return found


def _is_empty(rule: Rule) -> bool:
    """Taken back: it never held."""
    return rule.valid_to is not None and rule.valid_to < rule.valid_from


def _rule_from(parts: list[_Row], known: datetime.datetime | None) -> Rule:
    first = parts[0]

    def named(name: str, *, excepted: bool) -> set[Any]:
        return {getattr(part, name) for part in parts if part.excepted is excepted} - {None}

    unheard_of = known and first.end_recorded_at and first.end_recorded_at > known
    return Rule(
        id=first.pk,
        course_id=first.course_id or 0,  # of a programme it is one for each of its courses: see `_spread`
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
