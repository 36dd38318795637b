"""How pages are shown to whom: to a learner as they chose, on every device; to others as the browser's cookie says.

The shared tablet shows everyone its plain self until it knows who is there: nothing goes over from one to the next.
"""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from courses.display import Display, choose, in_cookie

from .access import PIN
from .people.actions import change_display


def display_for(request: Any) -> Display:
    """For `request.lms_display`. On one's own device the cookie counts until one has chosen as oneself."""
    learner = request.learner
    if learner and learner.display:
        return Display.parse(learner.display)
    return Display() if request.assurance == PIN else in_cookie(request)


def address_of(request: Any) -> str:
    """Where the visitor chooses."""
    at_tablet = getattr(request, "assurance", None) == PIN
    if getattr(request, "learner", None):
        return reverse("lms:reader:display", current_app="lms:tablet" if at_tablet else "lms:own")
    return reverse("lms:door:display" if at_tablet else "lms:display")


@never_cache
def display(request: Any) -> HttpResponse:
    """For whoever is nobody in training here; others choose at the desk."""
    if request.learner:
        return redirect(address_of(request))
    if request.assurance == PIN:
        return render(request, "lms/tablet/display.html")
    return choose(request)


def choose_as(request: Any, home: str) -> HttpResponse:
    """The learner's own choice. Call it behind `desk`."""
    return choose(
        request,
        template="lms/reader/display.html",
        keep=lambda chosen: change_display(staff=request.learner, display=str(chosen)),
        hidden={"learner": str(request.learner.uuid)},
        home=home,
    )
