"""Kept files that name somebody, and removing one. That it was handed out, its checksum and its seal stay.

And a name that a report was searched for, which stands beside the file.
"""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from .. import ledger
from ..access import reports_in_reach
from ..models import Employment, HandedOutReport, LedgerEntry, ReportedWorkplace, StaffMember

REMOVED = "report.file_removed"


def may_name(person: StaffMember) -> QuerySet[HandedOutReport]:
    """Reports with names whose file is kept, of a place where the person worked on the day, as was known then.

    Not who stands in the file: what else was chosen may have left them out. Nobody who stands in one is missed.
    """
    jobs = Employment.objects.covering(OuterRef("report__day"), known=OuterRef("report__known")).filter(
        staff=person, workplace__path__startswith=OuterRef("workplace__path")
    )
    there = ReportedWorkplace.objects.filter(Exists(jobs), report=OuterRef("pk"))
    kept = HandedOutReport.objects.filter(state=HandedOutReport.State.DONE, with_names=True).exclude(file="")
    return kept.filter(Exists(there))


def forget_searches(people: Any, *, instead: str) -> int:
    """Put a word `instead` of each name that a report was a search for, where it finds one of `people`. How many.

    Not emptied: the report would seem to be of everybody.
    """
    searched = HandedOutReport.objects.exclude(name_search="")
    names = searched.order_by().values_list("name_search", flat=True).distinct()
    theirs = [name for name in names if people.named(name).exists()]
    return searched.filter(name_search__in=theirs).update(name_search=instead)


@transaction.atomic
def remove_file(*, report: HandedOutReport, actor: Any) -> None:
    """The file is gone for good; the row and the ledger say what it was. Raises ValidationError where it is already."""
    report = HandedOutReport.objects.select_for_update().get(pk=report.pk)
    if not reports_in_reach(actor).filter(pk=report.pk).exists():
        raise PermissionDenied
    if not report.is_done or report.is_removed:
        raise ValidationError(_("There is no file to remove."))
    storage, name = report.file.storage, str(report.file.name)
    report.file = ""
    report.save(update_fields=["file"])
    ledger.write(REMOVED, actor=actor, subject=report, sha256=report.sha256)
    storage.delete(name)  # last: where that fails nothing has happened, and nobody is told that it is gone


def removal_of(report: HandedOutReport) -> LedgerEntry | None:
    """Who removed its file, and when."""
    entries = LedgerEntry.objects.filter(verb=REMOVED, subject=ledger.subject_of(report))
    return entries.select_related("actor").order_by("pk").last()
