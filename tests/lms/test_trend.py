"""Shares on many days out of one reading: each day just what the matrix says of it."""

import datetime
import random

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from lms import matrix
from lms.insight.reading import history_of
from lms.insight.trend import Done, Excused, History, Spell, share_on
from lms.models import CourseCompletion, Employment, Exemption, Requirement, Workplace
from lms.people.actions import employ, end_employment, move_employment
from lms.progress import void
from lms.reports.figures import Figures, gather
from lms.reports.selection import Selection
from lms.requirements.actions import end_exemption, end_requirement, excuse, require
from lms.status import best_completion
from tests import builders, people
from tests.builders import complete, course_of
from tests.clock import NOON
from tests.lms import reference, strategies

DAY = datetime.timedelta(days=1)
TODAY = NOON.date()

ends = st.none() | strategies.days


@st.composite
def histories(draw):
    days = sorted(draw(st.sets(strategies.days, min_size=1, max_size=12)))
    found = draw(strategies.rules_and_programmes())
    last_days = {number: draw(ends) for number in {rule.id for rule in found}}
    rules = [(rule, last_days[rule.id]) for rule in found]
    spells = [Spell(draw(strategies.jobs(number)), draw(ends)) for number in range(1, draw(st.integers(0, 9)) + 1)]
    done = draw(
        st.dictionaries(
            strategies.pairs,
            st.lists(st.builds(Done, strategies.days, strategies.completions(), ends), max_size=3),
            max_size=8,
        )
    )
    excused = draw(
        st.dictionaries(
            st.sampled_from(strategies.STAFF),
            st.lists(
                st.builds(Excused, st.none() | st.sampled_from(strategies.COURSES), strategies.days, ends), max_size=2
            ),
            max_size=3,
        )
    )
    in_force = [[rule for rule, last in rules if rule.valid_from <= day <= (last or day)] for day in days]
    return History(days, in_force, spells, done, excused)


def totals_on(history, at):
    """The same from the matrix, day by day."""
    day, rules = history.days[at], history.rules[at]
    jobs = [job for job, end in history.spells if job.start <= day <= (end or day)]
    record = matrix.Record()
    for key, found in history.done.items():
        best = best_completion([each.completion for each in found if each.since <= day <= (each.until or day)])
        if best:
            record.completions[key] = best
    for staff, found in history.excused.items():
        courses = {each.course_id for each in found if each.first <= day <= (each.last or day)}
        if courses:
            record.exempt[staff] = courses
    return reference.totals(day, jobs, strategies.COURSES, rules, record)


@given(histories())
def test_every_day_is_what_the_matrix_says_of_it(history):
    trend = share_on(history)
    for at, day in enumerate(history.days):
        totals = totals_on(history, at)
        assert trend.people[at] == (day, totals.people.counted, totals.people.done)
        here = {place: points[at] for place, points in trend.by_workplace.items()}
        assert {place: (point.counted, point.done) for place, point in here.items() if point.counted} == {
            place: (share.counted, share.done) for place, share in totals.by_workplace.items() if share.counted
        }


@given(histories(), st.data())
def test_the_change_between_two_days_is_the_difference_and_says_of_whom(history, data):
    trend = share_on(history)
    first, last = sorted(data.draw(st.tuples(*[st.integers(0, len(history.days) - 1)] * 2)))
    change = trend.change(history.days[first], history.days[last])
    assert change.net == trend.people[last].done - trend.people[first].done
    totals = [totals_on(history, at) for at in (first, last)]
    assert change.became <= totals[1].people.done
    assert change.ceased <= totals[0].people.done


@pytest.fixture
def world(noon, cast, index):
    """Two shops over a year and a half: rules that change, moves, leave, completions that run out or are voided."""
    dice = random.Random(7)
    ada = cast.ada
    pages = [builders.make_full_course(f"Kurs {number}", valid_months=months) for number, months in ((1, None), (2, 6))]
    first, second = (course_of(page) for page in pages)
    require(course=first, valid_from=TODAY - 500 * DAY, due_on=TODAY + 30 * DAY, actor=ada)
    old = require(course=second, valid_from=TODAY - 400 * DAY, workplaces=[cast.brattfors], due_days=60, actor=ada)
    end_requirement(rule=old, last_day=TODAY - 200 * DAY, actor=ada)
    require(course=second, valid_from=TODAY - 120 * DAY, roles=[cast.roles["biträde"]], due_days=30, actor=ada)
    crowd = [
        people.hire(
            cast, f"Person {number}", "Test", dice.choice(["brattfors", "grasmyr"]), days_ago=dice.randrange(450)
        )
        for number in range(8)
    ]
    for person in crowd:
        for page in pages:
            if dice.random() < 0.6:
                complete(person, page, at=NOON - dice.randrange(400) * DAY)
    for person in crowd[:3]:
        excused = excuse(
            staff=person, course=dice.choice([None, first]), reason="leave",
            valid_from=TODAY - dice.randrange(300) * DAY, actor=ada,
        )  # fmt: skip
        end_exemption(exemption=excused, last_day=TODAY - 3 * DAY, actor=ada)
    place = {"workplace": cast.grasmyr, "role": cast.roles["ägare"]}
    move_employment(job=crowd[4].employments.get(), first_day=TODAY - 2 * DAY, actor=ada, **place)
    end_employment(job=crowd[5].employments.get(), last_day=TODAY - DAY, actor=ada)
    if not crowd[6].employments.filter(workplace=cast.grasmyr).exists():
        employ(staff=crowd[6], start=TODAY - 90 * DAY, actor=ada, **place)
    void(completion=CourseCompletion.objects.order_by("pk").first(), reason="fel", recorded_by=ada)
    # What was recorded when: some of it long after, some of it known only lately.
    for rows in (Employment, Requirement, Exemption, CourseCompletion):
        for row in rows.objects.order_by("pk"):
            rows.objects.filter(pk=row.pk).update(recorded_at=NOON - dice.choice([600, 600, 40, 5]) * DAY)
    return first


DAYS = [TODAY - ago * DAY for ago in (520, 450, 399, 300, 201, 200, 199, 121, 120, 90, 45, 30, 7, 3, 2, 1, 0)]


@pytest.mark.parametrize("known", [None, NOON - 50 * DAY, NOON - 10 * DAY])
@pytest.mark.parametrize("narrowed", [False, True])
def test_the_database_read_once_says_what_it_says_day_by_day(world, cast, known, narrowed):
    places = Workplace.objects.filter(name="Brattfors") if narrowed else Workplace.objects.all()
    course, role = (world, "Butiksbiträde") if narrowed else (None, "")
    trend = share_on(history_of(DAYS, places, known=known, course=course, role=role))
    for day, point in zip(DAYS, trend.people, strict=True):
        figures = gather(day, places, known=known)
        if narrowed:
            figures = Figures(Selection(day, places, known=known, role=role, course=course.pk))
        people = figures.totals.people
        assert point == (day, people.counted, people.done), day
    assert any(point.counted for point in trend.people)
    assert {point.done for point in trend.people} != {0} or known


def test_the_due_days_of_what_is_left(noon, cast, index):
    page = builders.make_full_course()
    require(course=course_of(page), valid_from=TODAY - 300 * DAY, due_on=TODAY + 30 * DAY, actor=cast.ada)
    people.hire(cast, "Ny", "Person", "brattfors", days_ago=1)
    complete(cast.maja, page)
    trend = share_on(history_of([TODAY - DAY, TODAY], Workplace.objects.all()))
    assert trend.due == {TODAY + 30 * DAY: 3}
    assert trend.change(TODAY - DAY, TODAY) == (1, 0)


def test_one_reading_costs_the_same_however_many_days(world, django_assert_num_queries):
    for days in ([TODAY], DAYS):
        with django_assert_num_queries(6):
            share_on(history_of(days, Workplace.objects.all()))


def test_a_day_without_rules_or_people_is_nought(noon, cast):
    assert share_on(history_of([TODAY], Workplace.objects.all())).people == [(TODAY, 0, 0)]
    assert timezone.localdate() == TODAY
