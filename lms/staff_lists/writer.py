"""The steps of a plan written, by the rules of `people.actions`: few large writes, whatever their number."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import islice
from typing import Any

from django.utils import timezone

from .. import ledger
from ..models import Employment, LedgerEntry, StaffImport, StaffMember
from .draft import Act, Step

BATCH = 1000


class Writer:
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
