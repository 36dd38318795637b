"""What a staff list says of jobs: begun, ended, moved, to the day; and of the workplaces and roles that it names."""

import datetime

import pytest
from django.utils import timezone

from lms.models import JobRole
from lms.people.actions import employ, end_employment
from lms.workplaces.actions import add_workplace, close_workplace
from tests import people
from tests.staff_lists import as_csv, asked, groups, jobs_of, maja_row, plan_of, read_in, row, told

DAY = datetime.date


# The jobs


def test_a_last_day_ends_the_job_and_an_empty_one_never_opens_it_again(cast):
    petra = cast.users["petra"]
    assert groups(read_in(as_csv(maja_row(cast, end="2026-12-31")), petra)) == {"ended": 1}
    job = cast.maja.employments.get()
    assert (job.end, job.end_recorded_at is not None) == (DAY(2026, 12, 31), True)
    assert cast.maja.ledger_entries.latest("pk").data["last_day"] == "2026-12-31"
    assert groups(plan_of(as_csv(maja_row(cast)), petra)) == {"unchanged": 1}
    assert groups(plan_of(as_csv(maja_row(cast, start="")), petra)) == {"unchanged": 1}
    assert groups(read_in(as_csv(maja_row(cast, end="2027-01-31")), petra)) == {"ended": 1}
    assert cast.maja.employments.get().end == DAY(2027, 1, 31)


def test_hired_again_is_a_new_employment(cast):
    petra = cast.users["petra"]
    cast.maja.employments.update(employer="AB", employee_id="17")
    first = cast.maja.employments.get()
    end_employment(job=first, last_day=DAY(2026, 1, 31), actor=cast.ada)
    plan = read_in(as_csv(maja_row(cast, start="2026-06-01", employer="AB", number="17")), petra)
    assert groups(plan) == {"changed": 1}
    assert jobs_of(cast.maja) == [
        ("Brattfors", first.start, DAY(2026, 1, 31), "Butiksbiträde"),
        ("Brattfors", DAY(2026, 6, 1), None, "Butiksbiträde"),
    ]


def test_another_role_from_a_day_is_a_new_employment_from_that_day(cast):
    cast.maja.employments.update(employer="AB", employee_id="17")
    first = cast.maja.employments.get()
    read_in(
        as_csv(maja_row(cast, start="2026-06-01", role="butiksägare", kind="ägare", employer="AB", number="17")),
        cast.users["petra"],
    )
    assert jobs_of(cast.maja) == [
        ("Brattfors", first.start, DAY(2026, 5, 31), "Butiksbiträde"),
        ("Brattfors", DAY(2026, 6, 1), None, "Butiksägare"),
    ]


@pytest.mark.parametrize(
    ("cells", "column"),
    [({"role": "Butiksägare"}, "Arbetsroll"), ({"kind": "timanställd"}, "Anställningsform")],
)
def test_another_role_without_a_day_is_refused_with_what_to_do(cast, cells, column):
    [(line, where, value, advice)] = told(plan_of(as_csv(maja_row(cast, **cells)), cast.users["petra"]))
    assert (line, where, value) == (2, column, next(iter(cells.values())).capitalize())
    assert advice.endswith("skriver du dagen för ändringen som första dag.")


def test_another_first_day_without_another_role_is_refused_for_who_is_known(cast):
    cast.maja.employments.update(employer="AB", employee_id="17")
    content = as_csv(maja_row(cast, start="2026-06-01", employer="AB", number="17"))
    [(line, column, value, advice)] = told(plan_of(content, cast.users["petra"]))
    assert (line, column, value) == (2, "Startdatum", "2026-06-01")
    assert "Skriv den dagen, eller lämna cellen tom." in advice


def test_another_workplace_is_a_move_or_a_second_job_as_it_is_answered(cast):
    petra = cast.users["petra"]
    cast.maja.employments.update(employer="AB", employee_id="17")
    first = cast.maja.employments.get()
    content = as_csv(maja_row(cast, place="Gräsmyr", start="2026-06-01", employer="AB", number="17"))
    assert asked(plan_of(content, petra)) == [("2:where", [f"move:{first.pk}", "both"])]
    both = plan_of(content, petra, where="both")
    assert [step.act for step in both.steps] == ["job"]
    read_in(content, petra, **{"2:where": f"move:{first.pk}"})
    assert jobs_of(cast.maja) == [
        ("Brattfors", first.start, DAY(2026, 5, 31), "Butiksbiträde"),
        ("Gräsmyr", DAY(2026, 6, 1), None, "Butiksbiträde"),
    ]
    assert groups(plan_of(content, petra)) == {"unchanged": 1}


def test_a_move_without_a_day_of_its_own_cannot_be_answered_as_one(cast):
    cast.maja.employments.update(employer="AB", employee_id="17")
    content = as_csv(maja_row(cast, place="Gräsmyr", employer="AB", number="17"))
    assert asked(plan_of(content, cast.users["petra"])) == [("2:where", ["both"])]
    assert asked(plan_of(content, cast.users["petra"], where="move")) == [("2:where", ["both"])]


def test_both_workplaces_in_the_file_is_nothing_to_ask_about(cast):
    number = {"employer": "AB", "number": "17"}
    cast.maja.employments.update(employer="AB", employee_id="17")
    content = as_csv(
        maja_row(cast, place="Gräsmyr", start="2026-06-01", **number), maja_row(cast, end="2026-05-31", **number)
    )
    plan = read_in(content, cast.users["petra"])
    assert groups(plan) == {"changed": 1, "ended": 1}
    assert [place for place, *_rest in jobs_of(cast.maja)] == ["Brattfors", "Gräsmyr"]


def test_a_move_keeps_the_end_of_a_season(cast):
    season = people.hire(cast, "Sommar", "Berg", "brattfors", kind="seasonal", days_ago=20, end=DAY(2030, 8, 31))
    season.employments.update(employer="AB", employee_id="9")
    cells = {"given": "Sommar", "family": "Berg", "place": "Gräsmyr", "role": "", "employer": "AB", "number": "9"}
    content = as_csv(row(**cells, start=str(timezone.localdate())))
    read_in(content, cast.users["petra"], **{"2:where": f"move:{season.employments.get().pk}"})
    moved = season.employments.latest("start")
    assert (moved.workplace, moved.kind, moved.end) == (cast.grasmyr, "seasonal", DAY(2030, 8, 31))


def test_a_later_last_day_does_not_run_into_the_next_employment(cast):
    cast.maja.employments.update(end=DAY(2026, 1, 31))
    employ(staff=cast.maja, workplace=cast.brattfors, role=cast.roles["biträde"], start=DAY(2026, 6, 1), actor=cast.ada)
    [(line, column, _value, _advice)] = told(plan_of(as_csv(maja_row(cast, end="2026-07-01")), cast.users["petra"]))
    assert (line, column) == (2, "Startdatum")


def test_nobody_works_on_where_it_closes(cast):
    district = add_workplace(name="Distriktet", kind="municipality", parent=cast.kommun, actor=cast.ada)
    add_workplace(name="Nyåker", kind="service_point", parent=district, actor=cast.ada)
    close_workplace(workplace=district, on=DAY(2026, 6, 30), actor=cast.ada)
    for cells, column in (({}, "Arbetsplats"), ({"end": "2026-07-01"}, "Slutdatum")):
        [problem] = told(plan_of(as_csv(row(place="nyåker", **cells)), cast.users["petra"]))
        assert problem[:2] == (2, column)
    assert plan_of(as_csv(row(place="nyåker", end="2026-06-30")), cast.users["petra"]).is_ready


# Workplaces and roles


def test_two_workplaces_of_one_name_are_told_apart_by_what_stands_above(cast):
    add_workplace(name="Brattfors", kind="service_point", parent=cast.grannkommun, actor=cast.ada)
    [problem] = told(plan_of(as_csv(row()), cast.users["ada"]))
    assert "Grannkommunen / Brattfors, Kommunen / Brattfors" in problem[3]
    plan = read_in(as_csv(row(place="kommunen / brattfors")), cast.users["ada"])
    assert plan.steps[-1].job.place.id == cast.brattfors.pk
    assert plan_of(as_csv(row(given="Ny")), cast.users["petra"]).is_ready, "Petra has only the one"


def test_two_workplaces_that_nothing_tells_apart_are_refused_with_what_to_do(cast):
    add_workplace(name="Brattfors", kind="service_point", parent=cast.kommun, actor=cast.ada)
    [problem] = told(plan_of(as_csv(row()), cast.users["petra"]))
    assert (
        problem[3] == "Två arbetsplatser heter just så. Ge en av dem ett annat namn under Utbildning › Arbetsplatser."
    )


def test_a_municipality_employs_nobody(cast):
    [problem] = told(plan_of(as_csv(row(place="Kommunen")), cast.users["petra"]))
    assert problem[1:3] == ("Arbetsplats", "Kommunen")


def test_a_role_is_found_in_whatever_case_unless_two_differ_in_case_alone(cast):
    assert plan_of(as_csv(row(role="BUTIKSBITRÄDE")), cast.users["petra"]).is_ready
    JobRole.objects.create(name="butiksbiträde")
    assert plan_of(as_csv(row(role="butiksbiträde")), cast.users["petra"]).is_ready
    [problem] = told(plan_of(as_csv(row(role="BUTIKSBITRÄDE")), cast.users["petra"]))
    assert problem[1] == "Arbetsroll"


def test_a_role_may_be_left_out_when_there_is_only_one(cast):
    assert [problem[1] for problem in told(plan_of(as_csv(row(role="")), cast.users["petra"]))] == ["Arbetsroll"]
    cast.birgitta.employments.all().delete()
    cast.roles["ägare"].delete()
    assert plan_of(as_csv(row(role="")), cast.users["petra"]).is_ready
