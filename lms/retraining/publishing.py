"""Right after a part is published: say how many have done it as it was, and where to demand that they do it again."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.admin import messages
from wagtail.models import Page

from courses.models import Activity, ActivityPage

from ..access import LEADERS, leads_everywhere, may_lead
from .offers import offers_for


def say_who_did_it_before(request: Any, page: Page) -> None:
    """Only where it has changed just now, and only to whom the demand is open. Nothing changes by it."""
    if not isinstance(page, ActivityPage):
        return
    if not (may_lead(request.user, *LEADERS) and leads_everywhere(request.user)):
        return
    activity = Activity.objects.live().filter(uuid=page.translation_key, required=True).select_related("course").first()
    version = activity and activity.versions.current().filter(language=activity.source_language).first()
    offers = offers_for(activity.course).get(activity, []) if activity else []
    if not offers or version is None or offers[0].since != version.published_at:
        return
    said = ngettext(
        "%(number)s person has done it as it was. That goes on to count, unless you demand that it is done again.",
        "%(number)s people have done it as it was. That goes on to count, unless you demand that it is done again.",
        offers[0].people,
    ) % {"number": offers[0].people}
    url = reverse("lms_admin:demand_retraining", args=[activity.course_id])
    messages.info(request, said, buttons=[messages.button(url, _("Demand that it is done again"))])
