"""Where one learner stands with their courses and with each part of them. `lookup` reads it."""

import datetime
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from courses.languages import foreign_language
from courses.models import Activity, ActivityVersion, Course

from ..matrix import Help
from ..models import (
    QuizAttempt,
)
from ..progress.attempts import free_again
from ..requirements.rules import Duty, Rule
from ..status import TRAINED, Completion, Facts, HelpReason, Redo, Status, help_on, runs_out, status_on

#: For so long the start page tells the result of a test that was done without network.
RESULT_IS_NEWS = datetime.timedelta(days=3)


@dataclass
class ActivityState:
    """One activity as this learner has it. `version` is the one shown in their language."""

    activity: Activity
    version: ActivityVersion
    completion: Any = None  # an ActivityCompletion with `is_demanded`, see lookup.is_demanded
    steps_done: set[str] = field(default_factory=set)
    read_at: datetime.datetime | None = None  # the last of those steps
    news: str = ""  # what is new in it, where it is to be done again
    attempts: list[Any] = field(default_factory=list)  # QuizAttempts with `extra`, see attempts.extra_attempts
    # See locks: all that must be done before it and is not; what of that to name; what of it is open now.
    waits_for: list["ActivityState"] = field(default_factory=list)
    opens_after: list["ActivityState"] = field(default_factory=list)
    comes_first: "ActivityState | None" = None
    held_back: bool = False  # by another course

    @property
    def kind(self) -> str:
        return self.activity.kind

    @property
    def title(self) -> str:
        """In the reader's language if it has one there, whatever language the content is in."""
        return self.activity.title

    @property
    def foreign(self) -> str:
        """The language of the content where it is another than the reader's, else nothing."""
        return foreign_language(self.version.language)

    @property
    def is_done(self) -> bool:
        return self.completion is not None

    def is_to_be_done_again(self, news: str) -> None:
        """It was done, and has changed: as if nothing of it had been done."""
        self.completion, self.read_at, self.news = None, None, news
        self.steps_done, self.attempts = set(), []

    @property
    def is_begun(self) -> bool:
        return not self.is_done and bool(self.steps_done or self.attempts)

    @property
    def is_locked(self) -> bool:
        return self.held_back or self.comes_first is not None

    @property
    def step_count(self) -> int:
        return len(self.version.steps)

    @property
    def next_step(self) -> int:
        """Index of the first step not read yet; the last one when all are."""
        for number, step in enumerate(self.version.steps):
            if step["id"] not in self.steps_done:
                return number
        return max(0, self.step_count - 1)

    @property
    def minutes_left(self) -> int:
        """Whole minutes, never nothing while something is left."""
        if self.is_done:
            return 0
        if not self.step_count:
            return self.activity.minutes
        left = sum(step["id"] not in self.steps_done for step in self.version.steps)
        return max(1, round(self.activity.minutes * left / self.step_count))

    @property
    def under_way(self) -> QuizAttempt | None:
        return next((attempt for attempt in self.attempts if attempt.submitted_at is None), None)

    @property
    def touched_at(self) -> datetime.datetime | None:
        """When a step was last read, or an attempt begun or handed in."""
        moments = [
            moment for attempt in self.attempts for moment in (attempt.started_at, attempt.submitted_at) if moment
        ]
        return max([*moments, *([self.read_at] if self.read_at else [])], default=None)

    @property
    def graded_lately(self) -> list[QuizAttempt]:
        """What was done without network and has come in during the last days: their result was promised."""
        since = timezone.now() - RESULT_IS_NEWS
        return [attempt for attempt in self.attempts if attempt.offline and (attempt.recorded_at or since) > since]

    @property
    def best(self) -> QuizAttempt | None:
        """The attempt that counts."""
        graded = [attempt for attempt in self.attempts if attempt.percent is not None]
        return max(graded, key=lambda attempt: (attempt.passed, attempt.percent), default=None)

    @property
    def extra_attempts(self) -> int:
        """How many more than the page allows a leader has given."""
        return max((attempt.extra for attempt in self.attempts), default=0)

    @property
    def attempts_left(self) -> int | None:
        """None where there is no limit."""
        if self.activity.max_attempts is None:
            return None
        return max(0, self.activity.max_attempts + self.extra_attempts - len(self.attempts))

    @property
    def was_helped_on(self) -> bool:
        """Has been given one more attempt, and has it still."""
        return bool(self.extra_attempts and self.attempts_left and not self.is_done and not self.under_way)

    @property
    def is_out_of_attempts(self) -> bool:
        return not self.is_done and not self.under_way and self.attempts_left == 0

    @property
    def waits_until(self) -> datetime.datetime | None:
        """When the next attempt may begin, while that lies ahead; None where it may begin now, or never."""
        if self.under_way or self.is_out_of_attempts:
            return None
        handed_in = [attempt.submitted_at for attempt in self.attempts if attempt.submitted_at]
        moment = free_again(handed_in, self.activity)
        return moment if moment and moment > timezone.now() else None


@dataclass
class Journey:
    """One course as this learner has it."""

    course: Course
    day: datetime.date
    activities: list[ActivityState] = field(default_factory=list)
    enrolment_id: int | None = None
    completion: Completion | None = None  # what counts longest, perhaps through other courses
    has_own_completion: bool = False
    done_in_this_cycle: bool = False
    redo: Redo | None = None  # the cycle that was done last does not do any more
    retraining_id: int | None = None  # what this cycle was opened for
    duty: Duty | None = None
    rule: Rule | None = None
    is_exempt: bool = False
    first: list[Course] = field(default_factory=list)  # what must be completed before it opens
    renewed_by: list[Course] = field(default_factory=list)  # shorter courses that do, while it may be renewed
    renews_another: bool = False  # it is such a course, and another runs out
    waits_or_is_stuck: Help | None = None

    @property
    def facts(self) -> Facts:
        return Facts(
            required=self.is_required,
            due=self.duty.due if self.duty else None,
            grace_until=self.duty.grace_until if self.duty else datetime.date.min,
            exempt=self.is_exempt,
            completion=self.completion,
            started=self.enrolment_id is not None,
            recommended=self.is_recommended,
            rule_id=self.duty.rule_id if self.duty else None,
            help=self._help.reason if self._help else None,
            heard_on=self._help.heard_on if self._help else None,
        )

    @property
    def _help(self) -> Help | None:
        if any(state.is_out_of_attempts for state in self.activities if state.activity.required):
            return Help(HelpReason.ATTEMPTS)
        return self.waits_or_is_stuck

    @property
    def help(self) -> HelpReason | None:
        """What they need help with, whatever else the status says."""
        return help_on(self.day, self.facts)

    @property
    def is_required(self) -> bool:
        return self.duty is not None and self.duty.mandatory

    @property
    def is_recommended(self) -> bool:
        """Some rule recommends it, and none demands it."""
        return self.duty is not None and not self.duty.mandatory

    @property
    def status(self) -> Status:
        return status_on(self.day, self.facts)

    @property
    def due(self) -> datetime.date | None:
        """By when it is to be done: by its rule; or again, where it was done and has changed."""
        if self.completion and self.completion.redo:
            return self.completion.redo.by_when
        return self.duty.due if self.duty else None

    @property
    def is_trained(self) -> bool:
        return self.status in TRAINED

    @property
    def may_begin_again(self) -> bool:
        """The last cycle is done, and what it gave runs out soon or has run out; or what it renews does."""
        return self.done_in_this_cycle and (self.may_renew or self.renews_another)

    @property
    def may_renew(self) -> bool:
        """What was completed runs out soon or has run out, and nothing is begun in its place."""
        return runs_out(self.day, self.completion) and not self.is_under_way

    @property
    def news(self) -> str:
        """What is new in the course, as long as it is to be done again."""
        return " ".join(dict.fromkeys(state.news for state in self.left if state.news))

    @property
    def is_under_way(self) -> bool:
        """Begun, for the first time or again, and not done.

        Done, too, where something of it is to be done again. Nothing is asked of who has it through another course.
        """
        return self.enrolment_id is not None and not self.done_in_this_cycle and not self.counts_through_another

    @property
    def counts_through_another(self) -> bool:
        """Completed through another course, with time left before it is to be renewed."""
        return bool(self.completion and self.completion.through) and self.status == Status.COMPLETE

    @property
    def left(self) -> list[ActivityState]:
        """What the course still takes. Nothing once it is done: what comes later takes nothing back."""
        return [] if self.done_in_this_cycle else self._required_and_not_done

    @property
    def added(self) -> list[ActivityState]:
        """What has come into the course since it was done: to read for who likes."""
        return self._required_and_not_done if self.done_in_this_cycle else []

    @property
    def _required_and_not_done(self) -> list[ActivityState]:
        return [state for state in self.activities if state.activity.required and not state.is_done]

    @property
    def next(self) -> ActivityState | None:
        """What "continue" opens: a test under way, else the first that is left and can be done here and now."""
        open_now = [
            state
            for state in self.left
            if not (state.kind == "workshop" or state.is_locked or state.is_out_of_attempts or state.waits_until)
        ]
        return next((state for state in open_now if state.under_way), None) or next(iter(open_now), None)

    @property
    def touched_at(self) -> datetime.datetime | None:
        """When something was last read or answered in this cycle."""
        return max((state.touched_at for state in self.activities if state.touched_at), default=None)

    @property
    def has_done(self) -> bool:
        """Something of it is completed, in this cycle or before."""
        return self.has_own_completion or any(state.is_done for state in self.activities)

    @property
    def needs_help(self) -> bool:
        """The attempts at some test are used up."""
        return any(state.is_out_of_attempts for state in self.activities)

    @property
    def done_count(self) -> int:
        return sum(state.is_done for state in self.activities if state.activity.required)

    @property
    def required_count(self) -> int:
        return sum(state.activity.required for state in self.activities)

    @property
    def minutes_left(self) -> int:
        return sum(state.minutes_left for state in self.left)
