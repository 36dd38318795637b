"""Passwords, cards and health. Each door is limited, and one person's mistakes lock nobody else out."""

import datetime
import re

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from lms.models import LedgerEntry, LoginCard
from lms.people.accounts import account_for
from lms.people.cards import ALPHABET, card_for, issue_card, normalise, use_card
from tests import people


def sign(client, name, password="hemligt-ord", path="/logga-in/"):
    return client.post(path, {"username": name, "password": password})


@pytest.mark.parametrize(
    ("name", "home"),
    [
        ("maja", "/min-utbildning/"),
        ("petra", "/admin/reports/training-matrix/"),
        ("kajsa", "/admin/reports/training-matrix/"),
        ("ada", "/admin/reports/training-matrix/"),
        ("eva", "/admin/"),
        ("nisse", "/min-utbildning/"),
    ],
)
def test_everyone_comes_where_they_want_to_be(client, cast, name, home):
    assert sign(client, name)["Location"] == home


def test_a_capital_that_the_tablet_put_first_is_no_obstacle(client, cast):
    assert sign(client, "Petra")["Location"] == "/admin/reports/training-matrix/"
    client.logout()
    get_user_model().objects.create_user(username="PETRA", password="annat-ord-helt")
    assert sign(client, "Petra").status_code == 200, "whose it is cannot be told"
    assert sign(client, "PETRA", "annat-ord-helt").status_code == 302


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_nobody_is_led_away_after_signing_in(client, cast, target):
    response = client.post("/logga-in/", {"username": "maja", "password": "hemligt-ord", "next": target})
    assert response["Location"] == "/min-utbildning/"


@pytest.mark.parametrize("path", ["/logga-in/", "/admin/login/"])
def test_guessing_one_persons_password_is_stopped_at_every_door(client, cast, path):
    statuses = [sign(client, "maja", "fel", path).status_code for _number in range(10)]
    assert statuses[:7] == [200] * 7
    assert set(statuses[8:]) == {429}
    assert sign(client, "maja", path=path).status_code == 429
    assert sign(Client(), "bo").status_code == 302  # the colleague behind the same address


def test_the_door_opens_again_after_a_quarter_of_an_hour(client, cast):
    for _number in range(9):
        sign(client, "maja", "fel")
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=16)):
        assert sign(client, "maja").status_code == 302


def test_two_hundred_good_sign_ins_from_one_address_are_all_let_in(cast):
    assert {sign(Client(), "maja").status_code for _number in range(200)} == {302}


def test_signing_out_is_by_post_and_leaves_nothing(sign_in, cast):
    maja = sign_in("maja")
    assert maja.get("/logga-ut/").status_code == 405
    assert maja.post("/logga-ut/")["Location"] == "/logga-in/"
    assert maja.get("/min-utbildning/").status_code == 302


def test_the_session_key_changes_at_sign_in(client, cast):
    client.get("/logga-in/")
    before = client.session.session_key
    sign(client, "maja")
    assert client.session.session_key != before


def field(name, text):
    """The tag of an input, as the page has it."""
    return re.search(rf'<input[^>]*name="{name}"[^>]*>', text)[0]


def test_passwords_can_be_looked_at_and_the_browser_knows_which_is_which(client, cast):
    page = client.get("/logga-in/").content.decode()
    assert 'autocomplete="username"' in field("username", page)
    password = field("password", page)
    assert all(part in password for part in ('type="password"', 'autocomplete="current-password"'))
    assert all(part in password for part in ('data-lms-show="Visa lösenordet"', 'data-lms-hide-word="Dölj"'))
    assert "/static/lms/show.js" in page
    page = use(client, issue_card(staff=cast.maja, actor=cast.users["petra"])).content.decode()
    chosen = field("password", page)
    assert all(part in chosen for part in ('type="password"', 'autocomplete="new-password"', "data-lms-show"))
    assert "/static/lms/show.js" in page
    assert 'autocomplete="one-time-code"' in field("code", client.get("/logga-in/kort/").content.decode())


# Cards


def use(client, code, password=None):
    form = {"code": code} if password is None else {"code": code, "password": password}
    return client.post("/logga-in/kort/", form)


@pytest.fixture
def tuva(cast):
    return people.hire(cast, "Tuva", "Nordin", "brattfors")


def test_a_card_opens_the_door_to_choosing_a_password(client, cast, tuva):
    code = issue_card(staff=tuva, actor=cast.users["petra"])
    response = use(client, code)
    assert response.status_code == 200
    assert "tuva.nordin" in response.content.decode()
    assert tuva.login_cards.get().used_at is None
    response = use(client, code, "granar-i-snö")
    assert response["Location"] == "/min-utbildning/"
    assert client.get("/min-utbildning/").wsgi_request.learner == tuva
    assert tuva.login_cards.get().used_at is not None
    assert sign(Client(), "tuva.nordin", "granar-i-snö").status_code == 302
    assert LedgerEntry.objects.filter(verb="card.used", staff=tuva).count() == 1


@pytest.mark.parametrize("password", ["kort", "tuvanordin", "1234567890"])
def test_a_weak_password_is_refused_and_the_card_is_not_spent(client, cast, tuva, password):
    code = issue_card(staff=tuva, actor=cast.users["petra"])
    assert use(client, code, password).status_code == 200
    assert tuva.login_cards.get().used_at is None


def test_a_card_works_once_and_the_one_before_it_not_at_all(client, cast, tuva):
    old = issue_card(staff=tuva, actor=cast.users["petra"])
    new = issue_card(staff=tuva, actor=cast.users["petra"])
    assert use(client, old).status_code == 422
    assert use(client, new, "granar-i-snö").status_code == 302
    assert use(Client(), new).status_code == 422


def test_a_card_has_a_last_day(client, cast, tuva):
    code = issue_card(staff=tuva, actor=cast.users["petra"])
    evening = timezone.localtime().replace(hour=23, minute=30) + datetime.timedelta(days=90)
    with time_machine.travel(evening):
        assert use(client, code).status_code == 200
    with time_machine.travel(evening + datetime.timedelta(hours=1)):
        response = use(client, code)
        assert response.status_code == 422
        assert "Kortet kan också vara för gammalt eller redan använt." in response.content.decode()


def test_a_card_of_someone_with_an_account_gives_a_new_password(client, cast):
    code = issue_card(staff=cast.maja, actor=cast.users["petra"])
    use(client, code, "granar-i-snö")
    assert sign(Client(), "maja").status_code == 200
    assert sign(Client(), "maja", "granar-i-snö").status_code == 302


def test_a_card_opens_the_door_that_wrong_passwords_have_locked(client, cast):
    assert [sign(client, "maja", "fel").status_code for _number in range(9)][-1] == 429
    response = use(client, issue_card(staff=cast.maja, actor=cast.users["petra"]), "granar-i-snö")
    assert response["Location"] == "/min-utbildning/"
    assert client.get("/min-utbildning/").wsgi_request.learner == cast.maja
    assert sign(Client(), "maja", "granar-i-snö").status_code == 302


def test_wrong_codes_are_limited(client, cast, tuva):
    statuses = [use(client, f"K7F3Q-9QMA{char}").status_code for char in ALPHABET[:10]]
    assert statuses[0] == 422
    assert statuses[-1] == 429
    code = issue_card(staff=tuva, actor=cast.users["petra"])
    assert use(client, code).status_code == 200  # another card, the same address


def test_only_a_hash_of_the_code_is_kept(cast, tuva):
    code = normalise(issue_card(staff=tuva, actor=cast.users["petra"]))
    assert code not in str(LoginCard.objects.values().get())
    assert len(code) == 10
    assert set(code) <= set(ALPHABET)


def test_a_card_is_spent_by_the_quicker_of_two(cast, tuva):
    code = issue_card(staff=tuva, actor=cast.users["petra"])
    first, second = card_for(code), card_for(code)
    assert (use_card(first), use_card(second)) == (True, False)


def test_cards_survive_a_new_secret_key(cast, tuva, settings):
    code = issue_card(staff=tuva, actor=cast.users["petra"])
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "en-ny-nyckel"
    assert card_for(code).staff == tuva


@pytest.mark.parametrize("code", ["", "KORT", "ÅÄÖ", "'; DROP TABLE", "1" * 40, "\x00"])
def test_nonsense_is_no_card(client, cast, code):
    assert use(client, code).status_code in (200, 422)
    assert card_for(code) is None


def test_two_of_the_same_name_get_different_user_names(cast, tuva):
    other = people.hire(cast, "Tuva", "Nordin", "grasmyr")
    assert (account_for(tuva).username, account_for(other).username) == ("tuva.nordin", "tuva.nordin2")
    assert account_for(tuva).has_usable_password() is False
    assert get_user_model().objects.filter(username__startswith="tuva").count() == 2


def test_a_name_without_latin_letters_still_gets_a_user_name(cast):
    person = people.hire(cast, "安娜", "王", "brattfors")
    assert account_for(person).username == "deltagare"


# Health and the start page


def test_health_answers_without_and_with_the_database(client, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/livez").content == b"ok\n"


def test_readiness_says_what_is_wrong(client, db, monkeypatch):
    from django.db import DatabaseError

    from lms import health

    def fail(*args):
        raise DatabaseError

    monkeypatch.setattr(health, "MigrationExecutor", fail)
    response = client.get("/readyz")
    assert (response.status_code, response.json()["database"]) == (503, "unreachable")


def test_the_start_page_tells_a_stranger_what_this_is_and_sends_others_home(client, sign_in, cast):
    text = client.get("/").content.decode()
    for path in ("/logga-in/", "/logga-in/kort/", "/surfplatta/", "/intyg/"):
        assert f'href="{path}"' in text
    assert sign_in("maja").get("/")["Location"] == "/min-utbildning/"
