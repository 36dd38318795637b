"""What a printed card opens: never more than whoever printed it could open."""

import datetime
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from lms.models import Role
from lms.people.actions import employ, end_employment
from lms.people.cards import card_for, issue_card
from lms.people.merging import merge
from lms.workplaces.actions import give_responsibility
from tests import people

PASSWORD = "ett nytt hemligt ord"


def choose_password(code: str) -> tuple[Client, int]:
    client = Client()
    return client, client.post("/logga-in/kort/", {"code": code, "password": PASSWORD}).status_code


def code_printed(response) -> str:
    assert response.status_code == 200
    return re.search(r"[2-9A-Z]{5}-[2-9A-Z]{5}", response.content.decode())[0]


@pytest.fixture
def ada_in_the_shop(cast):
    """The administrator also stands in the shop at times."""
    ada = people.hire(cast, "Ada", "Admin", "brattfors")
    ada.user = cast.users["ada"]
    ada.save()
    return ada


def test_a_shop_owners_card_does_not_open_an_administrators_account(sign_in, cast, ada_in_the_shop):
    code = code_printed(sign_in("birgitta").post(reverse("lms:shop_card", args=[ada_in_the_shop.uuid])))
    thief, status = choose_password(code)
    assert status == 403
    assert thief.get("/admin/").status_code == 302
    assert cast.users["ada"].check_password("hemligt-ord")


def test_it_still_opens_the_tablet(cast, tablet, ada_in_the_shop):
    code = issue_card(staff=ada_in_the_shop, actor=cast.users["birgitta"])
    response = tablet.post(f"/surfplatta/{ada_in_the_shop.uuid}/kort/", {"code": code, "pin": "7391", "again": "7391"})
    assert response.status_code == 302, response.content.decode()


@pytest.mark.parametrize(
    ("printer", "responsible", "status"),
    [
        ("petra", None, 302),
        ("birgitta", None, 302),
        ("ada", "grannkommun", 302),
        ("petra", "brattfors", 302),
        ("petra", "grannkommun", 403),
        ("birgitta", "brattfors", 403),
    ],
)
def test_who_may_print_what_opens_an_account(cast, printer, responsible, status):
    if responsible:
        give_responsibility(
            user=cast.users["maja"],
            role=Role.SHOP_OWNER,
            workplace=cast.places[responsible],
            actor=cast.ada,
        )
    _client, answered = choose_password(issue_card(staff=cast.maja, actor=cast.users[printer]))
    assert answered == status


def test_a_leader_may_not_change_who_has_gone_on_to_somebody_elses_shop(sign_in, cast):
    today = timezone.localdate()
    gone = people.hire(cast, "Signe", "Berg", "brattfors", days_ago=800)
    end_employment(job=gone.employments.get(), last_day=today - datetime.timedelta(days=700), actor=cast.ada)
    petra = sign_in("petra")
    card = reverse("lms_admin:print_card", args=[gone.pk])
    details = reverse("lms_admin:details", args=[gone.pk])
    assert petra.get(details).status_code == 200, "nobody else's yet"
    employ(
        staff=gone,
        workplace=cast.annorstades,
        role=cast.roles["biträde"],
        start=today - datetime.timedelta(days=600),
        actor=cast.ada,
    )
    assert petra.post(card).status_code == 404
    assert petra.get(details).status_code == 404
    page = petra.get(reverse("lms_admin:person", args=[gone.pk]))
    assert page.status_code == 200, "what was learned here stays to be seen"
    assert card not in page.content.decode()


def test_one_card_at_a_time_is_made_for_one_person(cast):
    """Two at once would both find no card to replace, and the second would break: the person's row is taken first."""
    with CaptureQueriesContext(connection) as asked:
        issue_card(staff=cast.maja, actor=cast.petra)
    first = next(query["sql"] for query in asked if "SAVEPOINT" not in query["sql"])
    assert '"lms_staffmember"' in first
    assert first.endswith("FOR UPDATE") == connection.features.has_select_for_update


def test_who_has_been_handed_a_card_is_not_given_another_unasked(sign_in, cast):
    """The same people are chosen from the start for the project leader and for the shop owner."""
    new, handed, late = (people.hire(cast, name, "Ek", "brattfors") for name in ("Ny", "Har", "Sen"))
    code = issue_card(staff=handed, actor=cast.ada)
    issue_card(staff=late, actor=cast.ada)
    late.login_cards.update(expires_at=timezone.now() - datetime.timedelta(minutes=1))
    petra, path = sign_in("petra"), reverse("lms_admin:print_cards", args=[cast.brattfors.pk])
    page = petra.get(path)
    for answer in (page, sign_in("birgitta").get(reverse("lms:shop_cards"))):
        assert {person for person, needs, _until in answer.context["people"] if needs} == {new, late}
        assert answer.content.decode().count("Har ett oanvänt kort") == 1
    ticked = [person.pk for person, needs, _until in page.context["people"] if needs]
    petra.post(path, {"person": ticked})
    assert card_for(code) == handed.login_cards.get()


def test_cards_on_a_sheet_are_made_all_or_none(sign_in, cast, monkeypatch):
    """Whoever sees no sheet must be able to go on handing out the old cards."""
    first, second = (people.hire(cast, name, "Ek", "brattfors") for name in ("Ada", "Östen"))
    code = issue_card(staff=first, actor=cast.ada)
    made = []

    def break_at_the_second(*, staff, actor):
        made.append(staff)
        if staff == second:
            raise RuntimeError
        return issue_card(staff=staff, actor=actor)

    monkeypatch.setattr("lms.people.cards.issue_card", break_at_the_second)
    path = reverse("lms_admin:print_cards", args=[cast.brattfors.pk])
    with pytest.raises(RuntimeError):
        sign_in("petra").post(path, {"person": [first.pk, second.pk]})
    assert made == [first, second]
    assert card_for(code) == first.login_cards.get()


def test_a_card_that_is_too_old_is_not_called_unused(sign_in, cast):
    issue_card(staff=cast.bo, actor=cast.ada)
    petra, path = sign_in("petra"), reverse("lms_admin:person", args=[cast.bo.pk])
    assert "Har ett oanvänt inloggningskort" in petra.get(path).content.decode()
    cast.bo.login_cards.update(expires_at=timezone.now() - datetime.timedelta(minutes=1))
    assert "Har ett oanvänt inloggningskort" not in petra.get(path).content.decode()


def test_a_card_that_is_too_old_does_not_replace_a_good_one_when_rows_are_merged(cast):
    keep, gone = (people.hire(cast, "Olle", "Ek", place) for place in ("brattfors", "grasmyr"))
    issue_card(staff=keep, actor=cast.ada)
    keep.login_cards.update(expires_at=timezone.now() - datetime.timedelta(minutes=1))
    code = issue_card(staff=gone, actor=cast.ada)
    merge(keep=keep, gone=gone, actor=cast.ada)
    assert card_for(code).staff == keep
