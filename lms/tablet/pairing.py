"""Pairing without a password on the tablet: a leader makes a code where they are signed in, and the tablet takes it.

Six digits are few. They are worth something for ten minutes and once; wrong ones are counted as wrong passwords are;
and all that they open is the names of one workplace, in the ledger and in the list of tablets where a leader ends it.
"""

import datetime
import secrets
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from .. import ledger
from ..models import PairingCode, Tablet, Workplace
from .actions import pair_tablet

DIGITS = 6
LASTS = datetime.timedelta(minutes=10)
#: Stands in for a user name where wrong codes are counted.
WHO = {"username": "pairing"}


@transaction.atomic
def make_code(*, workplace: Workplace, name: str, actor: Any) -> tuple[PairingCode, str]:
    """A code that pairs one tablet with `workplace`. It is told here and nowhere else.

    Those of the same person that nobody used, and all that are over, go away.
    """
    now = timezone.now()
    PairingCode.objects.filter(used_at=None, made_by=actor).delete()
    PairingCode.objects.filter(expires_at__lte=now).delete()
    taken = set(PairingCode.objects.filter(used_at=None).values_list("code_hash", flat=True))
    while True:
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        if _hash(code, settings.SECRET_KEY) not in taken:
            break
    made = PairingCode.objects.create(
        code_hash=_hash(code, settings.SECRET_KEY),
        workplace=workplace,
        name=name,
        made_at=now,
        made_by=actor,
        expires_at=now + LASTS,
    )
    ledger.write("tablet.code_made", actor=actor, subject=made, workplace=str(workplace.uuid))
    return made, code


def spend_code(request: Any, code: str) -> tuple[Tablet, str] | None:
    """The tablet that the code pairs, with its token; None for a code that pairs nothing (any more)."""
    if not AxesProxyHandler.is_allowed(request, WHO):
        request.axes_locked_out = True  # AxesMiddleware answers instead of the view
        return None
    digits = "".join(char for char in code if char.isdecimal())
    hashes = [_hash(digits, str(key)) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    with transaction.atomic():
        now, places = timezone.now(), Workplace.objects.open_on(timezone.localdate())
        open_now = PairingCode.objects.filter(used_at=None, expires_at__gt=now, workplace__in=places)
        found = open_now.filter(code_hash__in=hashes).select_related("workplace", "made_by")
        made = found.select_for_update(of=("self",)).first()
        if made:
            made.used_at = now
            made.save(update_fields=["used_at"])
            return pair_tablet(workplace=made.workplace, name=made.name, actor=made.made_by)
    user_login_failed.send(sender=__name__, credentials=WHO, request=request)
    return None


def _hash(code: str, key: str) -> str:
    return salted_hmac("lms.tablet.pairing", code, secret=key, algorithm="sha256").hexdigest()
