"""What is printed: a copy for each, with nothing of the key, asking what its attempt asks."""

import uuid

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lms.models import LedgerEntry, PaperTest
from lms.paper.actions import MOST_COPIES
from tests import builders
from tests.builders import activity_of
from tests.paper import HOME, enter, entry, print_for


def test_a_copy_for_each_and_blank_ones_with_nothing_of_the_key(petra, cast, every_kind):
    form = {
        "form_id": uuid.uuid4(),
        "test": activity_of(every_kind).pk,
        "people": [cast.maja.pk, cast.bo.pk],
        "blank": 1,
        "language": "sv",
    }
    made = petra.post(f"{HOME}print/", form)
    assert petra.post(f"{HOME}print/", form)["Location"] == made["Location"]  # a double click
    assert PaperTest.objects.count() == 3
    response = petra.get(made["Location"])
    text = response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert "hemlig" not in text
    assert "739184" not in text
    assert (text.count('<article class="copy"'), text.count('<li class="question">')) == (3, 21)
    assert "Maja Lindgren" in text
    assert "Bo Ek" in text
    for paper in PaperTest.objects.all():
        assert paper.readable_code in text
        assert f"https://larpunkt.example{entry(paper)}" not in text  # as a code, not as words
    made_entry = LedgerEntry.objects.get(verb="paper.made")
    assert (made_entry.actor, made_entry.data["named"], made_entry.data["blank"]) == (cast.petra, 2, 1)


def test_the_paper_asks_what_the_attempt_with_its_id_asks(cast, every_kind):
    [paper] = print_for(cast, every_kind, "maja")
    attempt = enter(cast, paper, cast.maja)
    assert attempt.uuid == paper.uuid
    assert (attempt.percent, attempt.passed, attempt.out_of) == (100, True, 7)


def test_each_has_their_own_language_where_the_test_has_it(cast, quiz):
    english = quiz.copy_for_translation(builders.Locale.objects.get(language_code="en"), copy_parents=True)
    english.title = "Quiz"
    english.save_revision().publish()
    cast.bo.language = "en"
    cast.bo.save()
    own = print_for(cast, quiz, "maja", "bo", blank=1, language="en")
    assert [paper.version.language for paper in own] == ["sv", "en", "en"]


def test_printing_costs_the_same_however_many(petra, cast, quiz):
    counted = []
    for blank, whose in ((1, [cast.maja]), (30, [cast.maja, cast.bo, cast.birgitta])):
        form = {
            "form_id": uuid.uuid4(),
            "test": activity_of(quiz).pk,
            "people": [person.pk for person in whose],
            "blank": blank,
            "language": "sv",
        }
        with CaptureQueriesContext(connection) as making:
            location = petra.post(f"{HOME}print/", form)["Location"]
        with CaptureQueriesContext(connection) as drawing:
            petra.get(location)
        counted.append((len(making), len(drawing)))
    assert counted[0] == counted[1] == (19, 7)


def test_no_more_than_a_hundred_at_once_and_not_none(petra, cast, quiz):
    form = {"form_id": uuid.uuid4(), "test": activity_of(quiz).pk, "language": "sv", "people": [cast.maja.pk]}
    too_many = petra.post(f"{HOME}print/", {**form, "blank": MOST_COPIES})
    assert too_many.status_code == 422
    assert "Högst 100 exemplar" in too_many.content.decode()
    none = petra.post(f"{HOME}print/", {**form, "people": [], "blank": 0})
    assert "Kryssa för någon" in none.content.decode()
    assert not PaperTest.objects.exists()


def test_what_is_no_test_of_ours_is_not_printed(petra, cast, pages):
    form = {"form_id": uuid.uuid4(), "test": activity_of(pages[0]).pk, "language": "sv", "blank": 1}
    assert petra.post(f"{HOME}print/", form).status_code == 422
    quiz = pages[2]
    quiz.unpublish()
    with pytest.raises(ValidationError, match="inte publicerat"):
        print_for(cast, quiz, blank=1)


def test_those_that_are_out_are_listed_until_they_are_entered(petra, cast, quiz):
    named, blank = print_for(cast, quiz, "maja", blank=1)
    text = petra.get(HOME).content.decode()
    assert named.readable_code in text
    assert blank.readable_code in text
    enter(cast, named, cast.maja)
    text = petra.get(HOME).content.decode()
    assert (named.readable_code in text, blank.readable_code in text) == (False, True)
