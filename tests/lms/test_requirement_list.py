"""The list of requirements: how many courses of a programme are asked for, and what stands in each row."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lms.programmes.actions import change_programme, create_programme
from lms.requirements.actions import end_requirement, require
from tests.builders import course_of, make_course

NOON = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)

LIST = "/admin/training/requirements/"
DAY = datetime.timedelta(days=1)

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def courses(cast):
    return [course_of(make_course(f"Kurs {number}")) for number in range(4)]


def held(cast, courses, at_least=None, *, title="Grunden", from_day=-9):
    first = timezone.localdate() + from_day * DAY
    return create_programme(title_sv=title, courses=courses, at_least=at_least, valid_from=first, actor=cast.ada)


def asked_for(programme, cast, from_day=-9, **terms):
    return require(programme=programme, valid_from=timezone.localdate() + from_day * DAY, actor=cast.ada, **terms)


def row(client, title):
    """The row of the requirement that is about `title`."""
    text = client.get(LIST).content.decode()
    [found] = [part for part in text.split("<tr ")[1:] if part.startswith('id="rule-') and title in part]
    return found.partition("</tr>")[0]


def test_a_programme_of_which_some_courses_are_enough_says_how_many_of_how_many(petra, cast, courses):
    asked_for(held(cast, courses, 2), cast)
    assert "Minst 2 av 4 kurser" in row(petra, "Grunden")


def test_nothing_is_said_where_all_are_asked_for_or_where_it_is_about_a_course(petra, cast, courses):
    asked_for(held(cast, courses), cast)
    require(course=courses[0], valid_from=timezone.localdate(), actor=cast.ada)
    for title in ("Grunden", "Kurs 0"):
        assert "Minst" not in row(petra, title)


@pytest.mark.parametrize(
    ("begins", "ends", "words"),
    [(-9, None, "Minst 2 av 4"), (-9, -1, "Minst 1 av 3"), (6, None, "Minst 3 av 4"), (-9, 9, "Minst 2 av 4")],
)
def test_it_is_what_holds_today_or_on_the_day_of_the_requirement_that_is_nearest(
    petra, cast, courses, begins, ends, words
):
    programme = held(cast, courses[:3], 1)
    for first, number in ((0, 2), (5, 3)):
        change_programme(
            programme=programme,
            first_day=timezone.localdate() + first * DAY,
            courses=courses,
            at_least=number,
            actor=cast.ada,
        )
    rule = asked_for(programme, cast, begins)
    if ends is not None:
        end_requirement(rule=rule, last_day=timezone.localdate() + ends * DAY, actor=cast.ada)
    assert f"{words} kurser" in row(petra, "Grunden")


def test_a_programme_that_begins_later_says_what_it_will_hold(petra, cast, courses):
    asked_for(held(cast, courses, 3, from_day=20), cast)
    assert "Minst 3 av 4 kurser" in row(petra, "Grunden")


def test_a_requirement_of_an_area_says_it_too_and_who_leads_elsewhere_sees_nothing_of_it(sign_in, cast, courses):
    programme = held(cast, courses, 2)
    asked_for(programme, cast, workplaces=[cast.annorstades])
    assert "Grunden" not in sign_in("petra").get(LIST).content.decode()
    assert sign_in("kajsa").get(LIST).status_code == 302
    assert "Minst 2 av 4 kurser" in row(sign_in("ada"), "Grunden")


def test_each_cell_says_what_it_is_where_the_rows_are_not_a_table(petra, cast, courses):
    require(course=courses[0], valid_from=timezone.localdate(), workplaces=[cast.brattfors], actor=cast.ada)
    text = row(petra, "Kurs 0")
    for label, words in (("Vilka", "Brattfors"), ("Klar senast", "inget datum"), ("Gäller", "2026-11-23 –")):
        assert f'data-label="{label}">{words}' in text


def test_programmes_cost_one_query_however_many(petra, cast, courses):
    numbers = []
    for number in range(3):
        asked_for(held(cast, courses, 2, title=f"Program {number}"), cast)
        with CaptureQueriesContext(connection) as queries:
            petra.get(LIST)
        numbers.append(len(queries))
    assert numbers[0] == numbers[1] == numbers[2]
