"""Programmes stand together at the tablet without network and in *Min butik*, as on the learner's start page."""

import pytest
from django.utils import timezone

from lms.requirements.actions import excuse, require
from tests.builders import complete, course_of, make_full_course
from tests.programmes import require_programme

SHOP = "/min-utbildning/min-butik/"
TITLES = ["Första", "Andra", "Tredje"]

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def pages(index):
    return [make_full_course(title, lessons=1) for title in TITLES]


def make(cast, pages, **changes):
    require_programme(cast, [course_of(page) for page in pages], **changes)


def standing(tablet):
    return tablet.get("/surfplatta/mitt-lage/").json()


def carried(tablet):
    """(title, words, titles) of each programme, as the tablet is told."""
    told = standing(tablet)
    titles = {course["id"]: course["title"] for course in told["courses"]}
    return [
        (one["title"], one["words"], [titles[course["id"]] for course in one["courses"]]) for one in told["programmes"]
    ]


def shop(client, name="Maja"):
    """What *Min butik* says of somebody: (title, words, [(title, status)]) of each programme, and of the two lists."""
    [entry] = [entry for entry in client.get(SHOP).context["people"] if entry["person"].given_name == name]

    def plain(cells):
        return [(course.title, cell.status) for course, cell in cells]

    programmes = [(str(one), one.words_to_others, plain(cells)) for one, cells in entry["programmes"]]
    return programmes, plain(entry["cells"]), plain(entry["recommended"])


# Without network


def test_the_tablet_is_told_what_stands_together(at_tablet, cast, pages):
    make(cast, [pages[2], pages[0]])
    complete(cast.maja, pages[2])
    assert carried(at_tablet) == [("Grunden", "1 av 2 klar", ["Tredje", "Första"])]


def test_and_of_what_one_chooses(at_tablet, cast, pages):
    make(cast, pages, at_least=2)
    assert carried(at_tablet) == [("Grunden", "Välj minst 2 av 3.", TITLES)]
    for page in pages[1:]:
        complete(cast.maja, page)
    assert carried(at_tablet) == []


def test_how_many_are_enough_is_said_once_and_not_by_each_course(at_tablet, cast, pages):
    make(cast, pages, at_least=2)
    told = standing(at_tablet)
    [programme] = told["programmes"]
    assert [course["line"] for course in programme["courses"]] == ["Ska vara klar senast 25 december 2026."] * 2 + [""]
    enough = "2 av 3 i kursprogrammet ”Grunden” räcker."
    lines = {course["title"]: course["line"] for course in told["courses"]}
    assert lines["Första"] == f"{enough} Ska vara klar senast 25 december 2026."
    assert lines["Tredje"] == enough


def test_it_is_said_in_the_learners_language(at_tablet, cast, pages):
    make(cast, pages, at_least=2)
    cast.maja.language = "en"
    cast.maja.save()
    [(_title, words, _courses)] = carried(at_tablet)
    assert words == "Choose at least 2 of 3."


def test_nothing_of_a_programme_that_is_asked_of_nobody_here(at_tablet, cast, pages):
    require(course=course_of(pages[0]), valid_from=timezone.localdate(), actor=cast.ada)
    assert carried(at_tablet) == []


# Min butik


def test_the_owner_sees_a_programme_together_and_what_else_there_is_apart(sign_in, cast, pages):
    make(cast, [pages[2], pages[0]])
    require(course=course_of(pages[1]), valid_from=timezone.localdate(), actor=cast.ada)
    complete(cast.maja, pages[2])
    birgitta = sign_in("birgitta")
    assert shop(birgitta) == (
        [("Grunden", "1 av 2 klar", [("Tredje", "complete"), ("Första", "not_started")])],
        [("Andra", "not_started")],
        [],
    )
    assert shop(birgitta, "Birgitta")[0][0][1] == "0 av 2 klara"
    html = birgitta.get(SHOP).content.decode()
    assert html.count("<h3>Grunden</h3>") == html.count("<h3>Andra kurser</h3>") == 2


def test_of_a_choice_the_owner_sees_all_and_how_many_are_enough(sign_in, cast, pages):
    make(cast, pages, at_least=2)
    assert shop(sign_in("birgitta")) == (
        [
            (
                "Grunden",
                "2 av 3 räcker.",
                [("Första", "not_started"), ("Andra", "not_started"), ("Tredje", "recommended")],
            )
        ],
        [],
        [],
    )


def test_what_is_done_with_is_a_group_no_more(sign_in, cast, pages):
    make(cast, pages, at_least=1)
    complete(cast.maja, pages[1])
    expected = [("Första", "recommended"), ("Tredje", "recommended")]
    assert shop(sign_in("birgitta")) == ([], [("Andra", "complete")], expected)


def test_what_one_is_excused_from_is_not_left(sign_in, cast, pages):
    make(cast, pages[:2])
    complete(cast.maja, pages[0])
    excuse(
        staff=cast.maja,
        course=course_of(pages[1]),
        reason="other",
        valid_from=timezone.localdate(),
        actor=cast.users["petra"],
    )
    assert shop(sign_in("birgitta")) == ([], [("Första", "complete"), ("Andra", "exempt")], [])


def test_a_programme_that_is_recommended_is_no_group(sign_in, at_tablet, cast, pages):
    from lms.programmes.actions import create_programme

    today = timezone.localdate()
    courses = [course_of(page) for page in pages]
    programme = create_programme(title_sv="Grunden", courses=courses, valid_from=today, actor=cast.ada)
    require(programme=programme, valid_from=today, mandatory=False, actor=cast.ada)
    assert shop(sign_in("birgitta")) == ([], [], [(title, "recommended") for title in TITLES])
    assert carried(at_tablet) == []


def test_it_costs_one_query_to_know_what_a_programme_holds(sign_in, cast, pages, django_assert_num_queries):
    make(cast, pages, at_least=2)
    birgitta = sign_in("birgitta")
    with django_assert_num_queries(16):
        birgitta.get(SHOP)
