"""The operator's side of signing: making keys, knowing that they work, and taking them out of use."""

import datetime
import io
import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    load_pem_private_key,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12, serialize_key_and_certificates
from django.core.management import CommandError, call_command

from certificates import checks
from certificates.credential import own_key
from certificates.models import Basis, Certificate, IssuerKey, IssueRule
from certificates.signing import generating, keys
from certificates.signing.condition import needed_until, of_life, of_settings
from certificates.signing.sign import sign
from courses.models import Course
from lms.models import LedgerEntry
from lms.standalone import DEMO_PASSPHRASE, serve
from tests.builders import complete
from tests.keys import PHRASE, PHRASE_ENV, make_keys, rotate_keys, small_pdf, use_keys

AT = datetime.datetime(2026, 12, 24, 15, 0, tzinfo=datetime.UTC)


@pytest.fixture
def folder(tmp_path):
    return make_keys(tmp_path / "keys")


@pytest.fixture
def named(folder, settings, monkeypatch, db):
    use_keys(settings, monkeypatch, folder)
    return folder


def run(*arguments):
    out = io.StringIO()
    call_command("certificate_keys", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def test_generate_makes_all_that_a_small_place_needs(tmp_path, monkeypatch):
    monkeypatch.setenv(PHRASE_ENV, PHRASE)
    out = tmp_path / "there" / "keys"
    told = run("generate", "--out", out, "--organisation", "Nordmalings kommun", "--passphrase-env", PHRASE_ENV)
    assert {path.name for path in out.iterdir()} == {
        "signing.p12", "root.p12", "credential-key.pem", "root.pem", "chain.pem",
    }  # fmt: skip
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in out.iterdir()} == {0o600}
    assert f'"P12": "{out / "signing.p12"}"' in told
    root = x509.load_pem_x509_certificate((out / "root.pem").read_bytes())
    assert keys.in_groups(keys.fingerprint(root)) in told
    assert PHRASE not in told


def test_what_is_made_may_do_no_more_than_it_must(folder):
    opened = load_pkcs12((folder / "signing.p12").read_bytes(), PHRASE.encode())
    leaf, [root] = opened.cert.certificate, [one.certificate for one in opened.additional_certs]
    leaf.verify_directly_issued_by(root)
    root.verify_directly_issued_by(root)
    may = x509.BasicConstraints
    assert root.extensions.get_extension_for_class(may).value == may(ca=True, path_length=0)
    assert leaf.extensions.get_extension_for_class(may).value == may(ca=False, path_length=None)
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.digital_signature, usage.content_commitment, usage.key_cert_sign) == (True, True, False)
    assert root.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    assert leaf.not_valid_after_utc < root.not_valid_after_utc
    assert isinstance(opened.key.curve, ec.SECP256R1)
    credential = load_pem_private_key((folder / "credential-key.pem").read_bytes(), PHRASE.encode())
    assert isinstance(credential.curve, ec.SECP256R1)
    assert credential.public_key() != opened.key.public_key()
    for name in ("signing.p12", "root.p12"):
        with pytest.raises(ValueError, match="password"):
            load_pkcs12((folder / name).read_bytes(), b"something else")


def test_nothing_is_ever_overwritten(folder, monkeypatch):
    monkeypatch.setenv(PHRASE_ENV, PHRASE)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(CommandError, match=str(folder)):
        run("generate", "--out", folder, "--organisation", "Annan kommun", "--passphrase-env", PHRASE_ENV)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in folder.parent.iterdir()] == [folder.name], "no scratch is left"


def test_a_short_pass_phrase_or_none_makes_nothing(tmp_path, monkeypatch):
    arguments = ("generate", "--out", tmp_path / "keys", "--organisation", "K", "--passphrase-env", PHRASE_ENV)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    monkeypatch.delenv(PHRASE_ENV, raising=False)
    with pytest.raises(CommandError, match=PHRASE_ENV):
        run(*arguments)
    monkeypatch.setenv(PHRASE_ENV, "kort")
    with pytest.raises(CommandError, match="12"):
        run(*arguments)
    assert not (tmp_path / "keys").exists()


def test_at_a_keyboard_the_pass_phrase_is_asked_for_twice(tmp_path, monkeypatch):
    monkeypatch.delenv(PHRASE_ENV, raising=False)
    monkeypatch.setattr("sys.stdin", type("Keyboard", (), {"isatty": lambda self: True})())
    typed = iter([PHRASE, PHRASE + "!", PHRASE, PHRASE])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(typed))
    arguments = ("generate", "--out", tmp_path / "keys", "--organisation", "K", "--passphrase-env", PHRASE_ENV)
    with pytest.raises(CommandError):
        run(*arguments)
    assert not (tmp_path / "keys").exists()
    run(*arguments)
    assert load_pkcs12((tmp_path / "keys" / "signing.p12").read_bytes(), PHRASE.encode()).key


def test_new_keys_under_the_same_root(folder, tmp_path, monkeypatch):
    monkeypatch.setenv(PHRASE_ENV, PHRASE)
    out = tmp_path / "next"
    run("rotate", "--root", folder / "root.p12", "--out", out, "--passphrase-env", PHRASE_ENV, "--years", "3")
    assert (out / "root.pem").read_bytes() == (folder / "root.pem").read_bytes()
    leaf = x509.load_pem_x509_certificates((out / "chain.pem").read_bytes())[0]
    assert "Nordmalings kommun" in leaf.subject.rfc4514_string()
    for wrong in (folder / "signing.p12", folder / "root.pem", folder / "nothing.p12"):
        with pytest.raises(CommandError):
            run("rotate", "--root", wrong, "--out", tmp_path / "other", "--passphrase-env", PHRASE_ENV)
    assert not (tmp_path / "other").exists()


def test_a_signing_certificate_never_outlives_its_root(folder, tmp_path):
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=365 * 18)
    arguments = {"organisation": "", "phrase": PHRASE.encode(), "years": 5, "now": later}
    root = generating.rotate(tmp_path / "late", root=folder / "root.p12", **arguments)
    leaf = x509.load_pem_x509_certificates((tmp_path / "late" / "chain.pem").read_bytes())[0]
    assert leaf.not_valid_after_utc == root.not_valid_after_utc


# What is wrong with a key, each in its own words.


def codes():
    return [one.code for one in of_settings()]


def test_all_is_well(named):
    assert codes() == []
    assert of_life() == []
    assert keys.in_groups(keys.fingerprint(keys.load().chain[-1])) in run("check")


def test_no_key_is_a_warning_that_says_what_to_do(db, client):
    assert codes() == ["unsigned"]
    [problem] = checks.keys_can_sign(None)
    assert problem.id == "lms_certificates.I001"
    assert "certificate_keys generate" in problem.hint
    assert client.get("/readyz").json()["warnings"] == {}, "no key is a choice"
    with pytest.raises(CommandError):
        run("check")


def spoil(folder, monkeypatch, settings, what):
    path = folder / "signing.p12"
    good = load_pkcs12(path.read_bytes(), PHRASE.encode())

    def pack(key, certificate):
        encryption = BestAvailableEncryption(PHRASE.encode())
        path.write_bytes(serialize_key_and_certificates(b"x", key, certificate, None, encryption))

    if what == "no-file":
        path.unlink()
    elif what == "no-pass-phrase":
        monkeypatch.delenv(PHRASE_ENV)
    elif what == "wrong-pass-phrase":
        monkeypatch.setenv(PHRASE_ENV, "fel lösenfras som är lång")
    elif what == "no-key":
        pack(None, good.cert.certificate)
    elif what == "not-p256":
        pack(*rsa_pair())
    else:
        folder.joinpath("signing.p12").unlink()
        days = {"ended": -365 * 6, "not-yet": 30, "ends-soon": -365 * 5 + 20}[what]
        now = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days)
        use_keys(settings, monkeypatch, make_keys(folder.parent / what, now=now))


def rsa_pair():
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "RSA")])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + datetime.timedelta(days=9))
    from cryptography.hazmat.primitives.hashes import SHA256

    return key, builder.sign(key, SHA256())


@pytest.mark.parametrize(
    "what", ["no-file", "no-pass-phrase", "wrong-pass-phrase", "no-key", "not-p256", "ended", "not-yet"]
)
def test_a_key_that_cannot_sign_is_an_error_and_signs_nothing(named, monkeypatch, settings, client, what):
    spoil(named, monkeypatch, settings, what)
    assert codes()[0] == what
    problem = checks.keys_can_sign(None)[0]
    assert problem.id == "lms_certificates.W002"
    assert problem.hint
    with pytest.raises(keys.UnusableKeyError):
        sign(small_pdf(), at=AT)
    answer = client.get("/readyz")
    assert answer.status_code == 200, "the site does its work"
    assert answer.json()["warnings"]["certificate_signing"]
    assert str(named) not in answer.content.decode(), "everyone may ask; paths are nobody's business"


def test_a_key_that_ends_soon_is_told_of(named, monkeypatch, settings):
    spoil(named, monkeypatch, settings, "ends-soon")
    assert codes() == ["ends-soon"]


@pytest.mark.parametrize("name", ["signing.p12", "credential-key.pem"])
def test_a_file_that_others_may_read_is_told_of(named, name):
    (named / name).chmod(0o640)
    assert [(one.code, name in one.hint) for one in of_settings()] == [("open", True)]


def test_the_credential_key_is_looked_at_too(named, settings):
    path = Path(settings.LMS_CERT_SIGNING["CREDENTIAL_KEY"])
    path.write_text("nothing")
    assert codes() == ["credential-key"]
    del settings.LMS_CERT_SIGNING["CREDENTIAL_KEY"]
    assert codes() == ["no-credential-key"]


def test_a_new_file_in_its_place_is_seen_without_a_restart(named, tmp_path):
    before = keys.load().kid
    (named / "signing.p12").write_bytes((rotate_keys(tmp_path / "next", named) / "signing.p12").read_bytes())
    assert keys.load().kid != before
    assert keys.load() is keys.load()


def test_a_new_credential_key_in_its_place_is_seen_too(named, tmp_path):
    before = own_key.opened()
    assert own_key.opened() is before, "/readyz is open to everyone: it must not open an encrypted file each time"
    content = (rotate_keys(tmp_path / "next", named) / "credential-key.pem").read_bytes()
    (named / "credential-key.pem").write_bytes(content)
    assert own_key.opened() != before


# A signature must outlive what it stands on.


def test_a_key_that_ends_before_what_courses_give_is_told_of(named, course, client):
    Course.objects.update(validity="completion", valid_months=36)
    assert of_life() == []
    Course.objects.update(valid_months=61)
    [one] = of_life()
    assert one.code == "ends-early"
    [problem] = checks.keys_outlive_what_they_sign(None, databases=["default"])
    assert problem.id == "lms_certificates.W006"
    assert "certificate_signing" in client.get("/readyz").json()["warnings"]
    with pytest.raises(CommandError):
        run("check")


def test_a_fixed_day_may_come_up_to_a_year_later(named, course):
    Course.objects.update(validity="day", valid_months=49, valid_to_month=12, valid_to_day=31)
    assert [one.code for one in of_life()] == ["ends-early"]
    Course.objects.update(valid_months=24)
    assert of_life() == []


def test_what_workplaces_get_counts_too(named):
    IssueRule.objects.create(basis=Basis.WORKPLACE, how="automatic", months=120)
    assert [one.code for one in of_life()] == ["ends-early"]


def test_and_what_is_issued_already(named, cast):
    key = sign(small_pdf(), at=AT).key
    made = Certificate.objects.create(
        holder_name="Maja Lindgren", title="Ett gott värdskap", subject_uuid="5c1a6dba-3b1f-4d57-8f5a-000000000001",
        language="sv", issuer_name="Nordmalings kommun", issued_on=AT.date(), completed_on=AT.date(),
        valid_until=AT.date().replace(year=2099), base_url="https://larpunkt.example", status_index=1,
        signature_key=key,
    )  # fmt: skip
    assert needed_until(key) == made.valid_until
    assert [one.code for one in of_life()] == ["ends-early"]
    Certificate.objects.update(revoked_at=AT)
    assert of_life() == []


# Out of use.


def test_the_table_says_where_each_key_stands(named):
    assert run("list").strip()
    key = sign(small_pdf(), at=AT).key
    told = run("list")
    assert key.kid[:16] in told
    assert "1825" in told or "1826" in told


def test_a_retired_key_signs_nothing_more(named):
    key = sign(small_pdf(), at=AT).key
    run("retire", key.kid[:8])
    run("retire", key.kid)
    key.refresh_from_db()
    assert key.retired_at
    assert not key.compromised_at
    assert LedgerEntry.objects.filter(verb="certificate_key.retired").count() == 1
    assert [one.code for one in of_life()] == ["out-of-use"]


@pytest.mark.parametrize("how", ["retire", "compromised"])
def test_a_key_for_credentials_that_is_out_of_use_signs_nothing_more(named, client, cast, course, how):
    key = own_key.current().row
    complete(cast.maja, course)
    path = "/intyg/status/0/"
    assert client.get(path).status_code == 200
    assert of_life() == []
    run(how, key.kid[:8])
    with pytest.raises(own_key.CredentialKeyError):
        own_key.current()
    assert [one.code for one in of_life()] == ["credential-key"]
    answer = client.get(path)
    assert (answer.status_code, answer["Cache-Control"]) == (503, "no-store")
    assert str(named) not in answer.content.decode()


def test_a_compromised_key_is_so_from_a_day_on(named):
    key = sign(small_pdf(), at=AT).key
    run("compromised", key.kid[:8], "--since", "2026-10-01")
    run("compromised", key.kid[:8])
    key.refresh_from_db()
    assert key.compromised_at.date() in (datetime.date(2026, 9, 30), datetime.date(2026, 10, 1))
    entry = LedgerEntry.objects.get(verb="certificate_key.compromised")
    assert entry.data["kid"] == key.kid


@pytest.mark.parametrize("arguments", [("retire", "zz"), ("retire", ""), ("compromised", "a", "--since", "i går")])
def test_what_names_no_key_or_no_day_changes_nothing(named, arguments):
    sign(small_pdf(), at=AT)
    IssuerKey.objects.create(purpose="credential", kid="a" * 43)
    with pytest.raises(CommandError):
        run(*arguments)
    assert not IssuerKey.objects.exclude(retired_at=None, compromised_at=None).exists()


def test_trying_it_out_makes_keys_of_its_own_once(monkeypatch, tmp_path):
    monkeypatch.setattr(serve, "ROOT", tmp_path)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "lms.standalone.settings.production")
    serve.make_demo_keys()
    assert not (tmp_path / "var").exists(), "a real site has none that nobody made for it"
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "lms.standalone.settings.dev")
    serve.make_demo_keys()
    made = (tmp_path / "var" / "keys" / "signing.p12").read_bytes()
    assert load_pkcs12(made, DEMO_PASSPHRASE.encode()).key
    serve.make_demo_keys()
    assert (tmp_path / "var" / "keys" / "signing.p12").read_bytes() == made
