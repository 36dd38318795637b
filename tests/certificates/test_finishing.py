"""The finished file as strangers' programs see it: poppler, qpdf, PDFBox, pypdf, Pillow."""

import datetime
import io
import re
import subprocess
from dataclasses import replace

import pikepdf
import pytest
from PIL import Image, ImageCms
from pypdf import PdfReader

from certificates import colour_profile
from certificates.design import Design
from certificates.drawing import draw
from certificates.finishing import SIGNATURE_FIELD, Attachment, Document, finish
from tests.certificates import pictures, preflight
from tests.certificates.test_drawing import certificate, needed

PICTURED = Design(logo="logo", second_logo="partner", signature="signature")
PAINTING = re.compile(r"^(f\*?|F|B\*?|b\*?|S|s|Tj|TJ|'|\"|Do|sh)$")
CREDENTIAL = (
    Attachment("credential.jwt", b"eyJhbGciOiJFUzI1NiJ9." * 150, "application/vc+jwt", "Data", "Meritbevis"),
    Attachment("credential.json", b'{"type": ["VerifiableCredential"]}' * 50, "application/json", "Alternative", "Läs"),
)


def drawn(one=None, design=PICTURED):
    return draw(one or certificate(), design, pictures=pictures.GIVEN)


def finished(attachments=(), *, one=None, design=PICTURED, **how) -> bytes:
    one = one or certificate()
    return finish(drawn(one, design), Document.of(one), attachments, **how)


def said(*command) -> str:
    needed(command[0])
    return subprocess.run([str(part) for part in command], capture_output=True, check=True, text=True).stdout


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    found = tmp_path_factory.mktemp("finished") / "c.pdf"
    found.write_bytes(finished(CREDENTIAL))
    return found


@pytest.fixture(scope="module")
def pdf(path):
    with pikepdf.open(path) as found:
        yield found


def test_its_syntax_is_right(path):
    assert "No syntax or stream encoding errors" in said("qpdf", "--check", path)


def test_it_is_one_tagged_page_without_scripts(path):
    facts = dict(line.split(":", 1) for line in said("pdfinfo", path).splitlines())
    facts = {name: value.strip() for name, value in facts.items()}
    assert facts["Tagged"] == "yes"
    assert facts["Pages"] == "1"
    assert facts["JavaScript"] == "no"
    assert facts["Title"] == "Intyg: Ett gott värdskap"
    assert facts["Author"] == "Nordmalings kommun"


def test_it_reads_aloud_in_order(path):
    text = said("pdfinfo", "-struct-text", path)
    roles = re.findall(r"^ *([A-Z]\w*)(?: \(block\))?:?$", text, re.M)
    assert roles.count("H1") == 1
    assert roles.count("L") == 1
    assert roles.count("LI") == roles.count("LBody") == 5
    assert roles.count("Figure") == 4
    assert roles[0] == "Document"
    assert roles[-1] == "Form"
    order = [text.index(f'"{words}') for words in ("Kursintyg", "Maja", "Ett gott", "Kursens", "lotsa", "Slutförd")]
    assert order == sorted(order)


def test_each_figure_says_what_it_shows_and_where_it_stands(pdf):
    whole = pdf.Root.StructTreeRoot.K[0]
    figures = [element for element in whole.K if element.S == "/Figure"]
    assert [str(figure.Alt) for figure in figures] == [
        "Logotyp för Nordmalings kommun",
        "Logotyp för en samarbetspartner",
        "Underskrift av Petra Projektledare, projektledare",
        "QR-kod som leder till https://larpunkt.example/intyg/4oeP4DoTcf3fScRx/",
    ]
    for figure in figures:
        left, bottom, right, top = (float(edge) for edge in figure.A.BBox)
        assert 0 < left < right < 842
        assert 0 < bottom < top < 596


def test_everything_on_the_page_is_read_aloud_once_or_an_ornament(pdf):
    marked, depth = [], 0
    for operands, operator in pikepdf.parse_content_stream(pdf.pages[0]):
        if str(operator) in ("BDC", "BMC"):
            depth += 1
            assert depth == 1
            if str(operator) == "BDC":
                marked.append(int(operands[1].MCID))
        elif str(operator) == "EMC":
            depth -= 1
        elif PAINTING.match(str(operator)):
            assert depth == 1, operator
    assert marked == list(range(len(marked)))

    def leaves(element):
        kids = element.K if isinstance(element.K, pikepdf.Array) else [element.K]
        for kid in kids:
            if isinstance(kid, int):
                yield kid, element
            elif kid.get("/Type") != "/OBJR":
                yield from leaves(kid)

    found = list(leaves(pdf.Root.StructTreeRoot.K[0]))
    assert [mcid for mcid, _element in found] == marked
    owners = pdf.Root.StructTreeRoot.ParentTree.Nums[1]
    assert [owner.objgen for owner in owners] == [element.objgen for _mcid, element in found]


def test_every_font_is_embedded(path):
    rows = [line.split() for line in said("pdffonts", path).splitlines()[2:]]
    assert len(rows) == 3
    for row in rows:
        assert row[-5:-2] == ["yes", "yes", "yes"], row
    assert b"Helvetica" not in path.read_bytes()


def test_every_letter_is_a_letter_of_unicode(pdf):
    for font in pdf.pages[0].Resources.Font.values():
        codes = re.findall(rb"<[0-9A-F]{2}> <([0-9A-F]+)>", font.ToUnicode.read_bytes().split(b"beginbfchar", 1)[1])
        assert len(codes) > 10
        assert not {b"0000", b"FEFF", b"FFFE"} & set(codes)


def test_xmp_and_the_old_dictionary_say_the_same(path):
    reader = PdfReader(path)
    xmp, info = reader.xmp_metadata, reader.metadata
    assert xmp.dc_title == {"x-default": info.title} == {"x-default": "Intyg: Ett gott värdskap"}
    assert xmp.dc_creator == [info.author]
    assert xmp.dc_description == {"x-default": info.subject}
    assert xmp.dc_language == ["sv"] == [reader.trailer["/Root"]["/Lang"]]
    assert xmp.xmp_creator_tool == info.creator == xmp.pdf_producer == info.producer == "Lärpunkt"
    issued = datetime.datetime(2026, 11, 23, 14, 30, tzinfo=datetime.UTC)
    assert info.creation_date == info.modification_date == issued
    assert xmp.xmp_create_date == xmp.xmp_modify_date == issued.replace(tzinfo=None)


def test_it_says_which_standards_it_follows(path):
    meta = said("pdfinfo", "-meta", path)
    assert "<pdfaid:part>3</pdfaid:part>" in meta
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in meta
    assert "<pdfuaid:part>1</pdfuaid:part>" in meta


def test_names_with_signs_of_xml_do_it_no_harm():
    one = certificate(issuer_name="Handel & <Service> i Nordmaling", title='Mer "värde" & <b>')
    reader = PdfReader(io.BytesIO(finished(one=one, design=Design())))
    assert reader.xmp_metadata.dc_creator == [reader.metadata.author] == [one.issuer_name]
    assert reader.xmp_metadata.dc_title["x-default"] == 'Intyg: Mer "värde" & <b>'


def test_what_is_empty_is_left_out():
    document = replace(Document.of(certificate()), author="", subject="")
    reader = PdfReader(io.BytesIO(finish(drawn(), document)))
    assert "/Author" not in reader.metadata
    assert reader.xmp_metadata.dc_creator == []
    assert reader.xmp_metadata.dc_description == {}


def test_colours_mean_srgb_by_an_old_profile_of_our_own(pdf):
    [intent] = pdf.Root.OutputIntents
    assert intent.S == "/GTS_PDFA1"
    content = intent.DestOutputProfile.read_bytes()
    assert content == colour_profile.srgb()
    ours = ImageCms.ImageCmsProfile(io.BytesIO(content))
    assert ours.profile.version == 2.1
    there = ImageCms.buildTransform(ours, ImageCms.createProfile("sRGB"), "RGB", "RGB")
    for colour in ((0, 0, 0), (31, 90, 76), (147, 57, 43), (128, 128, 128), (255, 255, 255)):
        seen = there.apply(Image.new("RGB", (1, 1), colour)).getpixel((0, 0))
        assert all(abs(one - other) <= 1 for one, other in zip(seen, colour, strict=True))


def test_attachments_come_out_as_they_went_in(path, pdf, tmp_path):
    assert said("pdfdetach", "-list", path).splitlines()[0] == "2 embedded files"
    for attachment in CREDENTIAL:
        said("pdfdetach", "-savefile", attachment.name, "-o", tmp_path / attachment.name, path)
        assert (tmp_path / attachment.name).read_bytes() == attachment.content
    assert [str(file.AFRelationship) for file in pdf.Root.AF] == ["/Data", "/Alternative"]
    assert [str(file.EF.F.Subtype) for file in pdf.Root.AF] == ["/application/vc+jwt", "/application/json"]
    names = [str(name) for name in pdf.Root.Names.EmbeddedFiles.Names][::2]
    assert names == ["credential.json", "credential.jwt"]  # a tree of names is sorted


def test_a_signature_has_its_place_and_is_not_seen(path, pdf):
    assert "not signed" in said("pdfsig", path)
    [field] = pdf.Root.AcroForm.Fields
    assert str(field.T) == SIGNATURE_FIELD == "Issuer"
    assert str(field.TU) == "Fält för elektronisk underskrift av Nordmalings kommun"
    assert [int(edge) for edge in field.Rect] == [0, 0, 0, 0]
    assert field.AP.N.read_bytes() == b""
    assert field.F == 132
    form = pdf.Root.StructTreeRoot.K[0].K[-1]
    assert form.S == "/Form"
    assert form.K.Obj.objgen == field.objgen


def test_the_same_always_gives_the_same_bytes():
    assert finished(CREDENTIAL) == finished(CREDENTIAL)


def test_with_a_credential_it_leaves_room_for_a_signature_within_45_kilobytes():
    assert len(finished(CREDENTIAL, design=Design())) <= 45_000 - 7_000


WALL = {
    "basis": "workplace", "holder_name": "Brattfors Livs", "title": "Utbildad servicepunkt", "objectives": [],
    "parts": [{"title": "Ett gott värdskap"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "design"), [({}, Design()), ({}, PICTURED), (WALL, PICTURED)], ids=["plain", "pictures", "wall"]
)
def test_as_part_1_it_passes_the_whole_check(changes, design, tmp_path):
    path = tmp_path / "lint.pdf"
    path.write_bytes(finished(one=certificate(**changes), design=design, lint=True))
    assert preflight.verdict_on(path) == "The file lint.pdf is a valid PDF/A-1b file"


def test_the_check_finds_what_is_wrong(path):
    assert not preflight.is_valid(path)  # part 3 is not part 1


def test_part_1_knows_no_attachments():
    with pytest.raises(ValueError, match="no attachments"):
        finished(CREDENTIAL, lint=True)
