import itertools
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.body import plain_blocks
from courses.models import CoursePage, QuizPage
from courses.packs.errors import PackError
from courses.packs.files import read_course
from courses.packs.markdown import parse_body, to_html, to_markdown, write_body
from courses.packs.pages import export_course, put_activity, put_course
from courses.packs.questions import read_question, write_question

LESSON = uuid.UUID("cf426486-2d6d-4d30-b210-1b8dc06439db")

COURSE = """\
uuid: 6f9c2c1e-1111-4000-8000-000000000000
language: sv
slug: prov-kurs
title: En kurs
summary: Kort sagt.
introduction: Ett *stycke*.
objectives:
  - kunna något
access: open
valid_months: 12
validity: day
valid_to_month: 12
valid_to_day: 31
window_days: 30
late_days: 14
activities: [01-ett.md, test.yaml, 03-traff.md]
"""
TEXT = """\
---
uuid: 6f9c2c1e-2222-4000-8000-000000000000
slug: ett
title: Första lektionen
minutes: 4
---

## En kund kommer in {#en-kund}

Ett stycke med **fetstil**, *kursiv* och [en länk](https://exempel.se/a?b=1&c=2).

- en punkt
- en till

### En mellanrubrik

<!-- F1 [V S30] syns inte -->

::: tip
Säg *hej*.
:::

::: law Diskrimineringslagen
Lagen gäller.
:::

## Ett steg till {#ett-till}

::: checklist Kom ihåg
- Hälsa
- Lyssna, även när
  det dröjer
:::

::: steps
1. Först
2. Sedan
:::

::: facts Öppettider
checked: 2026-11-23
source: kommunens webbplats

Öppet **varje** dag.
:::

::: facts Avgifter
source: "kommunen: odaterad sida"

Gratis.
:::

::: facts Plats
checked:

I byn.
:::

::: contact
name: "112"
purpose: Fara för liv
phone: "112"
:::

::: quote
text: Konsten att få människor att känna sig välkomna.
attribution: Jan Gunnarsson
:::

::: do-dont
do: [Fråga först]
dont: [Gissa]
:::

::: practice
kind: multiple
text: Vad gör du?
choices:
  - text: Hälsar
    right: true
  - text: Väntar
    feedback: Inte för länge.
explanation: Därför.
:::
"""
QUIZ = """\
uuid: 6f9c2c1e-3333-4000-8000-000000000000
slug: test
title: Kunskapstest
pass_mark: 75
max_attempts: 3
questions:
  - key: ett
    kind: single
    text: Vilket?
    choices:
      - text: Rätt
        right: true
      - text: Fel
    explanation: Därför.
    source: F1
  - key: tva
    kind: truefalse
    text: Sant?
    answer: false
    feedback: {"true": "Nja."}
  - key: tre
    kind: text
    text: Numret?
    accepted: ["112", ett ett två]
    ignore_accents: false
"""
MEETUP = """\
---
uuid: 6f9c2c1e-4444-4000-8000-000000000000
kind: workshop
slug: traff
title: En träff
required: false
---

## Vi ses {#vi-ses}

Ta med kaffe.
"""


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "prov-kurs"
    root.mkdir()
    for name, text in (
        ("course.yaml", COURSE),
        ("01-ett.md", TEXT),
        ("test.yaml", QUIZ),
        ("03-traff.md", MEETUP),
    ):
        (root / name).write_text(text, encoding="utf-8")
    return root


def put(folder, index) -> CoursePage:
    pack = read_course(folder)
    course = put_course(pack, index)
    for activity in pack.activities:
        put_activity(pack, activity, course)
    return course


def content(course: CoursePage) -> list:
    """Everything that a pack carries, with the ids that matter: steps, and the keys of questions."""
    found = [
        {
            name: getattr(course, name)
            for name in ("title", "slug", "summary", "introduction", "access", *CoursePage.validity_settings)
        },
        [block.value for block in course.objectives],
    ]
    for page in course.get_activity_pages().specific():
        values = {"type": type(page).__name__, "key": page.translation_key}
        values |= {name: getattr(page, name) for name in ("title", "slug", "summary", "minutes", "required")}
        if isinstance(page, QuizPage):
            values |= {name: getattr(page, name) for name in ("introduction", "pass_mark", "max_attempts")}
            names = (
                "key",
                "kind",
                "text",
                "choices",
                "explanation",
                "source",
                "ignore_case",
                "ignore_accents",
            )
            values["questions"] = [
                {name: getattr(question, name) for name in names} for question in page.questions.all()
            ]
        else:
            values["body"] = [without_ids(block) for block in plain_blocks(page.body)]
        found.append(values)
    return found


def without_ids(block):
    if isinstance(block, dict):
        keep = block.get("type") == "heading"
        return {key: without_ids(value) for key, value in block.items() if key != "id" or keep}
    return [without_ids(item) for item in block] if isinstance(block, list) else block


def test_a_pack_becomes_pages(folder, index):
    course = put(folder, index)
    pages = list(course.get_activity_pages().specific())
    assert [type(page).__name__ for page in pages] == ["LessonPage", "QuizPage", "WorkshopPage"]
    assert course.url == "/kurser/prov-kurs/"
    lesson = pages[0]
    kinds = [block.block_type for block in lesson.body]
    assert kinds == [
        "heading", "text", "callout", "callout", "heading", "checklist", "steps", "facts", "facts", "facts",
        "contact", "quote", "do_dont", "practice",
    ]  # fmt: skip
    assert lesson.body[1].value.source == (
        "<p>Ett stycke med <b>fetstil</b>, <i>kursiv</i> och "
        '<a href="https://exempel.se/a?b=1&amp;c=2">en länk</a>.</p>'
        "<ul><li>en punkt</li><li>en till</li></ul><h3>En mellanrubrik</h3>"
    )
    assert list(lesson.body[5].value["items"]) == ["Hälsa", "Lyssna, även när det dröjer"]
    assert lesson.body[7].value["checked_on"].isoformat() == "2026-11-23"
    assert [lesson.body[number].value["checked_on"] for number in (8, 9)] == [None, None]
    assert [lesson.body[number].value["source"] for number in (8, 9)] == ["kommunen: odaterad sida", ""]


def test_a_fact_box_says_when_it_was_checked_only_if_it_was(folder, index, client):
    put(folder, index)
    page = client.get("/kurser/prov-kurs/ett/").content.decode()
    assert page.count("Senast kontrollerat 23 november 2026.") == 1
    assert "Källa: kommunen: odaterad sida." in page
    assert page.count('class="lms-source"') == 2


def test_the_same_pack_again_changes_nothing(folder, index):
    course = put(folder, index)
    before = content(course)
    again = put(folder, index)
    assert again.pk == course.pk
    assert content(again) == before


def test_pages_become_a_pack_that_loads_to_the_same(folder, index, tmp_path):
    before = content(put(folder, index))
    export_course(CoursePage.objects.get(), tmp_path / "ut")
    CoursePage.objects.get().delete()
    after = content(put(tmp_path / "ut", type(index).objects.get(pk=index.pk)))
    assert after == before


def test_an_export_of_an_export_is_the_same_text(folder, index, tmp_path):
    put(folder, index)
    export_course(CoursePage.objects.get(), tmp_path / "ett")
    CoursePage.objects.get().delete()
    put(tmp_path / "ett", type(index).objects.get(pk=index.pk))
    export_course(CoursePage.objects.get(), tmp_path / "tva")
    files = sorted(path.name for path in (tmp_path / "ett").iterdir())
    assert files == sorted(path.name for path in (tmp_path / "tva").iterdir())
    for name in files:
        assert (tmp_path / "ett" / name).read_text() == (tmp_path / "tva" / name).read_text()


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<b onclick=x>hej</b>"])
def test_html_in_markdown_is_text_and_never_markup(text):
    html = to_html(text)
    assert "<script" not in html
    assert "<img" not in html
    assert "<b" not in html.replace("&lt;b", "")


@pytest.mark.parametrize(
    "link",
    [
        "[x](javascript:alert(1))",
        "[x](data:text/html,hej)",
        "[x](vbscript:x)",
        '[x](https://a.se "x" onclick=y)',
    ],
)
def test_links_lead_only_to_pages_mail_and_phones(link):
    html = to_html(link)
    assert "javascript:" not in html.replace("(javascript:alert(1))", "")
    assert 'href="data:' not in html
    assert 'href="vbscript:' not in html
    assert "onclick=" not in html.replace("onclick=y)", "")


words = (
    st.text(st.characters(categories=["Lu", "Ll"], include_characters=" åäö"), min_size=1, max_size=30)
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)


def html_list(tag):
    items = st.lists(words, min_size=1, max_size=3)
    return items.map(lambda found: f"<{tag}>" + "".join(f"<li>{item}</li>" for item in found) + f"</{tag}>")


parts_of_text = st.one_of(
    words.map(lambda text: f"<p>{text}</p>"),
    words.map(lambda text: f"<p><b>{text}</b> och <i>{text}</i></p>"),
    words.map(lambda text: f"<h3>{text}</h3>"),
    html_list("ul"),
    html_list("ol"),
)


@given(st.lists(parts_of_text, min_size=1, max_size=4))
def test_rich_text_survives_the_way_through_markdown(parts):
    # Two lists of one kind side by side are one list in Markdown: an author would not tell them apart either.
    for one, other in itertools.pairwise(parts):
        if one[:4] == other[:4] and one[:4] in ("<ul>", "<ol>"):
            return
    html = "".join(parts)
    assert to_html(to_markdown(html)) == html


def test_a_step_keeps_its_id_when_its_heading_is_reworded():
    one = parse_body("## En rubrik {#namn}\n\nText.", lesson=LESSON, find_file=str, where="x")
    other = parse_body("## Ett annat ord {#namn}\n\nText.", lesson=LESSON, find_file=str, where="x")
    assert one[0]["id"] == other[0]["id"]
    written = write_body(one, file_name=lambda kind, pk: str(pk))
    assert parse_body(written, lesson=uuid.uuid4(), find_file=str, where="x")[0]["id"] == one[0]["id"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("::: tip\nText", "lektion.md, rad 1: rutan ”tip” är aldrig avslutad"),
        ("Text\n\n::: hittepa\na: 1\n:::", "rad 3: det finns ingen ruta som heter ”hittepa”"),
        ("::: facts Rubrik\nText utan datum\n:::", "en faktaruta börjar med"),
        ("::: checklist\nText\n:::", "listan ska börja med"),
        ("::: contact\nname: X\nurl: 'javascript:alert(1)'\n:::", "https://"),
        ("::: contact\n- nej\n:::", "ska ha rader av typen ”namn: värde”"),
        ("::: practice\ntext: Hur?\nchoices: []\n:::", "Hur?"),
    ],
)
def test_a_mistake_in_a_lesson_is_told_with_its_line(text, words):
    with pytest.raises(PackError, match=r"lektion\.md") as error:
        parse_body(text, lesson=LESSON, find_file=str, where="lektion.md")
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("file", "change", "words"),
    [
        ("course.yaml", ("title: En kurs", "title: ''"), "”title” saknas"),
        ("course.yaml", ("01-ett.md", "99-borta.md"), "filen finns inte"),
        ("course.yaml", ("6f9c2c1e-1111-4000-8000-000000000000", "inte-ett"), "är inget UUID"),
        ("01-ett.md", ("---\n", "", 1), "börjar med ett huvud"),
        ("test.yaml", ("key: tva", "key: ett"), "samma ”key”"),
        ("test.yaml", ("kind: truefalse", "kind: gissa"), "ingen sorts fråga"),
        ("test.yaml", ("key: tre\n    kind", "kind"), "ge frågan ett eget ”key”"),
        ("test.yaml", ("slug: test", "slug: [test"), "test.yaml"),
    ],
)
def test_a_mistake_in_a_file_is_told_by_name_and_nothing_is_read(folder, file, change, words):
    path = folder / file
    old, new, *count = change
    path.write_text(path.read_text().replace(old, new, *count))
    with pytest.raises(PackError) as error:
        read_course(folder)
    assert words in str(error.value)
    assert file.split(".")[0] in str(error.value) or words == "filen finns inte"


def test_questions_survive_the_way_through_yaml():
    data = {
        "kind": "truefalse",
        "text": "Sant?",
        "answer": False,
        "feedback": {"true": "Nja."},
        "source": "F1",
    }
    question = read_question(data, "x")
    assert read_question(write_question(question), "x") == question
    text = {"kind": "text", "text": "Vad?", "accepted": ["a", "b"], "ignore_case": False}
    assert read_question(write_question(read_question(text, "x")), "x") == read_question(text, "x")
