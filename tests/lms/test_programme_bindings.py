"""What a cell rests on names the same day and the same rule as the cell, where programmes and other rules meet."""

import datetime
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.insight.bindings import told_of
from lms.insight.evidence import basis_of
from lms.models import Workplace
from lms.requirements.actions import require
from lms.requirements.choice import asked_of, merge
from lms.requirements.rules import applies
from tests.builders import complete, course_of, make_full_course
from tests.programmes import require_programme

from . import reference
from .strategies import COURSES, TODAY, worlds

NOON = datetime.datetime(2026, 11, 25, 11, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


@pytest.fixture
def today(time_machine):
    time_machine.move_to(NOON, tick=False)
    return NOON.date()


@pytest.fixture
def pages(index):
    return [make_full_course(title, lessons=1) for title in ("Första", "Andra")]


@pytest.fixture
def courses(pages):
    return [course_of(page) for page in pages]


def basis(cast, course, today):
    return basis_of(cast.maja, course, Workplace.objects.all(), day=today)


def said(found):
    """(about a programme, due, decides, left out) of each rule."""
    return [(bool(each.programme), each.due, each.decides, each.left_out) for each in found.bindings]


def test_what_the_programme_leaves_out_has_no_day_by_it_though_another_rule_requires_it(cast, pages, courses, today):
    require_programme(cast, courses, at_least=1)
    require(course=courses[0], valid_from=today, due_days=60, actor=cast.ada)
    complete(cast.maja, pages[1])
    found = basis(cast, courses[0], today)
    assert found.cell.facts.due == today + 60 * DAY
    assert said(found) == [(False, today + 60 * DAY, True, False), (True, None, False, True)]


def test_what_the_programme_asks_for_sooner_than_another_rule_is_due_by_it(cast, courses, today):
    require_programme(cast, courses, at_least=1)
    require(course=courses[0], valid_from=today, due_days=60, actor=cast.ada)
    found = basis(cast, courses[0], today)
    assert found.cell.facts.due == today + 30 * DAY
    assert said(found) == [(True, today + 30 * DAY, True, False), (False, today + 60 * DAY, False, False)]


def test_the_page_says_the_day_of_the_cell_and_of_what_is_left_out_that_it_is_optional(
    petra, cast, pages, courses, today
):
    require_programme(cast, courses, at_least=1)
    require(course=courses[0], valid_from=today, due_days=60, actor=cast.ada)
    complete(cast.maja, pages[1])
    text = petra.get(f"/admin/training/staff/{cast.maja.pk}/course/{courses[0].pk}/").content.decode()
    assert "Den ska vara klar senast 24 januari 2027." in text
    assert "25 december 2026" not in text
    assert text.count("den här är valfri") == 1


@given(worlds(), st.sampled_from(COURSES))
def test_one_rule_decides_and_it_says_the_day_of_the_cell(world, course):
    jobs, rules, record = world
    for staff in {job.staff_id for job in jobs}:
        own = [job for job in jobs if job.staff_id == staff]
        asked = merge(asked_of(job, rules) for job in own)
        duty = record.duties(TODAY, staff, asked).get(course)
        left_out = record.left_out(TODAY, staff, asked, course)
        about = [rule for rule in rules if rule.course_id == course]
        told = told_of([SimpleNamespace(job=job) for job in own], about, duty, left_out)
        assert len(told) == sum(applies(rule, job) for rule in about for job in own)
        assert [one.decides for one in told] == [number == 0 for number in range(len(told))]
        assert bool(told) == (duty is not None)
        if told and duty:
            assert (told[0].rule.id, told[0].due) == (duty.rule_id, duty.due)
            binding = [one for one in told if one.rule.mandatory and not one.left_out]
            assert bool(binding) is duty.mandatory
            assert min((one.due for one in binding if one.due), default=None) == duty.due
        for one in told:
            choice = reference.is_choice(one.rule)
            optional = choice and course in reference.left_out(TODAY, staff, one.rule.part, own, rules, record)
            assert one.left_out == bool(optional)
