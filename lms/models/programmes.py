import uuid
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from courses.models import Course

from .requirements import Dated


class ProgrammeQuerySet(models.QuerySet):
    def standing(self) -> Self:
        """Those that were no mistake: they hold courses on some day."""
        return (
            self.filter(Q(contents__valid_to=None) | Q(contents__valid_to__gte=F("contents__valid_from")))
            .distinct()
            .order_by("title_sv", "pk")
        )


class Programme(models.Model):
    """Courses that are required together. Which ones, on which days, its `contents` say; a requirement names it."""

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    title_sv = models.CharField(_("title in Swedish"), max_length=200)
    title_en = models.CharField(_("title in English"), max_length=200, blank=True)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")

    def __str__(self):
        return self.title

    @property
    def title(self) -> str:
        """In the language of whoever reads; in Swedish where there is no other."""
        language = (get_language() or "sv").split("-")[0]
        return (self.title_en if language == "en" else "") or self.title_sv


class ProgrammeContents(Dated):
    """What a programme holds from a day to a day: an edit ends the row and opens the next of the same programme."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="contents")
    #: So many of its courses are enough; None: all of them are asked for.
    at_least = models.PositiveSmallIntegerField(_("at least"), null=True, blank=True)

    class Meta:
        # An empty interval (to before from) is how a change that was a mistake is taken back.
        verbose_name = _("contents of a programme")
        verbose_name_plural = _("contents of programmes")
        constraints = [
            models.CheckConstraint(condition=Q(at_least=None) | Q(at_least__gt=0), name="lms_programme_at_least_one"),
        ]

    def __str__(self):
        return f"{self.programme} {self.valid_from}"


class ProgrammeCourse(models.Model):
    """A course of a programme, in its place."""

    contents = models.ForeignKey(ProgrammeContents, on_delete=models.CASCADE, related_name="parts")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="programme_parts")
    order = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["contents", "course"], name="lms_programme_course_once"),
            models.UniqueConstraint(fields=["contents", "order"], name="lms_programme_order_once"),
        ]

    def __str__(self):
        return f"{self.contents}: {self.course}"
