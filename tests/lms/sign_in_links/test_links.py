"""A link by e-mail: the door tells nobody who has an address, the link works once, and those who lead never come so."""

import datetime

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core import mail
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from lms.models import LedgerEntry, Role, SignInLink, StaffMember
from lms.people.merging import merge
from lms.sign_in import links
from lms.workplaces.actions import give_responsibility
from tests import people
from tests.sign_in_links import ASK, ASKED, MAJA, USE, ask, get_token, press, token_in

# From the address to the desk


def test_from_the_door_to_the_desk(client, cast):
    assert f'href="{ASK}"' in client.get("/logga-in/").content.decode()
    assert "Din e-postadress" in client.get(ASK).content.decode()
    answer = ask(client=client)
    assert answer["Location"] == ASKED
    assert "är en länk på väg" in client.get(ASKED).content.decode()
    [letter] = mail.outbox
    assert (letter.to, letter.subject) == ([MAJA], "Din länk för att logga in på Lärpunkt")
    token = token_in(letter)
    assert f"https://larpunkt.example{USE}?k={token}" in letter.body
    assert "Hej Maja!" in letter.body
    assert "15 minuter" in letter.body
    assert "Ingenting händer om länken inte används" in letter.body
    page = client.get(USE, {"k": token})
    assert page.status_code == 200
    assert page.content.decode().count("<button") == 1
    answer = press(token, client)
    assert answer["Location"] == "/min-utbildning/"
    request = client.get("/min-utbildning/").wsgi_request
    assert (request.learner, request.assurance) == (cast.maja, "password")
    told = LedgerEntry.objects.filter(verb__startswith="link.").order_by("pk")
    assert [(row.verb, row.actor, row.staff) for row in told] == [
        ("link.sent", None, cast.maja),
        ("link.used", cast.users["maja"], cast.maja),
    ]
    assert MAJA not in str(list(told.values())), "names and addresses never stand in the ledger"


def test_who_works_here_without_an_account_gets_one(cast):
    tuva = people.hire(cast, "Tuva", "Nordin", "brattfors")
    StaffMember.objects.filter(pk=tuva.pk).update(email="Tuva.Nordin@Example.se")
    token = get_token("tuva.nordin@example.SE")
    assert mail.outbox[-1].to == ["Tuva.Nordin@Example.se"], "where it is kept, not what was written"
    client = Client()
    assert press(token, client)["Location"] == "/min-utbildning/"
    tuva.refresh_from_db()
    assert client.get("/min-utbildning/").wsgi_request.user == tuva.user
    assert not tuva.user.has_usable_password()


def test_an_account_that_is_on_no_list_is_let_in_too(cast):
    assert press(get_token("nisse@example.se"))["Location"] == "/min-utbildning/"


def test_the_letter_and_the_page_behind_it_speak_the_persons_language(client, cast):
    StaffMember.objects.filter(pk=cast.maja.pk).update(language="en")
    ask()
    assert mail.outbox[0].subject == "Your link to sign in to Lärpunkt"
    assert "Hello Maja!" in mail.outbox[0].body
    page = client.get(USE, {"k": token_in(mail.outbox[0])}).content.decode()
    assert '<html lang="en">' in page
    assert "Press the button and you are in." in page
    assert '<html lang="sv">' in client.get("/logga-in/").content.decode()


def test_no_letter_leads_to_where_the_request_claims_to_be(client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    ask(headers={"host": "evil.example"})
    assert "evil.example" not in mail.outbox[0].body


# Once, for a quarter of an hour, and the latest


def test_looking_at_the_link_spends_nothing(client):
    token = get_token()
    for _scanner in range(12):
        assert Client().get(USE, {"k": token}).status_code == 200
        assert Client().head(USE, {"k": token}).status_code == 200
    assert press(token).status_code == 302


def test_a_link_works_once():
    token = get_token()
    press(token)
    answer = press(token)
    assert answer.status_code == 410
    assert "Länken fungerar inte längre" in answer.content.decode()
    assert f'href="{ASK}"' in answer.content.decode()
    assert Client().get(USE, {"k": token}).status_code == 410


def test_a_link_is_spent_by_the_quicker_of_two(cast):
    link = links.link_for(get_token())
    assert (links.use_link(link), links.use_link(link)) == (cast.users["maja"], None)


def test_a_link_works_for_fifteen_minutes():
    token = get_token()
    until = SignInLink.objects.get().expires_at
    with time_machine.travel(until, tick=False):
        assert press(token).status_code == 410
    with time_machine.travel(until - datetime.timedelta(seconds=1), tick=False):
        assert press(token).status_code == 302


def test_a_new_link_ends_the_one_before():
    old, new = get_token(), get_token()
    assert press(old).status_code == 410
    assert press(new).status_code == 302


def test_one_person_has_one_live_link(cast):
    get_token()
    [link] = SignInLink.objects.live(timezone.now())
    with pytest.raises(IntegrityError):
        SignInLink.objects.create(asked_at=timezone.now(), language="sv", staff=link.staff)


@pytest.mark.parametrize("token", ["", "x", "x" * 32, "å" * 32, "\x00" * 32, "9" * 5000])
def test_what_is_no_token_opens_nothing(client, token):
    assert client.get(USE, {"k": token}).status_code == 410
    assert press(token).status_code == 410


def test_a_link_survives_a_new_secret_key(settings):
    token = get_token()
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "en-ny-nyckel"
    assert press(token).status_code == 302


# Who gets none


@pytest.mark.parametrize("name", ["petra", "birgitta", "kajsa", "eva", "ada"])
def test_who_leads_or_enters_the_admin_gets_no_link(name):
    assert ask(f"{name}@example.se")["Location"] == ASKED
    assert mail.outbox == []


def test_who_comes_to_lead_while_the_link_is_on_its_way_is_not_let_in(cast):
    token = get_token()
    give_responsibility(
        user=cast.users["maja"], role=Role.SHOP_OWNER, workplace=cast.brattfors, actor=cast.users["ada"]
    )
    client = Client()
    assert press(token, client).status_code == 410
    assert "_auth_user_id" not in client.session


def test_a_closed_account_gets_no_link_and_is_not_let_in(cast):
    token = get_token()
    get_user_model().objects.filter(username="maja").update(is_active=False)
    assert press(token).status_code == 410
    ask()
    assert len(mail.outbox) == 1


def test_two_who_share_an_address_get_none(cast):
    StaffMember.objects.filter(pk=cast.bo.pk).update(email=MAJA.upper())
    ask()
    assert mail.outbox == []


def test_one_person_who_stands_on_the_list_and_has_an_account_is_one(cast):
    get_user_model().objects.filter(username="maja").update(email=MAJA)
    ask()
    assert len(mail.outbox) == 1


def test_who_has_left_needs_an_account(cast):
    gone = people.hire(cast, "Tuva", "Nordin", "brattfors", end=timezone.localdate() - datetime.timedelta(days=1))
    StaffMember.objects.filter(pk=gone.pk).update(email="tuva@example.se")
    ask("tuva@example.se")
    assert mail.outbox == []


def test_a_link_to_a_row_that_was_merged_opens_nothing(cast):
    twin = people.hire(cast, "Maja", "Lindgren", "grasmyr")
    StaffMember.objects.filter(pk=twin.pk).update(email="tvilling@example.se")
    token = get_token("tvilling@example.se")
    merge(keep=cast.maja, gone=twin, actor=cast.users["ada"])
    assert press(token).status_code == 410
    ask("tvilling@example.se")
    assert len(mail.outbox) == 1, "the row is nobody now"


# The door tells nothing


def test_the_answer_is_the_same_whether_anybody_has_the_address(client, monkeypatch):
    """The same words, and the same work: who it is for is the worker's business."""
    monkeypatch.setattr(links, "whose", None)
    monkeypatch.setattr("lms.sign_in.tasks.send_links", type("Queue", (), {"enqueue": lambda: None}))
    answers = [ask(email) for email in (MAJA, "ingen@example.se", "petra@example.se")]
    assert {(answer.status_code, answer["Location"], answer.content) for answer in answers} == {(302, ASKED, b"")}
    assert SignInLink.objects.filter(staff=None, user=None, token_hash="").count() == 3


@pytest.mark.parametrize("email", [MAJA, "ingen@example.se", "petra@example.se"])
def test_asking_takes_the_same_queries(client, monkeypatch, django_assert_num_queries, email):
    monkeypatch.setattr("lms.sign_in.tasks.send_links", type("Queue", (), {"enqueue": lambda: None}))
    with django_assert_num_queries(4):
        ask(email, client)


def test_the_address_is_forgotten_when_the_letter_is_sent_or_nobody_has_it():
    ask()
    ask("ingen@example.se")
    assert list(SignInLink.objects.values_list("email", "try_at")) == [("", None)] * 2


def test_three_links_an_hour_for_an_address():
    for _number in range(5):
        assert ask()["Location"] == ASKED, "the fourth is answered as the first"
    assert len(mail.outbox) == 3
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=61)):
        ask()
    assert len(mail.outbox) == 4


def test_twenty_an_hour_from_one_place():
    answers = [ask(f"nummer{number}@example.se").status_code for number in range(22)]
    assert answers == [302] * 20 + [429] * 2
    answer = ask()
    assert "Vänta en timme" in answer.content.decode()
    assert mail.outbox == []
    assert ask(REMOTE_ADDR="198.51.100.7").status_code == 302
    assert len(mail.outbox) == 1


def test_rows_are_gone_after_a_day():
    ask("ingen@example.se")
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=25)):
        ask()
    assert SignInLink.objects.count() == 1


def test_wrong_tokens_are_counted_as_wrong_passwords_are():
    client, token = Client(), "x" * 32
    assert [press(token, client).status_code for _number in range(9)][-1] == 429
    assert press(get_token(), client).status_code == 302, "somebody else's link, from the same address"


@pytest.mark.parametrize("email", ["", "maja", "maja@", "a@b.se\x00", "a@b.se\nBcc: c@d.se", "x" * 300 + "@example.se"])
def test_what_is_no_address_is_said_at_once(client, email):
    assert ask(email, client).status_code == 422
    assert not SignInLink.objects.exists()


# What may not leak


def test_only_a_hash_of_the_token_is_kept_and_nothing_is_logged(caplog):
    caplog.set_level("DEBUG")
    token = get_token()
    client = Client()
    client.get(USE, {"k": token})
    press(token, client)
    press(token, client)
    client.get(USE, {"k": token})
    assert token not in str(SignInLink.objects.values().get())
    assert token not in caplog.text
    assert MAJA not in caplog.text


def test_the_page_is_kept_by_nobody_and_tells_no_address_on(client):
    page = client.get(USE, {"k": get_token()})
    assert "no-store" in page["Cache-Control"]
    # Not no-referrer: with that a browser sends "Origin: null", and Django refuses the form.
    assert page["Referrer-Policy"] == "strict-origin"
