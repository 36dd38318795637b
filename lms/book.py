"""Guards at the book: what a Wagtail page, a document or a listing of pages shows, and to whom. Asks `access`."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from wagtail.models import Page, ReferenceIndex

from courses.models import ACTIVITY_PAGES, ActivityPage, Course, CoursePage

from .access import may_read, readable_courses


def course_of(page: Page) -> Course | None:
    """The course that `page` belongs to, asked once; None for pages not ours and for courses never published."""
    if not is_ours(page):
        return None
    if not hasattr(page, "_lms_course"):
        course_page = page if isinstance(page, CoursePage) else page.get_parent()
        key = course_page.alias_of.translation_key if course_page.alias_of_id else course_page.translation_key
        page._lms_course = Course.objects.filter(uuid=key).first()
    return page._lms_course


def is_ours(page: Page) -> bool:
    return isinstance(page, CoursePage | ActivityPage)


def may_read_page(request: HttpRequest, page: Page) -> bool:
    course = course_of(page)
    if course is not None and may_read(request, course):
        return True
    user = getattr(request, "user", None)
    # Who may edit the page may read it, also before its course is known.
    return bool(user and user.is_authenticated and page.permissions_for_user(user).can_edit())


def guard_page(page: Page, request: HttpRequest, args: list, kwargs: dict) -> HttpResponse | None:
    if not is_ours(page) or may_read_page(request, page):
        return None
    if request.user.is_authenticated:
        return render(
            request, "lms/book/not_for_you.html", {"page_title": _("You do not have access to this course")}, status=403
        )
    return redirect(f"{reverse('lms:sign_in')}?next={request.path}")


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
    """A document used in lessons is as open as the most open of them. One used nowhere is not ours to guard."""
    used_on = [model.objects.filter(pk__in=_pages_using(document, model)).specific() for model in ACTIVITY_PAGES]
    pages = [page for found in used_on for page in found]
    if not pages or any(page.live and may_read_page(request, page) for page in pages):
        return None
    user = request.user
    if user.is_authenticated and any(page.permissions_for_user(user).can_edit() for page in pages):
        return None
    return HttpResponse(_("This document belongs to a course that you do not have access to."), status=403)


def _pages_using(document, model):
    references = ReferenceIndex.get_references_to(document).filter(
        content_type__app_label=model._meta.app_label, content_type__model=model._meta.model_name
    )
    return [int(reference) for reference in references.values_list("object_id", flat=True)]


def visible_course_pages(request, pages):
    """In the catalogue: what the visitor may read."""
    readable = Course.objects.live().filter(readable_courses(request))
    return pages.filter(translation_key__in=readable.values("uuid"))


def page_actions(request, page):
    """From the book to the desk."""
    learner = getattr(request, "learner", None)
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
    address = reverse("lms:reader:activity", args=[page.translation_key], current_app=where)
    return [{"url": address, "label": labels[page.kind]}]
