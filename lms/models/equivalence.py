from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.models import Course

from .requirements import Dated


class EquivalenceKind(models.TextChoices):
    COUNTS = "counts", _("counts as")
    RENEWS = "renews", _("renews")


class CourseEquivalence(Dated):
    """Courses whose completion counts for another course: all of `sources` together count as `target`, or the one
    source renews it for who has had it. It holds for the days from and to, whenever the courses were completed.
    """

    kind = models.CharField(_("what it does"), max_length=10, choices=EquivalenceKind.choices)
    sources = models.ManyToManyField(
        Course, through="EquivalenceSource", related_name="+", verbose_name=_("courses that count")
    )
    target = models.ForeignKey(
        Course, verbose_name=_("course that they count for"), on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        # An empty interval (to before from) is how one that was a mistake is taken back.
        verbose_name = _("equivalence")
        verbose_name_plural = _("equivalences")

    def __str__(self):
        return f"{self.get_kind_display()} {self.target}"


class EquivalenceSource(models.Model):
    equivalence = models.ForeignKey(CourseEquivalence, on_delete=models.CASCADE, related_name="parts")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["equivalence", "course"], name="lms_equivalence_source_once")]

    def __str__(self):
        return f"{self.course} {self.equivalence}"
