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
from ..equivalence.counting import RENEWS
from ..equivalence.lookup import best_of, equivalences_on
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
from ..retraining.lookup import is_demanded, redos
from ..status import TRAINED, Completion, Facts, HelpReason, Redo, Status, help_on, runs_out, status_on
from .locks import lock
from .news import say_what_is_new, say_what_is_new_in

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
        say_what_is_new(enrolments.values())
    if any(journey.duty and not journey.is_trained for journey in found.values()):
        _add_exemptions(learner, found, day)
        for (_staff, course_id), needed in who_waits_or_is_stuck([learner.pk], list(found), day).items():
            found[course_id].waits_or_is_stuck = needed
    lock(learner, found.values())
    return list(found.values())


def has_done(learner: StaffMember) -> Exists:
    """A condition on Course: something of it is completed and may be moved or taken back, published or not."""
    own = {"staff": learner, "course": OuterRef("pk")}
    done = CourseCompletion.objects.filter(enrolment=OuterRef("pk"), voided_at=None)
    parts = ActivityCompletion.objects.filter(enrolment=OuterRef("pk"), voided_at=None)
    return Exists(Enrolment.objects.filter(Exists(done) | Q(Exists(parts), current=True), **own))


def state_of(learner: StaffMember, version: ActivityVersion) -> ActivityState:
    """Where `learner` stands with one activity, without the rest of its course.

    At most four queries; some more for what is done, or was opened, since the course has changed."""
    activity = version.activity
    state = ActivityState(activity=activity, version=version)
    enrolment = current_enrolment(learner, activity.course)
    if enrolment:
        _add_progress([enrolment.pk], {activity.pk: state})
        say_what_is_new_in(state, enrolment)
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
    """Enrolments of every cycle with their completions, of all courses: one may count for another.

    One query, one more where something is completed, and two more where a course has changed. Returns the current ones
    by id.
    """
    day = timezone.localdate()
    rows = (
        Enrolment.objects.filter(staff=learner)
        .annotate(is_demanded=is_demanded(day))
        .values_list(
            "pk",
            "course_id",
            "current",
            "retraining_id",
            "is_demanded",
            "completions__pk",
            "completions__completed_on",
            "completions__valid_until",
            "completions__renewable_from",
            "completions__voided_at",
        )
    )
    changed = {row[1] for row in rows if row[4]}
    redo = redos([learner.pk], changed, day) if changed else {}
    current: dict[int, Journey] = {}
    done: dict[tuple[int, int], list[Completion]] = defaultdict(list)
    for pk, course_id, is_current, retraining, _demanded, completion, completed_on, until, opens, voided in rows:
        counts = completion is not None and voided is None
        made = Completion(completed_on, until, completion, opens, redo=redo.get(completion)) if counts else None
        if made:
            done[learner.pk, course_id].append(made)
        if is_current and course_id in found:
            journey = found[course_id]
            journey.enrolment_id, journey.retraining_id = pk, retraining
            if made and made.redo and not runs_out(day, made):
                journey.redo = made.redo
            else:
                journey.done_in_this_cycle = journey.done_in_this_cycle or counts
            current[pk] = journey
    if done:
        _add_completions(learner, found, done)
    return current


def _add_completions(
    learner: StaffMember, found: dict[int, Journey], done: dict[tuple[int, int], list[Completion]]
) -> None:
    """What counts longest of each course, also through others; and which courses are there to renew it."""
    day = timezone.localdate()
    equivalences = equivalences_on(day)
    best = best_of(done, equivalences)
    for (_learner, course_id), completion in best.items():
        if course_id in found:
            found[course_id].completion = completion
            found[course_id].has_own_completion = (learner.pk, course_id) in done
    for each in equivalences:
        if each.kind == RENEWS and runs_out(day, best.get((learner.pk, each.target))):
            for course_id, course in each.names.items():
                if each.target in found:
                    found[each.target].renewed_by.append(course)
                if course_id in found:
                    found[course_id].renews_another = True


def _add_progress(enrolments: Iterable[int], states: dict[int, ActivityState]) -> None:
    """From the cycle of the course that the activity belongs to now, as the roll-up counts it."""
    own = Q(enrolment__in=enrolments, enrolment__course=F("activity__course"))
    done = ActivityCompletion.objects.filter(own, voided_at=None)
    for completion in done.annotate(is_demanded=is_demanded(timezone.localdate(), "enrolment__course")):
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
