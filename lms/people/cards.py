"""Login cards: a printed one-time code for someone without e-mail. The code itself is never stored."""

import datetime
from collections.abc import Sequence
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.db import transaction
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.crypto import get_random_string, salted_hmac
from django.utils.translation import gettext_lazy

from .. import ledger
from ..access import outranks
from ..conf import setting
from ..models import LoginCard, StaffMember

#: No 0, 1, I, L or O: nobody should have to guess what stands on a card. Ten of 31 make 49 bits.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 10

#: A4, two beside each other.
CARDS_ON_A_SHEET = 6

CODE_REFUSED = gettext_lazy(
    "That code does not work. Check it letter by letter. The card may also be too old or already used: "
    "then ask for a new one."
)


@transaction.atomic
def issue_card(*, staff: StaffMember, actor: Any) -> str:
    """A new code for `staff`, to print at once: it can never be shown again. The card before it stops working.

    One at a time for one person: two at once would both find no card to replace.
    """
    StaffMember.objects.select_for_update().get(pk=staff.pk)
    now = timezone.now()
    staff.login_cards.filter(used_at=None, replaced_at=None).update(replaced_at=now)
    code = get_random_string(LENGTH, ALPHABET)
    card = LoginCard.objects.create(
        staff=staff,
        code_hash=_hash(code, settings.SECRET_KEY),
        issued_at=now,
        issued_by=actor if getattr(actor, "pk", None) else None,
        expires_at=timezone.make_aware(datetime.datetime.combine(last_day(), datetime.time.max)),
    )
    ledger.write("card.issued", actor=actor, subject=card, staff=staff)
    return f"{code[:5]}-{code[5:]}"


def who_needs_one(people: Sequence[StaffMember]) -> list[tuple[StaffMember, bool, datetime.datetime | None]]:
    """Each with whether a card is how they begin, and until when the one works that they have already.

    Who has neither PIN nor account needs one; not who has been handed a card, since a new one would kill it.
    """
    cards = LoginCard.objects.working(timezone.now()).filter(staff__in=people)
    until = dict(cards.values_list("staff", "expires_at"))
    return [
        (person, not (person.pin_hash or person.user_id or person.pk in until), until.get(person.pk))
        for person in people
    ]


def card_sheets(request: Any, people: Sequence[StaffMember], *, back: str) -> Any:
    """A new card for each of `people`, ready to print. The only moment that the codes are readable: nothing on the way
    may keep the page. All or none: of a sheet that never came, no card may have replaced another."""
    with transaction.atomic():
        cards = [(person, issue_card(staff=person, actor=request.user)) for person in people]
    response = render(
        request,
        "lms/admin/cards.html",
        {
            "sheets": [cards[first : first + CARDS_ON_A_SHEET] for first in range(0, len(cards), CARDS_ON_A_SHEET)],
            "last_day": last_day(),
            "back": back,
            "card_url": request.build_absolute_uri(reverse("lms:card")),
        },
    )
    patch_cache_control(response, private=True, no_store=True)
    return response


def last_day() -> datetime.date:
    """The last day that a card issued today works."""
    return timezone.localdate() + datetime.timedelta(days=setting("LMS_CARD_DAYS"))


def normalise(code: str) -> str:
    """`code` as typed, without case, spaces or hyphens."""
    return "".join(char for char in code.upper() if char in ALPHABET)


def try_card(request: Any, code: str, *, staff: StaffMember | None = None) -> LoginCard | None:
    """`card_for` at a door: wrong codes are counted and limited as wrong passwords are.

    The first characters stand in for a user name, so that one person's mistyping locks no colleague out.
    """
    code = normalise(code)
    credentials = {"username": f"card:{code[:4]}"}
    if not AxesProxyHandler.is_allowed(request, credentials):
        request.axes_locked_out = True  # AxesMiddleware answers instead of the view
        return None
    card = card_for(code, staff=staff)
    if card is None:
        user_login_failed.send(sender=__name__, credentials=credentials, request=request)
    return card


def card_for(code: str, *, staff: StaffMember | None = None) -> LoginCard | None:
    """The unused card with that code, of `staff` if given; None for any other code, used or expired ones too."""
    code = normalise(code)
    if len(code) != LENGTH:
        return None
    hashes = [_hash(code, str(key)) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    working = LoginCard.objects.working(timezone.now())
    cards = working.select_related("staff__user", "issued_by").filter(code_hash__in=hashes)
    if staff:
        cards = cards.filter(staff=staff)
    return cards.first()


def opens_account(card: LoginCard) -> bool:
    """Whether a password may be chosen with `card`: not when that would give more than whoever printed it has.

    On the tablet every card works, since a PIN opens nothing but the learner's own pages.
    """
    user = card.staff.user
    return user is None or outranks(card.issued_by, user)


def use_card(card: LoginCard) -> bool:
    """Spend the card. False when someone was quicker."""
    used = LoginCard.objects.filter(pk=card.pk, used_at=None, replaced_at=None).update(used_at=timezone.now())
    if used:
        ledger.write("card.used", actor=None, subject=card, staff=card.staff)
    return bool(used)


def _hash(code: str, key: str) -> str:
    return salted_hmac("lms.login_card", code, secret=key, algorithm="sha256").hexdigest()
