from wagtail import hooks
from wagtail.snippets.models import register_snippet

from .display import vary_by_cookie
from .models import CoursePage
from .ordering import name_copies
from .viewsets import ContactViewSet

register_snippet(ContactViewSet)
hooks.register("on_serve_page", vary_by_cookie)


@hooks.register("after_copy_page")
def after_copy_page(request, page, new_page):
    if isinstance(page.specific, CoursePage):
        name_copies(page, new_page)


@hooks.register("register_icons")
def register_icons(icons):
    return [*icons, "lms_courses/icons/lms-learn.svg"]
