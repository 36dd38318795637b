"""What the tablet fetches to do without network: bodies that know nobody, each one's own standing, and never a key."""

import datetime
import json
import re
import uuid

import pytest
from django.core.cache import cache
from django.utils import timezone

from courses.models import ActivityVersion, Contact, QuizPage
from courses.questions import KINDS
from lms.models import LedgerEntry, QuizAttempt, Tablet
from lms.offline.worker import addresses
from lms.progress.attempts import questions_of
from lms.requirements.actions import require
from lms.tablet.actions import unpair_tablet
from lms.tablet.session import HERE_COOKIE
from tests import builders, outbox
from tests.builders import course_of, read, take_quiz, tell, version_of
from tests.lms.test_listening import make_recording, recorded

CARRIED, STANDING = "/surfplatta/innehall/", "/surfplatta/mitt-lage/"


def carried(browser) -> dict:
    response = browser.get(CARRIED)
    assert response.status_code == 200
    return response.json()


def standing(browser) -> dict:
    response = browser.get(STANDING)
    assert response.status_code == 200
    assert response["Cache-Control"].count("no-store") == 1
    return response.json()


def bodies(browser) -> dict[str, str]:
    """Everything that lies on the tablet, by address."""
    urls = [body["url"] for course in carried(browser)["courses"] for body in course["bodies"]]
    found = {url: browser.get(url) for url in urls}
    assert {response.status_code for response in found.values()} == {200}
    return {url: response.content.decode() for url, response in found.items()}


def activities(browser) -> list[dict]:
    return [activity for course in standing(browser)["courses"] for activity in course["activities"]]


def quiz_in(browser) -> dict:
    return next(activity for activity in activities(browser) if activity["kind"] == "quiz")


# Who may have it


@pytest.mark.parametrize("path", [CARRIED, STANDING])
def test_a_stranger_is_told_nothing(sign_in, client, cast, course, path):
    for browser in (client, sign_in("maja"), sign_in("ada")):
        response = browser.get(path)
        assert response.status_code == 403
        assert set(response.json()) == {"error"}


@pytest.mark.parametrize("path", ["/surfplatta/kurser/"])
def test_the_tablets_own_pages_are_for_tablets(sign_in, client, cast, path):
    assert client.get(path).status_code == sign_in("ada").get(path).status_code == 404


def test_bodies_are_for_tablets(at_tablet, sign_in, client, cast, course):
    for url in bodies(at_tablet):
        assert client.get(url).status_code == sign_in("ada").get(url).status_code == 404


def test_an_unpaired_tablet_gets_nothing_more(at_tablet, cast, course):
    url = next(iter(bodies(at_tablet)))
    unpair_tablet(tablet=Tablet.objects.get(), actor=cast.users["petra"])
    assert [at_tablet.get(path).status_code for path in (CARRIED, STANDING, url)] == [403, 403, 404]


def test_a_standing_is_for_whoever_is_signed_in_now(at_tablet, cast, course):
    assert standing(at_tablet)["id"] == str(cast.maja.uuid)
    at_tablet.post("/surfplatta/byt/")
    assert at_tablet.get(STANDING).status_code == 403
    assert carried(at_tablet)["people"]


def test_a_course_that_is_assigned_to_others_stays_off_the_tablet(at_tablet, cast, index):
    theirs = builders.make_full_course("För Bo", access="assigned")
    urls = {body["url"] for course in carried(at_tablet)["courses"] for body in course["bodies"]}
    assert not urls
    version = version_of(theirs.get_activity_pages().first())
    assert at_tablet.get(f"{CARRIED}{version.activity.uuid}/{version.pk}/0123456789abcdef/").status_code == 404
    require(
        course=course_of(theirs),
        workplaces=[cast.brattfors],
        valid_from=timezone.localdate(),
        due_on=timezone.localdate() + datetime.timedelta(days=9),
        actor=cast.users["petra"],
    )
    told = carried(at_tablet)["courses"]
    assert [(course["required"], len(course["bodies"])) for course in told] == [(True, 3)]
    assert len(bodies(at_tablet)) == 3


def test_what_somebody_here_must_take_comes_first(at_tablet, cast, course):
    must = builders.make_full_course("Måste")
    require(
        course=course_of(must),
        workplaces=[cast.brattfors],
        valid_from=timezone.localdate(),
        due_on=timezone.localdate() + datetime.timedelta(days=9),
        actor=cast.users["petra"],
    )
    assert [told["titles"]["sv"] for told in carried(at_tablet)["courses"]] == ["Måste", course.title]


# Bodies


def test_a_body_knows_nobody_and_gives_no_key_away(at_tablet, cast, course):
    take_quiz(cast.maja, course.get_activity_pages().last().specific)
    version = ActivityVersion.objects.get(activity__kind="quiz")
    keys = [secret["explanation"] for secret in version.key.values()]
    assert all(keys)
    for html in bodies(at_tablet).values():
        for hidden in ("Maja", "csrf", str(cast.maja.uuid), "checked", *keys):
            assert hidden not in html


def test_a_body_is_kept_for_good_and_its_address_changes_with_what_it_says(at_tablet, cast, course):
    before = bodies(at_tablet)
    response = at_tablet.get(next(iter(before)))
    assert {"private", "immutable", "max-age=31536000"} <= set(response["Cache-Control"].split(", "))
    assert not response.cookies
    lesson = course.get_activity_pages().first().specific
    lesson.body.append(("text", "<p>Något nytt.</p>"))
    lesson.save_revision().publish()
    after = bodies(at_tablet)
    assert len(set(after) - set(before)) == 1
    gone = (set(before) - set(after)).pop()
    assert at_tablet.get(gone).status_code == 404
    Contact.objects.create(name="Kommunen", phone="0930-140 00", locale=lesson.locale)
    assert not set(bodies(at_tablet)) & set(after)


def test_a_test_that_is_under_way_keeps_its_questions_when_the_test_changes(at_tablet, cast, course):
    page = course.get_activity_pages().last().specific
    tell(cast.maja, page, "attempt", {"attempt": uuid.uuid4()})
    page.questions.add(QuizPage.objects.first().questions.model(
        kind="single", text="Ny fråga?", choices=builders.choices("Rätt", "Fel"), sort_order=9
    ))  # fmt: skip
    page.save_revision().publish()
    quiz = quiz_in(at_tablet)
    under_way = quiz["quiz"]["underWay"]
    assert quiz["url"] != under_way["url"]
    old, new = (at_tablet.get(url).content.decode() for url in (under_way["url"], quiz["url"]))
    assert ("Ny fråga?" in old, "Ny fråga?" in new) == (False, True)


def test_a_lesson_links_to_the_tablets_own_pages(at_tablet, cast, course):
    other = course.get_activity_pages()[1]
    lesson = course.get_activity_pages()[0].specific
    lesson.body.append(("text", f'<p><a linktype="page" id="{other.pk}">Läs mer</a></p>'))
    lesson.save_revision().publish()
    html = "".join(bodies(at_tablet).values())
    assert f'href="/surfplatta/min-utbildning/moment/{other.translation_key}/"' in html


def test_a_recording_is_carried_and_plays_for_the_tablet_alone(at_tablet, client, sign_in, cast, on_disk):
    lesson = recorded(builders.make_course())
    [medium] = carried(at_tablet)["courses"][0]["media"]
    at_tablet.post("/surfplatta/byt/")
    response = at_tablet.get(medium["url"], headers={"Range": "bytes=0-3"})
    assert (response.status_code, response["Content-Type"]) == (206, "audio/mpeg")
    assert len(response.getvalue()) == 4
    assert medium["bytes"] == lesson.audio.get_file_size()
    assert f'src="{medium["url"]}"' in "".join(bodies(at_tablet).values())
    for browser in (client, sign_in("ada")):
        assert browser.get(medium["url"]).status_code == 404
    other = make_recording("annan.mp3")
    assert at_tablet.get(medium["url"].replace(f"/{lesson.audio_id}/", f"/{other.pk}/")).status_code == 404


# Where one stands


def test_a_standing_says_what_is_read_and_nothing_of_results(at_tablet, cast, course):
    lessons = course.get_activity_pages()
    read(cast.maja, lessons[0])
    tell(cast.maja, lessons[1], "step", {"step": version_of(lessons[1]).steps[0]["id"]})
    take_quiz(cast.maja, lessons[2].specific, right=False)
    told = activities(at_tablet)
    assert [activity["done"] for activity in told] == [True, False, False]
    assert [len(activity["read"]) for activity in told] == [2, 1, 0]
    text = json.dumps(told)
    assert not any(word in text for word in ("percent", "passed", "score", "points", "answers", "explanation"))


def test_the_attempts_that_are_dealt_are_what_the_server_will_ask(at_tablet, cast, course):
    page = course.get_activity_pages().last().specific
    quiz = quiz_in(at_tablet)
    assert [len(deal["order"]) for deal in quiz["quiz"]["dealt"]] == [2]
    deal = quiz["quiz"]["dealt"][0]
    tell(cast.maja, page, "attempt", {"attempt": uuid.UUID(deal["attempt"])})
    asked = questions_of(QuizAttempt.objects.get())
    assert deal["order"] == [
        {"key": question["key"], "choices": [choice["id"] for choice in question["choices"]]} for question in asked
    ]
    under_way = quiz_in(at_tablet)["quiz"]
    assert under_way["dealt"] == []
    assert under_way["underWay"]["order"] == deal["order"]


def test_what_was_answered_elsewhere_is_there_to_go_on_with(at_tablet, cast, course):
    page = course.get_activity_pages().last().specific
    attempt = uuid.uuid4()
    tell(cast.maja, page, "attempt", {"attempt": attempt})
    question = questions_of(QuizAttempt.objects.get())[0]
    tell(cast.maja, page, "answer", {"attempt": attempt, "question": question["key"], "answer": "c1"})
    assert quiz_in(at_tablet)["quiz"]["underWay"]["answers"] == {question["key"]: ["c1"]}


@pytest.mark.parametrize(
    ("fields", "dealt", "online_only"),
    [({"max_attempts": 1}, 0, True), ({"max_attempts": 2}, 1, False), ({"max_attempts": None}, 1, False)],
)
def test_a_test_that_can_be_taken_once_needs_network(at_tablet, cast, index, fields, dealt, online_only):
    builders.make_quiz(builders.make_course(), **fields)
    quiz = quiz_in(at_tablet)["quiz"]
    assert (len(quiz["dealt"]), quiz["onlineOnly"]) == (dealt, online_only)


def test_no_attempt_is_dealt_where_none_is_left(at_tablet, cast, index):
    page = builders.make_quiz(builders.make_course(), max_attempts=2)
    take_quiz(cast.maja, page, right=False)
    assert len(quiz_in(at_tablet)["quiz"]["dealt"]) == 1
    take_quiz(cast.maja, page, right=False)
    assert quiz_in(at_tablet)["quiz"]["dealt"] == []


def test_who_must_wait_is_dealt_nothing(at_tablet, cast, index):
    page = builders.make_quiz(builders.make_course(), max_attempts=3, wait_minutes=60)
    take_quiz(cast.maja, page, right=False)
    quiz = quiz_in(at_tablet)["quiz"]
    assert (quiz["dealt"], bool(quiz["waits"])) == ([], True)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_a_form_posts_for_an_answer_is_read_as_that_answer(kind):
    """`posted` is the way back from `parse`, for every kind."""
    public = {
        "key": "q",
        "kind": kind,
        "unit": "kg",
        "choices": [{"id": "a", "text": "A"}, {"id": "b", "text": "B"}, {"id": "true", "text": ""}],
        "options": [{"id": "x", "text": "X"}, {"id": "y", "text": "Y"}],
    }
    answers = {
        "single": "b",
        "truefalse": "true",
        "multiple": ["a", "b"],
        "order": ["b", "true", "a"],
        "match": {"a": "y", "b": "x"},
        "number": "2,5 kg",
        "text": "ett svar",
    }
    assert KINDS[kind].parse(public, KINDS[kind].posted(answers[kind])) == answers[kind]


# The cost


@pytest.mark.parametrize("lessons", [1, 6])
def test_what_is_carried_costs_the_same_however_much_it_is(at_tablet, cast, index, lessons, django_assert_num_queries):
    builders.make_full_course(lessons=lessons)
    carried(at_tablet)  # counts the pictures, once a day
    with django_assert_num_queries(11):
        carried(at_tablet)


@pytest.mark.parametrize("lessons", [1, 6])
def test_a_standing_costs_the_same_however_long_the_course(at_tablet, cast, index, lessons, django_assert_num_queries):
    course = builders.make_full_course(lessons=lessons)
    read(cast.maja, course.get_activity_pages().first())
    with django_assert_num_queries(14):
        standing(at_tablet)


# The app itself


def test_the_shell_knows_nobody(at_tablet, cast, course, settings):
    for code, _name in settings.LANGUAGES:
        response = at_tablet.get(f"/surfplatta/utan-nat/{code}/")
        html = response.content.decode()
        assert f'lang="{code}"' in html
        assert not response.cookies
        for hidden in ("Maja", "csrfmiddlewaretoken", "data-person"):
            assert hidden not in html
    assert at_tablet.get("/surfplatta/utan-nat/fi/").status_code == 404


def test_the_worker_is_asked_for_anew_and_names_files_that_are_there(client, cast):
    response = client.get("/surfplatta/sw.js")
    assert response["Content-Type"].startswith("text/javascript")
    assert "no-cache" in response["Cache-Control"]
    told = json.loads(re.search(r"= (\{.*\});", response.content.decode())[1])
    assert told["home"] == "/surfplatta/"
    assert told["files"] == addresses()
    from django.contrib.staticfiles import finders

    assert all(finders.find(url.removeprefix("/static/")) for url in told["files"])


def test_the_version_changes_with_any_word_of_the_shell(client, cast, monkeypatch):
    def version():
        return re.search(r'"version": "(\w+)"', client.get("/surfplatta/sw.js").content.decode())[1]

    before = version()
    assert version() == before
    monkeypatch.setattr("lms.offline.worker.draw_shell", lambda request, language: f"another {language}")
    assert version() == before  # for a minute
    cache.clear()
    assert version() != before


def test_the_tablet_can_stand_on_the_home_screen(client, cast):
    told = client.get("/surfplatta/app.webmanifest").json()
    assert (told["start_url"], told["scope"], told["display"]) == ("/surfplatta/", "/surfplatta/", "standalone")
    from django.contrib.staticfiles import finders

    assert all(finders.find(icon["src"].removeprefix("/static/")) for icon in told["icons"])


# Leaving without network, and being forgotten


@pytest.mark.parametrize(("here", "status"), [("-", 403), ("", 200), ("anna", 403)])
def test_who_left_without_network_is_nobody(at_tablet, cast, course, here, status):
    at_tablet.cookies[HERE_COOKIE] = here
    assert at_tablet.get(STANDING).status_code == status


def test_the_cookie_lets_nobody_in(client, at_tablet, cast, course):
    at_tablet.post("/surfplatta/byt/")
    at_tablet.cookies[HERE_COOKIE] = str(cast.maja.uuid)
    assert at_tablet.get(STANDING).status_code == 403


def test_signing_in_clears_it(at_tablet, cast, course):
    at_tablet.cookies[HERE_COOKIE] = "-"
    assert at_tablet.get(STANDING).status_code == 403
    at_tablet.post(f"/surfplatta/{cast.maja.uuid}/", {"pin": "2741"})
    assert at_tablet.get(STANDING).status_code == 200


def test_a_forgotten_tablet_is_a_stranger(at_tablet, cast, course):
    assert "Glöm" in at_tablet.get("/surfplatta/glom/").content.decode()
    assert Tablet.objects.get().unpaired_at is None
    response = at_tablet.post("/surfplatta/glom/")
    assert response.status_code == 200
    assert Tablet.objects.get().unpaired_at
    assert LedgerEntry.objects.filter(verb="tablet.unpaired").count() == 1
    assert "Maja" not in at_tablet.get("/surfplatta/").content.decode()


def test_what_the_tablet_alone_knows_says_nothing_to_a_stranger(client, cast, course):
    """The pages hold no more than words: what is unsent is in the browser, and only there."""
    for path in ("/surfplatta/osant/", "/surfplatta/glom/"):
        html = client.get(path).content.decode()
        assert "Maja" not in html
        assert "Brattfors" not in html
    assert client.post("/surfplatta/glom/").status_code == 200
    assert not LedgerEntry.objects.filter(verb="tablet.unpaired").exists()


# The result that was promised


@pytest.mark.parametrize(("right", "words"), [(True, "godkänt."), (False, "inte godkänt än.")])
def test_the_start_page_tells_the_result_of_what_was_done_without_network(at_tablet, cast, course, right, words):
    page = course.get_activity_pages().last().specific
    assert "är rättat" not in at_tablet.get("/surfplatta/min-utbildning/").content.decode()
    outbox.send(outbox.sitting(Tablet.objects.get(), cast.maja, page, right=right))
    html = at_tablet.get("/surfplatta/min-utbildning/").content.decode()
    assert f"är rättat: {100 if right else 0} %, {words}" in html
    assert f"/forsok/{QuizAttempt.objects.get().uuid}/resultat/" in html
    QuizAttempt.objects.update(recorded_at=timezone.now() - datetime.timedelta(days=4))
    assert "är rättat" not in at_tablet.get("/surfplatta/min-utbildning/").content.decode()
