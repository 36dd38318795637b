"""What was registered afterwards: heard of on a later day than the one on which it is said to have happened.

One definition for the screen, the files and a person's history: from a tablet that had no network, or from a leader who
wrote it down later.
"""

import datetime
from collections.abc import Callable

from django.utils import timezone

from .requirements.lookup import end_of
from .status import Completion


def is_afterwards(
    happened: datetime.datetime | datetime.date,
    heard: datetime.datetime | None,
    *,
    ends: Callable[[datetime.date], datetime.datetime] = end_of,
) -> bool:
    """`ends` is the last moment of a day: who asks of thousands gives one that keeps what it has found."""
    if heard is None:
        return False
    day = timezone.localdate(happened) if isinstance(happened, datetime.datetime) else happened
    return heard > ends(day)


def recorded_afterwards(
    done: Completion | None, *, ends: Callable[[datetime.date], datetime.datetime] = end_of
) -> datetime.date | None:
    """The day on which a completion was recorded, where that was afterwards."""
    if done is None or done.recorded_at is None or not is_afterwards(done.completed_on, done.recorded_at, ends=ends):
        return None
    return timezone.localdate(done.recorded_at)
