"""Reading a staff list in: all of it or nothing, in one transaction, by the rules of `people.actions`."""

import datetime
import hashlib
from collections import defaultdict
from collections.abc import Iterable
from itertools import islice
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from .. import ledger
from ..access import may_lead
from ..foresight.reading import day_of_effect, foresee
from ..models import Employment, LedgerEntry, StaffImport, StaffMember, Workplace
from ..requirements.change import Change
from ..requirements.rules import ONE_DAY
from . import register
from .draft import Act, Answers, Step
from .files import read_table
from .plan import Plan, make_plan
from .rows import StaffList, Tell, read_rows

#: A file that nobody has read in by then is deleted.
KEPT = datetime.timedelta(days=1)
#: Whoever reads a list in has died if nothing is heard for so long.
SILENCE = datetime.timedelta(minutes=5)
BATCH = 1000
#: With so many steps it is still told beforehand what they do to the figures.
FORESEEN = 500

State = StaffImport.State


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


def answers_of(staff_import: StaffImport) -> Answers:
    return Answers(staff_import.answers, who=staff_import.answers.get("rest:who", ""))


@transaction.atomic
def confirm(*, staff_import: StaffImport, plan_sha256: str) -> bool:
    """To be read in as it was shown. False when it was confirmed already. The worker hears of it on commit."""
    from .tasks import read_in_background

    confirmed = StaffImport.objects.filter(pk=staff_import.pk, state__in=(State.PREVIEW, State.CHANGED)).update(
        state=State.WAITING, plan_sha256=plan_sha256, moved_on_at=timezone.now()
    )
    if confirmed:
        transaction.on_commit(lambda: read_in_background.enqueue(staff_import.pk), robust=True)
    return bool(confirmed)


def carry_out(pk: int) -> None:
    """Read in what was confirmed, as whoever confirmed it. Once, however often it is called."""
    now = timezone.now()
    died = Q(state=State.RUNNING, moved_on_at__lt=now - SILENCE)
    mine = StaffImport.objects.filter(Q(state=State.WAITING) | died, pk=pk)
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
        entries = _Writer(actor, staff_import).carry_out(plan.steps)
        LedgerEntry.objects.bulk_create(entries, batch_size=BATCH)
        counts: dict[str, Any] = plan.counts
        ledger.write("staff.imported", actor=actor, subject=staff_import, file=staff_import.file_sha256, **counts)
    return plan


def foresee_plan(plan: Plan, *, actor: Any, staff_import: StaffImport, reach: QuerySet[Workplace]) -> Change | None:
    """What carrying the plan out changes in figures, on the first day on which all of it holds. Writes nothing.

    None for a plan with nothing to do, or with so much that a request would not bear it.
    """
    if not plan.is_ready or not 0 < len(plan.steps) <= FORESEEN:
        return None
    staff: set[int] = set()

    def act() -> None:
        entries = _Writer(actor, staff_import).carry_out(plan.steps)
        staff.update(entry.staff_id for entry in entries if entry.staff_id)

    return foresee(act, day=day_of_effect(_holds_from(plan)), reach=reach, who=lambda: staff)


def _holds_from(plan: Plan) -> datetime.date:
    ends = (step.day + ONE_DAY for step in plan.steps if step.act == Act.END_JOB and step.day)
    starts = (step.job.start for step in plan.steps if step.act == Act.ADD_JOB and step.job)
    return max([*ends, *starts], default=timezone.localdate())


class _Writer:
    """The steps of a plan as few large writes; returns the ledger rows that tell of them."""

    def __init__(self, actor: Any, staff_import: StaffImport) -> None:
        self.actor_id, self.now = getattr(actor, "pk", None), timezone.now()
        self.told = {"import": str(staff_import.uuid)}
        self.entries: list[LedgerEntry] = []

    def carry_out(self, steps: list[Step]) -> list[LedgerEntry]:
        by_act: dict[Act, list[Step]] = defaultdict(list)
        for step in steps:
            by_act[step.act].append(step)
        # What ends makes room for what begins: one open employment for each person and place.
        self._end(by_act[Act.END_JOB])
        self._number(by_act[Act.NUMBER_JOB])
        self._change(by_act[Act.CHANGE_DETAILS])
        self._add(by_act[Act.ADD_PERSON], by_act[Act.ADD_JOB])
        return self.entries

    def _tell(self, verb: str, subject: Any, staff: int | None, **data: Any) -> None:
        """The row that `ledger.write` would write, by ids alone: there are thousands."""
        self.entries.append(
            LedgerEntry(
                at=self.now,
                actor_id=self.actor_id,
                verb=verb,
                staff_id=staff,
                subject=ledger.subject_of(subject),
                data={**data, **self.told},
            )
        )

    def _end(self, steps: list[Step]) -> None:
        by_day: dict[Any, list[int]] = defaultdict(list)
        for step in steps:
            if step.job and step.job.id:
                by_day[step.day].append(step.job.id)
                said = {"last_day": str(step.day), "before": step.before.get("end", "")}
                self._tell("employment.ended", Employment(pk=step.job.id), step.person.id, **said)
        for day, jobs in by_day.items():
            for some in _batches(jobs):
                Employment.objects.filter(pk__in=some).update(end=day, end_recorded_at=self.now)

    def _number(self, steps: list[Step]) -> None:
        jobs = []
        for step in steps:
            if step.job and step.job.id:
                job = Employment(pk=step.job.id, employer=step.job.employer, employee_id=step.job.employee_id)
                jobs.append(job)
                self._tell("employment.numbered", job, step.person.id)
        Employment.objects.bulk_update(jobs, ["employer", "employee_id"], batch_size=BATCH // 4)

    def _change(self, steps: list[Step]) -> None:
        people = []
        names = ("given_name", "family_name", "email", "phone")
        for step in steps:
            person = step.person
            values = {name: getattr(person, name) for name in names} | dict(step.values)
            people.append(StaffMember(pk=person.id, **values))
            self._tell("staff.changed", people[-1], person.id, fields=sorted(step.values))
        StaffMember.objects.bulk_update(people, names, batch_size=BATCH // 4)

    def _add(self, people: list[Step], jobs: list[Step]) -> None:
        added = StaffMember.objects.bulk_create((StaffMember(**step.values) for step in people), batch_size=BATCH)
        staff_of = {id(step.person): member.pk for step, member in zip(people, added, strict=True)}
        rows = []
        for step in jobs:
            job = step.job
            if job:
                rows.append(
                    Employment(
                        staff_id=step.person.id or staff_of[id(step.person)],
                        workplace_id=job.place.id,
                        role_id=job.role,
                        kind=job.kind,
                        start=job.start,
                        end=job.end,
                        employer=job.employer,
                        employee_id=job.employee_id,
                        recorded_at=self.now,
                    )
                )
        uuids = {step.job.place.id: str(step.job.place.uuid) for step in jobs if step.job}
        for row in Employment.objects.bulk_create(rows, batch_size=BATCH):
            # Of somebody new it tells enough: who is on the list has a job, and the import says since when.
            workplace = uuids[row.workplace_id]
            self._tell("employment.added", row, row.staff_id, workplace=workplace, start=str(row.start))


def _batches(values: list[int]) -> Iterable[list[int]]:
    rest = iter(values)
    while some := list(islice(rest, BATCH)):
        yield some


# The file


def forget_file(staff_import: StaffImport) -> None:
    """The file is gone; what was done stays told."""
    if staff_import.file:
        staff_import.file.delete(save=False)
        StaffImport.objects.filter(pk=staff_import.pk).update(file="")


def put_aside(*, staff_import: StaffImport) -> bool:
    """Not to be read in after all: nothing of it is kept. False when it is being read in, or was."""
    with transaction.atomic():
        found = StaffImport.objects.select_for_update().filter(pk=staff_import.pk)
        gone = found.exclude(state__in=(State.WAITING, State.RUNNING, State.DONE)).delete()[0]
    if gone:
        staff_import.file.delete(save=False)
    return bool(gone)


def forget_stale() -> None:
    """Files that are a day old, or were read in by someone who died before clearing away."""
    with_file = StaffImport.objects.exclude(file="")
    for staff_import in with_file.filter(state=State.DONE):
        forget_file(staff_import)
    for staff_import in with_file.filter(uploaded_at__lte=timezone.now() - KEPT).exclude(state=State.DONE):
        staff_import.file.delete(save=False)
        staff_import.delete()
