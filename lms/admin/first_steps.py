"""What must be in place before anyone can be trained: a list for the administrator and the project leader."""

from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page
from wagtail.permissions import policy_registry

from courses.models import Course

from ..access import may_lead, staff_to_manage, workplaces_in_reach
from ..conf import public_address_is_set
from ..models import JobRole, Responsibility, Role, TrainingSettings, Workplace
from ..reports.figures import Figures
from ..requirements.views import requirements_in_reach
from .catalogue import address_of_courses

LEADER = (Role.PROJECT_LEADER,)


class Step(NamedTuple):
    """One thing to do once."""

    key: str
    title: Any
    words: Any
    done: bool


#: In the order in which each can be done.
STEPS = {
    "address": (
        _("The site’s own address"),
        _(
            "It is written on every certificate, and the QR code leads there. Whoever runs the server sets "
            "LMS_PUBLIC_BASE_URL to an address that begins with https and can be reached from outside."
        ),
    ),
    "issuer": (
        _("Who issues the certificates"),
        _("Write the organisation’s name, and who signs. Both stand on every certificate."),
    ),
    "ask": (
        _("Whom to ask"),
        _("Write a name and a phone number or an e-mail address. They stand at the foot of every page."),
    ),
    "law": (
        _("Personal data and accessibility"),
        _(
            "The law requires a page about each. Go through the texts, publish the pages, "
            "and choose them in the settings."
        ),
    ),
    "workplace": (
        _("The first service point"),
        _("Add the municipality first, and then the service points under it. That is where people work."),
    ),
    "roles": (
        _("Job roles"),
        _("Write what people work as, such as shop assistant and owner. Everyone on the staff list has one."),
    ),
    "staff": (
        _("The staff"),
        _("Put everyone who works there on the staff list. Nobody needs an e-mail address."),
    ),
    "course": (
        _("A course"),
        _("Publish the first course among the pages. People can take it as soon as it is published."),
    ),
    "requirement": (
        _("Who must take it"),
        _("Say who must take the course, and by when. From then on the matrix shows who is missing."),
    ),
    "responsible": (
        _("Who is responsible"),
        _("Give the project leader, the course leader and the shop owners their workplaces. They see no others."),
    ),
}


def first_steps(done: dict[str, bool]) -> list[Step]:
    """The steps that `done` tells of, in order. None at all when all of them are done. Pure."""
    if all(done.values()):
        return []
    return [Step(key, title, words, done[key]) for key, (title, words) in STEPS.items() if key in done]


def what_is_done(user: Any, figures: Figures) -> dict[str, bool]:
    """Step to whether it is done, for what `user` may do. `figures` are theirs of today, and spare most questions."""
    return _done(user, figures) if may_lead(user, *LEADER) else {}


def _done(user: Any, figures: Figures) -> dict[str, bool]:
    reach = workplaces_in_reach(user, LEADER)
    done = {
        "workplace": bool(figures.count) or reach.filter(kind=Workplace.Kind.SERVICE_POINT).exists(),
        "staff": bool(figures.count) or staff_to_manage(user, LEADER).exists(),
        "requirement": bool(figures.totals.people.counted) or requirements_in_reach(user).exists(),
    }
    if policy_registry.get_by_type(TrainingSettings).user_has_permission(user, "change"):
        said = TrainingSettings.current()
        done["issuer"] = bool(said.organisation and said.signatory_name)
        done["ask"] = bool(said.contact_name and (said.contact_phone or said.contact_email))
        done["law"] = bool(said.privacy_page_id and said.accessibility_page_id)
    if policy_registry.get_by_type(JobRole).user_has_permission(user, "add"):
        done["roles"] = bool(figures.count) or JobRole.objects.exists()
    if policy_registry.get_by_type(Page).user_has_permission(user, "publish"):
        done["course"] = bool(figures.rules) or Course.objects.live().exists()
    if user.is_superuser:
        done["address"] = public_address_is_set()
        done["responsible"] = Responsibility.objects.exists()
    return done


def where_it_is_done() -> dict[str, str]:
    """Step to address, for what is done on this site."""
    settings = reverse("wagtailsettings:edit", args=["lms", "trainingsettings"])
    return {
        "issuer": settings,
        "ask": settings,
        "law": settings,
        "workplace": reverse("lms_admin:add_workplace"),
        "roles": reverse("lms_job_roles:add"),
        "staff": reverse("lms_admin:staff"),
        "course": address_of_courses(),
        "requirement": reverse("lms_admin:add_requirement"),
        "responsible": reverse("lms_admin:responsibilities"),
    }
