"""Order and repetition of events do not matter to where someone ends up."""

import datetime
import uuid
from itertools import zip_longest

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.models import ActivityCompletion, CourseCompletion, EventKind, LearningEvent, QuizAttempt, StaffMember
from lms.progress import record_all
from tests.builders import activity_of, answer_for, fact, version_of

#: Each example is played by so many side by side, one event of each at a time: it costs the same as by one.
ORDERS = 8


@pytest.fixture
def learners(db):
    """One who does it in order, and one for each other order."""
    return StaffMember.objects.bulk_create(StaffMember(given_name=str(n), family_name="Ek") for n in range(ORDERS + 1))


@pytest.fixture
def parts(pages):
    return [(page, activity_of(page), version_of(page)) for page in pages]


def whole_course(learner, parts) -> list:
    """What the learner does on a good day, with ids of its own."""
    facts, moment = [], timezone.now() - datetime.timedelta(hours=5)
    for page, activity, version in parts:
        if activity.kind == "quiz":
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
            known = {"activity": activity, "version": version, "at": moment, "received_at": timezone.now()}
            facts.append(fact(learner, page, kind, payload, **known))
    return facts


def state(learner) -> dict:
    own = {"enrolment__staff": learner}
    read = LearningEvent.objects.filter(kind="step", outcome="applied", **own)
    done = ActivityCompletion.objects.filter(voided_at=None, **own)
    return {
        "activities": sorted(done.values_list("activity_id", "earned")),
        "courses": CourseCompletion.objects.filter(voided_at=None, **own).count(),
        "attempts": list(QuizAttempt.objects.filter(**own).values_list("number", "percent", "passed")),
        "steps": sorted(read.values_list("step", flat=True)),
    }


class UndoError(Exception):
    pass


def played(learners, orders) -> list[dict]:
    """Where each ends up. Nobody's second event comes before everybody's first."""
    try:
        with transaction.atomic():
            for told in zip_longest(*orders):
                record_all([one for one in told if one])
            found = [state(learner) for learner in learners]
            raise UndoError
    except UndoError:
        return found


@settings(max_examples=5)
@given(data=st.data())
def test_reading_in_any_order_and_as_often_as_you_like_ends_the_same(learners, parts, data):
    orders = []
    for learner in learners:
        events = [event for event in whole_course(learner, parts) if event.kind == EventKind.STEP]
        if orders:  # the first does it in order
            events = data.draw(st.permutations(events))
            events = events + data.draw(st.lists(st.sampled_from(events), max_size=6))
        orders.append(events)
    in_order, *others = played(learners, orders)
    assert len(in_order["activities"]) == 2
    assert others == [in_order] * ORDERS


@settings(max_examples=5)
@given(data=st.data())
def test_every_event_may_be_sent_again_at_any_time(learners, parts, data):
    """A lost answer makes a client send again: nothing is counted twice and nothing is lost."""
    orders = []
    for learner in learners:
        events = again = whole_course(learner, parts)
        if orders:  # the first is heard at once
            again = []
            for number, event in enumerate(events):
                again.append(event)
                for _time in range(data.draw(st.integers(0, 2))):
                    again.append(data.draw(st.sampled_from(events[: number + 1])))
        orders.append(again)
    in_order, *others = played(learners, orders)
    assert others == [in_order] * ORDERS
    assert in_order["courses"] == 1


def test_an_answer_that_comes_after_the_test_was_handed_in_is_kept_and_said(cast, parts):
    events = whole_course(cast.maja, parts)
    answers = [event for event in events if event.kind == EventKind.ANSWER]
    others = [event for event in events if event.kind != EventKind.ANSWER]
    for event in (*others, answers[0]):
        record_all([event])
    late = LearningEvent.objects.get(kind="answer")
    assert (late.outcome, late.reason) == ("needs_review", "handed_in")
    assert QuizAttempt.objects.get().percent == 0
    assert answers[0].activity.completions.count() == 0
