"""Where one learner stands with their courses: everything the desk shows, in a fixed number of queries."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from courses.languages import foreign_language
from courses.models import Activity, ActivityVersion, Course, tree_path

from ..access import duties_today
from ..help import who_waits_or_is_stuck
from ..matrix import Help
from ..models import (
    ActivityCompletion,
    CourseCompletion,
    Enrolment,
    Exemption,
    LearningEvent,
    QuizAttempt,
    StaffMember,
)
from ..progress import current_enrolment
from ..progress.attempts import extra_attempts, free_again
from ..requirements.rules import Duty, Rule
from ..status import TRAINED, Completion, Facts, HelpReason, Status, best_completion, help_on, runs_out, status_on

#: For so long the start page tells the result of a test that was done without network.
RESULT_IS_NEWS = datetime.timedelta(days=3)


@dataclass
class ActivityState:
    """One activity as this learner has it. `version` is the one shown in their language."""

    activity: Activity
    version: ActivityVersion
    completion: ActivityCompletion | None = None
    steps_done: set[str] = field(default_factory=set)
    read_at: datetime.datetime | None = None  # the last of those steps
    attempts: list[Any] = field(default_factory=list)  # QuizAttempts with `extra`, see attempts.extra_attempts

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

    @property
    def is_begun(self) -> bool:
        return not self.is_done and bool(self.steps_done or self.attempts)

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
    completion: Completion | None = None
    done_in_this_cycle: bool = False
    duty: Duty | None = None
    rule: Rule | None = None
    is_exempt: bool = False
    waits_or_is_stuck: Help | None = None

    @property
    def facts(self) -> Facts:
        return Facts(
            required=self.duty is not None,
            due=self.duty.due if self.duty else None,
            grace_until=self.duty.grace_until if self.duty else datetime.date.min,
            exempt=self.is_exempt,
            completion=self.completion,
            started=self.enrolment_id is not None,
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
    def status(self) -> Status:
        return status_on(self.day, self.facts)

    @property
    def is_trained(self) -> bool:
        return self.status in TRAINED

    @property
    def may_begin_again(self) -> bool:
        """The last cycle is done, and what it gave runs out soon or has run out."""
        return self.done_in_this_cycle and runs_out(self.day, self.completion)

    @property
    def is_under_way(self) -> bool:
        """Begun, for the first time or again, and not done."""
        return self.enrolment_id is not None and not self.done_in_this_cycle

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
            if state.kind != "workshop" and not state.is_out_of_attempts and not state.waits_until
        ]
        return next((state for state in open_now if state.under_way), None) or next(iter(open_now), None)

    @property
    def touched_at(self) -> datetime.datetime | None:
        """When something was last read or answered in this cycle."""
        return max((state.touched_at for state in self.activities if state.touched_at), default=None)

    @property
    def has_done(self) -> bool:
        """Something of it is completed, in this cycle or before."""
        return self.completion is not None or any(state.is_done for state in self.activities)

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


def journeys(learner: StaffMember, courses: Q, *, language: str) -> list[Journey]:
    """Where `learner` stands today: one Journey for each live course that matches `courses`, in catalogue order.

    A course without a published activity is left out: there is nothing to do in it yet.
    """
    day = timezone.localdate()
    found: dict[int, Journey] = {}
    states: dict[int, ActivityState] = {}
    for version in _versions(courses, language):
        activity = version.activity
        journey = found.setdefault(activity.course_id, Journey(course=activity.course, day=day))
        states[activity.pk] = state = ActivityState(activity=activity, version=version)
        journey.activities.append(state)
    if not found:
        return []
    for course_id, (duty, rule) in duties_today(learner).items():
        if course_id in found:
            found[course_id].duty, found[course_id].rule = duty, rule
    enrolments = _add_cycles(learner, found)
    if enrolments:
        _add_progress(enrolments, states)
    if any(journey.duty and not journey.is_trained for journey in found.values()):
        _add_exemptions(learner, found, day)
        for (_staff, course_id), needed in who_waits_or_is_stuck([learner.pk], list(found), day).items():
            found[course_id].waits_or_is_stuck = needed
    return list(found.values())


def done_and_gone(learner: StaffMember, known: Iterable[Journey]) -> list[Journey]:
    """What `learner` has done of courses that are not among `known`: withdrawn, or theirs no longer. In one query.

    Without activities: there is nothing to open.
    """
    day = timezone.localdate()
    done: dict[Course, list[Completion]] = defaultdict(list)
    rows = CourseCompletion.objects.standing(day).filter(staff=learner)
    for row in rows.exclude(course__in=[journey.course.pk for journey in known]).select_related("course"):
        done[row.course].append(Completion(row.completed_on, row.valid_until, row.pk))
    return [Journey(course=course, day=day, completion=best_completion(rows)) for course, rows in done.items()]


def has_done(learner: StaffMember) -> Exists:
    """A condition on Course: something of it is completed and may be moved or taken back, published or not."""
    own = {"staff": learner, "course": OuterRef("pk")}
    done = CourseCompletion.objects.filter(enrolment=OuterRef("pk"), voided_at=None)
    parts = ActivityCompletion.objects.filter(enrolment=OuterRef("pk"), voided_at=None)
    return Exists(Enrolment.objects.filter(Exists(done) | Q(Exists(parts), current=True), **own))


def state_of(learner: StaffMember, version: ActivityVersion) -> ActivityState:
    """Where `learner` stands with one activity, without the rest of its course. At most four queries."""
    activity = version.activity
    state = ActivityState(activity=activity, version=version)
    enrolment = current_enrolment(learner, activity.course)
    if enrolment:
        _add_progress([enrolment.pk], {activity.pk: state})
    return state


def _versions(courses: Q, language: str) -> Any:
    activities = Activity.objects.live().filter(course__in=Course.objects.live().filter(courses))
    return (
        ActivityVersion.objects.shown_in(language)
        .filter(activity__in=activities)
        .annotate(tree_path=tree_path("activity__"))
        .order_by(F("tree_path").asc(nulls_last=True), "activity_id")
        .select_related("activity__course")
        .defer("content", "key")
    )


def _add_cycles(learner: StaffMember, found: dict[int, Journey]) -> dict[int, Journey]:
    """Enrolments of every cycle with their completions, in one query. Returns the current ones by id."""
    rows = Enrolment.objects.filter(staff=learner, course__in=found).values_list(
        "pk",
        "course_id",
        "current",
        "completions__pk",
        "completions__completed_on",
        "completions__valid_until",
        "completions__voided_at",
    )
    current: dict[int, Journey] = {}
    done: dict[int, list[Completion]] = defaultdict(list)
    for pk, course_id, is_current, completion, completed_on, valid_until, voided_at in rows:
        counts = completion is not None and voided_at is None
        if counts:
            done[course_id].append(Completion(completed_on, valid_until, completion))
        if is_current:
            journey = found[course_id]
            journey.enrolment_id = pk
            journey.done_in_this_cycle = journey.done_in_this_cycle or counts
            current[pk] = journey
    for course_id, completions in done.items():
        found[course_id].completion = best_completion(completions)
    return current


def _add_progress(enrolments: Iterable[int], states: dict[int, ActivityState]) -> None:
    """From the cycle of the course that the activity belongs to now, as the roll-up counts it."""
    own = Q(enrolment__in=enrolments, enrolment__course=F("activity__course"))
    for completion in ActivityCompletion.objects.filter(own, voided_at=None):
        if completion.activity_id in states:
            states[completion.activity_id].completion = completion
    steps = LearningEvent.objects.steps_read().filter(own).values_list("activity_id", "step", "occurred_at")
    for activity_id, step, moment in steps:
        if activity_id in states:
            state = states[activity_id]
            state.steps_done.add(step)
            state.read_at = max(moment, state.read_at or moment)
    if any(state.kind == "quiz" for state in states.values()):
        attempts = QuizAttempt.objects.filter(own, voided_at=None).annotate(extra=extra_attempts()).defer("answers")
        for attempt in attempts.order_by("number"):
            if attempt.activity_id in states:
                states[attempt.activity_id].attempts.append(attempt)


def _add_exemptions(learner: StaffMember, found: dict[int, Journey], day: datetime.date) -> None:
    for course_id in Exemption.objects.in_force(day).filter(staff=learner).values_list("course_id", flat=True):
        for journey in found.values():
            if course_id in (None, journey.course.pk):
                journey.is_exempt = True
