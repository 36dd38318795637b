"""What moving or taking back a completion would mean, in sentences. Found out by a rehearsal, so it cannot be wrong."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from courses.models import Activity, Course
from courses.models.identities import IdentityQuerySet

from ..models import ActivityCompletion, CourseCompletion, Enrolment, LedgerEntry, StaffMember
from ..progress import Receipt, current_enrolment, move, void
from ..rehearsal import rehearse
from ..wording import and_list, day_text, part_text

Row = ActivityCompletion | CourseCompletion


def foresee_void(completion: Row, *, reason: str, actor: Any) -> list[str]:
    """What `void` would do."""
    giver = completion.enrolment.staff

    def act() -> list[str]:
        row = again(completion)
        void(completion=row, reason=reason, recorded_by=actor)
        return _left_in(row.enrolment)

    left, entries = rehearse(act)
    return [*_taken_from(giver, completion, entries), *left, _kept()]


def foresee_move(completion: Row, *, to: StaffMember, reason: str, actor: Any) -> list[str]:
    """What `move` would do, to both."""
    giver = completion.enrolment.staff

    def act() -> tuple[list[str], list[str]]:
        row = again(completion)
        try:
            receipts = move(completion=row, to=to, reason=reason, recorded_by=actor)
        except ValueError as error:
            raise ValidationError(too_late()) from error
        return _left_in(row.enrolment), _given_to(to, row, receipts)

    (left, given), entries = rehearse(act)
    renewed = any(entry.verb == "course.begun_again" and entry.staff_id == to.pk for entry in entries)
    if renewed:
        given.insert(0, _("%(name)s had completed the course before. This becomes the renewal.") % {"name": to})
    if _wrote(entries, "certificate.issued", to):
        given.append(_("%(name)s gets a new certificate.") % {"name": to})
    if _wrote(entries, "document.moved", to):
        given.append(_("The document that shows the earlier training goes along to %(name)s.") % {"name": to})
    return [*_taken_from(giver, completion, entries), *left, *given, _kept()]


def too_late() -> str:
    """Somebody else was quicker."""
    return _("It has been moved or taken back already.")


def again(completion: Row) -> Row:
    """Read anew: what a rehearsal has marked must not stay in the caller's hands."""
    return (
        type(completion)._default_manager.select_related("enrolment__staff", "enrolment__course").get(pk=completion.pk)
    )


def _taken_from(giver: StaffMember, completion: Row, entries: list[LedgerEntry]) -> list[str]:
    voided = [entry.data["activity"] for entry in entries if entry.verb == "completion.voided"]
    course = completion.enrolment.course
    told = []
    if _wrote(entries, "course.voided", giver):
        told.append(_("“%(course)s” is no longer completed for %(name)s.") % {"course": course, "name": giver})
    parts = _parts(course, Activity.objects.filter(uuid__in=voided))
    if parts:
        told.append(_("Taken from %(name)s: %(parts)s.") % {"name": giver, "parts": parts})
    if _wrote(entries, "certificate.revoked", giver):
        told.append(_("The certificate of %(name)s is revoked.") % {"name": giver})
    return told


def _wrote(entries: list[LedgerEntry], verb: str, staff: StaffMember) -> bool:
    return any(entry.verb == verb and entry.staff_id == staff.pk for entry in entries)


def _left_in(enrolment: Enrolment) -> list[str]:
    """What is left to do in a current cycle, seen from inside the rehearsal. Nothing is said of what is complete."""
    if not enrolment.current or enrolment.completions.filter(voided_at=None).exists():
        return []
    done = enrolment.activity_completions.filter(voided_at=None).values("activity")
    left = Activity.objects.live().filter(course=enrolment.course, required=True).exclude(pk__in=done)
    parts = _parts(enrolment.course, left)
    return [_("Still to do for %(name)s: %(parts)s.") % {"name": enrolment.staff, "parts": parts}] if parts else []


def _given_to(to: StaffMember, row: Row, receipts: list[Receipt]) -> list[str]:
    """What the right person gets, what they had, and what is left for them."""
    course = row.enrolment.course
    events = [receipt.event for receipt in receipts if receipt.event]
    got = ActivityCompletion.objects.filter(event__in=events, voided_at=None).values("activity")
    told = []
    if new := _parts(course, Activity.objects.filter(pk__in=got)):
        told.append(_("%(name)s gets, with the same day: %(parts)s.") % {"name": to, "parts": new})
    all_of_them = Activity.objects.filter(pk__in=[event.activity_id for event in events])
    if had := _parts(course, all_of_them.exclude(pk__in=got)):
        told.append(
            _("%(name)s had already done this, and it does not change: %(parts)s.") % {"name": to, "parts": had}
        )
    born = next((receipt.course_completion for receipt in receipts if receipt.course_completion), None)
    if born:
        told.append(
            _("“%(course)s” is completed for %(name)s on %(day)s.")
            % {"course": born.course, "name": to, "day": day_text(born.completed_on)}
        )
        return told
    enrolment = current_enrolment(to, course)
    if enrolment and enrolment.completions.filter(voided_at=None).exists():
        return [*told, _("%(name)s has completed the course already. That stays as it is.") % {"name": to}]
    return [*told, *(_left_in(enrolment) if enrolment else [])]


def _parts(course: Course, activities: IdentityQuerySet) -> str:
    """Their names; in short where it is all of the course. Empty for none."""
    found = list(activities.in_tree_order())
    required = set(Activity.objects.live().filter(course=course, required=True))
    if len(found) > 1 and required <= set(found):
        return _("all parts of the course")
    return and_list([part_text(activity) for activity in found])


def _kept() -> str:
    return _("Everything stays in the history: what was, who changed it, when and why.")
