"""A lesson at the shop's tablet on a slow network, in Chromium: until its text can be read, and until its button works.

Two signs. The text can be read when something has been painted and the step's heading is there. The button works when
the script that writes to the outbox has taken it over: the same script brings out the line that says what has been
sent, afterwards. (Before that, with network, the button posts a plain form.)
"""

import json
import os
import shutil
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

LATENCY_MS, KBIT = 400, 400
SLOW = {"offline": False, "latency": LATENCY_MS, "downloadThroughput": KBIT * 125, "uploadThroughput": KBIT * 125}
FAST = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
ROUNDS = 3
#: Rows of the table, each with the most that it may take.
FIRST, SECOND, OFFLINE = "first visit", "next step, second visit", "next step, no network"
MOST = {FIRST: 3000, SECOND: 1000, OFFLINE: 1000}

WATCH = """
(() => {
  const found = window.lmsFound = {};
  const look = () => {
    if (!found.heading && document.querySelector("h2:not(dialog h2)")) {
      found.heading = -1;
      requestAnimationFrame(() => { found.heading = performance.now(); });
    }
    const line = document.querySelector("[data-lms-status]:not([hidden])");
    if (!found.works && line && document.querySelector("form[data-lms-fact] button")) found.works = performance.now();
  };
  const all = { subtree: true, childList: true, attributes: true, attributeFilter: ["hidden"] };
  new MutationObserver(look).observe(document, all);
})();
"""
FOUND = """() => {
  const painted = performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
  const { heading, works } = window.lmsFound;
  return painted && heading > 0 && works && { text: Math.max(painted, heading), button: Math.max(painted, works) };
}"""
READY = """async (wanted) => {
  const registration = await navigator.serviceWorker.ready;
  const kept = await (await caches.open("lms-bodies")).keys();
  return Boolean(registration.active && navigator.serviceWorker.controller && kept.length >= wanted);
}"""


@dataclass(frozen=True)
class Times:
    text: float
    button: float


def chromium() -> str | None:
    """As `tests/with_chromium` finds it, but brings none in. "playwright" is its own."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("LMS_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def visits(url: str, path: str, cookies: dict[str, str], *, bodies: int, rounds: int = ROUNDS) -> dict[str, Times]:
    """The median of each kind of visit to the lesson at `path`. `bodies` are all that the tablet carries."""
    wanted = chromium()
    found: dict[str, list[Times]] = {FIRST: [], SECOND: [], OFFLINE: []}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=None if wanted == "playwright" else wanted,
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
        )
        for _round in range(rounds):
            for name, times in _one_tablet(browser, url, path, cookies, bodies):
                found[name].append(times)
        browser.close()
    return {
        name: Times(statistics.median(one.text for one in each), statistics.median(one.button for one in each))
        for name, each in found.items()
    }


def _one_tablet(
    browser: Browser, url: str, path: str, cookies: dict[str, str], bodies: int
) -> Iterator[tuple[str, Times]]:
    """A new one each time: nothing of ours is on it."""
    context = browser.new_context(viewport={"width": 800, "height": 1280}, has_touch=True, is_mobile=True)
    context.add_cookies(
        [{"name": name, "value": value, "url": f"{url}/surfplatta/"} for name, value in cookies.items()]
    )
    context.add_init_script(WATCH)
    page = context.new_page()
    networks = Networks(browser, context, page)
    networks.set(SLOW)
    page.goto(url + path, wait_until="commit")
    yield FIRST, _times(page)
    networks.set(FAST)  # what it fetches for later takes its time in the background
    _wait_until_carried(page, bodies)
    networks.set(SLOW)
    yield SECOND, _next_step(page)
    networks.set(FAST)  # else it would wait for the latency of a network that is not there
    context.set_offline(True)
    yield OFFLINE, _next_step(page)
    context.close()


def _wait_until_carried(page: Page, bodies: int) -> None:
    for _turn in range(600):
        if page.evaluate(READY, bodies):
            return
        page.wait_for_timeout(100)
    raise RuntimeError("The tablet did not get what it carries.")


def _next_step(page: Page) -> Times:
    with page.expect_navigation(wait_until="commit"):
        page.locator("form[data-lms-fact] button").tap()
    return _times(page)


def _times(page: Page) -> Times:
    return Times(**page.wait_for_function(FOUND, polling=50).json_value())


class Networks:
    """The page's network and its service worker's: each has one of its own, and the worker fetches the pages."""

    def __init__(self, browser: Browser, context: BrowserContext, page: Page) -> None:
        self.page = context.new_cdp_session(page)
        self.browser = browser.new_browser_cdp_session()
        self.workers: list[str] = []

    def set(self, conditions: dict[str, Any]) -> None:
        self.page.send("Network.enable")
        self.page.send("Network.emulateNetworkConditions", conditions)
        if not self.workers:
            targets = self.browser.send("Target.getTargets")["targetInfos"]
            for target in targets:
                if target["type"] == "service_worker":
                    attached = self.browser.send(
                        "Target.attachToTarget", {"targetId": target["targetId"], "flatten": False}
                    )
                    self.workers.append(attached["sessionId"])
        for session in self.workers:
            self._tell(session, "Network.enable", {})
            self._tell(session, "Network.emulateNetworkConditions", conditions)

    def _tell(self, session: str, method: str, parameters: dict[str, Any]) -> None:
        message = json.dumps({"id": 1, "method": method, "params": parameters})
        self.browser.send("Target.sendMessageToTarget", {"sessionId": session, "message": message})
