"""The programmes that a learner is in the middle of, for their start page."""

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..access import asked_today
from ..models import StaffMember
from ..requirements.rules import Part
from .journey import Journey


class Programme(NamedTuple):
    """Its courses as the learner has them, in its order. Its str is its title."""

    part: Part
    journeys: list[Journey]

    def __str__(self) -> str:
        return str(self.part.programme)

    @property
    def done(self) -> int:
        return sum(journey.is_trained for journey in self.journeys)

    @property
    def left(self) -> int:
        return sum(not (journey.is_trained or journey.is_exempt) for journey in self.journeys)

    @property
    def is_under_way(self) -> bool:
        """Something of it is left to do."""
        enough = self.part.at_least if self.part.is_choice else None
        return self.left > 0 and (enough is None or self.done < enough)

    @property
    def words(self) -> str:
        """How far they have come: "2 of 3 done", or "Choose at least 2 of 4. 1 done."."""
        if not self.part.is_choice:
            words = ngettext("%(done)s of %(count)s done", "%(done)s of %(count)s done", self.done)
            return words % {"done": self.done, "count": self.done + self.left}
        said = [_("Choose at least %(number)s of %(count)s.")]
        if self.done:
            said.append(ngettext("%(done)s done.", "%(done)s done.", self.done))
        return " ".join(said) % {"number": self.part.at_least, "count": len(self.part.courses), "done": self.done}


def programmes_under_way(learner: StaffMember, journeys: Iterable[Journey]) -> list[Programme]:
    """Those that some rule demands of `learner` today, and of which something is left. No query."""
    own = {journey.course.pk: journey for journey in journeys}
    found = [
        Programme(part, [own[course] for course in part.courses if course in own])
        for part in asked_today(learner).programmes
    ]
    return [programme for programme in found if programme.is_under_way]
