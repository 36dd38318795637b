from django.urls import include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem

from .access import LEADERS, may_lead
from .admin import urls as admin_urls
from .admin.home import AreAllTrainedPanel
from .admin.viewsets import job_roles
from .authoring import ask_before_taking_out
from .book import guard_document, guard_page, keep_out_of_caches, page_actions, visible_course_pages
from .footer import foot
from .models import Role
from .reports.views import TrainingMatrix

hooks.register("register_admin_viewset", lambda: job_roles)
hooks.register("before_serve_page", guard_page)
hooks.register("on_serve_page", keep_out_of_caches)
hooks.register("before_serve_document", guard_document)
hooks.register("lms_courses_visible_pages", visible_course_pages)
hooks.register("lms_courses_page_actions", page_actions)
hooks.register("lms_courses_foot", foot)
hooks.register("before_unpublish_page", ask_before_taking_out)
hooks.register("before_delete_page", ask_before_taking_out)


@hooks.register("register_admin_urls")
def register_admin_urls():
    return [
        path("training/", include(admin_urls)),
        path("reports/training-matrix/", TrainingMatrix.as_view(), name="lms_training_matrix"),
        path(
            "reports/training-matrix/results/",
            TrainingMatrix.as_view(results_only=True),
            name="lms_training_matrix_results",
        ),
    ]


class TrainingMenuItem(MenuItem):
    """Shown to those who may open what it leads to."""

    def __init__(self, label, url_name, roles, icon, order):
        super().__init__(label, reverse(url_name), name=url_name.replace(":", "-"), icon_name=icon, order=order)
        self.roles = roles

    def is_shown(self, request):
        return may_lead(request.user, *self.roles)


@hooks.register("register_admin_menu_item")
def register_menu():
    leader = (Role.PROJECT_LEADER,)
    items = [
        TrainingMenuItem(_("Training matrix"), "lms_training_matrix", LEADERS, "table", 10),
        TrainingMenuItem(_("Staff"), "lms_admin:staff", leader, "group", 20),
        TrainingMenuItem(_("Record who came"), "lms_admin:attendance", LEADERS, "tick-inverse", 30),
        TrainingMenuItem(_("Record earlier training"), "lms_admin:earlier_training", LEADERS, "history", 40),
        TrainingMenuItem(_("Requirements"), "lms_admin:requirements", leader, "tasks", 50),
        TrainingMenuItem(_("Workplaces"), "lms_admin:workplaces", leader, "site", 60),
        TrainingMenuItem(_("Who is responsible"), "lms_admin:responsibilities", ("nobody",), "user", 70),
    ]
    return SubmenuMenuItem(_("Training"), Menu(None, items=items), icon_name="lms-learn", name="training", order=10)


@hooks.register("construct_homepage_panels")
def add_sentence(request, panels):
    if may_lead(request.user, *LEADERS):
        panels.insert(0, AreAllTrainedPanel())


@hooks.register("insert_global_admin_css")
def admin_css():
    from django.templatetags.static import static
    from django.utils.html import format_html

    return format_html('<link rel="stylesheet" href="{}">', static("lms/admin.css"))
