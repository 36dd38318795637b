"""What a plan changes in figures, found out part by part: against the whole act carried out, and against the matrix."""

import datetime
import random

import pytest
from django.db import transaction

from lms.foresight import many
from lms.foresight.kept import as_text, from_text
from lms.foresight.reading import counts_in, day_of_effect
from lms.foresight.reading import foresee as foresee_whole
from lms.foresight.words import MANY, tables
from lms.models import Employment, JobRole, StaffImport, Workplace
from lms.reports.figures import gather
from lms.requirements.actions import require
from lms.requirements.change import Change, Count, Dated, ShareChange, Span
from lms.staff_lists import foresight
from lms.staff_lists.writer import Writer
from tests import people
from tests.builders import course_of
from tests.staff_lists import as_csv, contents, maja_row, plan_of, row

from . import test_trend_worlds as trend_worlds

NOON = datetime.datetime(2026, 11, 26, 12, tzinfo=datetime.UTC)
TODAY = NOON.date()
DAY = datetime.timedelta(days=1)


@pytest.fixture
def due(time_machine, cast, course):
    """Everyone must have taken the course by now."""
    time_machine.move_to(NOON, tick=False)
    return require(course=course_of(course), valid_from=TODAY - DAY * 60, due_on=TODAY - DAY * 5, actor=cast.ada)


def foreseen(plan, actor):
    return foresight.foresee_plan(
        plan, actor=actor, staff_import=StaffImport(uploaded_at=NOON), reach=Workplace.objects.all()
    )


def without_overlaps():
    """At one workplace nobody has two jobs on one day: no form and no list lets that in."""
    last = {}
    for job in Employment.objects.filter(voided_at=None).order_by("start", "pk"):
        before = last.get((job.staff_id, job.workplace_id))
        if before and (before.end is None or before.end >= job.start):
            job.delete()
        else:
            last[job.staff_id, job.workplace_id] = job


def rows_for(chance):
    """People of the world leave, move, get another role or a second job; others are new."""
    roles = list(JobRole.objects.values_list("name", flat=True))
    places = list(Workplace.objects.filter(kind=Workplace.Kind.SERVICE_POINT).values_list("name", flat=True))
    jobs = Employment.objects.filter(voided_at=None, end=None).select_related("staff", "workplace", "role")
    found = []
    for job in jobs.order_by("pk"):
        name = {"given": job.staff.given_name, "family": job.staff.family_name}
        day = str(max(TODAY, job.start + DAY) + DAY * chance.randint(0, 20))
        same = {"place": job.workplace.name, "role": job.role.name, "kind": str(job.get_kind_display())}
        found.append(
            chance.choice(
                (
                    row(**name, **same, start=str(job.start), end=day),
                    row(**name, **{**same, "role": chance.choice(roles)}, start=day),
                    row(**name, **{**same, "place": chance.choice(places)}, start=day),
                )
            )
        )
    for number in range(3):
        start = str(TODAY - DAY * chance.randint(0, 400))
        place, role = chance.choice(places), chance.choice(roles)
        found.append(row(given=f"Ny {number}", family="Ek", place=place, role=role, start=start))
    return found


@pytest.mark.parametrize("seed", range(6))
def test_parts_say_what_the_whole_says_and_the_matrix_says_it_afterwards(cast, time_machine, monkeypatch, seed):
    time_machine.move_to(NOON, tick=False)
    trend_worlds.make_world(cast, seed)
    without_overlaps()
    chance = random.Random(seed)
    how = {"where": chance.choice(("move", "both")), "who": "same"}
    content = as_csv(*(one for one in rows_for(chance) if plan_of(as_csv(one), cast.ada, **how).is_ready))
    plan = plan_of(content, cast.ada, **how)
    assert plan.is_ready
    assert len(plan.steps) > 3
    staff_import, staff = StaffImport(uploaded_at=NOON), set()

    def whole():
        entries = Writer(cast.ada, staff_import).carry_out(plan.steps)
        staff.update(entry.staff_id for entry in entries)

    held, day = contents(), day_of_effect(foresight._holds_from(plan))
    reach = Workplace.objects.filter(path__startswith=cast.kommun.path) if seed % 2 else Workplace.objects.all()
    slow = foresee_whole(whole, day=day, reach=reach, who=lambda: staff)
    monkeypatch.setattr(foresight, "AT_A_TIME", 1 + seed % 3)
    monkeypatch.setattr(many, "PLACES", 1)
    told = []
    change = foresight.foresee_plan(plan, actor=cast.ada, staff_import=staff_import, reach=reach, tell=told.append)
    assert change == slow
    assert change.course_count == slow.course_count
    assert from_text(as_text(change)) == change
    assert told[-1] == len({id(step.person) for step in plan.steps})
    assert contents() == held
    before = counts_in(gather(day, reach).totals)
    with transaction.atomic():
        whole()
        after = counts_in(gather(day, reach).totals)
    names = dict(Workplace.objects.values_list("pk", "name"))
    none = Count()
    changed = {where for where in before.keys() | after.keys() if before.get(where, none) != after.get(where, none)}
    assert {(share.place, share.course_id): (share.was, share.now) for share in change.shares} == {
        (names[place], course): (before.get((place, course), none), after.get((place, course), none))
        for place, course in changed
    }


def test_one_person_in_the_last_part_is_told_of_as_one(cast, course, due, monkeypatch):
    monkeypatch.setattr(foresight, "AT_A_TIME", 1)
    plan = plan_of(as_csv(maja_row(cast, phone="070-1"), row(start=str(TODAY))), cast.petra)
    change = foreseen(plan, cast.petra)
    assert (change.touched, change.names, len(change.courses)) == (1, ("Tuva Nordin",), 1)
    assert from_text(as_text(change)) == change


def test_what_is_kept_comes_back_as_it_was():
    span = Span(*(Dated(TODAY + DAY * number, f"Åsa {number}") for number in range(3)))
    share = ShareChange("Brattfors", None, Count(1, 2), Count(1, 3))
    change = Change(day=TODAY, bound=3, names=("Åsa", "Bo"), due=span, shares=(share,), course_count=4)
    again = from_text(as_text(change))
    assert (again, again.course_count) == (change, 4)


@pytest.mark.parametrize("number", [1, 7])
def test_a_part_costs_the_same_for_many_and_for_few(cast, due, number, monkeypatch, django_assert_num_queries):
    rows = []
    for each in range(number):
        people.hire(cast, f"Här {each}", "Ek", "brattfors")
        last = row(given=f"Här {each}", family="Ek", start=str(TODAY - DAY * 400), end=str(TODAY))
        rows += [row(given=f"{new} {each}", start=str(TODAY)) for new in ("Ny", "Nyare")] + [last]
    plan = plan_of(as_csv(*rows), cast.petra)
    for parts in (1, number):
        monkeypatch.setattr(foresight, "AT_A_TIME", 3 * number // parts)
        with django_assert_num_queries(ONCE + PART * parts):
            foreseen(plan, cast.petra)


ONCE, PART = 7, 12


def test_of_a_rehearsal_only_who_works_where_is_read(cast, due, monkeypatch, django_assert_num_queries):
    """So long others wait who want to write."""
    held = []

    def rehearse(act):
        with django_assert_num_queries(6):  # its beginning and end, people, jobs, and who works there
            held.append(act)
            return original(act)

    original = many.rehearse
    monkeypatch.setattr(many, "rehearse", rehearse)
    foreseen(plan_of(as_csv(row(), row(given="Kalle")), cast.petra), cast.petra)
    assert len(held) == 1


# Very many workplaces


def test_of_very_many_workplaces_one_figure_each_is_shown():
    shares = []
    for number in range(MANY + 1):
        if number:
            shares.append(ShareChange(f"Butik {number:03}", None, Count(0, 1), Count(0, 2)))
        shares.append(ShareChange(f"Butik {number:03}", 7, Count(0, 1), Count(0, 2)))
    told = tables(Change(day=TODAY, shares=tuple(shares)), titles={7: "Värdskap"})
    assert (told.is_brief, told.singly, len(told.places)) == (True, 1, MANY)
    assert {len(place.lines) for place in told.places} == {1}
    told = tables(Change(day=TODAY, shares=tuple(shares[1:])), titles={7: "Värdskap"})
    assert (told.is_brief, told.singly, len(told.places[0].lines)) == (False, 0, 2)
