"""Reading a staff list in: all of it or nothing, in one transaction, by the rules of `people.actions`."""

import datetime
import hashlib
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from .. import ledger
from ..access import may_lead
from ..models import ForeseenFigures, LedgerEntry, StaffImport
from . import register
from .draft import Answers
from .files import read_table
from .plan import Plan, make_plan
from .rows import StaffList, Tell, read_rows
from .writer import BATCH, Writer

#: A file that nobody has read in by then is deleted.
KEPT = datetime.timedelta(days=1)
#: Whoever reads a list in has died if nothing is heard for so long.
SILENCE = datetime.timedelta(minutes=5)

State = StaffImport.State
Figures = ForeseenFigures.State


class NotAsPlannedError(Exception):
    """What would be done now is not what was agreed to. Nothing has been written."""


def keep_file(*, content: bytes, actor: Any) -> StaffImport:
    """A file in private storage, to be looked at by `actor` alone."""
    from .tasks import forget_stale_files_after

    kept = StaffImport.objects.create(
        uploaded_at=timezone.now(),
        uploaded_by=actor,
        file=ContentFile(content, name="list"),
        file_sha256=digest(content),
    )
    forget_stale_files_after(kept.uploaded_at + KEPT)
    return kept


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def look_at(
    content: bytes, *, user: Any, answers: Answers | None = None, tell: Tell | None = None
) -> tuple[StaffList, Plan]:
    """What reading `content` in would do, as things stand. Raises UnreadableError. Writes nothing."""
    staff_list = read_rows(read_table(content), tell=tell)
    return staff_list, make_plan(staff_list, register.look_up(user), today=timezone.localdate(), answers=answers)


def content_of(staff_import: StaffImport) -> bytes:
    """The file that was uploaded, and no other."""
    with staff_import.file.open("rb") as file:
        content: bytes = file.read()
    if digest(content) != staff_import.file_sha256:
        raise NotAsPlannedError
    return content


@transaction.atomic
def answer(*, staff_import: StaffImport, answers: dict[str, str]) -> None:
    """Remembers who is who, for as long as the file is looked at."""
    found = StaffImport.objects.select_for_update().get(pk=staff_import.pk)
    found.answers = {**found.answers, **answers}
    found.save(update_fields=["answers"])
    forget_figures(found)


def answers_of(staff_import: StaffImport) -> Answers:
    return Answers(staff_import.answers, who=staff_import.answers.get("rest:who", ""))


@transaction.atomic
def confirm(*, staff_import: StaffImport, plan_sha256: str) -> bool:
    """To be read in as it was shown. False when it was confirmed already, or its figures are not counted yet.

    The worker hears of it on commit.
    """
    from .tasks import read_in_background

    is_over = Q(state__in=(Figures.DONE, Figures.STOPPED)) | died()
    if ForeseenFigures.objects.filter(staff_import=staff_import).exclude(is_over, plan_sha256=plan_sha256).exists():
        return False
    confirmed = StaffImport.objects.filter(pk=staff_import.pk, state__in=(State.PREVIEW, State.CHANGED)).update(
        state=State.WAITING, plan_sha256=plan_sha256, moved_on_at=timezone.now()
    )
    if confirmed:
        transaction.on_commit(lambda: read_in_background.enqueue(staff_import.pk), robust=True)
    return bool(confirmed)


def died() -> Q:
    """Of a list that is being read in, or of its figures: nothing has been heard of it for too long."""
    return Q(state=State.RUNNING, moved_on_at__lt=timezone.now() - SILENCE)


def carry_out(pk: int) -> None:
    """Read in what was confirmed, as whoever confirmed it. Once, however often it is called."""
    now = timezone.now()
    mine = StaffImport.objects.filter(Q(state=State.WAITING) | died(), pk=pk)
    if not mine.update(state=State.RUNNING, moved_on_at=now, progress=0):
        return
    staff_import = StaffImport.objects.select_related("uploaded_by").get(pk=pk)
    stands = StaffImport.objects.filter(pk=pk, state=State.RUNNING)

    def tell(done: int, rows: int) -> None:
        stands.update(progress=done, rows=rows, moved_on_at=timezone.now())

    try:
        if not may_lead(staff_import.uploaded_by, *register.ROLES):
            raise NotAsPlannedError
        staff_list = read_rows(read_table(content_of(staff_import)), tell=tell)
        write(
            staff_list=staff_list,
            answers=answers_of(staff_import),
            actor=staff_import.uploaded_by,
            staff_import=staff_import,
            expected=staff_import.plan_sha256,
        )
    except NotAsPlannedError:
        stands.update(state=State.CHANGED, moved_on_at=timezone.now())
    except Exception:
        stands.update(state=State.STOPPED, moved_on_at=timezone.now())
        raise
    else:
        forget_file(staff_import)


@transaction.atomic
def write(
    *,
    staff_list: StaffList,
    answers: Answers,
    actor: Any,
    staff_import: StaffImport,
    expected: str | None = None,
) -> Plan:
    """Carry out the plan that is made once nobody else can change what it rests on.

    Nothing out of the reach of `actor` is seen; None is whoever runs the command, who sees all. Raises
    NotAsPlannedError when it is not what `expected` stands for, or leaves something to answer. Where nothing changes
    nothing is written.
    """
    register.lock(actor)
    plan = make_plan(staff_list, register.look_up(actor), today=timezone.localdate(), answers=answers)
    if not plan.is_ready or (expected is not None and plan.digest != expected):
        raise NotAsPlannedError
    if plan.steps:
        staff_import.state, staff_import.counts = State.DONE, plan.counts
        staff_import.rows = staff_import.progress = len(plan.entries)
        staff_import.moved_on_at = timezone.now()
        staff_import.save()
        entries = Writer(actor, staff_import).carry_out(plan.steps)
        LedgerEntry.objects.bulk_create(entries, batch_size=BATCH)
        counts: dict[str, Any] = plan.counts
        ledger.write("staff.imported", actor=actor, subject=staff_import, file=staff_import.file_sha256, **counts)
    return plan


# The file


def forget_figures(staff_import: StaffImport) -> None:
    """They belong to a plan that is none any more, or that has been carried out."""
    for figures in ForeseenFigures.objects.filter(staff_import=staff_import):
        figures.delete()
        figures.file.delete(save=False)


def forget_file(staff_import: StaffImport) -> None:
    """The file is gone, and the figures; what was done stays told."""
    forget_figures(staff_import)
    if staff_import.file:
        staff_import.file.delete(save=False)
        StaffImport.objects.filter(pk=staff_import.pk).update(file="")


def put_aside(*, staff_import: StaffImport) -> bool:
    """Not to be read in after all: nothing of it is kept. False when it is being read in, or was."""
    files = _files_of(staff_import)
    with transaction.atomic():
        found = StaffImport.objects.select_for_update().filter(pk=staff_import.pk)
        gone = found.exclude(state__in=(State.WAITING, State.RUNNING, State.DONE)).delete()[0]
    if gone:
        for file in files:
            file.delete(save=False)
    return bool(gone)


def _files_of(staff_import: StaffImport) -> list[Any]:
    figures = ForeseenFigures.objects.filter(staff_import=staff_import)
    return [staff_import.file, *(each.file for each in figures)]


def forget_stale() -> None:
    """Files that are a day old, or were read in by someone who died before clearing away."""
    with_file = StaffImport.objects.exclude(file="")
    for staff_import in with_file.filter(state=State.DONE):
        forget_file(staff_import)
    for staff_import in with_file.filter(uploaded_at__lte=timezone.now() - KEPT).exclude(state=State.DONE):
        for file in _files_of(staff_import):
            file.delete(save=False)
        staff_import.delete()
