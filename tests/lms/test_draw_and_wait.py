"""Some of the questions drawn for each attempt, and a pause between attempts: kept by the one door, said in words."""

import datetime
import uuid
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone
from django.utils.translation import override

from courses.models import QuizPage
from lms.models import EventKind, LearningEvent, QuizAttempt
from lms.progress import begin_again, move, void
from lms.progress.attempts import give_attempt, questions_of
from lms.reader.journey import ActivityState
from lms.wording import moment_text
from tests import builders
from tests.builders import activity_of, address, answer_for, fields, read, take_quiz, tell, version_of
from tests.courses.test_editor import edit

NOON = datetime.datetime(2026, 11, 23, 12, 5, tzinfo=ZoneInfo("Europe/Stockholm"))
HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def drawing(index):
    """Six questions, of which each attempt gets three."""
    return builders.make_quiz(builders.make_course(), questions=6, draw=3)


@pytest.fixture
def waiting(index):
    """A lesson, and a test with an hour between attempts."""
    course = builders.make_course()
    builders.make_lesson(course)
    return builders.make_quiz(course, wait_minutes=60)


def begin(learner, quiz, **changes):
    return tell(learner, quiz, EventKind.ATTEMPT, {"attempt": uuid.uuid4()}, **changes)


# Drawing


def test_an_attempt_is_asked_and_graded_over_what_was_drawn_alone(cast, drawing):
    attempt = begin(cast.maja, drawing).attempt
    version = version_of(drawing)
    assert version.settings["questions"] == 3
    asked = [question["key"] for question in questions_of(attempt)]
    assert len(asked) == 3
    for question in version.content["questions"]:
        answer = answer_for(question, version.key[question["key"]], right=question["key"] in asked[:2])
        payload = {"attempt": attempt.uuid, "question": question["key"], "answer": answer}
        receipt = tell(cast.maja, drawing, EventKind.ANSWER, payload)
        assert receipt.reason == ("" if question["key"] in asked else "unknown_question")
    tell(cast.maja, drawing, EventKind.SUBMIT, {"attempt": attempt.uuid})
    attempt.refresh_from_db()
    assert (attempt.points, attempt.out_of, attempt.percent) == (2, 3, 66)
    assert set(attempt.answers) == set(asked)


def test_each_attempt_gets_its_own_and_keeps_them_when_the_page_changes(cast, drawing):
    seen = set()
    for _number in range(8):
        attempt = begin(cast.maja, drawing).attempt
        seen.add(frozenset(question["key"] for question in questions_of(attempt)))
        tell(cast.maja, drawing, EventKind.SUBMIT, {"attempt": attempt.uuid})
    assert len(seen) > 1
    attempt = begin(cast.maja, drawing).attempt
    before = questions_of(attempt)
    drawing.draw = None
    drawing.save_revision().publish()
    assert questions_of(QuizAttempt.objects.get(pk=attempt.pk)) == before
    assert version_of(drawing).settings["questions"] == 6


def test_the_learner_is_told_how_many_questions_there_are_and_sees_so_many(maja, cast, drawing):
    assert "3 frågor" in maja.get(address(drawing)).content.decode()
    assert "3 frågor" in maja.get(drawing.url).content.decode()
    home = maja.post(address(drawing) + "forsok/", fields(cast.maja))["Location"]
    assert "Fråga 1 av 3" in maja.get(f"{home}fraga/1/").content.decode()
    assert maja.get(f"{home}fraga/4/").status_code == 404
    assert len(maja.get(f"{home}lamna-in/").context["questions"]) == 3
    maja.post(f"{home}lamna-in/", fields(cast.maja))
    assert len(maja.get(f"{home}resultat/").context["review"]) == 3


def test_a_version_from_before_there_was_drawing_asks_everything(cast, drawing):
    version = version_of(drawing)
    del version.settings["draw"]
    version.save()
    assert len(questions_of(begin(cast.maja, drawing).attempt)) == 6


def test_an_author_who_draws_more_than_there_are_is_told_at_the_field(ada, course):
    quiz = builders.make_quiz(course, questions=2)
    response = edit(ada, quiz, [{}, {}], draw="3")
    assert "Det finns bara 2 frågor" in str(response.context["form"].errors["draw"])
    assert edit(ada, quiz, [{}, {}], draw="2").status_code == 302
    assert QuizPage.objects.get(pk=quiz.pk).draw == 2


def test_published_by_code_it_draws_what_there_is(cast, index):
    quiz = builders.make_quiz(builders.make_course(), questions=2, draw=9)
    assert len(questions_of(begin(cast.maja, quiz).attempt)) == 2
    assert version_of(quiz).settings["questions"] == 2


# Waiting


def test_the_next_attempt_waits_from_when_the_last_was_handed_in(cast, waiting):
    take_quiz(cast.maja, waiting, right=False, at=NOON - HOUR)
    early = begin(cast.maja, waiting, at=NOON - datetime.timedelta(seconds=1))
    assert (early.outcome, early.reason, early.attempt) == ("needs_review", "must_wait", None)
    assert begin(cast.maja, waiting, at=NOON).attempt.number == 2
    assert LearningEvent.objects.filter(reason="must_wait").count() == 1


def test_the_latest_of_several_counts_and_an_attempt_under_way_goes_on(cast, waiting):
    take_quiz(cast.maja, waiting, right=False, at=NOON - 3 * HOUR)
    take_quiz(cast.maja, waiting, right=False, at=NOON - HOUR / 2)
    assert begin(cast.maja, waiting, at=NOON).reason == "must_wait"
    under_way = begin(cast.maja, waiting, at=NOON + HOUR).attempt
    assert begin(cast.maja, waiting, at=NOON + HOUR).attempt == under_way


def test_nobody_waits_for_somebody_else_or_for_another_test(cast, waiting):
    take_quiz(cast.maja, waiting, right=False, at=NOON)
    other = builders.make_quiz(waiting.get_parent().specific, "Ett till", wait_minutes=60)
    assert begin(cast.maja, other, at=NOON).attempt
    assert begin(cast.staff["bo"], waiting, at=NOON).attempt


def test_a_clock_set_forward_helps_nobody(cast, waiting):
    take_quiz(cast.maja, waiting, right=False, at=NOON)
    early = begin(cast.maja, waiting, occurred_at=NOON + 2 * HOUR, received_at=NOON + HOUR / 2)
    assert early.reason == "must_wait"


def test_what_was_moved_or_voided_makes_nobody_wait(cast, waiting):
    now = timezone.now()
    take_quiz(cast.maja, waiting, right=True, at=now)
    completion = QuizAttempt.objects.get().enrolment.activity_completions.get()
    move(completion=completion, to=cast.staff["bo"], reason="fel person", recorded_by=cast.ada)
    assert begin(cast.maja, waiting).attempt.number == 2
    [moved] = activity_of(waiting).completions.filter(voided_at=None)
    assert moved.enrolment.staff == cast.staff["bo"]
    void(completion=moved, reason="fel", recorded_by=cast.ada)
    assert begin(cast.staff["bo"], waiting).attempt.number == 1


def test_a_new_cycle_begins_without_waiting(cast, waiting):
    read(cast.maja, waiting.get_parent().get_children().first().specific)
    course = take_quiz(cast.maja, waiting).course_completion.course
    begin_again(learner=cast.maja, course=course, actor=None)
    assert begin(cast.maja, waiting).attempt


def test_an_attempt_that_a_leader_gives_may_begin_at_once(maja, cast, waiting):
    waiting.max_attempts = 1
    waiting.save_revision().publish()
    with time_machine.travel(NOON, tick=False):
        take_quiz(cast.maja, waiting, right=False)
        give_attempt(learner=cast.maja, activity=activity_of(waiting), reason="gått igenom felen", actor=cast.ada)
        page = maja.get(address(waiting)).content.decode()
        assert "Du kan försöka igen" not in page
        assert f'action="{address(waiting)}forsok/"' in page
        assert begin(cast.maja, waiting).attempt.number == 2


def test_taking_the_rule_away_lets_everybody_in(cast, waiting):
    take_quiz(cast.maja, waiting, right=False)
    waiting.wait_minutes = None
    waiting.save_revision().publish()
    assert begin(cast.maja, waiting).attempt


def test_the_wait_is_said_before_and_after_and_kept_when_one_tries_all_the_same(maja, cast, waiting):
    with time_machine.travel(NOON, tick=False):
        assert "väntar du 1 timme före nästa" in maja.get(address(waiting)).content.decode()
        assert "väntar du 1 timme före nästa" in maja.get(waiting.url).content.decode()
        take_quiz(cast.maja, waiting, right=False, at=NOON)
        attempt = QuizAttempt.objects.get()
        for path in (address(waiting), f"/min-utbildning/forsok/{attempt.uuid}/resultat/"):
            page = maja.get(path).content.decode()
            assert "Du kan försöka igen kl. 13.05." in page
            assert f'action="{address(waiting)}forsok/"' not in page
        course = maja.get(f"/min-utbildning/kurs/{waiting.get_parent().translation_key}/")
        assert "Du kan försöka igen kl. 13.05." in course.content.decode()
        assert course.context["journey"].next.kind == "lesson"
        response = maja.post(address(waiting) + "forsok/", fields(cast.maja))
        assert response["Location"] == address(waiting)
        assert QuizAttempt.objects.count() == 1
    with time_machine.travel(NOON + HOUR, tick=False):
        page = maja.get(address(waiting)).content.decode()
        assert "Du kan försöka igen" not in page
        assert f'action="{address(waiting)}forsok/"' in page


def test_while_only_the_test_is_left_there_is_nothing_to_go_on_with(maja, cast, waiting, rule):
    read(cast.maja, waiting.get_parent().get_children().first().specific)
    take_quiz(cast.maja, waiting, right=False)
    response = maja.get(f"/min-utbildning/kurs/{waiting.get_parent().translation_key}/")
    assert response.context["journey"].next is None
    assert "Du kan försöka igen" in response.content.decode()
    assert maja.get("/min-utbildning/").status_code == 200


def test_who_has_used_all_attempts_is_sent_to_the_leader_and_not_told_to_wait():
    activity = builders.Activity(max_attempts=1, wait_minutes=60)
    used = QuizAttempt(submitted_at=timezone.now(), percent=0, passed=False)
    used.extra = 0  # as the journey asks for it
    state = ActivityState(activity=activity, version=builders.ActivityVersion(), attempts=[used])
    assert state.is_out_of_attempts
    assert state.waits_until is None


@pytest.mark.parametrize(
    ("later", "swedish", "english"),
    [
        (datetime.timedelta(hours=2, minutes=15), "kl. 14.20", "at 14:20"),
        (datetime.timedelta(days=1), "i morgon kl. 12.05", "tomorrow at 12:05"),
        (datetime.timedelta(days=3), "26 november 2026 kl. 12.05", "on 26 November 2026 at 12:05"),
    ],
)
def test_a_moment_is_said_as_people_say_it(later, swedish, english):
    with time_machine.travel(NOON, tick=False):
        with override("sv"):
            assert moment_text(NOON + later) == swedish
        with override("en"):
            assert moment_text(NOON + later) == english


@pytest.mark.parametrize(
    ("minutes", "said"), [(1, "1 minut"), (45, "45 minuter"), (60, "1 timme"), (90, "90 minuter"), (2880, "2 dagar")]
)
def test_a_wait_is_said_in_the_largest_unit_that_fits(minutes, said):
    from courses.templatetags.lms_courses import duration

    assert duration(minutes) == said
