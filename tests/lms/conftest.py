import datetime
import random

import pytest

from lms.models import CourseCompletion, Employment, Enrolment, Exemption, Requirement, StaffMember, Workplace
from tests import builders, clock

from .strategies import TODAY

NOON = datetime.time(12, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


@pytest.fixture
def noon(request, time_machine):
    """The clock stands still: at the NOON of the module, where it has one, else at that of tests.clock.

    Before everything else that a test asks for: the cast is hired on that day.
    """
    time_machine.move_to(getattr(request.module, "NOON", clock.NOON), tick=False)
    return time_machine


@pytest.fixture
def world(cast, index, request, time_machine):
    """Random rules, jobs, exemptions and learning, some of it recorded late, ended or taken back."""
    time_machine.move_to(datetime.datetime.combine(TODAY, NOON), tick=False)
    chance = random.Random(request.param)

    def day(low=-500, high=100):
        return TODAY + datetime.timedelta(days=chance.randint(low, high))

    def moment(day):
        return datetime.datetime.combine(min(day, TODAY), NOON)

    def later(day):
        return moment(day + datetime.timedelta(days=chance.choice((0, 0, 0, 40, 200))))

    courses = [builders.course_of(builders.make_course(f"Kurs {number}")) for number in range(4)]
    type(courses[0]).objects.update(live=True, past=[])
    places, roles = list(Workplace.objects.all()), list(cast.roles.values())
    staff = StaffMember.objects.bulk_create(
        StaffMember(given_name=chance.choice("ÅBC"), family_name=f"Ek {number}") for number in range(12)
    )
    for course in chance.choices(courses, k=7):
        rule = Requirement.objects.create(
            course=course,
            valid_from=day(-700, 0),
            recorded_at=moment(day(-700, -300)),
            kinds=chance.choice(([], [], ["owner"])),
            due_on=chance.choice((None, day())),
            due_days=chance.choice((None, 20, 90)),
        )
        if chance.random() < 0.4:
            rule.targets.create(workplace=chance.choice(places))
        if chance.random() < 0.4:
            rule.targets.create(role=chance.choice(roles))
        if chance.random() < 0.3:
            rule.targets.create(staff=chance.choice(staff), excepted=chance.random() < 0.5)
    for person in staff:
        for _job in range(chance.randint(1, 3)):
            start = day(-600, 20)
            end = chance.choice((None, start + datetime.timedelta(days=chance.randint(1, 400))))
            place = chance.choice(places)
            if end is None and Employment.objects.filter(staff=person, workplace=place, end=None).exists():
                continue
            Employment.objects.create(
                staff=person,
                workplace=place,
                role=chance.choice(roles),
                kind=chance.choice(("owner", "employed")),
                start=start,
                end=end,
                recorded_at=later(start),
                end_recorded_at=later(end) if end else None,
                voided_at=chance.choice((None, None, None, moment(day(-100, 0)))) if end else None,
            )
        if chance.random() < 0.3:
            start = day(-200, 20)
            Exemption.objects.create(
                staff=person,
                course=chance.choice((None, *courses)),
                reason="sick",
                valid_from=start,
                valid_to=chance.choice((None, start + datetime.timedelta(days=100))),
                recorded_at=later(start),
            )
        for course in chance.sample(courses, 3):
            for cycle in range(1, chance.randint(1, 2) + 1):
                done = day(-500, 0)
                enrolment = Enrolment.objects.create(
                    staff=person,
                    course=course,
                    cycle=cycle,
                    current=cycle == 1,
                    started_on=done,
                    recorded_at=moment(done),
                )
                if chance.random() < 0.8:
                    recorded, until = later(done), chance.choice((None, done + DAY * chance.randint(100, 700)))
                    CourseCompletion.objects.create(
                        enrolment=enrolment,
                        staff=person,
                        course=course,
                        occurred_at=moment(done),
                        completed_on=done,
                        recorded_at=recorded,
                        voided_at=chance.choice(
                            (None, None, None, min(moment(TODAY), recorded + datetime.timedelta(30)))
                        ),
                        valid_until=until,
                        renewable_from=until and chance.choice((None, until - DAY * chance.randint(0, 200))),
                    )
    return cast
