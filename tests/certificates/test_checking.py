"""Somebody hands over a file: what we can say of it, in plain words, whatever the file is."""

import datetime
import io
import json
import random

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.utils import timezone
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

from certificates.issuing import erase_holder, replace, revoke
from certificates.making import WaitsForKeyError, ensure_drawn, make
from certificates.models import Certificate, IssuerKey, RevocationReason, SignatureLevel
from certificates.signing import checking, keys
from certificates.signing.actions import mark_compromised
from certificates.signing.checking import Severity, Verdict, check
from certificates.signing.reading import UnreadableError, signatures_in
from certificates.signing.sign import sign
from tests.builders import complete
from tests.keys import locked_pdf, make_keys, plain_pdf, rotate_keys, small_pdf, tsa, use_keys

PAGE = "/admin/certificates/check/"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_keys(tmp_path_factory.mktemp("checking") / "keys")


@pytest.fixture
def named(folder, settings, monkeypatch):
    use_keys(settings, monkeypatch, folder)
    return folder


@pytest.fixture
def certificate(named, cast, course):
    return issued(cast.maja, course)


def issued(person, course):
    complete(person, course)
    return ensure_drawn(Certificate.objects.current().get(staff=person))


@pytest.fixture
def pdf(certificate):
    return bytes_of(certificate)


def bytes_of(certificate):
    with certificate.file.open("rb") as file:
        return file.read()


def said(report):
    return " ".join(found.words for found in report.findings)


def worst(report):
    return [found.words for found in report.findings if found.severity == Severity.ERROR]


def test_a_certificate_is_made_signed_with_its_credential_inside(certificate, pdf):
    assert certificate.signature_level == SignatureLevel.B_B
    assert certificate.signature_key.kid == keys.load().kid
    assert make(certificate).pdf == pdf
    report = check(pdf)
    assert (report.verdict, report.certificate) == (Verdict.VALID, certificate)
    assert {found.severity for found in report.findings} == {Severity.OK}
    assert certificate.printed_serial in said(report)
    assert len(report.findings) == 4, "which it is, its state, the signature, the credential"


def test_of_two_hundred_changed_bytes_none_passes(pdf):
    for place in random.Random(8).sample(range(len(pdf)), 200):
        changed = bytearray(pdf)
        changed[place] ^= 1 << random.Random(place).randrange(8)
        report = check(bytes(changed))
        assert report.verdict in (Verdict.NOT_GENUINE, Verdict.UNREADABLE), place
        assert worst(report)


def test_what_was_signed_is_seen_to_be_changed_by_the_signature_alone(pdf):
    [good] = signatures_in(pdf)
    assert good.is_good
    [signature] = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    _start, first, second, rest = signature.byte_range
    signed = [*range(first), *range(second, second + rest)]
    for place in random.Random(9).sample(signed, 200):
        changed = bytearray(pdf)
        changed[place] ^= 1 << random.Random(place).randrange(8)
        try:
            seen = signatures_in(bytes(changed))
        except UnreadableError:
            continue
        assert not any(one.is_good for one in seen), place


def test_something_laid_over_it_afterwards_is_refused(pdf):
    """An update at the end leaves every signed byte as it was."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    from pyhanko.pdf_utils import generic

    stream = generic.StreamObject(stream_data=b"BT /F1 40 Tf 100 300 Td (Someone Else) Tj ET")
    writer.add_stream_to_page(0, writer.add_object(stream))
    out = io.BytesIO()
    writer.write(out)
    overlaid = out.getvalue()
    assert overlaid.startswith(pdf)
    [seen] = signatures_in(overlaid)
    assert (seen.intact, seen.whole, seen.is_good) == (True, False, False)
    report = check(overlaid)
    assert report.verdict == Verdict.NOT_GENUINE
    assert len(worst(report)) == 2


def test_a_credential_that_was_swapped_is_refused(pdf, certificate, cast, course):
    """Written anew with another's credential: the signature goes along and no longer fits."""
    other = issued(cast.bo, course)
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        del opened.attachments["credential.jwt"]
        opened.attachments["credential.jwt"] = pikepdf.AttachedFileSpec(opened, other.credential.encode())
        opened.save(out, deterministic_id=True)
    swapped = out.getvalue()
    assert check(swapped).verdict == Verdict.NOT_GENUINE
    assert not any(one.is_good for one in signatures_in(swapped))


def test_our_own_file_with_a_credential_that_is_not_the_rows_is_an_error(pdf, certificate, cast, course):
    """The register itself would have to be wrong; then it is said."""
    Certificate.objects.filter(pk=certificate.pk).update(credential=issued(cast.bo, course).credential)
    report = check(pdf)
    assert report.verdict == Verdict.NOT_GENUINE
    assert len(worst(report)) == 1


def test_a_strangers_key_under_the_same_names_is_refused(certificate, settings, monkeypatch, tmp_path):
    stranger = make_keys(tmp_path / "stranger")
    use_keys(settings, monkeypatch, stranger)
    forged = make(certificate)
    names = [chain[0].issuer for chain in (keys.chain_of(certificate.signature_key), keys.load().chain)]
    assert names[0] == names[1]
    IssuerKey.objects.exclude(pk__in=[certificate.signature_key_id, certificate.credential_key_id]).delete()
    [seen] = signatures_in(forged.pdf)
    assert (seen.key, seen.is_good) == (None, False)
    assert check(forged.pdf).verdict == Verdict.NOT_GENUINE


def test_our_key_without_a_line_in_the_register_raises_the_alarm(certificate):
    """The key is in other hands, or the register is an old copy."""
    foreign = sign(small_pdf(), at=timezone.now()).pdf
    [seen] = signatures_in(foreign)
    assert seen.is_good
    report = check(foreign)
    assert report.verdict == Verdict.NOT_GENUINE
    assert len(worst(report)) == 2


def test_old_and_new_are_genuine_after_rotation(certificate, pdf, cast, course, settings, monkeypatch, tmp_path):
    use_keys(settings, monkeypatch, rotate_keys(tmp_path / "next", keys._path().parent))
    new = issued(cast.bo, course)
    assert new.signature_key != certificate.signature_key
    assert check(pdf).verdict == check(bytes_of(new)).verdict == Verdict.VALID


def test_a_signing_certificate_that_has_ended_since_changes_nothing_of_what_it_signed(certificate, pdf, time_machine):
    Certificate.objects.filter(pk=certificate.pk).update(valid_until=None)
    time_machine.move_to(timezone.now().replace(year=timezone.now().year + 6))
    assert check(pdf).verdict == Verdict.VALID
    [seen] = signatures_in(pdf)
    assert (seen.intact, seen.trusted) == (True, False), "without the register it is believed no more"


def test_after_a_compromise_the_register_alone_is_believed(certificate, pdf):
    foreign = sign(small_pdf(), at=timezone.now()).pdf
    mark_compromised(key=certificate.signature_key, since=timezone.now(), actor=None)
    report = check(pdf)
    assert report.verdict == Verdict.VALID
    assert [found.severity for found in report.findings].count(Severity.WARNING) == 1
    assert check(foreign).verdict == Verdict.NOT_GENUINE


def test_genuine_and_not_valid(certificate, pdf, cast):
    revoke(certificate=certificate, reason=RevocationReason.ISSUER, actor=cast.ada)
    report = check(pdf)
    assert (report.verdict, worst(report)) == (Verdict.NOT_VALID, [])


def test_replaced_says_by_which(certificate, pdf, cast):
    new = replace(certificate=certificate, actor=cast.users["ada"])
    report = check(pdf)
    assert report.verdict == Verdict.NOT_VALID
    assert new.printed_serial in said(report)


@pytest.mark.parametrize(("days", "verdict"), [(-1, Verdict.NOT_VALID), (5, Verdict.VALID), (400, Verdict.VALID)])
def test_the_last_day_decides(certificate, pdf, days, verdict):
    until = timezone.localdate() + datetime.timedelta(days=days)
    Certificate.objects.filter(pk=certificate.pk).update(valid_until=until, completed_on=until)
    assert check(pdf).verdict == verdict


def test_of_whom_is_erased_the_file_is_still_known(certificate, pdf, cast):
    erase_holder(staff=cast.maja, actor=cast.users["ada"])
    report = check(pdf)
    assert (report.verdict, worst(report)) == (Verdict.NOT_VALID, [])
    assert "Maja" not in said(report)


def test_a_time_stamp_is_told_of(named, cast, course, settings, monkeypatch):
    from pyhanko.sign.timestamps import DummyTimeStamper

    monkeypatch.setattr("certificates.signing.sign.time_stamper", lambda url: DummyTimeStamper(*tsa()))
    use_keys(settings, monkeypatch, named, TSA_URL="https://tsa.example")
    stamped = issued(cast.maja, course)
    assert stamped.signature_level == SignatureLevel.B_T
    report = check(bytes_of(stamped))
    assert report.verdict == Verdict.VALID
    assert len(report.findings) == 5


def test_a_lost_file_comes_back_byte_for_byte_with_its_signature(certificate, pdf):
    certificate.file.storage.delete(certificate.file.name)
    assert bytes_of(ensure_drawn(Certificate.objects.get())) == pdf


def test_and_with_another_key_it_does_not_come_back(certificate, settings, monkeypatch, tmp_path):
    """Better none than one that is not what was issued."""
    certificate.file.storage.delete(certificate.file.name)
    use_keys(settings, monkeypatch, rotate_keys(tmp_path / "next", keys._path().parent))
    with pytest.raises(RuntimeError, match="cannot be made the same"):
        ensure_drawn(Certificate.objects.get())


def test_a_check_costs_a_fixed_number_of_questions(pdf, django_assert_num_queries):
    with django_assert_num_queries(5):
        check(pdf)
    with django_assert_num_queries(2):
        check(pdf[:-1])


# Without a key, without the extra.


def test_without_a_key_it_is_genuine_by_the_register_and_says_that_it_is_not_signed(cast, course):
    unsigned = issued(cast.maja, course)
    assert (unsigned.signature_level, unsigned.signature_key) == ("", None)
    report = check(bytes_of(unsigned))
    assert report.verdict == Verdict.VALID
    assert [found.severity for found in report.findings] == [Severity.OK, Severity.OK, Severity.NOTE]


def test_without_the_extra_the_register_still_tells(pdf, monkeypatch):
    monkeypatch.setattr(keys, "extra_is_installed", lambda: False)
    report = check(pdf)
    assert report.verdict == Verdict.VALID
    assert [found.severity for found in report.findings].count(Severity.NOTE) == 2
    assert check(pdf[:-1]).verdict == Verdict.NOT_GENUINE


@pytest.mark.parametrize("broken", ["P12", "CREDENTIAL_KEY"])
def test_a_broken_key_keeps_the_file_waiting_and_the_learner_is_told_kindly(
    named, cast, course, maja, settings, broken
):
    good = settings.LMS_CERT_SIGNING
    settings.LMS_CERT_SIGNING = {**good, broken: "/not/there"}
    complete(cast.maja, course)
    waiting = Certificate.objects.get()
    with pytest.raises(WaitsForKeyError):
        make(waiting)
    response = maja.get(f"/min-utbildning/intyg/{waiting.uuid}/pdf/")
    assert response.status_code == 503
    assert "/not/there" not in response.content.decode()
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("draw_certificates", stdout=out, stderr=out)
    assert not Certificate.objects.get().sha256
    settings.LMS_CERT_SIGNING = good
    call_command("draw_certificates", stdout=out, stderr=out)
    assert check(bytes_of(Certificate.objects.get())).verdict == Verdict.VALID


# Whatever the file is.


@pytest.mark.parametrize(
    ("content", "verdict"),
    [
        (b"", Verdict.UNREADABLE),
        (b"\x89PNG\r\n", Verdict.UNREADABLE),
        (b"%PDF-1.7\nnothing more", Verdict.UNREADABLE),
        (b"%PDF-1.7\n" + b"[" * 100_000, Verdict.UNREADABLE),
        (b"%PDF-" + b"0" * checking.MOST_BYTES, Verdict.UNREADABLE),
        (locked_pdf(), Verdict.UNREADABLE),
        (plain_pdf(), Verdict.NOT_GENUINE),
    ],
    ids=["empty", "picture", "cut off", "deep", "huge", "locked", "somebody's"],
)
def test_whatever_it_is_it_gets_an_answer(db, content, verdict):
    report = check(content)
    assert report.verdict == verdict
    assert worst(report)


@pytest.mark.parametrize("size", [0.1, 0.5, 0.9, 0.999])
def test_a_file_cut_off_gets_an_answer(pdf, size):
    report = check(pdf[: int(len(pdf) * size)])
    assert report.verdict in (Verdict.NOT_GENUINE, Verdict.UNREADABLE)
    assert worst(report)


# The command and the page.


def verify(path, *more):
    out = io.StringIO()
    try:
        call_command("verify_certificate", str(path), *more, stdout=out)
    except SystemExit as ended:
        return ended.code, out.getvalue()
    return 0, out.getvalue()


def test_the_command_ends_with_what_it_found(certificate, pdf, tmp_path, cast):
    file = tmp_path / "intyg.pdf"
    file.write_bytes(pdf)
    code, text = verify(file)
    assert code == 0
    assert certificate.printed_serial in text
    file.write_bytes(pdf + b"\n")
    assert verify(file)[0] == 1
    file.write_bytes(b"nothing")
    assert verify(file)[0] == 4
    revoke(certificate=certificate, reason=RevocationReason.ISSUER, actor=cast.ada)
    file.write_bytes(pdf)
    code, text = verify(file, "--json")
    assert code == 3
    assert json.loads(text)["serial"] == certificate.serial
    assert (json.loads(text)["verdict"], json.loads(text)["state"]) == ("not-valid", "revoked")
    assert "Maja" not in text
    with pytest.raises(CommandError) as error:
        verify(tmp_path / "nothing.pdf")
    assert error.value.returncode == 2


def upload(browser, content, name="intyg.pdf"):
    return browser.post(PAGE, {"file": SimpleUploadedFile(name, content)})


def test_a_leader_hands_in_a_file_and_reads_what_it_is(petra, pdf, certificate, on_disk, tmp_path):
    assert petra.get(PAGE).status_code == 200
    text = upload(petra, pdf).content.decode()
    assert "Maja Lindgren" in text
    assert certificate.printed_serial in text
    text = upload(petra, pdf[:-1]).content.decode()
    assert "Maja Lindgren" not in text, "of a file that is not ours nothing is told"
    assert list(tmp_path.iterdir()) == [], "nothing is kept"


@pytest.mark.parametrize("who", [None, "maja", "bo", "birgitta", "eva", "nisse"])
def test_nobody_else_may(client, sign_in, pdf, who):
    browser = sign_in(who) if who else client
    for response in (browser.get(PAGE), upload(browser, pdf)):
        assert response.status_code in (302, 403)
        assert b"Maja" not in response.content


def test_every_leader_may(sign_in, pdf):
    for who in ("petra", "kajsa", "ada"):
        assert upload(sign_in(who), pdf).status_code == 200


def test_too_large_or_nothing_at_all_is_said_at_the_field(petra, monkeypatch):
    monkeypatch.setattr("certificates.admin.checking.MOST_BYTES", 10)
    assert upload(petra, b"%PDF-" + b"0" * 10).status_code == 422
    assert petra.post(PAGE).status_code == 422
    assert upload(petra, b"").status_code == 200
