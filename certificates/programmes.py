"""Certificates of programmes: of whoever has done all the courses that one holds, or so many as it asks for.

Any programme that holds courses today counts, whether it is required of the person or not: what is proved is what was
done. Only completions prove it, through equivalent courses too; who is excused from a course has not done it.
"""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone

from courses.models import Course
from lms.equivalence.counting import Equivalence, with_sources
from lms.equivalence.lookup import Pair, best_of, equivalences_on
from lms.models import CourseCompletion, Programme, ProgrammeContents, ProgrammeCourse, StaffMember
from lms.retraining.demands import redo_of
from lms.retraining.lookup import demands_on
from lms.status import Completion

from . import issuing, snapshot
from .models import Basis, Certificate, Declined, How, IssueRule, RevocationReason
from .rules import Rules

#: So many people are looked at together.
AT_A_TIME = 500


class Held(NamedTuple):
    """A programme with its published courses in order, of which so many are needed."""

    programme: Programme
    courses: list[Course]
    needed: int


class Reached(NamedTuple):
    """The courses by which a programme is done, in its order; the day it was, and the last on which it still is."""

    parts: list[tuple[Course, Completion]]

    @property
    def completed_on(self) -> datetime.date:
        return max(done.completed_on for _course, done in self.parts)

    @property
    def valid_until(self) -> datetime.date | None:
        return min((done.last_day for _course, done in self.parts if done.last_day), default=None)


class Due(NamedTuple):
    """A programme is done and has no certificate, or one that ends sooner: `old`.

    `heard_at` is when we last heard of anything for it. `declined`, if a leader has said no since.
    """

    staff_id: int
    held: Held
    reached: Reached
    rule: IssueRule
    heard_at: datetime.datetime
    old: Certificate | None = None
    declined: Declined | None = None

    @property
    def comes_by_itself(self) -> bool:
        if self.declined or self.rule.how != How.AUTOMATIC:
            return False
        return self.rule.since is None or self.rule.since <= self.heard_at

    @property
    def waits(self) -> bool:
        return self.rule.how == How.APPROVED


def held_on(day: datetime.date) -> list[Held]:
    """The programmes that hold courses on `day`. One query."""
    rows = ProgrammeContents.objects.in_force(day)
    parts = ProgrammeCourse.objects.filter(contents__in=rows, course__live=True)
    found: dict[int, tuple[ProgrammeContents, list[Course]]] = {}
    for part in parts.select_related("contents__programme", "course").order_by("contents", "order"):
        found.setdefault(part.contents_id, (part.contents, []))[1].append(part.course)
    return [
        Held(contents.programme, courses, min(contents.at_least or len(courses), len(courses)))
        for contents, courses in found.values()
    ]


def reached(held: Held, best: Mapping[int, Completion], day: datetime.date) -> Reached | None:
    """Of more courses than are needed those that last longest, and of these the first. Pure."""
    done = [(course, best[course.pk]) for course in held.courses if course.pk in best]
    counting = [part for part in done if part[1].last_day is None or day <= part[1].last_day]
    if len(counting) < held.needed:
        return None
    longest = sorted(counting, key=lambda part: part[1].last_day or datetime.date.max, reverse=True)
    chosen = {course.pk for course, _done in longest[: held.needed]}
    return Reached([part for part in counting if part[0].pk in chosen])


def lasts_longer(one: datetime.date | None, other: datetime.date | None) -> bool:
    return (one or datetime.date.max) > (other or datetime.date.max)


class _Learned:
    """What some people have completed of what counts for `courses`, and by when it is to be done again. Two queries."""

    def __init__(
        self, staff: Any, courses: Collection[int], equivalences: list[Equivalence], day: datetime.date
    ) -> None:
        self._equivalences = equivalences
        wanted = with_sources(courses, equivalences)
        demands = demands_on(day, wanted)
        rows = CourseCompletion.objects.standing(day).filter(staff__in=staff, course__in=wanted)
        self._done: dict[Pair, list[Completion]] = defaultdict(list)
        for row in rows.order_by("pk"):
            redo = redo_of(demands.get(row.course_id, ()), versions=row.versions, done_at=row.occurred_at)
            self._done[row.staff_id, row.course_id].append(Completion.of(row)._replace(redo=redo))

    @cached_property
    def best(self) -> dict[int, dict[int, Completion]]:
        found: dict[int, dict[int, Completion]] = defaultdict(dict)
        for (staff, course), done in best_of(self._done, self._equivalences).items():
            found[staff][course] = done
        return found

    def heard_at(self, staff: int, held: Held) -> datetime.datetime:
        """When the last was recorded of what counts for the programme."""
        counting = with_sources({course.pk for course in held.courses}, self._equivalences)
        rows = [done for course in counting for done in self._done.get((staff, course), ())]
        return max(done.recorded_at for done in rows if done.recorded_at)


def due(staff: Any, held: Collection[Held], equivalences: list[Equivalence], rules: Rules) -> list[Due]:
    """What those people (ids, or a subquery for them) have done and hold no certificate of. Four queries.

    What the issuer has revoked is due again only when something has been completed since.
    """
    day = timezone.localdate()
    if not held:
        return []
    learned = _Learned(staff, {course.pk for each in held for course in each.courses}, equivalences, day)
    about = {"staff__in": staff, "programme__in": [each.programme.pk for each in held]}
    current: dict[Any, Certificate] = {}
    revoked: dict[Any, datetime.datetime] = {}
    for certificate in Certificate.objects.filter(basis=Basis.PROGRAMME, superseded_by=None, **about).order_by("pk"):
        pair = (certificate.staff_id, certificate.programme_id)
        if certificate.revoked_at is None:
            current[pair] = certificate
        elif certificate.revocation_reason != RevocationReason.VOIDED:
            revoked[pair] = certificate.revoked_at
    declined = {(row.staff_id, row.programme_id): row for row in Declined.objects.filter(**about)}
    found = []
    for person, best in learned.best.items():
        for each in held:
            pair, now = (person, each.programme.pk), reached(each, best, day)
            old = current.get(pair)
            if now is None or (old and not lasts_longer(now.valid_until, old.valid_until)):
                continue
            heard_at, said_no = learned.heard_at(person, each), declined.get(pair)
            if pair in revoked and old is None and heard_at <= revoked[pair]:
                continue
            if said_no and said_no.declined_at < heard_at:
                said_no = None
            found.append(Due(person, each, now, rules.of(each.programme), heard_at, old, said_no))
    return found


def settle(*, staff: StaffMember, course: int | None = None, rules: Rules | None = None, actor: Any = None) -> None:
    """Gives `staff` the certificates of programmes that come by themselves. `course` is what has been completed: then
    only programmes that it counts for are looked at."""
    held = held_on(timezone.localdate())
    if not held or staff.erased_at:
        return
    equivalences = equivalences_on(timezone.localdate())
    if course is not None:
        held = [each for each in held if course in with_sources({one.pk for one in each.courses}, equivalences)]
    if not held:
        return
    with transaction.atomic():
        # Two courses completed at the same moment: the second sees the first.
        StaffMember.objects.select_for_update(no_key=True).get(pk=staff.pk)
        for each in due([staff.pk], held, equivalences, rules or Rules.read()):
            if each.comes_by_itself:
                give(each, staff=staff, actor=actor)


@transaction.atomic
def give(due: Due, *, staff: StaffMember, actor: Any) -> Certificate:
    """The certificate of a programme that is done. The one before it is replaced by it."""
    programme = due.held.programme

    def printed() -> dict[str, Any]:
        return snapshot.of_programme(
            staff,
            programme,
            parts=[(course, done.completed_on, done.id) for course, done in due.reached.parts],
            completed_on=due.reached.completed_on,
            valid_until=due.reached.valid_until,
            template=due.rule.template,
        )

    Declined.objects.filter(staff=staff, programme=programme).delete()
    current = Certificate.objects.current().filter(basis=Basis.PROGRAMME, staff=staff, programme=programme)
    # Looked at anew: a leader may have revoked it since.
    if due.old and (old := current.select_for_update().filter(pk=due.old.pk).first()):
        return issuing.renew(certificate=old, printed=printed, actor=actor)
    return issuing.issue_once(current, printed, actor=actor)


@transaction.atomic
def take_back(*, completion: CourseCompletion) -> None:
    """`completion` was a mistake: certificates that rest on it are revoked, and issued anew where the programme is done
    without it."""
    own = list(Certificate.objects.current().filter(basis=Basis.PROGRAMME, staff=completion.staff_id))
    if not own:
        return
    day = timezone.localdate()
    equivalences = equivalences_on(day)
    printed = {part["course"] for certificate in own for part in certificate.parts}
    best = _Learned([completion.staff_id], printed, equivalences, day).best[completion.staff_id]
    fallen = [certificate for certificate in own if _rests_on(certificate, completion, best, equivalences)]
    for certificate in fallen:
        issuing.revoke(certificate=certificate, reason=RevocationReason.VOIDED, actor=None)
    if fallen:
        settle(staff=completion.staff)


def _rests_on(
    certificate: Certificate,
    completion: CourseCompletion,
    best: Mapping[int, Completion],
    equivalences: Iterable[Equivalence],
) -> bool:
    """Whether it says what is no longer so. `best` is what is left: through other courses much may fall with one."""
    for part in certificate.parts:
        if part["completion"] == completion.pk:
            return True
        if completion.course_id in with_sources({part["course"]}, equivalences):
            left = best.get(part["course"])
            if left is None or str(left.completed_on) < part["completed_on"]:
                return True
    return False


@transaction.atomic
def join(*, kept: StaffMember, gone: StaffMember) -> None:
    """Two rows were one person, who has one certificate of each programme: the one that lasts longest. Runs before the
    certificates of `gone` become those of `kept`."""
    both = Certificate.objects.current().filter(basis=Basis.PROGRAMME, staff__in=[kept, gone], programme__isnull=False)
    found: dict[int | None, list[Certificate]] = defaultdict(list)
    for certificate in both.select_for_update().order_by("pk"):
        found[certificate.programme_id].append(certificate)
    for own in found.values():
        if len(own) == 2:
            longest = max(own, key=lambda one: (one.valid_until or datetime.date.max, one.staff_id == kept.pk))
            [other] = [one for one in own if one is not longest]
            issuing.give_way(old=other, to=longest, actor=None)


def due_by_itself(rules: Rules) -> Iterable[Due]:
    """Of everyone what should have come by itself and has not. Two queries, and four for so many at a time."""
    held = held_on(timezone.localdate())
    equivalences = equivalences_on(timezone.localdate()) if held else []
    people = list(StaffMember.objects.filter(erased_at=None, merged_into=None).values_list("pk", flat=True))
    for start in range(0, len(people) if held else 0, AT_A_TIME):
        for each in due(people[start : start + AT_A_TIME], held, equivalences, rules):
            if each.comes_by_itself:
                yield each
