"""Every kind of page a learner meets, as anyone may need it: light, dark, forced colours, large; by keyboard alone."""

import uuid

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client

from content_seed.demo import DEMO_PIN
from courses.models import CoursePage, LessonPage, Question, QuizPage
from lms.models import QuizAttempt, StaffMember, Workplace
from lms.tablet.actions import pair_tablet
from lms.tablet.session import TABLET_COOKIE
from tests import builders

from .test_kinds import ROWS
from .visit import RULES

ALL_ROWS = {
    **ROWS,
    "single": builders.choices("Ja", "Nej"),
    "multiple": builders.choices("Ett", "Två", "Tre", right=(0, 1)),
    "truefalse": [{"id": "true", "text": "", "right": True}, {"id": "false", "text": "", "right": False}],
    "text": [{"id": "a", "text": "Umeå", "right": True}],
}
CONTROLS = {"button", "link", "textbox", "radio", "checkbox", "combobox", "spinbutton", "dialog", "progressbar"}


@pytest.fixture
def world(server, settings):
    """The demo, with the pages that a real site shows when something is wrong."""
    call_command("seed", "ett-gott-vardskap", demo=True, verbosity=0)
    settings.DEBUG = False
    return server


@pytest.fixture
def kinds(world):
    """A course with a practice question and a question of every kind."""
    course = builders.make_course("Alla slag")
    body = [("heading", "Öva")]
    body += [
        ("practice", {"kind": kind, "text": f"Hur är det med {kind}?", "choices": rows, "explanation": "Därför."})
        for kind, rows in ALL_ROWS.items()
        if kind != "text"
    ]
    lesson = builders.publish(LessonPage(title="Öva", slug="ova", body=body), course)
    quiz = QuizPage(title="Prov", slug="prov", shuffle_questions=False)
    quiz.questions = [
        Question(key=uuid.uuid4(), kind=kind, text=f"Fråga om {kind}?", choices=rows, explanation="Därför.")
        for kind, rows in ALL_ROWS.items()
    ]
    return course, lesson, builders.publish(quiz, course), builders.make_workshop(course)


def signed_in(visit, kind, name):
    client = Client()
    client.force_login(account(name), backend="django.contrib.auth.backends.ModelBackend")
    person = visit(kind)
    give_cookie(person, settings.SESSION_COOKIE_NAME, client.cookies["sessionid"].value)
    return person


def account(name):
    return get_user_model().objects.get(username=name)


def give_cookie(person, name, value):
    person.context.add_cookies([{"name": name, "value": value, "url": person.url}])


def the_tablet(visit, kind="tablet"):
    place = Workplace.objects.get(name__contains="Brattfors")
    paired, token = pair_tablet(workplace=place, name="Disken", actor=account("admin"))
    tablet = visit(kind)
    give_cookie(tablet, TABLET_COOKIE, f"{paired.uuid.hex}.{token}")
    return tablet


WIDTH = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
#: How it is shown, the size of text in ours and in the browser's settings, and the width of the window.
WAYS = {
    "light": ({"color_scheme": "light"}, "", "", 800),
    "dark": ({"color_scheme": "dark"}, "", "", 800),
    "forced colours": ({"forced_colors": "active"}, "", "", 800),
    "text twice as large": ({"color_scheme": "light"}, "", "200%", 800),
    "zoomed to 200 %": ({"color_scheme": "light"}, "", "", 400),
    "the largest": ({"color_scheme": "light"}, "3", "", 800),
    "the largest on a phone": ({"color_scheme": "dark"}, "3", "", 390),
}
#: In these axe looks too; what grows by zooming is the same page in another width.
LOOKED_AT = {"light", "dark", "forced colours", "text twice as large"}
SHOW = """([text, size]) => {
  const root = document.querySelector(".lms");
  text ? root.setAttribute("data-lms-text", text) : root.removeAttribute("data-lms-text");
  document.documentElement.style.fontSize = size;
}"""
WIDER = """[...document.querySelectorAll(".lms *")]
  .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map((one) => one.outerHTML.slice(0, 90)).slice(-2)"""


def look(person, name) -> list[str]:
    """What is wrong with the page that is open, in every way it may be shown."""
    page, wrong = person.page, []
    page.evaluate(person.axe)
    for way, (media, text, size, width) in WAYS.items():
        page.set_viewport_size({"width": width, "height": 1000})
        page.emulate_media(**{"color_scheme": "light", "forced_colors": "none", "reduced_motion": "reduce", **media})
        page.evaluate(SHOW, [text, size])
        if page.evaluate(WIDTH) > 0:
            wrong.append(f"{name}, {way}: {page.evaluate(WIDTH)} px too wide: {page.evaluate(WIDER)}")
        if way not in LOOKED_AT:
            continue
        # It measures the colours that we wrote, where the system shows its own.
        contrast = way != "forced colours"
        result = page.evaluate(
            """([rules, enabled]) => axe.run(document, {
              runOnly: {type: 'tag', values: rules}, rules: {'color-contrast': {enabled}}, resultTypes: ['violations'],
            })""",
            [RULES, contrast],
        )
        wrong += [
            f"{name}, {way}: {one['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
            for one in result["violations"]
            for node in one["nodes"]
        ]
    page.set_viewport_size({"width": 800, "height": 1280})
    page.evaluate(SHOW, ["", ""])
    return wrong + nameless(person, name) + out_of_place(page, name)


def nameless(person, name) -> list[str]:
    """Controls that a screen reader has no name for."""
    session = person.context.new_cdp_session(person.page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    return [
        f"{name}: {node['role']['value']} without a name"
        for node in nodes
        if not node["ignored"]
        and node["role"]["value"] in CONTROLS
        and not node.get("name", {}).get("value", "").strip()
    ]


def out_of_place(page, name) -> list[str]:
    """The way home first, one heading, and last whom to ask and how it is shown: at the same place on every page."""
    found = page.evaluate("""() => [
      document.querySelector(".lms > :first-child .lms-bar__brand, .lms > .lms-bar .lms-bar__brand") !== null,
      document.querySelectorAll("h1").length,
      document.querySelector(".lms-foot__in > p")?.innerText.startsWith("Undrar du något?") ?? false,
      document.querySelectorAll(".lms-foot a[data-lms-display]").length,
    ]""")
    return [] if found == [True, 1, True, 1] else [f"{name}: brand, headings, whom to ask, display: {found}"]


def walk(person, addresses) -> list[str]:
    wrong = []
    for address in addresses:
        person.go(address)
        wrong += look(person, address)
        person.quiet(address)
    return wrong


def book_pages():
    course = CoursePage.objects.get(title="Ett gott värdskap", locale__language_code="sv")
    return ["/kurser/", course.url, *[page.url for page in course.get_activity_pages()][:2]]


def test_whoever_has_not_signed_in(world, visit):
    person = visit("tablet")
    addresses = [
        "/", "/logga-in/", "/logga-in/kort/", "/snabbvagar/", "/intyg/", "/finns-inte/", "/visning/",
        "/om/tillganglighet/", "/surfplatta/", "/surfplatta/koppla/kod/",
    ]  # fmt: skip
    assert walk(person, addresses) == []


def test_the_desk(kinds, visit):
    course, lesson, quiz, workshop = kinds
    maja = StaffMember.objects.get(given_name="Maja")
    passed = CoursePage.objects.get(title="Ett gott värdskap", locale__language_code="sv")
    builders.complete(maja, passed)
    builders.take_quiz(maja, quiz, right=False)
    failed = QuizAttempt.objects.get(enrolment__staff=maja, activity__uuid=quiz.translation_key)
    attempt = builders.tell(maja, quiz, "attempt", {"attempt": uuid.uuid4()}).attempt
    desk, moments = "/min-utbildning/", "/min-utbildning/moment/"
    person = signed_in(visit, "tablet", "maja")
    addresses = [
        desk, f"{desk}visning/", f"{desk}kurs/{course.translation_key}/", f"{desk}kurs/{passed.translation_key}/",
        f"{desk}kurs/{passed.translation_key}/klar/", f"{desk}intyg/", f"{desk}intyg/{uuid.uuid4()}/",
        *[f"{moments}{page.translation_key}/" for page in passed.get_activity_pages()],
        *[f"{moments}{page.translation_key}/" for page in (lesson, quiz, workshop)],
        *[f"{desk}forsok/{attempt.uuid}/fraga/{number}/" for number in range(1, len(ALL_ROWS) + 1)],
        f"{desk}forsok/{attempt.uuid}/lamna-in/", f"{desk}forsok/{failed.uuid}/resultat/", *book_pages(),
    ]  # fmt: skip
    wrong = walk(person, addresses)
    person.go(f"{desk}kurs/{passed.translation_key}/klar/")
    person.press(".lms-card a.lms-button--big")
    wrong += look(person, "the certificate")
    person.go(f"{moments}{lesson.translation_key}/")
    for form in person.page.locator("[data-lms-practice]").all():
        if form.locator("label.lms-option").count():
            form.locator("label.lms-option").first.tap()
        form.locator("[data-lms-practice-actions] button").tap()
    wrong += look(person, "practice answered")
    assert wrong == []


def test_the_tablet_the_shop_owner_and_who_must_not(world, visit):
    maja = StaffMember.objects.get(given_name="Maja")
    owner, leader = signed_in(visit, "tablet", "butik"), signed_in(visit, "tablet", "projektledare")
    tablet = the_tablet(visit)
    wrong = walk(owner, ["/min-utbildning/min-butik/", "/koppla-surfplatta/"])
    wrong += walk(leader, ["/min-utbildning/"])
    wrong += walk(tablet, ["/surfplatta/", "/surfplatta/visning/", f"/surfplatta/{maja.uuid}/kort/"])
    tablet.go(f"/surfplatta/{maja.uuid}/")
    tablet.fill("#id_pin", "9182")
    tablet.press("button.lms-button--big")
    wrong += look(tablet, "a wrong PIN")
    tablet.fill("#id_pin", DEMO_PIN)
    tablet.press("button.lms-button--big")
    wrong += walk(tablet, ["/surfplatta/min-utbildning/", "/surfplatta/min-utbildning/visning/"])
    tablet.page.evaluate("document.querySelector('[name=learner]').value = 'someone-else'")
    tablet.press("[data-lms-display-form] button")
    wrong += look(tablet, "a form of somebody else")
    assert wrong == []


# What is chosen


def test_it_takes_effect_where_one_is_and_goes_with_the_person_to_the_tablet(world, visit):
    person = signed_in(visit, "tablet", "maja")
    person.go("/min-utbildning/")
    before = person.page.locator("h1").bounding_box()["height"]
    person.tap("a[data-lms-display]")
    person.page.locator("dialog[open]").wait_for()
    assert look_at_dialog(person) == []
    status = person.page.locator("[data-lms-display-status]:has-text('Sparat.')")
    for words in ("Störst", "Mörkt", "Inget rör sig"):
        with person.page.expect_response(lambda response: response.status == 204):
            person.tap(f"dialog label:has-text('{words}')")
    status.wait_for()
    person.tap("dialog button")
    assert person.page.evaluate("document.activeElement.matches('a[data-lms-display]')")
    assert person.page.locator("h1").bounding_box()["height"] > before * 1.4
    person.quiet("chosen in place")
    chosen = {"text": "3", "theme": "dark", "calm": "calm"}
    assert StaffMember.objects.get(given_name="Maja").display == "3-dark-calm"
    person.page.reload()
    assert shown(person) == chosen
    assert moves(person) == [False, False]
    person.page.evaluate("document.querySelector('.lms').removeAttribute('data-lms-calm')")
    assert moves(person) == [True, False]

    tablet = the_tablet(visit)
    give_cookie(tablet, "lms_display", "2-light")
    tablet.go("/surfplatta/")
    assert shown(tablet) == {}
    tablet.press("text=Maja L")
    assert shown(tablet) == {}
    tablet.fill("#id_pin", DEMO_PIN)
    tablet.press("button.lms-button--big")
    assert shown(tablet) == chosen
    assert tablet.page.evaluate("getComputedStyle(document.querySelector('.lms')).backgroundColor") == "rgb(19, 29, 26)"
    tablet.press("form[action$='/byt/'] button")
    assert shown(tablet) == {}
    tablet.page.go_back()
    assert shown(tablet) == {}


def moves(person) -> list[bool]:
    """Whether something moves on a device that lets things move, and on one that wants them still."""
    found = []
    for wish in ("no-preference", "reduce"):
        person.page.emulate_media(reduced_motion=wish)
        found.append(
            person.page.evaluate("""() => {
              const heading = document.querySelector("h1");
              heading.style.transition = "opacity 1s";
              return getComputedStyle(heading).transitionDuration === "1s";
            }""")
        )
    return found


def shown(person) -> dict:
    return person.page.evaluate("""() => Object.fromEntries([...document.querySelector(".lms").attributes]
      .filter((one) => one.name.startsWith("data-lms-")).map((one) => [one.name.slice(9), one.value]))""")


def look_at_dialog(person) -> list[str]:
    person.page.evaluate(person.axe)
    result = person.page.evaluate("rules => axe.run('dialog', {runOnly: {type: 'tag', values: rules}})", RULES)
    return [one["id"] for one in result["violations"]] + nameless(person, "dialog")


def test_without_javascript_it_is_a_page_and_leads_back(world, visit):
    person = visit("tablet", java_script_enabled=False)
    person.go("/snabbvagar/")
    person.press("a[data-lms-display]")
    person.tap("label:has-text('Större')")
    person.press("[data-lms-display-form] button")
    assert person.page.url.endswith("/snabbvagar/")
    assert person.page.locator(".lms").get_attribute("data-lms-text") == "2"


# By keyboard alone

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
