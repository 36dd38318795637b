"""Who asks, behind proxies: limits must hit whoever knocks too often, and nobody else."""

import pytest
from django.test import Client, RequestFactory

from lms.standalone.proxies import client_address


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (0, "203.0.113.5", "192.0.2.1"),
        (1, None, "192.0.2.1"),
        (1, "203.0.113.5", "203.0.113.5"),  # a proxy that replaces the header
        (1, "9.9.9.9, 203.0.113.5", "203.0.113.5"),  # one that appends to what the client made up
        (1, "1.1.1.1,9.9.9.9,2001:db8::7", "2001:db8::7"),
        (1, "unknown", "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (2, "9.9.9.9, 203.0.113.5, 10.0.0.2", "203.0.113.5"),
        (2, "203.0.113.5", "192.0.2.1"),  # came past fewer proxies than stand there
    ],
)
def test_the_address_is_the_one_our_own_proxy_saw(settings, proxies, header, address):
    settings.LMS_PROXIES = proxies
    headers = {} if header is None else {"X-Forwarded-For": header}
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", headers=headers)
    assert client_address(request) == address


def from_(address: str) -> Client:
    """As our proxy would pass it on: `address` appended to whatever the client sent."""
    return Client(REMOTE_ADDR="127.0.0.1", headers={"X-Forwarded-For": address})


def test_a_made_up_header_evades_no_limit_and_locks_out_nobody_else(cast, settings):
    settings.LMS_PROXIES = 1
    tries = [
        from_(f"10.1.2.{number}, 203.0.113.66").post("/logga-in/", {"username": "petra", "password": "fel"}).status_code
        for number in range(9)
    ]
    assert tries[0] == 200
    assert tries[-1] == 429
    elsewhere = from_("198.51.100.7").post("/logga-in/", {"username": "petra", "password": "hemligt-ord"})
    assert elsewhere.status_code == 302


def test_guessing_serials_is_limited_by_address_behind_a_proxy(cast, settings):
    settings.LMS_PROXIES = 1
    answers = {from_(f"10.7.7.{number}, 203.0.113.66").get("/intyg/xx/").status_code for number in range(31)}
    assert answers == {404, 429}
    assert from_("198.51.100.7").get("/intyg/xx/").status_code == 404
