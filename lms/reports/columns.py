"""Which courses stand as columns on the screen: a few at a time, or those of a programme. The sums are of all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import Course

from ..models import Programme

#: A screen holds no more columns than one can follow.
AT_A_TIME = 12


@dataclass(frozen=True)
class Columns:
    """`courses` are shown, of so many that are counted."""

    courses: list[Course]
    counted: int
    page: Any
    programme: Programme | None = None

    @property
    def words(self) -> str:
        """Which they are, and what the sums count. Empty where all are shown."""
        shown = len(self.courses)
        if shown == self.counted:
            return ""
        counted = _("The sums count all %(all)s courses of the selection, and the files hold all of them.")
        return f"{self._which()} {counted % {'all': self.counted}}"

    def _which(self) -> str:
        first, last, number = self.page.start_index(), self.page.end_index(), self.page.paginator.count
        if self.programme is None:
            said = _("Course %(first)s–%(last)s of %(all)s.")
            return said % {"first": first, "last": last, "all": number}
        if self.page.has_other_pages():
            said = _("Course %(first)s–%(last)s of the %(all)s in “%(programme)s”.")
            return said % {"first": first, "last": last, "all": number, "programme": self.programme}
        said = ngettext(
            "%(number)s course, of the programme “%(programme)s”.",
            "%(number)s courses, of the programme “%(programme)s”.",
            number,
        )
        return said % {"number": number, "programme": self.programme}


def columns_of(
    courses: Sequence[Course], *, page: str | None, programme: Programme | None = None, order: Sequence[int] = ()
) -> Columns:
    """Of the counted `courses` those on the `page` that is asked for; of a programme its own, in its `order`."""
    at = {course.pk: place for place, course in enumerate(courses)}
    wanted = [at[pk] for pk in order if pk in at] if programme else list(range(len(courses)))
    shown = Paginator(wanted, AT_A_TIME).get_page(page)
    return Columns([courses[place] for place in shown.object_list], len(courses), shown, programme)
