"""Documents that show earlier training: what is taken in, where it lies, and who may open it."""

import hashlib
import io
import uuid

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from lms.models import ActivityCompletion, CourseCompletion, EvidenceDocument, LedgerEntry, Role
from lms.people.actions import move_employment
from lms.register.documents import MEGABYTES, kind_of
from lms.workplaces.actions import give_responsibility
from tests.builders import complete, course_of

PATH = "/admin/training/earlier-training/"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def picture(kind):
    output = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(output, kind)
    return output.getvalue()


def form(course, *people, content=PDF, name="intyg Maja Lindgren.pdf", **changes):
    return {
        "form_id": uuid.uuid4(),
        "what": course_of(course).pk,
        "on": timezone.localdate().isoformat(),
        "people": [person.pk for person in people],
        **({"document": SimpleUploadedFile(name, content)} if content is not None else {}),
        **changes,
    }


def record(browser, sent):
    """First who and what, then the yes and the document. What is refused at either is returned."""
    first = {name: value for name, value in sent.items() if name != "document"}
    shown = browser.post(PATH, first)
    if shown.status_code != 200:
        return shown
    return browser.post(PATH, {**sent, "seen": shown.context["seal"]})


STORAGE = EvidenceDocument._meta.get_field("file").storage


def private_files():
    """Every file in private storage that is evidence."""
    if not STORAGE.exists("evidence"):
        return []
    folders, _files = STORAGE.listdir("evidence")
    return [f"evidence/{folder}/{name}" for folder in folders for name in STORAGE.listdir(f"evidence/{folder}")[1]]


@pytest.fixture(autouse=True)
def empty_storage():
    """In memory it lives as long as the tests."""
    for name in private_files():
        STORAGE.delete(name)


def door(person):
    return f"/admin/training/staff/{person.pk}/document/{EvidenceDocument.objects.get().uuid}/"


def test_a_document_is_kept_with_everyone_it_is_about_and_completes_the_course(petra, cast, course):
    record(petra, form(course, cast.maja, cast.bo))
    document = EvidenceDocument.objects.get()
    assert {row.staff for row in document.enrolments.all()} == {cast.maja, cast.bo}
    assert CourseCompletion.objects.count() == 2
    assert (document.kind, document.size, document.sha256) == ("pdf", len(PDF), hashlib.sha256(PDF).hexdigest())
    assert document.uploaded_by == cast.users["petra"]
    assert LedgerEntry.objects.filter(verb="document.added", actor=cast.users["petra"]).count() == 2


def test_it_lies_in_private_storage_named_by_its_id_alone(petra, client, cast, course):
    record(petra, form(course, cast.maja))
    document = EvidenceDocument.objects.get()
    assert private_files() == [f"evidence/{document.uuid.hex[:2]}/{document.uuid.hex}.pdf"]
    assert not storages["default"].exists(document.file.name)
    assert client.get(f"/media/{document.file.name}").status_code == 404
    everything = str(list(EvidenceDocument.objects.values())) + str(list(LedgerEntry.objects.values("data")))
    assert "Maja" not in everything


def test_the_project_leader_gets_it_as_a_file_and_nothing_runs(petra, cast, course):
    record(petra, form(course, cast.maja))
    page = petra.get(f"/admin/training/staff/{cast.maja.pk}/").content.decode()
    assert door(cast.maja) in page
    response = petra.get(door(cast.maja))
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'attachment; filename="underlag-{timezone.localdate()}.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))


@pytest.mark.parametrize("who", ["kajsa", "birgitta", "maja", "bo", "eva", "nisse", None])
def test_nobody_else_gets_it(petra, client, sign_in, cast, course, who):
    """Not the course leader who may record it, not the one it is about."""
    record(petra, form(course, cast.maja))
    response = (sign_in(who) if who else client).get(door(cast.maja))
    assert response.status_code in (302, 403, 404)
    assert not response.streaming


def test_it_is_reached_only_through_somebody_it_is_about_and_who_is_in_reach(petra, sign_in, cast, course, far):
    record(petra, form(course, cast.maja))
    assert petra.get(door(cast.bo)).status_code == 404
    give_responsibility(
        user=cast.users["nisse"], role=Role.PROJECT_LEADER, workplace=cast.annorstades, actor=cast.users["ada"]
    )
    nisse = sign_in("nisse")
    assert nisse.get(door(cast.maja)).status_code == 404
    assert nisse.get(door(far)).status_code == 404
    job = cast.maja.employments.get()
    move_employment(job=job, workplace=cast.annorstades, first_day=timezone.localdate(), actor=cast.ada)
    assert petra.get(door(cast.maja)).status_code == 404  # she works elsewhere now
    opened = nisse.get(door(cast.maja))
    opened.close()
    assert opened.status_code == 200


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (PDF, "x.exe", "pdf"),
        (picture("PNG"), "x.pdf", "png"),
        (picture("JPEG"), "x", "jpg"),
    ],
)
def test_what_it_is_is_told_by_its_content_and_not_by_its_name(petra, cast, course, content, name, kind):
    record(petra, form(course, cast.maja, content=content, name=name))
    document = EvidenceDocument.objects.get()
    assert (document.kind, document.file.name[-4:]) == (kind, f".{kind}")


@pytest.mark.parametrize(
    "content",
    [
        b"<html><script>alert(1)</script></html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'></svg>",
        b"MZ\x90\x00",
        b"GIF89a\x01\x00\x01\x00",
        b"%PDF-1.7 but nothing more",
        b"<script>%PDF-1.7 %%EOF",
        b"\x89PNG\r\n\x1a\n",
        picture("PNG")[:60],
        picture("GIF"),
    ],
)
def test_anything_else_is_refused_at_its_field_and_nothing_is_written(petra, cast, course, content):
    response = record(petra, form(course, cast.maja, content=content))
    assert (response.status_code, list(response.context["document_form"].errors)) == (422, ["document"])
    assert kind_of(content) is None
    assert not CourseCompletion.objects.exists()
    assert private_files() == []


def test_what_is_too_large_is_refused(petra, cast, course):
    content = PDF[:-6] + b" " * (MEGABYTES * 1024 * 1024) + b"%%EOF\n"
    response = record(petra, form(course, cast.maja, content=content))
    assert list(response.context["document_form"].errors) == ["document"]
    assert "högst 10 megabyte" in response.content.decode()


def test_the_same_form_twice_keeps_one_document(petra, cast, course):
    same = form(course, cast.maja, content=None)
    for _time in range(2):
        record(petra, {**same, "document": SimpleUploadedFile("a.pdf", PDF)})
    assert EvidenceDocument.objects.count() == 1
    assert len(private_files()) == 1
    assert LedgerEntry.objects.filter(verb="document.added").count() == 1


def test_a_document_can_be_added_to_what_was_recorded_without_one(petra, cast, course):
    complete(cast.maja, course)
    record(petra, form(course, cast.maja))
    assert EvidenceDocument.objects.get().enrolments.get().staff == cast.maja
    assert CourseCompletion.objects.count() == 1


def test_when_the_record_fails_the_file_goes_with_it(petra, cast, course, monkeypatch):
    def fail(**kwargs):
        raise RuntimeError("Trasigt")

    monkeypatch.setattr("lms.register.views.record_earlier_training", fail)
    with pytest.raises(RuntimeError, match="Trasigt"):
        record(petra, form(course, cast.maja))
    assert (EvidenceDocument.objects.count(), private_files()) == (0, [])


def test_a_file_that_is_lost_is_said_in_words(petra, cast, course):
    record(petra, form(course, cast.maja))
    document = EvidenceDocument.objects.get()
    document.file.storage.delete(document.file.name)
    answer = petra.get(door(cast.maja), follow=True)
    assert "Filen saknas. Be den som sköter webbplatsen" in answer.content.decode()


def test_without_a_document_everything_is_as_before(petra, cast, course):
    record(petra, form(course, cast.maja, content=None))
    assert CourseCompletion.objects.count() == 1
    assert not EvidenceDocument.objects.exists()


def move_to(petra, giver, receiver, course, what=None):
    """It was not her: look, then do it. Returns what was told."""
    path = f"/admin/training/staff/{giver.pk}/course/{course_of(course).pk}/move/"
    what = what or f"course-{giver.completions.get(voided_at=None).pk}"
    sent = {"what": what, "to": receiver.pk, "reason": "Fel Anna"}
    shown = petra.post(path, sent)
    assert petra.post(path, {**sent, "seen": shown.context["seal"]}).status_code == 302
    return shown.context["told"]


def test_it_goes_along_when_the_training_was_somebody_elses(petra, cast, course):
    """And back again. What is hers by her own training is left to her."""
    record(petra, form(course, cast.maja))
    document = EvidenceDocument.objects.get()
    told = move_to(petra, cast.maja, cast.bo, course)
    assert "Underlaget för den tidigare utbildningen följer med till Bo Ek." in told
    assert [row.staff for row in document.enrolments.all()] == [cast.bo]
    assert petra.get(door(cast.maja)).status_code == 404
    moved, left = (LedgerEntry.objects.get(verb=verb) for verb in ("document.moved", "document.left"))
    assert (moved.actor, moved.staff, moved.data["from"]) == (cast.users["petra"], cast.bo, str(cast.maja.uuid))
    assert (left.staff, left.data["to"]) == (cast.maja, str(cast.bo.uuid))
    assert (
        "Underlaget som visar tidigare utbildning" in petra.get(f"/admin/training/staff/{cast.bo.pk}/").content.decode()
    )
    move_to(petra, cast.bo, cast.maja, course)
    assert [row.staff for row in document.enrolments.all()] == [cast.maja]


def test_it_stays_too_with_whom_it_shows_something_still(petra, cast, course):
    record(petra, form(course, cast.maja))
    part = ActivityCompletion.objects.filter(enrolment__staff=cast.maja).first()
    move_to(petra, cast.maja, cast.bo, course, what=f"part-{part.pk}")
    assert {row.staff for row in EvidenceDocument.objects.get().enrolments.all()} == {cast.maja, cast.bo}
    assert not LedgerEntry.objects.filter(verb="document.left").exists()


def test_it_stays_when_what_is_moved_was_learned_here(petra, cast, course):
    complete(cast.maja, course)
    record(petra, form(course, cast.maja))
    move_to(petra, cast.maja, cast.bo, course)
    assert EvidenceDocument.objects.get().enrolments.get().staff == cast.maja
