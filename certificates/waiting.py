"""Certificates that wait for a leader: what is done, and has none because somebody is to approve it first.

Nothing is kept of it: what waits is what is complete and valid, has never had a certificate, and goes by the rule
that a leader approves. Only a no is kept.
"""

import datetime
from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import Course
from lms import ledger
from lms.access import LEADERS, staff_to_manage
from lms.equivalence.lookup import equivalences_on
from lms.models import CourseCompletion, Programme, StaffMember

from . import issuing, programmes
from .models import Certificate, Declined, How
from .rules import Rules


class Waiting(NamedTuple):
    """One certificate that waits, or to which somebody has said no."""

    key: str
    staff: StaffMember
    title: str
    completed_on: datetime.date
    valid_until: datetime.date | None
    declined: Declined | None
    completion: CourseCompletion | None = None
    due: Any = None  # programmes.Due, of a programme


def never_certified(courses: Any) -> QuerySet[CourseCompletion]:
    """Completions of those courses that stand and never had a certificate."""
    ever = Certificate.objects.filter(completion=OuterRef("pk"))
    standing = CourseCompletion.objects.standing(timezone.localdate())
    return standing.filter(~Exists(ever), course__in=courses).order_by("pk")


def _worth_having(completions: QuerySet[CourseCompletion]) -> QuerySet[CourseCompletion]:
    """Of what has run out nobody needs a certificate any more."""
    return completions.filter(Q(valid_until=None) | Q(valid_until__gte=timezone.localdate()))


def waiting(people: QuerySet[StaffMember], *, rules: Rules | None = None) -> list[Waiting]:
    """What waits of those people, what was done first at the top; what was declined is marked.

    One query where no rule says that anything is approved; at most ten.
    """
    rules = rules or Rules.read()
    people = people.filter(erased_at=None, merged_into=None).order_by()
    wanted = set(rules.programmes(How.APPROVED))
    held = programmes.held_on(timezone.localdate()) if wanted else []
    found = [
        *_of_courses(people, rules.courses(How.APPROVED)),
        *_of_programmes(people, [each for each in held if each.programme.pk in wanted], rules),
    ]
    return sorted(found, key=lambda one: (one.completed_on, one.key))


def _of_courses(people: QuerySet[StaffMember], courses: Collection[int]) -> Iterator[Waiting]:
    """Two queries, or none."""
    if not courses:
        return
    rows = list(_worth_having(never_certified(courses)).filter(staff__in=people).select_related("staff", "course"))
    declined = {row.completion_id: row for row in Declined.objects.filter(completion__course__in=courses)}
    for row in rows:
        said_no = declined.get(row.pk)
        yield Waiting(
            f"c{row.pk}", row.staff, row.course.title, row.completed_on, row.valid_until, said_no, completion=row
        )


def _of_programmes(people: QuerySet[StaffMember], held: Collection[programmes.Held], rules: Rules) -> Iterator[Waiting]:
    """Six queries, or none."""
    if not held:
        return
    equivalences = equivalences_on(timezone.localdate())
    found = programmes.due(people.values("pk"), held, equivalences, rules)
    staff = people.in_bulk({each.staff_id for each in found})
    for each in found:
        programme, now = each.held.programme, each.reached
        yield Waiting(
            f"p{programme.pk}-{each.staff_id}",
            staff[each.staff_id],
            programme.title,
            now.completed_on,
            now.valid_until,
            each.declined,
            due=each,
        )


def how_many_for(request: Any) -> int:
    """How many wait for who asks: asked once per request."""
    known: int | None = getattr(request, "_lms_certificates_waiting", None)
    if known is None:
        found = waiting(staff_to_manage(request.user, LEADERS))
        known = request._lms_certificates_waiting = sum(one.declined is None for one in found)
    return known


def _chosen(keys: Iterable[str], actor: Any) -> list[Waiting]:
    """Those of them that wait, of people whom `actor` leads. What somebody else has settled since is left out."""
    asked = set(keys)
    return [one for one in waiting(staff_to_manage(actor, LEADERS)) if one.key in asked]


@transaction.atomic
def approve(*, keys: Collection[str], actor: Any) -> list[Certificate]:
    """Issues those that wait, also what was declined before. What has been settled since is left out."""
    chosen = _chosen(keys, actor)
    # The people first, in one order: two leaders who approve the same do not cross.
    list(
        StaffMember.objects.select_for_update(no_key=True)
        .filter(pk__in=[one.staff.pk for one in chosen])
        .order_by("pk")
    )
    given = [_give(one, actor) for one in _chosen([one.key for one in chosen], actor)]
    return [certificate for certificate in given if certificate]


def _give(one: Waiting, actor: Any) -> Certificate | None:
    """None if its completion has been taken back at this moment."""
    if one.completion:
        completion = issuing.still_standing().filter(pk=one.completion.pk).first()
        Declined.objects.filter(completion=one.completion).delete()
        return issuing.issue(completion=completion, actor=actor) if completion else None
    return programmes.give(one.due, staff=one.staff, actor=actor)


@transaction.atomic
def decline(*, keys: Collection[str], reason: str, actor: Any) -> int:
    """No certificate of those; they wait no longer. The person reads the `reason`. Returns how many it was about."""
    if not reason.strip():
        raise ValidationError({"reason": _("Write why. The person reads it.")})
    chosen = [one for one in _chosen(keys, actor) if one.declined is None]
    for one in chosen:
        programme = one.due.held.programme if one.due else None
        Declined.objects.update_or_create(
            completion=one.completion,
            staff=one.staff,
            programme=programme,
            defaults={
                "reason": reason.strip()[:200],
                "declined_at": timezone.now(),
                "declined_by": actor if getattr(actor, "pk", None) else None,
            },
        )
        about: Any = programme or one.completion
        data: Any = {"programme": str(about.uuid)}
        if one.completion:
            data = {"course": str(one.completion.course.uuid)}
        ledger.write("certificate.declined", actor=actor, subject=about, staff=one.staff, **data)
    return len(chosen)


# What waits since before a rule, or was left out by a fault


def left_without(about: Course | Programme, people: QuerySet[StaffMember] | None = None) -> list[Waiting]:
    """What is done of a course or a programme and has no certificate, and is worth having; of everyone, or of `people`.
    What a leader has declined is left out."""
    people = StaffMember.objects.all() if people is None else people
    people = people.filter(erased_at=None, merged_into=None).order_by()
    rules = Rules.read()
    if isinstance(about, Course):
        found = _of_courses(people, [about.pk])
    else:
        held = [each for each in programmes.held_on(timezone.localdate()) if each.programme.pk == about.pk]
        found = _of_programmes(people, held, rules)
    return [one for one in found if one.declined is None]


def issue_left_without(*, about: Course | Programme, actor: Any) -> int:
    """Issues all that was left without, of each person in a transaction of its own. Repeating it does no harm.

    For what a leader has asked for when changing a rule. Returns how many.
    """
    number = 0
    for pk in dict.fromkeys(one.staff.pk for one in left_without(about)):
        person = StaffMember.objects.filter(pk=pk)
        with transaction.atomic():
            person.select_for_update(no_key=True).get()
            for one in left_without(about, person):
                number += _give(one, actor) is not None
    return number
