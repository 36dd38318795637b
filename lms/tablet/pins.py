"""PINs on shared tablets: four digits are few, so wrong ones slow that person down, and only that person."""

import datetime
import itertools
from typing import Any

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import ledger
from ..models import PinGuard, StaffMember, Tablet

MIN_DIGITS, MAX_DIGITS = 4, 6

#: After so many wrong PINs on one tablet: how long the next try must wait.
DELAYS = ((3, 30), (5, 120), (7, 600), (9, 3600))
#: After so many in all, on whatever tablets, only a leader or the shop owner opens the door again.
FAILURES_UNTIL_LOCKED = 20
FOREVER = datetime.datetime(9999, 1, 1, tzinfo=datetime.UTC)


def delay_after(failures: int) -> int:
    """Seconds to wait after so many wrong PINs in a row on one tablet."""
    return next((seconds for count, seconds in reversed(DELAYS) if failures >= count), 0)


def clean_pin(pin: str) -> str:
    """`pin` if it can be one. Raises ValidationError in plain words."""
    pin = pin.strip()
    if not (pin.isascii() and pin.isdigit() and MIN_DIGITS <= len(pin) <= MAX_DIGITS):
        raise ValidationError(
            _("A PIN is %(least)s to %(most)s digits."), params={"least": MIN_DIGITS, "most": MAX_DIGITS}
        )
    steps = {int(after) - int(before) for before, after in itertools.pairwise(pin)}
    if len(steps) == 1 and steps <= {-1, 0, 1}:
        raise ValidationError(_("That PIN is too easy to guess. Do not use digits in a row or all the same."))
    return pin


@transaction.atomic
def set_pin(*, staff: StaffMember, pin: str) -> None:
    """Keep a keyed hash of `pin`: ten thousand PINs are tried in a second, but not without the site's secret key."""
    staff.pin_hash = _signer().signature(f"{staff.uuid}:{clean_pin(pin)}")
    staff.save(update_fields=["pin_hash"])
    PinGuard.objects.filter(staff=staff).delete()
    ledger.write("pin.set", actor=None, subject=staff, staff=staff)


def blocked_until(staff: StaffMember, tablet: Tablet) -> datetime.datetime | None:
    """Until when no PIN of this person is tried on this tablet; FOREVER when someone must unlock it."""
    times = PinGuard.objects.filter(staff=staff, tablet__in=[tablet]).values_list("blocked_until", flat=True)
    in_all = PinGuard.objects.filter(staff=staff, tablet=None).values_list("blocked_until", flat=True)
    latest = max((moment for moment in (*times, *in_all) if moment), default=None)
    return latest if latest and latest > timezone.now() else None


def check_pin(*, staff: StaffMember, tablet: Tablet, pin: str) -> bool:
    """Whether `pin` is right. A try is counted before it is looked at, so that parallel tries are all counted.

    Never looks while the person is blocked here: the caller asks `blocked_until` and says so.
    """
    with transaction.atomic():
        here, _created = PinGuard.objects.get_or_create(staff=staff, tablet=tablet)
        in_all, _created = PinGuard.objects.get_or_create(staff=staff, tablet=None)
        guards = PinGuard.objects.select_for_update().filter(pk__in=[here.pk, in_all.pk])
        if any(guard.blocked_until and guard.blocked_until > timezone.now() for guard in guards):
            return False
        PinGuard.objects.filter(pk__in=[here.pk, in_all.pk]).update(failures=F("failures") + 1)
        here.refresh_from_db()
        in_all.refresh_from_db()
        if wait := delay_after(here.failures):
            here.blocked_until = timezone.now() + datetime.timedelta(seconds=wait)
            here.save(update_fields=["blocked_until"])
        if in_all.failures >= FAILURES_UNTIL_LOCKED:
            in_all.blocked_until = FOREVER
            in_all.save(update_fields=["blocked_until"])
    if not _matches(staff, pin.strip()):
        return False
    PinGuard.objects.filter(staff=staff).delete()
    return True


@transaction.atomic
def unlock_pin(*, staff: StaffMember, actor: Any) -> None:
    """Forget the wrong PINs: the person may try again, with the same PIN."""
    deleted, _each = PinGuard.objects.filter(staff=staff).delete()
    if deleted:
        ledger.write("pin.unlocked", actor=actor, subject=staff, staff=staff)


def pin_stamp(staff: StaffMember) -> str:
    """Changes when the PIN does, so that a new PIN ends what was begun with the old one."""
    return staff.pin_hash[-12:]


def _matches(staff: StaffMember, pin: str) -> bool:
    if not staff.pin_hash:
        return False
    try:
        # Also tries SECRET_KEY_FALLBACKS, in constant time.
        _signer().unsign(f"{staff.uuid}:{pin}|{staff.pin_hash}")
    except signing.BadSignature:
        return False
    return True


def _signer() -> signing.Signer:
    return signing.Signer(sep="|", salt="lms.pin")
