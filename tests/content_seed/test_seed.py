"""Seeding: idempotent, and respectful of authors."""

import shutil
import uuid
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from content_seed import seeding
from courses.models import Activity, Course, CoursePage, LessonPage
from courses.packs.files import read_course, write_course_file, write_lesson_file

from .conftest import PACK

pytestmark = pytest.mark.usefixtures("packs_of_one_course")


def test_the_first_seeding_makes_the_course(seeded):
    assert {line.split()[0] for line in seeded} == {"ny"}
    assert len(seeded) == 7
    course = Course.objects.get()
    assert (course.title, course.live, course.access, course.valid_months) == ("Ett gott värdskap", True, "staff", 36)
    assert [activity.kind for activity in Activity.objects.in_tree_order()] == ["lesson"] * 5 + ["quiz"]


def test_the_second_changes_nothing(seeded, seed):
    before = list(CoursePage.objects.values_list("latest_revision_id", flat=True))
    assert {line.split()[0] for line in seed()} == {"oförändrad"}
    assert list(CoursePage.objects.values_list("latest_revision_id", flat=True)) == before


def test_what_an_author_has_changed_is_left_alone_and_said(seeded, seed):
    page = LessonPage.objects.get(slug="vad-ar-vardskap")
    page.title = "Min egen rubrik"
    page.save_revision()
    lines = seed()
    assert lines[1] == "orörd         Ett gott värdskap / Vad är värdskap? (ändrad på webbplatsen)"
    assert LessonPage.objects.get(pk=page.pk).get_latest_revision_as_object().title == "Min egen rubrik"
    assert sum(line.startswith("oförändrad") for line in lines) == 6


def test_what_an_author_has_deleted_stays_deleted(seeded, seed):
    LessonPage.objects.get(slug="vad-ar-vardskap").delete()
    assert "(borttagen på webbplatsen)" in seed()[1]
    assert LessonPage.objects.count() == 4


def test_what_an_author_has_unpublished_stays_so_when_the_pack_is_newer(seeded, seed, monkeypatch):
    LessonPage.objects.get(slug="vad-ar-vardskap").unpublish()
    packs = seeding.packs()
    packs[0].activities[0].title = "Ny rubrik i paketet"
    monkeypatch.setattr(seeding, "packs", lambda: packs)
    lines = seed()
    assert lines[1].startswith("orörd")
    assert not LessonPage.objects.get(slug="vad-ar-vardskap").live
    assert sum(line.startswith("oförändrad") for line in lines) == 6


def test_a_newer_pack_updates_what_nobody_has_touched(seeded, seed, monkeypatch):
    packs = seeding.packs()
    packs[0].activities[0].title = "Ny rubrik i paketet"
    monkeypatch.setattr(seeding, "packs", lambda: packs)
    lines = seed()
    assert lines[1].startswith("uppdaterad")
    assert LessonPage.objects.get(slug="vad-ar-vardskap").title == "Ny rubrik i paketet"


def test_a_new_lesson_in_the_pack_takes_its_place(seeded, seed, monkeypatch):
    import copy

    packs = seeding.packs()
    extra = copy.deepcopy(packs[0].activities[1])
    extra.uuid, extra.slug, extra.title = uuid.uuid4(), "inskjuten", "Inskjuten"
    packs[0].activities.insert(2, extra)
    monkeypatch.setattr(seeding, "packs", lambda: packs)
    seed()
    titles = [page.title for page in CoursePage.objects.get().get_activity_pages()]
    assert titles[2] == "Inskjuten"


def test_a_mistake_in_a_pack_is_told_and_nothing_is_loaded(index, monkeypatch, tmp_path):
    folder = tmp_path / "nordmaling" / "trasig"
    folder.mkdir(parents=True)
    (folder / "course.yaml").write_text("title: Utan det mesta\n")
    monkeypatch.setattr(seeding, "PACKS", tmp_path)
    with pytest.raises(CommandError, match=r"trasig/course\.yaml"):
        call_command("seed")
    assert not Course.objects.exists()


# Choosing, and other languages


def test_a_course_that_there_is_not_is_said_with_those_that_there_are(index):
    with pytest.raises(CommandError, match=r"ett-gott-vardkap.*ett-gott-vardskap"):
        call_command("seed", "ett-gott-vardkap")
    assert not Course.objects.exists()


def add_translation(folder: Path, **lesson: str) -> None:
    """An English title for the course, and its first lesson as `lesson` says."""
    source = read_course(PACK)
    folder.mkdir(parents=True)
    head = {"uuid": str(source.activities[0].uuid), "slug": "what-is-hospitality", "title": "What is hospitality?"}
    write_lesson_file(folder / "01.md", head, lesson.get("body", ""))
    course = {"uuid": str(source.uuid), "language": "en", "slug": "good-hospitality", "title": "Good hospitality"}
    write_course_file(folder, {**course, "activities": ["01.md"]})


@pytest.fixture
def packs_with_english(monkeypatch, one_course, tmp_path):
    place = tmp_path / "packs"
    shutil.copytree(one_course, place)
    body = "## Two shops {#tva-butiker}\n\n![Coffee](01-vad-ar-vardskap.png)\n"
    add_translation(place / "nordmaling" / PACK.name / "en", body=body)
    monkeypatch.setattr(seeding, "PACKS", place)


def test_a_translation_shares_identity_steps_and_pictures(index, packs_with_english, seed):
    lines = seed()
    assert lines[-2:] == ["ny            Good hospitality", "ny            Good hospitality / What is hospitality?"]
    course = Course.objects.get()
    assert course.titles == {"sv": "Ett gott värdskap", "en": "Good hospitality"}
    assert (course.source_language, course.valid_months) == ("sv", 36)
    swedish, english = LessonPage.objects.filter(translation_key=Activity.objects.in_tree_order()[0].uuid).order_by(
        "pk"
    )
    assert english.get_steps()[0].id == swedish.get_steps()[0].id
    pictures = [
        next(block.value["image"] for block in page.body if block.block_type == "picture")
        for page in (swedish, english)
    ]
    assert pictures[0] == pictures[1]
    assert english.url == "/en/courses/good-hospitality/what-is-hospitality/"
    assert {line.split()[0] for line in seed()} == {"oförändrad"}


def test_a_site_without_the_language_leaves_its_translations_out(seeded, packs_with_english, seed, settings):
    settings.WAGTAIL_CONTENT_LANGUAGES = [("sv", "Svenska")]
    assert seed()[-1] == "utelämnad     Good hospitality (webbplatsen har inte det språket)"
    assert Course.objects.get().titles == {"sv": "Ett gott värdskap"}
