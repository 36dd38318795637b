"""Who begins next Monday is on the list today, in the file, and has a card in hand on the first day."""

import datetime

import pytest
from django.utils import timezone

from lms.people.actions import end_employment
from lms.people.cards import card_for
from lms.wording import day_text
from lms.workplaces.actions import add_workplace
from tests.people import hire

BASE = "/admin/training"
SHOP = "/min-utbildning/min-butik/"
TODAY = timezone.localdate


def in_five_days() -> datetime.date:
    return TODAY() + datetime.timedelta(days=5)


@pytest.fixture
def tuva(cast):
    """Begins in Brattfors in five days."""
    return hire(cast, "Tuva", "Nordin", "brattfors", days_ago=-5)


def test_on_the_staff_list_and_in_the_file(petra, cast, tuva, far):
    hire(cast, "Fjärran", "Nykomling", "annorstades", days_ago=-5)
    for query in ("", f"?workplace={cast.brattfors.pk}", "?q=tuva"):
        names = {person.given_name for person in petra.get(f"{BASE}/staff/{query}").context["people"]}
        assert "Tuva" in names
        assert "Fjärran" not in names
    assert petra.get(f"{BASE}/staff/?workplace={cast.grasmyr.pk}").context["people"].paginator.count == 1
    file = b"".join(petra.get(f"{BASE}/staff/export/?export=csv").streaming_content).decode("utf-8-sig")
    assert f"Tuva;Nordin;Brattfors;Butiksbiträde;Anställd;{in_five_days()};" in file


def test_cards_are_printed_before_the_first_day(petra, cast, tuva):
    path = f"{BASE}/workplaces/{cast.brattfors.pk}/cards/"
    offered = petra.get(path).context["people"]
    assert [person for person, needs, _until in offered if needs] == [tuva]
    [[(_person, code)]] = petra.post(path, {"person": [tuva.pk]}).context["sheets"]
    assert card_for(code).staff == tuva


def test_a_workplace_where_all_are_yet_to_come_leads_to_its_cards(petra, cast):
    place = add_workplace(name="Nyåker", kind="service_point", parent=cast.kommun, actor=cast.ada)
    cards = f"{BASE}/workplaces/{place.pk}/cards/"
    assert cards not in petra.get(f"{BASE}/workplaces/").content.decode()
    cast.places["nyaker"] = place
    hire(cast, "Tuva", "Nordin", "nyaker", days_ago=-5)
    page = petra.get(f"{BASE}/workplaces/")
    assert cards in page.content.decode()
    assert {row.name: row.people for row in page.context["workplaces"]} == {
        "Kommunen": 0, "Brattfors": 2, "Gräsmyr": 1, "Nyåker": 0,
    }  # fmt: skip


def test_the_shop_owner_is_told_and_makes_the_card(sign_in, cast, tuva):
    hire(cast, "Fjärran", "Nykomling", "grasmyr", days_ago=-5)
    birgitta = sign_in("birgitta")
    page = birgitta.get(SHOP)
    text = page.content.decode()
    assert f"Tuva Nordin börjar på Brattfors {day_text(in_five_days())}." in text
    assert "Fjärran" not in text
    assert {entry["person"].given_name for entry in page.context["people"]} == {"Birgitta", "Maja"}
    offered = birgitta.get(f"{SHOP}kort/").context["people"]
    assert [person for person, needs, _until in offered if needs] == [tuva]
    assert birgitta.post(f"{SHOP}kort/", {"person": [tuva.uuid]}).status_code == 200
    assert birgitta.post(f"{SHOP}{tuva.uuid}/kort/").status_code == 200


def test_a_shop_where_all_are_yet_to_come_is_not_called_empty(sign_in, cast, tuva):
    for person in (cast.maja, cast.staff["birgitta"]):
        end_employment(job=person.employments.get(), last_day=TODAY() - datetime.timedelta(days=1), actor=cast.ada)
    text = sign_in("birgitta").get(SHOP).content.decode()
    assert "Säg till projektledaren" not in text
    assert f'href="{SHOP}kort/"' in text


def test_who_has_left_does_not_come_back_with_them(petra, sign_in, cast):
    end_employment(job=cast.maja.employments.get(), last_day=TODAY() - datetime.timedelta(days=1), actor=cast.ada)
    assert "Maja" not in {person.given_name for person in petra.get(f"{BASE}/staff/").context["people"]}
    offered = petra.get(f"{BASE}/workplaces/{cast.brattfors.pk}/cards/").context["people"]
    assert [person.given_name for person, *_rest in offered] == ["Birgitta"]


@pytest.mark.parametrize("coming", [1, 5])
def test_the_shop_owners_page_costs_the_same(sign_in, cast, coming, django_assert_num_queries):
    for number in range(coming):
        hire(cast, f"Person {number}", "Test", "brattfors", days_ago=-5)
    birgitta = sign_in("birgitta")
    with django_assert_num_queries(13):
        birgitta.get(SHOP)
