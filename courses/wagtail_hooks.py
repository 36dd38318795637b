from wagtail import hooks
from wagtail.snippets.models import register_snippet

from .display import vary_by_cookie
from .viewsets import ContactViewSet

register_snippet(ContactViewSet)
hooks.register("on_serve_page", vary_by_cookie)


@hooks.register("register_icons")
def register_icons(icons):
    return [*icons, "lms_courses/icons/lms-learn.svg"]
