"""Where someone stands with a course on a day. Pure; every screen and export asks here."""

import datetime
from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _

#: How long before its last day a completion is said to expire soon.
EXPIRING_DAYS = 60


class Status(models.TextChoices):
    NOT_REQUIRED = "not_required", _("Not required")
    NOT_STARTED = "not_started", _("Not started")
    IN_PROGRESS = "in_progress", _("In progress")
    NEEDS_HELP = "needs_help", _("Needs help")
    COMPLETE = "complete", _("Completed")
    EXPIRING = "expiring", _("Expires soon")
    EXPIRED = "expired", _("Expired")
    OVERDUE = "overdue", _("Overdue")
    EXEMPT = "exempt", _("Excused")


#: The course counts as done.
TRAINED = frozenset({Status.COMPLETE, Status.EXPIRING})

#: Nothing is left to do, now at least.
SETTLED = TRAINED | {Status.EXEMPT}


class Completion(NamedTuple):
    """A course done on a day; it counts up to and with `valid_until` (None: for good). `recorded_at`: heard of when."""

    completed_on: datetime.date
    valid_until: datetime.date | None = None
    id: int = 0
    recorded_at: datetime.datetime | None = None


class Facts(NamedTuple):
    """What had happened by the day asked about, for one person and one course."""

    required: bool
    due: datetime.date | None = None
    grace_until: datetime.date = datetime.date.min
    exempt: bool = False
    completion: Completion | None = None
    started: bool = False
    out_of_attempts: bool = False


def status_on(day: datetime.date, facts: Facts) -> Status:
    """The status on `day`.

    Done counts whatever else is true. Then being excused; then, only for what is required, being in need of help,
    expired (begun again or not: it stays so until done), late, or under way. The due day itself is not late.
    """
    done = facts.completion
    if done and (done.valid_until is None or day <= done.valid_until):
        return Status.EXPIRING if runs_out(day, done) else Status.COMPLETE
    if facts.exempt:
        return Status.EXEMPT
    if not facts.required:
        return Status.IN_PROGRESS if facts.started else Status.NOT_REQUIRED
    if facts.out_of_attempts:
        return Status.NEEDS_HELP
    if done:
        return Status.EXPIRED
    if facts.due and day > facts.due:
        return Status.OVERDUE
    return Status.IN_PROGRESS if facts.started else Status.NOT_STARTED


def standing(day: datetime.date, facts: Facts) -> tuple[Status, bool]:
    """The status, and whether it is late: required, not done, not excused, and past its day.

    What has expired is late at once, but not in the days of grace. Who waits for help can be late too.
    """
    status = status_on(day, facts)
    if not facts.required or status in SETTLED:
        return status, False
    expired = facts.completion is not None and day > facts.grace_until
    return status, bool(expired or (facts.due and day > facts.due))


def runs_out(day: datetime.date, done: Completion | None) -> bool:
    """Whether what was done has run out or soon will: the time to do it again."""
    return bool(done and done.valid_until and (done.valid_until - day).days < EXPIRING_DAYS)


def best_completion(completions: list[Completion]) -> Completion | None:
    """The one that counts longest; of equals the latest."""
    return max(
        completions,
        key=lambda done: (done.valid_until or datetime.date.max, done.completed_on),
        default=None,
    )


def add_months(day: datetime.date, months: int) -> datetime.date:
    """The same day of the month, `months` later; the month's last day where it is shorter."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    first_of_next = datetime.date(year + month // 12, month % 12 + 1, 1)
    last = (first_of_next - datetime.timedelta(days=1)).day
    return datetime.date(year, month, min(day.day, last))
