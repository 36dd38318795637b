"""How large the files are. What makes them small: docs/decisions/0034."""

import io

import pikepdf
import pytest

from certificates import pictures
from certificates.making import make
from certificates.models import CertificateDesign, DesignPicture
from tests.keys import make_keys, use_keys

from .credentials import issued
from .full import FULL, rich_design
from .library import as_file, noise

MOST = 45_000
COURSES = [
    {"title": title, "completed_on": "2026-11-23"}
    for title in ("Ett gott värdskap", "Turism", "Myndigheter", "Marknadsföring", "Kris")
]


@pytest.fixture(autouse=True)
def keys(tmp_path, settings, monkeypatch, db):
    use_keys(settings, monkeypatch, make_keys(tmp_path / "keys"))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"language": "en", "title": "Good hosting at the service point"},
        {"basis": "programme", "title": "Nordmalings servicepunkter", "objectives": [], "parts": COURSES},
        {"basis": "workplace", "holder_name": "Brattfors Livs", "title": "Utbildad servicepunkt", "parts": COURSES},
    ],
    ids=["course", "english", "programme", "workplace"],
)
def test_with_all_that_it_can_carry_it_is_at_most_45_kb(changes):
    made = make(issued(**(FULL | changes), design=rich_design()))
    assert made.signature_level
    assert made.credential
    assert len(made.pdf) <= MOST


def test_with_pictures_that_are_nothing_but_noise_too():
    """No logo is worse."""
    kept = {
        name: DesignPicture.keep(pictures.normalised(as_file(noise()), place)).sha256
        for name, place in pictures.PLACES.items()
    }
    design = CertificateDesign.objects.create(sha256="6" * 64, content=kept)
    assert len(make(issued(**FULL, design=design)).pdf) <= MOST


def test_of_a_font_only_what_is_drawn_is_in_the_file():
    with pikepdf.open(io.BytesIO(make(issued(**FULL)).pdf)) as pdf:
        fonts = [font.FontDescriptor.FontFile2.read_bytes() for font in pdf.pages[0].Resources.Font.values()]
    assert len(fonts) == 3
    for font in fonts:
        tables = {font[12 + 16 * number :][:4] for number in range(int.from_bytes(font[4:6], "big"))}
        assert tables == {b"cmap", b"glyf", b"head", b"hhea", b"hmtx", b"loca", b"maxp", b"post"}
