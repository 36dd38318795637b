"""The foot of every page: whom to ask, the law's pages and the other language. One query, for whom to ask."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import get_language, override
from django.views.decorators.http import require_safe
from wagtail.models import Page

from courses.back import safe_next

from .access import PIN
from .display import address_of
from .models import TrainingSettings


def foot(request: HttpRequest, page: Any) -> str:
    """Registered for `lms_courses_foot`. `page` is the Wagtail page that is shown, if it is one."""
    match = request.resolver_match
    at_desk = bool(match and {"own", "tablet"} & set(match.namespaces) and getattr(request, "learner", None))
    key = page.translation_key if isinstance(page, Page) else ""
    at_tablet = getattr(request, "assurance", None) == PIN
    context = {"at_desk": at_desk, "at_tablet": at_tablet, "key": key, "display_address": address_of(request)}
    return render_to_string("lms/includes/foot.html", context, request)


@require_safe
def privacy(request):
    return _to_page(request, "privacy_page")


@require_safe
def accessibility(request):
    return _to_page(request, "accessibility_page")


def _to_page(request: HttpRequest, name: str) -> HttpResponse:
    """The page that Settings, Training names, in the visitor's language if it is there; or whom to ask instead."""
    page = getattr(TrainingSettings.current(), name)
    if page:
        learner = getattr(request, "learner", None)
        with override(learner.language if learner else get_language()):
            page = page.localized
    if page is None or not page.live or not page.url:
        return render(request, "lms/pages/not_written.html", {"what": name}, status=404)
    return redirect(page.url)


@require_safe
def language(request):
    """Remember the visitor's language as Django does, in its cookie, and show the same page in it where it exists.

    A link, not a form: a form would give every visitor of an open page a token, and a cookie for it. Where it was
    followed from, the browser tells.
    """
    chosen = request.GET.get("language", "")
    if chosen not in dict(settings.LANGUAGES):
        return redirect("/")
    response = redirect(_same_page(request, chosen))
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        chosen,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        path=settings.LANGUAGE_COOKIE_PATH,
        domain=settings.LANGUAGE_COOKIE_DOMAIN,
        secure=settings.LANGUAGE_COOKIE_SECURE or request.is_secure(),
        httponly=True,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE or "Lax",
    )
    return response


def _same_page(request: HttpRequest, language: str) -> str:
    key = request.GET.get("page", "")
    if not key:
        return safe_next(request, request.headers.get("Referer", ""))
    try:
        pages = Page.objects.live().public().filter(translation_key=key, locale__language_code=language)
        page = pages.first()
    except ValidationError:  # no UUID: nothing that we have drawn
        page = None
    return (page and page.url) or "/"
