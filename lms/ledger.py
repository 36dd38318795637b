from typing import Any

from django.utils import timezone

from .models import LedgerEntry, StaffMember


def write(verb: str, *, actor: Any, subject: Any, staff: StaffMember | None = None, **data: Any) -> LedgerEntry:
    """Append one decision. Call it inside the transaction that carries the decision out.

    `subject` is the row it is about. `data` must be JSON-ready and hold no names: codes, dates, ids.
    """
    return LedgerEntry.objects.create(
        at=timezone.now(),
        actor=actor if getattr(actor, "pk", None) else None,
        verb=verb,
        staff=staff,
        subject=f"{subject._meta.model_name}:{subject.pk}",
        data=data,
    )
