"""A lesson's memo: its own points, a code that leads back to it, and nothing for who may not read the lesson."""

import pytest

from lms.models import LearningEvent
from lms.paper.memo import LONGEST, MOST_POINTS, key_points
from lms.qr import as_svg
from tests import builders
from tests.builders import address

CHECKLIST = ("checklist", {"title": "Kom ihåg", "items": ["Hälsa alla", "Fråga först"]})


def lesson_with(course, *blocks):
    page = builders.LessonPage(title="Ett hej", slug="ett-hej", body=[("heading", "Disken"), *blocks])
    return builders.publish(page, course)


def memo(page, where="/min-utbildning"):
    return f"{address(page, where)}minneslapp/"


def test_the_points_are_the_last_checklist(course):
    first = ("checklist", {"title": "", "items": ["Något annat"]})
    steps = ("steps", {"title": "", "items": ["Ett", "Två"]})
    page = lesson_with(course, first, steps, ("heading", "Kom ihåg"), CHECKLIST)
    assert key_points(page.get_steps()) == ["Hälsa alla", "Fråga först"]


@pytest.mark.parametrize(
    ("blocks", "points"),
    [
        ([("steps", {"title": "", "items": ["Ett", "Två"]})], ["Ett", "Två"]),
        ([("do_dont", {"title": "", "do": ["Fråga"], "dont": ["Gissa"]})], ["Fråga"]),
        ([("text", "<p>Hej</p>"), ("heading", "Kassan")], ["Disken", "Kassan"]),
    ],
)
def test_without_a_checklist_they_are_what_the_lesson_has(course, blocks, points):
    assert key_points(lesson_with(course, *blocks).get_steps()) == points


@pytest.mark.parametrize("where", ["/min-utbildning", "/surfplatta/min-utbildning"])
def test_at_both_doors_with_the_way_back(maja, at_tablet, course, where):
    page = lesson_with(course, CHECKLIST)
    browser = at_tablet if where.startswith("/surfplatta") else maja
    response = browser.get(memo(page, where))
    text = response.content.decode()
    assert "Hälsa alla" in text
    # A phone's, never the tablet's.
    assert as_svg(f"https://larpunkt.example/min-utbildning/moment/{page.translation_key}/", "Till lektionen") in text
    assert "logga in på larpunkt.example och öppna lektionen" in text
    assert "no-store" in response["Cache-Control"]
    assert memo(page, where) in browser.get(address(page, where)).content.decode()  # the last step offers it
    assert not LearningEvent.objects.exists()


def test_the_code_of_an_open_course_leads_to_the_book(maja, index):
    page = lesson_with(builders.make_course(access="open"), CHECKLIST)
    assert f"larpunkt.example{page.url}" in maja.get(memo(page)).content.decode()


def test_it_is_offered_at_the_last_step_and_not_before(maja, pages):
    first, last = builders.version_of(pages[0]).steps
    assert "minneslapp" not in maja.get(f"{address(pages[0])}?steg={first['id']}").content.decode()
    assert "Skriv ut minneslapp" in maja.get(f"{address(pages[0])}?steg={last['id']}").content.decode()


def test_more_than_a_page_holds_is_said_and_not_left_out_in_silence(maja, course):
    items = [f"{number}. {'ord ' * 100}" for number in range(MOST_POINTS + 2)]
    text = maja.get(memo(lesson_with(course, ("checklist", {"title": "", "items": items})))).content.decode()
    assert text.count("ord ord…") + text.count("ord o…") + text.count("ord or…") + text.count("ord …") >= MOST_POINTS
    assert "2 punkter till finns i lektionen." in text
    assert len(items[0]) > LONGEST


def test_of_a_test_there_is_none(maja, pages):
    assert maja.get(memo(pages[2])).status_code == 404


def test_who_may_not_read_the_lesson_sees_no_memo(sign_in, client, cast, index):
    page = lesson_with(builders.make_course(access="assigned"), CHECKLIST)
    assert sign_in("maja").get(memo(page)).status_code == 404  # not assigned to her
    assert sign_in("nisse").get(memo(page)).status_code == 403
    assert client.get(memo(page)).status_code == 302
    for browser in (client, sign_in("maja"), sign_in("nisse")):
        assert "Hälsa alla" not in browser.get(memo(page)).content.decode()
