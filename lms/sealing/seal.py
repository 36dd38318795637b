"""Sealing the ledger, and erasing a person from it so that the seals stay good."""

import datetime
import secrets
import uuid
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from .. import ledger
from ..models import LedgerEntry, LedgerSeal, SealedEntry, StaffMember
from .chain import Said, commitment, seal_hash

#: Entries in one seal at most: what is held in memory, and how long others wait.
BATCH = 1000

#: The verb of the entry that tells what was erased; by it an erased entry is known from a broken one.
ERASED = "ledger.erased"


class Head(NamedTuple):
    """The last seal: what is printed on a report. Who keeps it can show that nothing before it was changed."""

    number: int
    hash: str
    sealed_at: datetime.datetime


def head() -> Head | None:
    """The last seal; None where nothing is sealed yet. One query. It says nothing of what was written since: `seal`."""
    last = LedgerSeal.objects.order_by("-number").first()
    return Head(last.number, last.hash, last.sealed_at) if last else None


def seal(*, batch: int = BATCH) -> int:
    """Seal what is not sealed yet; returns how many entries. Safe to run again, and by several at once.

    What somebody else commits meanwhile, with a key that we have passed, is left to the next time.
    """
    sealed = after = 0
    while rows := _seal_batch(batch, after):
        sealed, after = sealed + len(rows), rows[-1].pk
    return sealed


def _seal_batch(batch: int, after: int) -> list[LedgerEntry]:
    """One seal in a transaction of its own. Of two at once one takes the number, and the other looks again."""
    while True:
        last = LedgerSeal.objects.order_by("-number").first()
        try:
            with transaction.atomic():
                return _write(last, batch, after)
        except IntegrityError:
            if LedgerSeal.objects.order_by("-number").first() == last:
                raise  # nobody was quicker: something is wrong with the chain


def _write(last: LedgerSeal | None, batch: int, after: int) -> list[LedgerEntry]:
    if last:
        LedgerSeal.objects.select_for_update().get(pk=last.pk)  # see `erase`
    sealed = SealedEntry.objects.filter(uuid=OuterRef("uuid"))
    unsealed = LedgerEntry.objects.filter(~Exists(sealed), pk__gt=after)
    entries = list(unsealed.select_related("staff").order_by("pk")[:batch])
    if not entries:
        return []
    first = last.last + 1 if last else 1
    rows = [_sealed(entry, number) for number, entry in enumerate(entries, start=first)]
    told: dict[str, Any] = {
        "previous": last.hash if last else "",
        "number": last.number + 1 if last else 1,
        "first": first,
        "last": rows[-1].number,
        "sealed_at": timezone.now(),
    }
    LedgerSeal.objects.create(**told, hash=seal_hash(**told, commitments=[row.commitment for row in rows]))
    SealedEntry.objects.bulk_create(rows)
    return entries


def _sealed(entry: LedgerEntry, number: int) -> SealedEntry:
    staff, actor, salt = entry.staff.uuid if entry.staff else None, str(entry.actor_id or ""), secrets.token_hex(32)
    said = said_by(entry, staff=staff, actor=actor)
    return SealedEntry(
        number=number, uuid=entry.uuid, commitment=commitment(said, salt), salt=salt, staff=staff, actor=actor
    )


def said_by(entry: LedgerEntry, *, staff: uuid.UUID | None, actor: str) -> Said:
    """What the entry says. Whom it is about and whose act it was is as the seal knew it: an account or a row may go."""
    return Said(
        id=entry.pk,
        uuid=str(entry.uuid),
        at=entry.at,
        verb=entry.verb,
        subject=entry.subject,
        staff=str(staff or ""),
        actor=actor,
        data=entry.data,
    )


@transaction.atomic
def erase(*, staff: StaffMember, actor: Any) -> int:
    """Empty what the ledger says about a person: whom it is about, of what, the details, and the salt that could prove
    them. When it was, what kind of act and whose stays, and the commitment, so that every seal stays good. Returns how
    many entries.

    The caller has asked whether `actor` may. It cannot be undone, and what those entries tell of can not be either.
    """
    seal()
    _hold_the_chain()
    entries = list(LedgerEntry.objects.of(staff).values_list("uuid", flat=True))
    LedgerEntry.objects.filter(uuid__in=entries).update(staff=None, subject="", data={})
    SealedEntry.objects.filter(uuid__in=entries).update(salt="", staff=None, actor="")
    ledger.write(ERASED, actor=actor, subject=staff, entries=sorted(map(str, entries)))
    return len(entries)


def _hold_the_chain() -> None:
    """Nobody seals until the transaction ends: they would seal what they read before it was emptied."""
    while last := LedgerSeal.objects.order_by("-number").first():
        LedgerSeal.objects.select_for_update().get(pk=last.pk)
        if not LedgerSeal.objects.filter(number__gt=last.number).exists():
            return
