"""The words of the starter courses: length, plainness, sources, fair tests, the same course in every language."""

import re
import uuid
from pathlib import Path

import pytest

from courses.packs.files import read_course
from courses.packs.markdown import parse_body
from courses.questions import KINDS

FIRST = "ett-gott-vardskap"


def words_of(text: str) -> str:
    """What a participant reads of a lesson file: no head, comments, keys or marks."""
    text = text.split("---\n", 2)[2]
    text = re.sub(r"<!--.*?-->", "", text, flags=re.S)
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", text)
    text = re.sub(r"\{#[\w-]+\}", "", text)
    text = re.sub(r"^(:::.*|kind:.*|right:.*|checked:.*|phone:.*|url:.*)$", "", text, flags=re.M)
    return re.sub(
        r"^\s*-?\s*(text|feedback|explanation|attribution|name|purpose|do|dont|choices|right|answer):",
        "",
        text,
        flags=re.M,
    )


def lix(text: str) -> float:
    words = re.findall(r"[A-Za-zÅÄÖåäöÉéÜü]+", text)
    sentences = max(1, len(re.findall(r"[.!?:]+(?=\s|$|”)", text)))
    return len(words) / sentences + 100 * sum(len(word) > 6 for word in words) / len(words)


PACKS = Path("content_seed/packs/nordmaling")
COURSES = sorted(path.parent for path in PACKS.glob("*/course.yaml"))
TRANSLATIONS = sorted(path.parent for path in PACKS.glob("*/*/course.yaml"))
LESSONS = [
    path for course in COURSES for path in sorted(course.glob("*.md")) if "kind: workshop" not in path.read_text()
]
WITH_TEST = [course for course in COURSES if (course / "kunskapstest.yaml").exists()]

each_course = pytest.mark.parametrize("course", WITH_TEST, ids=lambda path: path.name)


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_lesson_is_as_long_and_as_plain_as_it_should_be(path):
    written = path.read_text()
    text = words_of(written)
    assert 400 <= len(re.findall(r"\w+", text)) <= 800
    assert lix(text) < 40
    assert 1 <= written.count("::: practice") <= 3
    assert written.count("![") == 1, "one picture"
    assert "::: do-dont" in written
    assert re.search(r"^## Kom ihåg \{#kom-ihag\}$", written, re.M)
    assert re.search(r"<!-- .*(\[V|\[C)", written), "facts carry their source"


@pytest.mark.parametrize("path", sorted(PACKS.rglob("*.[my][da]*")), ids=lambda path: str(path.relative_to(PACKS)))
def test_nothing_uncertain_and_no_word_that_we_do_not_use(path):
    written = path.read_text()
    # A comment may say that something uncertain is left out.
    shown = re.sub(r"^\s*#.*$", "", re.sub(r"<!--.*?-->", "", written, flags=re.S), flags=re.M)
    assert "[U]" not in shown
    assert not re.search(r"\b(elev|elever|betyg|betyget|certifikat|tentamen|examen)\b", written.lower())
    assert not re.search(r"\bMSB\b", re.sub(r"\(MCF\), (tidigare|formerly) MSB", "", shown))


@each_course
def test_practice_gives_nothing_away(course):
    """Neither the longest answer nor one of the two words is always right; and feedback does not say "Rätt." again."""
    practice = [
        block["value"]
        for path in LESSONS
        if path.parent == course
        for block in parse_body(path.read_text(), lesson=uuid.uuid4(), find_file=str, where=path.name)
        if block["type"] == "practice"
    ]
    singles = [question["choices"] for question in practice if question["kind"] == "single"]
    longest = [max(choices, key=lambda choice: len(choice["text"]))["right"] for choices in singles]
    assert sum(longest) <= len(singles) / 2
    words = {
        choice["id"]
        for question in practice
        if question["kind"] == "truefalse"
        for choice in question["choices"]
        if choice["right"]
    }
    assert words != {"true"}, "what is stated is not always so"
    said = [
        text
        for question in practice
        for text in (question["explanation"], *(choice["feedback"] for choice in question["choices"]))
    ]
    assert not [text for text in said if re.match(r"(Ja|Nej|Rätt)\b", text)]


@each_course
def test_the_test_is_fair(course):
    [quiz] = [activity for activity in read_course(course).activities if activity.kind == "quiz"]
    assert len(quiz.questions) >= 12
    kinds = {question["kind"] for question in quiz.questions}
    assert kinds == (set(KINDS) if course.name != FIRST else {"single", "multiple", "truefalse", "text"})
    places, longest, singles = [], 0, 0
    for question in quiz.questions:
        assert question["explanation"], question["key"]
        assert question["source"], question["key"]
        if question["kind"] == "single":
            singles += 1
            right = next(number for number, choice in enumerate(question["choices"]) if choice["right"])
            places.append(right)
            lengths = [len(choice["text"]) for choice in question["choices"]]
            longest += lengths[right] == max(lengths)
    assert len(set(places)) >= 3
    assert longest <= singles / 2


@pytest.mark.parametrize("course", [*COURSES, *TRANSLATIONS], ids=lambda path: str(path.relative_to(PACKS)))
def test_every_pack_can_be_read_whole_and_has_its_pictures(course):
    pack = read_course(course)
    assert pack.activities
    files = {pack.image}
    for activity in pack.activities:
        parse_body(
            activity.body, lesson=activity.uuid, find_file=lambda name: files.add(name) or 1, where=activity.file
        )
    own = course if course in COURSES else course.parent
    shown = {name for name in files if name}
    assert shown <= {path.name for path in (own / "images").iterdir()}
    if course in COURSES:
        assert set(pack.images) == shown
        assert all(about["licence"] for about in pack.images.values())


def shape(course: Path) -> list:
    """What a translation must share with its source: identities, order, steps, kinds of blocks, questions, keys."""
    pack = read_course(course)
    return [
        (
            activity.uuid,
            activity.kind,
            [
                (block["type"], block["id"] if block["type"] == "heading" else "", _counts(block["value"]))
                for block in parse_body(activity.body, lesson=activity.uuid, find_file=str, where=activity.file)
            ],
            [(question["key"], question["kind"], _marks(question)) for question in activity.questions],
        )
        for activity in pack.activities
    ]


def _counts(value) -> object:
    if isinstance(value, dict):
        return {name: _counts(part) for name, part in value.items() if isinstance(part, list)}
    return [_marks(row) if "right" in row else 1 for row in value] if isinstance(value, list) else None


def _marks(row: dict) -> object:
    if "choices" in row:
        return [_marks(choice) for choice in row["choices"]]
    return (row["id"], row["right"])


@pytest.mark.parametrize("course", TRANSLATIONS, ids=lambda path: str(path.relative_to(PACKS)))
def test_a_translation_has_the_shape_of_its_source_or_lends_titles_alone(course):
    for translated, source in zip(shape(course), shape(course.parent), strict=True):
        assert translated[:2] == source[:2]
        if translated[2:] != ([], []):
            assert translated == source
    translated, source = read_course(course), read_course(course.parent)
    assert translated.uuid == source.uuid
    assert len(translated.objectives) == len(source.objectives)
    assert all(activity.summary for activity in translated.activities)


def test_the_first_course_is_whole_in_english():
    [course] = [path for path in TRANSLATIONS if path.parent.name == FIRST]
    assert shape(course) == shape(course.parent)


def test_every_course_has_its_english_titles():
    assert [path.parent for path in TRANSLATIONS] == COURSES
