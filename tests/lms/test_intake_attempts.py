"""Tests in the outbox of a tablet: opened, answered and handed in without network, and taken in afterwards."""

import datetime
import uuid

import pytest
from django.utils import timezone

from lms.models import LearningEvent, QuizAttempt
from lms.tablet.tickets import give_ticket
from tests import builders
from tests.builders import read, take_quiz, tell, version_of
from tests.outbox import batch, outcomes, post, send, sitting

MINUTE = datetime.timedelta(minutes=1)
HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)


def test_answers_and_handing_in_open_their_attempt_themselves(cast, paired, quiz):
    begin, first, second, submit = sitting(paired, cast.maja, quiz)
    assert outcomes(send([submit])) == ["applied"]
    graded = QuizAttempt.objects.get()
    assert (str(graded.uuid), graded.passed, len(graded.answers), graded.number) == (begin["attempt"], True, 2, 1)
    assert outcomes(send([second])) == ["applied"]
    assert outcomes(send([begin, first])) == ["applied"] * 2
    assert list(QuizAttempt.objects.values()) == list(QuizAttempt.objects.filter(pk=graded.pk).values())
    assert LearningEvent.objects.filter(outcome="applied").count() == 4


def test_an_attempt_begun_earlier_than_we_thought_began_then(cast, paired, quiz):
    begin, first, *_rest = sitting(paired, cast.maja, quiz)
    send([{**first, "begun_at": first["occurred_at"]}])
    send([begin])
    assert QuizAttempt.objects.get().started_at.isoformat() == begin["occurred_at"]


def test_two_tablets_each_begin_their_own(cast, paired, quiz):
    tell(cast.maja, quiz, "attempt", {"attempt": uuid.uuid4()})
    send(sitting(paired, cast.maja, quiz, right=False))
    send(sitting(paired, cast.maja, quiz))
    assert list(QuizAttempt.objects.order_by("number").values_list("number", "passed", "offline")) == [
        (1, None, False),
        (2, False, True),
        (3, True, True),
    ]


def test_what_is_answered_after_handing_in_waits(cast, paired, quiz):
    *begun, submit = sitting(paired, cast.maja, quiz)
    send([*begun, submit])
    late = {**begun[1], "id": str(uuid.uuid4()), "occurred_at": timezone.now().isoformat()}
    again = {**submit, "id": str(uuid.uuid4())}
    assert outcomes(send([late, again])) == ["needs_review: handed_in"] * 2


def test_an_answer_that_a_form_had_not_heard_of_is_not_said_to_have_counted(cast, paired, quiz):
    """Handed in by a form, which grades what is known: an answer that was still on the tablet made no difference."""
    begin, answer, *_rest = sitting(paired, cast.maja, quiz)
    send([begin])
    tell(cast.maja, quiz, "submit", {"attempt": uuid.UUID(begin["attempt"])})
    assert outcomes(send([answer])) == ["needs_review: handed_in"]


def test_used_up_attempts_wait_with_all_that_comes_of_them(cast, paired, index):
    quiz = builders.make_quiz(builders.make_course(), max_attempts=1)
    take_quiz(cast.maja, quiz, right=False)
    begin, first, second, submit = sitting(paired, cast.maja, quiz)
    waits = "needs_review: attempts_used_up"
    assert outcomes(send([begin, first])) == [waits] * 2
    quiz.max_attempts = 5
    quiz.save_revision().publish()
    assert outcomes(send([second, submit])) == [waits] * 2
    assert QuizAttempt.objects.count() == 1
    assert outcomes(send(sitting(paired, cast.maja, quiz))) == ["applied"] * 4


def test_one_waits_from_what_was_handed_in_before_one_began(cast, paired, index):
    quiz = builders.make_quiz(builders.make_course(), wait_minutes=60)
    now = timezone.now()
    send(sitting(paired, cast.maja, quiz, right=False, at=now - HOUR / 3))
    earlier = sitting(paired, cast.maja, quiz, right=False, at=now - HOUR)
    assert outcomes(send(earlier)) == ["applied"] * 4  # it was begun before the other, and is only heard of later
    early = sitting(paired, cast.maja, quiz, at=now - 10 * MINUTE)
    assert outcomes(send(early)) == ["needs_review: must_wait"] * 4


def test_a_test_that_has_changed_since_is_graded_by_the_version_answered(cast, paired, quiz):
    events = sitting(paired, cast.maja, quiz)
    for question in quiz.questions.all():
        for choice in question.choices:
            choice["right"] = not choice["right"]
        question.save()
    quiz.refresh_from_db()
    quiz.save_revision().publish()
    assert version_of(quiz).pk != events[0]["version"]
    send(events)
    assert (QuizAttempt.objects.get().version_id, QuizAttempt.objects.get().percent) == (events[0]["version"], 100)


def test_somebody_elses_attempt_is_not_answered(cast, paired, quiz):
    begin, answer, _other, submit = sitting(paired, cast.maja, quiz)
    send([begin])
    foreign = [{**said, "ticket": give_ticket(paired, cast.bo)} for said in (answer, submit)]
    assert outcomes(send(foreign)) == ["needs_review: unknown_attempt"] * 2
    foreign = {**begin, "id": str(uuid.uuid4()), "ticket": give_ticket(paired, cast.bo)}
    assert outcomes(send([foreign])) == ["needs_review: id_taken"]


def test_a_question_that_was_never_asked_waits_and_its_attempt_goes_on(cast, paired, quiz):
    begin, answer, *_rest, submit = sitting(paired, cast.maja, quiz)
    stray = {**answer, "question": str(uuid.uuid4())}
    submit["answers"][str(uuid.uuid4())] = ["c0"]
    assert outcomes(send([stray, submit, begin])) == ["needs_review: unknown_question", "applied", "applied"]
    assert QuizAttempt.objects.get().answers.keys() == {
        question["key"] for question in version_of(quiz).content["questions"]
    }


@pytest.mark.parametrize(("tests", "written"), [(1, 1), (24, 2)])
def test_a_batch_costs_the_same_however_many_attempts(
    cast, paired, index, tests, written, django_assert_num_queries, time_machine
):
    from django.db import connection

    # Just after midnight the test was begun the day before the lesson was read: one more update.
    time_machine.move_to(timezone.localtime().replace(hour=12))
    course = builders.make_course()
    builders.make_workshop(course)
    quizzes = [builders.make_quiz(course, f"Test {number}") for number in range(tests)]
    read(cast.maja, builders.make_lesson(course))
    events = [said for quiz in quizzes for said in sitting(paired, cast.maja, quiz)]
    own = batch(events, tablet=give_ticket(paired))
    written = written if connection.vendor == "sqlite" else 1
    # as above; attempts, what was not opened before, attempts written; parts done, the courses, the required, written
    with django_assert_num_queries(15 + written):
        assert set(outcomes(post(own).json()["results"])) == {"applied"}
    assert QuizAttempt.objects.filter(passed=True).count() == tests
