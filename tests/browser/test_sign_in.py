"""What only a browser shows of signing in: a field that can be looked at, and a form that the browser really sends."""

import re

import pytest
from django.core import mail

from lms.models import StaffMember
from tests import people

MAJA = "maja@example.se"


@pytest.fixture
def staff(server):
    cast = people.gather()
    StaffMember.objects.filter(pk=cast.maja.pk).update(email=MAJA)
    return cast


def test_the_link_is_taken_from_the_letter_to_the_desk(visit, staff):
    phone = visit("phone")
    phone.go("/logga-in/")
    phone.check("sign in, with a link by e-mail")
    phone.press("text=Få en länk med e-post")
    phone.check("ask for a link")
    phone.fill("#id_email", MAJA)
    phone.press("button.lms-button--big")
    phone.check("asked for a link")
    phone.go(re.search(r"http\S+", mail.outbox[0].body)[0])
    phone.check("the page behind the link")
    phone.press("button.lms-button--big")
    assert phone.page.url.endswith("/min-utbildning/")
    phone.go(re.search(r"http\S+", mail.outbox[0].body)[0])
    phone.check("a link that is used")
    assert "Länken fungerar inte längre" in phone.text()


def test_a_password_is_shown_by_a_tap_and_hidden_again(visit, staff):
    phone = visit("phone")
    phone.page.clock.install()
    phone.go("/logga-in/")
    field, button = phone.page.locator("#id_password"), phone.page.get_by_role("button", name="Visa lösenordet")
    phone.fill("#id_username", "maja")
    field.focus()
    phone.page.keyboard.insert_text("hemligt-")  # as pasted
    button.tap()
    assert field.get_attribute("type") == "text"
    phone.check("the password is shown")
    phone.page.keyboard.type("ord")
    assert field.input_value() == "hemligt-ord", "the field keeps the keyboard"
    phone.page.get_by_role("button", name="Dölj lösenordet").tap()
    assert field.get_attribute("type") == "password"
    button.tap()
    phone.page.clock.fast_forward(20_000)
    assert field.get_attribute("type") == "password"
    button.tap()
    phone.page.evaluate(
        """addEventListener("submit", (event) => {
            window.sent = document.querySelector("#id_password").type;
            event.preventDefault();
        })"""
    )
    phone.tap("button.lms-button--big")
    assert phone.page.evaluate("window.sent") == "password"


def test_a_pin_is_veiled_without_being_a_password(visit, staff):
    from lms.tablet.pairing import make_code

    tablet = visit("tablet")
    _made, code = make_code(workplace=staff.brattfors, name="Vid disken", actor=staff.users["birgitta"])
    tablet.go(f"/surfplatta/koppla/kod/?kod={code}")
    tablet.press("button.lms-button--big")
    tablet.press("text=Maja L")
    tablet.check("PIN, with its button")
    pin = tablet.page.locator("#id_pin")
    veil = "(field) => getComputedStyle(field).webkitTextSecurity"
    assert (pin.get_attribute("type"), pin.evaluate(veil)) == ("text", "disc")
    tablet.fill("#id_pin", people.PIN)
    tablet.page.get_by_role("button", name="Visa pinkoden").tap()
    assert (pin.get_attribute("type"), pin.evaluate(veil)) == ("text", "none")
    tablet.check("the PIN is shown")
    tablet.press("button.lms-button--big")
    assert tablet.page.url.endswith("/surfplatta/min-utbildning/")
