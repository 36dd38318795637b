"""Handing a report out: asked for, made once, kept as it was."""

import datetime
import hashlib
import logging
import tempfile
import uuid
from typing import Any, BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from .. import ledger, sealing
from ..access import may_lead
from ..models import HandedOutReport
from ..sealing import Head
from .building import AT_ONCE, chosen_workplace, foreseen, report_of, topmost, write
from .selection import Selection, address_of

logger = logging.getLogger(__name__)

#: What has not been made by then is swept away.
KEPT = datetime.timedelta(days=1)
#: Whoever makes a report has died if nothing is heard for so long.
SILENCE = datetime.timedelta(minutes=5)
BLOCK = 1 << 20

State = HandedOutReport.State


class NotAsHandedOutError(Exception):
    """The kept file is gone, or is no longer what was handed out."""


def hand_out(
    *, selection: Selection, kind: str, with_names: bool, purpose: str = "", form_id: uuid.UUID, actor: Any
) -> HandedOutReport:
    """A report of what `selection` shows, as it is known now where it names no other moment.

    Made before this returns where that is quick, else in the background. The same `form_id` again is the same report.
    Raises ValidationError when a search in names would stand on a list without names.
    """
    if not with_names and selection.chosen.get("q"):
        words = _("A list without names cannot be of a search in names. Clear the name first, or choose names.")
        raise ValidationError({"contents": words})
    forget_unfinished()
    report = _ask_for(
        selection=selection, kind=kind, with_names=with_names, purpose=purpose, form_id=form_id, actor=actor
    )
    if report.state == State.WAITING and report.cost <= AT_ONCE:
        carry_out(report.pk)
        report.refresh_from_db()
    return report


@transaction.atomic
def _ask_for(
    *, selection: Selection, kind: str, with_names: bool, purpose: str, form_id: uuid.UUID, actor: Any
) -> HandedOutReport:
    now = timezone.now()
    report, created = HandedOutReport.objects.get_or_create(
        uuid=uuid.uuid5(form_id, str(actor.pk)),
        defaults={
            "format": kind,
            "with_names": with_names,
            "day": selection.day,
            "known": selection.known or now,
            "filter": selection.as_data(),
            "name_search": selection.chosen.get("q") or "",
            "purpose": purpose,
            "language": translation.get_language() or settings.LANGUAGE_CODE,
            "asked_at": now,
            "moved_on_at": now,
            "made_by": actor,
            "cost": foreseen(selection, kind, names=with_names),
        },
    )
    if created:
        place = chosen_workplace(selection)
        report.workplaces.set([place] if place else topmost(selection.workplaces))
        if report.cost > AT_ONCE:
            _enqueue(report)
    return report


def _enqueue(report: HandedOutReport) -> None:
    from .tasks import make_soon

    transaction.on_commit(lambda: make_soon(report.pk), robust=True)


@transaction.atomic
def try_again(*, report: HandedOutReport) -> None:
    """What stopped on the way is made anew, with the dates that it was asked for with."""
    if HandedOutReport.objects.filter(pk=report.pk, state=State.STOPPED).update(
        state=State.WAITING, moved_on_at=timezone.now()
    ):
        _enqueue(report)


def ledger_head() -> Head | None:
    """The last seal, of all that the ledger holds by now; None where it holds nothing."""
    sealing.seal()
    return sealing.head()


def carry_out(pk: int) -> None:
    """Make the report that was asked for, in the reach of whoever asked. Once, however often it is called."""
    now = timezone.now()
    died = Q(state=State.RUNNING, moved_on_at__lt=now - SILENCE)
    mine = HandedOutReport.objects.filter(Q(state=State.WAITING) | died, pk=pk)
    if not mine.update(state=State.RUNNING, moved_on_at=now, progress=0):
        return
    report = HandedOutReport.objects.select_related("made_by").get(pk=pk)
    try:
        with translation.override(report.language), tempfile.TemporaryFile() as out:
            _make(report, out)
    except Exception:
        logger.exception("Report %s could not be made.", report.number)
        HandedOutReport.objects.filter(pk=pk, state=State.RUNNING).update(
            state=State.STOPPED, moved_on_at=timezone.now()
        )


def _make(report: HandedOutReport, out: BinaryIO) -> None:
    if not may_lead(report.made_by):
        raise PermissionError
    stands = HandedOutReport.objects.filter(pk=report.pk, state=State.RUNNING)
    selection = Selection(report.made_by, address_of(report))
    head = ledger_head()  # what stands in the ledger by now cannot be changed unseen after this
    built = report_of(selection, names=report.with_names, kept=report, head=head)
    stands.update(rows=built.row_count, moved_on_at=timezone.now())

    def tell(done: int) -> None:
        stands.update(progress=done, moved_on_at=timezone.now())

    write(built, out, kind=report.format, names=report.with_names, tell=tell)
    report.size, report.sha256 = out.tell(), digest(out)
    people = built.totals.people
    report.totals = {
        "counted": people.counted,
        "done": people.done,
        "late": people.late,
        "excused": built.totals.excused,
        "not_required": built.totals.not_required,
    }
    report.rows = report.progress = built.row_count
    report.ledger_number, report.ledger_hash = (head.number, head.hash) if head else (None, "")
    out.seek(0)
    report.file.save("", File(out), save=False)
    try:
        _keep(report)
    except BaseException:
        report.file.delete(save=False)
        raise


@transaction.atomic
def _keep(report: HandedOutReport) -> None:
    """From now on it is handed out, and the ledger says so."""
    if not HandedOutReport.objects.select_for_update().filter(pk=report.pk, state=State.RUNNING).exists():
        raise RuntimeError("Somebody else has made it, or it was swept away.")
    report.state, report.made_at = State.DONE, timezone.now()
    report.moved_on_at = report.made_at
    report.save()
    ledger.write(
        "report.handed_out",
        actor=report.made_by,
        subject=report,
        format=report.format,
        names=report.with_names,
        day=report.day.isoformat(),
        known=report.known.isoformat(),
        sha256=report.sha256,
        **report.totals,
    )


def digest(file: Any) -> str:
    """SHA-256 of all of it, a block at a time."""
    file.seek(0)
    found = hashlib.sha256()
    while block := file.read(BLOCK):
        found.update(block)
    return found.hexdigest()


def unchanged_file(report: HandedOutReport) -> Any:
    """The kept file, open at its beginning. Raises NotAsHandedOutError when it is not what was handed out."""
    try:
        file = report.file.open("rb")
    except OSError as error:
        logger.exception("The file of report %s cannot be read.", report.number)
        raise NotAsHandedOutError from error
    if digest(file) != report.sha256:
        file.close()
        logger.error("The file of report %s is not what was handed out.", report.number)
        raise NotAsHandedOutError
    file.seek(0)
    return file


def forget_unfinished() -> None:
    """What was asked for a day ago and never made."""
    for report in HandedOutReport.objects.filter(asked_at__lte=timezone.now() - KEPT).exclude(state=State.DONE):
        report.delete()
