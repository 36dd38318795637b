"""A file tells each person and course in the words that a cell would give, and in the same order."""

import datetime

import pytest
from django.utils import timezone

from lms.models import CourseCompletion, Enrolment, Workplace
from lms.reports.cells import date_of
from lms.reports.figures import Figures, gather
from lms.reports.lines import lines_of
from lms.reports.selection import Only, Order, Selection
from lms.requirements.lookup import end_of
from tests import builders, people

from . import test_choice_worlds as choice_worlds
from . import test_trend_worlds as trend_worlds
from .strategies import TODAY

DATES = [(0, None), (-60, None), (-200, -150), (-60, -60), (50, None)]


def assert_lines_say_what_the_cells_say(figures):
    said = [
        (worker, [(cell.status, date_of(cell)) for cell in row.cells], row.counted, row.done, row.late)
        for worker, row in figures().walk(at_a_time=5)
    ]
    lines = lines_of(figures(), lambda *told: told, at_a_time=3)
    for line, told in zip(lines, said, strict=True):
        assert (line.worker, line.said, line.counted, line.done, line.late) == told
    return said


def begun_before_it_was_done():
    """In those worlds a course can be done some days before it is begun, and then what is read first decides."""
    for done in CourseCompletion.objects.select_related("enrolment"):
        if done.enrolment.started_on > done.completed_on:
            Enrolment.objects.filter(pk=done.enrolment_id).update(started_on=done.completed_on)


@pytest.mark.parametrize("world", range(6), indirect=True)
def test_on_any_two_dates_whoever_is_chosen_and_in_whatever_order(world):
    for days, known_days in DATES:
        day = TODAY + datetime.timedelta(days=days)
        known = end_of(TODAY + datetime.timedelta(days=known_days)) if known_days is not None else None
        for chosen in ({}, {"only": Only.MISSING}, {"only": Only.HELP}, {"order": Order.SHARE}):
            assert_lines_say_what_the_cells_say(
                lambda day=day, known=known, chosen=chosen: Figures(
                    Selection(day, Workplace.objects.all(), known=known, **chosen)
                )
            )


@pytest.mark.parametrize("seed", range(6))
def test_what_counts_for_other_courses_and_what_is_to_be_done_again(cast, index, seed, time_machine):
    time_machine.move_to(trend_worlds.NOON, tick=False)
    made = trend_worlds.make_world(cast, seed)
    begun_before_it_was_done()
    for known in trend_worlds.KNOWN:
        for day in made.days:
            assert_lines_say_what_the_cells_say(
                lambda day=day, known=known: gather(day, Workplace.objects.all(), known=known)
            )


@pytest.mark.parametrize("seed", choice_worlds.SEEDS)
def test_programmes_of_which_some_courses_are_enough(cast, index, seed, time_machine):
    time_machine.move_to(trend_worlds.NOON, tick=False)
    world, places = choice_worlds.make_world(cast, seed), Workplace.objects.all()
    begun_before_it_was_done()
    for known in trend_worlds.KNOWN:
        for day in world.days[::4]:
            assert_lines_say_what_the_cells_say(lambda day=day, known=known: gather(day, places, known=known))
            assert_lines_say_what_the_cells_say(
                lambda day=day, known=known: Figures(Selection(day, places, known=known, course=world.courses[0].pk))
            )


def test_who_waits_for_help_is_told_so(cast, rule, course, time_machine):
    time_machine.move_to(trend_worlds.NOON, tick=False)
    builders.read(cast.maja, course.get_activity_pages().specific()[0])
    time_machine.shift(datetime.timedelta(days=20))
    said = assert_lines_say_what_the_cells_say(lambda: gather(timezone.localdate(), Workplace.objects.all()))
    assert any(status == "needs_help" for _worker, told, *_counts in said for status, _date in told)


def test_three_queries_for_so_many_at_a_time(cast, rule, django_assert_num_queries):
    for number in range(5):
        people.hire(cast, f"Person {number}", "Test", "brattfors")
    figures = gather(timezone.localdate(), Workplace.objects.all())
    assert figures.scored
    with django_assert_num_queries(1 + 3 * 3):
        assert len(list(lines_of(figures, lambda *told: told, at_a_time=3))) == 8


def test_who_is_hired_once_the_sums_are_made_is_in_no_row(cast, rule):
    figures = gather(timezone.localdate(), Workplace.objects.all())
    assert figures.totals.people.counted == 3
    people.hire(cast, "Nyss", "Anställd", "brattfors")
    assert [line.worker.given_name for line in lines_of(figures, lambda *told: told)] == ["Birgitta", "Maja", "Bo"]
