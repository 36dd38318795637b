"""What the tablet has not sent: told honestly, kept until somebody has seen it. And what it has with it."""

import datetime

from playwright.sync_api import expect

from courses.models import Question
from courses.questions.arranging import opaque
from lms.models import EventOutcome, LearningEvent, QuizAttempt, Tablet
from lms.tablet.actions import pair_tablet, unpair_tablet
from lms.tablet.session import TABLET_COOKIE
from tests import builders

from .kinds import ROWS
from .offline import STATE, kept, known, leave, let_in, online, settle, status, until
from .test_story import put_in_order

DESK = "/surfplatta/min-utbildning"


def refused(tablet) -> None:
    line = tablet.page.locator("[data-lms-refusal]")
    expect(line).to_contain_text("Kunde inte skickas, visa för kursledaren", timeout=15_000)
    expect(line).to_be_visible()


def first_step(tablet, training, number=0) -> None:
    tablet.go(builders.address(training.get_activity_pages()[number], DESK))
    tablet.press("form[data-lms-fact=step] button")


def test_what_the_server_refuses_stays_until_a_leader_has_seen_it(shop, training, tablet):
    let_in(tablet)
    known(tablet)
    tablet.context.set_offline(True)
    tablet.page.reload()
    tablet.press(".lms-row")
    tablet.press("a.lms-button--big")
    tablet.page.evaluate(
        """() => new Promise((done) => { const opening = indexedDB.open("larpunkt"); opening.onsuccess = () => {
        const keep = opening.result.transaction("keep", "readwrite").objectStore("keep");
        keep.get("session").onsuccess = (event) => { const said = event.target.result;
          said.value.standing.ticket = "forged";
          keep.put(said).onsuccess = () => { opening.result.close(); done(); }; };
        }; })"""
    )
    tablet.press("form[data-lms-fact=step] button")
    tablet.context.set_offline(False)
    refused(tablet)
    assert LearningEvent.objects.count() == 0
    [row] = kept(tablet)["outbox"]
    assert (row["state"], row["reason"]) == ("refused", "forged")
    leave(tablet)
    refused(tablet)
    tablet.press("[data-lms-see]")
    tablet.check("what was refused")
    assert "Maja L" in tablet.text()
    assert "Ett steg i en lektion" in tablet.text()
    tablet.tap("[data-seen]")
    assert len(kept(tablet)["outbox"]) == 1  # once is not enough
    tablet.tap("[data-seen]")
    expect(tablet.page.get_by_text("Allt är skickat.")).to_be_visible()
    assert kept(tablet)["outbox"] == []


def test_a_refused_fact_does_not_hold_up_the_others(shop, training, tablet):
    let_in(tablet)
    known(tablet)
    tablet.context.set_offline(True)
    first_step(tablet, training)
    tablet.page.evaluate(
        """() => new Promise((done) => { const opening = indexedDB.open("larpunkt"); opening.onsuccess = () => {
        const outbox = opening.result.transaction("outbox", "readwrite").objectStore("outbox");
        outbox.getAll().onsuccess = (event) => { const [row] = event.target.result; row.ticket = "nonsense";
          outbox.put(row).onsuccess = () => { opening.result.close(); done(); }; }; }; })"""
    )
    first_step(tablet, training, 1)
    tablet.context.set_offline(False)
    refused(tablet)
    status(tablet, "Skickat")
    assert LearningEvent.objects.count() == 1


def test_three_days_without_sending_is_warned_of(shop, training, tablet):
    let_in(tablet)
    known(tablet)
    tablet.page.route("**/surfplatta/handelser/", lambda route: route.abort())
    first_step(tablet, training)
    warning = tablet.page.locator("[data-lms-status-old]")
    expect(warning).to_be_hidden()
    tablet.page.clock.set_system_time(datetime.datetime.now(tz=datetime.UTC) + datetime.timedelta(days=4))
    tablet.page.reload()
    expect(warning).to_be_visible()
    tablet.check("three days unsent")


def test_the_button_sends_at_once(shop, training, tablet):
    let_in(tablet)
    known(tablet)
    tried = []

    def lose(route):
        tried.append(route.request)
        route.abort()

    tablet.page.route("**/surfplatta/handelser/", lose)
    first_step(tablet, training)
    status(tablet, "Sparat på surfplattan, skickas när det finns nät (1)")
    tablet.page.wait_for_timeout(300)  # what was under way is done
    before = len(tried)
    tablet.tap("[data-lms-send]")
    tablet.page.wait_for_timeout(300)
    assert len(tried) > before
    tablet.page.unroute("**/surfplatta/handelser/")
    tablet.tap("[data-lms-send]")
    status(tablet, "Skickat")
    expect(tablet.page.locator("[data-lms-send]")).to_be_hidden()


def test_the_leader_sees_how_the_tablet_is(shop, training, tablet):
    let_in(tablet)
    known(tablet)
    first_step(tablet, training)
    status(tablet, "Skickat")
    row = Tablet.objects.get()
    assert (row.unsent, row.refused, len(row.app_version)) == (0, 0, 12)


def test_what_comes_from_an_unpaired_tablet_waits_for_a_leader(shop, training, tablet):
    let_in(tablet)
    known(tablet)
    tablet.context.set_offline(True)
    first_step(tablet, training)
    unpair_tablet(tablet=Tablet.objects.get(), actor=shop.users["petra"])
    tablet.context.set_offline(False)
    status(tablet, "kursledaren tittar på det")
    event = LearningEvent.objects.get()
    assert (event.outcome, event.reason) == (EventOutcome.NEEDS_REVIEW, "unpaired_tablet")


def test_two_tablets_without_network_come_to_the_same_place(shop, training, tablet, visit):
    """Maja reads one lesson on each. Both know both afterwards, and she goes on with the test."""
    other = visit("tablet")
    paired, token = pair_tablet(workplace=shop.brattfors, name="Lagret", actor=shop.users["birgitta"])
    cookie = {"name": TABLET_COOKIE, "value": f"{paired.uuid.hex}.{token}", "url": other.url + "/surfplatta/"}
    other.context.add_cookies([cookie])
    other.go("/surfplatta/")
    settle(other)
    for number, one in enumerate((tablet, other)):
        let_in(one)
        known(one)
        one.context.set_offline(True)
        first_step(one, training, number)
        one.press("form[data-lms-fact=step] button")
    for one in (tablet, other):
        one.context.set_offline(False)
        status(one, "Skickat")
    for one in (tablet, other):
        online(one, f"{DESK}/")
        expect(one.page.locator(".lms-card--next h2")).to_have_text("Kunskapstest")
        until(one, f"{STATE}.then((all) => all.keep[0] && JSON.stringify(all.keep).split('\"done\":true').length > 2)")
        one.context.set_offline(True)
        one.page.reload()
        expect(one.page.locator(".lms-card--next h2")).to_have_text("Kunskapstest")


def test_a_server_that_is_down_is_as_no_network(shop, training, tablet):
    let_in(tablet)
    known(tablet)
    tablet.context.route("**/surfplatta/min-utbildning/**", lambda route: route.fulfill(status=503, body="nere"))
    tablet.go(f"{DESK}/")
    expect(tablet.page.locator("[data-lms-place] h1")).to_have_text("Hej Maja")


def test_what_was_thrown_away_is_told_and_fetched_again(shop, training, tablet):
    let_in(tablet)
    known(tablet)
    tablet.page.evaluate("caches.delete('lms-bodies')")
    tablet.context.set_offline(True)
    tablet.go(builders.address(training.get_activity_pages()[0], DESK))
    expect(tablet.page.get_by_text("Den här delen finns inte på surfplattan än")).to_be_visible()
    tablet.check("a lesson that is not there")
    tablet.context.set_offline(False)
    online(tablet, f"{DESK}/")
    settle(tablet)


def test_a_full_tablet_says_what_to_do_about_the_pictures(shop, training, tablet):
    lesson = training.get_activity_pages()[0].specific
    image = builders.make_image()
    lesson.body.append(("picture", {"image": image, "alt_text": "En disk", "caption": ""}))
    lesson.save_revision().publish()
    tablet.context.add_init_script(
        """const put = Cache.prototype.put;
        Cache.prototype.put = function (request, response) {
          if (String(request).includes("/media/") && !window.room) throw new DOMException("full", "QuotaExceededError");
          return put.call(this, request, response); };"""
    )
    tablet.go("/surfplatta/kurser/")
    tablet.tap("[data-bring]")
    expect(tablet.page.get_by_text("Surfplattans minne är fullt")).to_be_visible()
    tablet.page.evaluate("window.room = true")
    tablet.tap("[data-bring]")
    expect(tablet.page.get_by_text("Allt finns här.")).to_be_visible()
    tablet.check("pictures are here")
    let_in_offline(tablet, training)


def let_in_offline(tablet, training) -> None:
    tablet.go("/surfplatta/")
    let_in(tablet)
    known(tablet)
    tablet.context.set_offline(True)
    tablet.go(builders.address(training.get_activity_pages()[0], DESK) + "?steg=x")
    tablet.press("form[data-lms-fact=step] button")
    picture = tablet.page.locator("[data-lms-place] img")
    expect(picture).to_be_visible()
    assert picture.evaluate("(one) => one.complete && one.naturalWidth > 0")


def test_the_shell_by_keyboard_in_large_dark_and_forced_colours(shop, training, tablet):
    """Nobody touches the screen: Tab, Enter, Space."""
    shop.maja.display = "3-dark-calm"
    shop.maja.save()
    let_in(tablet)
    known(tablet)
    tablet.context.set_offline(True)
    tablet.page.reload()
    page = tablet.page
    expect(page.locator(".lms")).to_have_attribute("data-lms-text", "3")
    expect(page.locator(".lms")).to_have_attribute("data-lms-theme", "dark")
    tablet.check("the shell in large and dark")
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    for name in ("course", "lesson", "next step", "course again"):
        main = page.locator("[data-lms-place] a.lms-button--big, [data-lms-place] form[data-lms-fact] button").first
        reach(page, main if main.count() else page.locator("[data-lms-place] .lms-row").first)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        page.locator("[data-lms-place] h1").wait_for()
        assert page.evaluate("document.activeElement.tagName") in ("H1", "BODY"), name
    leave_by_keyboard(page)
    expect(page.locator("h1")).to_have_text("Vem är du?")
    assert not page.locator(".lms[data-lms-text]").count()


def reach(page, target, most: int = 30) -> None:
    for _turn in range(most):
        page.keyboard.press("Tab")
        if target.evaluate("(one) => one === document.activeElement"):
            return
    raise AssertionError("Never reached by Tab.")


def leave_by_keyboard(page) -> None:
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Shift+Tab")
    reach(page, page.locator("form[data-lms-leave] button"))
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_every_kind_of_question_is_answered_without_network(shop, training, tablet):
    """Each as it was dealt, kept through going away and coming back, and graded in full when there is network."""
    quiz = builders.make_quiz(builders.make_course("Larm"), questions=0)
    quiz.questions = [
        Question(kind=kind, text=f"Fråga om {kind}?", choices=rows, explanation="Därför.", sort_order=number)
        for number, (kind, rows) in enumerate({**ROWS, **MORE_ROWS}.items())
    ]
    quiz.save_revision().publish()
    tablet.go("/surfplatta/kurser/")
    settle(tablet, 4)
    tablet.go("/surfplatta/")
    let_in(tablet)
    known(tablet)
    tablet.context.set_offline(True)
    tablet.go(builders.address(quiz, DESK))
    tablet.press("[data-lms-place] button.lms-button--big")
    page = tablet.page
    for _turn in range(len(quiz.questions.all())):
        page.locator("[data-lms-place] form").wait_for()
        kind = page.locator("[data-lms-place] form h1").inner_text().split()[-1].rstrip("?")
        ANSWER[kind](tablet)
        expect(page.locator("[data-lms-saved]")).to_have_text("Ditt svar är sparat.")
        page.reload()
        tablet.check(f"{kind} without network")
        tablet.press("[data-lms-place] form button:not([type=button])")
    expect(page.get_by_text("Du har svarat på allt.")).to_be_visible()
    tablet.press("[data-lms-place] form button")
    tablet.context.set_offline(False)
    status(tablet, "Skickat")
    attempt = QuizAttempt.objects.get()
    assert (attempt.percent, len(attempt.answers)) == (100, 7)


MORE_ROWS = {
    "single": builders.choices("Rätt", "Fel", "Fel igen"),
    "multiple": builders.choices("Rätt", "Rätt också", "Fel", right=(0, 1)),
    "truefalse": [
        {"id": "true", "text": "", "right": True, "feedback": ""},
        {"id": "false", "text": "", "right": False, "feedback": ""},
    ],
    "text": builders.choices("Nordmaling"),
}


def choose(*labels):
    def answer(tablet):
        for label in labels:
            tablet.page.locator("label.lms-option").get_by_text(label, exact=True).tap()

    return answer


def order(tablet):
    ids = {text: name for name, text in opaque(row["text"] for row in ROWS["order"]).items()}
    # Dealt in the right order by chance, nothing would be moved, and nothing answered.
    for by in ("1", "-1"):
        tablet.page.locator(f"[data-lms-order] li button[data-by='{by}']:not(:disabled)").first.tap()
    put_in_order(tablet, [ids[row["text"]] for row in ROWS["order"]])


def match(tablet):
    for row in tablet.page.locator(".lms-match").all():
        pair = next(pair["pair"] for pair in ROWS["match"] if pair["text"] in row.inner_text())
        row.locator("select").select_option(label=pair)


ANSWER = {
    "single": choose("Rätt"),
    "multiple": choose("Rätt", "Rätt också"),
    "truefalse": choose("Sant"),
    "text": lambda tablet: tablet.page.locator("#svar").press_sequentially("nordmaling"),
    "number": lambda tablet: tablet.page.locator("#svar").press_sequentially("30"),
    "order": order,
    "match": match,
}
