"""What ours is measured against: the least that a Wagtail page and a saved step can be."""

from django.conf import settings
from django.db import models
from wagtail.models import Page

from courses.blocks import LessonBody
from courses.fields import BodyField


class PlainPage(Page):
    """The blocks of a lesson on a page that is nothing more."""

    body = BodyField(LessonBody())
    template = "benchmarks/plain_page.html"


class PlainStep(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    step = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "step"], name="benchmarks_step_once")]

    def __str__(self):
        return self.step
