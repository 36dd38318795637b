"""What strangers' tools say of a certificate as the site makes it: `accept.sh`, and that it can say no."""

import datetime
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from certificates import design, drawing, finishing
from certificates.making import make
from certificates.signing import sign as signing
from tests.keys import PHRASE, make_keys, use_keys

from .credentials import issued
from .full import FULL, rich_design

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).with_name("accept.sh")
CHECKS = 22


@pytest.fixture
def keys(tmp_path, settings, monkeypatch, db):
    folder = make_keys(tmp_path / "keys")
    use_keys(settings, monkeypatch, folder)
    private = load_pem_private_key((folder / "credential-key.pem").read_bytes(), PHRASE.encode())
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / "credential-public.pem").write_bytes(public)
    return folder


@pytest.fixture
def accept(keys, tmp_path):
    """`accept(pdf, certificate)` is the exit status, and the numbers of the checks that failed."""

    def run(pdf: bytes, one) -> tuple[int, set[int]]:
        file, lint, lint_signed = (tmp_path / name for name in ("intyg.pdf", "lint.pdf", "lint-signed.pdf"))
        file.write_bytes(pdf)
        kind = finishing.finish(drawing.draw(one, design.of(one)), finishing.Document.of(one), lint=True)
        lint.write_bytes(kind)
        lint_signed.write_bytes(signing.sign(kind, at=one.issued_at).pdf)
        done = subprocess.run(
            [
                SCRIPT, file, "--root", keys / "root.pem", "--name", one.holder_name, "--url", one.verification_url,
                "--credential-key", keys / "credential-public.pem", "--lint", lint, "--lint-signed", lint_signed,
            ],
            env={"PATH": "/usr/bin:/bin:/usr/sbin", "PYTHON": sys.executable, "LC_ALL": "C.UTF-8"},
            capture_output=True, text=True,
        )  # fmt: skip
        sys.stdout.write(done.stdout + done.stderr)  # seen when a test fails
        lines = [line for line in done.stdout.splitlines() if line.startswith(("ok ", "FAIL "))]
        assert len(lines) == CHECKS
        return done.returncode, {int(line.split()[1]) for line in lines if line.startswith("FAIL")}

    return run


LONG = {
    "holder_name": "Anna-Lena Margareta Kristina Elisabet af Långhundra Öhrström von Kåvelandarna",
    "title": "Krishantering och servicepunkten som kriscentrum vid långa elavbrott, "
    "storm, snöfall och översvämning i Nordmalings kommun för alla som arbetar i butik, och sommarvikarier",
}


@pytest.mark.parametrize(
    "changes",
    [{}, LONG, {"holder_name": "Áŋŋá Ŧuolja-Žuvvá"}, {"language": "en", "title": "Good hosting"}],
    ids=["usual", "long", "sami", "english"],
)
def test_strangers_accept_a_certificate(accept, changes):
    one = issued(**changes, valid_until=datetime.date(2030, 11, 23))
    assert accept(make(one).pdf, one) == (0, set())


def test_strangers_accept_one_with_all_pictures_and_six_objectives(accept):
    one = issued(**FULL, design=rich_design())
    assert accept(make(one).pdf, one) == (0, set())


def test_the_script_can_say_no_to_each_thing(accept):
    """Not signed; another name; another's address; a swapped attachment; words put over it; a bare drawing."""
    one = issued(valid_until=datetime.date(2030, 11, 23))
    good = make(one).pdf

    unsigned = finishing.finish(drawing.draw(one), finishing.Document.of(one))
    code, failed = accept(unsigned, one)
    assert (code, failed >= {13, 14, 15, 16, 17, 18}) == (1, True)

    other = issued(holder_name="Bo Ek", valid_until=datetime.date(2030, 11, 23))
    code, failed = accept(good, other)
    assert (code, failed >= {2, 11, 12, 18}) == (1, True)

    swapped = BytesIO()
    with pikepdf.open(BytesIO(good)) as pdf:
        pdf.attachments["credential.jwt"] = pikepdf.AttachedFileSpec(pdf, b"e30.e30.e30", filename="credential.jwt")
        pdf.save(swapped)
    code, failed = accept(swapped.getvalue(), one)
    assert (code, failed >= {13, 14, 16, 17}) == (1, True)

    added = BytesIO()
    writer = IncrementalPdfFileWriter(BytesIO(good))
    writer.root["/Lang"] = writer.root["/Lang"]
    writer.update_root()
    writer.write(added)
    code, failed = accept(added.getvalue(), one)
    assert (code, failed >= {14}) == (1, True)

    code, failed = accept(drawing.draw(one).pdf, one)
    assert (code, failed >= {7, 8, 9, 10, 13}) == (1, True)
