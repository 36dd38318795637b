import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from .models import LedgerEntry, StaffMember

_listening: ContextVar[tuple[list[LedgerEntry], ...]] = ContextVar("lms_ledger_listening", default=())


def write(
    verb: str,
    *,
    actor: Any,
    subject: Any,
    staff: StaffMember | None = None,
    form_id: uuid.UUID | None = None,
    **data: Any,
) -> LedgerEntry:
    """Append one decision. Call it inside the transaction that carries the decision out.

    `subject` is the row it is about. `data` must be JSON-ready and hold no names: codes, dates, ids. `form_id` is that
    of the form it was decided in, for `written_by`.
    """
    written = LedgerEntry(
        uuid=uuid.uuid5(form_id, verb) if form_id else uuid.uuid4(),
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


def has_written(form_id: uuid.UUID | None, verb: str) -> bool:
    """Whether a form has been sent before and has had its effect."""
    return form_id is not None and LedgerEntry.objects.filter(uuid=uuid.uuid5(form_id, verb)).exists()


def written_by(form_id: uuid.UUID | None, verb: str, *, actor: Any) -> LedgerEntry | None:
    """What the same form has decided already: somebody clicked twice. Needs a transaction.

    Both clicks are the actor's, whose row is locked: the second waits until the first is done.
    """
    if form_id is None:
        return None
    get_user_model()._default_manager.select_for_update().filter(pk=actor.pk).first()
    return LedgerEntry.objects.filter(uuid=uuid.uuid5(form_id, verb)).first()
