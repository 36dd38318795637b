"""How it has gone, for the leader: the curve, its table, the change and the pace, for a selection."""

import datetime
from xml.etree import ElementTree

import pytest

from lms.insight.plots import curve, small_curve
from lms.insight.trend import Change, Point
from lms.insight.trend_views import change_text, days_between, pace_text
from lms.models import Employment
from lms.requirements.actions import require
from tests import builders, people
from tests.builders import complete, course_of

TREND = "/admin/training/trend/"
NOON = datetime.datetime(2026, 10, 7, 10, tzinfo=datetime.UTC)
TODAY, DAY = NOON.date(), datetime.timedelta(days=1)

pytestmark = pytest.mark.usefixtures("noon")


@pytest.mark.parametrize("who", ["birgitta", "maja", "eva", "nisse", None])
def test_it_is_for_leaders_alone(client, sign_in, course, rule, who):
    response = (sign_in(who) if who else client).get(TREND)
    assert response.status_code == 302
    assert "Brattfors" not in response.content.decode()


def test_another_municipality_is_neither_counted_nor_named(petra, far, course, rule):
    response = petra.get(TREND)
    assert response.context["now"].counted == 3
    assert "Annorstädes" not in response.content.decode()


def test_the_figures_are_the_matrixs_own_with_the_same_filter(petra, cast, course, rule):
    Employment.objects.update(recorded_at=NOON - 400 * DAY)
    type(rule).objects.update(recorded_at=NOON - 400 * DAY)
    complete(cast.maja, course, at=NOON - 3 * DAY)
    for asked in (
        {},
        {"date": "2026-10-03"},
        {"date": "2026-10-06", "known": "2026-10-02"},
        {"workplace": cast.brattfors.pk},
        {"role": "Butiksbiträde"},
        {"course": rule.course_id},
    ):
        now = petra.get(TREND, asked).context["now"]
        share = petra.get("/admin/reports/training-matrix/", asked).context["totals"].people
        assert (now.counted, now.done) == (share.counted, share.done), asked


def test_the_matrix_leads_here_with_its_filter_and_back_again(petra, cast, course, rule):
    query = f"date=2026-10-01&workplace={cast.brattfors.pk}"
    link = f"{TREND}?{query.replace('&', '&amp;')}"
    assert link in petra.get(f"/admin/reports/training-matrix/?{query}").content.decode()
    response = petra.get(f"{TREND}?{query}&since=2026-09-01")
    assert response.context["breadcrumbs_items"][1]["url"] == f"/admin/reports/training-matrix/?{query}"


def test_two_dates_are_compared(petra, cast, course, rule):
    complete(cast.maja, course, at=NOON - 10 * DAY)
    complete(cast.bo, course, at=NOON - 5 * DAY)
    page = petra.get(TREND, {"since": "2026-10-01"}).content.decode()
    assert "+1 sedan 1 oktober 2026: 1 har blivit klar." in page
    assert "Ingen förändring sedan 5 oktober 2026." in petra.get(TREND, {"since": "2026-10-05"}).content.decode()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            Change(9, 2),
            "+7 sedan 1 oktober 2026: 9 har blivit klara, och 2 är inte längre klara eller räknas inte längre.",
        ),
        (
            Change(1, 3),
            "−2 sedan 1 oktober 2026: 1 har blivit klar, och 3 är inte längre klara eller räknas inte längre.",
        ),
        (
            Change(1, 1),
            "±0 sedan 1 oktober 2026: 1 har blivit klar, och 1 är inte längre klar eller räknas inte längre.",
        ),
    ],
)
def test_the_change_says_what_it_is_made_of(change, said):
    assert change_text(change, datetime.date(2026, 10, 1)) == said


@pytest.mark.parametrize(
    ("left", "days", "lately", "said"),
    [
        (0, 30, 0, ""),
        (
            3,
            7,
            2,
            "behöver 3 i veckan bli klara. De senaste fyra veckorna har 2 blivit klara. I den takten räcker det inte.",
        ),
        (
            3,
            28,
            3,
            "behöver 1 i veckan bli klar. De senaste fyra veckorna har 3 blivit klara. I den takten räcker det.",
        ),
        (
            36,
            84,
            8,
            "behöver 3 i veckan bli klara. De senaste fyra veckorna har 8 blivit klara. I den takten räcker det inte.",
        ),
        (
            2,
            3,
            0,
            "behöver 2 i veckan bli klara. De senaste fyra veckorna har 0 blivit klara. I den takten räcker det inte.",
        ),
        (1, 0, 1, "7 oktober 2026 har passerat, och 1 är inte klar. De senaste fyra veckorna har 1 blivit klar."),
        (1, None, 0, "Det som är kvar har ingen sista dag framför sig. De senaste fyra veckorna har 0 blivit klara."),
    ],
)
def test_the_pace(left, days, lately, said):
    target = None if days is None else TODAY + days * DAY
    assert pace_text(Point(TODAY, 40, 40 - left), target, Change(lately, 0)).endswith(said)


def test_the_day_to_be_done_by_is_that_of_most_or_the_one_that_is_chosen(petra, cast, course, rule):
    assert "till 6 november 2026 behöver" in petra.get(TREND).content.decode()
    assert "till 31 december 2026 behöver" in petra.get(TREND, {"target": "2026-12-31"}).content.decode()


@pytest.mark.parametrize(
    ("span", "number", "step"),
    [(1, 2, 1), (31, 32, 1), (32, 6, 7), (84, 13, 7), (364, 53, 7), (371, 28, 14), (3000, 49, 63)],
)
def test_days_of_a_short_time_and_weeks_of_a_long_one(span, number, step):
    days = days_between(TODAY - span * DAY, TODAY)
    assert (days[0], days[-1]) == (TODAY - span * DAY, TODAY)
    assert len(days) == number
    assert (days[-1] - days[-2]).days == step


@pytest.mark.parametrize(
    "query",
    [
        "since=igar",
        "since=2026-10-07",
        "date=9999-01-01",
        "target=x",
        "workplace=99999999999999999999",
        "role=x",
        "course=x",
    ],
)
def test_a_filter_that_makes_no_sense_is_said_and_left_out(petra, course, rule, query):
    response = petra.get(f"{TREND}?{query}")
    assert len(response.context["filter_form"].errors) == 1
    assert response.context["now"].counted == 3


def test_workplaces_stand_side_by_side_twelve_to_a_page(petra, cast, course, rule):
    from lms.workplaces.actions import add_workplace

    assert [place["name"] for place in petra.get(TREND).context["places"].object_list] == ["Brattfors", "Gräsmyr"]
    for number in range(12):
        place = add_workplace(name=f"By {number:02}", kind="service_point", parent=cast.kommun, actor=cast.ada)
        cast.places[f"by{number}"] = place
        people.hire(cast, f"Person {number}", "Test", f"by{number}")
    pages = [petra.get(TREND, {"p": number}).context["places"].object_list for number in (1, 2)]
    assert [len(page) for page in pages] == [12, 2]
    assert pages[1][-1]["address"].startswith("?workplace=")


def test_the_headline_names_the_course_that_is_chosen(petra, cast, course, rule):
    complete(cast.maja, course)
    assert petra.get(TREND).context["headline"] == "1 av 3 har slutfört alla obligatoriska kurser, 33 %."
    chosen = petra.get(TREND, {"course": rule.course_id}).context["headline"]
    assert chosen == "1 av 3 har slutfört ”Ett gott värdskap”, 33 %."


def test_one_workplace_needs_no_others_beside_it(petra, cast, course, rule):
    assert "lms-multiples" not in petra.get(TREND, {"workplace": cast.brattfors.pk}).content.decode()


def test_the_table_beside_it_has_the_same_figures(petra, cast, course, rule):
    complete(cast.maja, course, at=NOON - 2 * DAY)
    response = petra.get(TREND, {"since": "2026-10-04"})
    assert [tuple(point) for point in response.context["points"]] == [
        (TODAY, 3, 1), (TODAY - DAY, 3, 1), (TODAY - 2 * DAY, 3, 1), (TODAY - 3 * DAY, 3, 0),
    ]  # fmt: skip
    assert response.content.decode().count("33 %") >= 3


def test_too_many_to_count_while_somebody_waits_are_asked_to_choose(petra, cast, course, rule, monkeypatch):
    monkeypatch.setattr("lms.insight.trend_views.MOST_CELLS", 2)
    page = petra.get(TREND)
    assert page.context["too_many"] is True
    assert "Välj en kurs eller en arbetsplats ovan." in page.content.decode()
    assert petra.get(TREND, {"workplace": cast.brattfors.pk}).context["now"].counted == 2


def test_it_costs_the_same_however_many_there_are(petra, cast, index, django_assert_num_queries):
    for number in (1, 5):
        page = builders.make_full_course(f"Kurs {number}")
        require(course=course_of(page), valid_from=TODAY - 300 * DAY, due_on=TODAY + 30 * DAY, actor=cast.ada)
        for each in range(number):
            complete(people.hire(cast, f"Person {number} {each}", "Test", "grasmyr"), page)
        petra.get(TREND)
        with django_assert_num_queries(QUERIES):
            petra.get(TREND)


QUERIES = 22


# The drawing


def test_a_curve_is_an_image_with_a_title_a_description_and_no_style():
    points = [(TODAY - 14 * DAY, 0.0), (TODAY - 7 * DAY, None), (TODAY, 50.0)]
    svg = curve(points, key="k", title="Andel <klara>", description="Från & till", due=TODAY + 7 * DAY)
    root = ElementTree.fromstring(svg)  # our own
    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "k-t k-d")
    assert [root.find("title").text, root.find("desc").text] == ["Andel <klara>", "Från & till"]
    assert "style" not in svg
    # Nobody was counted in between: two dots and no line over the gap.
    assert root.find("path[@class='lms-plot__line']").get("d") == ""
    assert {circle.get("cx") for circle in root.findall("circle")} == {"60.0", "438.7"}


def test_small_curves_have_the_same_days_across():
    svg = small_curve(
        [(TODAY - DAY, 0.0), (TODAY, 100.0)],
        first=TODAY - 3 * DAY,
        last=TODAY,
        key="p",
        title="Brattfors",
        description="",
    )
    [way] = [path.get("d") for path in ElementTree.fromstring(svg).findall("path[@class='lms-plot__line']")]
    assert way == "M132.0 54.0L196.0 6.0"


def test_one_day_alone_stands_in_the_middle():
    assert 'cx="344.0"' in curve([(TODAY, 40.0)], key="k", title="", description="")
