from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.documents import get_document_model
from wagtail.documents.views.serve import serve as serve_document

from courses.documents import documents_in
from courses.models import LessonPage, WorkshopPage

from ...models import EventKind
from ...progress import record
from ..addresses import Desk
from ..desk import address, desk, facts_from, go, readable_version
from ..locks import may_be_locked, to_what_comes_first
from ..lookup import state_of
from ..playing import played
from .quiz import place_in_course, quiz_intro

PAGES = {"lesson": LessonPage, "workshop": WorkshopPage}


@require_safe
@desk
def activity(request, activity):
    version = readable_version(request, activity)
    if version.activity.kind == "quiz":
        return quiz_intro(request, version)
    state = state_of(request.learner, version)
    if not (state.is_done or state.is_begun) and (elsewhere := _before(request, version)):
        return elsewhere
    page = _page_of(version)
    steps = page.get_steps()
    addresses = Desk(request.resolver_match.namespace, version.activity.uuid)
    if state.kind == "workshop" or not steps:
        return render(
            request,
            "lms/reader/workshop.html",
            {"state": state, "page": page, "steps": steps, "addresses": addresses},
        )
    here = _step_asked_for(request, steps, state.next_step)
    return render(
        request,
        "lms/reader/lesson.html",
        {
            "state": state,
            "page": page,
            "addresses": addresses,
            "steps": [steps[here]],
            "step": steps[here],
            "number": here + 1,
            "count": len(steps),
            "previous": steps[here - 1] if here else None,
            "next": steps[here + 1] if here + 1 < len(steps) else None,
        },
    )


def _before(request, version):
    """Where to go first, if what `version` is of is locked. Asks nothing where nothing waits for anything."""
    if not may_be_locked(version):
        return None
    journey, state = place_in_course(request, version.activity)
    return state and to_what_comes_first(request, journey, state)


def _page_of(version):
    """The lesson or meetup that is shown of `version`."""
    pages = PAGES[version.activity.kind].objects.live()
    page = pages.filter(translation_key=version.activity.uuid, locale__language_code=version.language).first()
    if page is None:
        raise Http404
    return page


@require_safe
@desk
def document(request, activity, document):
    """A document of a lesson, as a file to keep: at the tablet it must not take the lesson's place. A recording plays.

    Wagtail hands it out, so that all that guards documents is asked once more, our own `guard_document` among it.
    """
    version = readable_version(request, activity)
    page = _page_of(version) if version.activity.kind in PAGES else None
    if page is None or document not in documents_in(page):
        raise Http404
    found = get_object_or_404(get_document_model(), pk=document)
    response = serve_document(request, found.pk, found.filename)
    if document == getattr(page, "audio_id", None):
        return played(request, response, found)
    if response.status_code == 200:
        response["Content-Disposition"] = content_disposition_header(True, found.filename)
    return response


def _step_asked_for(request, steps, otherwise):
    wanted = request.GET.get("steg")
    numbers = {step.id: number for number, step in enumerate(steps)}
    return numbers.get(wanted, min(otherwise, len(steps) - 1))


@require_POST
@desk
def step(request, activity):
    """A step is read: record it and go on to the next, or out of the lesson when it was the last."""
    version = readable_version(request, activity)
    if version.activity.kind != "lesson":
        raise Http404
    here = request.POST.get("step", "")
    receipt = record(
        **facts_from(request),
        activity=version.activity,
        version=version,
        kind=EventKind.STEP,
        payload={"step": here},
    )
    here_again = address(request, "activity", activity)
    ids = [step["id"] for step in version.steps]
    if not receipt.counted:
        messages.warning(request, _("The lesson has just been changed. Go on from here."))
        return redirect(here_again)
    if receipt.course_completion:
        return go(request, "done", version.activity.course.uuid)
    after = ids.index(here) + 1 if here in ids else len(ids)
    if after < len(ids):
        return redirect(f"{here_again}?steg={ids[after]}")
    return _after_the_last_step(request, version)


def _after_the_last_step(request, version):
    state = state_of(request.learner, version)
    if not state.is_done:
        # Someone jumped here by address: show what was skipped instead of pretending that it is read.
        messages.info(request, _("Not all steps are read yet. Go on here."))
        return go(request, "activity", version.activity.uuid)
    messages.success(request, _("The lesson “%(title)s” is completed.") % {"title": state.title})
    return go(request, "course", version.activity.course.uuid)
