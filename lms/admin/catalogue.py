from django.http import HttpResponseRedirect
from django.urls import reverse
from django.views.generic import View

from courses.models import CourseIndexPage

from ..models import Role
from .base import LeaderMixin


def address_of_courses() -> str:
    """Where the courses lie among Wagtail's pages; the top of the tree as long as there is no catalogue."""
    catalogue = CourseIndexPage.objects.order_by("depth", "pk").values_list("pk", flat=True).first()
    return reverse("wagtailadmin_explore", args=[catalogue]) if catalogue else reverse("wagtailadmin_explore_root")


class Catalogue(LeaderMixin, View):
    """The course leader's way to the courses: they lie some levels down."""

    http_method_names = ["get"]
    roles = (Role.COURSE_LEADER,)

    def get(self, request):
        return HttpResponseRedirect(address_of_courses())
