"""Taking a key out of use. What it signed stays what it is; the public half stays for ever."""

import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from lms import ledger

from ..models import IssuerKey


@transaction.atomic
def retire(*, key: IssuerKey, actor: Any) -> IssuerKey:
    """It signs nothing more. Retiring twice changes nothing."""
    key = IssuerKey.objects.select_for_update().get(pk=key.pk)
    if key.retired_at is None:
        key.retired_at = timezone.now()
        key.save(update_fields=["retired_at"])
        ledger.write("certificate_key.retired", actor=actor, subject=key, kid=key.kid)
    return key


@transaction.atomic
def mark_compromised(*, key: IssuerKey, since: datetime.datetime, actor: Any) -> IssuerKey:
    """Somebody else may have signed with it since then. An earlier moment takes the place of a later one."""
    key = IssuerKey.objects.select_for_update().get(pk=key.pk)
    if key.compromised_at is None or since < key.compromised_at:
        key.compromised_at = since
        key.retired_at = key.retired_at or timezone.now()
        key.save(update_fields=["compromised_at", "retired_at"])
        ledger.write("certificate_key.compromised", actor=actor, subject=key, kid=key.kid, since=since.isoformat())
    return key
