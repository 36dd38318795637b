"""What cannot be entered: told in words, and nothing is kept."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from lms.models import EventSource, LearningEvent, LedgerEntry, QuizAttempt
from lms.paper.actions import RefusedError
from tests.builders import activity_of, take_quiz, tell
from tests.paper import enter, entry, posted, print_for


def nothing_kept(paper):
    paper.refresh_from_db()
    assert paper.recorded_at is None
    assert not QuizAttempt.objects.filter(uuid=paper.uuid).exists()
    assert not LearningEvent.objects.filter(source=EventSource.REGISTER).exists()
    assert not LedgerEntry.objects.filter(verb="paper.recorded").exists()


def limited(quiz, **rules):
    for name, value in rules.items():
        setattr(quiz, name, value)
    quiz.save_revision().publish()
    return type(quiz).objects.get(pk=quiz.pk)


def test_attempts_used_up_leads_to_one_more(petra, cast, quiz):
    quiz = limited(quiz, max_attempts=1)
    [paper] = print_for(cast, quiz, "maja")
    take_quiz(cast.maja, quiz, right=False)
    refused = petra.post(entry(paper), posted(paper))
    text = refused.content.decode()
    assert refused.status_code == 422
    assert "Maja har använt alla försök" in text
    course = activity_of(quiz).course
    assert f"/admin/training/staff/{cast.maja.pk}/course/{course.pk}/attempt/" in text
    nothing_kept(paper)


def test_one_must_wait_as_on_a_screen(petra, cast, quiz):
    quiz = limited(quiz, wait_minutes=7 * 24 * 60)
    [paper] = print_for(cast, quiz, "maja")
    take_quiz(cast.maja, quiz, right=False)
    assert "väntetiden var inte slut" in petra.post(entry(paper), posted(paper)).content.decode()
    nothing_kept(paper)


def test_a_test_that_was_withdrawn(petra, cast, quiz):
    [paper] = print_for(cast, quiz, "maja")
    quiz.unpublish()
    assert "inte publicerat just nu" in petra.post(entry(paper), posted(paper)).content.decode()
    nothing_kept(paper)


def test_one_begun_on_a_screen_is_handed_in_first(petra, cast, quiz):
    [paper] = print_for(cast, quiz, "maja")
    tell(cast.maja, quiz, "attempt", {"attempt": uuid.uuid4()})
    assert "Maja har börjat på testet på skärm" in petra.post(entry(paper), posted(paper)).content.decode()
    nothing_kept(paper)


def test_a_copy_with_a_name_is_nobody_elses(cast, quiz):
    [paper] = print_for(cast, quiz, "maja")
    with pytest.raises(RefusedError) as refused:
        enter(cast, paper, cast.bo)
    assert refused.value.reason == "someone_else"
    nothing_kept(paper)


def test_it_is_entered_once(petra, cast, quiz):
    [paper] = print_for(cast, quiz, "maja")
    enter(cast, paper, cast.maja, right=False)
    assert petra.post(entry(paper), posted(paper))["Location"] == entry(paper)
    with pytest.raises(RefusedError) as refused:
        enter(cast, paper, cast.maja)
    assert refused.value.reason == "recorded"
    assert (QuizAttempt.objects.get().passed, LedgerEntry.objects.filter(verb="paper.recorded").count()) == (False, 1)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_leaders_at_once_enter_it_once(cast, quiz):
    [paper] = print_for(cast, quiz, "maja")

    def one(name):
        try:
            enter(cast, paper, cast.maja, by=name)
        except RefusedError as refused:
            return refused.reason
        finally:
            connection.close()
        return "entered"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(one, ("petra", "kajsa"))) == ["entered", "recorded"]
    assert QuizAttempt.objects.count() == 1
