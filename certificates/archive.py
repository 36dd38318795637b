"""Archives of certificates: a ZIP that is kept elsewhere, and a leader's word that it is.

We keep no copy: only the hash of the ZIP and what was in it. Before anything of a certificate is deleted here it must
be in an approved archive; see `issuing.erase_holder` and `docs/decisions/0036`.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from lms import ledger
from lms.access import leads_everywhere, may_lead, staff_in_reach, workplaces_in_reach
from lms.models import Role, StaffMember

from .models import ArchiveExport, Certificate
from .zipping import stream

ROLES = (Role.PROJECT_LEADER,)
#: So many are written at a time: never all of an archive in memory.
ROWS = 250


def certificates_to_keep(user: Any) -> QuerySet[Certificate]:
    """All that `user` leads as a project leader; for who leads everyone also those of nobody's any more. What has been
    erased is no more to be had."""
    found = Certificate.objects.exclude(holder_name="").order_by("pk")
    if leads_everywhere(user, ROLES):
        return found
    people, shops = staff_in_reach(user, ROLES).order_by(), workplaces_in_reach(user, ROLES).order_by()
    return found.filter(Q(staff__in=people) | Q(workplace__in=shops))


def not_archived(certificates: QuerySet[Certificate]) -> QuerySet[Certificate]:
    """Of those the ones that are in no approved archive."""
    kept = ArchiveExport.certificates.through.objects.filter(archiveexport__approved_at__isnull=False)
    return certificates.exclude(pk__in=kept.values("certificate"))


def archives_in_reach(user: Any) -> QuerySet[ArchiveExport]:
    """All for who leads everyone, one's own for other project leaders."""
    if leads_everywhere(user, ROLES):
        return ArchiveExport.objects.all()
    if not may_lead(user, *ROLES):
        return ArchiveExport.objects.none()
    return ArchiveExport.objects.filter(made_by=user)


def stream_archive(certificates: QuerySet[Certificate], *, actor: Any) -> Iterator[bytes]:
    """The ZIP of all of them, piece by piece. When the last piece is handed over it is recorded as an archive, that
    waits to be approved; what breaks off is none.

    In it is what lies in it: a file that could not be had is in no archive.
    """
    keys: list[int] = []
    digest, size = hashlib.sha256(), 0
    for piece in stream(certificates, held=keys):
        digest.update(piece)
        size += len(piece)
        yield piece
    _record(keys, digest.hexdigest(), size, actor)


@transaction.atomic
def _record(keys: list[int], sha256: str, size: int, actor: Any) -> ArchiveExport:
    archive = ArchiveExport.objects.create(
        made_by=actor if getattr(actor, "pk", None) else None, sha256=sha256, size=size
    )
    rows = ArchiveExport.certificates.through
    for first in range(0, len(keys), ROWS):
        part = keys[first : first + ROWS]
        rows.objects.bulk_create([rows(archiveexport_id=archive.pk, certificate_id=key) for key in part])
    ledger.write("certificates.archived", actor=actor, subject=archive, sha256=sha256, number=len(keys), size=size)
    return archive


@transaction.atomic
def approve_archive(*, archive: ArchiveExport, actor: Any) -> ArchiveExport:
    """`actor` says that the ZIP with that hash is kept where it is to be kept. Twice is once."""
    if not archives_in_reach(actor).filter(pk=archive.pk).exists():
        raise PermissionDenied
    archive = ArchiveExport.objects.select_for_update().get(pk=archive.pk)
    if archive.approved_at is None:
        archive.approved_at, archive.approved_by = timezone.now(), actor
        archive.save(update_fields=["approved_at", "approved_by"])
        ledger.write("certificates.archive_approved", actor=actor, subject=archive, sha256=archive.sha256)
    return archive


def may_be_erased(staff: StaffMember) -> bool:
    """Whether all files that would be deleted of their certificates are kept elsewhere. What is lost is not deleted."""
    left = not_archived(Certificate.objects.filter(staff=staff).exclude(sha256=""))
    return not any(certificate.is_drawn for certificate in left)
