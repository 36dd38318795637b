"""A link by e-mail that signs in once, for those who have an address and no password at hand.

At the door nothing tells whether anybody has the address: asking writes the same row and wakes the same worker, whoever
asked. The worker finds out whom it is for, and sends. Nobody vouches for a mailbox, so a link gives no more than what
needs no vouching: accounts that lead, answer for a shop or enter the admin stay with their passwords.
"""

import datetime
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_client_ip_address
from django.conf import settings
from django.contrib.auth import get_backends, get_user_model
from django.contrib.auth.signals import user_login_failed
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.crypto import get_random_string, salted_hmac

from .. import ledger
from ..access import outranks
from ..conf import mail_is_set_up, setting
from ..models import SignInLink, StaffMember
from ..people.accounts import account_for
from ..sending import leaves
from .letter import write_letter

LASTS = datetime.timedelta(minutes=15)
TOKEN_LENGTH = 32

HOUR = datetime.timedelta(hours=1)
#: So many are sent in an hour: to one address, and for one address on the network, behind which a whole shop may sit.
FOR_AN_ADDRESS, FOR_A_CLIENT = 3, 20
#: Rows only count for an hour. A day is for whoever has to find out what went wrong.
KEPT = datetime.timedelta(days=1)

#: Seconds to wait after each try that failed. After the last, or an hour after it was asked for, nobody waits.
BACK_OFF = (30, 120, 300, 600)


def offers_link() -> bool:
    """Whether a link by e-mail is offered: the mail can leave, and it is known what address the link must have."""
    return bool(mail_is_set_up() and setting("LMS_PUBLIC_BASE_URL"))


# At the door


def ask_for_link(request: Any, *, email: str) -> bool:
    """Have a link sent to whoever has `email`, if that is one person who may come so.

    False when too many were asked for from where `request` comes. Of the address the answer tells nothing.
    """
    now = timezone.now()
    SignInLink.objects.filter(asked_at__lt=now - KEPT).delete()
    # Counted before it is looked at, and not in a transaction: of several at once, each sees those that came before.
    asked = SignInLink.objects.create(
        asked_at=now,
        email=email,
        email_hash=_hash(email.casefold(), settings.SECRET_KEY),
        client_hash=_hash(get_client_ip_address(request) or "", settings.SECRET_KEY),
        language=translation.get_language() or settings.LANGUAGE_CODE,
        try_at=now,
    )
    this_hour = SignInLink.objects.filter(asked_at__gt=now - HOUR)
    is_flood = this_hour.filter(client_hash=asked.client_hash).count() > FOR_A_CLIENT
    if is_flood or this_hour.filter(email_hash=asked.email_hash).count() > FOR_AN_ADDRESS:
        asked.delete()
        return not is_flood
    from .tasks import send_links

    send_links.enqueue()
    return True


def try_link(request: Any, token: str) -> SignInLink | None:
    """`link_for` when the button is pressed: wrong tokens are counted and limited as wrong passwords are.

    The first characters stand in for a user name, so that one person's old link locks no colleague out.
    """
    credentials = {"username": f"link:{_hash(token, settings.SECRET_KEY)[:8]}"}
    if not AxesProxyHandler.is_allowed(request, credentials):
        request.axes_locked_out = True  # AxesMiddleware answers instead of the view
        return None
    link = link_for(token)
    if link is None:
        user_login_failed.send(sender=__name__, credentials=credentials, request=request)
    return link


def link_for(token: str) -> SignInLink | None:
    """The live link with that token; None for any other, used or old ones too."""
    if len(token) != TOKEN_LENGTH:
        return None
    hashes = [_hash(token, str(key)) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    links = SignInLink.objects.live(timezone.now()).select_related("staff__user", "user")
    return links.filter(token_hash__in=hashes).first()


@transaction.atomic
def use_link(link: SignInLink) -> Any:
    """Spend the link. The account that it opens; None when someone was quicker, or the account is closed to links."""
    now = timezone.now()
    if not SignInLink.objects.live(now).filter(pk=link.pk).update(used_at=now):
        return None
    user = account_for(link.staff) if link.staff else link.user
    if not may_come_by_link(user) or backend_of(user) is None:
        return None
    ledger.write("link.used", actor=user, subject=link, staff=link.staff)
    return user


def may_come_by_link(user: Any) -> bool:
    """Whether a link may open the account: it is not closed, and gives nothing that somebody must vouch for."""
    return bool(user.is_active and outranks(None, user))


def backend_of(user: Any) -> str | None:
    """The first of the site's ways to sign in that keeps `user` signed in; None when none does: a closed account."""
    for backend in get_backends():
        keeper = getattr(backend, "get_user", None)  # those that only guard have none
        if keeper and keeper(user.pk):
            return f"{type(backend).__module__}.{type(backend).__qualname__}"
    return None


# At the worker


def send_waiting() -> datetime.datetime | None:
    """Send what waits. When to try again, if something could not be sent."""
    now = timezone.now()
    due = SignInLink.objects.filter(try_at__lte=now).order_by("asked_at")
    again = [_send(link) for link in due]
    return min((moment for moment in again if moment), default=None)


def _send(link: SignInLink) -> datetime.datetime | None:
    """Send one. The moment of the next try if it failed and somebody still waits."""
    now = timezone.now()
    wait = BACK_OFF[min(link.tries, len(BACK_OFF) - 1)]
    next_try = now + datetime.timedelta(seconds=wait)
    mine = SignInLink.objects.filter(pk=link.pk, try_at=link.try_at)
    if not mine.update(try_at=next_try, tries=F("tries") + 1):
        return None  # another worker was quicker
    found = whose(link.email)
    if found is None or now - link.asked_at > HOUR:
        _be_done_with(link)
        return None
    staff, user, address = found
    token = _give_token(link, staff, user)
    if not leaves(write_letter(address=address, staff=staff, user=user, token=token, language=link.language)):
        if link.tries + 1 > len(BACK_OFF):
            _be_done_with(link)
            return None
        return next_try
    with transaction.atomic():
        _be_done_with(link, sent_at=timezone.now())
        ledger.write("link.sent", actor=None, subject=link, staff=staff)
    return None


def whose(email: str) -> tuple[StaffMember | None, Any, str] | None:
    """(member of staff, user, address as it is kept) of the one person who has `email` and may come by link.

    None when nobody or several have it. Who works here needs no account yet; who has left needs one.
    """
    staff: Any = StaffMember.objects.filter(merged_into=None, email__iexact=email).select_related("user")
    people: dict[tuple[Any, Any], tuple[StaffMember | None, Any, str]] = {
        (person.pk, person.user_id): (person, person.user, person.email)
        for person in staff.telling_who_works(timezone.localdate())
        if person.is_working or person.user
    }
    User = get_user_model()
    field = User.get_email_field_name()
    if field in {known.name for known in User._meta.get_fields()}:
        for user in User._default_manager.filter(**{f"{field}__iexact": email}).select_related("staff_member"):
            if not user.is_active:
                continue
            person = getattr(user, "staff_member", None)
            key = (person.pk if person else None, user.pk)
            people.setdefault(key, (person, user, getattr(user, field)))
    if len(people) != 1:
        return None
    [found] = people.values()
    _staff, user, _address = found
    return found if user is None or may_come_by_link(user) else None


@transaction.atomic
def _give_token(link: SignInLink, staff: StaffMember | None, user: Any) -> str:
    """A new token for `link`. What was sent to that person before opens nothing any more."""
    now, token = timezone.now(), get_random_string(TOKEN_LENGTH)
    row: Any = staff or user
    type(row)._default_manager.select_for_update().get(pk=row.pk)  # one link at a time for one person
    whom = {"staff": staff} if staff else {"user": user}
    earlier = SignInLink.objects.filter(**whom, used_at=None, replaced_at=None).exclude(pk=link.pk)
    earlier.update(replaced_at=now)
    SignInLink.objects.filter(pk=link.pk).update(
        **whom, token_hash=_hash(token, settings.SECRET_KEY), expires_at=now + LASTS
    )
    return token


def _be_done_with(link: SignInLink, **values: Any) -> None:
    """Nothing is to be sent any more: the address goes."""
    SignInLink.objects.filter(pk=link.pk).update(try_at=None, email="", **values)


def _hash(value: str, key: str) -> str:
    return salted_hmac("lms.sign_in_link", value, secret=key, algorithm="sha256").hexdigest()
