"""An author's own recording of a lesson: chosen in the editor, kept when copied, carried in packs, no new version."""

import pytest
from django.core.files.base import ContentFile
from wagtail.documents.models import Document
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from courses.documents import documents_in
from courses.models import ActivityVersion, LessonPage
from courses.packs.errors import PackError
from courses.packs.files import read_course
from courses.packs.pages import export_course
from courses.recordings import kind_of
from tests import builders
from tests.courses import test_packs
from tests.courses.test_packs import put
from tests.courses.test_publishing import republish

folder = test_packs.folder


pytestmark = pytest.mark.usefixtures("on_disk")


def make_recording(name="lektion.mp3", content=b"ID3"):
    document = Document.objects.create(title="Inläst av Maja", file=ContentFile(content, name=name))
    document.get_file_hash()  # kept: by it the document is found when a pack is read back
    return document


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.mp3", "audio/mpeg"),
        ("A.M4A", "audio/mp4"),
        ("a.b.opus", "audio/ogg"),
        ("a.ogg", "audio/ogg"),
        ("a.wav", "audio/wav"),
        ("a.mp4", ""),
        ("mp3", ""),
    ],
)
def test_a_recording_is_told_by_its_name(name, kind):
    assert kind_of(name) == kind


@pytest.mark.parametrize(("name", "may"), [("lektion.mp3", True), ("lektion.docx", False)])
def test_an_author_who_chooses_another_kind_of_file_is_told_which_would_do(sign_in, course, name, may):
    page, recording = course.get_activity_pages().first().specific, make_recording(name)
    body = streamfield([("heading", "Ett"), ("text", rich_text("<p>Hej</p>"))])
    data = {"title": page.title, "slug": page.slug, "summary": "", "minutes": "", "body": body, "audio": recording.pk}
    data = nested_form_data({**data, "required": "on", "comments": inline_formset([]), "action-publish": "1"})
    response = sign_in("ada").post(f"/admin/pages/{page.pk}/edit/", data)
    assert (response.status_code == 302) == may
    assert LessonPage.objects.get(pk=page.pk).audio == (recording if may else None)
    words = "”lektion.docx” är ingen ljudfil som en webbläsare kan spela. Välj en fil som slutar på m4a, mp3, ogg, opus"
    assert may or words in response.content.decode()


def test_it_is_one_of_the_lessons_documents(course):
    lesson = builders.make_lesson(course, audio=make_recording())
    assert documents_in(lesson) == {lesson.audio_id}
    assert documents_in(builders.make_workshop(course)) == set()


def test_a_new_recording_of_the_same_words_makes_no_new_version(course):
    lesson = builders.make_lesson(course)
    before = list(ActivityVersion.objects.values_list("pk", "content_hash"))
    recordings = [make_recording(), make_recording("igen.mp3", b"ID3 igen")]
    for recording in recordings:
        lesson.audio = recording
        lesson = republish(lesson)
    assert list(ActivityVersion.objects.values_list("pk", "content_hash")) == before
    assert builders.activity_of(lesson).recordings == [recording.pk for recording in recordings]


def test_a_copied_course_keeps_its_recordings(course):
    lesson = builders.make_lesson(course, audio=make_recording())
    copy = course.copy(recursive=True, update_attrs={"slug": "kopia", "title": "Kopia"})
    assert copy.get_children().last().specific.audio == lesson.audio


def test_a_pack_carries_it_out_and_in(folder, index, tmp_path):
    course = put(folder, index)
    lesson = builders.make_lesson(course, audio=make_recording())
    export_course(course, tmp_path / "ut")
    assert (tmp_path / "ut" / "documents" / "lektion.mp3").read_bytes() == b"ID3"
    assert "audio: lektion.mp3\n" in (tmp_path / "ut" / f"04-{lesson.slug}.md").read_text()
    again = put(tmp_path / "ut", index).get_activity_pages().get(slug=lesson.slug).specific
    assert again.audio == lesson.audio

    # On another site, which has neither the page nor the file; and away again when the pack no longer has it.
    Document.objects.all().delete()
    again = put(tmp_path / "ut", index).get_activity_pages().get(slug=lesson.slug).specific
    with again.audio.open_file() as opened:
        assert opened.read() == b"ID3"
    path = tmp_path / "ut" / f"04-{lesson.slug}.md"
    path.write_text(path.read_text().replace("audio: lektion.mp3\n", ""))
    again = put(tmp_path / "ut", index).get_activity_pages().get(slug=lesson.slug).specific
    assert again.audio is None


@pytest.mark.parametrize(
    ("name", "words"), [("borta.mp3", "filen documents/borta.mp3 finns inte"), ("text.pdf", "är ingen ljudfil")]
)
def test_a_pack_without_the_file_or_with_another_kind_is_told_before_any_page_is_written(folder, name, words):
    path = folder / "01-ett.md"
    path.write_text(path.read_text().replace("minutes: 4", f"minutes: 4\naudio: {name}", 1))
    with pytest.raises(PackError, match=r"01-ett\.md") as error:
        read_course(folder)
    assert words in str(error.value)
