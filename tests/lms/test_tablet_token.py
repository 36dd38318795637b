"""The tablet's token is renewed now and then: no reply that is lost, and no second tab, makes a stranger of it."""

import datetime

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lms.models import Tablet
from lms.tablet.session import TABLET_COOKIE
from tests import people

START = "/surfplatta/min-utbildning/"


def sign_in(browser, person):
    return browser.post(f"/surfplatta/{person.uuid}/", {"pin": people.PIN})


def cookie_of(browser):
    return browser.cookies[TABLET_COOKIE].value


def with_cookie(value):
    browser = Client()
    browser.cookies[TABLET_COOKIE] = value
    return browser


def is_stranger(browser):
    return "Maja" not in browser.get("/surfplatta/").content.decode()


@pytest.fixture
def later():
    """Eight days from now."""
    with time_machine.travel(timezone.now() + datetime.timedelta(days=8), tick=False):
        yield


def test_a_young_token_stays(tablet, cast):
    before = cookie_of(tablet)
    response = sign_in(tablet, cast.maja)
    assert TABLET_COOKIE not in response.cookies
    assert cookie_of(tablet) == before


def test_an_old_token_is_renewed_when_somebody_signs_in_and_the_cookie_begins_its_days_anew(tablet, cast, later):
    before = cookie_of(tablet)
    cookie = sign_in(tablet, cast.maja).cookies[TABLET_COOKIE]
    assert cookie.value != before
    assert (cookie["path"], cookie["httponly"], cookie["max-age"]) == ("/surfplatta/", True, 400 * 24 * 3600)
    row = Tablet.objects.get()
    assert row.token_given_at == timezone.now()
    assert cookie.value.partition(".")[2] not in (row.token_hash, row.previous_token_hash)
    assert tablet.get(START).status_code == 200


def test_once_the_new_one_was_shown_whoever_comes_with_the_old_one_is_a_stranger(tablet, cast, later):
    old = with_cookie(cookie_of(tablet))
    sign_in(tablet, cast.maja)
    assert not is_stranger(old)
    tablet.get(START)
    assert Tablet.objects.get().previous_token_hash == ""
    assert is_stranger(old)
    assert sign_in(old, cast.maja).status_code == 404
    assert tablet.get(START).status_code == 200


def test_a_reply_that_was_lost_locks_nobody_out(tablet, cast, later):
    before = cookie_of(tablet)
    lost = sign_in(with_cookie(before), cast.maja).cookies[TABLET_COOKIE].value
    assert not is_stranger(tablet)
    again = sign_in(tablet, cast.maja).cookies[TABLET_COOKIE].value
    assert again == lost
    assert tablet.get(START).status_code == 200
    assert is_stranger(with_cookie(before))


def test_two_tabs_that_sign_in_at_once_are_given_the_same_one(tablet, cast, later):
    """Whichever reply comes last, the cookie that they share is good; also when the other was shown in between."""
    one, other = with_cookie(cookie_of(tablet)), with_cookie(cookie_of(tablet))
    first = sign_in(one, cast.maja).cookies[TABLET_COOKIE].value
    second = sign_in(other, cast.maja).cookies[TABLET_COOKIE].value
    assert first == second
    assert other.get(START).status_code == 200


def test_the_tab_that_was_on_its_way_while_the_other_showed_the_new_one_gets_it_too(tablet, cast, later, monkeypatch):
    from lms.tablet import views

    begin, one = views.begin_session, with_cookie(cookie_of(tablet))

    def meanwhile(response, request, known, learner):
        monkeypatch.setattr(views, "begin_session", begin)
        assert known.token_hash  # this request has found its tablet
        sign_in(one, cast.maja)
        one.get(START)
        begin(response, request, known, learner)

    monkeypatch.setattr(views, "begin_session", meanwhile)
    assert sign_in(tablet, cast.maja).cookies[TABLET_COOKIE].value == cookie_of(one)
    assert tablet.get(START).status_code == 200


def test_a_token_is_renewed_again_and_again(tablet, cast):
    seen = {cookie_of(tablet)}
    for weeks in range(1, 4):
        with time_machine.travel(timezone.now() + datetime.timedelta(days=8 * weeks), tick=False):
            seen.add(sign_in(tablet, cast.maja).cookies[TABLET_COOKIE].value)
            assert tablet.get(START).status_code == 200
    assert len(seen) == 4


def test_a_new_secret_key_of_the_site_is_no_hindrance(tablet, cast, later, settings):
    sign_in(with_cookie(cookie_of(tablet)), cast.maja)  # lost
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another-" * 8, [settings.SECRET_KEY]
    sign_in(tablet, cast.maja)
    assert tablet.get(START).status_code == 200


def queries_on_tablets(browser, path):
    with CaptureQueriesContext(connection) as asked:
        browser.get(path)
    return [query["sql"].split()[0] for query in asked if '"lms_tablet"' in query["sql"]]


def test_finding_the_tablet_is_one_query_and_forgetting_the_old_token_one_more_once(tablet, cast, later):
    assert queries_on_tablets(tablet, "/surfplatta/") == ["SELECT"]
    sign_in(tablet, cast.maja)
    assert queries_on_tablets(tablet, START) == ["SELECT", "UPDATE"]
    assert queries_on_tablets(tablet, START) == ["SELECT"]
