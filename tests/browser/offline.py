"""What a person does at the tablet, and what it keeps. For the tests of what works without network."""

from playwright.sync_api import expect

from tests import people

STATE = """(() => new Promise((done) => {
  const opening = indexedDB.open("larpunkt");
  opening.onsuccess = () => {
    const all = {};
    const stores = [...opening.result.objectStoreNames];
    const reading = opening.result.transaction(stores);
    for (const name of stores) {
      reading.objectStore(name).getAll().onsuccess = (event) => { all[name] = event.target.result; };
    }
    reading.oncomplete = () => { opening.result.close(); done(all); };
  };
}))()"""


def until(tablet, question: str) -> None:
    """Wait until what `question` asks the page, a promise, is so: wait_for_function takes the promise for a yes."""
    for _turn in range(200):
        if tablet.page.evaluate(question):
            return
        tablet.page.wait_for_timeout(100)
    raise AssertionError(f"Never so: {question}")


def settle(tablet, bodies: int = 3) -> None:
    tablet.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    tablet.page.wait_for_function("navigator.serviceWorker.controller !== null")
    until(tablet, f"caches.open('lms-bodies').then((kept) => kept.keys()).then((keys) => keys.length >= {bodies})")


def let_in(tablet, name="Maja L", pin=people.PIN) -> None:
    tablet.press(f"text={name}")
    tablet.fill("#id_pin", pin)
    with tablet.page.expect_navigation():
        tablet.page.locator("form button.lms-button--big").first.tap()
    expect(tablet.page.locator("h1")).to_contain_text(name.split()[0])


def known(tablet) -> None:
    """Where the person stands has come to the tablet."""
    until(tablet, f"{STATE}.then((all) => all.keep.some((one) => one.name === 'session' && one.value.standing))")


def kept(tablet) -> dict:
    return tablet.page.evaluate(STATE)


def online(tablet, path: str) -> None:
    """A page that the server has drawn: after a while without network the worker does not ask it at once."""
    for _turn in range(40):
        tablet.go(path)
        if not tablet.page.locator("[data-lms-place]").count():
            return
        tablet.page.wait_for_timeout(500)
    raise AssertionError("The network never came back.")


def leave(tablet) -> None:
    tablet.press("form[data-lms-leave] button")
    expect(tablet.page.locator("h1")).to_have_text("Vem är du?")


def status(tablet, words: str) -> None:
    expect(tablet.page.locator("[data-lms-status-text]")).to_contain_text(words, timeout=15_000)


def take(tablet, *, right: bool = True) -> None:
    """Everything in the course from its page on: the lessons step by step, then the test, handed in."""
    page = tablet.page
    page.goto(f"{tablet.url}/surfplatta/min-utbildning/")
    page.locator(".lms-row").first.tap()
    for _turn in range(30):
        page.wait_for_load_state()
        page.locator("h1").first.wait_for()
        if page.get_by_text("Dina svar är sparade på surfplattan").count() or page.locator(".lms-review").count():
            return
        if page.locator("form[data-lms-fact=answer]").count():
            page.locator("label.lms-option", has_text="Rätt" if right else "Fel").first.tap()
            expect(page.locator("[data-lms-saved]")).to_have_text("Ditt svar är sparat.")
            tablet.press("form[data-lms-fact=answer] button:not([type=button])")
        elif page.locator("form[data-lms-fact]").count():
            tablet.press("form[data-lms-fact] button:not([type=button])")
        elif page.locator("[data-lms-place] button.lms-button--big").count():
            tablet.press("[data-lms-place] button.lms-button--big")
        else:
            tablet.press("a.lms-button--big")
    raise AssertionError("The course has no end: " + page.url + tablet.text())
