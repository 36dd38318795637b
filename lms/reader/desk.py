"""What every page of the desk does first: who is here, what may they open, and is the form theirs."""

import datetime
import uuid
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from courses.models import ActivityVersion

from ..access import may_lead, may_read
from ..models import EventSource, Role


def desk(view):
    """Let in a learner; send others to the right door. Personal pages are never stored by a browser or a proxy.

    A form that was drawn for someone else (two tabs, "Byt person" in between) is refused: see `{% event_fields %}`.
    """

    @wraps(view)
    def inner(request, *args, **kwargs):
        if not request.learner:
            return _to_the_door(request)
        if request.method == "POST" and request.POST.get("learner") != str(request.learner.uuid):
            response = render(request, "lms/reader/someone_else.html", status=409)
        else:
            request.renew_person = True
            response = view(request, *args, **kwargs)
        patch_cache_control(response, private=True, no_store=True)
        return response

    return inner


def _to_the_door(request: Any) -> HttpResponse:
    if request.resolver_match.namespaces[-1] == "tablet":
        return redirect("lms:door:tiles")
    if request.user.is_authenticated:
        return render(request, "lms/reader/not_on_the_list.html", {"ways": _other_ways(request.user)}, status=403)
    # Back to the page itself when one is in; what was sent is lost, and its address shows nothing.
    after = request.get_full_path() if request.method in ("GET", "HEAD") else address(request, "start")
    return redirect_to_login(after, reverse("lms:sign_in"))


def _other_ways(user: Any) -> list[dict[str, str]]:
    """Where someone belongs who leads, or answers for a shop, and is not in training."""
    ways = []
    if user.has_perm("wagtailadmin.access_admin"):
        ways.append({"url": reverse("wagtailadmin_home"), "label": _("To the administration")})
    if may_lead(user, Role.SHOP_OWNER, Role.PROJECT_LEADER):
        ways.append({"url": reverse("lms:my_shop"), "label": _("My shop")})
    return ways


def go(request: Any, name: str, *args: Any) -> HttpResponse:
    """To another page of the desk, at the same door: own device or tablet."""
    return redirect(address(request, name, *args))


def address(request: Any, name: str, *args: Any) -> str:
    return address_at(request.resolver_match.namespace, name, *args)


def address_at(door: str, name: str, *args: Any) -> str:
    """The page `name` of the desk at `door`: "lms:own" or "lms:tablet"."""
    return reverse(f"lms:reader:{name}", args=args, current_app=door)


def readable_version(request: Any, activity_uuid: uuid.UUID) -> ActivityVersion:
    """The version of an activity that this learner is shown, with its activity and course.

    The same 404 for one that does not exist and one that is not for this learner.
    """
    versions = ActivityVersion.objects.shown_in(get_language() or "").select_related("activity__course")
    version = versions.filter(activity__uuid=activity_uuid, activity__live=True, activity__course__live=True).first()
    if version is None or not may_read(request, version.activity.course):
        raise Http404
    return version


def event_id_of(request: Any) -> uuid.UUID:
    """The id that the form carries, so that sending it twice counts once."""
    try:
        return uuid.UUID(request.POST.get("event_id", ""))
    except ValueError as error:
        raise PermissionDenied("The form carries no event id.") from error


def source_of(request: Any) -> str:
    return EventSource.TABLET if request.tablet else EventSource.READER


#: An answer saved as it is given may be this late. What claims to be older is heard as given now.
SLOWEST = datetime.timedelta(minutes=2)


def _given_at(request: Any, now: datetime.datetime) -> datetime.datetime:
    """When an answer was given, so that a slower request does not win over a later answer. Good for order alone.

    By our own clock when the page was drawn, and how long it had been open: the device's clock is not asked.
    """
    try:
        said = (int(request.POST["drawn"]) + int(request.POST["open_for"])) / 1000
        claimed = datetime.datetime.fromtimestamp(said, tz=datetime.UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return now
    return claimed if now - SLOWEST <= claimed <= now else now


def facts_from(request: Any) -> dict[str, Any]:
    """What every event from a form of ours has in common."""
    now = timezone.now()
    return {
        "event_id": event_id_of(request),
        "learner": request.learner,
        "occurred_at": _given_at(request, now),
        "received_at": now,
        "source": source_of(request),
        "recorded_by": None if request.tablet else request.user,
    }
