"""Who is at the shared tablet. Two cookies of our own with the tablet's path; never a Django login.

The tablet's cookie says which tablet it is and lives for long. The person's cookie says who tapped their name, dies
with the browser, with "Byt person", with a new PIN and after a while without a tap. Both are worthless elsewhere: the
admin and the book never see them.
"""

import hashlib
import uuid
from typing import Any

from django.core import signing
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, get_random_string

from ..conf import setting
from ..models import Employment, StaffMember, Tablet, Workplace
from .pins import pin_stamp

TABLET_COOKIE, PERSON_COOKIE = "lms_tablet", "lms_person"
#: Set by the tablet's own script when somebody leaves or signs in without network, where the person's cookie, which no
#: script reaches, cannot be changed. It can only end a session: who is named in it is not let in by it.
HERE_COOKIE = "lms_here"
TABLET_COOKIE_DAYS = 400
#: The person's cookie is renewed at most this often.
RENEW_AFTER_SECONDS = 30


def tablet_path() -> str:
    return reverse("lms:door:tiles")


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def tablet_of(request: Any) -> Tablet | None:
    """The paired tablet that sends `request`, with its workplace; None for any other."""
    identity, _dot, token = request.COOKIES.get(TABLET_COOKIE, "").partition(".")
    try:
        known = uuid.UUID(hex=identity)
    except ValueError:
        return None
    tablet = Tablet.objects.select_related("workplace").filter(uuid=known, unpaired_at=None).first()
    if tablet and constant_time_compare(tablet.token_hash, hash_token(token)):
        return tablet
    return None


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

    Its own cookie begins its days anew: a tablet in use is never a stranger one morning.
    """
    tablet.session = get_random_string(22)
    tablet.last_seen_at = timezone.now()
    tablet.save(update_fields=["session", "last_seen_at"])
    _seal(response, request, tablet, learner)
    response.delete_cookie(HERE_COOKIE, path=tablet_path(), samesite="Lax")
    _keep_tablet_cookie(response, request, request.COOKIES[TABLET_COOKIE])


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
    _keep_tablet_cookie(response, request, f"{tablet.uuid.hex}.{token}")


def _keep_tablet_cookie(response, request, value):
    response.set_cookie(
        TABLET_COOKIE,
        value,
        max_age=TABLET_COOKIE_DAYS * 24 * 3600,
        path=tablet_path(),
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )
