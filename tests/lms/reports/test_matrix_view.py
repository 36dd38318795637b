"""The project leader's screen and its files: the same figures everywhere, and nobody else's people in them."""

import csv
import datetime
import io
import zipfile

import openpyxl
import pytest
from django.utils import timezone

from lms.models import Employment
from lms.people.actions import end_employment
from lms.reports.cells import show_cell
from lms.requirements.actions import end_requirement, excuse, require
from lms.spreadsheets import harmless
from tests import people
from tests.builders import complete, course_of, read, take_quiz

MATRIX = "/admin/reports/training-matrix/"


def shown(response):
    """Name to the status of each cell."""
    return {
        worker.given_name: [cell.status for cell in row.cells] for worker, row, _html in response.context["object_list"]
    }


def table(response) -> list[list[str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


@pytest.mark.parametrize("path", [MATRIX, MATRIX + "results/", MATRIX + "?export=csv", MATRIX + "?export=xlsx"])
@pytest.mark.parametrize("who", [None, "nisse", "maja", "bo", "birgitta", "eva"])
def test_the_matrix_and_its_files_are_for_leaders_alone(client, sign_in, cast, rule, path, who):
    response = (sign_in(who) if who else client).get(path)
    assert response.status_code == 302
    assert "Maja" not in response.content.decode()


@pytest.mark.parametrize("who", ["petra", "kajsa", "ada"])
def test_leaders_are_let_in(sign_in, rule, who):
    assert sign_in(who).get(MATRIX).status_code == 200


def test_the_sentence_and_the_missing_are_named(petra, cast, course):
    complete(cast.maja, course)
    response = petra.get(MATRIX)
    totals = response.context["totals"]
    assert (totals.people.done, totals.people.counted) == (1, 3)
    assert {person.given_name for person in response.context["missing"]} == {"Bo", "Birgitta"}
    assert response.context["sentence"] in response.content.decode()


def test_each_workplace_has_its_share_and_opens_to_its_people(petra, cast, course):
    complete(cast.maja, course)
    lines = petra.get(MATRIX).context["workplaces"]
    assert {line.workplace.name: (line.share.done, line.share.counted) for line in lines} == {
        "Kommunen": (1, 3),
        "Brattfors": (1, 2),
        "Gräsmyr": (0, 1),
    }
    response = petra.get(MATRIX, {"workplace": cast.brattfors.pk})
    assert shown(response) == {"Birgitta": ["not_started"], "Maja": ["complete"]}
    assert response.context["totals"].people.counted == 2


def test_a_cell_changes_when_maja_learns(petra, cast, course):
    pages = list(course.get_activity_pages().specific())
    everyone = {"view": "people"}
    assert shown(petra.get(MATRIX, everyone))["Maja"] == ["not_started"]
    read(cast.maja, pages[0])
    assert shown(petra.get(MATRIX, everyone))["Maja"] == ["in_progress"]
    read(cast.maja, pages[1])
    take_quiz(cast.maja, pages[2])
    assert shown(petra.get(MATRIX, everyone))["Maja"] == ["complete"]


def test_every_cell_says_why_and_what_next(petra, cast):
    response = petra.get(MATRIX, {"view": "people"})
    for _worker, row, _html in response.context["object_list"]:
        for cell in row.cells:
            shown = show_cell(timezone.localdate(), cell)
            assert shown.why.endswith(".")
            assert shown.next.endswith(".")
            assert shown.why in response.content.decode()


def test_the_past_is_shown_as_it_was(petra, cast, course):
    day = timezone.localdate() - datetime.timedelta(days=50)
    # At noon: late in the evening fifty days ago is another day where the clocks were changed between.
    complete(cast.maja, course, at=timezone.make_aware(datetime.datetime.combine(day, datetime.time(12))))
    before = day - datetime.timedelta(days=1)
    assert petra.get(MATRIX, {"date": before.isoformat()}).context["totals"].people.done == 0
    assert petra.get(MATRIX, {"date": day.isoformat()}).context["totals"].people.done == 1


def test_who_had_not_begun_or_had_left_is_not_counted_on_that_day(petra, cast):
    today = timezone.localdate()
    people.hire(cast, "Ny", "Person", "brattfors", days_ago=10)
    end_employment(
        job=cast.staff["bo"].employments.get(),
        last_day=today - datetime.timedelta(days=5),
        actor=cast.users["ada"],
    )

    def counted(days_ago):
        day = today - datetime.timedelta(days=days_ago)
        return petra.get(MATRIX, {"date": day.isoformat()}).context["totals"].people.counted

    assert [counted(days) for days in (11, 10, 5, 4)] == [3, 4, 4, 3]


def test_a_rule_that_has_ended_still_holds_for_the_days_it_held(petra, cast, rule):
    today = timezone.localdate()
    end_requirement(rule=rule, last_day=today - datetime.timedelta(days=1), actor=cast.users["petra"])
    assert petra.get(MATRIX).context["no_rules"] is True
    yesterday = today - datetime.timedelta(days=1)
    assert petra.get(MATRIX, {"date": yesterday.isoformat()}).context["totals"].people.counted == 3


def test_the_excused_are_not_counted_and_that_is_said(petra, cast):
    excuse(
        staff=cast.maja,
        course=None,
        reason="sick",
        valid_from=timezone.localdate(),
        actor=cast.users["petra"],
    )
    response = petra.get(MATRIX)
    assert (response.context["totals"].people.counted, response.context["totals"].excused) == (2, 1)
    assert "sjuk" not in response.content.decode().lower()


def test_someone_at_two_workplaces_counts_at_both_and_once_in_all(petra, cast):
    from lms.people.actions import employ

    employ(
        staff=cast.maja,
        workplace=cast.places["grasmyr"],
        role=cast.roles["biträde"],
        start=timezone.localdate() - datetime.timedelta(days=30),
        actor=cast.users["petra"],
    )
    response = petra.get(MATRIX)
    assert response.context["totals"].people.counted == 3
    assert [line.share.counted for line in response.context["workplaces"]] == [3, 2, 2]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"only": "missing"}, {"Bo", "Birgitta"}),
        ({"only": "late"}, set()),
        ({"q": "maj"}, {"Maja"}),
        ({"q": "ek bo"}, {"Bo"}),
        ({"view": "people"}, {"Maja", "Bo", "Birgitta"}),
    ],
)
def test_filters_narrow_the_rows(petra, cast, course, query, names):
    complete(cast.maja, course)
    assert set(shown(petra.get(MATRIX, query))) == names


def test_the_late_are_found(petra, cast, course):
    require(
        course=course_of(course),
        valid_from=timezone.localdate() - datetime.timedelta(days=90),
        due_on=timezone.localdate() - datetime.timedelta(days=1),
        roles=[cast.roles["ägare"]],
        actor=cast.users["petra"],
    )
    assert set(shown(petra.get(MATRIX, {"only": "late"}))) == {"Birgitta"}
    assert petra.get(MATRIX).context["totals"].people.late == 1


@pytest.mark.parametrize(
    "query",
    [
        {"date": "igår"},
        {"workplace": "999999"},
        {"role": "x"},
        {"p": "10000"},
        {"date": "9999-99-99"},
        {"date": "9999-12-31", "view": "people"},
        {"date": "0001-01-01"},
        {"q": "\x00"},
    ],
)
def test_nonsense_in_the_address_is_no_error(petra, cast, query):
    Employment.objects.filter(staff=cast.bo).update(start=datetime.date.max)
    assert petra.get(MATRIX, query).status_code in (200, 404)


def test_a_leader_sees_only_the_own_part_of_the_tree_whatever_is_asked_for(petra, cast):
    far = people.hire(cast, "Fjärran", "Person", "annorstades")
    far_place = cast.places["annorstades"].pk
    for query in (
        {},
        {"view": "people"},
        {"workplace": far_place},
        {"q": "Fjärran"},
        {"workplace": far_place, "view": "people"},
    ):
        text = petra.get(MATRIX, query).content.decode()
        assert "Fjärran" not in text.replace('value="Fjärran"', "").replace("Namn: Fjärran", "")
    assert "Fjärran" not in str(table(petra.get(MATRIX, {"export": "csv", "workplace": far_place})))
    assert far.employments.get().workplace.pk == far_place


def test_an_empty_site_says_what_to_do(sign_in, cast):
    response = sign_in("petra").get(MATRIX)
    assert response.context["no_rules"] is True
    assert "/admin/training/requirements/add/" in response.content.decode()


# Files


def test_csv_has_every_row_of_the_filter_and_the_figures_of_the_screen(petra, cast, course, monkeypatch):
    monkeypatch.setattr("lms.reports.views.TrainingMatrix.paginate_by", 2)
    complete(cast.maja, course)
    screen = petra.get(MATRIX, {"view": "people"})
    assert len(screen.context["object_list"]) == 2
    response = petra.get(MATRIX, {"export": "csv"})
    assert response["Content-Disposition"].startswith('attachment; filename="utbildningsmatris-')
    assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))
    rows = table(response)
    assert [row[0] for row in rows[1:4]] == ["Birgitta", "Maja", "Bo"]
    assert "totals" not in screen.context
    screen = petra.get(MATRIX)
    totals = screen.context["totals"].people
    assert rows[4][-3:] == [str(totals.done), str(totals.counted), str(totals.late)]
    assert screen.context["sentence"] in [row[0] for row in rows[5:] if row]
    assert any("petra" in row[0] for row in rows[5:] if row)


def test_xlsx_has_the_same_rows_as_numbers_and_dates(petra, cast, course):
    complete(cast.maja, course)
    csv_rows = table(petra.get(MATRIX, {"export": "csv"}))
    response = petra.get(MATRIX, {"export": "xlsx"})
    content = b"".join(response.streaming_content)
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [str(value) for value in rows[0]] == csv_rows[0]
    assert [row[0] for row in rows[1:4]] == [row[0] for row in csv_rows[1:4]]
    assert isinstance(rows[1][4], datetime.datetime)
    assert [rows[1][-3], rows[1][-2], rows[1][-1]] == [0, 1, 0]


@pytest.mark.parametrize("only", ["", "missing", "late"])
def test_the_line_of_totals_says_whom_it_counts_on_the_screen_and_in_the_file(petra, cast, course, only):
    """It is of all who are chosen, and where fewer are listed than are counted it says so."""
    complete(cast.maja, course)
    require(
        course=course_of(course),
        valid_from=timezone.localdate() - datetime.timedelta(days=90),
        due_on=timezone.localdate() - datetime.timedelta(days=1),
        roles=[cast.roles["ägare"]],
        actor=cast.ada,
    )
    screen = petra.get(MATRIX, {"view": "people", "only": only})
    rows = table(petra.get(MATRIX, {"export": "csv", "only": only}))
    listed = len(screen.context["object_list"])
    total = rows[listed + 1]
    assert listed == {"": 3, "missing": 2, "late": 1}[only]
    assert total[0] == screen.context["total_label"]
    assert f'<th scope="row">{total[0]}</th>' in screen.content.decode()
    assert ("även de som inte visas ovan" in total[0]) is bool(only)
    assert total[-3:] == ["1", "3", "1"]
    assert [str(share.done) for share, _then in screen.context["course_shares"]] == [total[5].split()[0]]


NAMES = ["=HYPERLINK(1)", "+46", "-1", "@SUM(A1)", "\tx", "'=1"]
NAMES += ["\n=1", " =1", "\u00a0+1", "\ufeff=1", "＝1", "＋1", "−1"]


@pytest.mark.parametrize("name", NAMES)
def test_no_name_becomes_a_formula(petra, cast, name):
    people.hire(cast, name, "Test", "brattfors")
    cells = [value for row in table(petra.get(MATRIX, {"export": "csv"})) for value in row]
    assert f"'{name}" in cells
    assert not [value for value in cells if value.strip("\ufeff \n\t\r\u00a0").startswith(tuple("=+-@＝＋−"))]
    content = b"".join(petra.get(MATRIX, {"export": "xlsx"}).streaming_content)
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert "<f>" not in book.read("xl/worksheets/sheet1.xml").decode()


def test_harmless_leaves_numbers_and_plain_text_alone():
    assert [harmless(value) for value in (-1, "Maja", "a=b", None, "", " Bo", "D'Arc")] == [
        -1, "Maja", "a=b", None, "", " Bo", "D'Arc",
    ]  # fmt: skip


# The two dates


def test_the_moment_that_is_asked_about_goes_along_to_the_other_view_and_can_be_left(petra):
    text = petra.get(f"{MATRIX}?date=2026-11-01&known=2026-11-02&view=people").content.decode()
    assert 'href="?date=2026-11-01&amp;known=2026-11-02&amp;view=workplaces">Per arbetsplats' in text
    assert f'href="{MATRIX}?date=2026-11-01&amp;view=people">Visa med allt som är registrerat nu' in text


def test_nothing_is_said_of_a_moment_where_none_is_asked_about(petra):
    text = petra.get(f"{MATRIX}?view=people").content.decode()
    assert 'href="?view=workplaces">Per arbetsplats' in text
    assert "registrerat nu" not in text


# The home page and the menu


def test_the_leaders_home_page_begins_with_the_sentence(petra):
    text = petra.get("/admin/").content.decode()
    assert 'class="lms-home' in text
    assert MATRIX in text


def test_an_editor_of_other_pages_sees_nothing_of_training_in_the_admin(sign_in, cast, rule):
    text = sign_in("eva").get("/admin/").content.decode()
    assert 'class="lms-home' not in text
    assert "training-matrix" not in text
    assert "Maja" not in text


# Many people


def test_people_on_several_pages_have_their_sums_by_workplace(petra, cast, monkeypatch):
    monkeypatch.setattr("lms.reports.views.TrainingMatrix.paginate_by", 2)
    response = petra.get(MATRIX, {"workplace": cast.kommun.pk})
    assert "totals" not in response.context
    assert response.context["sentence"] == "3 rader, en för varje person och arbetsplats"
    assert "Summorna står per arbetsplats." in response.content.decode()
    there = petra.get(f"{MATRIX}?{response.context['query_by_workplace']}")
    assert there.context["totals"].people.counted == 3
    assert f"workplace={cast.kommun.pk}" in response.context["query_by_workplace"]
    assert f"&amp;view=people&amp;workplace={cast.brattfors.pk}" in there.content.decode()
    assert [line.workplace.name for line in there.context["workplaces"]] == ["Kommunen", "Brattfors", "Gräsmyr"]


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("", ["Birgitta", "Maja", "Bo"]),
        ("workplace", ["Birgitta", "Maja", "Bo"]),
        ("name", ["Birgitta", "Bo", "Maja"]),
        ("late", ["Birgitta", "Maja", "Bo"]),
        ("share", ["Birgitta", "Bo", "Maja"]),
        ("nonsense", ["Birgitta", "Maja", "Bo"]),
    ],
)
def test_people_are_sorted_as_the_address_says_on_the_screen_and_in_the_file(petra, cast, course, order, names):
    complete(cast.maja, course)
    asked = {"view": "people", "order": order}
    assert list(shown(petra.get(MATRIX, asked))) == names
    assert [row[0] for row in table(petra.get(MATRIX, {**asked, "export": "csv"}))[1:4]] == names
