from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string

from .. import ledger
from ..models import Tablet, Workplace
from .session import hash_token


@transaction.atomic
def pair_tablet(*, workplace: Workplace, name: str, actor: Any) -> tuple[Tablet, str]:
    """Bind a tablet to `workplace`. Returns it with its token, which only the tablet itself keeps."""
    now, token = timezone.now(), get_random_string(43)
    tablet = Tablet.objects.create(
        name=name,
        workplace=workplace,
        token_hash=hash_token(token),
        token_given_at=now,
        paired_at=now,
        paired_by=actor if getattr(actor, "pk", None) else None,
        last_seen_at=now,
    )
    ledger.write("tablet.paired", actor=actor, subject=tablet, workplace=str(workplace.uuid))
    return tablet, token


@transaction.atomic
def unpair_tablet(*, tablet: Tablet, actor: Any) -> None:
    """The tablet is a stranger from now on, and so is whoever is signed in on it."""
    if tablet.unpaired_at is None:
        tablet.unpaired_at, tablet.session = timezone.now(), ""
        tablet.save(update_fields=["unpaired_at", "session"])
        ledger.write("tablet.unpaired", actor=actor, subject=tablet)
