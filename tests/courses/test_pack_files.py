"""Files as people save them, and links that go along with a pack."""

import re
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from wagtail.documents.models import Document

from courses.models import LessonPage
from courses.packs.errors import PackError
from courses.packs.files import read_course
from courses.packs.markdown import parse_body
from courses.packs.pages import export_course
from tests import builders
from tests.courses import test_packs
from tests.courses.test_packs import LESSON, put

folder = test_packs.folder


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("::: quote\nattribution: någon\n:::", "”text” saknas"),
        ("::: document\ntitle: Blankett\n:::", "”file” saknas"),
        ("::: do-dont Vid disken\ndo: [hälsa]\n:::", "”dont” ska vara en lista"),
        ("::: do-dont Vid disken\ndo: hälsa\ndont: [vänta]\n:::", "”do” ska vara en lista"),
    ],
)
def test_a_box_with_a_line_missing_is_told_by_its_file_and_line(text, words):
    with pytest.raises(PackError, match=r"lektion\.md, rad 1") as error:
        parse_body(text, lesson=LESSON, find_file=str, where="lektion.md")
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("course.yaml", "access: open", "access: alla", "”access” är ”alla”, men ska vara något av open, staff"),
        ("course.yaml", "valid_months: 12", "valid_months: manga", "ska vara ett tal från 1 till 240"),
        ("course.yaml", "validity: day", "validity: alltid", "ska vara något av for_good, completion, expiry, day"),
        ("course.yaml", "valid_months: 12", "valid_months: 0", "ska vara ett tal från 1 till 240"),
        ("01-ett.md", "minutes: 4", "minutes: fyra", "ska vara ett tal från 1 till 600"),
        ("01-ett.md", "::: tip\n", "::: quote\n", "rutan ”quote”"),
        ("01-ett.md", "](https://exempel.se/a?b=1&c=2)", "](documents/borta.pdf)", "documents/borta.pdf"),
    ],
)
def test_what_no_page_can_have_is_told_before_any_page_is_written(folder, file, old, new, words):
    path = folder / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(PackError, match=rf"{re.escape(file)}.*") as error:
        read_course(folder)
    assert words in str(error.value)


@pytest.mark.parametrize("file", ["course.yaml", "01-ett.md", "test.yaml"])
def test_the_mark_that_notepad_puts_first_is_no_mistake(folder, file):
    read = read_course(folder)
    (folder / file).write_text((folder / file).read_text(), encoding="utf-8-sig")
    assert read_course(folder) == read


def test_another_encoding_is_told_by_name(folder):
    (folder / "01-ett.md").write_text((folder / "01-ett.md").read_text(), encoding="cp1252")
    with pytest.raises(PackError, match=r"01-ett\.md.*UTF-8"):
        read_course(folder)


def test_links_to_documents_and_pages_go_along(folder, index, tmp_path, settings):
    """A document as a file of the pack; a page by its address; what is gone leaves its words."""
    settings.MEDIA_ROOT = tmp_path / "media"
    document = Document.objects.create(title="Blankett", file=ContentFile(b"PK", name="blankett.docx"))
    document.get_file_hash()  # kept: by it the document is found when the pack is read back
    course = put(folder, index)
    page = course.get_activity_pages().first()
    text = (
        f'<p>Fyll i <a linktype="document" id="{document.pk}">blanketten</a>, '
        f'se <a id="{page.pk}" linktype="page">lektionen</a> '
        'och <a linktype="page" id="999999">det som är borta</a>.</p>'
    )
    lesson = builders.publish(
        LessonPage(title="Med länkar", slug="lankar", body=[("heading", "Ett"), ("text", text)]), course
    )
    course.introduction = text
    course.save_revision().publish()
    export_course(course, tmp_path / "ut")
    written = f"Fyll i [blanketten](documents/{Path(document.file.name).name}), se [lektionen]({page.url}) och det som"
    assert written in " ".join((tmp_path / "ut" / f"04-{lesson.slug}.md").read_text().split())
    assert "[blanketten](documents/" in (tmp_path / "ut" / "course.yaml").read_text()
    again = put(tmp_path / "ut", index)
    loaded = again.get_activity_pages().get(slug="lankar").specific
    for html in (str(loaded.body[1].value.source), again.introduction):
        assert f'<a linktype="document" id="{document.pk}">blanketten</a>' in html
        assert f'<a href="{page.url}">lektionen</a>' in html


# The order


EARLIER = "6f9c2c1e-9999-4000-8000-000000000000"


@pytest.fixture
def ordered(folder):
    """The test comes after the lesson, and the whole course after another; the meetup when the test is done."""
    course = folder / "course.yaml"
    course.write_text(course.read_text() + f"in_order: true\nafter: [{EARLIER}]\n")
    quiz, meetup = folder / "test.yaml", folder / "03-traff.md"
    quiz.write_text(quiz.read_text() + "after: [01-ett.md]\n")
    meetup.write_text(meetup.read_text().replace("required: false", "required: false\nafter: [01-ett.md, test.yaml]"))
    return folder


def test_a_pack_says_what_comes_first_and_so_does_its_export(ordered, index, tmp_path):
    course = put(ordered, index)
    lesson, quiz, meetup = course.get_activity_pages().specific()
    first, second = str(lesson.translation_key), str(quiz.translation_key)
    assert (course.in_order, course.after, lesson.after) == (True, [EARLIER], [])
    assert (quiz.after, meetup.after) == ([first], [first, second])
    export_course(course, tmp_path / "ut")
    again = read_course(tmp_path / "ut")
    assert (again.in_order, again.after) == (True, [EARLIER])
    assert [activity.after for activity in again.activities] == [[], [first], [first, second]]


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("test.yaml", "after: [01-ett.md]", "after: [03-traff.md]", "”after” nämner 03-traff.md"),
        ("test.yaml", "after: [01-ett.md]", "after: 01-ett.md", "”after” är en lista"),
        ("course.yaml", EARLIER, "vardskap", "men ”vardskap” är inget"),
        ("01-ett.md", "minutes: 4", "required: false", "som är frivillig"),
    ],
)
def test_a_mistake_in_the_order_is_told_by_its_file(ordered, file, old, new, words):
    path = ordered / file
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(PackError) as error:
        read_course(ordered)
    assert words in str(error.value)
