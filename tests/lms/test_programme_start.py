"""The learner's start page where a programme is required: its courses together, in its order."""

import pytest
from django.utils import timezone

from lms.programmes.actions import create_programme
from lms.requirements.actions import excuse, require
from tests.builders import complete, course_of, make_full_course
from tests.programmes import require_programme

START = "/min-utbildning/"

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def pages(index):
    return [make_full_course(title, lessons=1) for title in ("Första", "Andra", "Tredje", "Fjärde")]


def make(cast, pages, **changes):
    require_programme(cast, [course_of(page) for page in pages], **changes)


def shown(client):
    """(words, titles) of each programme, and the titles of the other lists that are not empty."""
    context = client.get(START).context
    lists = {
        name: [journey.course.title for journey in context[name]]
        for name in ("to_do", "own", "recommended", "done", "more")
        if context[name]
    }
    groups = {
        str(group): (group.words, [journey.course.title for journey in group.courses])
        for group in context["programmes"]
    }
    return groups, lists


def test_all_of_a_programme_stands_together_in_its_order(maja, cast, pages):
    make(cast, [pages[2], pages[0], pages[1]])
    complete(cast.maja, pages[0])
    assert shown(maja) == ({"Grunden": ("1 av 3 klar", ["Tredje", "Första", "Andra"])}, {"more": ["Fjärde"]})
    text = maja.get(START).content.decode()
    assert "<h2>Grunden</h2>" in text
    assert text.index("Tredje</strong>") < text.index("Första</a></strong>") < text.index("Andra</strong>")


def test_what_is_required_besides_stands_as_before(maja, cast, pages):
    make(cast, pages[:2])
    require(course=course_of(pages[3]), valid_from=timezone.localdate(), actor=cast.ada)
    assert shown(maja) == (
        {"Grunden": ("0 av 2 klara", ["Första", "Andra"])},
        {"to_do": ["Fjärde"], "more": ["Tredje"]},
    )


def test_one_chooses_which_by_taking_them(maja, cast, pages):
    make(cast, pages, at_least=2)
    titles = [page.title for page in pages]
    assert shown(maja) == ({"Grunden": ("Välj minst 2 av 4.", titles)}, {})
    text = maja.get(START).content.decode()
    assert "räcker" not in text  # the words above say it
    assert text.count("25 december 2026") == 2
    complete(cast.maja, pages[3])
    assert shown(maja) == ({"Grunden": ("Välj minst 2 av 4. 1 klar.", titles)}, {})


def test_what_is_done_with_is_a_group_no_more(maja, cast, pages):
    make(cast, pages, at_least=1)
    complete(cast.maja, pages[3])
    assert shown(maja) == ({}, {"recommended": ["Första", "Andra", "Tredje"], "done": ["Fjärde"]})
    assert "Du är klar med allt som krävs av dig just nu" in maja.get(START).content.decode()


def test_nothing_is_left_for_who_is_excused_from_the_rest(maja, cast, pages):
    make(cast, pages[:2])
    complete(cast.maja, pages[0])
    excuse(staff=cast.maja, course=None, reason="leave", valid_from=timezone.localdate(), actor=cast.ada)
    groups, _lists = shown(maja)
    assert groups == {}


def test_a_programme_that_is_only_recommended_is_no_group(maja, cast, pages):
    programme = create_programme(
        title_sv="Grunden", courses=[course_of(pages[0])], valid_from=timezone.localdate(), actor=cast.ada
    )
    require(programme=programme, valid_from=timezone.localdate(), mandatory=False, actor=cast.ada)
    assert shown(maja)[0] == {}
    assert shown(maja)[1]["recommended"] == ["Första"]


def test_a_course_says_how_much_of_the_programme_is_enough(maja, cast, pages):
    make(cast, pages, at_least=2)
    for page, due in ((pages[0], True), (pages[3], False)):
        text = maja.get(f"{START}kurs/{page.translation_key}/").content.decode()
        assert "2 av 4 i kursprogrammet ”Grunden” räcker." in text
        assert ("25 december 2026" in text) is due


def test_a_programme_costs_one_query_and_a_choice_none_more(sign_in, cast, pages, django_assert_num_queries):
    require(course=course_of(pages[3]), valid_from=timezone.localdate(), actor=cast.ada)
    sign_in("maja").get(START)
    with django_assert_num_queries(31):
        sign_in("maja").get(START)
    make(cast, pages[:2])
    with django_assert_num_queries(32):
        sign_in("maja").get(START)
    make(cast, pages, at_least=2)
    with django_assert_num_queries(32):
        sign_in("maja").get(START)
