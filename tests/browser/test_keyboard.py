"""By keyboard alone: nothing is touched, and every stop on the way is seen."""

from content_seed.demo import DEMO_PIN
from lms.models import StaffMember

from .kinds import ALL_ROWS
from .seeded import the_tablet

FOCUS = """() => {
  const node = document.activeElement;
  if (!node || node === document.body) return null;
  const ring = node.closest(".lms-option, .lms-shortcut") ?? node;
  const box = ring.getBoundingClientRect();
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  const top = document.elementFromPoint(x, y);
  return {
    html: node.outerHTML.slice(0, 120), at: [box.top, box.bottom, innerHeight, top?.className],
    ring: getComputedStyle(ring).outlineStyle !== "none" && parseFloat(getComputedStyle(ring).outlineWidth) >= 2,
    seen: box.top >= -1 && box.bottom <= innerHeight + 1 && (ring.contains(top) || top?.contains(ring)) === true,
  };
}"""


class Keys:
    """Tab, Enter, Space and arrows: nothing else is touched."""

    def __init__(self, person):
        self.page = person.page

    def focus(self):
        found = self.page.evaluate(FOCUS)
        assert found is None or (found["ring"] and found["seen"]), (self.page.url, found)
        return found

    def to(self, selector):
        """Tab on until what `selector` finds has the focus. Every stop on the way is seen, with a ring around it."""
        for _stop in range(80):
            self.page.keyboard.press("Tab")
            self.focus()
            if self.page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"{selector} cannot be reached on {self.page.url}")

    def go(self, selector):
        """To a link or button, and through it. The next page begins at its beginning."""
        self.to(selector)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        assert self.page.evaluate("document.activeElement === document.body || document.activeElement.autofocus")


def test_from_the_tiles_to_the_result_by_keyboard_alone(kinds, visit):
    course, lesson, quiz, _workshop = kinds
    maja = StaffMember.objects.get(given_name="Maja")
    tablet = the_tablet(visit, "desktop")
    keys, page = Keys(tablet), tablet.page
    tablet.go("/surfplatta/")
    keys.go(f".lms-tile[href*='{maja.uuid}']")
    keys.to("#id_pin")
    page.keyboard.type(DEMO_PIN)
    keys.go(".lms-button--big")
    keys.go(f"a[href*='{course.translation_key}']")
    keys.go(f"a[href*='{lesson.translation_key}']")
    keys.to("[data-lms-practice=single] input")
    page.keyboard.press("Space")
    keys.to("[data-lms-practice=single] [data-lms-practice-actions] button")
    page.keyboard.press("Enter")
    assert page.locator("[data-lms-practice=single] .lms-verdict").first.is_visible()
    keys.go(".lms-actions--steps button")
    keys.go(f"a.lms-row[href*='{quiz.translation_key}']")
    keys.go("form[action$='/forsok/'] button")
    for kind in ALL_ROWS:
        answer(keys, kind)
        keys.go(".lms-actions--steps button.lms-button")
    keys.go("form[action$='/lamna-in/'] button")
    assert "/resultat/" in page.url
    assert page.locator("text=Inte besvarad").count() == 0
    keys.go("form[action$='/byt/'] button")
    assert "Vem är du?" in tablet.text()
    tablet.quiet("by keyboard")


def answer(keys, kind):
    page = keys.page
    if kind == "order":
        keys.to("[data-lms-order] button[data-by='1']")
        page.keyboard.press("Enter")
    elif kind == "match":
        for select in page.locator("select").all():
            keys.to(f"[name='{select.get_attribute('name')}']:nth-of-type(1)")
            page.keyboard.press("ArrowDown")
    elif kind in ("number", "text"):
        keys.to("#svar")
        page.keyboard.type("30")
    elif kind == "multiple":
        keys.to("input[type=checkbox]")
        page.keyboard.press("Space")
    else:
        keys.to("input[type=radio]")
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
