"""What a leader can demand anew of a course: its changes since somebody completed it, each with how many that were."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from django.db.models import Count, Exists, F, OuterRef
from django.utils import timezone

from courses.changes import Changes, changes_between
from courses.models import Activity, ActivityVersion, Course

from ..models import ActivityCompletion, CourseCompletion, RetrainingPart

#: So many changes of one part are offered, the last ones.
OFFERED = 5


class Offer(NamedTuple):
    """Since `since`, `activity` says something else; `people` have done it as it was. `is_new`: there was none."""

    activity: Activity
    since: datetime.datetime
    changes: Changes
    people: int
    is_new: bool = False


class _Publication(NamedTuple):
    """What is known of a version before its content is read."""

    pk: int
    published_at: datetime.datetime
    hashes: tuple[str, str]


def offers_for(course: Course) -> dict[Activity, list[Offer]]:
    """The needed parts that have changed since somebody did them, in the order of the course; the last change first.

    What is demanded already is not offered again. Five queries, and one more where something has changed.
    """
    return offers_in([course])[course.pk]


def offers_in(courses: Iterable[Course]) -> dict[int, dict[Activity, list[Offer]]]:
    """What `offers_for` gives, by the id of each of `courses`. As many queries for all as for one."""
    courses = list(courses)
    parts = list(Activity.objects.live().filter(course__in=courses, required=True).in_tree_order())
    published = defaultdict(list)
    rows = ActivityVersion.objects.filter(activity__in=parts, language=F("activity__source_language"))
    fields = ("pk", "published_at", "content_hash", "key_hash", "activity_id")
    for pk, published_at, content, key, activity in rows.order_by("number", "correction").values_list(*fields):
        published[activity].append(_Publication(pk, published_at, (content, key)))
    done, without = _done_in(parts)
    demanded = _demanded(parts)
    told: dict[Activity, list[tuple[_Publication | None, _Publication, int]]] = {}
    for part in parts:
        own = [*_changes_of(published[part.pk], done[part.pk]), *_as_new(published[part.pk], without[part.pk])]
        since = demanded.get(part.pk, _LONG_AGO)
        left = [change for change in own if change[2] and change[1].published_at > since]
        if left:
            told[part] = sorted(left, key=lambda change: change[1].published_at, reverse=True)[:OFFERED]
    needed = {one.pk for own in told.values() for old, new, _people in own if old for one in (old, new)}
    versions = ActivityVersion.objects.in_bulk(needed) if needed else {}
    found: dict[int, dict[Activity, list[Offer]]] = {course.pk: {} for course in courses}
    for part, changes in told.items():
        found[part.course_id][part] = [
            Offer(part, new.published_at, changes_between(versions[old.pk], versions[new.pk]), people)
            if old
            else Offer(part, new.published_at, Changes(), people, is_new=True)
            for old, new, people in changes
        ]
    return found


_LONG_AGO = datetime.datetime.min.replace(tzinfo=datetime.UTC)


def _done_in(parts: Iterable[Activity]) -> tuple[dict[int, Counter[datetime.datetime]], dict[int, int]]:
    """For each part: when the versions were published that people have done in their current cycle, with how many; and
    how many have completed the course without it.
    """
    rows = (
        ActivityCompletion.objects.filter(
            enrolment__course=F("activity__course"), enrolment__current=True, voided_at=None, activity__in=parts
        )
        .values_list("activity_id", "version__published_at")
        .annotate(number=Count("pk"))
        .order_by()
    )
    done: dict[int, Counter[datetime.datetime]] = defaultdict(Counter)
    for activity, published_at, number in rows:
        done[activity][published_at or _LONG_AGO] += number
    has_it = ActivityCompletion.objects.filter(
        enrolment=OuterRef("enrolment"), activity=OuterRef("course__activities"), voided_at=None
    )
    missing = (
        CourseCompletion.objects.filter(
            ~Exists(has_it), enrolment__current=True, voided_at=None, course__activities__in=parts
        )
        .values_list("course__activities")
        .annotate(number=Count("pk"))
        .order_by()
    )
    return done, defaultdict(int, missing)


def _demanded(parts: Iterable[Activity]) -> dict[int, datetime.datetime]:
    standing = RetrainingPart.objects.filter(
        activity__in=parts, retraining__course=F("activity__course"), retraining__end_recorded_at=None
    )
    found: dict[int, datetime.datetime] = {}
    for activity, since in standing.values_list("activity_id", "since"):
        found[activity] = max(since, found.get(activity, since))
    return found


def _changes_of(
    published: list[_Publication], done: Counter[datetime.datetime]
) -> Iterable[tuple[_Publication, _Publication, int]]:
    for before, version in pairwise(published):
        if before.hashes != version.hashes:
            people = sum(number for published_at, number in done.items() if published_at < version.published_at)
            yield before, version, people


def _as_new(published: list[_Publication], people: int) -> Iterable[tuple[None, _Publication, int]]:
    if published:
        yield None, published[0], people


def not_translated(offers: Iterable[Offer]) -> list[tuple[Activity, str]]:
    """The parts whose text in some language is still as it was before: (part, language code). One query."""
    since = {offer.activity.pk: offer for offer in offers}
    rows = ActivityVersion.objects.current().filter(activity__in=since)
    return [
        (since[activity].activity, language)
        for activity, language, published_at in rows.order_by("activity_id", "language").values_list(
            "activity_id", "language", "published_at"
        )
        if published_at < since[activity].since
    ]


def day_of(offer: Offer) -> datetime.date:
    return timezone.localdate(offer.since)
