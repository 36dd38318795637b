"""What must be done first: parts of a course, and courses. It governs opening, and never counting."""

import datetime
import html
import re
import uuid

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lms.access import asked_courses
from lms.equivalence.actions import equate
from lms.models import ActivityCompletion, EventKind, Role, StaffMember, Workplace
from lms.prerequisites import courses_before, held_back_by
from lms.progress import record_attendance, void
from lms.reports.figures import gather
from lms.reports.prerequisites import what_comes_first
from lms.requirements.actions import excuse, require
from lms.workplaces.actions import give_responsibility
from tests import builders, people
from tests.builders import activity_of, address, complete, course_of, fields, read, take_quiz, tell, version_of
from tests.courses.test_ordering import name_first
from tests.lms.reports.test_matrix_view import MATRIX
from tests.lms.test_offline import standing
from tests.lms.test_shop import SHOP

HOME = "/min-utbildning/"


def in_order(course):
    course.in_order = True
    course.save_revision().publish()


@pytest.fixture
def ordered(course, pages):
    in_order(course)
    return pages


@pytest.fixture
def later(cast, course):
    """A course that opens when the first is completed. Both are required of everyone."""
    page = builders.make_full_course("Fördjupning")
    name_first(page, course)
    today = timezone.localdate()
    for number, one in enumerate((page, course), start=1):
        require(
            course=course_of(one),
            valid_from=today - datetime.timedelta(days=300),
            due_on=today + datetime.timedelta(days=30 * number),
            actor=cast.ada,
        )
    return page


def course_page(page, where=HOME) -> str:
    return f"{where}kurs/{page.translation_key}/"


def locked(browser, course) -> list[str]:
    journey = browser.get(course_page(course)).context["journey"]
    return [state.title for state in journey.activities if state.is_locked]


def led_to(response) -> tuple[str, list[str]]:
    assert response.status_code == 302
    return response["Location"], [str(message) for message in get_messages(response.wsgi_request)]


# Parts of a course


def test_without_any_order_nothing_is_locked(maja, course):
    assert locked(maja, course) == []


def test_the_course_page_says_what_opens_what(maja, cast, course, ordered):
    html = maja.get(course_page(course)).content.decode()
    assert locked(maja, course) == ["Lektion 2", "Kunskapstest"]
    assert f'Öppnas när du är klar med <a href="{address(ordered[0])}">”Lektion 1”</a>.' in html
    assert "Öppnas när du är klar med ”Lektion 2”." in html
    assert f'href="{address(ordered[2])}"' not in html
    read(cast.maja, ordered[0])
    assert locked(maja, course) == ["Kunskapstest"]
    read(cast.maja, ordered[1])
    assert locked(maja, course) == []


def test_continue_never_points_at_a_locked_part(maja, cast, rule, course, pages):
    name_first(pages[1], pages[0])
    assert maja.get(HOME).context["continue_with"].next.title == "Lektion 1"
    workshop, after = builders.make_workshop(course, "Träffen"), builders.make_lesson(course, "Efter träffen")
    name_first(after, workshop)
    for page in pages:
        (take_quiz if page.title == "Kunskapstest" else read)(cast.maja, page)
    assert maja.get(course_page(course)).context["journey"].next is None


@pytest.mark.parametrize("where", ["/min-utbildning", "/surfplatta/min-utbildning"])
def test_opening_a_locked_part_leads_to_what_comes_first(sign_in, at_tablet, ordered, where):
    browser = at_tablet if where.startswith("/surfplatta") else sign_in("maja")
    for page, last in ((ordered[1], "Lektion 1"), (ordered[2], "Lektion 2")):
        where_to, said = led_to(browser.get(address(page, where)))
        assert where_to == address(ordered[0], where)
        assert said[-1] == f"”{page.title}” öppnas när du är klar med ”{last}”. Det här kommer först."


def test_a_locked_test_does_not_begin_by_its_address(maja, cast, ordered):
    response = maja.post(address(ordered[2]) + "forsok/", fields(cast.maja))
    assert led_to(response)[0] == address(ordered[0])
    read(cast.maja, ordered[0])
    read(cast.maja, ordered[1])
    response = maja.post(address(ordered[2]) + "forsok/", fields(cast.maja))
    assert "/forsok/" in response["Location"]


def test_the_book_stays_open(maja, ordered):
    assert maja.get(ordered[1].url).status_code == 200


def test_what_was_told_of_a_locked_part_counts_and_it_stays_open(maja, cast, course, ordered):
    step = version_of(ordered[1]).steps[0]["id"]
    response = maja.post(address(ordered[1]) + "steg/", fields(cast.maja, step=step))
    assert response["Location"].startswith(address(ordered[1]))
    assert maja.get(response["Location"]).status_code == 200
    assert locked(maja, course) == ["Kunskapstest"]
    assert take_quiz(cast.maja, ordered[2]).counted
    assert locked(maja, course) == []
    read(cast.maja, ordered[1])
    assert read(cast.maja, ordered[0]).course_completion


def test_a_begun_test_can_be_handed_in_though_it_is_locked_meanwhile(maja, cast, course, pages):
    attempt = uuid.uuid4()
    tell(cast.maja, pages[2], EventKind.ATTEMPT, {"attempt": attempt})
    in_order(course)
    assert locked(maja, course) == ["Lektion 2"]
    assert maja.get(address(pages[2])).status_code == 200
    assert maja.get(f"{HOME}forsok/{attempt}/lamna-in/").status_code == 200


def test_what_a_leader_records_is_not_hindered_and_opens_what_waits(maja, cast, course):
    workshop = builders.make_workshop(course, "Träffen")
    after = builders.make_lesson(course, "Efter träffen")
    name_first(after, workshop)
    in_order(course)
    assert "Efter träffen" in locked(maja, course)
    [receipt] = record_attendance(
        form_id=uuid.uuid4(), activity=activity_of(workshop), people=[cast.maja], on=timezone.localdate(),
        recorded_by=cast.users["kajsa"],
    )  # fmt: skip
    assert receipt.counted
    assert locked(maja, course) == ["Lektion 2", "Kunskapstest", "Efter träffen"]
    for page in course.get_activity_pages().specific()[:2]:
        read(cast.maja, page)
    take_quiz(cast.maja, course.get_activity_pages().specific()[2])
    assert locked(maja, course) == []


def test_what_is_optional_withdrawn_or_gone_holds_nobody_up(maja, course, pages):
    in_order(course)
    name_first(pages[2], pages[0], pages[1])
    pages[0].required = False
    pages[0].save_revision().publish()
    assert locked(maja, course) == ["Kunskapstest"]
    pages[1].unpublish()
    assert locked(maja, course) == []
    pages[1].delete()
    assert locked(maja, course) == []


def test_a_part_that_came_into_a_completed_course_is_open(maja, cast, course, pages):
    complete(cast.maja, course)
    in_order(course)
    builders.make_lesson(course, "Ny")
    builders.make_lesson(course, "Ännu nyare")
    assert locked(maja, course) == []


def test_what_is_taken_back_is_to_be_done_again_and_locks_what_was_not_begun(maja, cast, course, ordered):
    read(cast.maja, ordered[0])
    assert locked(maja, course) == ["Kunskapstest"]
    void(completion=ActivityCompletion.objects.get(), reason="Fel person", recorded_by=cast.ada)
    assert locked(maja, course) == ["Lektion 2", "Kunskapstest"]


def test_someone_who_may_not_read_the_course_is_told_nothing_of_its_order(maja, cast, index):
    secret = builders.make_full_course("Hemlig", access="assigned")
    in_order(secret)
    assert maja.get(address(secret.get_activity_pages()[1])).status_code == 404
    assert maja.get(course_page(secret)).status_code == 404


@pytest.mark.parametrize("lessons", [3, 6])
def test_a_locked_and_an_open_part_cost_the_same_however_long_the_course(
    sign_in, cast, index, lessons, django_assert_num_queries
):
    course = builders.make_full_course(lessons=lessons)
    in_order(course)
    pages = list(course.get_activity_pages())
    maja = sign_in("maja")
    read(cast.maja, pages[0].specific)
    with django_assert_num_queries(16):
        assert maja.get(address(pages[1])).status_code == 200
    with django_assert_num_queries(14):
        assert maja.get(address(pages[2])).status_code == 302


# Courses


def test_start_says_which_course_comes_first_and_goes_on_with_it(maja, course, later):
    response = maja.get(HOME)
    assert [journey.course.title for journey in response.context["to_do"]] == ["Ett gott värdskap", "Fördjupning"]
    assert response.context["continue_with"].course.title == "Ett gott värdskap"
    assert response.content.decode().count("Öppnas när du har slutfört kursen ”Ett gott värdskap”.") == 1


def test_what_an_urgent_course_waits_for_comes_before_what_is_due_in_between(maja, cast, course, later):
    between = builders.make_full_course("Däremellan")
    due_on = timezone.localdate() + datetime.timedelta(days=45)
    require(course=course_of(between), valid_from=timezone.localdate(), due_on=due_on, actor=cast.ada)
    response = maja.get(HOME)
    titles = [journey.course.title for journey in response.context["to_do"]]
    assert titles == ["Ett gott värdskap", "Fördjupning", "Däremellan"]
    assert response.context["continue_with"].course.title == "Ett gott värdskap"


def test_start_offers_the_course_that_comes_first_though_nobody_requires_it(maja, cast, course):
    after = builders.make_full_course("Fördjupning")
    name_first(after, course)
    require(course=course_of(after), valid_from=timezone.localdate(), due_days=30, actor=cast.ada)
    response = maja.get(HOME)
    assert response.context["continue_with"].course.title == "Ett gott värdskap"


def test_a_locked_course_says_so_on_its_page_and_at_each_door_of_it(maja, course, later):
    html = maja.get(course_page(later)).content.decode()
    assert "Öppnas när du har slutfört kursen ”Ett gott värdskap”." in html
    assert f'href="{course_page(course)}"' in html
    assert len(locked(maja, later)) == 3
    for page in later.get_activity_pages():
        where_to, said = led_to(maja.get(address(page)))
        assert where_to == course_page(course)
        assert said[-1] == "Kursen ”Fördjupning” öppnas när du har slutfört ”Ett gott värdskap”."


def test_it_opens_with_the_completion_and_stays_open_when_that_expires(maja, cast, course, later):
    complete(cast.maja, course, at=timezone.now() - datetime.timedelta(days=5 * 365))
    assert maja.get(course_page(course)).context["journey"].status == "expired"
    assert locked(maja, later) == []


def test_a_completion_that_is_taken_back_locks_again_who_has_not_begun(maja, cast, course, later):
    done = complete(cast.maja, course)
    assert locked(maja, later) == []
    void(completion=done, reason="Fel person", recorded_by=cast.ada)
    assert len(locked(maja, later)) == 3
    read(cast.maja, later.get_activity_pages().first().specific)
    assert locked(maja, later) == []


def test_who_is_excused_from_the_first_is_not_held_back(maja, cast, course, later):
    excuse(
        staff=cast.maja, course=course_of(course), reason="equivalent", valid_from=timezone.localdate(), actor=cast.ada
    )
    assert locked(maja, later) == []


def test_a_course_that_nobody_can_get_through_holds_nobody_back(maja, cast, course, pages, later):
    course.unpublish()
    assert locked(maja, later) == []
    course.save_revision().publish()
    assert len(locked(maja, later)) == 3
    for page in pages:
        page.required = False
        page.save_revision().publish()
    assert locked(maja, later) == []


def test_a_course_that_is_not_for_one_does_not_hold_one_back(maja, cast, index):
    closed, after = builders.make_full_course("För några", access="assigned"), builders.make_full_course("Sedan")
    name_first(after, closed)
    assert locked(maja, after) == []
    require(course=course_of(closed), valid_from=timezone.localdate(), due_days=30, actor=cast.ada)
    assert len(locked(maja, after)) == 3


def test_courses_that_name_each_other_wait_only_for_what_stands_before(cast, index):
    one, two = builders.make_full_course("Ett"), builders.make_full_course("Två")
    for page in (one, two):
        name_first(page, one, two)
    found = courses_before([course_of(one), course_of(two)])
    assert {pk: [course.title for course in rows] for pk, rows in found.items()} == {course_of(two).pk: ["Ett"]}


@pytest.mark.parametrize("number", [1, 4])
def test_what_holds_back_is_found_in_four_queries(cast, index, number, django_assert_num_queries):
    pages = [builders.make_full_course(f"Kurs {one}") for one in range(number + 1)]
    for page in pages[1:]:
        name_first(page, pages[0])
    courses = [course_of(page) for page in pages]
    asked_courses(cast.maja)
    with django_assert_num_queries(4):  # two of them ask what is done through others
        assert len(held_back_by(cast.maja, courses)) == number
    with django_assert_num_queries(0):
        assert held_back_by(cast.maja, courses[:1]) == {}


# The tablet


def test_a_standing_carries_what_locks_what(at_tablet, cast, course, ordered, later):
    first, second = standing(at_tablet)["courses"]
    keys = [str(page.translation_key) for page in ordered]
    assert [one["after"] for one in first["activities"]] == [[], keys[:1], keys[:2]]
    assert (first["after"], second["after"]) == ([], [{"id": first["id"], "title": "Ett gott värdskap"}])
    read(cast.maja, ordered[0])
    assert [one["after"] for one in standing(at_tablet)["courses"][0]["activities"]] == [[], [], keys[1:2]]
    tell(cast.maja, ordered[2], EventKind.ATTEMPT, {"attempt": uuid.uuid4()})
    assert [one["after"] for one in standing(at_tablet)["courses"][0]["activities"]] == [[], [], []]


# The leader


def test_a_cell_says_what_comes_first_until_the_course_is_begun(petra, cast, course, later):
    def words():
        rows = petra.get(MATRIX, {"view": "people"}).context["object_list"]
        [cells] = [str(shown) for worker, _row, shown in rows if worker.job.staff_id == cast.maja.pk]
        one = html.unescape(cells.split("</td>")[courses.index(course_of(later))])
        return re.findall(r"<p>([^<]+)</p>", one)[-1]

    courses = petra.get(MATRIX).context["courses"]
    assert words() == "Först kommer kursen ”Ett gott värdskap”."
    complete(cast.maja, course)
    assert words() == "Nästa steg är att börja kursen. Den går att ta några minuter i taget."


def test_the_shop_owner_and_the_person_page_say_it_too(sign_in, petra, cast, course, later):
    person = petra.get(f"/admin/training/staff/{cast.maja.pk}/").content.decode()
    assert "Först kommer kursen ”Ett gott värdskap”." in person
    give_responsibility(user=cast.users["bo"], role=Role.SHOP_OWNER, workplace=cast.grasmyr, actor=cast.ada)
    for who in ("birgitta", "bo"):
        cells = [cell for row in sign_in(who).get(SHOP).context["people"] for _course, cell in row["cells"]]
        assert "Först kommer kursen ”Ett gott värdskap”." in [cell.next for cell in cells]


def test_the_matrix_and_the_desk_say_the_same_of_everybody(cast, index):
    """In every combination of done, run out, taken back, excused, begun and only for some."""
    today, long_ago = timezone.localdate(), timezone.now() - datetime.timedelta(days=5 * 365)
    open_one, closed = builders.make_full_course("Öppen"), builders.make_full_course("Stängd", access="assigned")
    unasked, after = builders.make_full_course("Krävs av ingen"), builders.make_full_course("Sedan")
    name_first(after, open_one, closed, unasked)
    for page, roles in ((open_one, ()), (after, ()), (closed, [cast.roles["ägare"]])):
        require(course=course_of(page), valid_from=today, due_days=30, roles=roles, actor=cast.ada)
    complete(cast.maja, open_one, at=long_ago)
    void(completion=complete(cast.maja, unasked), reason="Fel person", recorded_by=cast.ada)
    complete(cast.bo, unasked)
    excuse(staff=cast.bo, course=course_of(open_one), reason="equivalent", valid_from=today, actor=cast.ada)
    begun = people.hire(cast, "Begun", "Person", "brattfors")
    read(begun, after.get_activity_pages().first().specific)
    through = {}
    for page in (open_one, unasked):
        equivalent = builders.make_full_course(f"Räknas som {page.title}")
        equate(kind="counts", sources=[course_of(equivalent)], target=course_of(page), valid_from=today, actor=cast.ada)
        through[page.title] = people.hire(cast, f"Genom {page.title}", "Person", "brattfors")
        complete(through[page.title], equivalent, at=long_ago)
    found = gather(today, Workplace.objects.all())
    first = what_comes_first(found, [row for _worker, row in found.rows(found.workers)], courses_before(found.courses))
    for title, person in through.items():
        assert title not in first[person.pk, course_of(after).pk]
    expected = {
        (person.pk, pk): [course.title for course in courses]
        for person in StaffMember.objects.all()
        for pk, courses in held_back_by(person, [course_of(after)]).items()
        if person != begun
    }
    assert first == expected
    assert {len(titles) for titles in expected.values()} == {1, 3}


@pytest.mark.parametrize("number", [1, 4])
def test_the_matrix_asks_three_things_more_where_courses_wait(petra, cast, index, number, django_assert_num_queries):
    first = builders.make_full_course("Krävs av ingen")
    after = [builders.make_full_course(f"Kurs {one}") for one in range(number)]
    for page in after:
        require(course=course_of(page), valid_from=timezone.localdate(), due_days=30, actor=cast.ada)
    petra.get(MATRIX)
    with CaptureQueriesContext(connection) as without:
        petra.get(MATRIX, {"view": "people"})
    for page in after:
        name_first(page, first)
    with django_assert_num_queries(len(without) + 3):
        petra.get(MATRIX, {"view": "people"})
