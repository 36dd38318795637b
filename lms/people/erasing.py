"""Erasing a person: what says who it was goes, for good; what figures rest on stays, and is nobody's."""

from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from .. import sealing
from ..access import may_erase
from ..handed_out.removal import forget_searches
from ..models import (
    ActivityCompletion,
    CourseCompletion,
    Employment,
    EvidenceDocument,
    Exemption,
    ExtraAttempt,
    LoginCard,
    PinGuard,
    SignInLink,
    StaffMember,
)
from ..rehearsal import rehearse
from ..sign_in import log
from ..signals import staff_erased
from ..wording import and_list
from .accounts import close_account, means_something

File = tuple[Any, str]


class Erased(NamedTuple):
    """What goes: entries of the ledger that are emptied, certificates, documents, the name as reports were searched
    for it; and the documents that others need too."""

    entries: int = 0
    certificates: int = 0
    documents: int = 0
    searches: int = 0
    shared: int = 0


@transaction.atomic
def erase_person(*, staff: StaffMember, actor: Any) -> Erased:
    """Takes away all that says who `staff` was, here and in the ledger. It cannot be undone.

    Refused in words for who works here, or whose account is responsible for something. Jobs, exemptions and what was
    learned stay with the row, so that no figure of any day becomes another.
    """
    erased, files = _erase(staff, actor)
    for storage, name in filter(lambda file: file[1], files):
        storage.delete(name)  # last: where that fails nothing has happened, and nobody is told that it is gone
    return erased


def foresee_erasure(*, staff: StaffMember, actor: Any) -> Erased:
    """What it would take away. Nothing of it goes; what stands in its way is raised."""
    (erased, _files), _entries = rehearse(lambda: _erase(staff, actor))
    return erased


def _erase(staff: StaffMember, actor: Any) -> tuple[Erased, list[File]]:
    staff = StaffMember.objects.select_for_update().get(pk=staff.pk)
    if not may_erase(actor, staff):
        raise PermissionDenied
    _refuse(staff)
    rows = StaffMember.objects.filter(Q(pk=staff.pk) | Q(merged_into=staff))
    told: Any = staff_erased.send(sender=StaffMember, staff=staff, actor=actor)
    certificates: list[File] = [file for _receiver, files in told for file in files or ()]
    documents, shared = _let_go_of_documents(staff)
    _empty_what_was_written(staff)
    _close_ways_in(staff, rows)
    with override(settings.LANGUAGE_CODE):
        name = _("Erased person")
    searches = forget_searches(rows, instead=name)
    nothing = {"family_name": "", "email": "", "phone": "", "display": "", "pin_hash": ""}
    rows.update(given_name=name, user=None, erased_at=timezone.now(), **nothing)
    entries = sealing.erase(staff=staff, actor=actor)
    erased = Erased(entries, len(certificates), len(documents), searches, shared)
    return erased, [*certificates, *documents]


def _refuse(staff: StaffMember) -> None:
    jobs = Employment.objects.current_or_coming(timezone.localdate()).filter(staff=staff).select_related("workplace")
    if places := sorted({job.workplace.name for job in jobs}):
        words = _("%(name)s works at %(places)s. End the employment first. The day after the last day you can erase.")
        raise ValidationError(words % {"name": staff, "places": and_list(places)})
    if staff.user and means_something(staff.user):
        words = _(
            "The user account %(user)s is responsible for something, or may enter the admin. Ask an administrator to "
            "take that away first."
        )
        raise ValidationError(words % {"user": staff.user.get_username()})


def _let_go_of_documents(staff: StaffMember) -> tuple[list[File], int]:
    """The files that show nothing of anybody else, and how many that do: those stay with the others."""
    gone: list[File] = []
    shared = 0
    for document in EvidenceDocument.objects.filter(enrolments__staff=staff).distinct():
        if document.enrolments.exclude(staff=staff).exists():
            document.enrolments.remove(*document.enrolments.filter(staff=staff))
            shared += 1
        else:
            gone.append((document.file.storage, str(document.file.name)))
            document.delete()
    return gone, shared


def _empty_what_was_written(staff: StaffMember) -> None:
    """Reasons, and the employer's number. What a program wrote, by which it knows its own, is no reason."""
    Exemption.objects.filter(staff=staff).update(reason="")
    Employment.objects.filter(staff=staff).update(employee_id="")
    ExtraAttempt.objects.filter(enrolment__staff=staff).update(reason="")
    for model in (ActivityCompletion, CourseCompletion):
        written = model.objects.filter(enrolment__staff=staff).exclude(void_reason__startswith="retraining:")
        written.exclude(void_reason="").update(void_reason="")


def _close_ways_in(staff: StaffMember, rows: Any) -> None:
    """Those of the account too, and what was logged of them: under its name, or what else somebody typed for one."""
    typed = {name for row in rows for name in (row.email, row.full_name)}
    LoginCard.objects.filter(staff=staff).delete()
    PinGuard.objects.filter(staff=staff).delete()
    links = Q(staff=staff)
    if staff.email:
        links |= Q(email__iexact=staff.email)
    if staff.user:
        links |= Q(user=staff.user)
        typed |= {staff.user.get_username(), getattr(staff.user, staff.user.get_email_field_name(), "")}
        close_account(staff.user)
    SignInLink.objects.filter(links).delete()
    log.forget(typed)
