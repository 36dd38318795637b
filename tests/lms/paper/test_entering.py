"""Tests on paper, entered: once, graded as on a screen, and told of as what they are."""

import datetime
import re

import pytest
from django.utils import timezone
from django.utils.timezone import localdate

from lms.models import CourseCompletion, EventSource, LearningEvent, LedgerEntry, PaperTest, QuizAttempt
from lms.paper.sheets import answers_of, asked_in, left_empty, read_answers
from lms.people.merging import merge
from lms.progress import void
from tests import builders, people
from tests.builders import read, take_quiz, version_of
from tests.paper import HOME, answers, enter, entry, posted, print_for


def test_the_whole_way_by_code_to_the_result(petra, sign_in, cast, every_kind):
    [paper] = print_for(cast, every_kind, "maja")
    found = petra.get(HOME, {"code": paper.readable_code.lower()})
    assert found["Location"] == entry(paper)
    text = petra.get(entry(paper)).content.decode()
    assert "Maja Lindgren" in text
    assert "hemlig" not in text
    done = petra.post(entry(paper), posted(paper))
    assert done["Location"] == entry(paper)
    attempt = QuizAttempt.objects.get()
    assert (attempt.uuid, attempt.enrolment.staff, attempt.passed) == (paper.uuid, cast.maja, True)
    events = LearningEvent.objects.order_by("pk")
    assert [event.kind for event in events] == ["attempt", *["answer"] * 7, "submit"]
    assert {(event.source, event.recorded_by) for event in events} == {(EventSource.REGISTER, cast.petra)}
    recorded = LedgerEntry.objects.get(verb="paper.recorded")
    assert (recorded.actor, recorded.staff) == (cast.petra, cast.maja)
    shown = petra.get(entry(paper)).content.decode()
    assert "100 %, godkänt" in shown
    assert "Frågan single?" not in shown  # the outcome alone
    own = sign_in("maja").get(f"/min-utbildning/forsok/{paper.uuid}/resultat/").content.decode()
    assert re.search(r"Skrivet på papper den .* Registrerat av petra", own)
    history = petra.get(f"/admin/training/staff/{cast.maja.pk}/").content.decode()
    assert "Maja, på papper" in history
    assert "Skrev testet ”Alla sorter” på papper" in history
    assert "Blev det fel?" in history


def test_a_blank_copy_is_whose_the_leader_says(petra, cast, quiz, far):
    one, other = print_for(cast, quiz, blank=2)
    assert petra.post(entry(one), posted(one, learner=far.pk)).status_code == 422
    petra.post(entry(one), posted(one, learner=cast.bo.pk))
    one.refresh_from_db()
    assert (one.staff, one.recorded_by) == (cast.bo, cast.petra)
    assert petra.post(entry(other), posted(other)).status_code == 422  # whose?
    assert QuizAttempt.objects.get().enrolment.staff == cast.bo


def test_what_is_left_empty_is_asked_about_once(petra, cast, every_kind):
    [paper] = print_for(cast, every_kind, "maja")
    form = posted(paper)
    by_kind = {one.question["kind"]: one for one in asked_in(paper)}
    single, match = by_kind["single"], by_kind["match"]
    form[single.name] = ""
    form[match.name] = form[match.name][:2]  # two of three pairs
    asked = petra.post(entry(paper), form)
    empty = ",".join(map(str, sorted((single.number, match.number))))
    assert f'name="empty" value="{empty}"' in asked.content.decode()
    assert not QuizAttempt.objects.exists()
    petra.post(entry(paper), {**form, "empty": empty})
    attempt = QuizAttempt.objects.get()
    assert (single.question["key"] in attempt.answers, float(attempt.points)) == (False, 5.667)


def test_what_cannot_be_read_is_said_at_its_number_and_nothing_is_lost(petra, cast, every_kind):
    [paper] = print_for(cast, every_kind, "maja")
    by_kind = {one.question["kind"]: one for one in asked_in(paper)}
    number, order = by_kind["number"], by_kind["order"]
    twice = [f"{choice['id']}:1" for choice in order.question["choices"]]
    wrong = petra.post(entry(paper), posted(paper, **{number.name: "vet inte", order.name: twice}))
    text = wrong.content.decode()
    assert wrong.status_code == 422
    for one in (number, order):
        assert f"Fråga {one.number}: det här är inget helt svar" in text
    assert 'value="vet inte"' in text
    assert text.count("checked") >= 3
    assert not QuizAttempt.objects.exists()


@pytest.mark.parametrize(("days", "words"), [(1, "har inte kommit"), (-1, "skrevs ut den")])
def test_the_day_is_one_when_there_was_a_paper_to_write_on(petra, cast, quiz, days, words):
    [paper] = print_for(cast, quiz, "maja")
    day = localdate() + datetime.timedelta(days=days)
    wrong = petra.post(entry(paper), posted(paper, on=day.isoformat()))
    assert wrong.status_code == 422
    assert words in wrong.content.decode()


def test_the_next_copy_begins_with_the_day_of_the_one_before(petra, cast, quiz):
    one, other = print_for(cast, quiz, "maja", "bo")
    yesterday = localdate() - datetime.timedelta(days=1)
    PaperTest.objects.update(made_at=timezone.now() - datetime.timedelta(days=3))
    petra.post(entry(one), posted(one, on=yesterday.isoformat()))
    assert f'value="{yesterday}"' in petra.get(entry(other)).content.decode()
    assert timezone.localdate(QuizAttempt.objects.get().submitted_at) == yesterday


def test_it_counts_towards_the_course_on_the_day_it_was_written(cast, pages):
    for lesson in pages[:2]:
        read(cast.maja, lesson, at=timezone.now() - datetime.timedelta(days=5))
    [paper] = print_for(cast, pages[2], "maja")
    PaperTest.objects.update(made_at=timezone.now() - datetime.timedelta(days=3))
    paper.refresh_from_db()
    day = localdate() - datetime.timedelta(days=2)
    enter(cast, paper, cast.maja, on=day)
    assert CourseCompletion.objects.get().completed_on == day


def test_a_course_that_runs_out_begins_anew(cast, index):
    course = builders.make_full_course(lessons=0, valid_months=1)
    quiz = course.get_activity_pages().specific().get()
    take_quiz(cast.maja, quiz, at=timezone.now() - datetime.timedelta(days=40))
    [paper] = print_for(cast, quiz, "maja")
    enter(cast, paper, cast.maja)
    assert CourseCompletion.objects.filter(voided_at=None).count() == 2


def test_it_is_graded_by_what_was_asked_even_if_the_test_has_changed(cast, quiz):
    [paper] = print_for(cast, quiz, "maja")
    question = quiz.questions.first()
    question.text, question.choices = "Något annat?", builders.choices("Nytt", "Annat", right=(1,))
    quiz.questions = [question]
    quiz.save_revision().publish()
    attempt = enter(cast, paper, cast.maja)
    assert (attempt.version, attempt.out_of, attempt.passed) == (paper.version, 2, True)


def test_undone_as_any_other_completion(petra, cast, quiz):
    [paper] = print_for(cast, quiz, "maja")
    attempt = enter(cast, paper, cast.maja)
    completion = attempt.enrolment.activity_completions.get()
    assert void(completion=completion, reason="Det var Bo", recorded_by=cast.petra)
    assert "räknas inte längre" in petra.get(entry(paper)).content.decode()


def test_a_copy_follows_when_two_rows_are_one_person(cast, quiz):
    twin = people.hire(cast, "Maja", "Lindgrén", "grasmyr")
    cast.staff["twin"] = twin
    [paper] = print_for(cast, quiz, "twin")
    merge(keep=cast.maja, gone=twin, actor=cast.petra)
    paper.refresh_from_db()
    assert enter(cast, paper, cast.maja).passed


# Reading the form


def test_what_stands_in_the_form_is_what_is_answered(cast, every_kind):
    from django.http import QueryDict

    [paper] = print_for(cast, every_kind, "maja")
    asked = asked_in(paper)
    form = QueryDict(mutable=True)
    for name, value in posted(paper).items():
        form.setlist(name, value if isinstance(value, list) else [value])
    read_answers(asked, form)
    assert answers_of(asked) == answers(paper)
    assert left_empty(asked) == []
    assert version_of(every_kind) == paper.version
