"""The matrix's screen: the tree of workplaces, the columns, sorting, and what has changed since a day."""

import datetime
import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lms.matrix import Share
from lms.models import CourseCompletion, Role, Workplace
from lms.people.actions import employ
from lms.programmes.actions import create_programme
from lms.reports import columns, summary
from lms.reports.columns import columns_of
from lms.requirements.actions import require
from lms.workplaces.actions import add_workplace, give_responsibility
from tests import people
from tests.builders import complete, course_of, make_course, make_full_course

NOON = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)

MATRIX = "/admin/reports/training-matrix/"
DAY = datetime.timedelta(days=1)


def required(cast, title="Kurs", **terms):
    page = make_full_course(title)
    require(course=course_of(page), valid_from=timezone.localdate() - 300 * DAY, actor=cast.ada, **terms)
    return page


def works_also(person, place, cast):
    today = timezone.localdate()
    employ(staff=person, workplace=place, role=cast.roles["biträde"], start=today - 30 * DAY, actor=cast.ada)


def lines(response):
    return {line.workplace.name: line for line in response.context["workplaces"]}


# The tree


def test_a_workplace_is_counted_with_all_below_it_and_each_person_once(petra, cast, course):
    works_also(cast.maja, cast.grasmyr, cast)
    complete(cast.maja, course)
    shown = lines(petra.get(MATRIX))
    assert [(name, line.depth, line.share) for name, line in shown.items()] == [
        ("Kommunen", 1, Share(3, 1)),
        ("Brattfors", 2, Share(2, 1)),
        ("Gräsmyr", 2, Share(2, 1)),
    ]


@pytest.mark.parametrize("seed", range(3))
def test_a_workplaces_line_says_what_choosing_it_says(sign_in, cast, index, seed):
    """Also of who has jobs at several places, with rules of their own at each."""
    chance, today = random.Random(seed), timezone.localdate()
    cast.places["byn"] = add_workplace(
        name="Byn", kind=Workplace.Kind.SERVICE_POINT, parent=cast.brattfors, actor=cast.ada
    )
    places = [cast.kommun, cast.brattfors, cast.byn, cast.grasmyr, cast.annorstades]
    pages = [
        required(
            cast,
            f"Kurs {number}",
            due_on=today + chance.choice((-5, 50)) * DAY,
            workplaces=chance.choice(([], [chance.choice(places)])),
        )
        for number in range(3)
    ]
    staff = [
        *cast.staff.values(),
        *(people.hire(cast, f"Nr{n}", "Ek", chance.choice(["byn", "kommun"])) for n in "abc"),
    ]
    for person in staff:
        there = set(person.employments.values_list("workplace", flat=True))
        for place in chance.sample(places, 2):
            if place.pk not in there:
                works_also(person, place, cast)
        for page in chance.sample(pages, 2):
            complete(person, page)
    ada = sign_in("ada")
    shown = ada.get(MATRIX).context["workplaces"]
    assert {line.workplace.name for line in shown} >= {"Kommunen", "Brattfors", "Byn", "Gräsmyr", "Grannkommunen"}
    for line in shown:
        chosen = ada.get(MATRIX, {"workplace": line.workplace.pk}).context
        assert line.share == chosen["totals"].people
        assert line.courses == chosen["course_shares"]


def test_a_line_opens_to_its_people_and_says_per_cent_late_and_soon_to_renew(petra, cast, course):
    complete(cast.maja, course)
    required(cast, "Sen", due_on=timezone.localdate() - DAY, workplaces=[cast.grasmyr])
    text = petra.get(MATRIX).content.decode()
    assert f'<a href="?view=people&amp;workplace={cast.grasmyr.pk}">Gräsmyr</a>' in text
    assert '<span class="lms-share">1 av 2</span> <span class="lms-grid__meta">50 %</span>' in text
    assert '<span class="lms-late">! 1 försenad</span>' in text


def test_a_large_tree_is_folded_and_its_lower_levels_are_a_link_away(petra, cast, monkeypatch):
    monkeypatch.setattr(summary, "UNFOLDED", 3)
    for name in ("Byn", "Älven"):
        place = add_workplace(name=name, kind=Workplace.Kind.SERVICE_POINT, parent=cast.brattfors, actor=cast.ada)
        cast.places[name] = place
        people.hire(cast, f"Någon i {name}", "Ek", name)
    response = petra.get(MATRIX)
    assert [(name, line.folded) for name, line in lines(response).items()] == [
        ("Kommunen", 0),
        ("Brattfors", 2),
        ("Gräsmyr", 0),
    ]
    link = f"?view=workplaces&amp;workplace={cast.brattfors.pk}"
    assert f'href="{link}">Visa 2 arbetsplatser därunder</a>' in response.content.decode()
    below = petra.get(MATRIX + link.replace("&amp;", "&"))
    assert list(lines(below)) == ["Brattfors", "Byn", "Älven"]
    assert f'href="?view=workplaces&amp;workplace={cast.kommun.pk}">Kommunen</a>' in below.content.decode()


def test_the_tree_begins_where_ones_reach_begins(sign_in, cast, rule):
    user = cast.nisse
    for place in (cast.brattfors, cast.annorstades):
        give_responsibility(user=user, role=Role.PROJECT_LEADER, workplace=place, actor=cast.ada)
    people.hire(cast, "Far", "Borta", "annorstades")
    shown = lines(sign_in("nisse").get(MATRIX))
    assert [(name, line.depth) for name, line in shown.items()] == [("Annorstädes", 1), ("Brattfors", 1)]


def test_places_side_by_side_are_sorted_and_those_below_stay_below(petra, cast, course):
    cast.places["byn"] = add_workplace(
        name="Byn", kind=Workplace.Kind.SERVICE_POINT, parent=cast.grasmyr, actor=cast.ada
    )
    people.hire(cast, "Någon", "Ek", "byn")
    for person in (cast.maja, cast.birgitta):
        complete(person, course)
    asked = {"view": "workplaces", "order": "share"}
    response = petra.get(MATRIX, asked)
    assert list(lines(response)) == ["Kommunen", "Gräsmyr", "Byn", "Brattfors"]
    assert 'aria-sort="ascending"><a href="?view=workplaces&amp;order=-share">' in response.content.decode()


# Sorting people


@pytest.mark.parametrize(
    ("order", "way"),
    [("workplace", "ascending"), ("name", "ascending"), ("late", "descending"), ("share", "ascending")],
)
def test_each_order_is_a_link_in_its_heading_which_says_that_it_is_chosen(petra, cast, order, way):
    text = petra.get(MATRIX, {"view": "people", "order": order}).content.decode()
    assert text.count("aria-sort") == 1
    assert f'aria-sort="{way}"' in text
    for other in ("workplace", "name", "late", "share"):
        turned = "-" if other == order else ""
        assert f'<a href="?view=people&amp;order={turned}{other}">' in text
    assert f'<input type="hidden" name="order" value="{order}"' in text


def test_the_column_that_says_where_is_left_out_where_all_are_at_one_workplace(petra, cast):
    one, several = (petra.get(MATRIX, {"workplace": place.pk}) for place in (cast.brattfors, cast.kommun))
    assert "order=-workplace" not in one.content.decode()
    assert "order=-workplace" in several.content.decode()
    assert "<td>Brattfors</td>" not in one.content.decode()
    assert "<td>Brattfors</td>" in several.content.decode()


def test_the_table_is_a_region_that_can_be_scrolled_by_keyboard_and_skipped(petra, cast):
    for query in ({}, {"view": "people"}):
        text = petra.get(MATRIX, query).content.decode()
        assert '<a class="lms-skip" href="#lms-after">Hoppa över tabellen</a>' in text
        assert '<div class="lms-scroll" tabindex="0" role="region" aria-labelledby="lms-caption">' in text
        assert '<div id="lms-after" tabindex="-1">' in text


# Columns


@pytest.fixture
def many(cast, rule, monkeypatch):
    """Five required courses, two of them on the screen at a time."""
    monkeypatch.setattr(columns, "AT_A_TIME", 2)
    return [required(cast, f"Kurs {number}") for number in range(4)]


def titles(response):
    return [course.title for course in response.context["courses"]]


@pytest.mark.parametrize("view", ["people", "workplaces"])
def test_many_courses_stand_on_several_pages_and_the_sums_count_them_all(petra, cast, many, view):
    first = petra.get(MATRIX, {"view": view})
    assert len(titles(first)) == 2
    text = first.content.decode()
    assert "Kurs 1–2 av 5. Summorna räknar alla 5 kurser i urvalet, och filerna har med alla." in text
    assert f'href="?view={view}&amp;cols=2">Nästa kurser' in text
    assert "Föregående kurser" not in text
    last = petra.get(MATRIX, {"view": view, "cols": "3"})
    assert titles(last) == ["Kurs 3"]
    assert len({title for page in "123" for title in titles(petra.get(MATRIX, {"view": view, "cols": page}))}) == 5
    assert first.context["totals"] == last.context["totals"]
    if view == "people":
        rows = [(row.counted, html.count("<td")) for _worker, row, html in last.context["object_list"]]
        assert rows == [(5, 1)] * 3


@pytest.mark.parametrize("page", ["0", "-1", "99", "x", "²", "1" * 5000])
def test_a_page_of_columns_that_is_not_there_is_no_error(petra, many, page):
    assert petra.get(MATRIX, {"cols": page}).status_code == 200


def test_files_have_all_the_courses_whichever_are_shown(petra, many):
    answer = petra.get(MATRIX, {"view": "people", "cols": "2", "export": "csv"})
    heading = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()[0]
    assert all(f"Kurs {number}" in heading for number in range(4))


def test_a_programmes_courses_in_its_own_order(petra, cast, many):
    today = timezone.localdate()
    wanted = [course_of(page) for page in (many[3], many[1])]
    programme = create_programme(title_sv="Grunden", courses=wanted, valid_from=today - 9 * DAY, actor=cast.ada)
    response = petra.get(MATRIX, {"programme": programme.pk})
    assert titles(response) == ["Kurs 3", "Kurs 1"]
    assert "2 kurser, i kursprogrammet ”Grunden”. Summorna räknar alla 5 kurser" in response.content.decode()
    assert response.context["totals"] == petra.get(MATRIX).context["totals"]
    assert len(titles(petra.get(MATRIX, {"programme": programme.pk, "date": today - 10 * DAY}))) == 2
    assert "Visa kurserna i" not in petra.get(MATRIX, {"date": today - 10 * DAY}).content.decode()


def test_the_field_for_programmes_is_there_only_where_one_of_them_holds_what_is_required(petra, cast, many):
    assert "Visa kurserna i" not in petra.get(MATRIX).content.decode()
    other = course_of(make_course("Ingen måste"))
    create_programme(title_sv="Extra", courses=[other], valid_from=timezone.localdate(), actor=cast.ada)
    assert "Visa kurserna i" not in petra.get(MATRIX).content.decode()
    assert len(titles(petra.get(MATRIX, {"programme": "999"}))) == 2


def test_columns_say_nothing_where_all_are_shown():
    assert columns_of([], page=None).words == ""


# Two days compared


def test_what_has_changed_since_a_day_stands_beside_each_share(noon, petra, cast, course):
    complete(cast.maja, course, at=timezone.now() - 5 * DAY)
    page = petra.get(MATRIX, {"compare": "2026-11-01"})
    then = petra.get(MATRIX, {"date": "2026-11-01"}).context
    assert page.context["before"] == then["totals"].people
    for name, line in lines(page).items():
        assert line.then == {each.workplace.name: each.share for each in then["workplaces"]}[name]
    assert [earlier for _now, earlier in page.context["course_shares"]] == [now for now, _no in then["course_shares"]]
    text = page.content.decode()
    assert "Har slutfört allt: +1 sedan 1 november 2026." in text
    assert text.count('<span class="lms-grid__change">+1 sedan 1 november 2026</span>') == 3  # with what stands above
    assert '<span class="lms-grid__change">lika som den 1 november 2026</span>' in text
    assert '<span aria-hidden="true">+1</span><span class="w-sr-only">+1 sedan 1 november 2026</span>' in text


def test_who_is_done_no_longer_is_one_less(noon, petra, cast, course):
    complete(cast.maja, course, at=timezone.now() - 60 * DAY)
    required(cast, "Ny", workplaces=[cast.brattfors])
    ended = petra.get(MATRIX, {"compare": "2026-10-01"}).context
    assert ended["totals"].people.done == 0
    text = petra.get(MATRIX, {"date": "2026-11-23", "compare": "2026-10-01"}).content.decode()
    assert "Har slutfört allt:" in text


@pytest.mark.parametrize("value", ["2026-11-23", "2026-12-01", "nonsens", "9999-12-31"])
def test_a_day_that_is_not_before_the_one_shown_is_said_at_its_field(noon, petra, value):
    response = petra.get(MATRIX, {"compare": value})
    assert '<p class="error-message" id="id_compare_error">' in response.content.decode()
    assert response.context["before"] is None


#: What one more set of sums costs, in queries.
SUMS = 4


def test_the_day_compared_with_goes_along_and_costs_one_more_set_of_sums(noon, petra, cast):
    response = petra.get(MATRIX, {"compare": "2026-11-01"})
    assert "compare=2026-11-01" in response.context["query_by_person"]
    assert 'value="2026-11-01"' in response.content.decode()
    with CaptureQueriesContext(connection) as one_day:
        petra.get(MATRIX)
    with CaptureQueriesContext(connection) as two_days:
        petra.get(MATRIX, {"compare": "2026-11-01"})
    assert len(two_days) == len(one_day) + SUMS


# What was registered afterwards


@pytest.mark.parametrize(("hours", "marked"), [(10, 0), (11, 1)])
def test_what_was_registered_on_a_later_day_is_marked_in_its_cell(noon, petra, cast, course, hours, marked):
    """Done at 13 o'clock in Sweden: ten hours later it is still that day, eleven hours later it is not."""
    done = timezone.now() - 5 * DAY
    complete(cast.maja, course, at=done)
    CourseCompletion.objects.update(recorded_at=done + datetime.timedelta(hours=hours))
    text = petra.get(MATRIX, {"view": "people"}).content.decode()
    assert text.count("registrerat i efterhand</span></summary>") == marked
