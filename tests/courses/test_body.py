import io

import pytest
from django.core.files.images import ImageFile
from django.template.loader import render_to_string
from wagtail.documents.models import Document

from courses.body import prepare, reading_minutes, steps_in, words_in
from courses.models import LessonPage
from tests import builders

ALL_BLOCKS = [
    ("text", "<p>Före första rubriken.</p>"),
    ("heading", "Ett"),
    ("callout", {"kind": "law", "title": "", "text": "<p>Lagen säger så.</p>"}),
    ("checklist", {"title": "Kom ihåg", "items": ["Hälsa"]}),
    ("steps", {"title": "Så gör du", "items": ["Först", "Sedan"]}),
    (
        "facts",
        {"title": "Fakta", "text": "<p>Ett <b>faktum</b>.</p>", "source": "S20", "checked_on": "2026-11-23"},
    ),
    (
        "contact",
        {"name": "Polisen", "purpose": "Inte bråttom", "phone": "114 14", "url": "https://polisen.se"},
    ),
    ("quote", {"text": "Välkommen.", "attribution": "Jan"}),
    ("do_dont", {"title": "", "do": ["Fråga"], "dont": ["Gissa"]}),
    ("heading", "Två"),
    (
        "practice",
        {
            "kind": "truefalse",
            "text": "Sant?",
            "choices": [
                {"id": "true", "text": "", "right": True, "feedback": ""},
                {"id": "false", "text": "", "right": False, "feedback": "Nej."},
            ],
            "explanation": "Därför.",
        },
    ),
]


@pytest.fixture
def lesson(index):
    return builders.publish(LessonPage(title="Allt", slug="allt", body=ALL_BLOCKS), builders.make_course(access="open"))


def render(lesson):
    return render_to_string("lms_courses/includes/activity_body.html", {"steps": lesson.get_steps()})


def test_a_heading_begins_a_step_and_what_comes_before_the_first_is_a_step_too(lesson):
    steps = steps_in(lesson.body, title="Allt")
    assert [(step.title, len(step.blocks)) for step in steps] == [("Allt", 1), ("Ett", 7), ("Två", 1)]
    assert len({step.id for step in steps}) == 3


def test_every_kind_of_block_is_drawn(lesson):
    html = render(lesson)
    for words in (
        "Före första rubriken.", "Lagen säger så.", "Hälsa", "Först", "Ett <b>faktum</b>.", "23 november 2026", "S20",
        'href="tel:11414"', 'href="https://polisen.se"', "Välkommen.", "Fråga", "Gissa", "Sant?", "Därför.",
    ):  # fmt: skip
        assert words in html
    assert html.count("<section") == 3


def test_the_body_knows_no_user_no_token_and_no_inline_style_or_script(lesson):
    html = render(lesson)
    for word in ("csrf", "<script", "style=", "onclick", "learner", "wagtailuserbar"):
        assert word not in html


def test_words_are_those_that_are_read_aloud(lesson):
    steps = lesson.get_steps()
    assert 30 <= words_in(steps) <= 45
    assert reading_minutes(steps) == 1


@pytest.mark.parametrize("times", [1, 6])
def test_a_lesson_costs_the_same_queries_whatever_its_length(index, django_assert_num_queries, times):
    image, target = builders.make_image(), builders.make_course("Länkmål", access="open")
    document = Document.objects.create(title="Blankett", file=ImageFile(io.BytesIO(b"%PDF-"), name="b.pdf"))
    link = (
        f'<p><a linktype="page" id="{target.pk}">kursen</a> och <a linktype="document" id="{document.pk}">pdf</a></p>'
    )
    one = [
        ("heading", "Rubrik"),
        ("text", link),
        ("picture", {"image": image, "alt_text": "En bild", "caption": ""}),
        ("callout", {"kind": "tip", "title": "", "text": link}),
        ("document", {"document": document, "title": ""}),
    ]
    lesson = builders.publish(LessonPage(title="Lång", slug="lang", body=one * times), target)
    render(lesson)  # renditions are made the first time
    fresh = LessonPage.objects.get(pk=lesson.pk)
    with django_assert_num_queries(6):
        html = render(fresh)
    assert html.count(f'href="{target.url}"') == 2 * times


def test_a_picture_carries_the_alt_text_of_its_block(index):
    body = [
        ("heading", "Ett"),
        ("picture", {"image": builders.make_image(), "alt_text": "Disken", "caption": "I butiken"}),
    ]
    lesson = builders.publish(LessonPage(title="Bild", slug="bild", body=body), builders.make_course())
    html = render(lesson)
    assert 'alt="Disken"' in html
    assert "<figcaption>I butiken</figcaption>" in html


def test_preparing_nothing_is_fine():
    assert prepare([]) == []


def test_the_book_and_the_desk_draw_the_same_body(lesson, client):
    """One include for both: the page at its own address holds exactly the body."""
    html = client.get(lesson.url).content.decode()
    assert render(LessonPage.objects.get(pk=lesson.pk)).strip() in html
