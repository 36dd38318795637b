"""Every kind of page a learner meets, as anyone may need it: light, dark, forced colours, large; and what is chosen."""

import uuid

from content_seed.demo import DEMO_PIN
from courses.models import CoursePage
from lms.models import QuizAttempt, StaffMember
from tests import builders

from .kinds import ALL_ROWS
from .seeded import give_cookie, signed_in, the_tablet
from .visit import RULES

CONTROLS = {"button", "link", "textbox", "radio", "checkbox", "combobox", "spinbutton", "dialog", "progressbar"}

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
