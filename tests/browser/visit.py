"""One person's browser, which notices what must never happen: violations of our policy, requests elsewhere, errors."""

from typing import Any
from urllib.parse import urlsplit

KINDS = {
    "tablet": {"viewport": {"width": 800, "height": 1280}, "has_touch": True, "is_mobile": True},
    "phone": {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True},
    "desktop": {"viewport": {"width": 1360, "height": 900}},
}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WATCH = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.__violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile || ""}`));
"""


# What fades in is measured when it is there.
STILL = """Promise.all(document.getAnimations()
    .filter((one) => one.effect.getComputedTiming().endTime < Infinity)
    .map((one) => one.finished.catch(() => null))).then(() => null)"""


class Visit:
    def __init__(self, browser: Any, url: str, axe: str, kind: str, options: dict[str, Any]):
        self.url, self.axe = url, axe
        usual = {"locale": "sv-SE", "timezone_id": "Europe/Stockholm", "reduced_motion": "reduce"}
        self.context = browser.new_context(**{**usual, **KINDS[kind], **options})
        self.context.set_default_timeout(20_000)
        self.touch = KINDS[kind].get("has_touch", False)
        self.elsewhere: list[str] = []
        self.errors: list[str] = []
        self.context.on("request", self._notice)
        self.context.add_init_script(WATCH)
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _notice(self, request):
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws") and not request.url.startswith(self.url):
            self.elsewhere.append(request.url)

    def go(self, path: str) -> None:
        self.page.goto(path if path.startswith("http") else self.url + path)

    def press(self, selector: str) -> None:
        """Tap or click what leads to another page, and wait for it."""
        target = self.page.locator(selector).first
        with self.page.expect_navigation():
            target.tap() if self.touch else target.click()

    def tap(self, selector: str) -> None:
        target = self.page.locator(selector).first
        target.tap() if self.touch else target.click()

    def fill(self, selector: str, text: str) -> None:
        self.page.fill(selector, text)

    def text(self) -> str:
        return self.page.locator("body").inner_text()

    def sign_in(self, name: str, password: str = "servicepunkt", path: str = "/logga-in/") -> None:
        self.go(path)
        self.fill("#id_username", name)
        self.fill("#id_password", password)
        self.press("button.lms-button--big")

    def check(self, name: str) -> None:
        """axe in light and in dark, nothing wider than the screen, no violation, no error, no stranger asked."""
        for scheme in ("dark", "light"):
            self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            self.page.evaluate(STILL)
            self.page.evaluate(self.axe)
            result = self.page.evaluate(
                "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})",
                RULES,
            )
            found = [
                f"{one['id']}: {node['html'][:160]} {node['failureSummary'][:220]}"
                for one in result["violations"]
                for node in one["nodes"]
            ]
            assert not found, f"{name} ({scheme}): " + "\n".join(found)
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} is {wide} px wider than the screen"
        self.quiet(name)

    def quiet(self, name: str) -> None:
        assert self.page.evaluate("window.__violations") == [], name
        assert self.errors == [], name
        assert self.elsewhere == [], name

    def close(self) -> None:
        self.context.close()
