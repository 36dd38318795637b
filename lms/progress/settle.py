"""What waits for a leader, decided: counted after all, or put aside. Each with a row in the ledger."""

from typing import Any

from ..models import LearningEvent
from .facts import Receipt


def apply_event(*, event: LearningEvent, actor: Any) -> Receipt:
    """Count an event that waits, in spite of its reason, as if nothing had been wrong with it.

    An event of an attempt at a test takes all that waits of that attempt with it. A test that lacks an attempt gets
    one more, which is written down as given. A duplicate receipt, and nothing done, where it waits no longer.

    Raises ValidationError in plain words where it cannot be counted: a second handing in, a step that no version has.
    """
    raise NotImplementedError


def dismiss_event(*, event: LearningEvent, actor: Any) -> bool:
    """Put an event that waits aside, with all that waits of the same attempt. False where it waits no longer."""
    raise NotImplementedError
