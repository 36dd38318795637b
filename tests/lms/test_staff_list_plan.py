"""What a staff list changes: who is who, to the day, nothing twice, and nothing that the file does not say."""

import datetime

import pytest
from django.utils import timezone

from lms.models import Employment, JobRole, LedgerEntry, StaffImport, StaffMember, Workplace
from lms.people.actions import add_staff, employ, end_employment
from lms.staff_lists import actions
from lms.staff_lists.rows import read_rows
from lms.workplaces.actions import add_workplace, close_workplace
from tests import people
from tests.staff_lists import as_csv, everything, plan_of, read_in, row

DAY = datetime.date
TODAY = timezone.localdate


def maja_row(cast, **cells):
    """What the register says of Maja."""
    start = cast.maja.employments.order_by("start").first().start
    return row(**{"given": "Maja", "family": "Lindgren", "kind": "anställd", "start": str(start), **cells})


def groups(plan):
    return {name: number for name, number in plan.counts.items() if number}


def told(plan):
    return [(problem.line, problem.column, problem.value, problem.advice) for problem in plan.problems]


def asked(plan):
    return [(question.key, question.values) for question in plan.questions]


def jobs_of(person):
    return list(person.employments.order_by("start", "pk").values_list("workplace__name", "start", "end", "role__name"))


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
    content = as_csv(row(given="Sommar", family="Berg", place="Gräsmyr", start=str(TODAY()), role="", employer="AB",
                         number="9"))  # fmt: skip
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


# What stands between looking and doing


@pytest.mark.parametrize("what", ["somebody else adds her", "her phone is changed", "the role is gone"])
def test_what_was_looked_at_is_what_is_done_or_nothing(cast, what):
    petra = cast.users["petra"]
    if what == "her phone is changed":
        content = as_csv(maja_row(cast, phone="070-1"))
    else:
        JobRole.objects.create(name="Kafévärd")
        content = as_csv(row(role="Kafévärd"))
    kept = actions.keep_file(content=content, actor=petra)
    plan = plan_of(content, petra)
    if what == "somebody else adds her":
        people.hire(cast, "Tuva", "Nordin", "brattfors")
    elif what == "her phone is changed":
        StaffMember.objects.filter(pk=cast.maja.pk).update(phone="070-2")
    else:
        JobRole.objects.filter(name="Kafévärd").delete()
    before = everything()
    StaffImport.objects.filter(pk=kept.pk).update(state="waiting", plan_sha256=plan.digest)
    actions.carry_out(kept.pk)
    kept.refresh_from_db()
    assert (kept.state, everything()) == ("changed", before)


def test_a_file_that_is_no_longer_the_one_that_was_looked_at_is_not_read_in(cast):
    kept = actions.keep_file(content=as_csv(row()), actor=cast.users["petra"])
    plan = plan_of(as_csv(row()), cast.users["petra"])
    StaffImport.objects.filter(pk=kept.pk).update(state="waiting", plan_sha256=plan.digest, file_sha256="0" * 64)
    before = everything()
    actions.carry_out(kept.pk)
    kept.refresh_from_db()
    assert (kept.state, everything()) == ("changed", before)


def test_who_has_lost_the_responsibility_meanwhile_reads_nothing_in(cast):
    kept = actions.keep_file(content=as_csv(row()), actor=cast.users["petra"])
    plan = plan_of(as_csv(row()), cast.users["petra"])
    StaffImport.objects.filter(pk=kept.pk).update(state="waiting", plan_sha256=plan.digest)
    cast.users["petra"].responsibilities.all().delete()
    before = everything()
    actions.carry_out(kept.pk)
    assert everything() == before


def test_it_is_read_in_once_however_often_it_is_called(cast):
    read_in(as_csv(row()), cast.users["petra"])
    before = everything()
    kept = StaffImport.objects.get()
    actions.carry_out(kept.pk)
    StaffImport.objects.filter(pk=kept.pk).update(state="running", moved_on_at=timezone.now())
    actions.carry_out(kept.pk)
    assert everything() == before


def test_nothing_is_half_written_when_the_database_fails(cast, monkeypatch):
    def fail(*args, **kwargs):
        raise OSError("disk full")

    kept = actions.keep_file(content=as_csv(row(), maja_row(cast, end="2030-01-31")), actor=cast.users["petra"])
    plan = plan_of(as_csv(row(), maja_row(cast, end="2030-01-31")), cast.users["petra"])
    StaffImport.objects.filter(pk=kept.pk).update(state="waiting", plan_sha256=plan.digest)
    before = everything()
    monkeypatch.setattr(LedgerEntry.objects, "bulk_create", fail)
    with pytest.raises(OSError, match="disk full"):
        actions.carry_out(kept.pk)
    kept.refresh_from_db()
    assert (kept.state, everything()) == ("stopped", before)


# The file


def test_the_file_lies_in_private_storage_under_no_name_and_is_gone_when_it_is_read_in(cast):
    kept = actions.keep_file(content=as_csv(row()), actor=cast.users["petra"])
    storage, name = kept.file.storage, kept.file.name
    assert name == f"staff-lists/{kept.uuid.hex}"
    plan = plan_of(as_csv(row()), cast.users["petra"])
    StaffImport.objects.filter(pk=kept.pk).update(state="waiting", plan_sha256=plan.digest)
    assert storage.exists(name)
    actions.carry_out(kept.pk)
    kept.refresh_from_db()
    assert (kept.state, kept.file.name, storage.exists(name)) == ("done", "", False)


def test_a_stale_file_is_cleared_away_and_a_fresh_one_kept(cast):
    old = actions.keep_file(content=as_csv(row()), actor=cast.users["petra"])
    fresh = actions.keep_file(content=as_csv(row()), actor=cast.users["petra"])
    StaffImport.objects.filter(pk=old.pk).update(uploaded_at=timezone.now() - datetime.timedelta(hours=25))
    actions.forget_stale()
    assert list(StaffImport.objects.all()) == [fresh]
    assert (old.file.storage.exists(old.file.name), fresh.file.storage.exists(fresh.file.name)) == (False, True)


def test_where_tasks_can_wait_a_file_is_cleared_away_when_it_is_a_day_old(cast, settings):
    from django_tasks import default_task_backend

    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    kept = actions.keep_file(content=as_csv(row()), actor=cast.users["petra"])
    [waiting] = default_task_backend.results[-1:]
    assert waiting.task.run_after == kept.uploaded_at + actions.KEPT
    StaffImport.objects.update(uploaded_at=timezone.now() - actions.KEPT * 2)
    waiting.task.call()
    assert not StaffImport.objects.exists()


def test_looking_takes_as_many_queries_for_one_row_as_for_many(cast, django_assert_num_queries):
    petra = cast.users["petra"]
    plan_of(as_csv(row()), petra)
    for number in (1, 3):
        content = as_csv(*(row(given=f"Ny {each}") for each in range(number)))
        with django_assert_num_queries(6):
            plan_of(content, petra)
    for number in range(3):
        people.hire(cast, "Fler", f"Ek{number}", "brattfors")
    with django_assert_num_queries(6):
        plan_of(content, petra)


def test_reading_in_takes_as_many_queries_for_two_rows_as_for_many(cast, django_assert_num_queries):
    petra = cast.users["petra"]
    read_in(as_csv(row()), petra)
    for number in (2, 6):
        content = as_csv(*(row(given=f"Ny {each} {number}") for each in range(number)))
        staff_list = read_rows(actions.read_table(content))
        with django_assert_num_queries(16):
            actions.write(
                staff_list=staff_list,
                answers=actions.Answers(),
                actor=petra,
                staff_import=StaffImport(uploaded_at=timezone.now()),
            )


def test_workplaces_are_told_by_number_and_not_by_name_in_the_plan(cast):
    """A plan is the same after its workplace is renamed: the register says which it is."""
    before = plan_of(as_csv(row()), cast.users["petra"]).digest
    Workplace.objects.filter(pk=cast.brattfors.pk).update(name="Brattfors handel")
    assert plan_of(as_csv(row(place="Brattfors handel")), cast.users["petra"]).digest == before
