from django.urls import include, path
from wagtail import hooks

from .admin import urls as admin_urls
from .admin.home import add_panels
from .admin.menu import training_menu
from .admin.viewsets import job_roles
from .authoring import QUESTIONS
from .book import guard_document, guard_page, keep_out_of_caches, page_actions, visible_course_pages
from .footer import foot
from .reports.views import TrainingMatrix
from .retraining.publishing import say_who_did_it_before

hooks.register("register_admin_viewset", lambda: job_roles)
hooks.register("before_serve_page", guard_page)
hooks.register("on_serve_page", keep_out_of_caches)
hooks.register("before_serve_document", guard_document)
hooks.register("lms_courses_visible_pages", visible_course_pages)
hooks.register("lms_courses_page_actions", page_actions)
hooks.register("lms_courses_foot", foot)
hooks.register("register_admin_menu_item", training_menu)
hooks.register("construct_homepage_panels", add_panels)
hooks.register("after_publish_page", say_who_did_it_before)
for door, question in QUESTIONS.items():
    hooks.register(door, question)


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


@hooks.register("insert_global_admin_css")
def admin_css():
    from django.templatetags.static import static
    from django.utils.html import format_html

    return format_html('<link rel="stylesheet" href="{}">', static("lms/admin.css"))
