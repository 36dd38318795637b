"""A test at the desk: question by question, handed in, its result."""

import re
import uuid

import pytest
import time_machine
from django.utils import timezone

from lms.models import CourseCompletion, LearningEvent, QuizAttempt
from lms.progress import begin_again, record_earlier_training
from tests import builders
from tests.builders import address, fields, read, take_quiz


def begin(maja, cast, quiz):
    response = maja.post(address(quiz) + "forsok/", fields(cast.maja))
    return response["Location"]


def questions_of(attempt):
    from lms.progress.attempts import questions_of

    return questions_of(attempt)


def test_a_test_is_taken_question_by_question_and_handed_in(maja, cast, pages):
    for page in pages[:2]:
        read(cast.maja, page)
    quiz = pages[2]
    assert maja.get(address(quiz)).status_code == 200
    home = begin(maja, cast, quiz)
    attempt = QuizAttempt.objects.select_related("version").get()
    asked = questions_of(attempt)
    assert maja.get(home)["Location"] == f"{home}fraga/1/"
    for number, question in enumerate(asked, start=1):
        right = attempt.version.key[question["key"]]["right"][0]
        response = maja.post(f"{home}fraga/{number}/", fields(cast.maja, answer=right))
    assert response["Location"] == f"{home}lamna-in/"
    assert maja.get(response["Location"]).context["unanswered"] == 0
    response = maja.post(f"{home}lamna-in/", fields(cast.maja))
    assert response["Location"] == f"{home}resultat/"
    result = maja.get(response["Location"])
    assert [entry["verdict"] for entry in result.context["review"]] == ["right", "right"]
    assert all(entry["explanation"] in result.content.decode() for entry in result.context["review"])
    assert CourseCompletion.objects.get().staff == cast.maja
    assert maja.get(f"/min-utbildning/kurs/{quiz.get_parent().translation_key}/klar/").status_code == 200


def test_an_answer_can_be_changed_until_the_test_is_handed_in(maja, cast, pages):
    home = begin(maja, cast, pages[2])
    for choice in ("c0", "c1"):
        maja.post(f"{home}fraga/1/", fields(cast.maja, answer=choice))
    assert maja.get(f"{home}fraga/1/").context["chosen"] == ["c1"]


def test_an_answer_saved_on_the_way_needs_no_button(maja, cast, pages):
    home = begin(maja, cast, pages[2])
    response = maja.post(f"{home}fraga/1/", fields(cast.maja, answer="c0"), headers={"x-lms-save": "1"})
    assert response.status_code == 204
    assert maja.get(home)["Location"] == f"{home}fraga/2/"


def test_no_answer_is_asked_for_again_and_can_be_skipped(maja, cast, pages):
    home = begin(maja, cast, pages[2])
    response = maja.post(f"{home}fraga/1/", fields(cast.maja))
    assert response.status_code == 422
    assert f'href="{home}fraga/2/"' in response.content.decode()


@pytest.mark.parametrize("number", [0, 3, 999])
def test_there_is_no_question_beyond_the_last(maja, cast, pages, number):
    home = begin(maja, cast, pages[2])
    assert maja.get(f"{home}fraga/{number}/").status_code == 404


def test_what_is_not_answered_counts_as_wrong_and_that_is_said_before(maja, cast, pages):
    home = begin(maja, cast, pages[2])
    assert maja.get(f"{home}lamna-in/").context["unanswered"] == 2
    maja.post(f"{home}lamna-in/", fields(cast.maja))
    assert (QuizAttempt.objects.get().percent, QuizAttempt.objects.get().passed) == (0, False)


def test_a_handed_in_test_cannot_be_answered_or_handed_in_again(maja, cast, pages):
    home = begin(maja, cast, pages[2])
    maja.post(f"{home}lamna-in/", fields(cast.maja))
    for path in (f"{home}fraga/1/", f"{home}lamna-in/"):
        assert maja.post(path, fields(cast.maja, answer="c0"))["Location"] == f"{home}resultat/"
    assert QuizAttempt.objects.get().answers == {}


def test_a_resent_start_finds_the_same_attempt(maja, cast, pages):
    form = fields(cast.maja)
    first, second = (maja.post(address(pages[2]) + "forsok/", form)["Location"] for _number in range(2))
    assert first == second
    assert QuizAttempt.objects.count() == 1


def test_nobody_sees_or_touches_another_persons_attempt(maja, sign_in, cast, pages):
    home = begin(maja, cast, pages[2])
    bo = sign_in("bo")
    for path in (home, f"{home}fraga/1/", f"{home}lamna-in/", f"{home}resultat/"):
        assert bo.get(path).status_code == 404
    assert bo.post(f"{home}fraga/1/", fields(cast.staff["bo"], answer="c0")).status_code == 404
    assert bo.post(f"{home}lamna-in/", fields(cast.staff["bo"])).status_code == 404


def test_the_result_waits_until_the_test_is_handed_in(maja, cast, pages):
    home = begin(maja, cast, pages[2])
    assert maja.get(f"{home}resultat/")["Location"] == home


def test_who_has_used_all_attempts_is_told_whom_to_ask(maja, cast, index):
    page = builders.make_course()
    quiz = builders.make_quiz(page, max_attempts=1)
    take_quiz(cast.maja, quiz, right=False)
    response = maja.get(address(quiz))
    [state] = response.context["journey"].activities
    assert state.is_out_of_attempts
    assert f'action="{address(quiz)}forsok/"' not in response.content.decode()
    response = maja.post(address(quiz) + "forsok/", fields(cast.maja))
    assert response["Location"] == address(quiz)
    assert QuizAttempt.objects.count() == 1


def test_the_best_attempt_is_the_one_shown(maja, cast, pages):
    take_quiz(cast.maja, pages[2], right=True)
    take_quiz(cast.maja, pages[2], right=False)
    state = maja.get(address(pages[2])).context["state"]
    assert (state.best.percent, state.is_done) == (100, True)


def test_a_quiz_is_no_lesson_and_a_lesson_no_quiz(maja, cast, pages):
    assert maja.post(address(pages[2]) + "steg/", fields(cast.maja, step="x")).status_code == 404
    assert maja.post(address(pages[0]) + "forsok/", fields(cast.maja)).status_code == 404


def test_an_attempt_survives_a_test_that_lost_its_right_answer(maja, cast, index):
    """Publishing from code checks nothing: the learner's pages must stand it."""
    page = builders.make_course()
    quiz = builders.make_quiz(page)
    for question in quiz.questions.all():
        question.choices = builders.choices("A", "B", right=())
        question.save()
    quiz.refresh_from_db()
    quiz.save_revision().publish()
    home = begin(maja, cast, quiz)
    maja.post(f"{home}fraga/1/", fields(cast.maja, answer="c0"))
    maja.post(f"{home}lamna-in/", fields(cast.maja))
    attempt = QuizAttempt.objects.get()
    assert attempt.passed is False
    assert maja.get(f"/min-utbildning/forsok/{attempt.uuid}/resultat/").status_code == 200


def test_who_has_begun_may_finish_a_test_that_is_withdrawn(maja, cast, pages):
    home = begin(maja, cast, pages[2])
    pages[2].unpublish()
    attempt = QuizAttempt.objects.get()
    for number, question in enumerate(attempt.version.content["questions"], start=1):
        answer = builders.answer_for(question, attempt.version.key[question["key"]], right=True)
        form = fields(cast.maja, answer=answer)
        saved = maja.post(f"{home}fraga/{number}/", form, headers={"X-Lms-Save": "1"})
        assert saved.status_code == 204
    assert maja.post(f"{home}lamna-in/", fields(cast.maja))["Location"] == f"{home}resultat/"
    attempt.refresh_from_db()
    assert attempt.passed is True


def test_the_slower_of_two_taps_sees_the_result_too(maja, cast, pages, monkeypatch):
    from lms.reader.views import quiz as view

    home = begin(maja, cast, pages[2])
    record = view.record

    def as_the_second(**arguments):
        record(**{**arguments, "event_id": uuid.uuid4()})
        return record(**arguments)

    monkeypatch.setattr(view, "record", as_the_second)
    response = maja.post(f"{home}lamna-in/", fields(cast.maja), follow=True)
    assert response.redirect_chain[0][0] == f"{home}resultat/"
    assert not list(response.context["messages"])


def test_an_answer_after_handing_in_is_not_said_to_be_saved(maja, cast, pages, monkeypatch):
    from lms.reader.views import quiz as view

    home = begin(maja, cast, pages[2])
    record = view.record

    def handed_in_meanwhile(**arguments):
        record(**{**arguments, "event_id": uuid.uuid4(), "kind": "submit"})
        return record(**arguments)

    monkeypatch.setattr(view, "record", handed_in_meanwhile)
    form = fields(cast.maja, answer="c0")
    assert maja.post(f"{home}fraga/1/", form, headers={"X-Lms-Save": "1"}).status_code == 409
    assert LearningEvent.objects.filter(kind="answer", outcome="applied").count() == 0


# Answers saved as they are given, on a slow network


def drawn(browser, path):
    """When the page was drawn, as its form says."""
    return int(re.search(r'name="drawn" value="(\d+)"', browser.get(path).content.decode())[1])


def test_a_slower_request_does_not_win_over_a_later_answer(maja, cast, pages):
    path = f"{begin(maja, cast, pages[2])}fraga/1/"
    when = drawn(maja, path)
    with time_machine.travel(timezone.now() + timezone.timedelta(seconds=30), tick=False):
        for answer, open_for in (("c1", 3000), ("c0", 1000)):  # given the other way round
            form = fields(cast.maja, answer=answer, drawn=when, open_for=open_for)
            assert maja.post(path, form, headers={"X-Lms-Save": "1"}).status_code == 204
        assert maja.get(path).context["chosen"] == ["c1"]
        maja.post(path, fields(cast.maja, answer="c0", drawn=when))  # by the button: last
        assert maja.get(path).context["chosen"] == ["c0"]


@pytest.mark.parametrize("open_for", ["-200000", "200000", "x", "", "9" * 5000, "1e9", "\x00", "9" * 400])
def test_what_a_page_says_of_when_is_good_for_order_alone(maja, cast, pages, open_for):
    path = f"{begin(maja, cast, pages[2])}fraga/1/"
    now = timezone.now()
    form = fields(cast.maja, answer="c0", drawn=drawn(maja, path), open_for=open_for)
    assert maja.post(path, form, headers={"X-Lms-Save": "1"}).status_code == 204
    event = LearningEvent.objects.get(kind="answer")
    assert now <= event.occurred_at <= event.received_at


# Begun before the course was begun again


def test_an_attempt_left_in_an_earlier_round_says_so_and_leads_to_the_course(maja, cast, index):
    page = builders.make_course(valid_months=1)
    quiz = builders.make_quiz(page)
    home = begin(maja, cast, quiz)
    record_earlier_training(
        form_id=uuid.uuid4(), course=builders.course_of(page), people=[cast.maja],
        on=timezone.localdate() - timezone.timedelta(days=5), recorded_by=cast.petra,
    )  # fmt: skip
    begin_again(learner=cast.maja, course=builders.course_of(page), actor=cast.petra)
    course = f"/min-utbildning/kurs/{page.translation_key}/"
    before = LearningEvent.objects.count()
    for path in (home, f"{home}fraga/1/", f"{home}lamna-in/", f"{home}resultat/"):
        response = maja.get(path, follow=True)
        assert response.redirect_chain[-1][0] == course
        assert len(list(response.context["messages"])) == 1
    for path in (f"{home}fraga/1/", f"{home}lamna-in/"):
        assert maja.post(path, fields(cast.maja, answer="c0"))["Location"] == course
    assert LearningEvent.objects.count() == before
