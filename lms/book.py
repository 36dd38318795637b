"""Guards at the book: what a Wagtail page, a document or a listing of pages shows, and to whom. Asks `access`."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.views import redirect_to_login
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from wagtail.models import Page
from wagtail.permissions import policy_registry
from wagtail.query import PageQuerySet

from courses.documents import is_used_elsewhere, pages_using, was_ever_used
from courses.models import ACTIVITY_PAGES, Activity, ActivityPage, Course, CourseIndexPage, CoursePage

from .access import may_read, readable_courses
from .middleware import speak


def course_of(page: Page) -> Course | None:
    """The course whose access `page` has, asked once; None for pages not ours and for what was never published."""
    if not is_ours(page):
        return None
    if not hasattr(page, "_lms_course"):
        page._lms_course = page.get_course()
    return page._lms_course


def is_ours(page: Page) -> bool:
    return isinstance(page, CoursePage | ActivityPage)


def may_read_page(request: HttpRequest, page: Page) -> bool:
    course = course_of(page)
    if course is not None and course.live and may_read(request, course):
        return True
    user = getattr(request, "user", None)
    # Who may edit the page may read it, also before its course is known and after it is withdrawn.
    return bool(user and user.is_authenticated and page.permissions_for_user(user).can_edit())


def guard_page(page: Page, request: HttpRequest, args: list, kwargs: dict) -> HttpResponse | None:
    if not is_ours(page) or may_read_page(request, page):
        return None
    if request.user.is_authenticated:
        words = _("It is for others’ work. If you need it, ask your project leader.")
        return _not_for_you(request, _("You do not have access to this course"), words)
    return redirect_to_login(request.get_full_path(), reverse("lms:sign_in"))


def _not_for_you(request: HttpRequest, title: str, words: str, *, sign_in: str = "") -> HttpResponse:
    context = {"page_title": title, "words": words, "sign_in": sign_in}
    return render(request, "lms/book/not_for_you.html", context, status=403)


def keep_out_of_caches(next_serve):
    """A cache middleware in front would hand one visitor's page to the next without asking `guard_page`."""

    def serve(page, request, args, kwargs):
        response = next_serve(page, request, args, kwargs)
        if is_ours(page):
            mark = _mark_private
            if hasattr(response, "add_post_render_callback") and not response.is_rendered:
                response.add_post_render_callback(mark)
            else:
                mark(response)
        return response

    return serve


def _mark_private(response):
    patch_cache_control(response, private=True, no_store=True)
    patch_vary_headers(response, ["Cookie"])


def guard_document(document: Any, request: HttpRequest) -> HttpResponse | None:
    """A document used in published lessons is as open as the most open of them.

    One that only a draft uses, or that has left our pages, is closed unless the rest of the site uses it. One that
    was never ours is not ours to guard. Who may edit the page, or choose the document for one, may read it.
    """
    pages = pages_using(document)
    published = [page for page in pages if page.live]
    if getattr(request, "lms_carried", None) in published:
        return None  # a recording that the tablet carries with it: `lms.offline.views` has asked
    if any(may_read_page(request, page) for page in published):
        return None
    if not published and (is_used_elsewhere(document) or not (pages or was_ever_used(document))):
        return None
    if request.user.is_authenticated and _may_edit(request.user, document, pages):
        return None
    speak(request)  # a document's address is nobody's language
    sign_in = "" if request.user.is_authenticated else f"{reverse('lms:sign_in')}?next={request.path}"
    words = _("It belongs to a course that you do not have access to. If you need it, ask your project leader.")
    return _not_for_you(request, _("You do not have access to this document"), words, sign_in=sign_in)


def _may_edit(user: Any, document: Any, pages: list[Page]) -> bool:
    if any(page.permissions_for_user(user).can_edit() for page in pages):
        return True
    policy = policy_registry.get_by_type(type(document))
    return policy.user_has_any_permission_for_instance(user, ["change", "choose"], document)


def readable_pages(request: HttpRequest, pages: PageQuerySet) -> PageQuerySet:
    """`pages` without those of courses that the visitor may not read: for a host's own search, API and listings.

    Wagtail lists what is published, whoever asks. All other pages stay. The closed ones are named by their ids, one
    query, because that is a filter that every search backend takes.
    """
    courses = Course.objects.live().filter(readable_courses(request))
    activities = Activity.objects.filter(course__in=courses)
    readable = Q()
    for to in ("", "alias_of__"):  # an alias shows what its source shows
        for identities in (courses, activities):
            readable |= Q(**{f"{to}translation_key__in": identities.values("uuid")})
    ours = Page.objects.type(CoursePage, *ACTIVITY_PAGES)
    return pages.exclude(id__in=list(ours.exclude(readable).values_list("pk", flat=True)))


def visible_course_pages(request, pages):
    """In the catalogue: what the visitor may read."""
    readable = Course.objects.live().filter(readable_courses(request))
    return pages.filter(translation_key__in=readable.values("uuid"))


def _way_in(request, learner):
    if learner:
        return [{"url": reverse("lms:reader:start", current_app="lms:own"), "label": _("To my training")}]
    if request.user.is_authenticated:
        return []
    back = urlencode({"next": request.get_full_path()}, safe="/")
    return [{"url": f"{reverse('lms:sign_in')}?{back}", "label": _("Sign in")}]


def page_actions(request, page):
    """From the book to the desk."""
    learner = getattr(request, "learner", None)
    if isinstance(page, CourseIndexPage):
        return _way_in(request, learner)
    course = course_of(page)
    if course is None or not course.live or not learner:
        return []
    where = "lms:own"
    if isinstance(page, CoursePage):
        address = reverse("lms:reader:course", args=[course.uuid], current_app=where)
        return [{"url": address, "label": _("Take the course")}]
    labels = {
        "quiz": _("Take the test"),
        "lesson": _("Read the lesson and save how far you get"),
        "workshop": _("See your progress"),
    }
    address = reverse("lms:reader:activity", args=[page.identity_uuid], current_app=where)
    return [{"url": address, "label": labels[page.kind]}]
