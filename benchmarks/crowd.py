"""Two municipalities, of 100 and of 1,000 staff, with ten required courses, written in bulk."""

import datetime
import random

from django.contrib.auth import get_user_model
from django.utils import timezone

from courses.models import Course, CoursePage
from lms.models import CourseCompletion, Employment, Enrolment, JobRole, Role, StaffMember, Workplace
from lms.requirements.actions import require
from lms.workplaces.actions import add_workplace, give_responsibility
from tests import builders

STAFF_PER_SHOP = 5


def courses(first: CoursePage, number: int, actor) -> list[Course]:
    """`first` and as many light ones as make `number`, all required of everyone."""
    pages = [first, *(builders.make_full_course(f"Kurs {each}") for each in range(2, number + 1))]
    today = timezone.localdate()
    found = [builders.course_of(page) for page in pages]
    for course in found:
        require(
            course=course,
            valid_from=today - datetime.timedelta(days=300),
            due_on=today + datetime.timedelta(days=30),
            actor=actor,
        )
    return found


def municipality(name: str, size: int, courses: list[Course], actor):
    """A project leader over `size` staff, of whom each has done about half of the courses."""
    chance = random.Random(size)
    place = add_workplace(name=name, kind=Workplace.Kind.MUNICIPALITY, parent=None, actor=actor)
    shops = [
        add_workplace(name=f"{name} {number}", kind=Workplace.Kind.SERVICE_POINT, parent=place, actor=actor)
        for number in range(1, size // STAFF_PER_SHOP + 1)
    ]
    role, _created = JobRole.objects.get_or_create(name="Butiksbiträde")
    today, now = timezone.localdate(), timezone.now()
    staff = StaffMember.objects.bulk_create(
        StaffMember(given_name=f"Anna{number}", family_name="Ek") for number in range(size)
    )
    Employment.objects.bulk_create(
        Employment(
            staff=person, workplace=shops[number % len(shops)], role=role, start=today - datetime.timedelta(days=400)
        )
        for number, person in enumerate(staff)
    )
    begun = Enrolment.objects.bulk_create(
        Enrolment(staff=person, course=course, started_on=today, recorded_at=now)
        for person in staff
        for course in courses
        if chance.random() < 0.6
    )
    CourseCompletion.objects.bulk_create(
        CourseCompletion(
            enrolment=enrolment,
            staff_id=enrolment.staff_id,
            course_id=enrolment.course_id,
            occurred_at=now,
            recorded_at=now,
            completed_on=today,
            valid_until=today + datetime.timedelta(days=chance.choice([10, 400])),
        )
        for enrolment in begun
        if chance.random() < 0.8
    )
    leader = get_user_model().objects.create_user(username=f"leder-{size}")
    give_responsibility(user=leader, role=Role.PROJECT_LEADER, workplace=place, actor=actor)
    return leader, place
