"""To listen, in a real browser with an invented voice: what is said in which order, and when it falls silent."""

import uuid

import pytest
from django.conf import settings
from django.test import Client

from courses.models import LessonPage, Question, QuizPage
from tests import builders, people

#: Speaks nothing: a test tells it when a sentence is said.
VOICE = """
window.__spoken = [];
class Utterance { constructor(text) { this.text = text; } }
class Synthesis extends EventTarget {
  voices = VOICES;
  getVoices() { return this.voices; }
  speak(one) {
    this.now = one;
    window.__spoken.push({ text: one.text, rate: one.rate, voice: one.voice?.name, lang: one.lang });
  }
  cancel() {
    sessionStorage.cancelled = Number(sessionStorage.cancelled ?? 0) + 1;
    this.end("onerror");
  }
  finish() { return this.end("onend"); }
  end(how) {
    const one = this.now;
    this.now = null;
    one?.[how]?.({ error: "canceled" });
    return Boolean(one);
  }
}
Object.defineProperty(window, "SpeechSynthesisUtterance", { value: Utterance });
Object.defineProperty(window, "speechSynthesis", { value: new Synthesis() });
"""
SWEDISH = '{ name: "Alva", lang: "sv-SE", localService: true, default: false }'
ENGLISH = '{ name: "Daniel", lang: "en_GB", localService: true, default: true }'
REMOTE = '{ name: "Moln", lang: "sv-SE", localService: false, default: true }'
WITHOUT_HIGHLIGHTS = "delete window.Highlight;"

MARKED = """[...CSS.highlights.get("lms-listen") ?? []]
    .map((one) => one.startContainer.data.slice(one.startOffset, one.endOffset)).join("").trim()"""

LONG = (
    "Ring alltid 112 när någon är i fara, berätta var du är, vad som har hänt, hur många som är skadade och vad du "
    "heter, och stanna kvar i luren tills de säger att du kan lägga på."
)
CHOICES = [
    {"id": "a", "text": "Hälsar", "right": True, "feedback": "Just så."},
    {"id": "b", "text": "Väntar", "right": False, "feedback": "Inte för länge."},
]
BODY = [
    ("heading", "En kund kommer in"),
    ("text", '<p>Säg <b>hej</b> t.ex. när dörren öppnas. Le! <a href="https://exempel.se/">Läs mer</a> här.</p>'),
    ("text", f"<ul><li>Först</li><li>Sedan</li></ul><p>{LONG}</p>"),
    ("callout", {"kind": "tip", "title": "", "text": "<p>Andas ut.</p>"}),
    ("facts", {"title": "Plats", "text": "<p>I byn.</p>", "source": "kommunen", "checked_on": None}),
    ("contact", {"name": "Polisen", "purpose": "", "phone": "114 14", "url": "https://polisen.se", "checked_on": None}),
    ("practice", {"kind": "single", "text": "Vad gör du?", "choices": CHOICES, "explanation": "Därför att."}),
    ("text", "<p>Sist.</p>"),
]
SAID = [
    "En kund kommer in",
    "Säg hej t.ex. när dörren öppnas.",
    "Le!",
    "Läs mer här.",
    "Först",
    "Sedan",
    LONG[:116],
    LONG[117:],
    "Tips",
    "Andas ut.",
    "Plats",
    "I byn.",
    "Polisen",
    "Ring 114 14",
    "Prova själv",
    "Vad gör du?",
    "Alternativ 1: Hälsar",
    "Alternativ 2: Väntar",
    "Sist.",
]
ASKED = {
    "order": [{"id": text, "text": text} for text in ("Rädda", "Varna", "Larma")],
    "match": [{"id": "a", "text": "Rök", "pair": "112"}, {"id": "b", "text": "Inbrott", "pair": "114 14"}],
    "truefalse": [{"id": "true", "text": "", "right": True}, {"id": "false", "text": "", "right": False}],
    "multiple": [{**row, "right": True} for row in CHOICES],
}


@pytest.fixture
def lesson(server):
    return builders.publish(LessonPage(title="Hej", slug="hej", body=BODY), builders.make_course(access="open"))


def speaking(visit, kind="tablet", voices=(REMOTE, SWEDISH, ENGLISH), more=""):
    person = visit(kind)
    person.context.add_init_script(VOICE.replace("VOICES", f"[{', '.join(voices)}]") + more)
    return person


def spoken(person):
    return [one["text"] for one in person.page.evaluate("window.__spoken")]


def to_the_end(person):
    while person.page.evaluate("speechSynthesis.finish()"):
        pass
    return spoken(person)


def shown(person):
    """The controls that are to be seen."""
    return person.page.locator(".lms-listen:visible button:visible").all_inner_texts()


def press(person, name):
    person.tap(f".lms-listen button:has-text('{name}')")


def test_without_a_voice_there_is_nothing_to_press(visit, lesson):
    """Debian's Chromium has none."""
    silent, english = visit("tablet"), speaking(visit, voices=(ENGLISH,))
    for person in (silent, english):
        person.go(lesson.url)
        assert person.page.locator("[data-lms-listen]").count() == 1
        assert shown(person) == []
        person.quiet("a lesson without a voice")
    english.page.evaluate(f"speechSynthesis.voices.push({SWEDISH})")
    assert shown(english) == []
    english.page.evaluate("speechSynthesis.dispatchEvent(new Event('voiceschanged'))")
    assert shown(english) == ["Lyssna"]


def test_a_lesson_is_read_sentence_by_sentence(visit, lesson):
    tablet = speaking(visit)
    tablet.go(lesson.url)
    assert shown(tablet) == ["Lyssna"]
    assert spoken(tablet) == []
    press(tablet, "Lyssna")
    assert shown(tablet) == ["Pausa", "Sluta", "Långsammare", "Snabbare"]
    assert tablet.page.evaluate(MARKED) == "En kund kommer in"
    tablet.page.evaluate("speechSynthesis.finish()")
    assert tablet.page.evaluate(MARKED) == "Säg hej t.ex. när dörren öppnas."
    tablet.check("reading aloud")
    for button in tablet.page.locator(".lms-listen button").all():
        box = button.bounding_box()
        assert min(box["width"], box["height"]) >= 48
    assert to_the_end(tablet) == SAID
    assert max(map(len, SAID)) <= 150
    first = tablet.page.evaluate("window.__spoken[0]")
    assert first == {"text": "En kund kommer in", "rate": 0.9, "voice": "Alva", "lang": "sv-SE"}
    assert shown(tablet) == ["Lyssna"]
    assert tablet.page.evaluate(MARKED) == ""
    press(tablet, "Lyssna")
    assert spoken(tablet)[len(SAID) :] == SAID[:1]


def test_pause_goes_on_with_the_same_sentence_and_speed_is_kept(visit, lesson):
    person = speaking(visit, "desktop")
    person.go(lesson.url)
    page = person.page
    page.locator("[data-lms-listen-play]").focus()
    page.keyboard.press("Enter")
    page.evaluate("speechSynthesis.finish()")
    page.keyboard.press("Enter")
    assert shown(person) == ["Fortsätt", "Sluta", "Långsammare", "Snabbare"]
    assert page.evaluate("speechSynthesis.finish()") is False
    assert page.evaluate(MARKED) == SAID[1]
    page.keyboard.press("Space")
    assert spoken(person) == [SAID[0], SAID[1], SAID[1]]

    status = page.locator(".lms-listen [role=status]")
    slower = page.locator("[data-lms-listen-slower]")
    for name, told, rests in (
        ("Snabbare", "Fort", "false"),
        ("Långsammare", "Lagom fart", "false"),
        ("Långsammare", "Långsamt", "true"),
    ):
        press(person, name)
        assert (status.inner_text(), slower.get_attribute("aria-disabled")) == (told, rests)
    slower.press("Enter")  # no slower than that, and the focus stays
    assert page.evaluate("document.activeElement.textContent") == "Långsammare"
    assert [one["rate"] for one in page.evaluate("window.__spoken")] == [0.9, 0.9, 0.9, 1.1, 0.9, 0.7]
    assert set(spoken(person)[1:]) == {SAID[1]}

    page.locator("[data-lms-listen-stop]").focus()
    page.keyboard.press("Enter")
    assert shown(person) == ["Lyssna"]
    assert page.evaluate("document.activeElement.matches('[data-lms-listen-play]')")
    page.keyboard.press("Enter")
    assert page.evaluate("window.__spoken.at(-1)") == {"text": SAID[0], "rate": 0.7, "voice": "Alva", "lang": "sv-SE"}


def test_it_falls_silent_when_one_answers_leaves_or_is_asked(visit, lesson):
    tablet = speaking(visit)
    tablet.go(lesson.url)
    page = tablet.page
    press(tablet, "Lyssna")
    while spoken(tablet)[-1] != "Alternativ 1: Hälsar":
        page.evaluate("speechSynthesis.finish()")
    tablet.tap(".lms-option:has-text('Hälsar')")
    assert shown(tablet)[0] == "Fortsätt"
    press(tablet, "Fortsätt")
    tablet.tap("[data-lms-practice-actions] button")
    assert shown(tablet)[0] == "Fortsätt"
    press(tablet, "Fortsätt")
    assert spoken(tablet)[-1] == "Sist."  # past the question, and none of its answer

    page.evaluate("const asked = document.createElement('dialog'); document.body.append(asked); asked.showModal()")
    page.locator("[data-lms-listen][data-state=paused]").wait_for()
    page.evaluate("document.querySelector('dialog').remove()")
    press(tablet, "Fortsätt")
    cancelled = page.evaluate("sessionStorage.cancelled")
    tablet.go("/kurser/")
    assert int(page.evaluate("sessionStorage.cancelled")) == int(cancelled) + 1
    tablet.quiet("left")


@pytest.mark.parametrize("says_so", [True, False])
def test_a_voice_that_fails_is_told(visit, lesson, says_so):
    tablet = speaking(visit, voices=(REMOTE,))
    tablet.page.clock.install()
    tablet.go(lesson.url)
    press(tablet, "Lyssna")
    if says_so:
        tablet.page.evaluate("speechSynthesis.now.onerror({ error: 'network' })")
    else:
        tablet.page.clock.fast_forward(44_000)
        assert shown(tablet)[0] == "Pausa"
        tablet.page.clock.fast_forward(1_000)
    assert shown(tablet) == ["Lyssna"]
    status = tablet.page.locator(".lms-listen [role=status]")
    assert status.inner_text() == "Rösten svarar inte. Försök igen när det finns nät."


def test_where_the_browser_has_no_highlights_the_text_is_as_before(visit, lesson):
    tablet = speaking(visit, more=WITHOUT_HIGHLIGHTS)
    tablet.go(lesson.url)
    body = "document.querySelector('.lms-body').innerHTML"
    before = tablet.page.evaluate(f"{body} + [...document.querySelector('.lms-body p').childNodes].length")
    press(tablet, "Lyssna")
    marked = []
    while shown(tablet) != ["Lyssna"]:
        marked.append("".join(tablet.page.locator(".lms-listen__mark").all_inner_texts()))
        tablet.page.evaluate("speechSynthesis.finish()")
    assert marked[1] == "Säg hej t.ex. när dörren öppnas."
    assert spoken(tablet) == SAID
    assert tablet.page.evaluate(f"{body} + [...document.querySelector('.lms-body p').childNodes].length") == before


def test_what_is_inserted_later_is_attached_by_its_root(visit, lesson):
    tablet = speaking(visit)
    tablet.go(lesson.url)
    press(tablet, "Lyssna")
    tablet.page.evaluate("""async () => {
        const parent = document.querySelector("[data-lms-listen]").parentElement;
        const root = document.createElement("div");
        root.lang = "en";
        root.append(document.querySelector("[data-lms-listen]").cloneNode(true));
        root.insertAdjacentHTML("beforeend", "<div data-lms-listen-text><h2>Later</h2></div>");
        root.lastChild.insertAdjacentHTML("beforeend", "<label class='lms-option'>Yes</label>");
        root.firstChild.hidden = true;
        parent.after(root);
        const { attach } = await import(document.querySelector("script[src*='listen']").src);
        attach(root);
    }""")
    assert tablet.page.locator(".lms-listen:visible").count() == 2
    tablet.page.locator(".lms-listen [data-lms-listen-play]").nth(1).tap()
    assert shown(tablet)[0] == "Lyssna"  # there is one voice
    assert to_the_end(tablet) == [SAID[0], "Later", "Alternativ 1: Yes"]
    assert tablet.page.evaluate("window.__spoken[1].voice") == "Daniel"


def test_a_question_and_its_choices_are_read_as_they_stand(visit, server):
    page = QuizPage(title="Larm", slug="larm", shuffle_questions=False)
    page.questions = [
        Question(key=uuid.uuid4(), kind=kind, text=f"Fråga om {kind}?", choices=rows, explanation="Hemligt.")
        for kind, rows in ASKED.items()
    ]
    quiz = builders.publish(page, builders.make_course())
    cast = people.gather()
    maja = Client()
    maja.force_login(cast.maja.user)
    begun = maja.post(builders.address(quiz) + "forsok/", builders.fields(cast.maja))["Location"]
    tablet = speaking(visit)
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": maja.cookies[settings.SESSION_COOKIE_NAME].value}
    tablet.context.add_cookies([{**cookie, "url": tablet.url}])

    def heard(number):
        tablet.go(f"{begun}fraga/{number}/")
        press(tablet, "Lyssna")
        return to_the_end(tablet)

    def texts(selector):
        return [text.strip() for text in tablet.page.locator(selector).all_text_contents()]

    said = heard(1)
    rows = texts(".lms-order__text")
    assert said[0] == "Fråga om order?"
    assert said[2:] == [f"Alternativ {number}: {row}" for number, row in enumerate(rows, start=1)]
    tablet.page.locator("[data-lms-order] button[data-by='1']").first.tap()
    press(tablet, "Lyssna")
    assert to_the_end(tablet)[-3:] == [
        f"Alternativ {number}: {row}" for number, row in enumerate([rows[1], rows[0], rows[2]], start=1)
    ]

    said = heard(2)
    options = texts(".lms-match:last-of-type option:not([value=''])")
    assert said[0] == "Fråga om match?"
    assert said[2:] == ["Rök", "Inbrott", f"Alternativ 1: {options[0]}", f"Alternativ 2: {options[1]}"]

    assert heard(3)[2:] == ["Alternativ 1: Sant", "Alternativ 2: Falskt"]

    said = heard(4)
    choices = texts(".lms-option span")
    assert said[2:] == [f"Alternativ {number}: {choice}" for number, choice in enumerate(choices, start=1)]
    press(tablet, "Lyssna")
    tablet.tap(".lms-option")
    assert shown(tablet)[0] == "Fortsätt"
    tablet.check("a question that can be listened to")
