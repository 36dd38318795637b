"""Many certificates as one ZIP: every one in it or named in its list, under names that any disk takes."""

import csv
import hashlib
import io
import re
import subprocess
import zipfile

import pytest
from django.core.files.base import ContentFile
from hypothesis import given
from hypothesis import strategies as st

from certificates import making, zipping
from certificates.issuing import revoke
from certificates.making import ensure_drawn
from certificates.models import SERIAL_ALPHABET, Basis, Certificate, RevocationReason
from certificates.zipping import file_name, stream
from lms.models import StaffMember
from tests import people
from tests.certificates.many import issue_for


def opened(certificates=None, **how):
    found = Certificate.objects.order_by("pk") if certificates is None else certificates
    return zipfile.ZipFile(io.BytesIO(b"".join(stream(found, **how))))


def rows_of(archive):
    text = archive.read("intyg.csv").decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


@pytest.fixture
def quick(monkeypatch):
    """Files that cost nothing to draw, each its own."""
    monkeypatch.setattr(making, "make", lambda one: making.Made(b"%PDF-1.7 " + one.serial.encode()))


def test_two_hundred_and_fifty_each_once_with_its_sum(cast, quick, monkeypatch):
    monkeypatch.setattr(zipping, "PART", 40)
    for number in range(250):
        issue_for(cast.maja if number % 2 else cast.staff["bo"], f"Kurs {number % 5}")
    archive = opened()
    names = [name for name in archive.namelist() if name != "intyg.csv"]
    assert archive.testzip() is None
    assert len(names) == len({name.casefold() for name in names}) == 250
    assert archive.namelist()[-1] == "intyg.csv"
    heading, *rows = rows_of(archive)
    assert heading[:3] == ["Nummer", "Namn", "Titel"]
    assert len(rows) == 250
    for row in rows:
        told = dict(zip(heading, row, strict=True))
        assert hashlib.sha256(archive.read(told["Fil"])).hexdigest() == told["SHA-256"]
        assert Certificate.objects.get(serial=told["Nummer"]).sha256 == told["SHA-256"]


def test_it_is_read_by_other_programs_too(cast, quick, tmp_path):
    issue_for(cast.maja)
    path = tmp_path / "intyg.zip"
    path.write_bytes(b"".join(stream(Certificate.objects.all())))
    listed = subprocess.run(["python3", "-m", "zipfile", "-t", path], capture_output=True, text=True, check=True)
    assert "Done testing" in listed.stdout
    # Sizes and sums stand before each file: also for those who read it from the beginning.
    content = path.read_bytes()
    assert content[:4] == b"PK\x03\x04"
    assert int.from_bytes(content[6:8], "little") & 0x08 == 0
    assert int.from_bytes(content[18:22], "little") == 25


def test_it_comes_piece_by_piece(cast, quick):
    for _number in range(3):
        issue_for(cast.maja)
    pieces = list(stream(Certificate.objects.all()))
    assert len(pieces) == 4
    assert max(map(len, pieces)) < 2000


def test_a_list_longer_than_what_is_held_at_once_comes_whole(cast, quick, monkeypatch):
    monkeypatch.setattr(zipping, "BLOCK", 300)
    for number in range(12):
        issue_for(cast.maja, f"Kurs {number}")
    pieces = list(stream(Certificate.objects.all()))
    assert max(map(len, pieces)) <= 300
    archive = zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
    assert archive.testzip() is None
    assert len(rows_of(archive)) == len(archive.namelist()) == 13
    assert archive.getinfo("intyg.csv").file_size > 1500


def test_the_name_of_a_file_says_whose_of_what_and_when(cast):
    certificate = issue_for(cast.maja, "Ett gott värdskap", issued_on="2026-11-23", completed_on="2026-11-23",
                            serial="b7QmB7Qmb7QmB7Qm")  # fmt: skip
    certificate.refresh_from_db()
    assert file_name(certificate, set()) == "Lindgren_Maja_Ett-gott-vardskap_2026-11-23_b7Qm.pdf"


@pytest.mark.parametrize(
    ("name", "beginning"),
    [
        ("Åsa-Märta Öhrström", "Ohrstrom_Asa-Marta_"),
        ("Máhtte Ŧuvgŋi", "Tuvgni_Mahtte_"),
        ("安娜 王", "Kurs_"),
        ("../../etc/passwd", "etc-passwd_Kurs_"),
        ("CON", "CON_Kurs_"),
        ("Anna\\..\\nul. \n", "Anna-nul_Kurs_"),
        ("A" * 90 + " " + "B" * 90, "B" * 30 + "_" + "A" * 30 + "_"),
    ],
)
def test_no_name_is_a_path_or_more_than_a_disk_takes(db, name, beginning):
    certificate = issue_for(None, "Kurs", holder_name=name)
    certificate.refresh_from_db()
    found = file_name(certificate, set())
    assert found.startswith(beginning)
    assert re.fullmatch(r"[A-Za-z0-9_-]+\.pdf", found)
    assert len(found) < 140


@given(
    name=st.text(min_size=1, max_size=200),
    title=st.text(max_size=255),
    serials=st.lists(st.text(SERIAL_ALPHABET, min_size=16, max_size=16), min_size=2, max_size=6),
)
def test_whatever_they_are_called_no_two_have_one_name(name, title, serials):
    taken: set[int] = set()
    today = zipping.timezone.localdate()
    for serial in [*serials, serials[0].swapcase(), serials[0]]:
        found = file_name(Certificate(holder_name=name, title=title, serial=serial, issued_on=today), taken)
        assert re.fullmatch(r"[A-Za-z0-9_-]+\.pdf", found)
    assert len(taken) == len(serials) + 2


def test_someone_elses_new_name_is_not_put_on_an_old_certificate(cast):
    certificate = issue_for(cast.maja, holder_name="Maja von Gammal")
    certificate.refresh_from_db()
    assert file_name(certificate, set()).startswith("Gammal_Maja-von_")


def test_a_workplace_has_but_one_name(db):
    shop = issue_for(None, "Utbildad servicepunkt", holder_name="Servicepunkt Lögdeå", basis=Basis.WORKPLACE)
    assert file_name(shop, set()).startswith("Servicepunkt-Logdea_Utbildad-servicepunkt_")


def test_a_formula_in_a_name_is_harmless_in_the_list(db, quick):
    issue_for(None, '=HYPERLINK("x")', holder_name="=1+1")
    assert rows_of(opened())[1][1:3] == ["'=1+1", '\'=HYPERLINK("x")']


def test_what_no_longer_counts_lies_by_itself_and_says_so(cast, quick):
    revoked = issue_for(cast.maja)
    revoke(certificate=revoked, reason=RevocationReason.ISSUER, actor=cast.ada)
    issue_for(cast.staff["bo"])
    archive = opened()
    inside = [name for name in archive.namelist() if "/" in name]
    assert len(inside) == 1
    assert inside[0].startswith("galler-inte-langre/Lindgren_Maja_")
    assert [row[7] for row in rows_of(archive)[1:]] == ["Återkallat", "Giltigt"]


def test_what_has_no_file_stops_nothing_and_says_why(cast, course):
    """One whose name cannot be printed, one erased, one lost, one swapped that is put back, and one as it should be."""
    unprintable = issue_for(people.hire(cast, "安娜", "王", "brattfors"))
    erased = issue_for(cast.maja)
    Certificate.objects.filter(pk=erased.pk).update(holder_name="")
    lost, swapped, good = (ensure_drawn(issue_for(cast.maja)) for _number in range(3))
    lost.file.storage.delete(lost.file.name)
    Certificate.objects.filter(pk=lost.pk).update(sha256="0" * 64)
    swapped.file.storage.delete(swapped.file.name)
    swapped.file.storage.save(swapped.file.name, ContentFile(b"%PDF something else"))
    archive = opened()
    told = {row[0]: row for row in rows_of(archive)[1:]}
    assert len(told) == 5
    assert len(archive.namelist()) == 3
    for one in (good, swapped):
        assert hashlib.sha256(archive.read(told[one.serial][9])).hexdigest() == one.sha256
    for one, words in (
        (unprintable, "kan inte skrivas ut"), (erased, "har raderats"), (lost, "säkerhetskopia"),
    ):  # fmt: skip
        assert told[one.serial][9] == ""
        assert words in told[one.serial][10]


def test_a_file_that_is_not_the_one_that_was_issued_is_left_out(cast):
    swapped = ensure_drawn(issue_for(cast.maja))
    swapped.file.storage.delete(swapped.file.name)
    swapped.file.storage.save(swapped.file.name, ContentFile(b"%PDF something else"))
    archive = opened(draws=False)
    assert archive.namelist() == ["intyg.csv"]
    assert "inte den som utfärdades" in rows_of(archive)[1][10]


def test_those_without_file_can_be_left_undrawn(cast):
    issue_for(cast.maja)
    archive = opened(draws=False)
    assert archive.namelist() == ["intyg.csv"]
    assert "inte framställd än" in rows_of(archive)[1][10]
    assert Certificate.objects.get().sha256 == ""


def test_none_is_a_list_with_its_heading_alone(db):
    assert len(rows_of(opened())) == 1


def test_stopping_in_the_middle_is_no_error(cast, quick):
    issue_for(cast.maja)
    issue_for(cast.maja)
    pieces = stream(Certificate.objects.all())
    next(pieces)
    pieces.close()


def test_staff_rows_are_not_asked_for_one_by_one(cast, quick, django_assert_num_queries):
    for _number in range(5):
        ensure_drawn(issue_for(StaffMember.objects.get(pk=cast.maja.pk)))
    with django_assert_num_queries(2):  # which, and what they are
        list(stream(Certificate.objects.all()))
