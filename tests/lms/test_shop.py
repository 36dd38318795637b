"""Min butik: the shop owner's own people, outcomes and a new card. Never a colleague's shop, never why."""

import re

import pytest
from django.utils import timezone

from lms.models import LedgerEntry, LoginCard, PinGuard, Role
from lms.people.cards import issue_card, last_day
from lms.requirements.actions import excuse, require
from lms.tablet.pins import set_pin
from lms.wording import day_text
from lms.workplaces.actions import give_responsibility
from tests import people
from tests.builders import complete, course_of, make_full_course
from tests.people import PIN

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


def test_what_is_recommended_is_shown_and_counted_nowhere(sign_in, cast, rule, index):
    extra = make_full_course("Marknadsföring")
    require(
        course=course_of(extra),
        valid_from=timezone.localdate(),
        roles=[cast.roles["biträde"]],
        mandatory=False,
        actor=cast.ada,
    )
    before = sign_in("birgitta").get(SHOP).context
    shown = {
        entry["person"].given_name: [(course.title, cell.status) for course, cell in entry["recommended"]]
        for entry in before["people"]
    }
    assert shown == {"Birgitta": [], "Maja": [("Marknadsföring", "recommended")]}
    assert all(course != course_of(extra) for entry in before["people"] for course, _cell in entry["cells"])
    complete(cast.maja, extra)
    after = sign_in("birgitta").get(SHOP)
    assert "Rekommenderas, och räknas inte med" in after.content.decode()
    assert (after.context["totals"].people, after.context["sentence"]) == (before["totals"].people, before["sentence"])
    [entry] = [entry for entry in after.context["people"] if entry["recommended"]]
    assert [cell.status for _course, cell in entry["recommended"]] == ["complete"]


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


def test_a_new_card_is_asked_about_first_and_sent_once(sign_in, cast, rule):
    html = sign_in("birgitta").get(SHOP).content.decode()
    [asked] = re.findall(rf"<details>((?:(?!</details>).)*{cast.maja.uuid}/kort/.*?)</details>", html, re.DOTALL)
    assert "slutar det gälla genast" in asked
    assert re.search(r"<form [^>]*data-lms-once", asked)


def test_cards_for_several_at_once_are_for_who_has_no_way_in_and_no_card(sign_in, cast):
    people.hire(cast, "Ny", "Ek", "brattfors")
    carded = people.hire(cast, "Kort", "Ek", "brattfors")
    issue_card(staff=carded, actor=cast.ada)
    birgitta = sign_in("birgitta")
    offered = birgitta.get(f"{SHOP}kort/").context["people"]
    assert {person.given_name: needs for person, needs, _until in offered} == {
        "Birgitta": False, "Kort": False, "Maja": False, "Ny": True,
    }  # fmt: skip
    response = birgitta.post(f"{SHOP}kort/", {"person": [person.uuid for person, _needs, _until in offered]})
    assert [len(cards) for cards in response.context["sheets"]] == [4]
    assert "no-store" in response["Cache-Control"]


def test_cards_for_several_at_once_are_for_the_own_shop(client, sign_in, cast):
    birgitta = sign_in("birgitta")
    assert birgitta.post(f"{SHOP}kort/", {"person": [cast.bo.uuid]})["Location"] == f"{SHOP}kort/"
    for who in ("maja", "kajsa", "eva", "nisse"):
        assert sign_in(who).get(f"{SHOP}kort/").status_code == 403
    assert client.get(f"{SHOP}kort/").status_code == 302
    assert not LoginCard.objects.exists()


def test_unlocking_a_pin(sign_in, cast):
    PinGuard.objects.create(staff=cast.maja, failures=20)
    sign_in("birgitta").post(f"{SHOP}{cast.maja.uuid}/oppna/")
    assert not PinGuard.objects.exists()


@pytest.mark.parametrize("act", ["kort", "oppna"])
def test_people_of_another_shop_cannot_be_reached_by_address(sign_in, cast, act):
    assert sign_in("birgitta").post(f"{SHOP}{cast.staff['bo'].uuid}/{act}/").status_code == 404
    assert sign_in("birgitta").get(f"{SHOP}{cast.maja.uuid}/{act}/").status_code == 405
    assert not LoginCard.objects.exists()


# How it is found


def test_an_owner_who_learns_finds_it_at_the_desk_and_nobody_else_does(sign_in, cast, rule):
    link = f'href="{SHOP}"'
    assert sign_in("birgitta").get("/", follow=True).content.decode().count(link) == 2  # in the bar, on the page
    assert sign_in("birgitta").get("/min-utbildning/intyg/").content.decode().count(link) == 1
    assert link not in sign_in("maja").get("/min-utbildning/").content.decode()


@pytest.fixture
def only_owner(cast):
    """Nisse owns the shop and does not work there."""
    give_responsibility(user=cast.nisse, role=Role.SHOP_OWNER, workplace=cast.brattfors, actor=cast.ada)
    return cast.nisse


def test_an_owner_who_does_not_learn_comes_straight_to_it(sign_in, only_owner):
    assert sign_in("nisse").get("/")["Location"] == SHOP


def test_an_owner_who_does_not_learn_is_led_to_it_from_the_desk(sign_in, only_owner, cast):
    response = sign_in("nisse").get("/min-utbildning/")
    assert response.status_code == 403
    assert f'href="{SHOP}"' in response.content.decode()
    assert f'href="{SHOP}"' in sign_in("petra").get("/min-utbildning/").content.decode()
    for name in ("kajsa", "eva"):
        assert f'href="{SHOP}"' not in sign_in(name).get("/min-utbildning/").content.decode()


def test_at_the_tablet_it_is_not_offered(tablet, cast):
    set_pin(staff=cast.birgitta, pin=PIN)
    tablet.post(f"/surfplatta/{cast.birgitta.uuid}/", {"pin": PIN})
    response = tablet.get("/surfplatta/min-utbildning/")
    assert response.status_code == 200
    assert SHOP not in response.content.decode()


@pytest.mark.parametrize(("language", "words"), [("sv", "Min butik"), ("en", "My shop")])
def test_it_follows_the_persons_language(sign_in, cast, rule, language, words):
    cast.birgitta.language = language
    cast.birgitta.save()
    other = "en" if language == "sv" else "sv"
    birgitta = sign_in("birgitta")
    for page in (SHOP, f"{SHOP}kort/"):
        assert birgitta.get(page, headers={"accept-language": other})["Content-Language"] == language
    response = birgitta.get(SHOP, headers={"accept-language": other})
    assert f"<h1>{words}</h1>" in response.content.decode()


def test_a_pin_is_not_enough(at_tablet, rule):
    assert at_tablet.get(SHOP).status_code == 302
