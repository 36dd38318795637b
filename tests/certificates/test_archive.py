"""Archives: a ZIP that is kept elsewhere, a leader's word that it is, and nothing deleted before."""

import csv
import hashlib
import io
import zipfile
from unittest.mock import patch

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone

from certificates.archive import approve_archive, archives_in_reach, certificates_to_keep, stream_archive
from certificates.making import ensure_drawn
from certificates.models import ArchiveExport, Certificate
from lms.models import LedgerEntry
from lms.people.actions import end_employment
from lms.people.erasing import erase_person
from tests.builders import complete

PAGE = "/admin/certificates/archives/"


@pytest.fixture
def two(cast, course):
    """Maja's and Bo's, drawn."""
    for person in (cast.maja, cast.bo):
        complete(person, course)
    return [ensure_drawn(certificate) for certificate in Certificate.objects.order_by("pk")]


@pytest.fixture
def left(cast, two, settings, time_machine):
    """Maja has left, and archives come first."""
    settings.LMS_CERT_ARCHIVE_FIRST = True
    end_employment(job=cast.maja.employments.get(), last_day=timezone.localdate(), actor=cast.ada)
    time_machine.move_to(timezone.now() + timezone.timedelta(days=2))
    return cast.maja


def fetched(browser):
    response = browser.post(PAGE)
    return response, response.getvalue()


def test_it_holds_every_file_with_its_checksum(petra, cast, two, far, course):
    complete(far, course)  # none of Petra's
    response, content = fetched(petra)
    assert response["Content-Type"] == "application/zip"
    assert "no-store" in response["Cache-Control"]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [name for name in archive.namelist() if name.endswith(".pdf")]
        sums = {hashlib.sha256(archive.read(name)).hexdigest() for name in names}
        rows = list(csv.reader(io.StringIO(archive.read("intyg.csv").decode("utf-8-sig")), delimiter=";"))
    assert sums == {certificate.sha256 for certificate in two}
    assert {cell for row in rows for cell in row} >= sums
    kept = ArchiveExport.objects.get()
    assert (kept.sha256, kept.size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert set(kept.certificates.all()) == set(two)
    entry = LedgerEntry.objects.get(verb="certificates.archived")
    assert (entry.actor, entry.data) == (cast.petra, {"sha256": kept.sha256, "number": 2, "size": len(content)})


def test_what_breaks_off_is_no_archive(cast, two):
    pieces = stream_archive(certificates_to_keep(cast.ada), actor=cast.ada)
    next(pieces)
    pieces.close()
    assert not ArchiveExport.objects.exists()


def test_a_file_that_could_not_be_had_is_in_no_archive(petra, cast, two, left):
    """It may be read again tomorrow: it must not be deleted for an archive that it is not in."""
    storage = Certificate.objects.get(staff=left).file.storage
    with patch.object(type(storage), "open", side_effect=OSError("No answer.")):
        fetched(petra)
    archive = ArchiveExport.objects.get()
    assert left not in [certificate.staff for certificate in archive.certificates.all()]
    approve_archive(archive=archive, actor=cast.petra)
    with pytest.raises(ValidationError, match="Maja Lindgren"):
        erase_person(staff=left, actor=cast.petra)


def test_a_file_that_is_lost_is_not_waited_for(cast, left):
    Certificate.objects.get(staff=left).file.storage.delete(Certificate.objects.get(staff=left).file.name)
    erase_person(staff=left, actor=cast.petra)
    assert Certificate.objects.get(staff=left).holder_name == ""


def test_it_is_approved_once_and_the_ledger_says_by_whom(petra, cast, two):
    fetched(petra)
    archive = ArchiveExport.objects.get()
    path = f"{PAGE}{archive.uuid}/approve/"
    shown = petra.get(path)
    assert archive.sha256 in shown.content.decode()
    for _time in range(2):
        assert petra.post(path, {"seen": shown.context["seal"]}).status_code == 302
    archive.refresh_from_db()
    assert archive.approved_by == cast.petra
    assert LedgerEntry.objects.get(verb="certificates.archive_approved").data == {"sha256": archive.sha256}
    assert "Alla finns i ett godkänt arkiv" in petra.get(PAGE).content.decode()


def test_anothers_archive_is_nobody_elses(cast, two, sign_in):
    fetched(sign_in("ada"))
    archive = ArchiveExport.objects.get()
    assert not archives_in_reach(cast.petra).exists()
    with pytest.raises(PermissionDenied):
        approve_archive(archive=archive, actor=cast.petra)
    assert sign_in("petra").get(f"{PAGE}{archive.uuid}/approve/").status_code == 404
    for name in ("kajsa", "birgitta", "eva", "nisse", "maja"):
        response = sign_in(name).post(PAGE)
        assert response.status_code in (302, 403)
        assert not archives_in_reach(cast.users[name]).exists()
        assert sign_in(name).get(f"{PAGE}{archive.uuid}/approve/").status_code in (302, 403, 404)
    assert ArchiveExport.objects.count() == 1


def test_nobody_is_erased_before_their_certificates_are_in_an_approved_archive(petra, cast, left):
    with pytest.raises(ValidationError, match="Maja Lindgren"):
        erase_person(staff=left, actor=cast.petra)
    fetched(petra)
    with pytest.raises(ValidationError):
        erase_person(staff=left, actor=cast.petra)
    approve_archive(archive=ArchiveExport.objects.get(), actor=cast.petra)
    before = Certificate.objects.get(staff=left)
    Certificate.objects.filter(pk=before.pk).update(credential="a.b.c", share_token="token")
    erase_person(staff=left, actor=cast.petra)
    after = Certificate.objects.get(pk=before.pk)
    assert (after.serial, after.sha256, after.revocation_reason) == (before.serial, before.sha256, "erased")
    assert (after.holder_name, after.file.name, after.credential, after.share_token) == ("", "", "", None)
    assert list(ArchiveExport.objects.get().certificates.all())  # what was in it is still known


def test_what_has_no_file_stands_in_nobodys_way(cast, course, settings, time_machine):
    settings.LMS_CERT_ARCHIVE_FIRST = True
    complete(cast.maja, course)
    end_employment(job=cast.maja.employments.get(), last_day=timezone.localdate(), actor=cast.ada)
    time_machine.move_to(timezone.now() + timezone.timedelta(days=2))
    erase_person(staff=cast.maja, actor=cast.petra)
    assert Certificate.objects.get().holder_name == ""


def test_the_sweeps_leave_who_was_erased_alone(cast, left, settings, capsys):
    settings.LMS_CERT_ARCHIVE_FIRST = False
    erase_person(staff=left, actor=cast.petra)
    call_command("draw_certificates")
    call_command("issue_certificates")
    assert capsys.readouterr().out == "0 drawn, 0 failed.\n0 issued, 0 drawn, 0 failed.\n"


def test_the_command_writes_it_and_says_its_checksum(cast, two, tmp_path, capsys):
    call_command("export_certificates", str(tmp_path))
    [path] = tmp_path.iterdir()
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert digest in capsys.readouterr().out
    assert path.stat().st_mode & 0o777 == 0o600
    assert ArchiveExport.objects.get().approved_at is None
    with pytest.raises(CommandError, match="already"):
        call_command("export_certificates", str(path))


def test_the_command_can_approve_for_a_leader(cast, two, tmp_path):
    for name in ("nobody", "nisse"):
        with pytest.raises(CommandError):
            call_command("export_certificates", str(tmp_path / "a.zip"), approve_as=name)
    call_command("export_certificates", str(tmp_path / "a.zip"), approve_as="petra")
    assert ArchiveExport.objects.get().approved_by == cast.petra
    assert not (tmp_path / "a.zip.part").exists()


def test_the_command_approves_its_own_and_no_other(cast, two, tmp_path, monkeypatch):
    """Somebody fetches one in the CMS at the same moment."""

    def both(certificates, *, actor):
        yield from stream_archive(certificates, actor=actor)
        list(stream_archive(certificates.filter(staff=cast.bo), actor=cast.petra))

    monkeypatch.setattr("certificates.management.commands.export_certificates.stream_archive", both)
    call_command("export_certificates", str(tmp_path / "a.zip"), approve_as="petra")
    approved = ArchiveExport.objects.get(approved_by=cast.petra)
    assert approved.sha256 == hashlib.sha256((tmp_path / "a.zip").read_bytes()).hexdigest()


def test_what_breaks_off_leaves_no_names_on_the_disk(cast, two, tmp_path, monkeypatch):
    def full(certificates, *, actor):
        yield b"PK"
        raise OSError("No space left on device")

    monkeypatch.setattr("certificates.management.commands.export_certificates.stream_archive", full)
    with pytest.raises(CommandError, match="No space left"):
        call_command("export_certificates", str(tmp_path / "a.zip"))
    assert not list(tmp_path.iterdir())


def test_where_nothing_can_be_written_nothing_is_recorded(cast, two, tmp_path):
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export_certificates", str(tmp_path / "missing" / "a.zip"))
    assert not ArchiveExport.objects.exists()
