"""What a person's history speaks of, fetched once: a fixed number of queries, however long the history is."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from courses.models import Activity, Course

from ..models import (
    ActivityCompletion,
    CourseCompletion,
    Employment,
    Enrolment,
    Exemption,
    ExtraAttempt,
    LedgerEntry,
    StaffMember,
)


@dataclass
class Known:
    """Rows by primary key, and what the ledger names by UUID under that UUID as text."""

    person: StaffMember
    jobs: dict[int, Employment] = field(default_factory=dict)
    exemptions: dict[int, Exemption] = field(default_factory=dict)
    enrolments: dict[int, Enrolment] = field(default_factory=dict)
    parts_done: dict[int, ActivityCompletion] = field(default_factory=dict)
    courses_done: dict[int, CourseCompletion] = field(default_factory=dict)
    extra: dict[int, ExtraAttempt] = field(default_factory=dict)
    courses: dict[Any, Course] = field(default_factory=dict)
    activities: dict[Any, Activity] = field(default_factory=dict)
    people: dict[str, StaffMember] = field(default_factory=dict)

    @classmethod
    def about(cls, person: StaffMember, entries: Iterable[LedgerEntry], *, activities: Iterable[int] = ()) -> "Known":
        """What `entries` and the person's own rows name; and `activities` besides. Nine queries."""
        own = {"enrolment__staff": person}
        known = cls(
            person=person,
            jobs=_by_pk(Employment.objects.filter(staff=person).select_related("workplace", "role")),
            exemptions=_by_pk(Exemption.objects.filter(staff=person)),
            enrolments=_by_pk(Enrolment.objects.filter(staff=person)),
            parts_done=_by_pk(ActivityCompletion.objects.filter(**own)),
            courses_done=_by_pk(CourseCompletion.objects.filter(**own)),
            extra=_by_pk(ExtraAttempt.objects.filter(**own)),
        )
        # What a void or a move of theirs was about may lie with somebody else by now: only its ids are in the ledger.
        named: dict[str, set[str]] = {"activity": set(), "course": set(), "to": set(), "from": set(), "merged": set()}
        for entry in entries:
            for name, found in named.items():
                if entry.data.get(name):
                    found.add(entry.data[name])
        wanted = {row.activity_id for row in known.parts_done.values()} | set(activities)
        for activity in Activity.objects.filter(Q(uuid__in=named["activity"]) | Q(pk__in=wanted)):
            known.activities[activity.pk] = known.activities[str(activity.uuid)] = activity
        wanted = {row.course_id for row in known.enrolments.values()}
        wanted |= {row.course_id for row in known.exemptions.values() if row.course_id}
        for course in Course.objects.filter(Q(uuid__in=named["course"]) | Q(pk__in=wanted) | Q(live=True)):
            known.courses[course.pk] = known.courses[str(course.uuid)] = course
        others = named["to"] | named["from"] | named["merged"]
        for other in StaffMember.objects.filter(uuid__in=others):
            known.people[str(other.uuid)] = other
        return known


def _by_pk(rows: Iterable[Any]) -> dict[int, Any]:
    return {row.pk: row for row in rows}
