"""Where someone stands with a course on a day. Pure; every screen and export asks here."""

import datetime
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _

from .validity import FOR_GOOD, Term, window_opens

#: Who has begun and of whom nothing has been heard for more days than this is stuck.
STUCK_DAYS = 14


class Status(models.TextChoices):
    NOT_REQUIRED = "not_required", _("Not required")
    RECOMMENDED = "recommended", _("Recommended")
    NOT_STARTED = "not_started", _("Not started")
    IN_PROGRESS = "in_progress", _("In progress")
    NEEDS_HELP = "needs_help", _("Needs help")
    COMPLETE = "complete", _("Completed")
    EXPIRING = "expiring", _("Expires soon")
    EXPIRED = "expired", _("Expired")
    OVERDUE = "overdue", _("Overdue")
    EXEMPT = "exempt", _("Excused")


class HelpReason(models.TextChoices):
    """What somebody needs help with, the one that holds them up most first."""

    ATTEMPTS = "attempts", _("All attempts used up")
    REVIEW = "review", _("Waits for a decision")
    STUCK = "stuck", _("Nothing heard for a while")


#: The course counts as done.
TRAINED = frozenset({Status.COMPLETE, Status.EXPIRING})

#: Nothing is left to do, now at least.
SETTLED = TRAINED | {Status.EXEMPT}


class Redo(NamedTuple):
    """What has changed so much since the course was done that it is to be done again, and by when. See `Retraining`.

    `parts` are activities, for words; `note` is what is new, as the leader has said it.
    """

    by_when: datetime.date
    parts: tuple[Any, ...] = ()
    note: str = ""


class Source(NamedTuple):
    """Another course that counted, and when it was completed. The course's str is its title."""

    course: Any
    completed_on: datetime.date


class Completion(NamedTuple):
    """A course done on a day; it counts up to and with `valid_until` (None: for good), or as `redo`
    says if sooner.

    `renewable_from` is the first day on which it may be renewed; None where it was not kept, and then it is the usual
    one. `id` is the row's. What counts through other courses (see `lms.equivalence`) has them in `through`, and the id
    of the one that was completed last. `recorded_at` is when we heard of it.
    """

    completed_on: datetime.date
    valid_until: datetime.date | None = None
    id: int = 0
    renewable_from: datetime.date | None = None
    through: tuple[Source, ...] = ()
    redo: Redo | None = None
    recorded_at: datetime.datetime | None = None

    @classmethod
    def of(cls, row: Any) -> "Completion":
        """The value of a CourseCompletion."""
        return cls(row.completed_on, row.valid_until, row.pk, row.renewable_from, recorded_at=row.recorded_at)

    @property
    def term(self) -> Term:
        if self.valid_until is None:
            return FOR_GOOD
        return Term(self.renewable_from or window_opens(self.valid_until), self.valid_until)

    @property
    def last_day(self) -> datetime.date | None:
        """The last day that it counts, whatever ends it."""
        if self.redo is None:
            return self.valid_until
        return min(self.valid_until, self.redo.by_when) if self.valid_until else self.redo.by_when

    @property
    def ends_by_redo(self) -> bool:
        """Whether it is the change that ends it, and not its own last day."""
        return self.redo is not None and self.last_day == self.redo.by_when


class Facts(NamedTuple):
    """What had happened by the day asked about, for one person and one course; `rule_id` is who asks for it."""

    required: bool
    due: datetime.date | None = None
    grace_until: datetime.date = datetime.date.min
    exempt: bool = False
    completion: Completion | None = None
    started: bool = False
    recommended: bool = False
    rule_id: int | None = None
    help: HelpReason | None = None
    heard_on: datetime.date | None = None  # the last day that something was heard of who is stuck


def status_on(day: datetime.date, facts: Facts) -> Status:
    """The status on `day`.

    Done counts whatever else is true. Then being excused; then, only for what is required, what a leader alone can put
    right, expired (begun again or not: it stays so until done), late, stuck, or under way. The due day itself is not
    late.
    """
    done = facts.completion
    if done and ((last := done.last_day) is None or day <= last):
        return Status.EXPIRING if done.redo or runs_out(day, done) else Status.COMPLETE
    if facts.exempt:
        return Status.EXEMPT
    if not facts.required:
        if facts.started:
            return Status.IN_PROGRESS
        return Status.RECOMMENDED if facts.recommended else Status.NOT_REQUIRED
    needed = _help(day, facts)
    if needed in (HelpReason.ATTEMPTS, HelpReason.REVIEW):
        return Status.NEEDS_HELP
    if done:
        return Status.EXPIRED
    if facts.due and day > facts.due:
        return Status.OVERDUE
    if needed:
        return Status.NEEDS_HELP
    return Status.IN_PROGRESS if facts.started else Status.NOT_STARTED


def help_on(day: datetime.date, facts: Facts) -> HelpReason | None:
    """What help is needed with on `day`, also where the status says something worse: who is overdue can be stuck."""
    if not facts.required or status_on(day, facts) in SETTLED:
        return None
    return _help(day, facts)


def _help(day: datetime.date, facts: Facts) -> HelpReason | None:
    """Nobody is stuck with what has only just been asked of them."""
    return None if facts.help is HelpReason.STUCK and day <= facts.grace_until else facts.help


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
    """Whether what was done has run out or soon will, by its own last day: the time to do all of it again."""
    if done is None or done.valid_until is None:
        return False
    return day >= (done.renewable_from or window_opens(done.valid_until))


def best_completion(completions: Iterable[Completion]) -> Completion | None:
    """The one that counts longest; of equals one with nothing to do again, then one's own, then the latest."""
    return max(completions, key=how_long, default=None)


def how_long(done: Completion) -> tuple[Any, ...]:
    """How long it counts, for `max`: see `best_completion`."""
    return done.last_day or datetime.date.max, done.redo is None, not done.through, done.completed_on
