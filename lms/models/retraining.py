from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from courses.models import Activity, Course

from .requirements import Dated


class Retraining(Dated):
    """Parts of a course have changed so much that who had completed it is to do them again, by a day.

    It creates no rows for people: whose completion it touches is derived, see `lms.retraining`. Taken back, it is an
    empty interval. See docs/decisions/0022.
    """

    course = models.ForeignKey(Course, verbose_name=_("course"), on_delete=models.PROTECT, related_name="retrainings")
    #: The last day that what was done before counts.
    by_when = models.DateField(_("by when"))
    #: Also who was in the middle of the course.
    also_begun = models.BooleanField(default=False)
    #: Language code to what is new, in words for who is to do it.
    notes = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("retraining")
        verbose_name_plural = _("retrainings")

    def __str__(self):
        return f"{self.course} {self.by_when}"

    @property
    def note(self) -> str:
        """In the reader's language, else in that of the course."""
        return note_in(self.notes, get_language() or "", self.course.source_language)


class RetrainingPart(models.Model):
    """A part that is to be done again: what rests on a version published before `since` does not do."""

    retraining = models.ForeignKey(Retraining, on_delete=models.CASCADE, related_name="parts")
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    #: Of the version that the part got by it.
    number = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["retraining", "activity"], name="lms_retraining_part_once")]

    def __str__(self):
        return f"{self.activity} {self.number}"


def note_in(notes: dict[str, str], language: str, source: str) -> str:
    for code in (language, language.split("-")[0], source):
        if notes.get(code):
            return notes[code]
    return next(iter(notes.values()), "")
