from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.utils import timezone

from .models import LedgerEntry, StaffMember

_listening: ContextVar[tuple[list[LedgerEntry], ...]] = ContextVar("lms_ledger_listening", default=())


def write(verb: str, *, actor: Any, subject: Any, staff: StaffMember | None = None, **data: Any) -> LedgerEntry:
    """Append one decision. Call it inside the transaction that carries the decision out.

    `subject` is the row it is about. `data` must be JSON-ready and hold no names: codes, dates, ids.
    """
    written = LedgerEntry(
        at=timezone.now(),
        actor=actor if getattr(actor, "pk", None) else None,
        verb=verb,
        staff=staff,
        subject=subject_of(subject),
        data=data,
    )
    written.save(force_insert=True)
    for entries in _listening.get():
        entries.append(written)
    return written


def subject_of(row: Any) -> str:
    return f"{row._meta.model_name}:{row.pk}"


@contextmanager
def listen() -> Iterator[list[LedgerEntry]]:
    """What is written to the ledger in the block, in its order."""
    entries: list[LedgerEntry] = []
    token = _listening.set((*_listening.get(), entries))
    try:
        yield entries
    finally:
        _listening.reset(token)
