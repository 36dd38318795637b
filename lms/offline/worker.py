"""The files that make the tablet work without network, and one name for the lot of them: the app's version."""

import functools
import hashlib
import json
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.cache import cache
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import override

from courses.models import Contact
from courses.models.contacts import in_groups

from ..access import PIN
from ..tablet.forms import PinForm

MINUTE = 60

#: What the shell needs to run; its modules import each other by name.
SCRIPTS = (
    "store",
    "outbox",
    "session",
    "status",
    "bodies",
    "shell",
    "screens",
    "answering",
    "tablet",
    "carry",
    "facts",
)
FILES = (
    "lms_courses/lms.css",
    "lms_courses/parts.css",
    "lms_courses/display.css",
    "lms_courses/icon.svg",
    "lms_courses/ridge.svg",
    "lms_courses/fonts/alegreya-latin-wght-normal.woff2",
    "lms_courses/fonts/source-sans-3-latin-wght-normal.woff2",
    "lms_courses/practice.js",
    "lms_courses/order.js",
    "lms_courses/listen.js",
    "lms/show.js",
    "lms/desk.js",
    "lms/tablet.css",
    *(f"lms/offline/{name}.js" for name in SCRIPTS),
)


def nobody(request: HttpRequest) -> HttpRequest:
    """A request as by a stranger without a cookie: what the host's base template may ask of one."""
    other = HttpRequest()
    other.method, other.path, other.path_info = "GET", request.path, request.path_info
    kept = ("SERVER_NAME", "SERVER_PORT", "HTTP_HOST", "HTTP_X_FORWARDED_PROTO", "wsgi.url_scheme")
    other.META = {name: request.META[name] for name in kept if name in request.META}
    vars(other).update(user=AnonymousUser(), learner=None, tablet=None, assurance=PIN)
    return other


def draw_shell(request: HttpRequest, language: str) -> str:
    """The page that answers on the tablet where the network does not. It knows no user: it holds empty screens.

    And what must be at hand when the network fails: the emergency numbers.
    """
    contacts = Contact.objects.in_language(language)
    with override(language):
        return render_to_string(
            "lms/offline/shell.html",
            {"language": language, "form": PinForm(), "groups": in_groups(contacts)},
            nobody(request),
        )


def shells(request: HttpRequest) -> dict[str, str]:
    return {code: draw_shell(request, code) for code, _name in settings.LANGUAGES}


def draw_worker(request: HttpRequest) -> tuple[str, str]:
    """(the app's version, the service worker's source). A browser asks at every page: drawn anew once a minute."""
    key = f"lms:worker:{request.scheme}:{request.get_host()}"
    drawn: tuple[str, str] | None = cache.get(key)
    if drawn is None:
        drawn = _draw_worker(request)
        cache.set(key, drawn, MINUTE)
    return drawn


def _draw_worker(request: HttpRequest) -> tuple[str, str]:
    drawn = shells(request)
    version = version_of(drawn)
    told = {
        "version": version,
        "home": reverse("lms:door:tiles"),
        "reader": reverse("lms:reader:start", current_app="lms:tablet"),
        "shells": {code: reverse("lms:door:shell", args=[code]) for code in drawn},
        "standard": settings.LANGUAGE_CODE.split("-")[0],
        "files": addresses(),
    }
    return version, render_to_string(
        "lms/offline/worker.js",
        {"told": json.dumps(told)},
    )


def version_of(drawn: dict[str, str]) -> str:
    """Twelve characters that change with anything of what the tablet keeps of us."""
    digest = hashlib.sha256("".join(drawn.values()).encode())
    digest.update(_content_of_files().encode() if not settings.DEBUG else _content_of_files.__wrapped__().encode())
    return digest.hexdigest()[:12]


def addresses() -> list[str]:
    """Also by the names that modules import each other by, where the host's static files go by others only outside."""
    found = {static(name) for name in FILES}
    if not getattr(staticfiles_storage, "support_js_module_import_aggregation", False):
        found |= {settings.STATIC_URL + name for name in FILES if name.endswith(".js")}
    return sorted(found)


@functools.cache
def _content_of_files() -> str:
    found = ((name, finders.find(name)) for name in FILES)
    digests = [f"{name}:{hashlib.sha256(Path(path).read_bytes()).hexdigest()}" for name, path in found if path]
    return "|".join([*digests, *addresses()])
