"""Equivalences out of the database, and what completions count for with them."""

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import Any

from django.utils import timezone

from courses.models import Course, settings_at

from ..models import CourseCompletion, CourseEquivalence, EquivalenceSource
from ..status import Completion, how_long, runs_out
from ..validity import Validity
from .counting import RENEWS, Equivalence, standings, with_sources

#: Who, and which course: by their ids.
Pair = tuple[int, int]


def equivalences_on(day: datetime.date, *, known: datetime.datetime | None = None) -> list[Equivalence]:
    """Those that hold on `day`, as known at `known`. One query."""
    return equivalences_over([day], known=known)[0]


def equivalences_over(
    days: Sequence[datetime.date], *, known: datetime.datetime | None = None
) -> list[list[Equivalence]]:
    """Those of each of `days`, which are in order: for each what `equivalences_on` gives. One query for all."""
    if not days:
        return []
    holding = CourseEquivalence.objects.in_force_between(days[0], days[-1], known=known)
    parts = (
        EquivalenceSource.objects.filter(equivalence__in=holding)
        .select_related("equivalence__target", "course")
        .order_by("equivalence_id", "course_id")
    )
    found: list[tuple[CourseEquivalence, Equivalence]] = []
    for _pk, group in groupby(parts, key=lambda part: part.equivalence_id):
        rows = list(group)
        row = rows[0].equivalence
        names = {part.course_id: part.course for part in rows}
        made = Equivalence(row.pk, row.kind, row.target_id, tuple(names), names, _validity_on(row.target))
        found.append((row, made))
    return [[made for row, made in found if row.holds_on(day, known=known)] for day in days]


def _validity_on(course: Course) -> Callable[[datetime.date], Validity]:
    """The validity of `course` as a day began: what is changed in the course of a day changes nothing of that day."""

    now = course.dated_settings()

    @cache
    def validity_on(day: datetime.date) -> Validity:
        began = timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))
        return Validity.among({**now, **settings_at(began, now, course.past)})

    return validity_on


def best_of(done: Mapping[Pair, Sequence[Completion]], equivalences: Sequence[Equivalence]) -> dict[Pair, Completion]:
    """The completion that counts longest for each person and course, through other courses too.

    `done` holds what each person has completed themselves, by (person, course): of the courses asked about and of all
    that may count for them, see `with_sources`. This is where completions become what people are asked to have.
    """
    found: dict[Pair, Completion] = {}
    count = {source for each in equivalences for source in each.sources}
    with_more: dict[int, dict[int, Sequence[Completion]]] = defaultdict(dict)
    touched = {person for person, course in done if course in count}
    for (person, course), rows in done.items():
        if person in touched:
            with_more[person][course] = rows
        elif rows:
            found[person, course] = rows[0] if len(rows) == 1 else max(rows, key=how_long)
    for person, own in with_more.items():
        found |= {(person, course): best for course, best in standings(own, equivalences).items()}
    return found


def standings_of(
    staff: Any, courses: Iterable[int], day: datetime.date, *, known: datetime.datetime | None = None
) -> dict[Pair, Completion]:
    """Where those people stood with those courses on `day`, as known at `known`, by their own last days.

    Two queries; `staff` may be one for ids.
    """
    equivalences, wanted = equivalences_on(day, known=known), set(courses)
    standing = CourseCompletion.objects.standing(day, known=known)
    rows = standing.filter(staff__in=staff, course__in=with_sources(wanted, equivalences))
    done: dict[Pair, list[Completion]] = defaultdict(list)
    for row in rows.order_by("pk"):
        done[row.staff_id, row.course_id].append(Completion.of(row))
    return {pair: best for pair, best in best_of(done, equivalences).items() if pair[1] in wanted}


def standing_of(staff: int, course: int, day: datetime.date) -> Completion | None:
    return standings_of([staff], [course], day).get((staff, course))


def renews_what_runs_out(staff: int, course: int, day: datetime.date) -> bool:
    """Whether `course`, taken again, would renew another that has run out or soon will, for that person."""
    targets = {each.target for each in equivalences_on(day) if each.kind == RENEWS and course in each.sources}
    return any(runs_out(day, done) for done in (standings_of([staff], targets, day) if targets else {}).values())
