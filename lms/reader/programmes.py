"""The programmes that a learner is in the middle of, for their start page with and without network."""

from collections.abc import Iterable
from operator import attrgetter

from ..access import asked_today
from ..models import StaffMember
from ..programmes.groups import Group, under_way
from .journey import Journey


def programmes_under_way(learner: StaffMember, journeys: Iterable[Journey]) -> list[Group]:
    """Those that some rule demands of `learner` today, and of which something is left. No query."""
    return under_way(
        asked_today(learner).programmes,
        {journey.course.pk: journey for journey in journeys},
        is_done=attrgetter("is_trained"),
        is_excused=attrgetter("is_exempt"),
    )
