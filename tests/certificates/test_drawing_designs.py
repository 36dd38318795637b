"""What templates, programmes and workplaces change on the page."""

import datetime
import io
import itertools

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from certificates import making
from certificates.design import BUILT_IN, PLACEHOLDERS, Design, filled_in, unknown_placeholders
from certificates.drawing import MissingGlyphError, draw
from certificates.drawing.pictures import prepared
from certificates.drawing.words import extent
from certificates.models import CertificateDesign, DesignPicture
from certificates.pictures import normalised
from tests.certificates import pictures
from tests.certificates.test_drawing import assert_apart, certificate, made, text_of

PARTS = [
    {"title": "Ett gott värdskap", "completed_on": "2026-03-03"},
    {"title": "Turism i Nordmaling", "completed_on": "2026-11-23"},
]
PROGRAMME = {"basis": "programme", "title": "Nordmalings servicepunkter", "parts": PARTS, "minutes": 155}
WORKPLACE = {
    "basis": "workplace", "holder_name": "Brattfors Livs", "title": "Utbildad servicepunkt",
    "parts": [{"title": part["title"]} for part in PARTS],
    "objectives": [], "minutes": None, "version_label": "", "valid_until": datetime.date(2027, 11, 23),
}  # fmt: skip
LONG_NAME = "Anna-Lena Margareta Kristina Elisabet af Långhundra Öhrström von Kåveland-Ek"
LONG_TITLE = ("Krishantering och servicepunkten som kriscentrum vid långa elavbrott och svåra händelser " * 2)[:165]
BODY = (
    "{name} har genomfört {title}, som omfattar {hours} och ges av {issuer}. Intyget visar att personen kan ta emot "
    "besökare, kunder och invånare och lotsa dem rätt. Det gäller från {completed} till och med {valid_until}."
)
PICTURED = Design(logo="logo", second_logo="partner", signature="signature")


def said(design=BUILT_IN, **changes) -> str:
    return text_of(made(certificate(**changes), design, pictures=pictures.GIVEN))


def operators(pdf: bytes) -> list[tuple]:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return [
            (str(operator), *map(str, operands)) for operands, operator in pikepdf.parse_content_stream(opened.pages[0])
        ]


def test_a_templates_words_stand_in_the_place_of_the_built_in_ones():
    text = said(Design(heading="Diplom", statement="har gått hela vägen genom", body="Väl mött!"))
    for words in ("Diplom", "har gått hela vägen genom", "Väl mött!"):
        assert words in text
    assert "Kursintyg" not in text
    assert "har slutfört utbildningen" not in text


def test_placeholders_are_filled_in():
    text = said(Design(body="{name}; {title}; {completed}; { valid_until }; {hours}; {issuer}."))
    assert (
        "Maja Lindgren; Ett gott värdskap; 23 november 2026; 23 november 2029; ungefär 31 minuter; Nordmalings kommun."
        in text
    )


def test_what_is_not_known_of_a_certificate_is_said_or_left_empty():
    text = said(Design(body="Till {valid_until}, {hours}!"), valid_until=None, minutes=None)
    assert "Till inget slutdatum, !" in text


def test_an_unknown_placeholder_is_found_beforehand_and_harmless_afterwards():
    body = "{name} {namn} {} {0} {name!r} {name.__class__} } {"
    assert unknown_placeholders(body) == ["namn", "", "0", "name!r", "name.__class__"]
    assert unknown_placeholders(" ".join(f"{{{name}}}" for name in PLACEHOLDERS)) == []
    assert "Maja Lindgren {namn} {} {0} {name!r} {name.__class__} } {" in said(Design(body=body))


@given(st.text(alphabet="{}name !:.0[]%s$"))
def test_no_text_of_a_template_breaks_the_filling_in(text):
    assert filled_in(text, {}) == text
    assert "{name}" not in filled_in(text, {"name": "Maja"})


def test_what_is_filled_in_is_not_filled_in_again():
    assert filled_in("{name}", {"name": "{title}", "title": "Kurs"}) == "{title}"


def test_objectives_and_hours_can_be_left_out():
    text = said(Design(shows_objectives=False, shows_hours=False))
    for words in ("lärandemål", "lotsa rätt", "Omfattning", "ungefär"):
        assert words not in text


def test_colours_are_the_templates():
    pdf = made(certificate(), Design(ink="#102030", accent="#405060", highlight="#708090"))
    colours = {operation[1:] for operation in operators(pdf) if operation[0] == "rg"}
    for parts in ((0x10, 0x20, 0x30), (0x40, 0x50, 0x60), (0x70, 0x80, 0x90)):
        assert any(
            all(abs(float(one) * 255 - part) < 0.5 for one, part in zip(colour, parts, strict=True))
            for colour in colours
        )


def test_frame_and_spruces_can_be_left_out():
    assert ("re",) in {operation[:1] for operation in operators(made(certificate()))}
    plain = operators(made(certificate(), Design(has_background=False, shows_objectives=False)))
    ornaments = [place for place, operation in enumerate(plain) if operation[0] == "BMC"]
    assert len(ornaments) == 1  # the line that is signed on


def test_a_role_without_a_name_signs_nothing():
    text = said(signatory_name="", signatory_role="projektledare")
    assert "projektledare" not in text


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(1, "ungefär 1 minut"), (99, "ungefär 99 minuter"), (100, "ungefär 1,5 timmar"), (155, "ungefär 2,5 timmar"),
     (235, "ungefär 4 timmar")],
)  # fmt: skip
def test_how_long_it_takes_is_said_in_minutes_or_half_hours(minutes, words):
    assert words in said(minutes=minutes)


def test_in_english_hours_have_a_point():
    from django.utils.translation import override

    with override("en"):
        assert extent(155) == "about 2.5 hours"


def test_a_programme_lists_its_courses_with_their_days():
    text = said(**PROGRAMME)
    for words in (
        "Utbildningsintyg", "har slutfört kursprogrammet", "Nordmalings servicepunkter", "Kurser",
        "Ett gott värdskap, 3 mars 2026", "Turism i Nordmaling, 23 november 2026",
    ):  # fmt: skip
        assert words in text
    assert "lärandemål" not in text


def test_in_english_a_programme_is_english():
    text = said(**PROGRAMME, language="en")
    assert "Training certificate" in text
    assert "Ett gott värdskap, 3 March 2026" in text


def test_a_workplace_hangs_it_on_the_wall():
    text = said(**WORKPLACE)
    for words in (
        "Utbildad servicepunkt", "Brattfors Livs", "Alla som arbetar här har gått de utbildningar som krävs.",
        "Turism i Nordmaling", "Alla utbildade 23 november 2026", "Giltigt till och med 23 november 2027",
        "Kan förnyas från 25 september 2027", "Nordmalings kommun",
    ):  # fmt: skip
        assert words in text
    assert text.count("Brattfors Livs") == text.count("Utbildad servicepunkt") == 1


def test_a_workplaces_renewal_begins_when_it_expires_soon():
    one = certificate(**WORKPLACE)
    first = datetime.date(2027, 9, 25)
    assert one.state_on(first) == "expiring"
    assert one.state_on(first - datetime.timedelta(days=1)) == "valid"


def test_a_workplace_without_end_and_under_a_heading_of_its_own():
    text = said(Design(heading="Diploma"), **{**WORKPLACE, "valid_until": None, "language": "en", "title": "Trained"})
    for words in ("Diploma", "Trained Everyone who works here", "no end date"):
        assert words in text
    assert "renewed" not in text


#: As wide as the columns of the database let it be, in one word.
WIDEST = {
    "holder_name": "W" * 200, "title": "M" * 255, "issuer_name": "K" * 200, "signatory_name": "N" * 120,
    "signatory_role": "R" * 120, "version_label": "V" * 20, "objectives": ["O" * 300] * 12,
    "parts": [{"title": "M" * 255}] * 6,
}  # fmt: skip


@pytest.mark.parametrize("basis", ["completion", "programme", "workplace"])
def test_what_no_name_is_keeps_apart_all_the_same(basis, tmp_path):
    design = Design(**{**PICTURED.as_json(), "heading": "H" * 60, "statement": "S" * 120, "body": "{title} " * 50})
    path = tmp_path / "c.pdf"
    path.write_bytes(made(certificate(**WIDEST, basis=basis), design, pictures=pictures.GIVEN))
    assert_apart(path)


@pytest.mark.parametrize("design", [BUILT_IN, PICTURED, Design(**{**PICTURED.as_json(), "body": BODY})])
@pytest.mark.parametrize(
    "changes",
    [
        {"holder_name": LONG_NAME, "title": LONG_TITLE, "objectives": [f"mål nummer {n} av dem" for n in range(12)]},
        {"objectives": ["ett mål som är så långt att det går över flera rader i sin spalt " * 3] * 12},
        {**PROGRAMME, "holder_name": LONG_NAME, "title": LONG_TITLE, "parts": PARTS * 5},
        {**WORKPLACE, "holder_name": LONG_NAME, "title": LONG_TITLE, "parts": PARTS * 6},
        {**WORKPLACE, "parts": []},
        {"version_label": "2026.11-höst-rättad", "minutes": 1555, "issuer_name": "Nordmalings kommun och Region " * 5},
    ],
    ids=["long", "objectives", "programme", "wall", "empty wall", "facts"],
)  # fmt: skip
def test_all_keep_apart_with_both_logos_and_a_signature(changes, design, tmp_path):
    path = tmp_path / "c.pdf"
    path.write_bytes(made(certificate(**changes), design, pictures=pictures.GIVEN))
    assert_apart(path)


def test_what_has_no_room_is_counted_and_never_left_out_in_silence(tmp_path):
    objectives = [f"{n}: " + "mycket långa ord om ett mål som ingen kan nå på en sida " * 5 for n in range(30)]
    pdf = made(certificate(objectives=objectives), PICTURED, pictures=pictures.GIVEN)
    text = text_of(pdf)
    shown = sum(f"{n}: mycket" in text for n in range(30))
    assert 5 < shown < 30
    assert f"och {30 - shown} till" in text
    path = tmp_path / "c.pdf"
    path.write_bytes(pdf)
    assert_apart(path)


def test_a_text_that_fills_the_page_ends_early(tmp_path):
    path = tmp_path / "c.pdf"
    path.write_bytes(made(certificate(title=LONG_TITLE), Design(body="{title} " * 50)))
    assert_apart(path)
    assert "…" in text_of(path.read_bytes())


FIELDS = [
    ({field: "安"}, BUILT_IN)
    for field in ("holder_name", "title", "issuer_name", "signatory_name", "signatory_role", "version_label")
] + [({"objectives": ["安"]}, BUILT_IN), *(({}, Design(**{field: "安"})) for field in ("heading", "statement", "body"))]


@pytest.mark.parametrize(("changes", "design"), FIELDS)
def test_a_letter_that_cannot_be_printed_is_named_wherever_it_stands(changes, design):
    with pytest.raises(MissingGlyphError, match=r"安.*U\+5B89"):
        draw(certificate(**changes), design)


def test_pictures_stand_in_the_file_as_they_were_made():
    """Not worked on again: the palette's dots are those of the PNG, the photograph's bytes those of the JPEG."""
    with pikepdf.open(io.BytesIO(made(certificate(), PICTURED, pictures=pictures.GIVEN))) as pdf:
        shown = {(image.Width, image.Height): image for image in pdf.pages[0].get_images().values()}
        for content in pictures.GIVEN.values():
            with Image.open(io.BytesIO(content)) as given:
                image = shown[given.size]
                assert image.Filter == ("/DCTDecode" if given.format == "JPEG" else "/FlateDecode")
                if given.format == "JPEG":
                    assert image.read_raw_bytes() == content
                seen = pikepdf.PdfImage(image).as_pil_image().convert("RGB")
                assert seen.tobytes() == given.convert("RGB").tobytes()


def test_nothing_on_the_page_is_transparent():
    with pikepdf.open(io.BytesIO(made(certificate(), PICTURED, pictures=pictures.GIVEN))) as pdf:
        images = list(pdf.pages[0].get_images().values())
        assert len(images) == 3
        for image in images:
            assert "/SMask" not in image
            assert "/Mask" not in image
        clear = pikepdf.PdfImage(images[0]).as_pil_image().convert("RGB")
        assert clear.getpixel((clear.width - 1, 0)) == (255, 255, 255)


@pytest.mark.parametrize("content", [pictures.logo(), pictures.photograph("L"), pictures.photograph("CMYK")])
def test_what_has_not_been_made_for_certificates_is_refused(content):
    with pytest.raises(ValueError, match="certificates"):
        prepared("a", content)


def test_pictures_come_from_what_is_kept_and_are_read_once(db, django_assert_num_queries):
    kept = DesignPicture.keep(normalised(pictures.logo(300, 100, colour="#abcdef")))
    design = Design(logo=kept.sha256)
    with django_assert_num_queries(1):
        first = made(certificate(), design)
    with django_assert_num_queries(0):
        assert made(certificate(), design) == first
    assert first == made(certificate(), design, pictures={kept.sha256: bytes(kept.content)})


def test_the_file_of_a_certificate_follows_its_design(db):
    design = CertificateDesign.objects.create(sha256="1" * 64, content=Design(heading="Diplom").as_json())
    assert "Diplom" in text_of(making.make(certificate(design=design)).pdf)


def test_the_same_picture_twice_is_drawn_twice():
    pdf = made(certificate(), Design(logo="logo", second_logo="logo"), pictures=pictures.GIVEN)
    drawings = [operation for operation in operators(pdf) if operation[0] == "Do"]
    assert len(drawings) == 2
    assert len(set(drawings)) == 1


def test_nothing_but_the_built_in_look_is_needed():
    for basis, logo, signature in itertools.product(("completion", "programme", "workplace"), *[("", "logo")] * 2):
        one = certificate(basis=basis, signatory_name="", objectives=[], parts=[], version_label="", minutes=None)
        assert made(one, Design(logo=logo, signature=signature), pictures=pictures.GIVEN)
