"""What whoever is handed a certificate is told: its state, and the least about its holder, in their language."""

import hashlib
import re
import ssl

import pytest
import time_machine
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from certificates.issuing import erase_holder, replace, revoke
from certificates.models import Certificate, IssuerKey, RevocationReason
from certificates.public_name import initials
from lms.models import TrainingSettings
from tests.builders import complete

from .asking import NOWHERE, heading, look, made, words


@pytest.fixture
def certificate(cast, course, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        complete(cast.maja, course)
    return Certificate.objects.get()


# States


@pytest.mark.parametrize(
    ("days", "said", "sign"),
    [(0, "Intyget är äkta och giltigt", "valid"), (-30, "äkta och giltigt, men går snart ut", "expiring"),
     (1, "äkta men har gått ut", "expired")],
)  # fmt: skip
def test_the_state_of_the_day_is_the_first_thing_said(client, certificate, days, said, sign):
    moment = timezone.now()
    if days:
        ends = timezone.datetime.combine(certificate.valid_until, timezone.datetime.min.time(), moment.tzinfo)
        moment = ends + timezone.timedelta(days=days, hours=12)
    with time_machine.travel(moment, tick=False):
        response = look(client, certificate.serial)
    html = response.content.decode()
    assert said in heading(response)
    assert f"lms-answer--{sign}" in html
    assert 'class="lms-answer__icon"' in html
    assert html.index("<h1>") < html.index("Maja Lindgren")


def test_one_without_an_end_says_so(client, certificate):
    endless = made(certificate, completion=None, valid_until=None)
    assert heading(look(client, endless.serial)) == "Intyget är äkta och giltigt"
    assert "Det har inget slutdatum" in words(look(client, endless.serial))


def test_a_revoked_one_says_when_and_the_kind_of_reason(client, certificate, cast):
    revoke(certificate=certificate, reason=RevocationReason.VOIDED, actor=cast.petra)
    response = look(client, certificate.serial)
    certificate.refresh_from_db()
    assert heading(response) == "Intyget är återkallat"
    assert "hade av misstag registrerats" in words(response)
    assert "Det slutade gälla den" in words(response)
    assert "Petra" not in words(response)


def test_a_replaced_one_leads_to_the_new_one_where_the_setting_allows(client, certificate, cast, settings):
    new = replace(certificate=certificate, actor=cast.petra)
    response = look(client, certificate.serial)
    assert heading(response) == "Intyget är ersatt av ett nyare"
    assert f'href="/intyg/{new.serial}/"' in response.content.decode()
    settings.LMS_CERT_LINK_REPLACEMENT = False
    response = look(client, certificate.serial)
    assert new.serial not in response.content.decode()
    assert "Be innehavaren visa det nyare" in words(response)


@pytest.mark.parametrize("before", ["valid", "revoked", "replaced"])
def test_of_someone_erased_nothing_is_left_but_that_it_was_issued(client, certificate, cast, before, settings):
    settings.LMS_CERT_ARCHIVE_FIRST = False
    serials = [certificate.serial]
    if before == "revoked":
        revoke(certificate=certificate, reason=RevocationReason.ISSUER, actor=cast.petra)
    if before == "replaced":
        serials.append(replace(certificate=certificate, actor=cast.petra).serial)
    erase_holder(staff=cast.maja, actor=cast.ada)
    for serial in serials:
        response = look(client, serial)
        text = words(response)
        assert "går inte längre att bekräfta" in heading(response)
        assert Certificate.objects.get(serial=serial).printed_serial in text
        for gone in ("Maja", "Lindgren", certificate.title, "Visa det nya intyget", "Slutfört"):
            assert gone not in text


def test_a_programme_names_its_courses(client, certificate):
    parts = [
        {"title": "Ett gott värdskap", "completed_on": "2026-03-02"},
        {"title": "Krishantering", "completed_on": None},
    ]
    programme = made(certificate, basis="programme", completion=None, title="Grundutbildningen", parts=parts)
    text = words(look(client, programme.serial))
    for said in (
        "Kursprogram",
        "Grundutbildningen",
        "Kurser som ingår",
        "Ett gott värdskap , 2 mars 2026",
        "Krishantering",
    ):
        assert said in text


def test_a_workplace_says_what_it_means_and_no_setting_hides_its_name(client, certificate, settings):
    settings.LMS_CERT_PUBLIC_NAME = "none"
    shop = made(certificate, basis="workplace", completion=None, staff=None, holder_name="Brattfors handel",
                title="Utbildad servicepunkt", parts=[{"title": "Krishantering"}])  # fmt: skip
    text = words(look(client, shop.serial))
    for said in ("Brattfors handel", "Utbildad servicepunkt", "hade alla som arbetade där gått", "Krishantering"):
        assert said in text
    assert "Maja" not in text


# The name


@pytest.mark.parametrize(
    ("setting", "shown", "hidden"),
    [("full", "Maja Lindgren", None), ("initials", "M. L.", "Maja"), ("none", "Namnet visas inte här", "Maja"),
     ("fulll", "Namnet visas inte här", "Maja")],
)  # fmt: skip
def test_the_name_is_shown_as_the_setting_says(client, certificate, settings, setting, shown, hidden):
    settings.LMS_CERT_PUBLIC_NAME = setting
    text = words(look(client, certificate.serial))
    assert shown in text
    assert hidden is None or hidden not in look(client, certificate.serial).content.decode()


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Maja Lindgren", "M. L."),
        ("Åsa-Märta af Öhrström", "Å-M. a. Ö."),
        ("  Áŋŋá  ", "Á."),
        ("", ""),
        ("- A -", "A."),
    ],
)
def test_initials(name, short):
    assert initials(name) == short


@given(st.text(max_size=60))
def test_initials_never_fail_and_never_say_a_whole_word(name):
    assert all(len(part) <= 1 for word in initials(name).split() for part in word.rstrip(".").split("-"))


def test_the_name_is_checked_when_the_site_starts(settings):
    from certificates.public_name import public_name_is_known

    assert public_name_is_known(None) == []
    settings.LMS_CERT_PUBLIC_NAME = "Full"
    assert [error.id for error in public_name_is_known(None)] == ["lms_certificates.E001"]


# The language


@pytest.mark.parametrize(
    ("asks", "cookie", "language", "said"),
    [("sv", None, "sv", "äkta och giltigt"), ("en-GB,sv;q=0.5", None, "en", "genuine and valid"),
     ("de", None, "sv", "äkta och giltigt"), ("sv", "en", "en", "genuine and valid")],
)  # fmt: skip
def test_every_page_speaks_the_browsers_language(client, certificate, asks, cookie, language, said):
    if cookie:
        client.cookies["django_language"] = cookie
    for path in (f"/intyg/{certificate.serial}/", f"/intyg/{NOWHERE}/", "/intyg/", "/intyg/sa-kontrollerar-du/"):
        response = client.get(path, headers={"accept-language": asks})
        assert f'<html lang="{language}">' in response.content.decode()
        assert response["Content-Language"] == language
        assert {"Accept-Language", "Cookie"} <= set(response["Vary"].split(", "))
    assert said in heading(look(client, certificate.serial, headers={"accept-language": asks}))


def test_what_is_printed_in_one_language_says_so_on_a_page_in_the_other(client, certificate):
    html = look(client, certificate.serial, headers={"accept-language": "en"}).content.decode()
    assert f'<span lang="sv">{certificate.title}</span>' in html


def test_no_other_site_learns_the_address_and_the_other_language_is_found_all_the_same(client, certificate):
    response = look(client, certificate.serial)
    assert response["Referrer-Policy"] == "no-referrer"
    assert 'hreflang="en" rel="nofollow" referrerpolicy="same-origin"' in response.content.decode()


# How to check a certificate


ROOT = ssl.DER_cert_to_PEM_cert(b"the root")
LEAF = ssl.DER_cert_to_PEM_cert(b"the one that signs")


def key(kid, root=ROOT, **more):
    return IssuerKey.objects.create(kid=kid, purpose="signature", certificates=LEAF + root, **more)


def test_the_page_for_authorities_says_honestly_that_nothing_is_signed(client, db, django_assert_num_queries):
    with django_assert_num_queries(3):  # the keys, who issues, and whom to ask
        response = client.get("/intyg/sa-kontrollerar-du/")
    text = words(response)
    assert "https://larpunkt.example/intyg/" in text
    assert "Intygen härifrån är inte signerade" in text
    assert "fingeravtryck" not in text
    assert client.get("/intyg/rot.pem").status_code == 404


def test_the_page_for_authorities_gives_the_roots_of_all_keys_the_newest_first(client, db, django_assert_num_queries):
    older = ssl.DER_cert_to_PEM_cert(b"an older root")
    key("1", root=older)
    key("5", root=older)
    key("2")
    key("3", root=ssl.DER_cert_to_PEM_cert(b"a stolen root"), compromised_at=timezone.now())
    IssuerKey.objects.create(kid="4", purpose="credential", jwk={"kty": "EC"})
    text = words(client.get("/intyg/sa-kontrollerar-du/"))
    digests = [hashlib.sha256(root).hexdigest().upper() for root in (b"the root", b"an older root", b"a stolen root")]
    newest, old, stolen = (text.find(" ".join(re.findall("....", digest))) for digest in digests)
    assert 0 < newest < old
    assert stolen == -1
    assert "inte signerade" not in text
    with django_assert_num_queries(1):
        file = client.get("/intyg/rot.pem")
    assert file.content.decode() == ROOT + older
    assert file["Content-Type"] == "application/x-pem-file"


def test_the_page_for_authorities_says_whom_to_ask(client, db):
    TrainingSettings.objects.create(
        organisation="Nordmalings kommun", contact_name="Petra", contact_phone="0930-140 00"
    )
    text = words(client.get("/intyg/sa-kontrollerar-du/"))
    for said in ("Nordmalings kommun", "Fråga Petra.", "0930-140 00"):
        assert said in text


def test_without_a_public_address_the_page_names_the_one_it_was_asked_at(client, db, settings):
    settings.LMS_PUBLIC_BASE_URL = ""
    assert "http://testserver/intyg/" in words(client.get("/intyg/sa-kontrollerar-du/"))


def test_every_page_of_checking_leads_to_how_it_is_done(client, certificate):
    for path in ("", f"{certificate.serial}/"):
        assert 'href="/intyg/sa-kontrollerar-du/"' in client.get(f"/intyg/{path}").content.decode()
