"""Seeding: idempotent, respectful of authors, and the demo shows everything that the matrix can show."""

import datetime
import shutil
import uuid
from pathlib import Path

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import CommandError, call_command
from django.test import Client, RequestFactory
from django.utils import timezone

from content_seed import seeding
from content_seed.backends import DEMO_PASSWORD, DemoBackend
from content_seed.demo import DEMO_PIN, PEOPLE
from content_seed.models import DemoAccount
from courses.models import Activity, Course, CoursePage, LessonPage, QuizPage
from courses.packs.files import read_course, write_course_file, write_lesson_file
from lms.models import StaffMember, Workplace
from lms.reports import figures
from lms.status import Status

PACK = Path("content_seed/packs/nordmaling/ett-gott-vardskap")


@pytest.fixture(scope="session")
def one_course(tmp_path_factory):
    """The packs with a single course in its own language: enough to see how seeding is done."""
    place = tmp_path_factory.mktemp("packs")
    shutil.copytree(PACK, place / "nordmaling" / PACK.name, ignore=shutil.ignore_patterns("en", "src"))
    return place


@pytest.fixture(autouse=True)
def packs_of_one_course(monkeypatch, one_course):
    monkeypatch.setattr(seeding, "PACKS", one_course)


def seed(capsys, *arguments) -> list[str]:
    call_command("seed", *arguments)
    return capsys.readouterr().out.splitlines()


@pytest.fixture
def seeded(index, capsys):
    return seed(capsys)


def test_the_first_seeding_makes_the_course(seeded):
    assert {line.split()[0] for line in seeded} == {"ny"}
    assert len(seeded) == 7
    course = Course.objects.get()
    assert (course.title, course.live, course.access, course.valid_months) == ("Ett gott värdskap", True, "staff", 36)
    assert [activity.kind for activity in Activity.objects.in_tree_order()] == ["lesson"] * 5 + ["quiz"]


def test_the_second_changes_nothing(seeded, capsys):
    before = list(CoursePage.objects.values_list("latest_revision_id", flat=True))
    assert {line.split()[0] for line in seed(capsys)} == {"oförändrad"}
    assert list(CoursePage.objects.values_list("latest_revision_id", flat=True)) == before


def test_what_an_author_has_changed_is_left_alone_and_said(seeded, capsys):
    page = LessonPage.objects.get(slug="vad-ar-vardskap")
    page.title = "Min egen rubrik"
    page.save_revision()
    lines = seed(capsys)
    assert lines[1] == "orörd         Ett gott värdskap / Vad är värdskap? (ändrad på webbplatsen)"
    assert LessonPage.objects.get(pk=page.pk).get_latest_revision_as_object().title == "Min egen rubrik"
    assert sum(line.startswith("oförändrad") for line in lines) == 6


def test_what_an_author_has_deleted_stays_deleted(seeded, capsys):
    LessonPage.objects.get(slug="vad-ar-vardskap").delete()
    assert "(borttagen på webbplatsen)" in seed(capsys)[1]
    assert LessonPage.objects.count() == 4


def test_what_an_author_has_unpublished_stays_so_when_the_pack_is_newer(seeded, capsys, monkeypatch):
    LessonPage.objects.get(slug="vad-ar-vardskap").unpublish()
    packs = seeding.packs()
    packs[0].activities[0].title = "Ny rubrik i paketet"
    monkeypatch.setattr(seeding, "packs", lambda: packs)
    lines = seed(capsys)
    assert lines[1].startswith("orörd")
    assert not LessonPage.objects.get(slug="vad-ar-vardskap").live
    assert sum(line.startswith("oförändrad") for line in lines) == 6


def test_a_newer_pack_updates_what_nobody_has_touched(seeded, capsys, monkeypatch):
    packs = seeding.packs()
    packs[0].activities[0].title = "Ny rubrik i paketet"
    monkeypatch.setattr(seeding, "packs", lambda: packs)
    lines = seed(capsys)
    assert lines[1].startswith("uppdaterad")
    assert LessonPage.objects.get(slug="vad-ar-vardskap").title == "Ny rubrik i paketet"


def test_a_new_lesson_in_the_pack_takes_its_place(seeded, capsys, monkeypatch):
    import copy

    packs = seeding.packs()
    extra = copy.deepcopy(packs[0].activities[1])
    extra.uuid, extra.slug, extra.title = uuid.uuid4(), "inskjuten", "Inskjuten"
    packs[0].activities.insert(2, extra)
    monkeypatch.setattr(seeding, "packs", lambda: packs)
    seed(capsys)
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


# The demo


@pytest.fixture
def demo(index, settings, capsys, django_capture_on_commit_callbacks):
    settings.DEBUG = True
    with django_capture_on_commit_callbacks(execute=True):
        return seed(capsys, "--demo")


def test_the_demo_needs_debug(index):
    with pytest.raises(CommandError, match="DEBUG"):
        call_command("seed", "--demo")
    assert not StaffMember.objects.exists()


def test_twenty_five_people_at_five_service_points_marked_as_examples(demo):
    assert demo[-1] == "demo          25 påhittade personer på 5 servicepunkter"
    assert StaffMember.objects.count() == 25
    points = Workplace.objects.filter(kind="service_point")
    assert points.count() == 5
    assert all("(exempel)" in point.name for point in points)


def test_the_demo_shows_every_status_that_there_is(demo):
    found = figures.gather(timezone.localdate(), Workplace.objects.all())
    statuses = {cell.status for _worker, row in found.rows(found.workers) for cell in row.cells}
    assert statuses == set(Status)
    assert 0 < found.totals.people.done < found.totals.people.counted


def test_the_demo_has_a_past_that_was_known_then(demo):
    now = timezone.now()
    then = now - datetime.timedelta(days=60)
    everywhere = Workplace.objects.all()
    done = [
        figures.gather(timezone.localdate(moment), everywhere, known=moment).totals.people.done
        for moment in (then, now)
    ]
    assert 0 < done[0] < done[1]


def test_seeding_the_demo_twice_adds_nobody(demo, capsys):
    assert seed(capsys, "--demo")[-1] == "Det finns redan personer här, så inga påhittade lades till."
    assert StaffMember.objects.count() == 25


def test_demo_accounts_work_with_debug_and_are_dead_without(demo, settings):
    request = RequestFactory().post("/")
    signed_in = {}
    for name in ("admin", "kursledare", "projektledare", "butik", "maja"):
        browser = Client()
        browser.post("/logga-in/", {"username": name, "password": DEMO_PASSWORD})
        assert browser.get("/").status_code == 302, name
        signed_in[authenticate(request, username=name, password=DEMO_PASSWORD)] = browser
    settings.DEBUG = False
    for user, browser in signed_in.items():
        assert authenticate(request, username=user.username, password=DEMO_PASSWORD) is None
        assert DemoBackend().get_user(user.pk) is None
        assert browser.get("/").status_code == 200, "the session is dead too"
        assert get_user_model().objects.get(pk=user.pk).has_usable_password() is False


def test_demo_accounts_are_shown_on_the_sign_in_page_only_with_debug(demo, settings, client):
    assert DEMO_PASSWORD in client.get("/logga-in/").content.decode()
    settings.DEBUG = False
    assert DEMO_PASSWORD not in client.get("/logga-in/").content.decode()
    assert DemoAccount.objects.count() == 5


def test_maja_gets_in_with_her_pin(demo):
    from lms.tablet.actions import pair_tablet
    from lms.tablet.pins import check_pin

    maja = StaffMember.objects.get(given_name="Maja")
    tablet, _token = pair_tablet(workplace=maja.employments.get().workplace, name="x", actor=None)
    assert maja.email == ""
    assert check_pin(staff=maja, tablet=tablet, pin=DEMO_PIN)


def test_the_demo_names_are_invented_and_none_is_from_the_old_project():
    names = {f"{given} {family}" for given, family, *_rest in PEOPLE}
    assert len(names) == 25
    assert not names & {"Madelene Blom", "Per Josephson"}


def test_a_course_leader_of_the_demo_may_write_but_not_see_settings(demo, settings):
    browser = Client()
    browser.post("/logga-in/", {"username": "kursledare", "password": DEMO_PASSWORD})
    lesson, quiz = LessonPage.objects.first(), QuizPage.objects.first()
    for page in (lesson, quiz, CoursePage.objects.get()):
        assert browser.get(f"/admin/pages/{page.pk}/edit/").status_code == 200
    assert browser.get("/admin/users/").status_code == 302
    assert browser.get("/admin/training/staff/").status_code == 302


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


def test_a_translation_shares_identity_steps_and_pictures(index, packs_with_english, capsys):
    lines = seed(capsys)
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
    assert {line.split()[0] for line in seed(capsys)} == {"oförändrad"}


def test_a_site_without_the_language_leaves_its_translations_out(index, packs_with_english, capsys, settings):
    settings.WAGTAIL_CONTENT_LANGUAGES = [("sv", "Svenska")]
    assert seed(capsys)[-1] == "utelämnad     Good hospitality (webbplatsen har inte det språket)"
    assert Course.objects.get().titles == {"sv": "Ett gott värdskap"}
