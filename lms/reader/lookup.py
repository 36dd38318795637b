"""Journeys out of the database: everything the desk shows, in a fixed number of queries."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from courses.models import Activity, ActivityVersion, Course, tree_path

from ..access import asked_today
from ..equivalence.counting import RENEWS
from ..equivalence.lookup import best_of, equivalences_on
from ..help import who_waits_or_is_stuck
from ..matrix import Record
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
from ..progress.attempts import extra_attempts
from ..retraining.lookup import is_demanded, redos
from ..status import Completion, runs_out
from .journey import ActivityState, Journey
from .locks import lock
from .news import say_what_is_new, say_what_is_new_in


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
    record = Record()
    enrolments = _add_cycles(learner, found, record)
    _add_duties(learner, found, record, day)
    if enrolments:
        _add_progress(enrolments, states)
        say_what_is_new(enrolments.values())
    if any(journey.duty and not journey.is_trained for journey in found.values()):
        _add_exemptions(learner, found, record, day)
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


def _add_duties(learner: StaffMember, found: dict[int, Journey], record: Record, day: datetime.date) -> None:
    """What is required and recommended. One query more where one may choose: who is excused need not."""
    asked, rules, _programmes = asked_today(learner)
    if asked.choices:
        _read_exemptions(learner, record, day)
    for course_id, duty in record.duties(day, learner.pk, asked).items():
        if course_id in found:
            found[course_id].duty, found[course_id].rule = duty, rules[duty.rule_id, course_id]


def _add_cycles(learner: StaffMember, found: dict[int, Journey], record: Record) -> dict[int, Journey]:
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
        _add_completions(learner, found, done, record)
    return current


def _add_completions(
    learner: StaffMember, found: dict[int, Journey], done: dict[tuple[int, int], list[Completion]], record: Record
) -> None:
    """What counts longest of each course, also through others; and which courses are there to renew it."""
    day = timezone.localdate()
    equivalences = equivalences_on(day)
    best = record.completions = best_of(done, equivalences)
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


def _add_exemptions(learner: StaffMember, found: dict[int, Journey], record: Record, day: datetime.date) -> None:
    _read_exemptions(learner, record, day)
    for journey in found.values():
        journey.is_exempt = not record.exempt[learner.pk].isdisjoint({None, journey.course.pk})


def _read_exemptions(learner: StaffMember, record: Record, day: datetime.date) -> None:
    if learner.pk not in record.exempt:
        rows = Exemption.objects.in_force(day).filter(staff=learner)
        record.exempt[learner.pk] = set(rows.values_list("course_id", flat=True))
