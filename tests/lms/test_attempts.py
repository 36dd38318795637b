"""Attempts at a test: begun, answered, handed in, graded."""

import datetime
import uuid

from django.utils import timezone

from lms.models import (
    ActivityCompletion,
    EventKind,
    QuizAttempt,
)
from tests import builders
from tests.builders import take_quiz, tell, version_of


def test_a_test_is_graded_against_the_version_it_was_begun_on(cast, quiz):
    version, attempt = version_of(quiz), uuid.uuid4()
    tell(cast.maja, quiz, EventKind.ATTEMPT, {"attempt": attempt})
    for question in version.content["questions"]:
        right = version.key[question["key"]]["right"][0]
        tell(
            cast.maja,
            quiz,
            EventKind.ANSWER,
            {"attempt": attempt, "question": question["key"], "answer": right},
        )
    for question in quiz.questions.all():  # the author turns every answer around in the middle of it
        for choice in question.choices:
            choice["right"] = not choice["right"]
        question.save()
    quiz.refresh_from_db()
    quiz.save_revision().publish()
    assert version_of(quiz) != version
    tell(cast.maja, quiz, EventKind.SUBMIT, {"attempt": attempt})
    graded = QuizAttempt.objects.get()
    assert (graded.version, graded.percent, graded.passed) == (version, 100, True)


def test_the_last_answer_to_a_question_counts(cast, quiz):
    version, attempt = version_of(quiz), uuid.uuid4()
    tell(cast.maja, quiz, EventKind.ATTEMPT, {"attempt": attempt})
    now = timezone.now()
    question = version.content["questions"][0]
    right = version.key[question["key"]]["right"][0]
    wrong = next(choice["id"] for choice in question["choices"] if choice["id"] != right)
    later, earlier = now, now - datetime.timedelta(minutes=1)
    payload = {"attempt": attempt, "question": question["key"]}
    tell(cast.maja, quiz, EventKind.ANSWER, {**payload, "answer": right}, occurred_at=later, received_at=now)
    tell(cast.maja, quiz, EventKind.ANSWER, {**payload, "answer": wrong}, occurred_at=earlier, received_at=now)
    tell(cast.maja, quiz, EventKind.SUBMIT, {"attempt": attempt})
    assert QuizAttempt.objects.get().answers == {question["key"]: right}


def test_beginning_while_an_attempt_is_under_way_goes_on_with_it(cast, quiz):
    first = tell(cast.maja, quiz, EventKind.ATTEMPT, {"attempt": uuid.uuid4()})
    second = tell(cast.maja, quiz, EventKind.ATTEMPT, {"attempt": uuid.uuid4()})
    assert second.attempt == first.attempt
    assert QuizAttempt.objects.count() == 1


def test_handing_in_twice_grades_once(cast, quiz):
    take_quiz(cast.maja, quiz, right=False)
    attempt = QuizAttempt.objects.get()
    receipt = tell(cast.maja, quiz, EventKind.SUBMIT, {"attempt": attempt.uuid})
    assert (receipt.outcome, receipt.reason) == ("needs_review", "handed_in")
    assert QuizAttempt.objects.get().submitted_at == attempt.submitted_at


def test_no_attempt_beyond_the_last_and_it_is_kept_for_a_leader(cast, index):
    page = builders.make_course()
    quiz = builders.make_quiz(page, max_attempts=2)
    take_quiz(cast.maja, quiz, right=False)
    take_quiz(cast.maja, quiz, right=False)
    receipt = tell(cast.maja, quiz, EventKind.ATTEMPT, {"attempt": uuid.uuid4()})
    assert (receipt.outcome, receipt.reason) == ("needs_review", "attempts_used_up")
    assert QuizAttempt.objects.count() == 2


def test_the_best_attempt_counts_and_a_worse_one_after_it_changes_nothing(cast, quiz):
    take_quiz(cast.maja, quiz, right=True)
    take_quiz(cast.maja, quiz, right=False)
    assert ActivityCompletion.objects.get().earned == "passed"
    assert list(QuizAttempt.objects.order_by("number").values_list("number", "passed")) == [
        (1, True),
        (2, False),
    ]


def test_an_answer_to_someone_elses_attempt_is_not_counted(cast, quiz):
    attempt = uuid.uuid4()
    tell(cast.maja, quiz, EventKind.ATTEMPT, {"attempt": attempt})
    question = version_of(quiz).content["questions"][0]["key"]
    payload = {"attempt": attempt, "question": question, "answer": "c0"}
    assert tell(cast.bo, quiz, EventKind.ANSWER, payload).reason == "unknown_attempt"
    assert tell(cast.bo, quiz, EventKind.SUBMIT, {"attempt": attempt}).reason == "unknown_attempt"
    assert tell(cast.bo, quiz, EventKind.ATTEMPT, {"attempt": attempt}).reason == "id_taken"


def test_an_answer_to_a_question_that_is_not_in_the_test_is_not_counted(cast, quiz):
    attempt = uuid.uuid4()
    tell(cast.maja, quiz, EventKind.ATTEMPT, {"attempt": attempt})
    payload = {"attempt": attempt, "question": str(uuid.uuid4()), "answer": "c0"}
    assert tell(cast.maja, quiz, EventKind.ANSWER, payload).reason == "unknown_question"


def test_answers_that_do_not_say_which_version_are_judged_by_the_attempts_own(cast, quiz):
    attempt = uuid.uuid4()
    assert tell(cast.maja, quiz, EventKind.ATTEMPT, {"attempt": attempt}, version=None).reason == "unknown_version"
    tell(cast.maja, quiz, EventKind.ATTEMPT, {"attempt": attempt})
    payload = {"attempt": attempt, "question": version_of(quiz).content["questions"][0]["key"], "answer": "c0"}
    assert tell(cast.maja, quiz, EventKind.ANSWER, payload, version=None).outcome == "applied"
    assert tell(cast.maja, quiz, EventKind.ANSWER, {**payload, "attempt": None}).reason == "unknown_attempt"
