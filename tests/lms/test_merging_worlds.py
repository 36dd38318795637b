"""Whatever two rows of one person have done: merged, nothing is lost and nothing complete is incomplete."""

import datetime
import uuid

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.models import Certificate
from courses.models import QuizPage
from lms.models import ActivityCompletion, CourseCompletion, LearningEvent, QuizAttempt
from lms.people.merging import merge
from lms.progress import begin_again, record_earlier_training
from lms.status import TRAINED, Completion, Facts, best_completion, status_on
from tests import people
from tests.builders import course_of, read, take_quiz

acts = st.lists(
    st.tuples(
        st.sampled_from(["maja", "twin"]),
        st.sampled_from(["lesson 0", "lesson 1", "pass", "fail", "everything", "evidence", "again"]),
        st.integers(0, 1300),
    ),
    max_size=7,
)


def do(person, what, days, course, pages, actor):
    at = timezone.now() - datetime.timedelta(days=days)
    if what.startswith("lesson"):
        read(person, pages[int(what[-1])], at=at)
    elif what in ("pass", "fail"):
        take_quiz(person, pages[2], right=what == "pass", at=at)
    elif what == "everything":
        for page in pages:
            take_quiz(person, page, at=at) if isinstance(page, QuizPage) else read(person, page, at=at)
    elif what == "evidence":
        on = timezone.localdate(at)
        record_earlier_training(
            form_id=uuid.uuid4(), course=course_of(course), people=[person], on=on, recorded_by=actor
        )
    else:
        enrolment = person.enrolments.filter(current=True).first()
        if enrolment and enrolment.completions.filter(voided_at=None).exists():
            begin_again(learner=person, course=course_of(course), actor=actor)


def trained(*people):
    rows = CourseCompletion.objects.filter(staff__in=people, voided_at=None)
    best = best_completion([Completion(row.completed_on, row.valid_until) for row in rows])
    return status_on(timezone.localdate(), Facts(required=True, completion=best)) in TRAINED


def facts_of(*people):
    """All that must be there afterwards too."""
    own = {"enrolment__staff__in": people}
    return {
        "events": set(LearningEvent.objects.filter(**own).values_list("event_id", flat=True)),
        "attempts": set(QuizAttempt.objects.filter(**own).values_list("uuid", flat=True)),
        "courses": set(CourseCompletion.objects.filter(**own, voided_at=None).values_list("uuid", flat=True)),
        "certificates": set(Certificate.objects.current().filter(staff__in=people).values_list("serial", flat=True)),
        "parts": set(ActivityCompletion.objects.filter(**own, voided_at=None).values_list("activity", flat=True)),
    }


class TakeBackError(Exception):
    pass


@pytest.mark.django_db
@settings(max_examples=40)
@given(what=acts, keep_twin=st.booleans())
def test_whatever_they_did_nothing_is_lost_and_nothing_complete_is_incomplete(cast, course, pages, what, keep_twin):
    try:
        with transaction.atomic():
            twin = people.hire(cast, "Maja", "Lindgrén", "grasmyr")
            both = {"maja": cast.maja, "twin": twin}
            for name, act, days in what:
                do(both[name], act, days, course, pages, cast.ada)
            before, was_trained = facts_of(cast.maja, twin), trained(cast.maja) or trained(twin)
            keep, gone = (twin, cast.maja) if keep_twin else (cast.maja, twin)
            merge(keep=keep, gone=gone, actor=cast.ada)
            after = facts_of(keep)
            assert facts_of(gone) == {name: set() for name in before}
            for name in ("events", "attempts", "parts"):
                assert after[name] == before[name], name
            for name in ("courses", "certificates"):
                assert after[name] >= before[name], name
            assert trained(keep) or not was_trained
            cycles = list(keep.enrolments.order_by("cycle").values_list("cycle", "current"))
            assert cycles == [(number, number == len(cycles)) for number in range(1, len(cycles) + 1)]
            raise TakeBackError
    except TakeBackError:
        pass
