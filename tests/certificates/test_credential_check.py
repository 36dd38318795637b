"""Our own check of a credential: by our table of keys, in plain words; what the token brings along is not believed."""

import base64
import hashlib
import hmac
import json

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from certificates.credential import jws, own_key, status_list
from certificates.credential.build import credential_for
from certificates.credential.check import CredentialError, problems_of, verify
from certificates.credential.encoding import base64url, from_base64url
from certificates.models import Certificate, IssuerKey

from .credentials import BASE, issued

DAMAGED = "Meritbeviset är skadat eller av ett slag som inte utfärdas här."
CHANGED = "Meritbeviset har ändrats, eller är signerat av någon annan."


@pytest.fixture
def certificate(key):
    """As it is when its file is made."""
    found = issued()
    Certificate.objects.update(credential=credential_for(found).jwt)
    found.refresh_from_db()
    return found


def part(value):
    return base64url(json.dumps(value).encode())


def with_header(token, signature=b"", **changes):
    head, body, _signature = token.split(".")
    header = json.loads(from_base64url(head)) | changes
    return f"{part(header)}.{body}.{base64url(signature)}"


def test_ours_has_no_problem(certificate):
    assert problems_of(certificate.credential, certificate) == []
    assert verify(certificate.credential)["jti"] == certificate.verification_url


@pytest.mark.parametrize("alg", ["none", "None", "HS256", "RS256", "ES384", "EdDSA", "", None])
def test_another_algorithm_is_refused_whatever_is_signed(certificate, alg):
    token = with_header(certificate.credential, certificate.credential.encode()[:64], alg=alg)
    assert problems_of(token, certificate) == [DAMAGED]


def test_our_public_key_is_nobodys_secret(certificate, key):
    """The old trick: HS256 with the public key as its secret; and RS256 with a key that comes along."""
    numbers = [int.from_bytes(from_base64url(key.jwk[name]), "big") for name in ("x", "y")]
    public = ec.EllipticCurvePublicNumbers(*numbers, ec.SECP256R1()).public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed = with_header(certificate.credential, alg="HS256").rsplit(".", 1)[0]
    secret = base64url(hmac.new(pem, signed.encode(), hashlib.sha256).digest())
    assert problems_of(f"{signed}.{secret}", certificate) == [DAMAGED]
    own = rsa.generate_private_key(65537, 2048)
    signed = with_header(certificate.credential, alg="RS256", jwk={"kty": "RSA"}).rsplit(".", 1)[0]
    signature = own.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    assert problems_of(f"{signed}.{base64url(signature)}", certificate) == [DAMAGED]


def test_a_key_that_comes_along_is_not_asked(certificate):
    strangers = ec.generate_private_key(ec.SECP256R1())
    header = jws.read(certificate.credential).header | {"jwk": own_key.public_jwk(strangers)}
    signed = f"{part(header)}.{certificate.credential.split('.')[1]}"
    _head, _body, signature = jws.sign({}, private=strangers, kid="x").split(".")
    assert problems_of(f"{signed}.{signature}", certificate) == [CHANGED]


def test_a_strangers_key_under_its_own_or_our_name(certificate):
    strangers = ec.generate_private_key(ec.SECP256R1())
    payload = jws.read(certificate.credential).payload
    own_name = f"did:web:larpunkt.example#{own_key.thumbprint(own_key.public_jwk(strangers))}"
    assert problems_of(jws.sign(payload, private=strangers, kid=own_name), certificate) == [
        "Meritbeviset är signerat med en nyckel som inte är vår."
    ]
    our_name = jws.read(certificate.credential).header["kid"]
    assert problems_of(jws.sign(payload, private=strangers, kid=our_name), certificate) == [CHANGED]


def test_a_changed_payload_is_refused(certificate):
    head, body, signature = certificate.credential.split(".")
    payload = json.loads(from_base64url(body))
    payload["credentialSubject"]["identifier"][0]["identityHash"] = "Någon Annan"
    assert problems_of(f"{head}.{part(payload)}.{signature}", certificate) == [CHANGED]


def test_no_character_of_it_can_be_changed(certificate):
    token = certificate.credential
    for place in range(0, len(token), 7):
        other = "A" if token[place] != "A" else "B"
        changed = token[:place] + other + token[place + 1 :]
        assert problems_of(changed, certificate) != [], place
    for place in range(len(token) - 4, len(token)):  # the last ones hold bits that mean nothing
        for other in "AQgw":
            changed = token[:place] + other + token[place + 1 :]
            assert changed == token or problems_of(changed, certificate) != [], place


@pytest.mark.parametrize(
    "token",
    ["", ".", "..", "...", "a.b", "å.ä.ö", "e30.e30.", "e30.e30.e30", "W10.W10.", "\x00.\x00.\x00", "x" * 300_000,
     ".".join([base64url(b"[" * 50_000)] * 3), "\ud800.\ud800.\ud800", "eyJhbGciOiJFUzI1NiIsImtpZCI6NX0.e30.AAAA"],
)  # fmt: skip
def test_anything_else_is_no_credential(certificate, token):
    assert problems_of(token, certificate) == [DAMAGED]


@given(st.text() | st.binary().map(base64url))
def test_whatever_is_handed_in_is_told_in_words(db, token):
    with pytest.raises(CredentialError):
        verify(token)


@given(st.binary())
def test_base64url_is_strict_and_comes_back(content):
    assert from_base64url(base64url(content)) == content
    assert base64url(content) == base64.urlsafe_b64encode(content).decode().rstrip("=")


def test_a_key_that_others_may_have_is_refused_with_the_day(certificate, key):
    IssuerKey.objects.update(compromised_at=timezone.datetime(2026, 11, 20, 12, tzinfo=timezone.get_default_timezone()))
    assert problems_of(certificate.credential, certificate) == [
        "Meritbeviset är signerat med en nyckel som andra kan ha haft sedan 20 november 2026. Be om ett nytt intyg."
    ]


def test_a_retired_key_still_speaks_for_what_it_signed(certificate, use_key):
    IssuerKey.objects.update(retired_at=timezone.now())
    use_key()
    assert problems_of(certificate.credential, certificate) == []


def test_what_else_our_key_has_signed_is_no_certificate(certificate):
    token = status_list.credential_of(BASE, 0, [], own_key.current(), timezone.now())
    assert problems_of(token, certificate) == ["Det här är inte meritbeviset till ett intyg."]


def test_the_one_of_another_certificate_is_refused(certificate):
    other = issued()
    assert problems_of(credential_for(other).jwt, certificate) == ["Meritbeviset hör till ett annat intyg."]


def test_one_that_was_not_issued_with_the_file_is_refused(certificate, use_key):
    use_key()
    again = credential_for(certificate).jwt
    assert problems_of(again, certificate) == ["Meritbeviset är inte det som utfärdades med intyget."]


def test_of_an_erased_person_it_is_still_known_that_it_was_ours(certificate):
    token = certificate.credential
    Certificate.objects.update(holder_name="", credential="")
    assert problems_of(token, Certificate.objects.get()) == []


def test_the_kind_of_key_matters(certificate, key):
    """A key for signing files under the same name speaks for no credential."""
    IssuerKey.objects.update(purpose=IssuerKey.Purpose.SIGNATURE)
    assert problems_of(certificate.credential, certificate) == [
        "Meritbeviset är signerat med en nyckel som inte är vår."
    ]
