"""Min butik: the shop owner's own people, outcomes and a new card. Never a colleague's shop, never why."""

import pytest
from django.utils import timezone

from lms.models import LedgerEntry, LoginCard, PinGuard
from lms.people.cards import last_day
from lms.requirements.actions import excuse
from lms.wording import day_text
from tests.builders import complete

SHOP = "/min-utbildning/min-butik/"


@pytest.mark.parametrize(
    ("who", "status"),
    [
        (None, 302),
        ("nisse", 403),
        ("maja", 403),
        ("bo", 403),
        ("kajsa", 403),
        ("eva", 403),
        ("birgitta", 200),
        ("petra", 200),
    ],
)
def test_who_may_open_it(client, sign_in, cast, rule, who, status):
    assert (sign_in(who) if who else client).get(SHOP).status_code == status


def test_the_owner_sees_who_misses_what_in_the_own_shop(sign_in, cast, rule, course):
    complete(cast.maja, course)
    response = sign_in("birgitta").get(SHOP)
    people = {
        entry["person"].given_name: [cell.status for _course, cell in entry["cells"]]
        for entry in response.context["people"]
    }
    assert people == {"Birgitta": ["not_started"], "Maja": ["complete"]}
    assert list(people) == ["Birgitta", "Maja"]  # who misses something comes first
    assert response.context["totals"].people.counted == 2
    assert "Bo Ek" not in response.content.decode()


def test_why_somebody_is_excused_is_not_the_owners_business(sign_in, cast, rule):
    excuse(staff=cast.maja, course=None, reason="sick", valid_from=timezone.localdate(), actor=cast.users["petra"])
    text = sign_in("birgitta").get(SHOP).content.decode()
    assert "Undantagen" in text
    assert "Sjuk" not in text


def test_a_new_card_is_shown_once(sign_in, cast):
    response = sign_in("birgitta").post(f"{SHOP}{cast.maja.uuid}/kort/")
    text = response.content.decode()
    assert response.context["code"] in text
    assert f"Den fungerar en gång, till och med {day_text(last_day())}." in text
    assert "no-store" in response["Cache-Control"]
    assert LedgerEntry.objects.get(verb="card.issued").actor == cast.users["birgitta"]


def test_unlocking_a_pin(sign_in, cast):
    PinGuard.objects.create(staff=cast.maja, failures=20)
    sign_in("birgitta").post(f"{SHOP}{cast.maja.uuid}/oppna/")
    assert not PinGuard.objects.exists()


@pytest.mark.parametrize("act", ["kort", "oppna"])
def test_people_of_another_shop_cannot_be_reached_by_address(sign_in, cast, act):
    assert sign_in("birgitta").post(f"{SHOP}{cast.staff['bo'].uuid}/{act}/").status_code == 404
    assert sign_in("birgitta").get(f"{SHOP}{cast.maja.uuid}/{act}/").status_code == 405
    assert not LoginCard.objects.exists()


def test_a_pin_is_not_enough(at_tablet, rule):
    assert at_tablet.get(SHOP).status_code == 302
