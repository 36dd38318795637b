"""The shared tablet: pairing, tiles, PIN, switching person. And what its cookies must never open."""

import datetime
import re
import uuid

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from lms.models import EventSource, LearningEvent, LedgerEntry, PinGuard, Tablet
from lms.people.actions import end_employment
from lms.people.cards import issue_card
from lms.tablet import pins
from lms.tablet.actions import unpair_tablet
from lms.tablet.session import PERSON_COOKIE, TABLET_COOKIE
from tests import builders, people
from tests.builders import version_of


def pin_page(person):
    return f"/surfplatta/{person.uuid}/"


def give_pin(tablet, person, pin=people.PIN):
    return tablet.post(pin_page(person), {"pin": pin})


# Pairing


def test_a_strange_tablet_shows_no_names(client, cast):
    response = client.get("/surfplatta/")
    assert response.status_code == 200
    assert "Maja" not in response.content.decode()


def test_pairing_is_for_those_who_answer_for_a_workplace(client, sign_in, cast):
    assert client.get("/surfplatta/koppla/")["Location"].startswith("/logga-in/?next=/surfplatta/koppla/")
    for name in ("nisse", "eva", "maja", "bo"):
        assert sign_in(name).get("/surfplatta/koppla/").status_code == 403
    for name in ("birgitta", "petra", "kajsa", "ada"):
        assert sign_in(name).get("/surfplatta/koppla/").status_code == 200


def test_a_shop_owner_pairs_the_tablet_and_is_signed_out_of_it(sign_in, cast):
    birgitta = sign_in("birgitta")
    form = {"workplace": cast.brattfors.pk, "name": "Vid disken"}
    response = birgitta.post("/surfplatta/koppla/", form)
    assert response["Location"] == "/surfplatta/"
    tablet = Tablet.objects.get()
    assert (tablet.workplace, tablet.paired_by) == (cast.brattfors, cast.users["birgitta"])
    cookie = response.cookies[TABLET_COOKIE]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/surfplatta/", True, "Lax")
    assert tablet.token_hash not in cookie.value
    assert LedgerEntry.objects.filter(verb="tablet.paired", actor=cast.users["birgitta"]).count() == 1
    assert "_auth_user_id" not in birgitta.session


def test_a_shop_owner_cannot_pair_a_tablet_to_another_shop(sign_in, cast):
    response = sign_in("birgitta").post("/surfplatta/koppla/", {"workplace": cast.places["grasmyr"].pk, "name": "X"})
    assert response.status_code == 200
    assert not Tablet.objects.exists()


@pytest.mark.parametrize("value", ["", "x", "0" * 32, "0" * 32 + ".token", "z" * 32 + ".token", "é" * 32 + ".t"])
def test_a_made_up_cookie_is_no_tablet(client, cast, value):
    client.cookies[TABLET_COOKIE] = value
    assert client.get("/surfplatta/").status_code == 200
    assert client.get(pin_page(cast.maja)).status_code == 404


def test_an_unpaired_tablet_is_a_stranger_at_once(at_tablet, cast):
    assert at_tablet.get("/surfplatta/min-utbildning/").status_code == 200
    unpair_tablet(tablet=at_tablet.tablet, actor=cast.users["petra"])
    assert at_tablet.get("/surfplatta/min-utbildning/").status_code == 302
    assert "Maja" not in at_tablet.get("/surfplatta/").content.decode()


# Tiles


def test_tiles_show_first_name_and_initial_of_those_who_work_there(tablet, cast):
    text = tablet.get("/surfplatta/").content.decode()
    assert "Maja L" in text
    assert "Birgitta F" in text
    assert "Lindgren" not in text
    assert "Bo E" not in text


def test_two_of_the_same_name_are_told_apart_with_one_letter_more(tablet, cast):
    people.hire(cast, "Maja", "Lundin", "brattfors")
    text = tablet.get("/surfplatta/").content.decode()
    assert "Maja Li" in text
    assert "Maja Lu" in text


def test_who_has_left_or_not_yet_begun_has_no_tile(tablet, cast):
    people.hire(cast, "Snart", "Ny", "brattfors", days_ago=-3)
    gone = people.hire(cast, "Borta", "Nu", "brattfors")
    end_employment(
        job=gone.employments.get(),
        last_day=timezone.localdate() - datetime.timedelta(days=1),
        actor=cast.users["ada"],
    )
    text = tablet.get("/surfplatta/").content.decode()
    assert "Snart" not in text
    assert "Borta" not in text
    assert tablet.get(pin_page(gone)).status_code == 404


def test_somebody_from_another_shop_cannot_be_reached_by_address(tablet, cast):
    assert tablet.get(pin_page(cast.staff["bo"])).status_code == 404
    assert tablet.get(f"/surfplatta/{uuid.uuid4()}/").status_code == 404


# PIN


def test_the_right_pin_lets_in_and_the_answer_is_ones_own_desk(tablet, cast):
    response = give_pin(tablet, cast.maja)
    assert response["Location"] == "/surfplatta/min-utbildning/"
    cookie = response.cookies[PERSON_COOKIE]
    assert (cookie["path"], cookie["httponly"], cookie["max-age"]) == ("/surfplatta/", True, "")
    desk = tablet.get("/surfplatta/min-utbildning/")
    assert desk.wsgi_request.learner == cast.maja
    assert desk.wsgi_request.assurance == "pin"


def test_no_browser_keeps_a_pin_for_whoever_taps_next(tablet, cast):
    """Browsers heed autocomplete="off" in a text field, and in a password field they do not."""
    for person in (cast.maja, cast.birgitta):
        text = tablet.get(pin_page(person), follow=True).content.decode()
        pin = re.search(r'<input[^>]*name="pin"[^>]*>', text)[0]
        for part in (
            'type="text"',
            'autocomplete="off"',
            'inputmode="numeric"',
            "lms-veiled",
            'data-lms-show="Visa pin',
        ):
            assert part in pin
        assert "/static/lms/show.js" in text
    answer = tablet.post(f"{pin_page(cast.birgitta)}kort/", {"code": "FEL", "pin": "8305"})
    assert answer.status_code == 422
    assert "8305" not in answer.content.decode(), "a form that comes back brings no PIN along"


def test_a_wrong_pin_lets_nobody_in(tablet, cast):
    response = give_pin(tablet, cast.maja, "9182")
    assert response.status_code == 422
    assert tablet.get("/surfplatta/min-utbildning/")["Location"] == "/surfplatta/"


def test_the_pin_opens_nothing_but_the_tablets_pages(at_tablet, cast):
    """Neither by the browser's own rule for the cookie's path, nor when the cookie is sent by force."""
    for path in ("/min-utbildning/", "/admin/", "/min-utbildning/min-butik/", "/surfplatta/koppla/"):
        assert at_tablet.get(path).status_code == 302
    response = at_tablet.get("/logga-in/")
    assert not response.wsgi_request.user.is_authenticated
    assert not response.wsgi_request.learner


def test_a_leader_signed_in_on_the_tablet_is_no_learner_there(tablet, cast):
    tablet.force_login(cast.users["birgitta"], backend="django.contrib.auth.backends.ModelBackend")
    assert tablet.get("/surfplatta/min-utbildning/")["Location"] == "/surfplatta/"


def test_what_is_done_at_the_tablet_says_so(at_tablet, cast, course):
    page = course.get_activity_pages().first().specific
    form = {"event_id": uuid.uuid4(), "learner": cast.maja.uuid, "step": version_of(page).steps[0]["id"]}
    at_tablet.post(f"/surfplatta/min-utbildning/moment/{page.translation_key}/steg/", form)
    event = LearningEvent.objects.get()
    assert (event.source, event.recorded_by) == (EventSource.TABLET, None)


def test_links_at_the_tablet_stay_at_the_tablet(at_tablet, rule, course):
    text = at_tablet.get("/surfplatta/min-utbildning/").content.decode()
    assert 'href="/surfplatta/min-utbildning/moment/' in text
    assert 'href="/min-utbildning/' not in text


def test_switching_person_ends_it_on_every_tab(at_tablet, cast):
    other_tab = Client()
    stolen = at_tablet.cookies[PERSON_COOKIE].value
    other_tab.cookies[TABLET_COOKIE] = at_tablet.cookies[TABLET_COOKIE].value
    at_tablet.post("/surfplatta/byt/")
    assert at_tablet.get("/surfplatta/min-utbildning/").status_code == 302
    other_tab.cookies[PERSON_COOKIE] = stolen
    assert other_tab.get("/surfplatta/min-utbildning/").status_code == 302


def test_a_page_left_open_by_maja_cannot_write_for_whoever_came_after(at_tablet, cast, course):
    """Two tabs: Maja's form is still open when Birgitta signs in."""
    pins.set_pin(staff=cast.staff["birgitta"], pin="8305")
    page = course.get_activity_pages().first().specific
    form = {"event_id": uuid.uuid4(), "learner": cast.maja.uuid, "step": version_of(page).steps[0]["id"]}
    at_tablet.post("/surfplatta/byt/")
    give_pin(at_tablet, cast.staff["birgitta"], "8305")
    response = at_tablet.post(f"/surfplatta/min-utbildning/moment/{page.translation_key}/steg/", form)
    assert response.status_code == 409
    assert not LearningEvent.objects.exists()


def test_the_one_before_is_out_when_the_next_signs_in(at_tablet, cast):
    pins.set_pin(staff=cast.staff["birgitta"], pin="8305")
    majas = at_tablet.cookies[PERSON_COOKIE].value
    give_pin(at_tablet, cast.staff["birgitta"], "8305")
    at_tablet.cookies[PERSON_COOKIE] = majas
    assert at_tablet.get("/surfplatta/min-utbildning/").status_code == 302


def test_away_for_long_is_out_and_every_tap_pushes_that_ahead(at_tablet, cast):
    begun = timezone.now()
    for minutes in (2, 4, 6):
        with time_machine.travel(begun + datetime.timedelta(minutes=minutes)):
            assert at_tablet.get("/surfplatta/min-utbildning/").status_code == 200
    with time_machine.travel(begun + datetime.timedelta(minutes=9, seconds=2)):
        assert at_tablet.get("/surfplatta/min-utbildning/").status_code == 302


def still_here(browser, person):
    return browser.post("/surfplatta/min-utbildning/kvar/", builders.fields(person))


def test_who_reads_long_on_one_page_is_not_away(at_tablet, cast):
    """The page says that it is touched, and whose it is."""
    begun = timezone.now()
    for minutes in (2, 4, 6):
        with time_machine.travel(begun + datetime.timedelta(minutes=minutes)):
            assert still_here(at_tablet, cast.maja).status_code == 204
    with time_machine.travel(begun + datetime.timedelta(minutes=8)):
        assert at_tablet.get("/surfplatta/min-utbildning/").status_code == 200
    with time_machine.travel(begun + datetime.timedelta(minutes=12)):
        assert still_here(at_tablet, cast.maja)["Location"] == "/surfplatta/"


def test_a_page_of_majas_keeps_nobody_else_signed_in(at_tablet, cast):
    pins.set_pin(staff=cast.birgitta, pin="8305")
    give_pin(at_tablet, cast.birgitta, "8305")
    assert still_here(at_tablet, cast.maja).status_code == 409
    assert at_tablet.get("/surfplatta/min-utbildning/kvar/").status_code == 405


def test_a_new_pin_ends_what_was_begun_with_the_old(at_tablet, cast):
    pins.set_pin(staff=cast.maja, pin="8305")
    assert at_tablet.get("/surfplatta/min-utbildning/").status_code == 302


def test_whoever_stops_working_there_is_out(at_tablet, cast):
    job = cast.maja.employments.get()
    end_employment(job=job, last_day=timezone.localdate() - datetime.timedelta(days=1), actor=cast.users["ada"])
    assert at_tablet.get("/surfplatta/min-utbildning/").status_code == 302


def test_the_persons_cookie_is_worthless_on_another_tablet(at_tablet, cast):
    from lms.tablet.actions import pair_tablet

    other, token = pair_tablet(workplace=cast.brattfors, name="Köket", actor=cast.users["ada"])
    thief = Client()
    thief.cookies[TABLET_COOKIE] = f"{other.uuid.hex}.{token}"
    thief.cookies[PERSON_COOKIE] = at_tablet.cookies[PERSON_COOKIE].value
    assert thief.get("/surfplatta/min-utbildning/").status_code == 302


def test_the_token_changes_with_each_person_so_that_an_old_form_cannot_be_sent(tablet, cast):
    """Django's CSRF token is drawn anew at each change of person."""
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = tablet.cookies
    browser.get(pin_page(cast.maja))
    before = browser.cookies["csrftoken"].value
    response = browser.post(pin_page(cast.maja), {"pin": people.PIN, "csrfmiddlewaretoken": before})
    assert response.status_code == 302
    assert browser.cookies["csrftoken"].value != before
    assert browser.post("/surfplatta/byt/", {"csrfmiddlewaretoken": before}).status_code == 403


# First time, and forgotten


def test_the_first_time_asks_for_the_card_and_a_pin(tablet, cast):
    tuva = people.hire(cast, "Tuva", "Nordin", "brattfors")
    assert tablet.get(pin_page(tuva))["Location"] == f"{pin_page(tuva)}kort/"
    code = issue_card(staff=tuva, actor=cast.users["petra"])
    response = tablet.post(f"{pin_page(tuva)}kort/", {"code": code.lower().replace("-", " "), "pin": "5927"})
    assert response["Location"] == "/surfplatta/min-utbildning/"
    tablet.post("/surfplatta/byt/")
    assert give_pin(tablet, tuva, "5927").status_code == 302


@pytest.mark.parametrize("pin", ["1234", "4321", "0000", "123", "1234567", "abcd", "12 4", "１２８４"])
def test_a_pin_that_is_too_easy_or_none_is_refused_and_the_card_is_not_spent(tablet, cast, pin):
    tuva = people.hire(cast, "Tuva", "Nordin", "brattfors")
    code = issue_card(staff=tuva, actor=cast.users["petra"])
    assert tablet.post(f"{pin_page(tuva)}kort/", {"code": code, "pin": pin}).status_code == 422
    assert tuva.login_cards.get().used_at is None


def test_someone_elses_card_does_not_open_my_door(tablet, cast):
    tuva = people.hire(cast, "Tuva", "Nordin", "brattfors")
    code = issue_card(staff=tuva, actor=cast.users["petra"])
    assert tablet.post(f"{pin_page(cast.maja)}kort/", {"code": code, "pin": "5927"}).status_code == 422
    assert give_pin(tablet, cast.maja).status_code == 302


def test_a_card_works_once(tablet, cast):
    tuva = people.hire(cast, "Tuva", "Nordin", "brattfors")
    code = issue_card(staff=tuva, actor=cast.users["petra"])
    for status in (302, 422):
        assert tablet.post(f"{pin_page(tuva)}kort/", {"code": code, "pin": "5927"}).status_code == status
        tablet.post("/surfplatta/byt/")


# Wrong PINs


def test_wrong_pins_make_that_person_wait_and_nobody_else(tablet, cast):
    pins.set_pin(staff=cast.staff["birgitta"], pin="8305")
    statuses = [give_pin(tablet, cast.maja, "9182").status_code for _number in range(4)]
    assert statuses == [422, 422, 429, 429]
    assert give_pin(tablet, cast.maja).status_code == 429  # the right one is not even looked at
    assert give_pin(tablet, cast.staff["birgitta"], "8305").status_code == 302


def test_waiting_helps_and_the_right_pin_clears_the_slate(tablet, cast):
    for _number in range(3):
        give_pin(tablet, cast.maja, "9182")
    with time_machine.travel(timezone.now() + datetime.timedelta(seconds=31)):
        assert give_pin(tablet, cast.maja).status_code == 302
    assert not PinGuard.objects.exists()


def test_the_wait_grows():
    assert [pins.delay_after(number) for number in (0, 2, 3, 4, 5, 6, 7, 8, 9, 50)] == [
        0, 0, 30, 30, 120, 120, 600, 600, 3600, 3600,
    ]  # fmt: skip


def test_wrong_pins_add_up_over_tablets_until_someone_unlocks(tablet, cast):
    from lms.tablet.actions import pair_tablet

    for number in range(pins.FAILURES_UNTIL_LOCKED):
        other, _token = pair_tablet(workplace=cast.brattfors, name=f"Platta {number}", actor=cast.users["ada"])
        assert pins.check_pin(staff=cast.maja, tablet=other, pin="9182") is False
    assert pins.blocked_until(cast.maja, tablet.tablet) == pins.FOREVER
    assert pins.check_pin(staff=cast.maja, tablet=tablet.tablet, pin=people.PIN) is False
    with time_machine.travel(timezone.now() + datetime.timedelta(days=30)):
        assert pins.check_pin(staff=cast.maja, tablet=tablet.tablet, pin=people.PIN) is False
    pins.unlock_pin(staff=cast.maja, actor=cast.users["birgitta"])
    assert pins.check_pin(staff=cast.maja, tablet=tablet.tablet, pin=people.PIN) is True
    assert LedgerEntry.objects.filter(verb="pin.unlocked", actor=cast.users["birgitta"]).count() == 1


def test_the_pin_itself_is_kept_nowhere(cast):
    assert people.PIN not in cast.maja.pin_hash
    other = cast.staff["birgitta"]
    pins.set_pin(staff=other, pin=people.PIN)
    assert other.pin_hash != cast.maja.pin_hash


def test_pins_survive_a_new_secret_key(cast, tablet, settings):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "en-ny-nyckel"
    assert pins.check_pin(staff=cast.maja, tablet=tablet.tablet, pin=people.PIN) is True


def test_somebody_without_a_pin_cannot_be_guessed_into(cast, tablet):
    assert pins.check_pin(staff=cast.staff["birgitta"], tablet=tablet.tablet, pin="") is False


# Somebody's password session in the same browser


def test_an_account_signed_in_on_the_tablet_opens_nothing_for_the_learner(at_tablet, cast, index):
    hidden = builders.make_full_course("Bara för tilldelade", access="assigned")
    address = f"/surfplatta/min-utbildning/kurs/{hidden.translation_key}/"
    assert at_tablet.get(address).status_code == 404
    at_tablet.force_login(cast.users["birgitta"], backend="django.contrib.auth.backends.ModelBackend")
    assert at_tablet.get(address).status_code == 404
    assert hidden.title not in at_tablet.get("/surfplatta/min-utbildning/").content.decode()


def test_showing_the_names_ends_it(tablet, cast):
    tablet.force_login(cast.users["birgitta"], backend="django.contrib.auth.backends.ModelBackend")
    assert tablet.get("/min-utbildning/min-butik/").status_code == 200
    tablet.get("/surfplatta/")
    assert tablet.get("/min-utbildning/min-butik/").status_code == 302


def test_a_session_in_a_browser_that_is_no_tablet_stays(sign_in):
    birgitta = sign_in("birgitta")
    birgitta.get("/surfplatta/")
    assert birgitta.get("/min-utbildning/min-butik/").status_code == 200
