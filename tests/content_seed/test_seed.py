"""Seeding: idempotent, respectful of authors, and the demo shows everything that the matrix can show."""

import re
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
from courses.packs.files import read_course
from courses.packs.markdown import parse_body
from lms.models import StaffMember, Workplace
from lms.reports import figures
from lms.status import Status

PACK = Path("content_seed/packs/nordmaling/ett-gott-vardskap")


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
    assert lines[1] == "lämnad i fred Ett gott värdskap / Vad är värdskap? (ändrad på webbplatsen)"
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
    assert lines[1].startswith("lämnad i fred")
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


def test_seeding_the_demo_twice_adds_nobody(demo, capsys):
    assert seed(capsys, "--demo")[-1] == "Det finns redan personer här, så inga påhittade lades till."
    assert StaffMember.objects.count() == 25


@pytest.mark.parametrize("name", ["admin", "kursledare", "projektledare", "butik", "maja"])
def test_demo_accounts_work_with_debug_and_are_dead_without(demo, settings, name):
    request = RequestFactory().post("/")
    user = authenticate(request, username=name, password=DEMO_PASSWORD)
    assert user is not None
    browser = Client()
    browser.post("/logga-in/", {"username": name, "password": DEMO_PASSWORD})
    assert browser.get("/").status_code == 302
    settings.DEBUG = False
    assert authenticate(request, username=name, password=DEMO_PASSWORD) is None
    assert DemoBackend().get_user(user.pk) is None
    assert browser.get("/").status_code == 200  # the session is dead too
    assert get_user_model().objects.get(username=name).has_usable_password() is False


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


# The words of the course


def words_of(text: str) -> str:
    """What a participant reads of a lesson file: no head, comments, keys or marks."""
    text = text.split("---\n", 2)[2]
    text = re.sub(r"<!--.*?-->", "", text, flags=re.S)
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", text)
    text = re.sub(r"\{#[\w-]+\}", "", text)
    text = re.sub(r"^(:::.*|kind:.*|right:.*|checked:.*|phone:.*|url:.*)$", "", text, flags=re.M)
    return re.sub(
        r"^\s*-?\s*(text|feedback|explanation|attribution|name|purpose|do|dont|choices|right|answer):",
        "",
        text,
        flags=re.M,
    )


def lix(text: str) -> float:
    words = re.findall(r"[A-Za-zÅÄÖåäöÉéÜü]+", text)
    sentences = max(1, len(re.findall(r"[.!?:]+(?=\s|$|”)", text)))
    return len(words) / sentences + 100 * sum(len(word) > 6 for word in words) / len(words)


LESSONS = sorted(PACK.glob("0*.md"))


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.name)
def test_a_lesson_is_as_long_and_as_plain_as_it_should_be(path):
    text = words_of(path.read_text())
    assert 400 <= len(re.findall(r"\w+", text)) <= 800
    assert lix(text) < 40
    assert "::: practice" in path.read_text()
    assert re.search(r"<!-- .*(\[V|\[C)", path.read_text()), "facts carry their source"
    assert "[U]" not in path.read_text()


def test_practice_gives_nothing_away():
    """Neither the longest answer nor one of the two words is always right; and feedback does not say "Rätt." again."""
    practice = [
        block["value"]
        for path in LESSONS
        for block in parse_body(path.read_text(), lesson=uuid.uuid4(), find_file=str, where=path.name)
        if block["type"] == "practice"
    ]
    singles = [question["choices"] for question in practice if question["kind"] == "single"]
    longest = [max(choices, key=lambda choice: len(choice["text"]))["right"] for choices in singles]
    assert sum(longest) <= len(singles) / 2
    words = {
        choice["id"]
        for question in practice
        if question["kind"] == "truefalse"
        for choice in question["choices"]
        if choice["right"]
    }
    assert words == {"true", "false"}
    said = [
        text
        for question in practice
        for text in (question["explanation"], *(choice["feedback"] for choice in question["choices"]))
    ]
    assert not [text for text in said if re.match(r"(Ja|Nej|Rätt)\b", text)]


def test_the_test_is_fair():
    pack = read_course(PACK)
    quiz = pack.activities[-1]
    assert len(quiz.questions) >= 10
    assert {question["kind"] for question in quiz.questions} == {"single", "multiple", "truefalse", "text"}
    places, longest, singles = [], 0, 0
    for question in quiz.questions:
        assert question["explanation"], question["key"]
        assert question["source"], question["key"]
        if question["kind"] == "single":
            singles += 1
            right = next(number for number, choice in enumerate(question["choices"]) if choice["right"])
            places.append(right)
            lengths = [len(choice["text"]) for choice in question["choices"]]
            longest += lengths[right] == max(lengths)
    assert len(set(places)) >= 3
    assert longest <= singles / 2


def test_every_pack_that_we_ship_can_be_read_and_its_texts_are_within_bounds():
    for path in Path("content_seed/packs").glob("*/*/course.yaml"):
        pack = read_course(path.parent)
        assert pack.activities
        assert LessonPage._meta.get_field("summary").max_length >= max(len(item.summary) for item in pack.activities)
