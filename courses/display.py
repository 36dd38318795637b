"""How the reader wants pages shown: the size of text, light or dark, without motion. Kept as a word: "2-dark-calm".

In a site that tracks nobody it is a cookie. Whoever knows people sets `request.lms_display`, and keeps it with them.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from .back import safe_next

COOKIE = "lms_display"
COOKIE_SECONDS = 365 * 24 * 3600
_WRITTEN = re.compile(r"([123])(?:-(light|dark))?(?:-(calm))?")


@dataclass(frozen=True)
class Display:
    """Empty means: as the device does."""

    text: str = "1"
    theme: str = ""
    calm: str = ""

    @classmethod
    def parse(cls, written: str) -> "Display":
        """What `str` wrote. Anything else, as a cookie may hold, is as if nothing had been chosen."""
        match = _WRITTEN.fullmatch(written)
        return cls(*match.groups(default="")) if match else cls()

    def __str__(self) -> str:
        return "-".join(filter(None, self.by_name().values()))

    def by_name(self) -> dict[str, str]:
        return {"text": self.text, "theme": self.theme, "calm": self.calm}


def display_of(request: HttpRequest) -> Display:
    known: Display | None = getattr(request, "lms_display", None)
    return in_cookie(request) if known is None else known


def in_cookie(request: HttpRequest) -> Display:
    return Display.parse(request.COOKIES.get(COOKIE, ""))


class DisplayForm(forms.Form):
    """Each choice once; what a browser makes up is refused."""

    text = forms.ChoiceField(
        label=_("Text size"),
        choices=[("1", _("Normal")), ("2", _("Larger")), ("3", _("Largest"))],
        widget=forms.RadioSelect,
    )
    theme = forms.ChoiceField(
        label=_("Colours"),
        choices=[("", _("As the device")), ("light", _("Light")), ("dark", _("Dark"))],
        widget=forms.RadioSelect,
        required=False,
    )
    calm = forms.ChoiceField(
        label=_("Movement"),
        choices=[("", _("As the device")), ("calm", _("Nothing moves"))],
        widget=forms.RadioSelect,
        required=False,
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choose(
    request: HttpRequest,
    *,
    template: str = "lms_courses/display.html",
    keep: Callable[[Display], Any] | None = None,
    hidden: dict[str, str] | None = None,
    home: str = "/",
) -> HttpResponse:
    """The form, and back to the page one came from. `keep` is told what was chosen; without it a cookie remembers.

    `hidden` goes along in the form. A script that saves while one chooses (`X-Lms-Save`) gets 204.
    """
    form = DisplayForm(request.POST or None, initial=display_of(request).by_name())
    if request.method == "POST" and form.is_valid():
        chosen = Display(**form.cleaned_data)
        response: HttpResponse = redirect(safe_next(request, request.POST.get("next", ""), home))
        if "X-Lms-Save" in request.headers:
            response = HttpResponse(status=204)
        if keep:
            keep(chosen)
        else:
            response.set_cookie(
                COOKIE, str(chosen), max_age=COOKIE_SECONDS, httponly=True, samesite="Lax", secure=request.is_secure()
            )
        return response
    came_from = safe_next(request, request.POST.get("next") or request.headers.get("Referer", ""), home)
    context = {
        "form": form,
        "hidden": hidden or {},
        "next": home if came_from.partition("?")[0] == request.path else came_from,
    }
    return render(request, template, context, status=422 if request.method == "POST" else 200)


def vary_by_cookie(next_serve: Callable[..., Any]) -> Callable[..., Any]:
    """A page of ours is drawn as its reader wants it: a cache must not hand it to the next one. For `on_serve_page`."""

    def serve(page, request, args, kwargs):
        response = next_serve(page, request, args, kwargs)
        if type(page)._meta.app_label == "lms_courses":
            patch_vary_headers(response, ["Cookie"])
        return response

    return serve
