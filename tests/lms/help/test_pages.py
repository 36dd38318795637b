"""Whom it reaches that somebody needs help, what they can do, and what the pages cost."""

import pytest

from lms.models import StaffMember
from lms.people.actions import employ
from tests import builders, people
from tests.builders import course_of, take_quiz, tell
from tests.help import PAGE, SHOP, begin, day, moment


@pytest.fixture
def three(cast, rule, course, pages, far):
    """Maja is stuck, Bo has used up his attempts, Birgitta waits for a decision; far away somebody is stuck too."""
    StaffMember.objects.update(phone="070-123 45 67")
    last = builders.make_quiz(course, "Slutprov", max_attempts=1)
    begin(cast.maja, pages[0], 20)
    begin(far, pages[0], 20)
    take_quiz(cast.bo, last, right=False, at=moment(1))
    tell(cast.staff["birgitta"], pages[0], "step", {"step": "borta"}, at=moment(1))


def test_the_page_lists_them_by_workplace_with_what_can_be_done(petra, cast, three, course):
    response = petra.get(PAGE)
    assert [(call.worker.workplace, call.worker.given_name, call.help.value) for call in response.context["calls"]] == [
        ("Brattfors", "Birgitta", "review"), ("Brattfors", "Maja", "stuck"), ("Gräsmyr", "Bo", "attempts"),
    ]  # fmt: skip
    text = response.content.decode()
    assert "3 personer behöver hjälp" in text
    assert f'href="/admin/training/staff/{cast.bo.pk}/course/{course_of(course).pk}/attempt/"' in text
    assert f'href="/admin/training/review/?person={cast.staff["birgitta"].pk}"' in text
    assert text.count('href="tel:0701234567"') == 3
    assert "Fjärran" not in text


def test_the_phone_is_for_the_project_leader(sign_in, three):
    assert "tel:" not in sign_in("kajsa").get(PAGE).content.decode()


def test_someone_with_two_jobs_is_told_of_once(petra, cast, three):
    employ(staff=cast.maja, workplace=cast.grasmyr, role=cast.roles["biträde"], start=day(100), actor=cast.ada)
    response = petra.get(PAGE)
    assert ([call.worker.given_name for call in response.context["calls"]], response.context["people"]) == (
        ["Birgitta", "Maja", "Bo"], 3,
    )  # fmt: skip


def test_an_empty_page_says_so(petra, rule):
    assert "Ingen behöver hjälp just nu." in petra.get(PAGE).content.decode()


def test_the_shop_owner_is_told_of_the_own_people_and_what_to_do(sign_in, three):
    response = sign_in("birgitta").get(SHOP)
    text = response.content.decode()
    assert [call.worker.given_name for call in response.context["calls"]] == ["Birgitta", "Maja"]
    assert "Behöver hjälp (2)" in text
    assert "Fråga hur det går, och ordna några lugna minuter vid surfplattan." in text
    assert "Bo Ek" not in text
    assert "070" not in text


def test_the_cell_leads_to_the_decision(petra, cast, three):
    text = petra.get("/admin/reports/training-matrix/?view=people").content.decode()
    assert f'href="/admin/training/review/?person={cast.staff["birgitta"].pk}"' in text


@pytest.mark.parametrize("number", [1, 9])
def test_what_the_page_costs(petra, cast, rule, pages, number, django_assert_num_queries):
    for _each in range(number):
        begin(people.hire(cast, "Ny", "Ek", "brattfors"), pages[0], 20)
    petra.get(PAGE)
    with django_assert_num_queries(15):
        petra.get(PAGE)
