"""People in the admin: added once, found, changed, given cards, and told of on their own page."""

import datetime

import pytest
from django.utils.timezone import localdate

from lms.models import (
    LedgerEntry,
    PinGuard,
    StaffMember,
)
from lms.people.cards import last_day
from lms.wording import day_text
from tests import people
from tests.admin import BASE, person_form
from tests.builders import complete
from tests.foreseen import agree


def test_adding_somebody_without_an_address(petra, cast):
    response = agree(petra, f"{BASE}/staff/add/", person_form(cast))
    tuva = StaffMember.objects.get(given_name="Tuva")
    assert response["Location"] == f"{BASE}/staff/{tuva.pk}/"
    assert (tuva.email, tuva.user, tuva.employments.get().workplace) == ("", None, cast.brattfors)
    assert {entry.verb for entry in LedgerEntry.objects.filter(staff=tuva, actor=cast.users["petra"])} == {
        "staff.added",
        "employment.added",
    }


def test_a_double_click_adds_one_person(petra, cast):
    """The same form again leads to the one that it added; a new form may add somebody of the same name."""
    drawn = petra.get(f"{BASE}/staff/add/").context["form"]["form_id"].value()
    form = person_form(cast, form_id=str(drawn))
    first, second = (agree(petra, f"{BASE}/staff/add/", form) for _click in range(2))
    assert first["Location"] == second["Location"]
    assert StaffMember.objects.filter(given_name="Tuva").count() == 1
    assert LedgerEntry.objects.filter(verb="employment.added", staff__given_name="Tuva").count() == 1


@pytest.mark.parametrize("form_id", ["7f0c2f5e-6a55-4a4e-9a53-0d7b1a0e7d11", "inget-id"])
def test_a_form_of_its_own_adds_a_person_of_its_own(petra, cast, form_id):
    agree(petra, f"{BASE}/staff/add/", person_form(cast))
    agree(petra, f"{BASE}/staff/add/", person_form(cast, given_name="Ture", form_id=form_id))
    assert StaffMember.objects.filter(given_name="Ture").count() == (form_id != "inget-id")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("given_name", ""),
        ("start", "igår"),
        ("email", "inte-en"),
        ("kind", "hittepå"),
        ("end", "2001-01-01"),
        ("role", "99"),
    ],
)
def test_bad_input_is_told_at_its_field_and_nothing_is_written(petra, cast, field, value):
    before = StaffMember.objects.count()
    response = agree(petra, f"{BASE}/staff/add/", person_form(cast, **{field: value}))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert StaffMember.objects.count() == before


def test_nobody_is_hired_outside_the_leaders_reach_or_at_a_municipality(petra, cast):
    for place in ("annorstades", "kommun"):
        response = agree(petra, f"{BASE}/staff/add/", person_form(cast, workplace=cast.places[place].pk))
        assert list(response.context["form"].errors) == ["workplace"]


def test_a_new_name_is_saved_with_who_did_it(petra, cast):
    form = {"given_name": "Maja", "family_name": "Nyström", "email": "", "phone": "070", "language": "en"}
    petra.post(f"{BASE}/staff/{cast.maja.pk}/details/", form)
    cast.maja.refresh_from_db()
    assert (cast.maja.family_name, cast.maja.phone, cast.maja.language) == ("Nyström", "070", "en")
    entry = LedgerEntry.objects.get(verb="staff.changed")
    assert (entry.actor, entry.data) == (cast.users["petra"], {"fields": ["family_name", "phone", "language"]})


def test_a_card_is_shown_once_and_printed_for_a_whole_workplace(petra, cast):
    response = petra.post(f"{BASE}/staff/{cast.maja.pk}/card/")
    assert "no-store" in response["Cache-Control"]
    [[(_person, code)]] = response.context["sheets"]
    text = response.content.decode()
    assert code in text
    assert f"Koden fungerar en gång, till och med {day_text(last_day())}." in text
    path = f"{BASE}/workplaces/{cast.brattfors.pk}/cards/"
    offered = petra.get(path).context["people"]
    assert {person.given_name: needs for person, needs, _until in offered} == {"Maja": False, "Birgitta": False}
    response = petra.post(path, {"person": [person.pk for person, _needs, _until in offered]})
    assert [len(cards) for cards in response.context["sheets"]] == [2]
    assert petra.post(path, {"person": [cast.staff["bo"].pk]}).status_code == 302  # not from this workplace
    assert not cast.staff["bo"].login_cards.exists()


def test_cards_come_six_on_a_sheet(petra, cast):
    for number in range(10):
        people.hire(cast, f"Ny{number}", "Ek", "brattfors")
    path = f"{BASE}/workplaces/{cast.brattfors.pk}/cards/"
    everyone = [person.pk for person, _needs, _until in petra.get(path).context["people"]]
    assert [len(cards) for cards in petra.post(path, {"person": everyone}).context["sheets"]] == [6, 6]


def test_unlocking_a_pin(petra, cast):
    PinGuard.objects.create(staff=cast.maja, failures=20)
    petra.post(f"{BASE}/staff/{cast.maja.pk}/unlock/")
    assert not PinGuard.objects.exists()


def test_the_list_is_searched_and_filtered(petra, cast, far):
    def names(query=""):
        return {person.given_name for person in petra.get(f"{BASE}/staff/{query}").context["people"]}

    assert names() == {"Maja", "Bo", "Birgitta"}
    assert names("?q=maj+lind") == {"Maja"}
    assert names(f"?workplace={cast.places['grasmyr'].pk}") == {"Bo"}
    job = cast.staff["bo"].employments.get()
    job.end = localdate() - datetime.timedelta(days=1)
    job.save()
    assert names() == {"Maja", "Birgitta"}
    assert names("?left=on") == {"Maja", "Bo", "Birgitta"}


@pytest.mark.parametrize("words", ["åsa", "ÅSA", "öhr", "Öhrström åsa-m", "märta kåve"])
def test_a_name_is_found_in_whatever_case_it_is_written(petra, cast, words):
    people.hire(cast, "Åsa-Märta", "Öhrström Kåveland", "brattfors")
    found = petra.get(f"{BASE}/staff/", {"q": words}).context["people"]
    assert [person.given_name for person in found] == ["Åsa-Märta"]


def test_the_person_page_says_why_and_what_next_and_hides_what_a_course_leader_may_not_know(
    sign_in, petra, cast, course, rule
):
    agree(
        petra,
        f"{BASE}/staff/{cast.maja.pk}/excuse/",
        {"course": "", "reason": "sick", "valid_from": localdate().isoformat(), "valid_to": ""},
    )
    path = f"{BASE}/staff/{cast.maja.pk}/"
    assert "Sjukskriven" in petra.get(path).content.decode()
    text = sign_in("kajsa").get(path).content.decode()
    assert "Sjukskriven" not in text
    assert "070" not in text
    assert "Ett gott värdskap" in text


def test_the_person_page_stands_every_state_of_a_course(petra, cast, course, rule):
    path = f"{BASE}/staff/{cast.maja.pk}/"
    assert petra.get(path).status_code == 200
    complete(cast.maja, course)
    assert "/admin/certificates/" in petra.get(path).content.decode()
