"""Unknown numbers and files, which answer alike; a file compared by its sum; every public address wrongly used."""

import hashlib

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from certificates import limits
from certificates.fingerprints import MOST_BYTES, MOST_READ
from certificates.issuing import revoke
from certificates.limits import UNKNOWN_IN_ALL, UNKNOWN_PER_MINUTE
from certificates.models import Certificate, RevocationReason
from tests.builders import complete

from .asking import NOWHERE, content_of, heading, look, made, send, words


@pytest.fixture
def certificate(cast, course, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        complete(cast.maja, course)
    return Certificate.objects.get()


# Unknown


@pytest.mark.parametrize("serial", [NOWHERE, "kort", "0OIl0OIl0OIl0OIl", "x" * 200, "åäöåäöåäöåäöåäöå"])
def test_unknown_malformed_and_limited_ask_as_much_and_say_the_same(
    client, certificate, serial, django_assert_num_queries
):
    with django_assert_num_queries(2):  # the certificate, and whom to ask
        first = look(client, serial)
    for _number in range(UNKNOWN_PER_MINUTE):
        look(client, NOWHERE)
    with django_assert_num_queries(2):
        limited = look(client, serial)
    assert (first.status_code, limited.status_code) == (404, 429)
    assert first.content == limited.content == look(client, NOWHERE).content
    assert {**first.headers, "Retry-After": "60"} == dict(limited.headers)


def test_all_together_are_limited_too(client, certificate, monkeypatch):
    monkeypatch.setattr(limits, "UNKNOWN_IN_ALL", 3)
    asked = [look(client, NOWHERE, REMOTE_ADDR=f"10.0.0.{number}").status_code for number in range(4)]
    assert asked == [404, 404, 404, 429]
    assert look(client, certificate.serial).status_code == 200
    assert UNKNOWN_IN_ALL == 300


def test_who_is_over_their_own_limit_does_not_use_up_everyones(client, db, monkeypatch):
    monkeypatch.setattr(limits, "UNKNOWN_IN_ALL", UNKNOWN_PER_MINUTE + 1)
    for _number in range(3 * UNKNOWN_PER_MINUTE):
        look(client, NOWHERE)
    assert look(client, NOWHERE, REMOTE_ADDR="10.0.0.9").status_code == 404


def test_a_minute_later_one_may_ask_again(client, db):
    with time_machine.travel(timezone.now()) as clock:
        for _number in range(UNKNOWN_PER_MINUTE + 1):
            last = look(client, NOWHERE)
        clock.shift(61)
        assert (last.status_code, look(client, NOWHERE).status_code) == (429, 404)


def test_no_address_is_kept(client, db):
    look(client, NOWHERE, REMOTE_ADDR="203.0.113.77")
    assert cache._cache, "counted in the cache of this process"
    assert "203.0.113.77" not in repr(cache._cache)


# The file


def test_the_file_as_it_was_issued(client, certificate, django_assert_num_queries):
    content = content_of(certificate)
    with django_assert_num_queries(2):
        response = send(client, content, certificate.serial)
    assert response.status_code == 200
    assert "Filen är precis den som utfärdades" in words(response)
    assert heading(response) == "Intyget är äkta och giltigt"


def test_one_byte_makes_it_another_file(client, certificate):
    content = bytearray(content_of(certificate))
    content[len(content) // 2] ^= 1
    response = send(client, bytes(content), certificate.serial)
    assert response.status_code == 200
    assert "Filen är inte densamma" in words(response)
    assert "Filen är precis" not in words(response)


def test_a_file_that_no_longer_counts_is_never_called_good(client, certificate, cast):
    content = content_of(certificate)
    revoke(certificate=certificate, reason=RevocationReason.ISSUER, actor=cast.petra)
    response = send(client, content, certificate.serial)
    assert "men intyget gäller inte längre" in words(response)
    assert "lms-note--good" not in response.content.decode()


@pytest.mark.parametrize("how", ["file", "sum", "capitals"])
def test_a_file_finds_its_own_page(client, certificate, how, django_assert_num_queries):
    content = content_of(certificate)
    told = {"sum": certificate.sha256, "capitals": f" {certificate.sha256.upper()} "}
    with django_assert_num_queries(2):
        response = client.post("/intyg/fil/", {"sha256": told[how]}) if how in told else send(client, content)
    assert response.status_code == 200
    assert certificate.printed_serial in words(response)
    assert "Filen är precis den som utfärdades" in words(response)


@pytest.mark.parametrize("told", ["", "0" * 64, "x" * 64, "abc", "'; --", "é" * 64])
def test_unknown_and_impossible_sums_answer_alike(client, certificate, told, django_assert_num_queries):
    made(certificate, completion=None)  # not drawn: its sum is empty, and nothing may find it
    with django_assert_num_queries(2):
        response = client.post("/intyg/fil/", {"sha256": told})
    assert response.status_code == 404
    assert response.content == send(client, b"another file").content
    assert "inte utfärdad här" in heading(response)


def test_unknown_files_are_counted_with_unknown_numbers(client, certificate):
    for _number in range(UNKNOWN_PER_MINUTE):
        look(client, NOWHERE)
    unknown = send(client, b"another file")
    assert (unknown.status_code, unknown["Retry-After"]) == (429, "60")
    assert send(client, content_of(certificate)).status_code == 200
    assert send(client, b"another file", NOWHERE).content == look(client, NOWHERE).content
    assert send(client, b"another file", "kort").status_code == 429


@pytest.mark.parametrize("where", ["", "certificate"])
def test_what_is_no_file_is_told_in_words(client, certificate, where):
    serial = certificate.serial if where else ""
    address = f"/intyg/{serial}/fil/" if serial else "/intyg/fil/"
    for response, status, said in (
        (client.post(address), 400, "ingen fil som går att läsa"),
        (client.post(address, {"file": "C:\\intyg.pdf"}), 400, "ingen fil som går att läsa"),
        (client.post(address, "%PDF", content_type="text/plain"), 400, "ingen fil som går att läsa"),
        (send(client, b"", serial), 400, "Filen är tom"),
        (send(client, b"x" * (MOST_BYTES + 1), serial), 413, "för stor"),
        (send(client, b"x", serial, CONTENT_LENGTH=str(MOST_READ + 1)), 413, "för stor"),
    ):
        assert response.status_code == status
        assert said in words(response)
        assert ("Maja Lindgren" in words(response)) == bool(serial)


def test_of_a_file_nothing_is_kept_not_even_its_name(client, certificate, monkeypatch):
    from django.core.files import uploadhandler

    def kept(*args, **kwargs):
        raise AssertionError("Django keeps the file")

    for handler in (uploadhandler.MemoryFileUploadHandler, uploadhandler.TemporaryFileUploadHandler):
        monkeypatch.setattr(handler, "new_file", kept)
    before = Certificate.objects.values().get()
    response = send(client, b"another file", certificate.serial)
    assert "Maja Lindgren.pdf" not in response.content.decode()
    assert Certificate.objects.values().get() == before


def test_whoever_checks_gets_no_cookie_and_needs_none(certificate):
    careful = Client(enforce_csrf_checks=True)
    for path in ("/intyg/", f"/intyg/{certificate.serial}/", f"/intyg/{NOWHERE}/", "/intyg/sa-kontrollerar-du/"):
        assert not careful.get(path).cookies
    assert send(careful, content_of(certificate), headers={"sec-fetch-site": "same-origin"}).status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_cannot_ask_through_its_visitors(client, certificate, site):
    response = send(client, b"another file", certificate.serial, headers={"sec-fetch-site": site})
    assert response.status_code == 403


def test_the_page_carries_the_sum_for_the_browser(client, certificate):
    html = look(client, certificate.serial).content.decode()
    assert f'data-lms-check-file="{hashlib.sha256(content_of(certificate)).hexdigest()}"' in html
    assert 'data-lms-check-file=""' in client.get("/intyg/").content.decode()


def test_what_has_no_file_yet_offers_no_comparing(client, certificate):
    Certificate.objects.update(sha256="")
    assert "data-lms-check-file" not in look(client, certificate.serial).content.decode()


# Every address


def test_only_reading_is_possible_and_a_file_is_only_asked_about(client, certificate):
    pages = ["", f"{certificate.serial}/", "sa-kontrollerar-du/", "rot.pem", f"{certificate.serial}/hamta/x/"]
    for path in pages:
        for method in ("post", "put", "patch", "delete"):
            assert getattr(client, method)(f"/intyg/{path}").status_code == 405
    for path in ("fil/", f"{certificate.serial}/fil/"):
        assert client.get(f"/intyg/{path}")["Location"] == "/intyg/"
        for method in ("put", "patch", "delete"):
            assert getattr(client, method)(f"/intyg/{path}").status_code == 405


def test_pages_that_name_somebody_are_cached_by_nobody(client, certificate):
    answers = [
        look(client, certificate.serial), look(client, NOWHERE), client.get("/intyg/"),
        send(client, content_of(certificate)), send(client, b"", certificate.serial), send(client, b"another"),
    ]  # fmt: skip
    for response in answers:
        assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))
        assert response["X-Robots-Tag"] == "noindex, nofollow"
        assert response["Referrer-Policy"] == "no-referrer"
    again = look(client, certificate.serial, headers={"if-modified-since": "Mon, 01 Jan 2035 00:00:00 GMT"})
    assert again.status_code == 200
