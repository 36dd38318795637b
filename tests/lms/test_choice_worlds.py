"""Some courses of a programme in random worlds out of the database: whoever asks gets the same answer."""

from functools import cache

import pytest
from django.db.models import Q
from django.utils import timezone

from lms.insight.evidence import basis_of
from lms.insight.reading import history_of
from lms.insight.trend import share_on
from lms.models import ProgrammeContents, Requirement, StaffMember, Workplace
from lms.programmes.actions import create_programme
from lms.reader.lookup import journeys
from lms.reports.figures import Figures, gather
from lms.reports.selection import Selection
from lms.requirements.actions import require
from tests.clock import NOON

from . import reference
from . import test_trend_worlds as trend_worlds
from .test_trend_worlds import DAY, KNOWN, TODAY

SEEDS = range(3)


@pytest.fixture(autouse=True)
def remembering_reference(noon, monkeypatch):
    """The reference counts day by day, and is asked the same many times here."""
    monkeypatch.setattr(reference, "first_day", cache(reference.first_day))


def make_world(cast, seed):
    """That of the trend, and two programmes besides, each with two rules; in one of them it has been changed how many
    are asked for."""
    world, dice = trend_worlds.make_world(cast, seed), trend_worlds.Dice(seed)
    for number in (2, 3):
        programme = create_programme(
            title_sv=f"Program {number}",
            courses=dice.sample(world.courses, number),
            at_least=dice.randint(1, number - 1),
            valid_from=TODAY - 500 * DAY,
            actor=cast.ada,
        )
        ProgrammeContents.objects.update(recorded_at=NOON - 600 * DAY)
        for _rule in range(2):
            row = Requirement.objects.create(
                programme=programme, mandatory=dice.often(0.8), due_days=dice.choice([20, 200]), **dice.dated()
            )
            if dice.often(0.5):
                row.targets.create(workplace=dice.choice([cast.brattfors, cast.grasmyr]))
    old = ProgrammeContents.objects.filter(programme=programme).get()
    parts = list(old.parts.all())
    first_day, heard = dice.day(50, 200), dice.recorded()
    new = ProgrammeContents.objects.create(
        programme=programme, at_least=dice.choice([None, 1, 2]), valid_from=first_day, recorded_at=heard
    )
    for part in parts[::-1]:
        new.parts.create(course=part.course, order=10 - part.order)
    old.valid_to, old.end_recorded_at = first_day - DAY, heard
    old.save()
    return world


@pytest.mark.parametrize("seed", SEEDS)
def test_sums_rows_and_the_trend_say_what_the_slow_reference_says(cast, index, seed):
    world, places = make_world(cast, seed), Workplace.objects.all()
    for known in KNOWN[:2]:
        trend = share_on(history_of(world.days, places, known=known))
        alone = {
            course: share_on(history_of(world.days, places, known=known, course=course)) for course in world.courses
        }
        for at, day in list(enumerate(world.days))[::4]:
            figures = gather(day, places, known=known)
            jobs = [worker.job for worker in figures.workers]
            record = figures.record_of(figures.selection.staff)
            slow = reference.totals(day, jobs, figures.course_ids, figures.rules, record)
            assert figures.totals == slow, (seed, known, day)
            assert trend_worlds._points(trend, at) == trend_worlds._shares(slow), (seed, known, day)
            for worker, row in figures.people():
                for cell in row.cells:
                    arguments = (day, worker.job.staff_id, cell.course_id, [worker.job], figures.rules, record)
                    assert (cell.status, cell.late) == (reference.status(*arguments), reference.late(*arguments))
            for course in figures.courses:
                one = Figures(Selection(day, places, known=known, course=course.pk))
                assert one.totals == reference.totals(day, jobs, [course.pk], figures.rules, record)
                assert [row.cells[0] for _worker, row in one.people()] == [
                    next(cell for cell in row.cells if cell.course_id == course.pk) for _worker, row in figures.people()
                ]
                by_itself = gather(day, places, known=known, course=course)
                assert by_itself.totals == one.totals
                shares = trend_worlds._shares(one.totals)
                assert trend_worlds._points(alone[course], at) == shares, (seed, known, day, course)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_cell_by_itself_and_the_person_s_own_page_say_what_the_matrix_says(cast, index, seed):
    world, places = make_world(cast, seed), Workplace.objects.all()
    found = gather(TODAY, places)
    rows = found.people()
    for person in {worker.job.staff_id for worker, _row in rows}:
        own = [(worker, row) for worker, row in rows if worker.job.staff_id == person]
        learner = StaffMember.objects.get(pk=person)
        for course in found.courses:
            for worker, row in own:
                cell = next(cell for cell in row.cells if cell.course_id == course.pk)
                basis = basis_of(learner, course, places, day=TODAY, job=worker.job.id)
                assert (basis.cell.status, basis.cell.facts.due) == (cell.status, cell.facts.due)
        at_the_desk = {
            journey.course.pk: journey.is_required
            for journey in journeys(learner, Q(pk__in=[course.pk for course in world.courses]), language="sv")
        }
        record, jobs = found.record_of([person]), [worker.job for worker, _row in own]
        settled = reference.settled(TODAY, person, jobs, found.rules, record)
        for course, is_required in at_the_desk.items():
            assert is_required is reference.required(course, jobs, settled)[0]


def test_one_course_of_a_programme_costs_no_more_queries(cast, index, django_assert_num_queries):
    world = trend_worlds.make_world(cast, 1)
    programme = create_programme(
        title_sv="Grunden", courses=world.courses, at_least=2, valid_from=TODAY, actor=cast.ada
    )
    require(programme=programme, valid_from=TODAY, actor=cast.ada)
    day = timezone.localdate()
    for chosen in ({}, {"course": world.courses[0]}):
        with django_assert_num_queries(8):
            assert gather(day, Workplace.objects.all(), **chosen).totals.people.counted
