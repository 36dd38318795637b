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
from lms.people.cards import issue_card
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
