"""The one door for facts about learning. Nothing else writes events, attempts or completions."""

from .attempts import give_attempt, take_attempt_back
from .enrolments import begin_again, current_enrolment
from .facts import Fact, Outbox, Receipt
from .join import join_learning
from .record import record, record_all
from .register import is_recorded, needed_for, record_attendance, record_earlier_training
from .reopen import wait_again
from .retakes import put_begun_back, set_begun_aside
from .settle import apply_event, dismiss_event
from .undo import move, restore, take_back, void

__all__ = [
    "Fact",
    "Outbox",
    "Receipt",
    "apply_event",
    "begin_again",
    "current_enrolment",
    "dismiss_event",
    "give_attempt",
    "is_recorded",
    "join_learning",
    "move",
    "needed_for",
    "put_begun_back",
    "record",
    "record_all",
    "record_attendance",
    "record_earlier_training",
    "restore",
    "set_begun_aside",
    "take_attempt_back",
    "take_back",
    "void",
    "wait_again",
]
