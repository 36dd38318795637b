"""What of a course is locked for a learner, and where whoever opens it all the same is led instead."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from courses.models import ActivityVersion
from courses.prerequisites import Part, first_of, last_before, prerequisites, undone

from .. import wording
from ..models import StaffMember
from ..prerequisites import held_back_by
from .desk import go

if TYPE_CHECKING:
    from .journey import ActivityState, Journey


def lock(learner: StaffMember, journeys: Collection["Journey"]) -> None:
    """Say of each journey which courses come first, and of each part what it waits for.

    A course that is done locks nothing. No query where no course waits for another, else at most two.
    """
    untouched = [one for one in journeys if one.enrolment_id is None and one.completion is None]
    first = held_back_by(learner, [one.course for one in untouched])
    for journey in untouched:
        journey.first = first.get(journey.course.pk, [])
    for journey in journeys:
        if not journey.done_in_this_cycle:
            _lock_parts(journey)


def _lock_parts(journey: "Journey") -> None:
    states = {str(state.activity.uuid): state for state in journey.activities}
    parts = [Part(uuid, state.activity.required, state.activity.after) for uuid, state in states.items()]
    waits = prerequisites(parts, in_order=journey.course.in_order)
    done = {uuid for uuid, state in states.items() if state.is_done}
    begun = {uuid for uuid, state in states.items() if state.is_begun}
    for uuid, state in states.items():
        if uuid in done:
            continue
        state.waits_for = [states[one] for one in undone(uuid, waits, done)]
        if first := first_of(uuid, waits, done=done, begun=begun):
            state.opens_after = [states[one] for one in last_before(uuid, waits, done=done, begun=begun)]
            state.comes_first = states[first]
        state.held_back = bool(journey.first)


def may_be_locked(version: ActivityVersion) -> bool:
    """Whether anything has to be done before what `version` is of, for anybody."""
    course = version.activity.course
    return bool(course.in_order or course.after or version.activity.after)


def to_what_comes_first(request: Any, journey: "Journey", state: "ActivityState") -> HttpResponse | None:
    """To what opens the locked part `state`, with the reason; None where it is open."""
    if journey.first:
        words = _("The course “%(title)s” opens when you have completed %(courses)s.")
        first = wording.quoted(course.title for course in journey.first)
        messages.info(request, words % {"title": journey.course.title, "courses": first})
        return go(request, "course", journey.first[0].uuid)
    if state.comes_first:
        words = _("“%(title)s” opens when you are done with %(parts)s. This comes first.")
        last = wording.quoted(part.title for part in state.opens_after)
        messages.info(request, words % {"title": state.title, "parts": last})
        return go(request, "activity", state.comes_first.activity.uuid)
    return None
