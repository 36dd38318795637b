"""The one door for facts about learning. Nothing else writes events, attempts or completions."""

from .enrolments import begin_again, current_enrolment
from .record import Receipt, record
from .register import record_attendance, record_earlier_training
from .undo import move, void

__all__ = [
    "Receipt",
    "begin_again",
    "current_enrolment",
    "move",
    "record",
    "record_attendance",
    "record_earlier_training",
    "void",
]
