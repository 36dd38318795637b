"""A certificate is born with a completion, drawn after commit, never changed; replaced or revoked when it must be."""

import hashlib

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone
from wagtail.models import Locale

from certificates import drawing, issuing
from certificates.issuing import issue, replace, revoke
from certificates.making import ensure_drawn
from certificates.models import SERIAL_ALPHABET, Certificate, RevocationReason, State, new_serial, new_status_index
from courses.models import CoursePage
from lms.models import LedgerEntry, TrainingSettings
from lms.people.actions import change_details
from lms.progress import move, void
from tests.builders import complete


@pytest.fixture
def done(cast, course, django_capture_on_commit_callbacks):
    """Maja's completion, with what happens after commit done."""
    with django_capture_on_commit_callbacks(execute=True):
        return complete(cast.maja, course)


@pytest.fixture
def certificate(done):
    return Certificate.objects.get()


def test_a_completion_brings_one_certificate_with_what_was_true_then(certificate, done, course):
    assert certificate.holder_name == "Maja Lindgren"
    assert (certificate.title, certificate.language) == ("Ett gott värdskap", "sv")
    assert certificate.objectives == ["förklara vad värdskap är", "ta emot besökare"]
    assert (certificate.completed_on, certificate.valid_until) == (done.completed_on, done.valid_until)
    assert certificate.base_url == "https://larpunkt.example"
    assert certificate.version_label == "1"
    assert LedgerEntry.objects.filter(verb="certificate.issued", staff=done.staff).count() == 1


def translated(course, **changes):
    copy = course.copy_for_translation(Locale.objects.get(language_code="en"), copy_parents=True)
    for name, value in changes.items():
        setattr(copy, name, value)
    copy.save()
    return copy


def complete_in_english(cast, course):
    change_details(staff=cast.maja, language="en", actor=None)
    complete(cast.maja, course)
    return Certificate.objects.get()


def test_the_words_of_a_translation_are_printed_for_who_reads_it(cast, course):
    translated(course, title="Good hosting", objectives=[("objective", "welcome visitors")]).save_revision().publish()
    certificate = complete_in_english(cast, course)
    assert (certificate.language, certificate.title) == ("en", "Good hosting")
    assert certificate.objectives == ["welcome visitors"]


def test_a_draft_is_never_printed(cast, course):
    assert not translated(course, objectives=[("objective", "DRAFT")]).live
    certificate = complete_in_english(cast, course)
    assert (certificate.language, certificate.title) == ("sv", "Ett gott värdskap")
    assert certificate.objectives == ["förklara vad värdskap är", "ta emot besökare"]


def test_a_withdrawn_translation_gives_way_to_the_published_page(cast, course):
    english = translated(course, objectives=[("objective", "welcome visitors")])
    english.save_revision().publish()
    CoursePage.objects.get(pk=english.pk).unpublish()
    assert complete_in_english(cast, course).language == "sv"


def test_a_certificate_of_a_course_withdrawn_since_is_replaced_with_its_words(cast, course, certificate):
    translated(course, objectives=[("objective", "DRAFT")])
    CoursePage.objects.get(pk=course.pk).unpublish()
    assert replace(certificate=certificate, actor=cast.ada).objectives == certificate.objectives


def test_it_is_drawn_after_commit_and_the_hash_is_of_the_file(certificate):
    content = certificate.file.read()
    assert content.startswith(b"%PDF-1.7")
    assert hashlib.sha256(content).hexdigest() == certificate.sha256


def test_the_file_lies_in_private_storage_and_is_named_by_its_serial_alone(certificate, client):
    assert certificate.file.name == f"certificates/{certificate.serial[:2]}/{certificate.serial}.pdf"
    assert certificate.file.storage.exists(certificate.file.name)
    assert not storages["default"].exists(certificate.file.name)
    assert client.get(f"/media/{certificate.file.name}").status_code == 404


def test_issuing_again_gives_the_same_one(certificate, done):
    assert issue(completion=done) == certificate
    assert Certificate.objects.count() == 1


def test_the_database_itself_keeps_it_to_one_current(certificate):
    copy = Certificate.objects.get()
    copy.pk, copy.serial, copy.status_index = None, new_serial(), new_status_index()
    copy.uuid = "00000000-0000-4000-8000-000000000001"
    with pytest.raises(IntegrityError, match="completion"), transaction.atomic():
        copy.save(force_insert=True)


def test_who_gets_a_taken_place_in_the_status_list_gets_another(certificate, cast, course, monkeypatch):
    places = iter([certificate.status_index, certificate.status_index, 77])
    monkeypatch.setattr(issuing, "new_status_index", lambda: next(places))
    complete(cast.staff["bo"], course)
    assert Certificate.objects.get(staff=cast.staff["bo"]).status_index == 77


@pytest.mark.parametrize("name", Certificate.SNAPSHOT)
def test_what_is_printed_never_changes(certificate, name):
    before = getattr(certificate, name)
    changed = {
        list: ["annat"],
        int: 999,
        str: "annat",
    }.get(type(before), timezone.localdate().replace(year=2000) if "on" in name or "until" in name else None)
    if name == "subject_uuid":
        changed = certificate.uuid
    if name == "design_id":
        changed = 999
    setattr(certificate, name, changed)
    with pytest.raises(ImproperlyConfigured, match=name):
        certificate.save()


def test_a_new_name_changes_nothing_that_is_issued(certificate, cast, course, client):
    before = certificate.sha256
    change_details(staff=cast.maja, given_name="Maj", family_name="Nyström", actor=cast.users["petra"])
    page = CoursePage.objects.get()
    page.title = "Ny titel"
    page.save_revision().publish()
    certificate.refresh_from_db()
    assert (certificate.holder_name, certificate.title, certificate.sha256) == (
        "Maja Lindgren",
        "Ett gott värdskap",
        before,
    )
    assert ensure_drawn(certificate).sha256 == before


def test_it_survives_its_course_page_and_its_users(certificate, course, cast, client):
    CoursePage.objects.get().delete()
    cast.users["maja"].delete()
    cast.users["ada"].delete()
    certificate.refresh_from_db()
    assert client.get(f"/intyg/{certificate.serial}/").status_code == 200


def test_a_correction_is_a_new_one_and_the_old_says_so(certificate, cast, django_capture_on_commit_callbacks):
    change_details(staff=cast.maja, family_name="Nyström", actor=cast.users["petra"])
    certificate = Certificate.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        new = replace(certificate=certificate, actor=cast.users["petra"])
    certificate.refresh_from_db()
    assert (new.holder_name, new.state) == ("Maja Nyström", State.VALID)
    assert (certificate.state, certificate.superseded_by, certificate.holder_name) == (
        State.REPLACED,
        new,
        "Maja Lindgren",
    )
    assert new.serial != certificate.serial
    with pytest.raises(ValueError, match="Only a current certificate"):
        replace(certificate=certificate, actor=cast.users["petra"])


def test_a_voided_completion_revokes_and_a_new_one_brings_a_new_certificate(certificate, done, cast, course):
    void(completion=done, reason="Fel person", recorded_by=cast.users["petra"])
    certificate.refresh_from_db()
    assert (certificate.state, certificate.revocation_reason) == (State.REVOKED, RevocationReason.VOIDED)
    complete(cast.maja, course)
    assert [one.state for one in Certificate.objects.order_by("pk")] == [State.REVOKED, State.VALID]


def test_the_certificate_follows_when_it_was_not_her(certificate, done, cast):
    move(completion=done, to=cast.staff["bo"], reason="Det var inte hon", recorded_by=cast.users["petra"])
    certificate.refresh_from_db()
    assert certificate.state is State.REVOKED
    assert Certificate.objects.current().get().holder_name == "Bo Ek"


def test_revoking_twice_keeps_the_first_reason(certificate, cast):
    revoke(certificate=certificate, reason=RevocationReason.ISSUER, actor=cast.users["petra"])
    first = Certificate.objects.get().revoked_at
    revoke(certificate=certificate, reason=RevocationReason.VOIDED, actor=None)
    again = Certificate.objects.get()
    assert (again.revoked_at, again.revocation_reason) == (first, RevocationReason.ISSUER)


def test_it_expires_by_the_day_alone_and_says_so_two_months_before(certificate):
    assert certificate.state_on(certificate.valid_until - timezone.timedelta(days=60)) is State.VALID
    assert certificate.state_on(certificate.valid_until - timezone.timedelta(days=59)) is State.EXPIRING
    assert certificate.state_on(certificate.valid_until) is State.EXPIRING
    assert certificate.state_on(certificate.valid_until + timezone.timedelta(days=1)) is State.EXPIRED


def test_a_lost_file_is_put_back_byte_for_byte(certificate, capsys):
    before = certificate.file.read()
    certificate.file.storage.delete(certificate.file.name)
    call_command("draw_certificates")
    assert capsys.readouterr().out == "1 drawn, 0 failed.\n"
    fresh = Certificate.objects.get()
    with fresh.file.open("rb") as file:
        assert file.read() == before


def test_a_certificate_that_no_worker_drew_is_drawn_when_asked_for(cast, course):
    complete(cast.maja, course)  # nothing runs after commit here
    certificate = Certificate.objects.get()
    assert certificate.sha256 == ""
    assert Certificate.objects.not_drawn().get() == certificate
    assert ensure_drawn(certificate).sha256 != ""


def test_two_who_draw_at_once_keep_one_file(cast, course, monkeypatch):
    complete(cast.maja, course)
    certificate = Certificate.objects.get()
    draw = drawing.draw

    def slow(*args):
        """While this one draws, another one finishes."""
        monkeypatch.setattr(drawing, "draw", draw)
        ensure_drawn(Certificate.objects.get())
        return draw(*args)

    monkeypatch.setattr(drawing, "draw", slow)
    ensure_drawn(certificate)
    stored = Certificate.objects.get()
    assert certificate.file.name == stored.file.name
    folder, name = stored.file.name.rsplit("/", 1)
    kept = stored.file.storage.listdir(folder)[1]  # other tests' files may lie there too
    assert [one for one in kept if one.startswith(stored.serial)] == [name]


def test_a_file_that_would_not_be_the_same_is_never_put_back(certificate, capsys):
    certificate.file.storage.delete(certificate.file.name)
    Certificate.objects.update(sha256="0" * 64)
    with pytest.raises(SystemExit):
        call_command("draw_certificates")
    assert "cannot be made the same again" in capsys.readouterr().err


def test_a_name_that_cannot_be_printed_stops_nothing_but_the_file(cast, course, client, capsys, at_tablet):
    from tests import people

    person = people.hire(cast, "安娜", "王", "brattfors")
    complete(person, course)
    certificate = Certificate.objects.get()
    with pytest.raises(drawing.MissingGlyphError, match="安"):
        ensure_drawn(certificate)
    with pytest.raises(SystemExit):
        call_command("draw_certificates")
    assert "安" in capsys.readouterr().err
    assert client.get(f"/intyg/{certificate.serial}/").status_code == 200


def test_serials_are_of_sixty_characters_less_the_ones_that_are_misread_and_hold_93_bits():
    import math

    serials = {new_serial() for _number in range(2000)}
    assert len(serials) == 2000
    assert {len(serial) for serial in serials} == {16}
    assert set("".join(serials)) == set(SERIAL_ALPHABET)
    assert math.log2(len(SERIAL_ALPHABET) ** 16) > 93
    assert not set("0OIl") & set(SERIAL_ALPHABET)


def test_the_issuer_is_what_is_set_or_the_name_of_the_site(cast, course):
    complete(cast.maja, course)
    assert Certificate.objects.get().issuer_name == "Lärpunkt"
    TrainingSettings.objects.create(organisation="Nordmalings kommun", signatory_name="Petra")
    complete(cast.staff["bo"], course)
    assert Certificate.objects.get(staff=cast.staff["bo"]).issuer_name == "Nordmalings kommun"
