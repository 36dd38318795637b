"""For a site that has no `lms`, which brings its own."""

from django.urls import path

from . import display

app_name = "lms_courses"

urlpatterns = [path("visning/", display.choose, name="display")]
