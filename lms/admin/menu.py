"""The Training menu, in the order of the work: what is done every week first, what is set up once last."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem

from ..access import LEADERS, leads_everywhere, may_lead
from ..models import Role
from ..remedies.review import how_many_for
from .viewsets import job_roles


class TrainingMenuItem(MenuItem):
    """Shown to those who may open what it leads to."""

    def __init__(self, label: Any, url_name: str, roles: tuple[str, ...], icon: str, order: int):
        super().__init__(label, reverse(url_name), name=url_name.replace(":", "-"), icon_name=icon, order=order)
        self.roles = roles

    def is_shown(self, request: HttpRequest) -> bool:
        return may_lead(request.user, *self.roles)


class ReviewMenuItem(TrainingMenuItem):
    """With the number of what waits in it."""

    def render_component(self, request: HttpRequest) -> Any:
        component = super().render_component(request)
        if number := how_many_for(request):
            component.label = f"{self.label} ({number})"
        return component


class EverywhereMenuItem(TrainingMenuItem):
    """Shown to those who lead the whole tree: what a course asks holds for everyone."""

    def is_shown(self, request: HttpRequest) -> bool:
        return super().is_shown(request) and leads_everywhere(request.user, self.roles)


class JobRolesMenuItem(TrainingMenuItem):
    """Wagtail's own pages, which go by Wagtail's permissions."""

    def is_shown(self, request: HttpRequest) -> bool:
        return job_roles.permission_policy.user_has_any_permission(request.user, {"add", "change", "delete", "view"})


def training_menu() -> SubmenuMenuItem:
    project, admin = (Role.PROJECT_LEADER,), ("nobody",)
    items = [
        TrainingMenuItem(_("Training matrix"), "lms_training_matrix", LEADERS, "table", 10),
        TrainingMenuItem(_("Handed-out reports"), "lms_admin:handed_out", LEADERS, "download", 11),
        ReviewMenuItem(_("To review"), "lms_admin:review", LEADERS, "clipboard-list", 12),
        TrainingMenuItem(_("Needs help"), "lms_admin:needs_help", LEADERS, "help", 13),
        TrainingMenuItem(_("Courses"), "lms_admin:courses", (Role.COURSE_LEADER,), "lms-learn", 15),
        EverywhereMenuItem(_("Changed courses"), "lms_admin:course_changes", LEADERS, "resubmit", 17),
        TrainingMenuItem(_("Record who came"), "lms_admin:attendance", LEADERS, "calendar-check", 20),
        TrainingMenuItem(_("Record earlier training"), "lms_admin:earlier_training", LEADERS, "history", 30),
        TrainingMenuItem(_("Tests on paper"), "lms_admin:paper_tests", LEADERS, "doc-full", 35),
        TrainingMenuItem(_("Staff"), "lms_admin:staff", project, "group", 40),
        TrainingMenuItem(_("Requirements"), "lms_admin:requirements", project, "tasks", 50),
        TrainingMenuItem(_("Workplaces"), "lms_admin:workplaces", project, "home", 60),
        TrainingMenuItem(_("Tablets"), "lms_admin:tablets", project, "tablet-alt", 65),
        JobRolesMenuItem(_("Job roles"), "lms_job_roles:index", (), "tag", 70),
        TrainingMenuItem(_("Who is responsible"), "lms_admin:responsibilities", admin, "user", 80),
    ]
    return SubmenuMenuItem(
        _("Training"),
        Menu("register_lms_training_menu_item", items=items),
        icon_name="lms-learn",
        name="training",
        order=10,
    )
