"""Who is at the shared tablet. Two cookies of our own with the tablet's path; never a Django login.

The tablet's cookie says which tablet it is and lives for long; its token is renewed now and then. The person's cookie
says who tapped their name, dies with the browser, with "Byt person", with a new PIN and after a while without a tap.
Both are worthless elsewhere: the admin and the book never see them.
"""

import datetime
import hashlib
import uuid
from typing import Any

from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac

from ..conf import setting
from ..models import Employment, StaffMember, Tablet, Workplace
from .pins import pin_stamp

TABLET_COOKIE, PERSON_COOKIE = "lms_tablet", "lms_person"
#: Set by the tablet's own script when somebody leaves or signs in without network, where the person's cookie, which no
#: script reaches, cannot be changed. It can only end a session: who is named in it is not let in by it.
HERE_COOKIE = "lms_here"
TABLET_COOKIE_DAYS = 400
#: A token older than this is renewed when somebody signs in.
RENEW_TOKEN_AFTER = datetime.timedelta(days=7)
#: The person's cookie is renewed at most this often.
RENEW_AFTER_SECONDS = 30


def tablet_path() -> str:
    return reverse("lms:door:tiles")


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def tablet_of(request: Any) -> Tablet | None:
    """The paired tablet that sends `request`, with its workplace; None for any other.

    The token before the last is good until the tablet has shown the last one, for the reply that brought it may have
    been lost. From then on whoever still comes with the old one is a stranger.
    """
    identity, token = _shown(request)
    try:
        known = uuid.UUID(hex=identity)
    except ValueError:
        return None
    tablet = Tablet.objects.select_related("workplace").filter(uuid=known, unpaired_at=None).first()
    if tablet is None:
        return None
    shown = hash_token(token)
    if constant_time_compare(tablet.token_hash, shown):
        if tablet.previous_token_hash:
            Tablet.objects.filter(pk=tablet.pk, token_hash=shown).update(previous_token_hash="")
            tablet.previous_token_hash = ""
        return tablet
    if tablet.previous_token_hash and constant_time_compare(tablet.previous_token_hash, shown):
        return tablet
    return None


def _shown(request):
    identity, _dot, token = request.COOKIES.get(TABLET_COOKIE, "").partition(".")
    return identity, token


def learner_of(request: Any, tablet: Tablet) -> StaffMember | None:
    """Whoever has signed in with a PIN on `tablet` and has not been away for long."""
    try:
        seal = signing.loads(
            request.COOKIES.get(PERSON_COOKIE, ""),
            salt="lms.person",
            max_age=setting("LMS_TABLET_SESSION_SECONDS"),
        )
    except signing.BadSignature:
        return None
    if request.COOKIES.get(HERE_COOKIE) not in (None, "", seal["staff"]):
        return None
    if not tablet.session or not constant_time_compare(seal["session"], tablet.session):
        return None
    learner = StaffMember.objects.filter(uuid=seal["staff"]).first()
    if learner is None or pin_stamp(learner) != seal["pin"] or not works_here(learner, tablet.workplace):
        return None
    return learner


def works_here(learner: StaffMember, workplace: Workplace) -> bool:
    return people_here(workplace).filter(pk=learner.pk).exists()


def people_here(workplace: Workplace) -> Any:
    """Those whose tiles stand on the tablets of `workplace` today."""
    jobs = Employment.objects.covering(timezone.localdate()).filter(workplace__path__startswith=workplace.path)
    return StaffMember.objects.filter(pk__in=jobs.values("staff"))


def begin_session(response: Any, request: Any, tablet: Tablet, learner: StaffMember) -> None:
    """From now on this tablet acts for `learner`; whoever was signed in before is out.

    A token that has grown old is renewed, and the tablet's cookie begins its days anew: a tablet in use is never a
    stranger one morning.
    """
    tablet.session = get_random_string(22)
    tablet.last_seen_at = timezone.now()
    tablet.save(update_fields=["session", "last_seen_at"])
    _seal(response, request, tablet, learner)
    response.delete_cookie(HERE_COOKIE, path=tablet_path(), samesite="Lax")
    _identity, shown = _shown(request)
    came_with_previous = not constant_time_compare(tablet.token_hash, hash_token(shown))
    is_due = came_with_previous or tablet.last_seen_at - tablet.token_given_at > RENEW_TOKEN_AFTER
    if is_due and (token := _renew_token(tablet, shown)):
        give_tablet_cookie(response, request, tablet, token)


@transaction.atomic
def _renew_token(tablet, shown):
    """The token that comes after `shown`; None where `shown` is worth nothing any more.

    It follows from `shown` and our own key. So a tablet whose reply was lost, or that signs in on two tabs at once, is
    given the same one again: whichever reply comes last, its cookie is good.
    """
    current = Tablet.objects.select_for_update().get(pk=tablet.pk)
    before = hash_token(shown)
    token = salted_hmac("lms.tablet.token", f"{tablet.uuid.hex}.{shown}", algorithm="sha256").hexdigest()
    if hash_token(token) != current.token_hash:
        if before not in (current.token_hash, current.previous_token_hash):
            return None
        Tablet.objects.filter(pk=tablet.pk).update(
            token_hash=hash_token(token), previous_token_hash=before, token_given_at=timezone.now()
        )
    return token


def end_session(response: Any, tablet: Tablet) -> None:
    tablet.session = ""
    tablet.save(update_fields=["session"])
    response.delete_cookie(PERSON_COOKIE, path=tablet_path(), samesite="Lax")


def renew_session(response: Any, request: Any, tablet: Tablet, learner: StaffMember) -> None:
    """Push the idle limit ahead."""
    try:
        signing.loads(request.COOKIES[PERSON_COOKIE], salt="lms.person", max_age=RENEW_AFTER_SECONDS)
    except signing.SignatureExpired:
        _seal(response, request, tablet, learner)


def _seal(response, request, tablet, learner):
    value = signing.dumps(
        {"session": tablet.session, "staff": str(learner.uuid), "pin": pin_stamp(learner)}, salt="lms.person"
    )
    response.set_cookie(
        PERSON_COOKIE, value, path=tablet_path(), httponly=True, samesite="Lax", secure=request.is_secure()
    )


def give_tablet_cookie(response: Any, request: Any, tablet: Tablet, token: str) -> None:
    response.set_cookie(
        TABLET_COOKIE,
        f"{tablet.uuid.hex}.{token}",
        max_age=TABLET_COOKIE_DAYS * 24 * 3600,
        path=tablet_path(),
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )
