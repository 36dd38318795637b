"""What authors are asked before something they do to a course changes who has completed it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from wagtail.models import Page

from courses.models import Activity, ActivityPage

from .progress.recheck import held_up_by

#: In the form once the author has been told.
TOLD = "lms_told"


def ask_before_taking_out(request: HttpRequest, page: Page) -> HttpResponse | None:
    """When an activity is about to be unpublished or deleted: say first whom that would complete, and ask again."""
    if request.method != "POST" or TOLD in request.POST or not isinstance(page, ActivityPage):
        return None
    activity = Activity.objects.live().filter(uuid=page.translation_key).select_related("course").first()
    others = type(page).objects.live().filter(translation_key=page.translation_key).exclude(pk=page.pk)
    if activity is None or others.exists():  # another language keeps it
        return None
    number = held_up_by(activity)
    if not number:
        return None
    sent = [(name, value) for name, values in request.POST.lists() for value in values if name != "csrfmiddlewaretoken"]
    return render(
        request,
        "lms/admin/confirm_taking_out.html",
        {"page": page, "number": number, "course": activity.course, "sent": [*sent, (TOLD, "1")]},
    )
