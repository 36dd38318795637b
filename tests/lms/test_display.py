"""How pages are shown goes with the person, and over to nobody else."""

import pytest

from courses.display import COOKIE
from lms.models import LedgerEntry, StaffMember
from lms.tablet.pins import set_pin
from tests import people
from tests.builders import fields

CHOICES = {"text": "3", "theme": "light", "calm": ""}
DESK, TABLET = "/min-utbildning/", "/surfplatta/min-utbildning/"


def shown(client, path) -> str:
    """What the outermost element of ours says."""
    page = client.get(path, follow=True).content.decode()
    return page.split('<div class="lms"', 1)[1].split(">", 1)[0].strip()


LARGE = 'data-lms-text="3" data-lms-theme="light"'


def test_what_a_learner_chooses_goes_along_to_the_tablet(course, cast, maja, at_tablet):
    response = maja.post(f"{DESK}visning/", fields(cast.maja, **CHOICES, next=f"{DESK}intyg/"))
    assert (response["Location"], COOKIE in response.cookies) == (f"{DESK}intyg/", False)
    assert StaffMember.objects.get(pk=cast.maja.pk).display == "3-light"
    assert shown(maja, DESK) == LARGE
    assert shown(maja, "/kurser/") == LARGE
    assert shown(at_tablet, TABLET) == LARGE


def test_the_tablet_shows_the_next_person_nothing_of_it(course, cast, at_tablet):
    at_tablet.post(f"{TABLET}visning/", fields(cast.maja, **CHOICES))
    assert shown(at_tablet, TABLET) == LARGE
    at_tablet.cookies[COOKIE] = "2-dark"
    at_tablet.post("/surfplatta/byt/")
    for path in ("/surfplatta/", f"/surfplatta/{cast.maja.uuid}/", "/surfplatta/visning/"):
        assert shown(at_tablet, path) == ""
    johan = people.hire(cast, "Johan", "Berg", "brattfors")
    set_pin(staff=johan, pin=people.PIN)
    at_tablet.post(f"/surfplatta/{johan.uuid}/", {"pin": people.PIN})
    assert shown(at_tablet, TABLET) == ""


def test_nobody_chooses_for_the_whole_tablet(tablet):
    """Whoever taps it next would have it so too."""
    page = tablet.get("/surfplatta/visning/").content.decode()
    assert "<form" not in page
    response = tablet.post("/surfplatta/visning/", CHOICES)
    assert COOKIE not in response.cookies


def test_until_somebody_has_chosen_as_themselves_their_browser_says(course, cast, maja):
    maja.cookies[COOKIE] = "2-dark"
    assert shown(maja, DESK) == 'data-lms-text="2" data-lms-theme="dark"'
    maja.post(f"{DESK}visning/", fields(cast.maja, text="1", theme="", calm=""))
    assert shown(maja, DESK) == ""


def test_whoever_is_nobody_in_training_has_a_cookie(cast, sign_in, client):
    for browser in (client, sign_in("petra")):
        assert browser.post("/visning/", CHOICES).cookies[COOKIE].value == "3-light"
        assert shown(browser, "/kurser/") == LARGE


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_chooses_for_no_learner(cast, client, method):
    response = getattr(client, method)(f"{DESK}visning/", fields(cast.maja, **CHOICES))
    assert response["Location"].startswith("/logga-in/")
    assert StaffMember.objects.get(pk=cast.maja.pk).display == ""


def test_a_form_of_somebody_else_is_refused(cast, sign_in, far):
    response = sign_in("maja").post(f"{DESK}visning/", fields(far, **CHOICES))
    assert response.status_code == 409
    assert not StaffMember.objects.exclude(display="").exists()


def test_a_learner_is_led_from_the_open_form_to_their_own(cast, maja, at_tablet):
    assert maja.get("/visning/")["Location"] == f"{DESK}visning/"
    assert at_tablet.get("/surfplatta/visning/")["Location"] == f"{TABLET}visning/"


def test_the_foot_leads_there_from_everywhere(course, cast, client, maja, at_tablet):
    for browser, path, address in (
        (client, "/", "/visning/"),
        (client, "/finns-inte/", "/visning/"),
        (maja, DESK, f"{DESK}visning/"),
        (maja, "/kurser/", f"{DESK}visning/"),
        (at_tablet, TABLET, f"{TABLET}visning/"),
    ):
        assert f'href="{address}" rel="nofollow" data-lms-display' in browser.get(path).content.decode()


def test_the_ledger_keeps_nothing_of_taste(cast, maja):
    before = LedgerEntry.objects.count()
    maja.post(f"{DESK}visning/", fields(cast.maja, **CHOICES))
    assert LedgerEntry.objects.count() == before
