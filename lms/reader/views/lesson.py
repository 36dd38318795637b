from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from courses.models import LessonPage, WorkshopPage

from ...models import EventKind
from ...progress import record
from ..desk import address, desk, facts_from, go, readable_version
from ..journey import state_of
from .quiz import quiz_intro

PAGES = {"lesson": LessonPage, "workshop": WorkshopPage}


@require_safe
@desk
def activity(request, activity):
    version = readable_version(request, activity)
    if version.activity.kind == "quiz":
        return quiz_intro(request, version)
    state = state_of(request.learner, version)
    page = (
        PAGES[state.kind]
        .objects.live()
        .filter(translation_key=version.activity.uuid, locale__language_code=version.language)
        .first()
    )
    if page is None:
        raise Http404
    steps = page.get_steps()
    if state.kind == "workshop" or not steps:
        return render(
            request,
            "lms/reader/workshop.html",
            {"state": state, "page": page, "steps": steps},
        )
    here = _step_asked_for(request, steps, state.next_step)
    return render(
        request,
        "lms/reader/lesson.html",
        {
            "state": state,
            "page": page,
            "steps": [steps[here]],
            "step": steps[here],
            "number": here + 1,
            "count": len(steps),
            "previous": steps[here - 1] if here else None,
            "is_last": here == len(steps) - 1,
        },
    )


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
