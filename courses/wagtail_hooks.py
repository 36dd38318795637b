from wagtail import hooks
from wagtail.snippets.models import register_snippet

from .viewsets import ContactViewSet

register_snippet(ContactViewSet)


@hooks.register("register_icons")
def register_icons(icons):
    return [*icons, "lms_courses/icons/lms-learn.svg"]
