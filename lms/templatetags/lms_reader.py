import time
import uuid
from urllib.parse import urlsplit

from django import template
from django.forms.utils import flatatt
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lms import wording
from lms.conf import setting
from lms.models import TrainingSettings
from lms.people.sentences import name_of
from lms.tablet.session import tablet_path

register = template.Library()


@register.simple_tag(takes_context=True)
def event_fields(context):
    """What every form at the desk carries: an id of its own, so that sending it twice counts once, whose it is, and
    when it was drawn, by our clock in milliseconds."""
    fields = {"event_id": uuid.uuid4(), "learner": context["request"].learner.uuid, "drawn": int(time.time() * 1000)}
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', fields.items())


@register.simple_tag(takes_context=True)
def fact(context, kind, activity, *, version, **more):
    """At the tablet: what its form tells, so that it can be told without network too. Elsewhere nothing."""
    if "tablet" not in context["request"].resolver_match.namespaces:
        return ""
    learner = context["request"].learner
    told = {"fact": kind, "learner": learner.uuid, "activity": activity.uuid, "version": version.pk, **more}
    if attempt := told.get("attempt"):
        told |= {"attempt": attempt.uuid, "begun": attempt.started_at.isoformat()}
    return flatatt({f"data-lms-{name}": str(value) for name, value in told.items()})


@register.simple_tag
def whom_to_ask():
    return TrainingSettings.current()


@register.simple_tag(takes_context=True)
def way_back(context):
    """Where a page that says no leads on: at the tablet, or from it, to the tablet; else to the site's first page."""
    request = context.get("request")
    door = tablet_path()
    if request and (request.path.startswith(door) or urlsplit(_referer(request)).path.startswith(door)):
        return {"url": door, "label": _("To the tablet’s first page"), "is_tablet": True}
    return {"url": "/", "label": _("To the start page"), "is_tablet": False}


@register.simple_tag(takes_context=True)
def where_from(context):
    """The page of this site that was open before, without its host; empty if there is none to go back to."""
    return _referer(context["request"])


def _referer(request):
    address = request.META.get("HTTP_REFERER", "")
    if not url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()}):
        return ""
    return urlsplit(address)._replace(scheme="", netloc="").geturl()


@register.simple_tag(takes_context=True)
def at_tablet(context):
    return "tablet" in context["request"].resolver_match.namespaces


@register.simple_tag
def tablet_reader():
    """The desk's first page at the tablet."""
    return reverse("lms:reader:start", current_app="lms:tablet")


@register.simple_tag
def idle_seconds():
    return setting("LMS_TABLET_LOCK_SECONDS")


@register.filter
def minutes_text(minutes):
    return wording.minutes_text(minutes)


@register.filter
def moment_text(moment):
    return wording.moment_text(moment)


@register.filter
def ago_text(moment):
    return wording.ago_text(moment)


@register.filter
def why(journey):
    return wording.why(journey.day, journey.facts)


@register.filter
def what_next(journey):
    return wording.what_next(
        journey.status, journey.completion, [course.title for course in journey.first], journey.help
    )


@register.filter
def opens_after(state):
    return wording.opens_after(part.title for part in state.opens_after)


@register.filter
def opens_after_courses(courses):
    return wording.opens_after_courses([course.title for course in courses])


@register.filter
def who_must(rule):
    return wording.who_must(rule)


@register.filter
def user_name(user):
    return name_of(user) if user else _("the system")


@register.filter
def lookup(mapping, key):
    return mapping.get(key) if mapping else None


@register.simple_tag
def ledger_words(verb):
    return wording.ledger_words(verb)


@register.simple_tag
def other_language(languages):
    """The (code, name) to switch to; None where the site has one language."""
    here = (get_language() or "").split("-")[0]
    return next((pair for pair in languages if pair[0].split("-")[0] != here), None)
