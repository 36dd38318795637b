"""What a staff list changes: who is who, nothing twice, nobody out of reach, and nothing that the file does not say."""

import datetime

import pytest
from django.utils import timezone

from lms.models import Employment, LedgerEntry, StaffImport, StaffMember
from lms.people.actions import add_staff, employ, end_employment
from lms.staff_lists import actions
from lms.staff_lists.rows import read_rows
from tests import people
from tests.staff_lists import as_csv, asked, everything, groups, jobs_of, maja_row, plan_of, read_in, row, told

DAY = datetime.date
TODAY = timezone.localdate


def test_a_new_person_is_added_just_as_by_hand(cast):
    petra, day = cast.users["petra"], DAY(2026, 3, 1)
    by_hand = add_staff(
        given_name="Tuva", family_name="Nordin", workplace=cast.annorstades, role=cast.roles["biträde"], kind="hourly",
        start=day, end=DAY(2026, 8, 31), employer="AB", employee_id="17", email="t@example.se", phone="070-1",
        actor=petra,
    )  # fmt: skip
    cells = {"end": "2026-08-31", "kind": "timanställd", "employer": "AB", "number": "17"}
    read_in(as_csv(row(**cells, email="t@example.se", phone="070-1")), petra)
    in_file = StaffMember.objects.latest("pk")

    def said(person):
        [details], [job] = StaffMember.objects.filter(pk=person.pk).values(), person.employments.values()
        own = {"id", "uuid", "added_at", "staff_id", "workplace_id", "recorded_at"}
        return [{name: value for name, value in row.items() if name not in own} for row in (details, job)]

    assert in_file.pk != by_hand.pk
    assert said(in_file) == said(by_hand)
    [entry] = in_file.ledger_entries.all()
    told = by_hand.ledger_entries.get(verb="employment.added")
    assert (entry.verb, entry.actor) == (told.verb, told.actor)
    assert entry.data == {
        **told.data,
        "workplace": str(cast.brattfors.uuid),
        "import": str(StaffImport.objects.get().uuid),
    }
    assert entry.subject == f"employment:{in_file.employments.get().pk}"


def test_the_import_has_one_row_of_its_own_in_the_ledger_without_a_name(cast):
    read_in(as_csv(row(), maja_row(cast, end="2030-01-31")), cast.users["petra"])
    entry = LedgerEntry.objects.get(verb="staff.imported")
    kept = StaffImport.objects.get()
    assert (entry.subject, entry.actor, entry.staff) == (f"staffimport:{kept.pk}", cast.users["petra"], None)
    assert entry.data == {"file": kept.file_sha256, "new": 1, "changed": 0, "ended": 1, "unchanged": 0}


def test_the_same_file_again_writes_nothing_at_all(cast):
    content = as_csv(
        row(email="tuva@example.se", phone="070-1"),
        row(given="Ek, Anna", family="Ek", employer="AB", number="1", end="2031-01-01"),
        maja_row(cast, phone="070-2"),
    )
    read_in(content, cast.users["petra"])
    before = everything()
    plan = plan_of(content, cast.users["petra"])
    assert (groups(plan), plan.steps) == ({"unchanged": 3}, [])
    actions.write(
        staff_list=read_rows(actions.read_table(content)),
        answers=actions.Answers(),
        actor=cast.users["petra"],
        staff_import=StaffImport(uploaded_at=timezone.now()),
    )
    assert everything() == before
    assert StaffImport.objects.count() == 1


def test_someone_missing_is_left_as_they_are_and_named(cast):
    plan = read_in(as_csv(row()), cast.users["petra"])
    assert {person.full_name for person in plan.absent} == {"Maja Lindgren", "Birgitta Forsberg"}
    assert Employment.objects.filter(end=None).count() == 4
    assert StaffMember.objects.count() == 4


def test_what_is_wrong_in_a_cell_hides_no_other_problem_of_the_row(cast):
    plan = plan_of(as_csv(row(place="Ingenstans", role="Kassör", start="x", number="900101-1234")), cast.users["petra"])
    assert [problem[:2] for problem in told(plan)] == [
        (2, "Arbetsplats"),
        (2, "Arbetsroll"),
        (2, "Startdatum"),
        (2, "Anställningsnr"),
    ]


# The person


def test_by_employer_and_employee_id_a_new_name_is_the_same_person(cast):
    cast.maja.employments.update(employer="Byns Handel AB", employee_id="17")
    plan = read_in(
        as_csv(maja_row(cast, family="Nyström", employer="byns handel ab", number="17")), cast.users["petra"]
    )
    assert groups(plan) == {"changed": 1}
    cast.maja.refresh_from_db()
    assert cast.maja.full_name == "Maja Nyström"
    assert cast.maja.ledger_entries.latest("pk").data["fields"] == ["family_name"]


def test_another_employee_id_at_the_same_employer_is_another_person(cast):
    cast.maja.employments.update(employer="AB", employee_id="17")
    assert groups(plan_of(as_csv(maja_row(cast, employer="AB", number="18")), cast.users["petra"])) == {"new": 1}
    assert groups(plan_of(as_csv(maja_row(cast, employer="ab", number="17")), cast.users["petra"])) == {"unchanged": 1}


def test_by_name_workplace_and_first_day_nothing_is_asked_and_the_number_is_filled_in(cast):
    plan = read_in(as_csv(maja_row(cast, given="MAJA", employer="AB", number="17")), cast.users["petra"])
    assert groups(plan) == {"changed": 1}
    assert cast.maja.employments.values_list("employer", "employee_id").get() == ("AB", "17")
    cast.maja.refresh_from_db()
    assert cast.maja.given_name == "Maja"  # capitals alone are no new name


def test_by_name_and_workplace_with_another_first_day_it_is_asked(cast):
    content = as_csv(maja_row(cast, start="2026-01-15"))
    plan = plan_of(content, cast.users["petra"])
    assert asked(plan) == [("2:who", [f"same:{cast.maja.pk}", "new"])]
    assert not plan.is_ready
    same = plan_of(content, cast.users["petra"], given={"2:who": f"same:{cast.maja.pk}"})
    assert groups(same) == {"unchanged": 1}  # the first day in the register stands
    assert groups(plan_of(content, cast.users["petra"], given={"2:who": "new"})) == {"new": 1}
    assert groups(plan_of(content, cast.users["petra"], who="same")) == {"unchanged": 1}
    assert not plan_of(content, cast.users["petra"], given={"2:who": f"same:{cast.bo.pk}"}).is_ready


def test_the_same_name_at_another_workplace_is_asked_about(cast):
    content = as_csv(maja_row(cast, place="Gräsmyr", start="2026-06-01"))
    assert asked(plan_of(content, cast.users["petra"])) == [("2:who", [f"same:{cast.maja.pk}", "new"])]
    same = {"2:who": f"same:{cast.maja.pk}"}
    job = cast.maja.employments.get()
    assert asked(plan_of(content, cast.users["petra"], given=same)) == [("2:where", [f"move:{job.pk}", "both"])]


def test_who_has_a_row_where_they_work_is_not_asked_about_elsewhere(cast):
    content = as_csv(maja_row(cast), maja_row(cast, place="Gräsmyr", start="2026-06-01"))
    assert groups(plan_of(content, cast.users["petra"])) == {"new": 1, "unchanged": 1}
    cast.maja.email = "maja@example.se"
    cast.maja.save()
    content = as_csv(maja_row(cast), maja_row(cast, place="Gräsmyr", start="2026-06-01", email="MAJA@example.se"))
    assert groups(plan_of(content, cast.users["petra"])) == {"changed": 1, "unchanged": 1}  # works at both


@pytest.mark.parametrize("same", [{"employer": "AB", "number": "1"}, {"email": "tuva@example.se"}])
def test_two_rows_of_a_new_person_are_one_person_with_two_jobs(cast, same):
    read_in(as_csv(row(**same), row(place="Gräsmyr", **same)), cast.users["petra"])
    tuva = StaffMember.objects.get(given_name="Tuva")
    assert [place for place, *_rest in jobs_of(tuva)] == ["Brattfors", "Gräsmyr"]


def test_two_rows_of_one_name_at_two_workplaces_are_two_people(cast):
    plan = read_in(as_csv(row(), row(place="Gräsmyr")), cast.users["petra"])
    assert groups(plan) == {"new": 2}
    assert StaffMember.objects.filter(given_name="Tuva").count() == 2


def test_twins_of_the_register_each_get_their_own_row(cast):
    for _number in range(2):
        people.hire(cast, "Anna", "Ek", "brattfors", days_ago=100)
    start = str(TODAY() - datetime.timedelta(days=100))
    anna = row(given="Anna", family="Ek", start=start)
    assert groups(plan_of(as_csv(anna, anna), cast.users["petra"])) == {"unchanged": 2}
    plan = plan_of(as_csv({} or row(given="Anna", family="Ek", start=start, phone="070-1")), cast.users["petra"])
    assert [key for key, _values in asked(plan)] == ["2:who"]


def test_a_number_that_two_people_have_is_refused(cast):
    cast.maja.employments.update(employer="AB", employee_id="17")
    cast.bo.employments.update(employer="AB", employee_id="17")
    [(line, column, value, _advice)] = told(plan_of(as_csv(row(employer="AB", number="17")), cast.users["petra"]))
    assert (line, column, value) == (2, "Anställningsnr", "17")
    assert groups(plan_of(as_csv(maja_row(cast, employer="AB", number="17")), cast.users["petra"])) == {"unchanged": 1}


def test_rows_that_contradict_each_other_are_refused(cast):
    number = {"employer": "AB", "number": "1"}
    plan = plan_of(as_csv(row(**number), row(given="Tove", **number)), cast.users["petra"])
    assert [problem[:3] for problem in told(plan)] == [(3, "Förnamn", "Tove Nordin")]
    plan = plan_of(as_csv(row(phone="1", **number), row(phone="2", place="Gräsmyr", **number)), cast.users["petra"])
    assert [problem[:3] for problem in told(plan)] == [(3, "Telefon", "2")]
    plan = plan_of(as_csv(row(**number), row(**number)), cast.users["petra"])
    assert [problem[:2] for problem in told(plan)] == [(3, "Startdatum")]
    plan = plan_of(as_csv(maja_row(cast), maja_row(cast)), cast.users["petra"])
    assert [problem[:2] for problem in told(plan)] == [(3, "Förnamn")]


def test_an_empty_cell_says_nothing(cast):
    cast.maja.email, cast.maja.phone = "maja@example.se", "070-1"
    cast.maja.save()
    assert groups(plan_of(as_csv(maja_row(cast, role="", kind="", start="")), cast.users["petra"])) == {"unchanged": 1}


@pytest.mark.parametrize(("known", "phone"), [("070-123 45 67", "0701234567"), ("anknytning", "anknytning")])
def test_the_same_number_written_otherwise_is_no_change(cast, known, phone):
    StaffMember.objects.filter(pk=cast.maja.pk).update(phone=known)
    assert groups(plan_of(as_csv(maja_row(cast, phone=phone)), cast.users["petra"])) == {"unchanged": 1}


# Reach


def test_a_workplace_out_of_reach_is_as_one_that_is_not_there(cast, far):
    [there] = told(plan_of(as_csv(row(place="Annorstädes")), cast.users["petra"]))
    [nowhere] = told(plan_of(as_csv(row(place="Ingenstans")), cast.users["petra"]))
    assert there[3] == nowhere[3]
    assert plan_of(as_csv(row(place="Annorstädes")), cast.users["ada"]).is_ready


def test_who_is_out_of_reach_is_neither_seen_nor_changed(cast, far):
    far.employments.update(employer="AB", employee_id="17")
    number = {"employer": "AB", "number": "17"}
    for cells in (number, {}):
        content = as_csv(row(given="Fjärran", family="Person", phone="070-9", **cells))
        assert groups(plan_of(content, cast.users["petra"])) == {"new": 1}
    read_in(content, cast.users["petra"])
    far.refresh_from_db()
    assert (far.phone, far.employments.count()) == ("", 1)


def test_who_has_gone_on_to_somebody_elses_workplace_is_left_alone(cast):
    end_employment(job=cast.bo.employments.get(), last_day=DAY(2026, 1, 31), actor=cast.ada)
    employ(staff=cast.bo, workplace=cast.annorstades, role=cast.roles["biträde"], start=DAY(2026, 2, 1), actor=cast.ada)
    job = cast.bo.employments.get(workplace=cast.grasmyr)
    bo = {"given": "Bo", "family": "Ek", "place": "Gräsmyr", "start": str(job.start)}
    assert groups(plan_of(as_csv(row(**bo, end="2026-01-31")), cast.users["petra"])) == {"unchanged": 1}
    [problem] = told(plan_of(as_csv(row(**bo, phone="070-9")), cast.users["petra"]))
    assert problem[:3] == (2, "Förnamn", "Bo Ek")
    assert plan_of(as_csv(row(**bo, phone="070-9")), cast.users["ada"]).is_ready
