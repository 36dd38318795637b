"""What computers may ask of everyone, and what only the holder may take along."""

import datetime
import gzip
import io
import json

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from openbadgeslib.ob3 import OB3Verifier
from openbadgeslib.ob3.status import decode_encoded_list, set_indices
from openbadgeslib.ob3.verifier import OB3VerificationError
from PIL import Image

from certificates.credential import jws, own_key, png, status_list
from certificates.credential.build import credential_for, readable
from certificates.credential.did import did_of
from certificates.credential.encoding import from_base64url
from certificates.issuing import erase_holder, replace, revoke
from certificates.models import Certificate, IssuerKey, RevocationReason
from certificates.models.certificate import STATUS_LIST_LENGTH
from tests.builders import complete

from .credentials import BASE, DID, issued, stranger_verifies
from .test_credential import LONG_NAME

MACHINES = ["/.well-known/did.json", "/did.json", "/.well-known/jwks.json", "/intyg/status/0/"]
HOST = {"headers": {"host": "larpunkt.example"}}


def places(response):
    return set_indices(
        decode_encoded_list(jws.read(response.content.decode()).payload["credentialSubject"]["encodedList"])
    )


@pytest.fixture
def majas(key, cast, course, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        complete(cast.maja, course)
    return Certificate.objects.get()


# Who the issuer is


@pytest.mark.parametrize(
    ("address", "did"),
    [
        ("https://larpunkt.example", "did:web:larpunkt.example"),
        ("https://larpunkt.example:8443", "did:web:larpunkt.example%3A8443"),
        ("https://www.example.se/utb/intern", "did:web:www.example.se:utb:intern"),
        ("https://www.example.se/å", "did:web:www.example.se:%C3%A5"),
        ("http://127.0.0.1:8000", "did:web:127.0.0.1%3A8000"),
        ("", ""),
        ("inte en adress", ""),
    ],
)
def test_the_issuer_is_the_sites_own_address(address, did):
    assert did_of(address) == did


def test_the_document_names_every_key_that_counts_the_newest_first(client, use_key, django_assert_num_queries):
    old, lost, new = (use_key() for _number in range(3))
    IssuerKey.objects.filter(pk=old.pk).update(retired_at=timezone.now())
    IssuerKey.objects.filter(pk=lost.pk).update(compromised_at=timezone.now())
    with django_assert_num_queries(2):  # our own key, all keys
        response = client.get("/.well-known/did.json", **HOST)
    document = response.json()
    assert response["Content-Type"] == "application/did+json"
    assert document["id"] == DID
    assert [method["id"] for method in document["verificationMethod"]] == [f"{DID}#{one.kid}" for one in (new, old)]
    assert document["assertionMethod"] == [f"{DID}#{one.kid}" for one in (new, old)]
    assert document["verificationMethod"][0]["publicKeyJwk"] == {
        **new.jwk, "kid": f"{DID}#{new.kid}", "alg": "ES256", "use": "sig",
    }  # fmt: skip
    keys = client.get("/.well-known/jwks.json", **HOST).json()["keys"]
    assert keys == [method["publicKeyJwk"] for method in document["verificationMethod"]]
    assert not any("d" in one for one in keys)


def test_a_site_that_has_moved_still_answers_for_its_old_address(use_key, settings):
    use_key()
    settings.LMS_PUBLIC_BASE_URL = "https://ny.example"
    old = issued(base_url="https://gammal.example:8443")
    beneath = issued(base_url="https://annan.example/utb")
    new = issued(base_url="https://ny.example")
    client = Client()
    for certificate, host, path in (
        (old, "gammal.example:8443", "/.well-known/did.json"),
        (new, "ny.example", "/.well-known/did.json"),
        (beneath, "annan.example", "/did.json"),
        (new, "okand.example", "/.well-known/did.json"),
    ):
        assert client.get(path, headers={"host": host}).json()["id"] == did_of(certificate.base_url)
    stranger_verifies(credential_for(old).jwt, "did:web:gammal.example%3A8443")
    stranger_verifies(credential_for(new).jwt, "did:web:ny.example")


# What no longer counts


def test_a_list_is_signed_long_enough_and_says_for_how_long(client, key):
    certificate = issued()
    with time_machine.travel("2026-11-26T11:20:00Z", tick=False):
        response = client.get("/intyg/status/0/", **HOST)
    token = jws.read(response.content.decode())
    assert response["Content-Type"] == "application/vc+jwt"
    assert jws.is_signed_by(token, key.jwk)
    said = token.payload
    assert said["type"] == ["VerifiableCredential", "BitstringStatusListCredential"]
    assert (said["issuer"], said["id"], said["iss"], said["jti"]) == (
        DID,
        certificate_list := f"{BASE}/intyg/status/0/",
        DID,
        certificate_list,
    )
    assert (said["validFrom"], said["validUntil"]) == ("2026-11-26T12:00:00+01:00", "2026-12-03T12:00:00+01:00")
    assert said["credentialSubject"]["statusPurpose"] == "revocation"
    encoded = said["credentialSubject"]["encodedList"]
    packed = from_base64url(encoded[1:])
    assert encoded[0] == "u"
    assert packed[4:8] == b"\0\0\0\0"  # no moment in it
    assert len(gzip.decompress(packed)) * 8 == STATUS_LIST_LENGTH == 131_072
    assert len(response.content) < 1500
    assert certificate.status_index not in places(response)


@pytest.mark.parametrize("taken", [[0], [7], [8], [131_071], [0, 9, 4711, 131_071]])
def test_each_place_is_its_own_bit(taken):
    assert set_indices(decode_encoded_list(status_list.encoded(taken))) == set(taken)


def test_what_is_revoked_is_refused_at_once_and_its_neighbour_is_not(key, cast):
    mine, neighbour = issued(), issued()
    tokens = [credential_for(one).jwt for one in (mine, neighbour)]
    for token in tokens:
        stranger_verifies(token)
    revoke(certificate=mine, reason=RevocationReason.ISSUER, actor=cast.petra)
    with pytest.raises(OB3VerificationError, match=f"is set at index {mine.status_index}"):
        stranger_verifies(tokens[0])
    stranger_verifies(tokens[1])


def test_a_bit_is_set_of_what_is_replaced_and_erased_and_never_of_what_has_expired(client, majas, cast):
    new = replace(certificate=majas, actor=cast.petra)
    assert places(client.get("/intyg/status/0/", **HOST)) == {majas.status_index}
    erase_holder(staff=cast.maja, actor=cast.ada)
    assert places(client.get("/intyg/status/0/", **HOST)) == {majas.status_index, new.status_index}
    expired = issued(holder_name="Bo", valid_until=timezone.localdate() - timezone.timedelta(days=1),
                     completed_on=timezone.localdate() - timezone.timedelta(days=9))  # fmt: skip
    assert expired.status_index not in places(client.get("/intyg/status/0/", **HOST))


def test_of_whom_is_erased_nothing_is_handed_out_and_no_new_one_is_made(majas, cast):
    erase_holder(staff=cast.maja, actor=cast.ada)
    assert credential_for(Certificate.objects.get()) is None


def test_it_is_the_same_within_the_hour_and_new_when_something_is_revoked(client, key, cast, django_assert_num_queries):
    certificate = issued()
    with time_machine.travel("2026-11-26T11:20:00Z", tick=False) as clock:
        first = client.get("/intyg/status/0/", **HOST)
        asked = {"headers": HOST["headers"] | {"if-none-match": first["ETag"]}}
        clock.shift(600)
        with django_assert_num_queries(3):  # our own key, what no longer counts, whether there is such a list
            assert client.get("/intyg/status/0/", **asked).status_code == 304
        assert client.get("/intyg/status/0/", **HOST).content == first.content
        revoke(certificate=certificate, reason=RevocationReason.ISSUER, actor=cast.petra)
        changed = client.get("/intyg/status/0/", **asked)
        assert (changed.status_code, places(changed)) == (200, {certificate.status_index})
    with time_machine.travel("2026-11-26T12:20:00Z", tick=False):
        assert client.get("/intyg/status/0/", **HOST)["ETag"] != changed["ETag"]


def test_the_second_list_holds_its_own(client, key):
    high = issued()
    Certificate.objects.update(status_index=STATUS_LIST_LENGTH + 5, revoked_at=timezone.now())
    high = Certificate.objects.get(pk=high.pk)
    assert status_list.entry_of(high)["statusListCredential"] == f"{BASE}/intyg/status/1/"
    assert status_list.entry_of(high)["statusListIndex"] == "5"
    assert places(client.get("/intyg/status/1/", **HOST)) == {5}
    for missing in (0, 2, 10**30):
        response = client.get(f"/intyg/status/{missing}/", **HOST)
        assert (response.status_code, response.content.decode()) == (404, "Det finns ingen sådan lista.\n")


def test_after_a_change_of_key_old_credentials_are_checked_against_the_new_list(use_key):
    use_key()
    old = credential_for(issued()).jwt
    use_key()
    stranger_verifies(old)


# To everyone


@pytest.mark.parametrize("path", MACHINES)
def test_other_sites_may_read_what_computers_ask_and_nothing_else(client, key, path):
    certificate = issued()
    response = client.get(path, **HOST)
    assert response.status_code == 200
    assert response["Access-Control-Allow-Origin"] == "*"
    assert set(response["Cache-Control"].split(", ")) == {"public", "no-cache"}
    assert "Set-Cookie" not in response
    assert client.post(path, **HOST).status_code == 405
    for other in (f"/intyg/{certificate.serial}/", "/intyg/"):
        assert "Access-Control-Allow-Origin" not in client.get(other, **HOST)


@pytest.mark.parametrize("path", MACHINES)
def test_without_a_key_it_is_said_in_plain_words(client, db, path):
    response = client.get(path)
    assert (response.status_code, response["Content-Type"]) == (404, "text/plain; charset=utf-8")
    assert response.content.decode().startswith("Här utfärdas inga meritbevis")
    assert "no-store" in response["Cache-Control"]


def test_a_key_that_cannot_be_used_hides_no_earlier_one(client, key, settings, caplog):
    settings.LMS_CERT_SIGNING = {"CREDENTIAL_KEY": "/nonexistent"}
    assert client.get("/.well-known/did.json", **HOST).json()["id"] == DID
    assert "cannot be read" in caplog.text


# The holder


def files(certificate, where="/min-utbildning"):
    return [f"{where}/intyg/{certificate.uuid}/meritbevis.{kind}" for kind in ("jwt", "json", "png")]


def test_the_holder_takes_it_along_in_three_ways(sign_in, majas, django_assert_num_queries):
    maja = sign_in("maja")
    page = maja.get(f"/min-utbildning/intyg/{majas.uuid}/").content.decode()
    assert "Ta med dig ditt intyg" in page
    token, text, picture = (maja.get(path) for path in files(majas))
    assert all(path in page for path in files(majas))
    assert (token["Content-Type"], token.content.decode()) == ("application/vc+jwt", majas.credential)
    assert (text["Content-Type"], text.content.decode()) == ("application/json", readable(majas.credential))
    assert json.loads(text.content)["id"] == majas.verification_url
    assert picture["Content-Type"] == "image/png"
    assert OB3Verifier.extract_token_from_png(picture.content) == majas.credential
    for response, kind in ((token, "jwt"), (text, "json"), (picture, "png")):
        assert response["Content-Disposition"] == f'attachment; filename="meritbevis-{majas.serial[:8]}.{kind}"'
        assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))
        assert "Access-Control-Allow-Origin" not in response
    stranger_verifies(token.content.decode())


@pytest.mark.parametrize("who", ["bo", "birgitta"])
def test_nobody_else_gets_it(sign_in, majas, who):
    for path in files(majas):
        assert sign_in(who).get(path).status_code == 404


@pytest.mark.parametrize("who", [None, "nisse", "petra", "eva"])
def test_who_does_not_learn_has_no_desk(client, sign_in, majas, who):
    for path in files(majas):
        assert (sign_in(who) if who else client).get(path).status_code in (302, 403)


def test_the_shared_tablet_never_saves_it(at_tablet, majas):
    page = f"/surfplatta/min-utbildning/intyg/{majas.uuid}/"
    assert "meritbevis" not in at_tablet.get(page).content.decode()
    for path in files(majas, "/surfplatta/min-utbildning"):
        assert at_tablet.get(path)["Location"] == page


def test_what_is_no_longer_current_is_not_handed_out(sign_in, majas, cast):
    revoke(certificate=majas, reason=RevocationReason.ISSUER, actor=cast.petra)
    maja, page = sign_in("maja"), f"/min-utbildning/intyg/{majas.uuid}/"
    assert "meritbevis" not in maja.get(page).content.decode()
    for path in files(majas):
        assert maja.get(path)["Location"] == page


def test_one_that_has_expired_is_still_the_holders(sign_in, majas):
    with time_machine.travel(timezone.now() + timezone.timedelta(days=1200)):
        assert [sign_in("maja").get(path).status_code for path in files(majas)] == [200, 200, 200]


def test_a_certificate_without_one_says_nothing_of_it(sign_in, cast, course, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        complete(cast.maja, course)
    certificate, maja = Certificate.objects.get(), sign_in("maja")
    assert (certificate.credential, certificate.credential_key) == ("", None)
    assert "meritbevis" not in maja.get(f"/min-utbildning/intyg/{certificate.uuid}/").content.decode()
    for path in [*files(certificate), files(certificate)[0].replace("jwt", "exe")]:
        assert maja.get(path).status_code == 404


# In the file, and in a picture


def test_it_lies_in_the_file_as_it_is_stored(majas):
    import pikepdf

    with pikepdf.open(majas.file.open("rb")) as pdf:
        attached = {name: pdf.attachments[name] for name in pdf.attachments}
        assert list(attached) == ["credential.json", "credential.jwt"]
        assert attached["credential.jwt"].get_file().read_bytes().decode() == majas.credential
        assert attached["credential.json"].get_file().read_bytes().decode() == readable(majas.credential)
        kinds = {name: (str(one.obj.AFRelationship), one.get_file().mime_type) for name, one in attached.items()}
        assert kinds == {
            "credential.jwt": ("/Data", "application/vc+jwt"),
            "credential.json": ("/Alternative", "application/json"),
        }
    assert majas.credential_key == own_key.current().row


@pytest.mark.parametrize("title", ["Ett gott värdskap", LONG_NAME * 3, "Ŋ" * 255])
@pytest.mark.parametrize("valid_until", [None, datetime.date(2028, 11, 23)])
def test_the_picture_is_the_same_each_time_and_carries_the_token(key, title, valid_until):
    certificate = issued(title=title, valid_until=valid_until)
    certificate.credential = credential_for(certificate).jwt
    first = png.baked(certificate)
    assert first == png.baked(certificate)
    with Image.open(io.BytesIO(first)) as picture:
        picture.load()
        assert (picture.size, picture.text) == ((600, 600), {"openbadgecredential": certificate.credential})
    assert OB3Verifier.extract_token_from_png(first) == certificate.credential
    assert len(first) < 40_000


def test_the_picture_names_a_workplace_and_no_person(key, monkeypatch):
    written = []
    monkeypatch.setattr(png, "_line", lambda _pen, text, *_how: written.append(text))
    png.drawn(issued())
    assert "Maja Lindgren" not in written
    png.drawn(issued(basis="workplace", holder_name="Brattfors", title="Utbildad servicepunkt"))
    assert {"Brattfors", "Nordmalings kommun", "23 november 2028"} <= set(written)
