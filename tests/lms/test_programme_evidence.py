"""Through which programme a course is required, for a leader: in the matrix, in what a cell rests on, in a history."""

from html import unescape

import pytest

from tests.builders import complete, course_of, make_full_course
from tests.programmes import require_programme

ENOUGH = "1 av 2 i kursprogrammet ”Grunden” räcker."

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def pages(index):
    return [make_full_course(title, lessons=1) for title in ("Första", "Andra")]


@pytest.fixture
def courses(pages):
    return [course_of(page) for page in pages]


def text_of(client, address):
    return " ".join(unescape(client.get(address).content.decode()).split())


def evidence(client, person, course):
    return text_of(client, f"/admin/training/staff/{person.pk}/course/{course.pk}/")


def test_of_a_programme_that_is_required_whole_each_course_says_so(petra, cast, courses):
    require_programme(cast, courses)
    for course in courses:
        assert "Den ingår i kursprogrammet ”Grunden”. Den ska vara klar senast" in evidence(petra, cast.maja, course)
    cells = text_of(petra, f"/admin/reports/training-matrix/?workplace={cast.brattfors.pk}")
    assert cells.count("Den ingår i kursprogrammet ”Grunden”.") == 4


def test_what_is_left_out_says_that_others_are_enough(petra, cast, pages, courses):
    require_programme(cast, courses, at_least=1)
    chosen, left_out = (evidence(petra, cast.maja, course) for course in courses)
    assert ENOUGH in chosen
    assert ENOUGH in left_out
    assert "den här är valfri" not in chosen
    assert "den här är valfri" in left_out
    complete(cast.maja, pages[1])
    assert "den här är valfri" in evidence(petra, cast.maja, courses[0])


def test_the_history_says_what_may_be_chosen(petra, cast, pages, courses):
    require_programme(cast, courses, at_least=1)
    complete(cast.maja, pages[0])
    told = text_of(petra, f"/admin/training/staff/{cast.maja.pk}/")
    assert f"”Första” går att välja från den här dagen. {ENOUGH}" in told
