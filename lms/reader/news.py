"""What is new in a course that is to be done again, told to the one who is to do it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..retraining.lookup import demand_of, note_of

if TYPE_CHECKING:
    from .journey import Journey


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
