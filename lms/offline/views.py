"""What the tablet fetches, so that it can do without us for a while."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.documents.views.serve import serve as serve_document

from courses.models import ActivityVersion, Course, ShortcutsPage
from courses.questions import KINDS

from ..access import carried_courses
from ..people.actions import short_names
from ..reader.playing import played
from ..tablet.actions import unpair_tablet
from ..tablet.session import PERSON_COOKIE, TABLET_COOKIE, people_here, tablet_path
from ..tablet.tickets import give_ticket
from .carried import Carried, address_of, contacts_stamp, courses_for, pages_of
from .standing import standing_of
from .worker import draw_shell, draw_worker


@require_safe
@never_cache
def worker(request):
    """The service worker. Served in the tablet's own directory, which is all that it ever sees."""
    response = HttpResponse(draw_worker(request)[1], content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
@never_cache
def shell(request, language):
    if language not in dict(settings.LANGUAGES):
        raise Http404
    return HttpResponse(draw_shell(request, language))


@require_safe
def manifest(request):
    """So that the tablet's first page can stand on the home screen, where an iPad keeps what it has stored."""
    icon = {"src": static("lms_courses/icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
    return JsonResponse(
        {
            "name": "Lärpunkt",
            "short_name": "Lärpunkt",
            "description": _("The shop’s training"),
            "start_url": tablet_path(),
            "scope": tablet_path(),
            "id": tablet_path(),
            "display": "standalone",
            "background_color": "#f8f4eb",
            "theme_color": "#14392f",
            "lang": settings.LANGUAGE_CODE,
            "icons": [
                icon,
                *(
                    {"src": static(f"lms/icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
                    for size in (192, 512)
                ),
            ],
        },
        content_type="application/manifest+json",
    )


@require_safe
@never_cache
def carried(request):
    """For the tablet itself: who works here, what it may carry, and its own ticket."""
    if not request.tablet:
        return JsonResponse({"error": "not_paired"}, status=403)
    people = list(people_here(request.tablet.workplace))
    names = short_names(people)
    tiles = [{"id": str(person.uuid), "name": names[person.pk]} for person in people]
    return JsonResponse(
        {
            "tablet": {
                "name": request.tablet.name,
                "workplace": request.tablet.workplace.name,
                "ticket": give_ticket(request.tablet),
            },
            "version": draw_worker(request)[0],
            "people": sorted(tiles, key=lambda tile: tile["name"].casefold()),
            "courses": courses_for(request.tablet),
        }
    )


@require_safe
@never_cache
def standing(request):
    """For whoever is signed in on the tablet: where they stand, and their ticket."""
    if not request.learner:
        return JsonResponse({"error": "nobody"}, status=403)
    request.renew_person = True
    response = JsonResponse(standing_of(request, request.learner, request.tablet))
    patch_cache_control(response, private=True, no_store=True)
    return response


@require_safe
def body(request, activity, version, digest):
    """The body of one version, the same for everyone: no name, no token, no tick. For what the tablet carries alone."""
    if not request.tablet:
        raise Http404
    found = _carried_versions(request.tablet, activity).filter(pk=version).select_related("activity__course")
    found = found.defer("key").first()
    if found is None:
        raise Http404
    page: Any = pages_of([found]).get((found.activity.uuid, found.language))
    is_quiz = found.activity.kind == "quiz"
    # A lesson is drawn from its page, which shows the current version; a test from what was frozen.
    gone = not is_quiz and (page is None or not found.current)
    if gone or digest != address_of(found, page, contacts_stamp()).rstrip("/").rsplit("/", 1)[-1]:
        raise Http404
    with override(found.language):
        drawn = render_to_string(
            "lms/offline/quiz.html" if is_quiz else "lms/offline/body.html",
            {
                "version": found,
                "page": page,
                "steps": [] if is_quiz else page.get_steps(),
                "addresses": Carried(found.activity.uuid, page),
                "questions": [_asked(question) for question in found.content["questions"]] if is_quiz else [],
            },
        )
    response = HttpResponse(drawn)
    patch_cache_control(response, private=True, max_age=31_536_000, immutable=True)
    return response


def _carried_versions(tablet, activity):
    courses = Course.objects.live().filter(carried_courses(tablet.workplace))
    return ActivityVersion.objects.filter(activity__uuid=activity, activity__live=True, activity__course__in=courses)


@require_safe
def recording(request, activity, document):
    """The recording of a lesson that the tablet carries. Wagtail hands it out, once everyone has been asked."""
    if not request.tablet:
        raise Http404
    versions = _carried_versions(request.tablet, activity).current().select_related("activity")
    pages = pages_of(versions.defer("content", "key"))
    page = next((page for page in pages.values() if getattr(page, "audio_id", None) == document), None)
    if page is None:
        raise Http404
    request.lms_carried = page
    return played(request, serve_document(request, page.audio.pk, page.audio.filename), page.audio)


def _asked(question):
    kind = KINDS[question["kind"]]
    return {"question": question, "kind": kind, "rows": kind.filled_in(question, None)}


@require_safe
@never_cache
def courses(request):
    """What the tablet has with it, and the pictures that it may fetch. Nobody needs to be signed in."""
    if not request.tablet:
        raise Http404
    return render(request, "lms/offline/courses.html", {"tablet": request.tablet})


@require_safe
@never_cache
def shortcuts(request):
    """With network the page of shortcuts itself; without, the shell has the numbers."""
    page = ShortcutsPage.objects.live().order_by("pk").first()
    return redirect(page.localized.url if page else "lms:door:tiles")


@require_safe
@never_cache
def unsent(request):
    """What has not been sent, and what was refused: for showing to a course leader. The tablet alone knows."""
    return render(request, "lms/offline/unsent.html", {"tablet": request.tablet})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def forget(request):
    """Forget this tablet: it is nobody's any more, and the browser wipes what it has kept."""
    if request.method != "POST":
        return render(request, "lms/offline/forget.html", {"tablet": request.tablet or None})
    if request.tablet:  # else the server has forgotten it already, and only the browser has not
        unpair_tablet(tablet=request.tablet, actor=None)
    response = render(request, "lms/offline/forgotten.html", {"home": reverse("lms:door:tiles")})
    for cookie in (TABLET_COOKIE, PERSON_COOKIE):
        response.delete_cookie(cookie, path=tablet_path(), samesite="Lax")
    return response
