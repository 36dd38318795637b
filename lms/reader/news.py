"""What is new in a course that is to be done again, told to the one who is to do it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..retraining.lookup import demand_of, news_of, note_of, redo_in

if TYPE_CHECKING:
    from ..models import Enrolment
    from .journey import ActivityState, Journey


def say_what_is_new(current: "Iterable[Journey]") -> None:
    """Of the courses that have changed since they were done. One query, where a cycle was opened for that."""
    opened = {journey.retraining_id for journey in current if journey.retraining_id and not journey.done_in_this_cycle}
    demands = demand_of(opened) if opened else {}
    for journey in current:
        demand = demands.get(journey.retraining_id) if journey.retraining_id else None
        parts = {part.activity for part in demand.parts} if demand else set()
        for state in journey.activities:
            if journey.redo and state.activity in journey.redo.parts:
                state.is_to_be_done_again(journey.redo.note)
            elif demand and state.activity in parts and not state.is_done:
                state.news = note_of(demand)


def say_what_is_new_in(state: "ActivityState", enrolment: "Enrolment") -> None:
    """The same of one activity, in its cycle. At most two queries, and none where nothing has changed."""
    redo = redo_in(enrolment) if state.completion and state.completion.is_demanded else None
    if redo and state.activity in redo.parts:
        state.is_to_be_done_again(redo.note)
    elif enrolment.retraining_id and not state.is_done:
        state.news = news_of(enrolment.retraining_id, state.activity)
