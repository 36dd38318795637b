"""Who may see what. Every door asks here: pages, reader, documents, search, sitemap, admin lists, exports.

Two questions. What may this visitor read of the courses? Which people may this leader see?
"""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.utils import timezone

from courses.models import Access, Course

from .models import (
    Employment,
    Enrolment,
    EventOutcome,
    HandedOutReport,
    LearningEvent,
    ReportedWorkplace,
    Responsibility,
    Role,
    StaffMember,
    Workplace,
)
from .requirements.choice import Asked, asked_of, merge, programmes_asked_of
from .requirements.lookup import jobs_in, rules_on
from .requirements.rules import Job, Part, Rule

#: How sure we are of who asks: by password or card on a device of their own, or by PIN on the shop's tablet.
PASSWORD, PIN = "password", "pin"

LEADERS = (Role.PROJECT_LEADER, Role.COURSE_LEADER)


# What a visitor may read


def readable_courses(request: Any) -> Q:
    """A condition on Course: what whoever sends `request` may read, in the book and at the desk alike."""
    condition = Q(access=Access.OPEN)
    user, learner = _visitor(request)
    if user and user.is_authenticated and (user.is_superuser or is_responsible(user)):
        return Q()
    if not learner or not is_on_staff(learner):
        return condition
    begun = Enrolment.objects.filter(staff=learner, current=True).values("course")
    assigned = Q(access=Access.ASSIGNED) & (Q(pk__in=asked_courses(learner)) | Q(pk__in=begun))
    return condition | Q(access=Access.STAFF) | assigned


def may_read(request: Any, course: Course) -> bool:
    """Whether this visitor may read `course`. The rule of `readable_courses`, without a query where none is needed."""
    if course.access == Access.OPEN:
        return True
    user, learner = _visitor(request)
    if learner and is_on_staff(learner):
        if course.access == Access.STAFF:
            return True
        if course.pk in asked_courses(learner):
            return True
        if Enrolment.objects.filter(staff=learner, course=course, current=True).exists():
            return True
    return bool(user and user.is_authenticated and (user.is_superuser or is_responsible(user)))


def _visitor(request: Any) -> tuple[Any, Any]:
    """The account and the member of staff who ask. With a PIN there is no account, whoever else has signed in there."""
    by_pin = getattr(request, "assurance", None) == PIN
    return None if by_pin else getattr(request, "user", None), getattr(request, "learner", None)


def is_on_staff(learner: StaffMember) -> bool:
    """Employed today or about to be. Who has left keeps their results and certificates, not the courses."""
    known = getattr(learner, "is_working", None)  # told by the query that found the learner
    return bool(_jobs_from_today(learner)) if known is None else known


def jobs_of(learner: StaffMember, day: datetime.date) -> list[Job]:
    """The jobs that cover `day`, today or later."""
    return [job for job in _jobs_from_today(learner) if job.start <= day]


def _jobs_from_today(learner: StaffMember) -> list[Job]:
    """Current and coming jobs, asked once per request: several doors ask for the same person."""
    known = getattr(learner, "_lms_jobs", None)
    if known is None:
        jobs = Employment.objects.current_or_coming(timezone.localdate()).filter(staff=learner)
        known = learner._lms_jobs = jobs_in(jobs)  # type: ignore[attr-defined]
    return known


class AskedToday(NamedTuple):
    """What rules ask of somebody, before it is known what they have done; all rules of the day, by id and course; and
    the programmes that are demanded of them."""

    asked: Asked
    rules: Mapping[tuple[int, int], Rule]
    programmes: list[Part]


def asked_today(learner: StaffMember) -> AskedToday:
    """Asked once."""
    known = getattr(learner, "_lms_asked", None)
    if known is None:
        today = timezone.localdate()
        jobs = jobs_of(learner, today)
        rules = {(rule.id, rule.course_id): rule for rule in rules_on(today)} if jobs else {}
        asked = merge(asked_of(job, rules.values()) for job in jobs)
        programmes = programmes_asked_of(jobs, rules.values())
        known = learner._lms_asked = AskedToday(asked, rules, programmes)  # type: ignore[attr-defined]
    return known


def asked_courses(learner: StaffMember) -> set[int]:
    """The courses that some rule demands of `learner` today, or recommends; also those of which some are enough."""
    return asked_today(learner).asked.courses


def not_for(wanted: Mapping[tuple[int, int], datetime.date], courses: Iterable[Course]) -> set[tuple[int, int]]:
    """Of the pairs of a person and a course, with the first day in question: those where the person may not read it.

    As `may_read`, but for many people at once and of what has happened: who has left since could read it then. No
    query where all may read, else at most three.
    """
    closed = {course.pk for course in courses if course.access == Access.ASSIGNED}
    left = {pair for pair in wanted if pair[1] in closed}
    if not left:
        return left
    people = {person for person, _course in left}
    begun = Enrolment.objects.filter(staff__in=people, course__in=closed, cycle__gt=Enrolment.ASIDE)
    left -= set(begun.values_list("staff_id", "course_id"))
    if not left:
        return left
    jobs = Employment.objects.current_or_coming(min(wanted.values())).filter(staff__in=people)
    rules = rules_on(timezone.localdate())
    return left - {(job.staff_id, course) for job in jobs_in(jobs) for course in asked_of(job, rules).courses}


def asked_at(workplace: Workplace, day: datetime.date) -> Asked:
    """What rules ask of those who work at `workplace` on `day`, of one or the other. Two queries."""
    jobs = jobs_in(Employment.objects.covering(day).filter(workplace__path__startswith=workplace.path))
    rules = rules_on(day) if jobs else []
    return merge(asked_of(job, rules) for job in jobs)


def carried_courses(workplace: Workplace) -> Q:
    """A condition on Course: what the tablet of `workplace` may carry with it, whoever is signed in.

    What somebody who works there may read; texts alone, which say nothing about anyone.
    """
    today = timezone.localdate()
    here = Employment.objects.covering(today).filter(workplace__path__startswith=workplace.path)
    begun = Enrolment.objects.filter(staff__in=here.values("staff"), current=True).values("course")
    assigned = Q(access=Access.ASSIGNED) & (Q(pk__in=asked_at(workplace, today).courses) | Q(pk__in=begun))
    return Q(access__in=[Access.OPEN, Access.STAFF]) | assigned


# Whom a leader may see


class _Responsibilities(NamedTuple):
    """(role, workplace path) pairs; and what is asked along with them, once for all pages of a leader's."""

    pairs: list[tuple[str, str]]
    tops: int = 0  # how many workplaces stand under no other
    any_waits: bool = False  # whether anything waits for a leader, in reach or not


def is_responsible(user: Any, *roles: str) -> bool:
    """Whether `user` has any of `roles` (default: any at all) anywhere."""
    return any(not roles or role in roles for role, _path in _responsibilities(user).pairs)


def may_have_to_review(user: Any) -> bool:
    """Whether it is worth asking what waits for `user`. No query of its own."""
    return bool(user.is_superuser or _responsibilities(user).any_waits)


def _responsibilities(user: Any) -> _Responsibilities:
    """Asked once per request."""
    if not getattr(user, "is_authenticated", False):
        return _Responsibilities([])
    known: _Responsibilities | None = getattr(user, "_lms_responsibilities", None)
    if known is None:
        tops = Workplace.objects.filter(depth=1).order_by().values("depth").annotate(number=Count("pk"))
        rows = list(
            Responsibility.objects.filter(user=user).values_list(
                "role",
                "workplace__path",
                Subquery(tops.values("number")),
                Exists(LearningEvent.objects.filter(outcome=EventOutcome.NEEDS_REVIEW)),
            )
        )
        known = _Responsibilities([row[:2] for row in rows], *rows[0][2:]) if rows else _Responsibilities([])
        user._lms_responsibilities = known
    return known


def workplaces_in_reach(user: Any, roles: Iterable[str] = LEADERS) -> Any:
    """The workplaces over which `user` has one of `roles`, with all below them. Superusers: all."""
    if getattr(user, "is_authenticated", False) and user.is_superuser:
        return Workplace.objects.all()
    roles = set(roles)
    paths = [path for role, path in _responsibilities(user).pairs if role in roles]
    if not paths:
        return Workplace.objects.none()
    return Workplace.objects.filter(Q(*[("path__startswith", path) for path in paths], _connector=Q.OR))


def leads_everywhere(user: Any, roles: Iterable[str] = LEADERS) -> bool:
    """Whether the reach of `user` is the whole tree: only then may an act be about everyone. No query of its own."""
    if getattr(user, "is_superuser", False):
        return True
    found, roles = _responsibilities(user), set(roles)
    led = {path for role, path in found.pairs if role in roles and len(path) == Workplace.steplen}
    return 0 < len(led) == found.tops


def workplaces_above_reach(user: Any, roles: Iterable[str] = LEADERS) -> Any:
    """What stands above the workplaces in reach: a municipality, a region. What is decided there holds in reach too."""
    roles, step = set(roles), Workplace.steplen
    paths = [path for role, path in _responsibilities(user).pairs if role in roles]
    above = {path[:end] for path in paths for end in range(step, len(path), step)}
    return Workplace.objects.filter(path__in=above)


def staff_in_reach(user: Any, roles: Iterable[str] = LEADERS) -> Any:
    """People who work or have worked in reach of `user`. A row that was merged into another is nobody."""
    if getattr(user, "is_authenticated", False) and user.is_superuser:
        return StaffMember.objects.filter(merged_into=None)
    jobs = Employment.objects.filter(workplace__in=workplaces_in_reach(user, roles), voided_at=None)
    return StaffMember.objects.filter(pk__in=jobs.values("staff"))


def staff_to_manage(user: Any, roles: Iterable[str] = LEADERS) -> Any:
    """People whom `user` may change and give cards: who works in reach today or soon, or worked there and now nowhere.

    Who has gone on to somebody else's workplace is theirs. Who was erased is nobody's.
    """
    if getattr(user, "is_authenticated", False) and user.is_superuser:
        return StaffMember.objects.filter(merged_into=None, erased_at=None)
    at_work = Employment.objects.current_or_coming(timezone.localdate())
    here = at_work.filter(workplace__in=workplaces_in_reach(user, roles))
    return staff_in_reach(user, roles).filter(
        Q(pk__in=here.values("staff")) | ~Q(pk__in=at_work.values("staff")),
        erased_at=None,
    )


def may_erase(user: Any, person: StaffMember) -> bool:
    """Whether `user` is the project leader of every workplace where the person has had a job, and theirs to manage."""
    roles = (Role.PROJECT_LEADER,)
    elsewhere = person.employments.exclude(workplace__in=workplaces_in_reach(user, roles).order_by())
    return staff_to_manage(user, roles).filter(pk=person.pk).exists() and not elsewhere.exists()


def reports_in_reach(user: Any) -> Any:
    """The handed-out reports that `user` may open: all that they are of must be in reach.

    One's own as any leader; another's as project leader, and only when it has been made.
    """
    own = Q(made_by_id=getattr(user, "pk", None) or 0)
    made = Q(state=HandedOutReport.State.DONE)
    if getattr(user, "is_authenticated", False) and user.is_superuser:
        return HandedOutReport.objects.filter(own | made)

    def within(*roles: str) -> Q:
        told = ReportedWorkplace.objects.filter(report=OuterRef("pk"))
        return Q(Exists(told)) & ~Q(Exists(told.exclude(workplace__in=workplaces_in_reach(user, roles))))

    return HandedOutReport.objects.filter((own & within(*LEADERS)) | (made & within(Role.PROJECT_LEADER)))


def outranks(issuer: Any, user: Any) -> bool:
    """Whether `issuer` may hand out what opens the account of `user`: it must give nothing that `issuer` lacks.

    Superusers may for all; for who enters the admin nobody else may. For a shop owner or another responsible person
    it takes the project leader of all their workplaces; for an account without any responsibility, no more than
    the reach that was asked for already.
    """
    if user.is_superuser or user.has_perm("wagtailadmin.access_admin"):
        return bool(issuer and issuer.is_active and issuer.is_superuser)
    paths = [path for _role, path in _responsibilities(user).pairs]
    if not paths or (issuer and issuer.is_active and issuer.is_superuser):
        return True
    own = tuple(path for role, path in _responsibilities(issuer).pairs if role == Role.PROJECT_LEADER)
    return bool(own) and all(path.startswith(own) for path in paths)


def may_lead(user: Any, *roles: str) -> bool:
    """Superuser, or responsible as one of `roles` (default: project or course leader)."""
    return bool(
        getattr(user, "is_authenticated", False) and (user.is_superuser or is_responsible(user, *(roles or LEADERS)))
    )


def require_lead(user: Any, *roles: str) -> None:
    """End the request unless `may_lead`."""
    if not may_lead(user, *roles):
        raise PermissionDenied
