"""Demands out of the database, and what they mean for completions: two queries, and one where nothing is demanded."""

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.translation import get_language

from courses.models import Activity, settings_at

from ..models import CourseCompletion, Enrolment, Retraining, RetrainingPart
from ..models.retraining import note_in
from ..requirements.lookup import moment_of
from ..status import Completion, Redo, runs_out
from .demands import Demand, Part, redo_of


def is_demanded(day: datetime.date, course: str = "course") -> Exists:
    """A condition on a row: whether something of its `course` is to be done again by who did it before."""
    return Exists(Retraining.objects.in_force(day).filter(course=OuterRef(course)))


def demands_on(
    day: datetime.date, courses: Iterable[Any], *, known: datetime.datetime | None = None
) -> dict[int, list[Demand]]:
    """What is demanded on `day`, as known at `known`, by course; the first made first. One query.

    Not what has left the course since, or is not needed any more: nobody could do it again.
    """
    return demands_over([day], courses, known=known)[0]


def demands_over(
    days: Sequence[datetime.date], courses: Iterable[Any], *, known: datetime.datetime | None = None
) -> list[dict[int, list[Demand]]]:
    """What is demanded on each of `days`, which are in order: for each what `demands_on` gives. One query for all."""
    if not days:
        return []
    rows = _parts_of(Retraining.objects.in_force_between(days[0], days[-1], known=known).filter(course__in=courses))

    def on(day: datetime.date) -> dict[int, list[Demand]]:
        moment = moment_of(day, known)
        return _by_course(rows, lambda part: part.retraining.holds_on(day, known=known) and _is_needed(part, moment))

    return [on(day) for day in days]


def _is_needed(part: RetrainingPart, moment: datetime.datetime) -> bool:
    """Whether it was a required part of the course at that moment."""
    activity = part.activity
    held = settings_at(moment, activity.dated_settings(), activity.past)
    return bool(held["live"] and held["required"] and activity.course_id == part.retraining.course_id)


def demand_of(retrainings: Iterable[int]) -> dict[int, Demand]:
    """Those demands by id, also what is taken back: a cycle that was opened for one goes on. One query."""
    found = _by_course(_parts_of(Retraining.objects.filter(pk__in=set(retrainings))), lambda part: True)
    return {demand.id: demand for demands in found.values() for demand in demands}


def _parts_of(retrainings: Any) -> list[Any]:
    """A row for each part of them and each version of it that is new enough. One query."""
    return list(
        RetrainingPart.objects.filter(retraining__in=retrainings, activity__versions__published_at__gte=F("since"))
        .annotate(version=F("activity__versions__pk"))
        .select_related("retraining", "activity__course")
        .order_by("retraining_id", "pk", "version")
    )


def _by_course(rows: Iterable[Any], counts: Callable[[RetrainingPart], bool]) -> dict[int, list[Demand]]:
    """The demands of those rows, without the parts that do not count."""
    fresh: dict[int, set[int]] = defaultdict(set)
    parts: dict[int, RetrainingPart] = {}
    for row in rows:
        fresh[row.pk].add(row.version)
        if counts(row):
            parts.setdefault(row.pk, row)
    grouped: dict[int, list[RetrainingPart]] = defaultdict(list)
    for part in parts.values():
        grouped[part.retraining_id].append(part)
    found: dict[int, list[Demand]] = defaultdict(list)
    for own in grouped.values():
        made = own[0].retraining
        told = tuple(Part(part.activity, part.since, frozenset(fresh[part.pk])) for part in own)
        demand = Demand(made.pk, made.course_id, made.by_when, made.recorded_at, made.also_begun, made.notes, told)
        found[made.course_id].append(demand)
    return dict(found)


def redo_by_completion(completions: Any, demands: Mapping[int, Sequence[Demand]]) -> dict[int, Redo]:
    """What is to be done again, by the id of each of `completions` that `demands` touch. One query, or none."""
    if not demands:
        return {}
    found = {}
    rows = completions.filter(course__in=demands).order_by("pk")
    for pk, course_id, versions, done_at in rows.values_list("pk", "course_id", "versions", "occurred_at").iterator():
        redo = redo_of(demands[course_id], versions=versions, done_at=done_at, note=note_of)
        if redo:
            found[pk] = redo
    return found


def note_of(demand: Demand) -> str:
    """What is new, in the reader's language, else in that of the course."""
    return note_in(demand.notes, get_language() or "", demand.parts[0].activity.course.source_language)


def redos(
    staff: Any, courses: Iterable[Any], day: datetime.date, *, known: datetime.datetime | None = None
) -> dict[int, Redo]:
    """What people are to do again on `day` of `courses`, as known at `known`, by the id of their completions.

    One query where nothing is demanded, else two.
    """
    demands = demands_on(day, courses, known=known)
    completions = CourseCompletion.objects.standing(day, known=known).filter(staff__in=staff)
    return redo_by_completion(completions, demands)


def redo_in(enrolment: Enrolment) -> Redo | None:
    """What is to be done again of a cycle that is complete, if it may be done on its own. At most two queries.

    What runs out by its own last day is taken again as a whole.
    """
    day = timezone.localdate()
    done = enrolment.completions.filter(voided_at=None).first()
    if done is None or runs_out(day, Completion.of(done)):
        return None
    demands = demands_on(day, [enrolment.course_id]).get(enrolment.course_id, [])
    return redo_of(demands, versions=done.versions, done_at=done.occurred_at, note=note_of)


def news_of(retraining: int, activity: Activity) -> str:
    """What is new in `activity`, if the retraining is about it."""
    demand = demand_of([retraining]).get(retraining)
    return note_of(demand) if demand and any(part.activity == activity for part in demand.parts) else ""
