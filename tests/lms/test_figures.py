"""The figures out of the database: sums by masks against cells, and both against each other, on any two dates."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from lms import matrix
from lms.models import Workplace
from lms.reports.cells import CellPrinter, show_cell
from lms.reports.figures import Figures, gather
from lms.reports.selection import Only, Order, Selection
from lms.requirements.lookup import end_of
from lms.status import HelpReason, Status
from tests import builders, people

from . import reference
from . import test_trend_worlds as trend_worlds
from .strategies import TODAY

NOON = datetime.time(12, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


DATES = [(0, None), (-60, None), (-200, -150), (-60, -60), (50, None)]
worlds = pytest.mark.parametrize("world", range(6), indirect=True)


@worlds
def test_the_sums_on_any_two_dates_are_those_of_the_slow_reference(world):
    for days, known_days in DATES:
        day = TODAY + datetime.timedelta(days=days)
        known = end_of(TODAY + datetime.timedelta(days=known_days)) if known_days is not None else None
        for reach in (Workplace.objects.all(), Workplace.objects.filter(path__startswith=world.kommun.path)):
            found = gather(day, reach, known=known)
            record = found.record_of(worker.job.staff_id for worker in found.workers)
            jobs = [worker.job for worker in found.workers]
            assert found.totals == reference.totals(day, jobs, found.course_ids, found.rules, record)


@pytest.mark.parametrize("seed", range(4))
def test_the_sums_heed_what_counts_for_other_courses_and_what_is_to_be_done_again(cast, index, seed, time_machine):
    time_machine.move_to(trend_worlds.NOON, tick=False)
    made, reach = trend_worlds.make_world(cast, seed), Workplace.objects.all()
    for known in trend_worlds.KNOWN:
        for day in made.days:
            found = gather(day, reach, known=known)
            jobs = [worker.job for worker in found.workers]
            record = found.record_of(found.selection.staff)
            assert found.totals == reference.totals(day, jobs, found.course_ids, found.rules, record), (known, day)


WANTED = {
    Only.LATE: lambda row: row.late,
    Only.MISSING: lambda row: row.done < row.counted,
    Only.HELP: lambda row: row.needing_help(TODAY),
}


@worlds
def test_people_count_and_walk_tell_the_same_rows(world):
    for order in Order:
        for only in (None, *Only):
            found = Figures(Selection(TODAY, Workplace.objects.all(), order=order, only=only))
            rows = found.people()
            assert [worker for worker, _row in rows] == [worker for worker, _row in found.walk(at_a_time=3)]
            assert found.count == len(rows)
            assert found.people(2, 3) == rows[2:5]
            if only:
                assert all(WANTED[only](row) for _worker, row in rows)
            if order is Order.LATE:
                late = [row.late for _worker, row in rows]
                assert late == sorted(late, reverse=True)
            if order is Order.SHARE:
                shares = [row.done / row.counted for _worker, row in rows if row.counted]
                assert shares == sorted(shares)


@worlds
def test_a_page_tells_of_some_courses_what_all_cells_tell_and_counts_the_others_too(world):
    for days, known_days in DATES:
        day = TODAY + datetime.timedelta(days=days)
        known = end_of(TODAY + datetime.timedelta(days=known_days)) if known_days is not None else None
        for chosen in ({}, {"only": Only.MISSING}, {"order": Order.LATE}):

            def figures(chosen=chosen, day=day, known=known):
                return Figures(Selection(day, Workplace.objects.all(), known=known, **chosen))

            assert_the_page_tells_the_same(figures)


@pytest.mark.parametrize("seed", range(4))
def test_a_page_heeds_what_counts_for_other_courses_and_what_is_to_be_done_again(cast, index, seed, time_machine):
    time_machine.move_to(trend_worlds.NOON, tick=False)
    made = trend_worlds.make_world(cast, seed)
    for known in trend_worlds.KNOWN:
        for day in made.days:
            assert_the_page_tells_the_same(
                lambda day=day, known=known: gather(day, Workplace.objects.all(), known=known)
            )


def assert_the_page_tells_the_same(figures):
    slow = figures()
    for courses, offset, limit in ((slow.course_ids[:1], 1, 2), (slow.course_ids[1:][::-1], 0, 100)):
        places = [slow.course_ids.index(course) for course in courses]
        found = figures()
        page, wanted = found.page(offset, limit, courses), slow.people(offset, limit)
        assert [(worker, row.cells, row.counted, row.done, row.late) for worker, row in page] == [
            (worker, tuple(row.cells[place] for place in places), row.counted, row.done, row.late)
            for worker, row in wanted
        ]
        assert found.totals == slow.totals
        assert [one.job.id for one in found.missing_names(3)] == [one.job.id for one in slow.missing_names(3)]


@worlds
def test_who_is_listed_as_missing_late_or_in_need_of_help_is_everyone_whose_row_says_so(world):
    everyone = Figures(Selection(TODAY, Workplace.objects.all())).people()
    for only, is_wanted in WANTED.items():
        wanted = [worker.job.id for worker, row in everyone if is_wanted(row)]
        found = Figures(Selection(TODAY, Workplace.objects.all(), only=only))
        assert [worker.job.id for worker, _row in found.people()] == wanted


@worlds
@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_cell_put_together_says_what_a_cell_by_itself_says(world, language):
    from django.template.loader import render_to_string
    from django.utils import translation

    with translation.override(language):
        found = gather(TODAY, Workplace.objects.all())
        rules = {(rule.id, rule.course_id): rule for rule in found.rules}
        links = {"may_lead_project": True, "and_when": "&date=2026-11-23"}
        first = {(found.workers[0].job.staff_id, found.course_ids[0]): ["En annan"]}
        printer = CellPrinter(TODAY, rules=found.rules, first=first, links=links)
        for worker, row in found.people():
            alone = []
            for cell in row.cells:
                behind = first.get((worker.job.staff_id, cell.course_id), ())
                told = {
                    "cell": show_cell(TODAY, cell, rules.get((cell.facts.rule_id, cell.course_id)), first=behind),
                    "worker": worker,
                }
                alone.append(render_to_string("lms/reports/cell.html", {**links, **told}))
            assert printer.cells(worker, row.cells) == "".join(alone)


def test_sums_of_one_course_and_of_some_of_the_people(cast, rule, course):
    builders.complete(cast.maja, course)
    reach = Workplace.objects.all()

    def people_of(**chosen):
        return Figures(Selection(timezone.localdate(), reach, **chosen)).totals.people

    assert people_of() == matrix.Share(3, 1, 0, 0)
    assert people_of(words="maj lind") == matrix.Share(1, 1, 0, 0)
    assert people_of(role="Butiksägare") == matrix.Share(1, 0, 0, 0)
    assert people_of(path=Workplace.objects.get(pk=cast.grasmyr.pk).path) == matrix.Share(1, 0, 0, 0)
    assert people_of(course=builders.course_of(course).pk).counted == 3
    assert people_of(course=0).counted == 0


def test_everyone_is_walked_through_a_few_at_a_time(cast, rule, django_assert_num_queries):
    for number in range(5):
        people.hire(cast, f"Person {number}", "Test", "brattfors")
    found = gather(timezone.localdate(), Workplace.objects.all())
    with django_assert_num_queries(3 + 2 * 3):
        assert len(list(found.walk(at_a_time=4))) == 8


@pytest.mark.parametrize("staff", [1, 9])
def test_the_sums_cost_four_queries(cast, rule, staff, django_assert_num_queries):
    for number in range(staff):
        people.hire(cast, f"Person {number}", "Test", "brattfors")
    with django_assert_num_queries(4):
        assert gather(timezone.localdate(), Workplace.objects.all()).totals.people.counted == staff + 3


def test_the_links_of_a_cell_lead_to_its_own_person_and_course(cast, rule, course):
    """Two who need help with the same, on the same page."""
    day = timezone.localdate()
    identity = builders.course_of(course)
    printer = CellPrinter(day)
    for worker, row in gather(day, Workplace.objects.all()).people():
        facts = row.cells[0].facts._replace(help=HelpReason.ATTEMPTS)
        cell = row.cells[0]._replace(status=Status.NEEDS_HELP, facts=facts)
        address = reverse("lms_admin:give_attempt", args=[worker.job.staff_id, identity.pk])
        assert f'href="{address}"' in printer.cells(worker, [cell])
