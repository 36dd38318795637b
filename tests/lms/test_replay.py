"""Order and repetition of events do not matter to where someone ends up."""

import datetime
import uuid

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.models import QuizPage
from lms.models import ActivityCompletion, CourseCompletion, EventKind, LearningEvent, QuizAttempt
from tests.builders import activity_of, answer_for, tell, version_of


def whole_course(course) -> list[tuple]:
    """What Maja does on a good day, with ids of its own."""
    events, moment = [], timezone.now() - datetime.timedelta(hours=5)
    for page in course.get_activity_pages().specific():
        version = version_of(page)
        if isinstance(page, QuizPage):
            attempt = uuid.uuid4()
            told = [(EventKind.ATTEMPT, {"attempt": attempt})]
            for question in version.content["questions"]:
                answer = answer_for(question, version.key[question["key"]], right=True)
                told.append((EventKind.ANSWER, {"attempt": attempt, "question": question["key"], "answer": answer}))
            told.append((EventKind.SUBMIT, {"attempt": attempt}))
        else:
            told = [(EventKind.STEP, {"step": step["id"]}) for step in version.steps]
        for kind, payload in told:
            moment += datetime.timedelta(minutes=1)
            events.append((uuid.uuid4(), page, kind, payload, moment))
    return events


def state() -> dict:
    return {
        "activities": sorted(ActivityCompletion.objects.filter(voided_at=None).values_list("activity_id", "earned")),
        "courses": CourseCompletion.objects.filter(voided_at=None).count(),
        "attempts": list(QuizAttempt.objects.values_list("number", "percent", "passed")),
        "steps": sorted(LearningEvent.objects.filter(kind="step", outcome="applied").values_list("step", flat=True)),
    }


def play(learner, events) -> dict:
    for event_id, page, kind, payload, moment in events:
        tell(learner, page, kind, dict(payload), event_id=event_id, occurred_at=moment, received_at=timezone.now())
    return state()


class UndoError(Exception):
    pass


@pytest.mark.django_db
@settings(max_examples=25)
@given(data=st.data())
def test_reading_in_any_order_and_as_often_as_you_like_ends_the_same(course, cast, data):
    events = [event for event in whole_course(course) if event[2] == EventKind.STEP]
    expected = None
    shuffled = data.draw(st.permutations(events))
    repeated = shuffled + data.draw(st.lists(st.sampled_from(events), max_size=6))
    for order in (events, repeated):
        try:
            with transaction.atomic():
                found = play(cast.maja, order)
                raise UndoError
        except UndoError:
            expected = expected or found
    assert found == expected


@pytest.mark.django_db
@settings(max_examples=25)
@given(data=st.data())
def test_every_event_may_be_sent_again_at_any_time(course, cast, data):
    """A lost answer makes a client send again: nothing is counted twice and nothing is lost."""
    events = whole_course(course)
    again = []
    for number, event in enumerate(events):
        again.append(event)
        for _time in range(data.draw(st.integers(0, 2))):
            again.append(data.draw(st.sampled_from(events[: number + 1])))
    results = []
    for order in (events, again):
        try:
            with transaction.atomic():
                results.append(play(cast.maja, order))
                raise UndoError
        except UndoError:
            continue
    assert results[0] == results[1]
    assert results[0]["courses"] == 1


def test_an_answer_that_comes_after_the_test_was_handed_in_is_kept_and_said(course, cast):
    events = whole_course(course)
    answers = [event for event in events if event[2] == EventKind.ANSWER]
    others = [event for event in events if event[2] != EventKind.ANSWER]
    play(cast.maja, [*others, answers[0]])
    late = LearningEvent.objects.get(kind="answer")
    assert (late.outcome, late.reason) == ("needs_review", "handed_in")
    assert QuizAttempt.objects.get().percent == 0
    assert activity_of(answers[0][1]).completions.count() == 0
