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


def offers_for(course: Course) -> dict[Activity, list[Offer]]:
    """The needed parts that have changed since somebody did them, in the order of the course; the last change first.

    Four queries, whatever the number of parts and people. What is demanded already is not offered again.
    """
    parts = list(Activity.objects.live().filter(course=course, required=True).in_tree_order())
    versions = defaultdict(list)
    rows = ActivityVersion.objects.filter(activity__in=parts, language=F("activity__source_language"))
    for version in rows.order_by("number", "correction"):
        versions[version.activity_id].append(version)
    done, without = _done_in(course, parts)
    demanded = _demanded(course)
    found = {}
    for part in parts:
        own = [
            *_changes_of(part, versions[part.pk], done[part.pk]),
            *_as_new(part, versions[part.pk], without[part.pk]),
        ]
        left = [offer for offer in own if offer.people and offer.since > demanded.get(part.pk, _LONG_AGO)]
        if left:
            found[part] = sorted(left, key=lambda offer: offer.since, reverse=True)[:OFFERED]
    return found


_LONG_AGO = datetime.datetime.min.replace(tzinfo=datetime.UTC)


def _done_in(course: Course, parts: Iterable[Activity]) -> tuple[dict[int, Counter[datetime.datetime]], dict[int, int]]:
    """For each part: when the versions were published that people have done in their current cycle, with how many; and
    how many have completed the course without it.
    """
    rows = (
        ActivityCompletion.objects.filter(
            enrolment__course=course, enrolment__current=True, voided_at=None, activity__in=parts
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
            ~Exists(has_it), course=course, enrolment__current=True, voided_at=None, course__activities__in=parts
        )
        .values_list("course__activities")
        .annotate(number=Count("pk"))
        .order_by()
    )
    return done, defaultdict(int, missing)


def _demanded(course: Course) -> dict[int, datetime.datetime]:
    standing = RetrainingPart.objects.filter(retraining__course=course, retraining__end_recorded_at=None)
    found: dict[int, datetime.datetime] = {}
    for activity, since in standing.values_list("activity_id", "since"):
        found[activity] = max(since, found.get(activity, since))
    return found


def _changes_of(part: Activity, versions: list[ActivityVersion], done: Counter[datetime.datetime]) -> Iterable[Offer]:
    for before, version in pairwise(versions):
        if (before.content_hash, before.key_hash) != (version.content_hash, version.key_hash):
            people = sum(number for published_at, number in done.items() if published_at < version.published_at)
            yield Offer(part, version.published_at, changes_between(before, version), people)


def _as_new(part: Activity, versions: list[ActivityVersion], people: int) -> Iterable[Offer]:
    if versions:
        yield Offer(part, versions[0].published_at, Changes(), people, is_new=True)


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
