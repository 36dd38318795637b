"""The life of a certificate: issued, replaced, renewed, revoked. Each change with its ledger row."""

import datetime
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from lms import ledger
from lms.conf import setting
from lms.models import CourseCompletion, StaffMember

from . import snapshot
from .archive import may_be_erased
from .models import Basis, Certificate, Declined, IssueRule, RevocationReason, new_status_index
from .rules import Rules
from .tasks import draw_certificate


@transaction.atomic
def issue(
    *,
    completion: CourseCompletion,
    on: datetime.date | None = None,
    rule: IssueRule | None = None,
    actor: Any = None,
) -> Certificate:
    """The one current certificate of `completion`: the one there is, or a new one that is drawn after commit.

    `on` is the day of issue, today if not given. `rule` is the course's, for who has read it already.
    """
    rule = rule or Rules.read(course=completion.course_id).of(completion.course)
    return issue_once(
        Certificate.objects.current().filter(completion=completion),
        lambda: snapshot.of_completion(completion, rule.template),
        on=on,
        actor=actor,
    )


def still_standing() -> QuerySet[CourseCompletion]:
    """Completions that may have a certificate, locked: for whoever issues later than they were recorded.

    None of them is taken back, and nobody erased, while it is issued: its certificate would be left behind. Needs a
    transaction.
    """
    rows = CourseCompletion.objects.select_for_update(of=("self", "staff"), no_key=True)
    return rows.select_related("staff", "course").filter(voided_at=None, staff__erased_at=None).order_by("pk")


@transaction.atomic
def issue_once(
    current: Any, printed: Callable[[], dict[str, Any]], *, on: datetime.date | None = None, actor: Any
) -> Certificate:
    """The one that is `current` already, or a new one. Who is a moment too late gets the other's."""
    if found := current.first():
        return found
    words = printed()
    try:
        with transaction.atomic():
            certificate = create(**words, issued_on=on or timezone.localdate())
    except IntegrityError:
        if found := current.first():
            return found
        raise
    _write("certificate.issued", certificate, actor)
    transaction.on_commit(lambda: draw_certificate.enqueue(certificate.pk), robust=True)
    return certificate


@transaction.atomic
def replace(*, certificate: Certificate, actor: Any) -> Certificate:
    """A new certificate with what is right now, for instance a new name; the old one says that it is replaced.

    Of a programme or a workplace the new one says the same facts: what has been completed since is another matter.
    """
    return _supersede(certificate, _corrected, reason=RevocationReason.CORRECTED, actor=actor)


def _corrected(old: Certificate) -> dict[str, Any]:
    about = old.completion.course if old.completion else old.programme
    known = about or old.basis == Basis.WORKPLACE
    return snapshot.corrected(old, Rules.read().of(about).template if known else None)


@transaction.atomic
def renew(
    *, certificate: Certificate, printed: Callable[[], dict[str, Any]], on: datetime.date | None = None, actor: Any
) -> Certificate:
    """A newer certificate of the same; the old one says that it is replaced by it."""
    return _supersede(certificate, lambda _old: printed(), reason=RevocationReason.RENEWED, on=on, actor=actor)


def _supersede(
    certificate: Certificate,
    printed: Callable[[Certificate], dict[str, Any]],
    *,
    reason: RevocationReason,
    on: datetime.date | None = None,
    actor: Any,
) -> Certificate:
    old = Certificate.objects.select_for_update().get(pk=certificate.pk)
    if old.revoked_at or old.superseded_by_id:
        raise ValueError("Only a current certificate can be replaced.")
    # Out of the way of the constraint first: at most one is current.
    _mark(old, reason, actor)
    new = create(**printed(old), issued_on=on or timezone.localdate())
    _write("certificate.issued", new, actor)
    transaction.on_commit(lambda: draw_certificate.enqueue(new.pk), robust=True)
    _point(old, new, actor)
    return new


@transaction.atomic
def give_way(*, old: Certificate, to: Certificate, actor: Any) -> None:
    """Of two certificates of the same one counts no longer, and says that the other has taken its place."""
    _mark(old, RevocationReason.RENEWED, actor)
    _point(old, to, actor)


def _point(old: Certificate, new: Certificate, actor: Any) -> None:
    old.superseded_by = new
    old.save(update_fields=["superseded_by"])
    _write("certificate.replaced", old, actor, by=str(new.uuid))


@transaction.atomic
def revoke(*, certificate: Certificate, reason: str, actor: Any) -> Certificate:
    """It no longer counts. Revoking twice changes nothing."""
    certificate = Certificate.objects.select_for_update().get(pk=certificate.pk)
    if certificate.revoked_at is None:
        _mark(certificate, reason, actor)
        _write("certificate.revoked", certificate, actor, reason=str(reason))
    return certificate


@transaction.atomic
def erase_holder(*, staff: StaffMember, actor: Any) -> list[tuple[Any, str]]:
    """The person's certificates say no name any more, and count no more. Returns the file to delete of each.

    Serial, state and hash stay. Refused in words where one is in no approved archive, see LMS_CERT_ARCHIVE_FIRST.
    """
    own = Certificate.objects.select_for_update().filter(staff=staff)
    if setting("LMS_CERT_ARCHIVE_FIRST") and not may_be_erased(staff):
        raise ValidationError(
            _(
                "Certificates of %(name)s are in no archive yet. Make an archive under Certificates and approve it "
                "first: then you can erase."
            )
            % {"name": staff.full_name}
        )
    for certificate in own.current():
        revoke(certificate=certificate, reason=RevocationReason.ERASED, actor=actor)
    # Also where no file is known of: a crash may have left one.
    files = [(certificate.file.storage, certificate.path) for certificate in own]
    # Not `save`: of what was issued nothing else ever changes. The credential holds the name.
    own.update(holder_name="", file="", credential="", share_token=None)
    Declined.objects.filter(staff=staff).update(reason="")
    return files


def create(**printed: Any) -> Certificate:
    """The row of a new certificate. Who got the same place in the status list at the same moment gets another."""
    while True:
        place = new_status_index()
        try:
            with transaction.atomic():
                return Certificate.objects.create(**printed, status_index=place)
        except IntegrityError:
            if not Certificate.objects.filter(status_index=place).exists():
                raise  # it was something else that is there once


def _mark(certificate: Certificate, reason: str, actor: Any) -> None:
    certificate.revoked_at = timezone.now()
    certificate.revoked_by = actor if getattr(actor, "pk", None) else None
    certificate.revocation_reason = reason
    certificate.save(update_fields=["revoked_at", "revoked_by", "revocation_reason"])


def _write(verb: str, certificate: Certificate, actor: Any, **data: Any) -> None:
    """Of a course under `course`, as histories look it up; else under what it is of."""
    name = "course" if certificate.basis == Basis.COMPLETION else str(certificate.basis)
    data[name] = str(certificate.subject_uuid)
    ledger.write(verb, actor=actor, subject=certificate, staff=certificate.staff, **data)
