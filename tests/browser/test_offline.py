"""The shared tablet without network: a whole course, two people in turn, and all that can go wrong on the way."""

import datetime
import json

from django.core.cache import cache
from playwright.sync_api import expect

from courses.models import ActivityVersion, Question
from lms.models import CourseCompletion, LearningEvent, QuizAttempt
from tests import builders, people

from .offline import kept, known, leave, let_in, settle, status, take, until


def test_a_whole_course_is_taken_without_network_and_counted_once(shop, training, tablet):
    let_in(tablet)
    known(tablet)
    tablet.context.set_offline(True)
    tablet.page.reload()
    tablet.check("start without network")
    take(tablet)
    tablet.check("handed in without network")
    status(tablet, "Sparat på surfplattan, skickas när det finns nät (8)")
    assert LearningEvent.objects.count() == 0
    tablet.context.set_offline(False)
    status(tablet, "Skickat")
    assert CourseCompletion.objects.filter(staff=shop.maja, voided_at=None).count() == 1
    attempt = QuizAttempt.objects.get(enrolment__staff=shop.maja)
    assert (attempt.percent, attempt.passed, attempt.offline) == (100, True, True)
    assert LearningEvent.objects.count() == len({event.event_id for event in LearningEvent.objects.all()}) == 8
    assert kept(tablet)["outbox"] == []
    tablet.go("/surfplatta/min-utbildning/")
    assert "Klara kurser" in tablet.text() or "Avklarade kurser" in tablet.text() or training.title in tablet.text()


def test_what_the_server_took_and_could_not_say_is_not_taken_twice(shop, training, tablet):
    let_in(tablet)
    known(tablet)
    lost = []

    def lose(route):
        lost.append(route.fetch().status)
        route.abort()

    tablet.page.route("**/surfplatta/handelser/", lose)
    tablet.go(builders.address(training.get_activity_pages().first(), "/surfplatta/min-utbildning"))
    tablet.press("form[data-lms-fact=step] button")
    tablet.page.wait_for_timeout(500)
    assert lost[0] == 200
    assert LearningEvent.objects.count() == 1
    assert len(kept(tablet)["outbox"]) == 1
    tablet.page.unroute("**/surfplatta/handelser/")
    tablet.page.reload()
    status(tablet, "Skickat")
    assert LearningEvent.objects.count() == 1


def test_two_people_share_a_day_without_network(shop, training, tablet):
    """Maja reads, Sven answers, Maja comes back to where she was. Neither sees anything of the other."""
    for name, pin in (("Maja L", people.PIN), ("Sven Å", "5830")):
        let_in(tablet, name, pin)
        known(tablet)
        leave(tablet)
    tablet.context.set_offline(True)
    tablet.page.reload()
    tablet.check("names without network")
    let_in(tablet)
    tablet.press(".lms-row")
    tablet.press("a.lms-button--big")
    tablet.press("form[data-lms-fact=step] button")
    expect(tablet.page.locator("#framsteg")).to_contain_text("steg 2 av 2")
    leave(tablet)
    let_in(tablet, "Sven Å", "5830")
    assert "Maja" not in tablet.text()
    take(tablet)
    leave(tablet)
    let_in(tablet)
    tablet.press("a.lms-button--big")
    expect(tablet.page.locator("#framsteg")).to_contain_text("steg 2 av 2")
    leave(tablet)
    tablet.context.set_offline(False)
    status(tablet, "Skickat")
    assert LearningEvent.objects.filter(enrolment__staff=shop.maja).count() == 1
    assert LearningEvent.objects.filter(enrolment__staff=shop.sven).count() == 8
    assert CourseCompletion.objects.get().staff == shop.sven


def test_who_leaves_takes_everything_along_but_what_is_unsent(shop, training, tablet):
    let_in(tablet)
    known(tablet)
    tablet.context.set_offline(True)
    tablet.page.reload()
    tablet.press(".lms-row")
    tablet.press("a.lms-button--big")
    tablet.press("form[data-lms-fact=step] button")
    there = tablet.page.url
    leave(tablet)
    left = kept(tablet)
    assert [one["name"] for one in left["keep"] if one["name"] in ("session", "pending")] == []
    assert [set(one) for one in left["people"]] == [{"id", "salt", "iv", "data", "sealedAt"}]
    assert len(left["outbox"]) == 1
    cached = tablet.page.evaluate(
        """async () => { const texts = [];
        for (const name of await caches.keys()) {
          for (const kept of await (await caches.open(name)).matchAll()) texts.push(await kept.text());
        }
        return texts.join("\\n"); }"""
    )
    assert "Maja" not in cached
    assert "csrfmiddlewaretoken" not in cached
    tablet.page.go_back()
    expect(tablet.page.locator("h1")).to_have_text("Vem är du?")
    tablet.go(there)
    expect(tablet.page.locator("h1")).to_have_text("Vem är du?")


def test_back_shows_nothing_of_the_last_person_with_network_either(shop, training, tablet):
    let_in(tablet)
    tablet.go(builders.address(training.get_activity_pages().first(), "/surfplatta/min-utbildning"))
    leave(tablet)
    tablet.page.go_back()
    expect(tablet.page.locator("h1")).to_have_text("Vem är du?")
    assert "Maja L" in tablet.text()  # her tile
    assert "Lektion 1" not in tablet.text()


def test_who_left_without_network_is_out_when_it_comes_back(shop, training, tablet):
    """The cookie of the last person cannot be deleted without network: it must be worth nothing."""
    let_in(tablet)
    known(tablet)
    tablet.context.set_offline(True)
    tablet.page.reload()
    leave(tablet)
    tablet.context.set_offline(False)
    tablet.go("/surfplatta/min-utbildning/")
    expect(tablet.page.locator("h1")).to_have_text("Vem är du?")


def test_a_wrong_pin_opens_nothing_without_network(shop, training, tablet):
    let_in(tablet)
    known(tablet)
    leave(tablet)
    tablet.context.set_offline(True)
    tablet.page.reload()
    tablet.press("text=Maja L")
    for _number in range(2):
        tablet.fill("#id_pin", "1357")
        tablet.tap("button.lms-button--big")
        expect(tablet.page.get_by_text("Det var inte rätt pinkod.")).to_be_visible()
    tablet.fill("#id_pin", "1357")
    tablet.tap("button.lms-button--big")
    expect(tablet.page.get_by_text("Vänta en halv minut")).to_be_visible()
    tablet.fill("#id_pin", people.PIN)
    tablet.tap("button.lms-button--big")
    expect(tablet.page.get_by_text("Vänta en halv minut")).to_be_visible()
    tablet.go("/surfplatta/")
    tablet.press("text=Sven Å")
    expect(tablet.page.get_by_text("Du har inte använt den här surfplattan än")).to_be_visible()


def test_a_clock_two_days_wrong_does_not_move_what_was_done(shop, training, tablet):
    let_in(tablet)
    known(tablet)
    tablet.page.clock.set_system_time(datetime.datetime.now(tz=datetime.UTC) - datetime.timedelta(days=2))
    tablet.go(builders.address(training.get_activity_pages().first(), "/surfplatta/min-utbildning"))
    tablet.press("form[data-lms-fact=step] button")
    event = LearningEvent.objects.get()
    assert abs(event.received_at - event.occurred_at) < datetime.timedelta(minutes=1)


def test_two_tabs_share_one_outbox(shop, training, tablet):
    let_in(tablet)
    known(tablet)
    other = tablet.context.new_page()
    lessons = training.get_activity_pages()[:2]
    tablet.go(builders.address(lessons[0], "/surfplatta/min-utbildning"))
    other.goto(tablet.url + builders.address(lessons[1], "/surfplatta/min-utbildning"))
    tablet.context.set_offline(True)
    for page in (tablet.page, other):
        page.locator("form[data-lms-fact=step] button").tap()
        page.locator("[data-lms-place] h1").wait_for()
    status(tablet, "(2)")
    tablet.context.set_offline(False)
    status(tablet, "Skickat")
    expect(other.locator("[data-lms-status-text]")).to_contain_text("Skickat")
    assert LearningEvent.objects.count() == 2


def test_a_course_that_was_published_anew_meanwhile_counts_as_it_was_answered(shop, training, tablet):
    let_in(tablet)
    known(tablet)
    tablet.context.set_offline(True)
    tablet.page.reload()
    take(tablet)
    quiz = training.get_activity_pages().last().specific
    question = quiz.questions.first()
    question.text = "En helt annan fråga?"
    quiz.questions.add(question)
    quiz.save_revision().publish()
    assert ActivityVersion.objects.filter(activity__uuid=quiz.translation_key, language="sv").count() == 2
    tablet.context.set_offline(False)
    status(tablet, "Skickat")
    attempt = QuizAttempt.objects.get()
    assert (attempt.version.current, attempt.percent) == (False, 100)


def test_a_full_tablet_says_so_and_loses_nothing(shop, training, tablet):
    let_in(tablet)
    known(tablet)
    tablet.context.set_offline(True)
    tablet.page.reload()
    tablet.press(".lms-row")
    tablet.press("a.lms-button--big")
    tablet.page.evaluate(
        """() => { const put = IDBObjectStore.prototype.put;
        IDBObjectStore.prototype.put = function (...all) {
          if (this.name === "outbox") throw new DOMException("full", "QuotaExceededError");
          return put.apply(this, all); }; }"""
    )
    before = tablet.page.url
    tablet.tap("form[data-lms-fact=step] button")
    expect(tablet.page.get_by_text("Surfplattans minne är fullt")).to_be_visible()
    assert tablet.page.url == before
    assert kept(tablet)["outbox"] == []
    session = next(one["value"] for one in kept(tablet)["keep"] if one["name"] == "session")
    assert not any(part["read"] for course in session["standing"]["courses"] for part in course["activities"])


def test_a_new_version_of_the_app_keeps_what_is_unsent(shop, training, tablet, monkeypatch):
    let_in(tablet)
    known(tablet)
    tablet.context.set_offline(True)
    tablet.page.reload()
    tablet.press(".lms-row")
    tablet.press("a.lms-button--big")
    tablet.press("form[data-lms-fact=step] button")
    shell = tablet.page.evaluate("async () => (await caches.keys()).find((name) => name.startsWith('lms-shell-'))")
    tablet.page.route("**/surfplatta/handelser/", lambda route: route.abort())
    monkeypatch.setattr("lms.offline.worker.version_of", lambda drawn: "another-one")
    cache.clear()
    tablet.context.set_offline(False)
    tablet.page.evaluate("navigator.serviceWorker.controller.postMessage('reached')")
    tablet.go("/surfplatta/min-utbildning/")
    tablet.page.evaluate("navigator.serviceWorker.getRegistration('/surfplatta/').then((one) => one.update())")
    until(tablet, "caches.keys().then((names) => names.includes('lms-shell-another-one'))")
    until(tablet, f"caches.keys().then((names) => !names.includes({json.dumps(shell)}))")
    assert len(kept(tablet)["outbox"]) == 1
    tablet.page.unroute("**/surfplatta/handelser/")
    tablet.page.reload()
    status(tablet, "Skickat")
    assert LearningEvent.objects.count() == 1


def test_a_night_at_the_counter_ends_the_session_and_keeps_what_was_typed(shop, training, tablet):
    page = builders.make_course("Kassan")
    quiz = builders.make_quiz(page, questions=0)
    quiz.questions.add(
        Question(kind="text", text="Vad heter kommunen?", choices=builders.choices("Nordmaling"), sort_order=1)
    )
    quiz.save_revision().publish()
    tablet.go("/surfplatta/kurser/")
    settle(tablet, 4)
    tablet.go("/surfplatta/")
    let_in(tablet)
    known(tablet)
    tablet.page.clock.install()
    tablet.go(builders.address(quiz, "/surfplatta/min-utbildning"))
    tablet.press("button.lms-button--big")
    tablet.page.locator("#svar").press_sequentially("Nordma")
    tablet.page.wait_for_load_state()  # time that passes before the page keeps watch is not seen by it
    tablet.page.clock.run_for(130_000)
    expect(tablet.page.locator("h1")).to_have_text("Vem är du?")
    let_in(tablet)
    tablet.go(builders.address(quiz, "/surfplatta/min-utbildning"))
    tablet.press("a.lms-button--big")
    tablet.press("a.lms-row")
    expect(tablet.page.locator("#svar")).to_have_value("Nordma")
    tablet.page.clock.fast_forward("24:00:00")
    tablet.page.evaluate("dispatchEvent(new Event('pageshow'))")
    expect(tablet.page.locator("h1")).to_have_text("Vem är du?")


def test_the_tablet_is_forgotten_after_a_yes(shop, training, tablet):
    let_in(tablet)
    known(tablet)
    tablet.page.route("**/surfplatta/handelser/", lambda route: route.abort())
    tablet.go(builders.address(training.get_activity_pages().first(), "/surfplatta/min-utbildning"))
    tablet.press("form[data-lms-fact=step] button")
    leave(tablet)
    tablet.go("/surfplatta/kurser/")
    tablet.check("courses on the tablet")
    tablet.press("text=Glöm den här surfplattan")
    tablet.check("forget the tablet")
    tablet.tap("button.lms-button--big")
    expect(tablet.page.get_by_text("Inte skickat: 1")).to_be_visible()
    tablet.tap("button.lms-button--big")
    expect(tablet.page.locator("h1")).to_have_text("Surfplattan är glömd")
    tablet.check("forgotten")
    assert tablet.page.evaluate("indexedDB.databases()") == []
    assert tablet.page.evaluate("caches.keys()") == []
    tablet.go("/surfplatta/")
    assert "Maja" not in tablet.text()


def test_the_worker_sees_nothing_but_the_tablets_pages(shop, training, tablet):
    found = "navigator.serviceWorker.getRegistrations().then((all) => all.map((one) => one.scope))"
    assert tablet.page.evaluate(found) == [tablet.url + "/surfplatta/"]
    tablet.go("/logga-in/")
    assert tablet.page.evaluate("navigator.serviceWorker.controller") is None
