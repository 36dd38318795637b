"""The files that make the tablet work without network, and one name for the lot of them: the app's version."""

import functools
import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import override

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
    "lms_courses/icon.svg",
    "lms_courses/ridge.svg",
    "lms_courses/fonts/alegreya-latin-wght-normal.woff2",
    "lms_courses/fonts/source-sans-3-latin-wght-normal.woff2",
    "lms_courses/practice.js",
    "lms_courses/order.js",
    "lms/desk.js",
    "lms/tablet.css",
    *(f"lms/offline/{name}.js" for name in SCRIPTS),
)


class Nobody:
    """A request by nobody: what the host's base template may ask of one, and nothing that could be someone's."""

    method, path, COOKIES, META, GET = "GET", "/", {}, {}, {}
    user = AnonymousUser()
    learner = tablet = resolver_match = None
    session: dict[str, Any] = {}

    def __init__(self, request: Any):
        self._of = request
        self.path = self.path_info = request.path

    def get_host(self) -> str:
        return self._of.get_host()

    def is_secure(self) -> bool:
        return self._of.is_secure()

    def build_absolute_uri(self, location: str = "") -> str:
        return self._of.build_absolute_uri(location)


def draw_shell(request: Any, language: str) -> str:
    """The page that answers on the tablet where the network does not. It knows no user: it holds empty screens."""
    with override(language):
        return render_to_string("lms/offline/shell.html", {"request": Nobody(request), "language": language})


def shells(request: Any) -> dict[str, str]:
    return {code: draw_shell(request, code) for code, _name in settings.LANGUAGES}


def draw_worker(request: Any) -> str:
    drawn = shells(request)
    return render_to_string(
        "lms/offline/worker.js",
        {
            "worker": {
                "version": version_of(drawn),
                "home": reverse("lms:door:tiles"),
                "reader": reverse("lms:reader:start", current_app="lms:tablet"),
                "shells": {code: reverse("lms:door:shell", args=[code]) for code in drawn},
                "standard": settings.LANGUAGE_CODE.split("-")[0],
                "files": addresses(),
            }
        },
    )


def version_of(drawn: dict[str, str]) -> str:
    """Twelve characters that change with anything of what the tablet keeps of us."""
    digest = hashlib.sha256("".join(drawn.values()).encode())
    digest.update(_content_of_files().encode() if not settings.DEBUG else _content_of_files.__wrapped__().encode())
    return digest.hexdigest()[:12]


def addresses() -> list[str]:
    """With the name by which modules import each other, where static files go by another."""
    plain = [settings.STATIC_URL + name for name in FILES if name.endswith(".js")]
    return sorted({*(static(name) for name in FILES), *plain})


@functools.cache
def _content_of_files() -> str:
    found = ((name, finders.find(name)) for name in FILES)
    digests = [f"{name}:{hashlib.sha256(Path(path).read_bytes()).hexdigest()}" for name, path in found if path]
    return "|".join([*digests, *addresses()])
