"""Many days out of one reading are what the matrix says day by day, in random worlds out of the database: also where
courses count for others, and where they are to be done again."""

import datetime
import random
from types import SimpleNamespace

import pytest

from courses.models import ActivityVersion
from lms.equivalence.lookup import equivalences_on, equivalences_over
from lms.insight.reading import history_of
from lms.insight.trend import share_on
from lms.models import (
    CourseCompletion,
    CourseEquivalence,
    Employment,
    Enrolment,
    Exemption,
    Requirement,
    Retraining,
    Workplace,
)
from lms.people.actions import employ, move_employment
from lms.reports.figures import Figures, gather
from lms.reports.selection import Selection
from lms.retraining.lookup import demands_on, demands_over
from tests import builders, people
from tests.builders import activity_of, course_of, version_of
from tests.clock import NOON

DAY = datetime.timedelta(days=1)
TODAY = NOON.date()

SEEDS = range(5)
KNOWN = [None, NOON - 10 * DAY, NOON - 60 * DAY]


class Dice(random.Random):
    def day(self, least=0, most=400):
        """So many days ago."""
        return TODAY - self.randint(least, most) * DAY

    def often(self, share):
        return self.random() < share

    def recorded(self):
        return NOON - self.choice([600, 600, 600, 80, 20, 5]) * DAY

    def dated(self):
        """From a day, perhaps to a day, or taken back; heard of at some time."""
        first, heard = self.day(), self.recorded()
        if self.often(0.6):
            return {"valid_from": first, "recorded_at": heard}
        last = first + self.choice([-1, 30, 60, 150]) * DAY
        ended = max(heard, NOON - self.choice([600, 30, 3]) * DAY)
        return {"valid_from": first, "valid_to": last, "recorded_at": heard, "end_recorded_at": ended}


def make_world(cast, seed):
    """Nine people at two shops, four courses of a lesson each, and all that may change where somebody stands."""
    dice = Dice(seed)
    lessons = [
        builders.make_lesson(builders.make_course(f"Kurs {number}", valid_months=months), steps=1)
        for number, months in enumerate((None, 6, 12, 3), start=1)
    ]
    courses = [course_of(lesson.get_parent()) for lesson in lessons]
    versions = [_versions(lesson, dice) for lesson in lessons]
    crowd = [cast.maja, cast.bo, cast.birgitta]
    for number in range(6):
        place = dice.choice(["brattfors", "grasmyr"])
        crowd.append(people.hire(cast, f"Person {number}", "Test", place, days_ago=dice.randint(1, 450)))
    elsewhere = {"workplace": cast.grasmyr, "role": cast.roles["ägare"], "actor": cast.ada}
    move_employment(job=crowd[0].employments.get(), first_day=dice.day(1, 300), **elsewhere)
    employ(staff=cast.birgitta, start=dice.day(1, 300), **elsewhere)
    for _rule in range(5):
        row = Requirement.objects.create(
            course=dice.choice(courses), mandatory=dice.often(0.75), due_on=TODAY - 10 * DAY, **dice.dated()
        )
        if dice.often(0.5):
            row.targets.create(workplace=dice.choice([cast.brattfors, cast.kommun]))
    for person in dice.sample(crowd, 3):
        Exemption.objects.create(staff=person, course=dice.choice([None, *courses]), reason="leave", **dice.dated())
    for person in crowd:
        for course, known in zip(courses, versions, strict=True):
            _learn(person, course, known, dice)
    for kind in ("counts", "counts", "renews"):
        target, *sources = dice.sample(courses, 3 if kind == "counts" and dice.often(0.4) else 2)
        CourseEquivalence.objects.create(kind=kind, target=target, **dice.dated()).sources.set(sources)
    for _demand in range(3):
        lesson = dice.choice(lessons)
        made = Retraining.objects.create(
            course=course_of(lesson.get_parent()),
            by_when=dice.day(-20, 200),
            also_begun=dice.often(0.5),
            **dice.dated(),
        )
        newest = ActivityVersion.objects.filter(activity=activity_of(lesson)).latest("published_at")
        made.parts.create(activity=activity_of(lesson), since=newest.published_at, number=2)
    Employment.objects.update(recorded_at=NOON - 500 * DAY)
    days = sorted({TODAY, *(dice.day(0, 420) for _day in range(9))})
    return SimpleNamespace(days=days, courses=courses)


def _versions(lesson, dice):
    """The ids of the two versions of a lesson. Some were not required for a time."""
    row = version_of(lesson)
    ActivityVersion.objects.filter(pk=row.pk).update(published_at=NOON - 500 * DAY)
    first = row.pk
    row.pk, row.correction, row.current, row.published_at = None, 1, False, NOON - dice.randint(50, 350) * DAY
    row.save(force_insert=True)
    if dice.often(0.3):
        activity = activity_of(lesson)
        until = (NOON - dice.randint(20, 200) * DAY).isoformat()
        activity.past = [{"until": until, **activity.dated_settings(), "required": False}]
        activity.save()
    return first, row.pk


def _learn(person, course, versions, dice):
    """Nothing, or a cycle or two, each complete or not."""
    for cycle in range(1, dice.choice([0, 1, 1, 2]) + 1):
        begun, heard = dice.day(30, 420), dice.recorded()
        enrolment = Enrolment.objects.create(
            staff=person, course=course, cycle=cycle, current=cycle == 1, started_on=begun, recorded_at=heard
        )
        if dice.often(0.2):
            continue
        on = begun + dice.randint(-5, 30) * DAY
        CourseCompletion.objects.create(
            enrolment=enrolment,
            staff=person,
            course=course,
            occurred_at=datetime.datetime.combine(on, NOON.timetz()),
            completed_on=on,
            valid_until=on + dice.randint(20, 300) * DAY if dice.often(0.7) else None,
            versions=dice.sample(versions, dice.choice([1, 1, 2])),
            recorded_at=max(heard, dice.recorded()),
            voided_at=NOON - dice.choice([40, 4]) * DAY if dice.often(0.15) else None,
        )


pytestmark = pytest.mark.usefixtures("noon")


@pytest.mark.parametrize("seed", SEEDS)
def test_every_day_out_of_one_reading_is_what_the_matrix_says_of_it(cast, index, seed):
    world, places = make_world(cast, seed), Workplace.objects.all()
    for known in KNOWN:
        trend = share_on(history_of(world.days, places, known=known))
        alone = {
            course: share_on(history_of(world.days, places, known=known, course=course)) for course in world.courses
        }
        for at, day in enumerate(world.days):
            figures = gather(day, places, known=known)
            assert _points(trend, at) == _shares(figures.totals), (seed, known, day)
            for course, own in alone.items():
                if course in figures.courses:
                    totals = Figures(Selection(day, places, known=known, course=course.pk)).totals
                    assert _points(own, at) == _shares(totals), (seed, known, day, course)
                    assert _shares(gather(day, places, known=known, course=course).totals) == _shares(totals)


def test_a_change_in_a_course_that_nobody_must_take_is_heeded_where_it_counts(cast, index):
    """One figure, whether the course that counts is asked about or not: what is best of it is found with the change."""
    dice, places = Dice(0), Workplace.objects.all()
    lesson = builders.make_lesson(builders.make_course("Gammal"), steps=1)
    old, new = course_of(lesson.get_parent()), course_of(builders.make_course("Ny"))
    before, after = _versions(lesson, dice)
    changed = ActivityVersion.objects.get(pk=after).published_at
    Requirement.objects.create(course=new, valid_from=TODAY - 300 * DAY)
    CourseEquivalence.objects.create(kind="counts", target=new, valid_from=TODAY - 50 * DAY).sources.set([old])
    made = Retraining.objects.create(course=old, by_when=TODAY - 5 * DAY, valid_from=TODAY - 30 * DAY)
    made.parts.create(activity=activity_of(lesson), since=changed, number=2)
    for cycle, (version, until) in enumerate([(before, None), (after, TODAY - 2 * DAY)], start=1):
        enrolment = Enrolment.objects.create(
            staff=cast.maja,
            course=old,
            cycle=cycle,
            current=cycle == 1,
            started_on=TODAY - 40 * DAY,
            recorded_at=NOON - 40 * DAY,
        )
        CourseCompletion.objects.create(
            enrolment=enrolment,
            staff=cast.maja,
            course=old,
            occurred_at=NOON - 40 * DAY,
            completed_on=TODAY - 40 * DAY,
            valid_until=until,
            versions=[version],
            recorded_at=NOON - 40 * DAY,
        )
    days = [TODAY - ago * DAY for ago in (51, 50, 31, 30, 5, 4, 2, 1, 0)]
    trend = share_on(history_of(days, places))
    assert [point.done for point in trend.people] == [0, 0, 1, 1, 1, 1, 1, 0, 0]
    for day, point in zip(days, trend.people, strict=True):
        for course in (None, new):
            people_then = gather(day, places, course=course).totals.people
            assert point == (day, people_then.counted, people_then.done)


def _points(trend, at):
    here = {place: points[at] for place, points in trend.by_workplace.items()}
    told = {None: trend.people[at], **here}
    return {place: (point.counted, point.done) for place, point in told.items() if point.counted}


def _shares(totals):
    told = {None: totals.people, **totals.by_workplace}
    return {place: (share.counted, share.done) for place, share in told.items() if share.counted}


@pytest.mark.parametrize("seed", SEEDS)
def test_what_holds_on_many_days_is_what_holds_on_each(cast, index, seed, django_assert_num_queries):
    world = make_world(cast, seed)
    courses = [course.pk for course in world.courses]
    for known in KNOWN:
        with django_assert_num_queries(2):
            equivalences = equivalences_over(world.days, known=known)
            demands = demands_over(world.days, courses, known=known)
        for day, held, demanded in zip(world.days, equivalences, demands, strict=True):
            assert [each.id for each in held] == [each.id for each in equivalences_on(day, known=known)]
            assert demanded == demands_on(day, courses, known=known)
            assert {each.id for each in held} == set(
                CourseEquivalence.objects.in_force(day, known=known).values_list("pk", flat=True)
            )
            assert {each.id for found in demanded.values() for each in found} <= set(
                Retraining.objects.in_force(day, known=known).values_list("pk", flat=True)
            )


@pytest.mark.parametrize("seed", SEEDS)
def test_it_costs_the_same_with_all_that(cast, index, seed, django_assert_num_queries):
    world = make_world(cast, seed)
    for days in (world.days[-1:], world.days):
        with django_assert_num_queries(6):
            history_of(days, Workplace.objects.all())
