"""What authors are asked before something they do to a course changes who has completed it.

At each door where somebody is at the screen. Not when a page is approved in a workflow or its publication ends by
itself: of the latter it is said when the date is set. See docs/decisions/0013.
"""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from wagtail.models import Page

from courses.models import Activity, ActivityPage, Course, CoursePage

from .progress.recheck import held_up_by
from .validity_change import ask_about_validity

#: In the form once the author has been told.
TOLD = "lms_told"

PUBLISH = "action-publish"


def ask_before_taking_out(request: HttpRequest, page: Page) -> HttpResponse | None:
    """When an activity is about to be unpublished or deleted: say first whom that would complete, and ask again."""
    return _ask(request, lambda: _gone([page]), page=page)


def ask_before_moving(request: HttpRequest, page: Page, destination: Page) -> HttpResponse | None:
    """When it is about to be moved to another course: whom that would complete in the one that it leaves."""
    return _ask(request, lambda: _moved([page], destination), page=page)


def ask_before_bulk_action(request: HttpRequest, kind: str, pages: list[Any], action: Any) -> HttpResponse | None:
    """The same for many pages at a time; and for drafts that are published, where the part is needed no more."""
    if action.model is not Page:
        return None

    def found() -> list[Activity]:
        match kind:
            case "unpublish" | "delete":
                return _gone(pages)
            case "move":
                return _moved(pages, action.cleaned_form.cleaned_data["chooser"])
            case "publish":
                # Of what lies below it publishes only what is not published, and nobody waits for that.
                drafts = (page.get_latest_revision_as_object() for page in _ours(pages))
                return _optional(draft for draft in drafts if not draft.required)
        return []

    return _ask(request, found)


def ask_before_publishing(request: HttpRequest, page: Page) -> HttpResponse | None:
    """When "needed to complete the course" is about to be unticked, or a day set on which the publication ends; and
    when how long a course is valid changes.

    Asked before anything is saved. A draft changes nothing for anybody, and is not asked about.
    """
    if PUBLISH not in request.POST:
        return None
    if isinstance(page, CoursePage) and request.method == "POST" and TOLD not in request.POST:
        return ask_about_validity(request, page, publish=PUBLISH, told=TOLD)
    if not isinstance(page, ActivityPage):
        return None
    if "required" not in request.POST and (found := _optional([page])):
        return _ask(request, lambda: found, page=page, publish=request.POST[PUBLISH])
    ends = bool(request.POST.get("expire_at")) and not Page.objects.filter(pk=page.pk, expire_at__isnull=False).exists()
    return _ask(request, lambda: _gone([page]) if ends else [], page=page, publish=request.POST[PUBLISH], later=True)


def _ask(request: HttpRequest, find: Any, **more: Any) -> HttpResponse | None:
    """The question, if taking out what `find` gives would complete somebody and nobody has asked before."""
    if request.method != "POST" or TOLD in request.POST:
        return None
    activities = find()
    told = held_up_by(activities) if activities else []
    if not told:
        return None
    left_out = ("csrfmiddlewaretoken", PUBLISH)
    sent = [(name, value) for name, values in request.POST.lists() for value in values if name not in left_out]
    context = {"told": told, "parts": len(activities), "sent": [*sent, (TOLD, "1")], **more}
    return render(request, "lms/admin/confirm_taking_out.html", context)


def _ours(pages: Iterable[Page]) -> list[Page]:
    return [page for page in pages if issubclass(page.specific_class or Page, ActivityPage) and not page.alias_of_id]


def _activities(keys: Iterable[Any]) -> list[Activity]:
    """The published activities with those keys, in that order."""
    found = Activity.objects.live().filter(uuid__in=keys).select_related("course")
    known = {activity.uuid: activity for activity in found}
    return [known[key] for key in dict.fromkeys(keys) if key in known]


def _gone(pages: Iterable[Page]) -> list[Activity]:
    """What would be published in no language any more without `pages`."""
    ours = {page.pk: page.translation_key for page in _ours(pages)}
    left = Page.objects.filter(translation_key__in=ours.values(), live=True, alias_of=None).exclude(pk__in=ours)
    kept = set(left.values_list("translation_key", flat=True))
    return _activities([key for key in ours.values() if key not in kept])


def _of_source(pages: Iterable[Page]) -> list[Activity]:
    """Whose page in the source language is among `pages`: it decides about all languages."""
    languages = {page.translation_key: page.locale.language_code for page in _ours(pages) if page.live}
    return [found for found in _activities(languages) if found.source_language == languages[found.uuid]]


def _moved(pages: Iterable[Page], destination: Page) -> list[Activity]:
    there = Course.objects.filter(uuid=destination.translation_key).values_list("pk", flat=True).first()
    return [found for found in _of_source(pages) if found.course_id != there]


def _optional(pages: Iterable[Page]) -> list[Activity]:
    return [found for found in _of_source(pages) if found.required]


#: Wagtail's hook to what is asked there.
QUESTIONS = {
    "before_unpublish_page": ask_before_taking_out,
    "before_delete_page": ask_before_taking_out,
    "before_move_page": ask_before_moving,
    "before_edit_page": ask_before_publishing,
    "before_bulk_action": ask_before_bulk_action,
}
