"""The PDF as others see it: read by poppler's tools and a QR reader, and by a library that is not reportlab."""

import datetime
import io
import shutil
import subprocess
import unicodedata

import pytest
from pypdf import PdfReader

from certificates.design import BUILT_IN
from certificates.drawing import BOLD, REGULAR, MissingGlyphError, draw, printable
from certificates.finishing import Document, finish
from certificates.models import Certificate

SWEDISH = "ÅÄÖåäöÉéÜü"
#: North, Lule, South, Inari, Skolt, Pite and Ume Sámi, Kildin's Latin letters included.
SAMI = "ÁáČčĐđŊŋŠšŦŧŽžÅåÄäÖöÏïÂâÕõǤǥǦǧǨǩƷʒǮǯŃńÑñÆæØøʹ’"


def certificate(**changes) -> Certificate:
    values = {
        "serial": "4oeP4DoTcf3fScRx",
        "holder_name": "Maja Lindgren",
        "title": "Ett gott värdskap",
        "subject_uuid": "6f9c2c1e-0000-4000-8000-000000000000",
        "version_label": "1",
        "language": "sv",
        "objectives": ["förklara vad värdskap är", "ta emot kunder", "möta alla", "ta emot klagomål", "lotsa rätt"],
        "minutes": 31,
        "issuer_name": "Nordmalings kommun",
        "signatory_name": "Petra Projektledare",
        "signatory_role": "projektledare",
        "issued_on": datetime.date(2026, 11, 23),
        "completed_on": datetime.date(2026, 11, 23),
        "valid_until": datetime.date(2029, 11, 23),
        "base_url": "https://larpunkt.example",
        "issued_at": datetime.datetime(2026, 11, 23, 14, 30, tzinfo=datetime.UTC),
    }
    return Certificate(**{**values, **changes})


def made(one: Certificate, design=BUILT_IN, **how) -> bytes:
    """Drawn and finished."""
    return finish(draw(one, design, **how), Document.of(one))


def reader(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def text_of(pdf: bytes) -> str:
    return " ".join(unicodedata.normalize("NFC", reader(pdf).pages[0].extract_text()).split())


def test_it_says_what_it_must():
    text = text_of(made(certificate()))
    for words in (
        "Kursintyg", "Maja Lindgren", "Ett gott värdskap", "Nordmalings kommun", "förklara vad värdskap är",
        "23 november 2026", "23 november 2029", "4oeP 4DoT cf3f ScRx", "Petra Projektledare, projektledare",
        "larpunkt.example/intyg/4oeP4DoTcf3fScRx/",
    ):  # fmt: skip
        assert words in text


def test_it_is_one_landscape_page_with_title_and_language():
    pdf = reader(made(certificate()))
    [page] = pdf.pages
    assert (round(page.mediabox.width), round(page.mediabox.height)) == (842, 595)
    assert pdf.metadata.title == "Intyg: Ett gott värdskap"
    assert pdf.trailer["/Root"]["/Lang"] == "sv"


def test_in_english_it_is_english():
    text = text_of(made(certificate(language="en", title="Good hospitality")))
    assert "Course certificate" in text
    assert "Good hospitality" in text


@pytest.mark.parametrize(
    "name",
    ["Åsa-Märta Öhrström Kåveland", "Áŋŋá Ŧuolja-Žuvvá", "Nǥuyễn Ǩeäđǥǥ Ʒuuʹrǧǧ".replace("ễ", "e"), "Zoë d’Été"],
)
def test_swedish_and_sami_names_print_right(name):
    assert unicodedata.normalize("NFC", name) in text_of(made(certificate(holder_name=name)))


@pytest.mark.parametrize("font", [REGULAR, BOLD])
def test_the_font_has_every_swedish_and_sami_letter(font):
    for letter in SWEDISH + SAMI:
        assert printable(letter, font) == unicodedata.normalize("NFC", letter)


def test_a_letter_typed_as_two_is_printed_as_one():
    assert printable("A\u030asa") == "Åsa"


@pytest.mark.parametrize(
    ("name", "char", "code"), [("安娜", "安", "U+5B89"), ("محمد", "م", "U+0645"), ("Anna 😀", "😀", "U+1F600")]
)
def test_a_missing_glyph_is_an_error_that_names_it(name, char, code):
    with pytest.raises(MissingGlyphError) as error:
        draw(certificate(holder_name=name))
    assert char in str(error.value)
    assert code in str(error.value)


def test_the_same_certificate_always_gives_the_same_bytes():
    assert made(certificate()) == made(certificate())


@pytest.mark.parametrize("objectives", [0, 1, 5, 12])
@pytest.mark.parametrize("long", [False, True])
def test_long_names_titles_and_many_objectives_keep_apart(objectives, long, tmp_path):
    """No two lines of text overlap on the page."""
    name = "Anna-Lena Margareta Kristina Elisabet af Långhundra Öhrström von Kåveland"
    title = "Krishantering " + "och servicepunkten som kriscentrum vid långa elavbrott " * 2 + "i Nordmalings kommun"
    pdf = made(
        certificate(
            holder_name=name if long else "Bo Ek",
            title=title if long else "Kurs",
            objectives=[f"mål nummer {n} som är ganska långt och tar plats på raden" for n in range(objectives)],
        )
    )
    path = tmp_path / "c.pdf"
    path.write_bytes(pdf)
    assert_apart(path)


def assert_apart(path):
    """No two words share their place, and all stand within the frame."""
    boxes = word_boxes(path)
    assert len(boxes) > 10
    for number, (left, top, right, bottom, word) in enumerate(boxes):
        assert left >= 28, word
        assert right <= 842 - 28, word
        for other_left, other_top, other_right, other_bottom, other in boxes[number + 1 :]:
            apart = right <= other_left or other_right <= left
            shared = min(bottom, other_bottom) - max(top, other_top)
            # Boxes are a little taller than the ink: lines set tight may share a fifth of the lower one.
            assert apart or shared <= 0.34 * min(bottom - top, other_bottom - other_top), (word, other)


def word_boxes(path):
    from xml.etree import ElementTree

    needed("pdftotext")
    output = subprocess.run(["pdftotext", "-bbox", str(path), "-"], capture_output=True, check=True, text=True).stdout
    root = ElementTree.fromstring(output)
    return [
        (*(float(word.get(name)) for name in ("xMin", "yMin", "xMax", "yMax")), word.text)
        for word in root.iter("{http://www.w3.org/1999/xhtml}word")
    ]


def needed(tool):
    assert shutil.which(tool), f"{tool} is needed for this test (Debian: poppler-utils, zbar-tools)"


def test_the_code_reads_at_72_dpi_in_grey_and_leads_to_the_right_page(tmp_path):
    needed("pdftoppm")
    needed("zbarimg")
    one = certificate()
    path = tmp_path / "c.pdf"
    path.write_bytes(made(one))
    subprocess.run(["pdftoppm", "-r", "72", "-gray", "-png", str(path), str(tmp_path / "c")], check=True)
    [picture] = tmp_path.glob("c*.png")
    # `--nodbus`: zbar otherwise looks for a message bus to tell of its find.
    read = subprocess.run(
        ["zbarimg", "--quiet", "--raw", "--nodbus", str(picture)], capture_output=True, check=True, text=True
    )
    assert read.stdout.strip() == one.verification_url == "https://larpunkt.example/intyg/4oeP4DoTcf3fScRx/"


def test_every_font_is_embedded():
    fonts = reader(made(certificate())).pages[0]["/Resources"]["/Font"]
    for font in fonts.values():
        font = font.get_object()
        descriptor = font.get("/FontDescriptor") or font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert "/FontFile2" in descriptor.get_object()
