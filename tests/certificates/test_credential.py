"""What a credential says, and that a stranger's verifier, openbadgeslib, believes it over our public addresses."""

import datetime
import json
import uuid
from pathlib import Path

import fastjsonschema
import openbadgeslib
import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import timezone
from openbadgeslib.ob3 import OB3Verifier
from openbadgeslib.ob3.verifier import OB3VerificationError

from certificates.credential import jws, own_key
from certificates.credential.build import CLAIMS, credential_for, readable
from certificates.credential.own_key import CredentialKeyError
from certificates.models import Basis, Certificate, IssuerKey
from lms.models import JobRole

from .credentials import DID, issued, key_file, stranger_verifies

SCHEMA = fastjsonschema.compile(json.loads((Path(__file__).parent / "credential_schema.json").read_text()))
LONG_NAME = "Åsa-Märta Áhkká Ŋuŧŧaš " + "Öhrström-Fjällgren Sjöstedt-Bäckström von Överkalix af Ŧ"
#: Within the time that `issued` certificates are valid.
NOON = datetime.datetime(2026, 11, 26, 11, 0, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOON, tick=False):
        yield


def of(certificate):
    """The token, as it is stored with the file."""
    return credential_for(certificate).jwt


def said(token):
    return json.loads(readable(token))


def programme(**changes):
    parts = [
        {"title": "Ett gott värdskap", "completed_on": "2026-10-01"},
        {"title": "Krisberedskap", "completed_on": "2026-11-23"},
    ]
    return issued(basis=Basis.PROGRAMME, title="Grundpaketet", parts=parts, objectives=[], **changes)


def workplace(**changes):
    return issued(
        basis=Basis.WORKPLACE, holder_name="Brattfors", title="Utbildad servicepunkt", objectives=[], minutes=None,
        version_label="", parts=[{"title": "Ett gott värdskap"}], **changes,
    )  # fmt: skip


def test_it_says_what_is_printed_and_nothing_more(key):
    certificate = issued()
    token = of(certificate)
    assert said(token) == {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": f"https://larpunkt.example/intyg/{certificate.serial}/",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Ett gott värdskap",
        "issuer": {
            "id": DID,
            "type": ["Profile"],
            "name": "Nordmalings kommun",
            "url": "https://larpunkt.example",
        },
        "validFrom": "2026-11-23T00:00:00+01:00",
        "awardedDate": "2026-11-24T09:15:30+01:00",
        "validUntil": "2028-11-23T23:59:59+01:00",
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "hashed": False,
                    "identityHash": "Maja Lindgren",
                    "identityType": "name",
                }
            ],
            "achievement": {
                "id": "urn:uuid:11111111-2222-4333-8444-555555555555",
                "type": ["Achievement"],
                "achievementType": "CertificateOfCompletion",
                "name": "Ett gott värdskap",
                "description": "Kursens lärandemål:\n- förklara vad värdskap är\n- ta emot besökare",
                "criteria": {
                    "narrative": "Alla obligatoriska delar av kursen är slutförda.\n\nOmfattning: ungefär 45 minuter"
                },
                "inLanguage": "sv",
                "version": "2",
            },
        },
        "credentialStatus": {
            "id": f"https://larpunkt.example/intyg/status/0/#{certificate.status_index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(certificate.status_index),
            "statusListCredential": "https://larpunkt.example/intyg/status/0/",
        },
    }  # fmt: skip
    assert jws.read(token).header == {"alg": "ES256", "typ": "JWT", "kid": f"{DID}#{key.kid}"}
    payload = jws.read(token).payload
    assert {name: payload.get(name) for name in ("iss", "jti", "sub", "nbf", "exp", "iat")} == {
        "iss": DID,
        "jti": certificate.verification_url,
        "sub": None,
        "nbf": 1795388400,
        "exp": 1858633199,
        "iat": None,
    }


def test_a_programme_names_its_courses(key):
    achievement = said(of(programme()))["credentialSubject"]["achievement"]
    assert achievement["criteria"]["narrative"] == (
        "Kurserna i programmet är slutförda.\n\n- Ett gott värdskap (2026-10-01)\n- Krisberedskap (2026-11-23)\n\n"
        "Omfattning: ungefär 45 minuter"
    )
    assert achievement["description"] == "Kurserna i programmet är slutförda."


def test_a_workplace_is_an_organisation_with_an_identifier_of_its_own(key):
    certificate = workplace()
    token = of(certificate)
    subject = said(token)["credentialSubject"]
    assert subject["id"] == jws.read(token).payload["sub"] == f"urn:uuid:{certificate.subject_uuid}"
    assert subject["identifier"][0]["identityHash"] == "Brattfors"
    assert subject["achievement"]["id"] == "https://larpunkt.example/intyg/#workplace"
    assert subject["achievement"]["achievementType"] == "QualityAssuranceCredential"
    other = of(workplace(subject_uuid=uuid.uuid4()))
    assert said(other)["credentialSubject"]["achievement"]["id"] == subject["achievement"]["id"]


def test_it_speaks_the_language_of_the_certificate(key):
    english = issued(language="en", title="Good hosting", objectives=["welcome visitors"])
    assert said(of(english))["credentialSubject"]["achievement"]["description"] == (
        "Learning objectives:\n- welcome visitors"
    )


KINDS = {
    "course": issued,
    "programme": programme,
    "workplace": workplace,
    "for ever": lambda: issued(valid_until=None),
    "nothing said": lambda: issued(objectives=[], minutes=None, version_label=""),
    "long and Sámi": lambda: issued(holder_name=LONG_NAME, title="Ŋ" * 165),
    "wide": lambda: issued(holder_name="王小明 محمد 🙂", language="en"),
    "entered late": lambda: issued(completed_on=datetime.date(2026, 11, 20), issued_on=datetime.date(2026, 11, 26)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_stranger_verifies_it_and_it_has_the_form_of_the_standard(key, kind):
    certificate = KINDS[kind]()
    token = of(certificate)
    SCHEMA(said(token))
    verified = stranger_verifies(token)
    assert verified.id == certificate.verification_url
    assert verified.issuer.id == DID
    assert [one["identityHash"] for one in said(token)["credentialSubject"]["identifier"]] == [certificate.holder_name]
    until = verified.expiration_date
    assert (timezone.localdate(until) if until else None) == certificate.valid_until


@pytest.mark.parametrize(
    "missing", ["@context", "id", "type", "issuer", "validFrom", "credentialSubject", "credentialStatus"]
)
def test_the_schema_finds_what_is_missing(key, missing):
    body = said(of(issued()))
    del body[missing]
    with pytest.raises(fastjsonschema.JsonSchemaValueException, match=missing):
        SCHEMA(body)


@pytest.mark.parametrize("kind", KINDS)
def test_every_word_it_uses_is_defined_where_it_says(key, kind):
    """Else a verifier that reads linked data refuses it. The contexts are those in openbadgeslib's wheel."""
    folder = Path(openbadgeslib.__file__).parent / "ob3" / "contexts"
    known = {"@context"}

    def gather(value):
        if isinstance(value, dict):
            known.update(value)
            for inner in value.values():
                gather(inner)
        elif isinstance(value, list):
            for inner in value:
                gather(inner)

    for name in ("credentials-v2.json", "ob-v3p0-context-3.0.3.json"):
        gather(json.loads((folder / name).read_text()))

    def words(value):
        if isinstance(value, dict):
            yield from value
            types = value.get("type", [])
            yield from [types] if isinstance(types, str) else types
            for inner in value.values():
                yield from words(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from words(inner)

    assert set(words(said(of(KINDS[kind]())))) - known == set()


def test_the_same_certificate_gives_the_same_bytes(key):
    certificate = issued()
    first = credential_for(certificate)
    with timezone.override("Asia/Tokyo"), time_machine.travel(NOON + datetime.timedelta(days=200)):
        own_key._load.cache_clear()  # another process
        assert credential_for(Certificate.objects.get()) == first
    assert readable(first.jwt) == first.json
    assert not set(json.loads(first.json)) & set(CLAIMS)


def test_nothing_of_the_person_but_the_name(key, cast, course, django_capture_on_commit_callbacks):
    from tests.builders import complete

    with django_capture_on_commit_callbacks(execute=True):
        complete(cast.maja, course)
    certificate = Certificate.objects.get()
    certificate_says = json.dumps(jws.read(certificate.credential).payload, ensure_ascii=False)
    assert "Maja Lindgren" in certificate_says
    job = JobRole.objects.get(employments__staff=cast.maja)
    for hidden in ("@larpunkt", "maja@", str(cast.maja.uuid), job.name, "Brattfors", "score", str(certificate.uuid)):
        assert hidden not in certificate_says


# Keys


def test_without_a_key_without_an_address_and_of_nobody_there_is_none(db, settings):
    certificate = issued()
    assert credential_for(certificate) is None
    settings.LMS_CERT_SIGNING = {"P12": "/run/secrets/intyg.p12"}
    assert credential_for(certificate) is None
    assert not IssuerKey.objects.exists()


def test_a_site_without_an_address_and_an_erased_person_get_none(key):
    assert credential_for(issued(base_url="")) is None
    assert credential_for(issued(holder_name="")) is None


def test_without_the_extra_there_is_none(key, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "cryptography", None)
    assert credential_for(issued()) is None


def test_the_key_is_opened_once_and_known_by_its_thumbprint(use_key, django_assert_num_queries, monkeypatch):
    row = use_key()
    assert (row.purpose, row.kid, set(row.jwk)) == (
        IssuerKey.Purpose.CREDENTIAL,
        own_key.thumbprint(row.jwk),
        {"kty", "crv", "x", "y"},
    )
    monkeypatch.delenv("LMS_TEST_PASSPHRASE")
    certificate = issued()
    with django_assert_num_queries(1):  # its row
        assert credential_for(certificate).key == row


def test_the_thumbprint_is_the_standards_own():
    """RFC 7638 has no example with a P-256 key; this one is computed by hand over its canonical form."""
    import base64
    import hashlib

    jwk = {"kty": "EC", "crv": "P-256", "x": "abc", "y": "def", "alg": "ES256"}
    text = b'{"crv":"P-256","kty":"EC","x":"abc","y":"def"}'
    assert own_key.thumbprint(jwk) == base64.urlsafe_b64encode(hashlib.sha256(text).digest()).decode().rstrip("=")


def test_a_key_that_is_set_and_cannot_be_used_is_an_error_that_says_why(use_key, settings, tmp_path, monkeypatch):
    def refused(words):
        with pytest.raises(CredentialKeyError, match=words):
            own_key.current()

    settings.LMS_CERT_SIGNING = {"CREDENTIAL_KEY": str(tmp_path / "missing.pem")}
    refused("cannot be read")
    settings.LMS_CERT_SIGNING = {"CREDENTIAL_KEY": str(key_file(tmp_path))}
    refused("PASSPHRASE_ENV does not hold its pass phrase")
    monkeypatch.setenv("LMS_WRONG", "fel")
    settings.LMS_CERT_SIGNING = {"CREDENTIAL_KEY": str(key_file(tmp_path)), "PASSPHRASE_ENV": "LMS_WRONG"}
    refused("LMS_WRONG does not hold its pass phrase")
    (tmp_path / "text.pem").write_text("inte en nyckel")
    settings.LMS_CERT_SIGNING = {"CREDENTIAL_KEY": str(tmp_path / "text.pem")}
    refused("is no private key")
    with pytest.raises(CredentialKeyError, match="another kind than ECDSA P-256"):
        use_key(curve=ec.SECP384R1())
    row = use_key()
    IssuerKey.objects.filter(pk=row.pk).update(compromised_at=timezone.now())
    refused("marked as compromised")


def test_a_key_without_a_pass_phrase_is_taken(settings, tmp_path, db):
    settings.LMS_CERT_SIGNING = {"CREDENTIAL_KEY": str(key_file(tmp_path, passphrase=""))}
    assert own_key.current() is not None


# What a stranger refuses


def test_a_rotated_key_changes_nothing_for_what_it_signed(use_key):
    use_key()
    old = of(issued())
    IssuerKey.objects.update(retired_at=timezone.now())
    use_key()
    new = of(issued())
    assert jws.read(old).header["kid"] != jws.read(new).header["kid"]
    for token in (old, new):
        stranger_verifies(token)


def test_a_key_that_others_may_have_is_refused_and_the_new_one_is_not(use_key):
    row = use_key()
    old = of(issued())
    use_key()
    IssuerKey.objects.filter(pk=row.pk).update(compromised_at=timezone.now())
    with pytest.raises(OB3VerificationError, match="no verificationMethod"):
        stranger_verifies(old)
    stranger_verifies(of(issued()))


def test_a_stranger_refuses_another_key_and_another_payload(use_key):
    use_key()
    token = of(issued())
    stolen = own_key.current()
    head, _body, signature = token.split(".")
    forged = jws.sign(jws.read(token).payload | {"name": "Läkare"}, private=stolen.private, kid="x").split(".")[1]
    with pytest.raises(OB3VerificationError, match="signature"):
        stranger_verifies(f"{head}.{forged}.{signature}")
    kid = jws.read(token).header["kid"]
    strangers = jws.sign(jws.read(token).payload, private=ec.generate_private_key(ec.SECP256R1()), kid=kid)
    with pytest.raises(OB3VerificationError, match="signature"):
        stranger_verifies(strangers)


def test_a_stranger_refuses_what_has_expired(key):
    token = of(issued())
    with time_machine.travel(datetime.datetime(2028, 11, 23, 22, 50, tzinfo=datetime.UTC)):
        stranger_verifies(token)
    with (
        time_machine.travel(datetime.datetime(2028, 11, 24, 12, tzinfo=datetime.UTC)),
        pytest.raises(OB3VerificationError, match="expired"),
    ):
        stranger_verifies(token)


def test_a_credential_of_another_issuer_is_not_ours(key):
    token = of(issued(base_url="https://annan.example"))
    with pytest.raises(OB3VerificationError, match="different DID"):
        OB3Verifier.for_issuer_did(DID, lambda _url: _document(DID)).verify(token)


def _document(did):
    from certificates.credential.did import document, trusted_keys

    return json.dumps(document(did, trusted_keys())).encode()
