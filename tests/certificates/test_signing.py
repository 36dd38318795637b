"""A signature that says who issued it and that nothing has changed since: as a stranger's tools see it."""

import datetime
import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from django.core.cache import cache
from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from certificates.models import IssuerKey, SignatureLevel
from certificates.signing import sign as signing
from certificates.signing.keys import UnusableKeyError, load
from certificates.signing.sign import sign
from tests.keys import make_keys, rotate_keys, small_pdf, tsa, use_keys

AT = datetime.datetime(2026, 12, 24, 15, 0, tzinfo=datetime.UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_keys(tmp_path_factory.mktemp("signing") / "keys")


@pytest.fixture
def keys(folder, settings, monkeypatch, db):
    use_keys(settings, monkeypatch, folder)
    return folder


def validated(pdf, folder):
    """What pyHanko says, trusting nothing but the root."""
    roots = list(load_certs_from_pemder([str(folder / "root.pem")]))
    [signature] = PdfFileReader(BytesIO(pdf)).embedded_signatures
    return validate_pdf_signature(signature, ValidationContext(trust_roots=roots, allow_fetching=False)), signature


def test_a_signed_file_is_intact_trusted_and_covered_whole(keys):
    signed = sign(small_pdf(), at=AT)
    status, signature = validated(signed.pdf, keys)
    assert status.bottom_line
    assert status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    assert signature.docmdp_level == MDPPerm.NO_CHANGES
    assert signature.field_name == "Issuer"
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert signature.self_reported_timestamp == AT
    assert len(signature.other_embedded_certs) == 1, "the root goes along"
    assert signed.level == SignatureLevel.B_B


def test_the_command_of_a_stranger_says_so_too(keys, tmp_path):
    file = tmp_path / "intyg.pdf"
    file.write_bytes(sign(small_pdf(), at=AT).pdf)
    command = ["sign", "validate", "--trust", keys / "root.pem", "--trust-replace", "--no-revocation-check"]
    run = [sys.executable, "-m", "pyhanko", *command, "--executive-summary", file]
    said = subprocess.run(run, capture_output=True, text=True, check=True, cwd=tmp_path).stdout
    assert said.strip().endswith(":VALID")


def test_the_same_bytes_again_also_in_another_process(keys, tmp_path):
    """Sets and dictionaries of another process come in another order, if order is left to them."""
    code = (
        "import django; django.setup()\n"
        "import datetime, hashlib\n"
        "from certificates.signing import keys, sign\n"
        "from tests.keys import small_pdf\n"
        f"at = datetime.datetime.fromisoformat('{AT.isoformat()}')\n"
        "print(hashlib.sha256(sign.sign_with(small_pdf(), keys.load(), at, None)).hexdigest())\n"
    )
    script = tmp_path / "again.py"
    script.write_text(
        f"from django.conf import settings\nimport tests.settings\n"
        f"tests.settings.LMS_CERT_SIGNING = {signing.setting('LMS_CERT_SIGNING')!r}\n{code}"
    )
    said = {
        subprocess.run(
            [sys.executable, script],
            capture_output=True,
            text=True,
            check=True,
            env={
                **os.environ,
                "PYTHONHASHSEED": seed,
                "DJANGO_SETTINGS_MODULE": "tests.settings",
                "PYTHONPATH": ".",
            },
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(said) == 1
    assert sign(small_pdf(), at=AT) == sign(small_pdf(), at=AT)


def test_our_own_metadata_is_not_touched(keys):
    assert sign(small_pdf(), at=AT).pdf.startswith(small_pdf()), "what was there is not written again"
    assert sign(small_pdf(), at=AT).pdf.count(b"x:ours") == 1


def test_the_key_is_written_down_once_with_its_chain(keys):
    first, second = sign(small_pdf(), at=AT), sign(small_pdf(attachment=b"x"), at=AT)
    row = IssuerKey.objects.get()
    assert first.key == second.key == row
    assert row.purpose == IssuerKey.Purpose.SIGNATURE
    assert row.certificates == (keys / "chain.pem").read_text()
    assert "PRIVATE" not in row.certificates
    assert (row.not_after - row.not_before).days == 1826


def test_a_key_that_is_younger_than_the_certificate_says_its_own_first_moment(keys):
    signed = sign(small_pdf(), at=datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))
    _status, signature = validated(signed.pdf, keys)
    assert signature.self_reported_timestamp == IssuerKey.objects.get().not_before


def test_whichever_byte_is_changed_a_stranger_refuses_it(keys):
    pdf = sign(small_pdf(attachment=b"a.b.c"), at=AT).pdf
    [signature] = PdfFileReader(BytesIO(pdf)).embedded_signatures
    _start, first, second, rest = signature.byte_range
    signed = [*range(first), *range(second, second + rest)]  # all but the digits of the signature itself
    assert second + rest == len(pdf)
    assert second - first == 2 + 2 * len(signature.pkcs7_content)
    for place in random.Random(6).sample(signed, 200):
        changed = bytearray(pdf)
        changed[place] ^= 1 << random.Random(place).randrange(8)
        assert not believed(bytes(changed), keys), place


def believed(pdf, folder):
    try:
        status, _signature = validated(pdf, folder)
    except Exception:  # noqa: BLE001 - a broken file may break its reader in any way
        return False
    return status.bottom_line and status.coverage == SignatureCoverageLevel.ENTIRE_FILE


def test_old_and_new_verify_after_rotation(keys, tmp_path, settings, monkeypatch):
    old = sign(small_pdf(), at=AT)
    new_folder = rotate_keys(tmp_path / "next", keys)
    use_keys(settings, monkeypatch, new_folder)
    new = sign(small_pdf(), at=AT)
    assert new.key != old.key
    assert believed(old.pdf, keys)
    assert believed(new.pdf, keys), "under the same root"
    assert (new_folder / "root.pem").read_bytes() == (keys / "root.pem").read_bytes()
    assert not (new_folder / "root.p12").exists(), "the root's key stays where it is"


@pytest.mark.parametrize("mark", ["retired_at", "compromised_at"])
def test_a_key_that_is_out_of_use_signs_nothing(keys, mark):
    sign(small_pdf(), at=AT)
    IssuerKey.objects.update(**{mark: AT})
    with pytest.raises(UnusableKeyError):
        sign(small_pdf(), at=AT)


def test_without_a_key_nothing_is_signed(db):
    assert sign(small_pdf(), at=AT) is None


@pytest.mark.parametrize("missing", ["pyhanko", "cryptography"])
def test_without_the_extra_nothing_is_signed(keys, monkeypatch, missing):
    monkeypatch.setitem(sys.modules, missing, None)
    assert sign(small_pdf(), at=AT) is None
    assert not IssuerKey.objects.exists()


def test_a_file_without_the_field_is_not_signed_elsewhere(keys):
    import pikepdf
    from pyhanko.sign.general import SigningError

    bare = BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(bare, deterministic_id=True)
    with pytest.raises(SigningError):
        sign(bare.getvalue(), at=AT)


@pytest.fixture
def stamped(keys, settings, monkeypatch, tmp_path):
    """A time-stamp server that answers, without the network."""
    from pyhanko.sign.timestamps import DummyTimeStamper

    certificate, key = tsa()
    monkeypatch.setattr(signing, "time_stamper", lambda url: DummyTimeStamper(certificate, key))
    use_keys(settings, monkeypatch, keys, TSA_URL="https://tsa.example")
    return certificate


def test_a_time_stamp_is_taken_where_a_server_is_named(stamped, keys):
    signed = sign(small_pdf(), at=AT)
    assert signed.level == SignatureLevel.B_T
    roots = [*load_certs_from_pemder([str(keys / "root.pem")]), stamped]
    [signature] = PdfFileReader(BytesIO(signed.pdf)).embedded_signatures
    status = validate_pdf_signature(signature, ValidationContext(trust_roots=roots, allow_fetching=False))
    assert status.bottom_line
    assert status.timestamp_validity.trusted


def test_a_server_that_does_not_answer_costs_the_stamp_and_not_the_certificate(keys, settings, monkeypatch, caplog):
    use_keys(settings, monkeypatch, keys, TSA_URL="http://127.0.0.1:9/")
    with caplog.at_level("WARNING", "certificates"):
        signed = sign(small_pdf(), at=AT)
    assert signed.level == SignatureLevel.B_B
    assert believed(signed.pdf, keys)
    assert "no time stamp" in caplog.text
    asked = []
    monkeypatch.setattr(signing, "time_stamper", asked.append)
    sign(small_pdf(), at=AT)
    assert not asked, "it is left alone for a while"
    cache.clear()


def test_many_threads_at_once_sign_as_one_does(keys):
    """A worker with threads opens the key once, and what is read bit by bit must not be seen half done."""
    key = load()
    signing._signer.cache_clear()
    papers = [small_pdf(attachment=str(number).encode()) for number in range(24)]
    with ThreadPoolExecutor(6) as threads:
        together = list(threads.map(lambda pdf: signing.sign_with(pdf, key, AT, None), papers))
    assert together == [signing.sign_with(pdf, key, AT, None) for pdf in papers]


def test_signing_asks_the_database_once(keys, django_assert_num_queries):
    sign(small_pdf(), at=AT)
    with django_assert_num_queries(1):
        sign(small_pdf(), at=AT)


def test_without_the_extra_everything_is_there_but_the_signature():
    """As after `pip install larpunkt`: nothing at the start needs it."""
    code = (
        "import sys\n"
        "for name in ('cryptography', 'pyhanko', 'pyhanko_certvalidator', 'asn1crypto'): sys.modules[name] = None\n"
        "import django; django.setup()\n"
        "from django.core.management import call_command\n"
        "from django.urls import get_resolver\n"
        "assert get_resolver().url_patterns\n"
        "import certificates.making\n"
        "import certificates.management.commands.verify_certificate\n"
        "call_command('check')\n"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    run = [sys.executable, "-c", code]
    said = subprocess.run(run, capture_output=True, text=True, check=True, env=environment)
    assert "lms_certificates.I001" in said.stderr + said.stdout
