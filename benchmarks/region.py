"""A region: 10,000 staff at 500 workplaces, 50 courses, half a million completions. The same every time.

What is hard is in it: rules for some roles and places, days counted from the start, people who moved, who left, who
work at two places, who are excused; completions that have run out or soon will, renewed ones, and courses begun.
"""

import datetime
import random
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection, models, transaction
from django.utils import timezone

from courses.models import Course
from lms.models import (
    CourseCompletion,
    Employment,
    Enrolment,
    Exemption,
    JobRole,
    Requirement,
    RequirementTarget,
    Role,
    StaffMember,
    Workplace,
)
from lms.workplaces.actions import give_responsibility

COURSES, MUNICIPALITIES, SHOPS, STAFF_PER_SHOP = 50, 10, 50, 20
BEGUN, DONE, AGAIN = 0.95, 0.92, 0.145

FIRST = ("Anna", "Bo", "Åsa", "Erik", "Örjan", "Maja", "Ulla", "Per", "Karin", "Nils", "Sara", "Olof")
FAMILY = ("Ek", "Lindgren", "Öberg", "Forsberg", "Åström", "Nyman", "Holm", "Sjödin", "Berg", "Dahl", "Lund")


@dataclass
class Region:
    """Who leads how many: all 10,000 staff, one municipality of 1,000, and five shops of 100; one of the shops; and one
    of the courses."""

    leaders: dict[int, Any]
    shop: Workplace
    course: Course


@transaction.atomic
def build(actor: Any) -> Region:
    chance = random.Random(10_000)
    today = timezone.localdate()

    def ago(days: int) -> datetime.date:
        return today - datetime.timedelta(days=days)

    long_ago = timezone.now() - datetime.timedelta(days=4000)
    courses = Course.objects.bulk_create(
        Course(source_language="sv", titles={"sv": f"Kurs {number + 1}"}, live=True) for number in range(COURSES)
    )
    region = Workplace.add_root(name="Regionen", kind=Workplace.Kind.REGION)
    kinds = Workplace.Kind
    municipalities = _below([region], MUNICIPALITIES, "Kommun", kinds.MUNICIPALITY)
    shops = _below(municipalities, SHOPS, "Butik", kinds.SERVICE_POINT)
    roles = [JobRole.objects.get_or_create(name=name)[0] for name in ("Biträde", "Ägare", "Vikarie")]
    _require(courses, municipalities, roles, ago)
    staff = StaffMember.objects.bulk_create(
        (
            StaffMember(given_name=chance.choice(FIRST), family_name=f"{chance.choice(FAMILY)} {number}")
            for number in range(len(shops) * STAFF_PER_SHOP)
        ),
        batch_size=5000,
    )
    jobs = []
    for number, person in enumerate(staff):
        shop = shops[number // STAFF_PER_SHOP]
        role = chance.choices(roles, (7, 1, 2))[0]
        kind = "owner" if role is roles[1] else chance.choice(("employed", "employed", "hourly"))
        start = ago(chance.randint(1, 4000))

        def job(place, start, end=None, person=person, role=role, kind=kind):
            return Employment(
                staff=person, workplace=place, role=role, kind=kind, start=start, end=end, recorded_at=long_ago
            )

        jobs.append(job(shop, start))
        what = chance.random()
        if what < 0.05:  # came from another place
            jobs.append(job(chance.choice(shops), start - datetime.timedelta(days=300), start))
        elif what < 0.08:  # is at another place too
            jobs.append(job(shops[(number // STAFF_PER_SHOP + 7) % len(shops)], ago(chance.randint(1, 900))))
        elif what < 0.10:  # worked somewhere once, and came back after a while
            jobs.append(job(shop, start - datetime.timedelta(days=400), start - datetime.timedelta(days=100)))
    Employment.objects.bulk_create(jobs, batch_size=5000)
    Exemption.objects.bulk_create(
        Exemption(
            staff=person,
            course=chance.choice((None, *courses[:9])),
            reason="parental",
            valid_from=ago(90),
            recorded_at=long_ago,
        )
        for person in chance.sample(staff, len(staff) // 30)
    )
    _learn(chance, [person.pk for person in staff], [course.pk for course in courses], ago)
    connection.cursor().execute("ANALYZE")
    led = {10_000: [region], 1_000: [municipalities[0]], 100: shops[:5]}
    leaders = {}
    for size, places in led.items():
        leaders[size] = get_user_model().objects.create_user(username=f"region-{size}")
        for place in places:
            give_responsibility(user=leaders[size], role=Role.PROJECT_LEADER, workplace=place, actor=actor)
    return Region(leaders, shops[0], courses[0])


def _below(parents: list[Workplace], number: int, name: str, kind: str) -> list[Workplace]:
    """So many under each: rows of the tree in bulk, as treebeard would number them."""
    places = []
    for parent in parents:
        for each in range(1, number + 1):
            path = Workplace._get_path(parent.path, parent.depth + 1, each)
            places.append(Workplace(path=path, depth=parent.depth + 1, name=f"{name} {path[-8:]}", kind=kind))
        Workplace.objects.filter(pk=parent.pk).update(numchild=number)
    return Workplace.objects.bulk_create(places, batch_size=1000)


def _require(
    courses: Sequence[Course], municipalities: Sequence[Workplace], roles: Sequence[JobRole], ago: Any
) -> None:
    """Thirty courses of everyone, ten of some roles, ten of some municipalities; and ten sooner in some of them."""
    long_ago = timezone.now() - datetime.timedelta(days=4000)
    due = [
        {"due_on": ago(30)}, {"due_on": ago(-60)}, {"due_days": 30}, {"due_days": 90, "due_on": ago(200)}, {},
    ]  # fmt: skip
    rules = Requirement.objects.bulk_create(
        Requirement(
            course=courses[number % len(courses)],
            valid_from=ago(700 - 10 * (number % 7)),
            recorded_at=long_ago,
            **due[number % len(due)],
        )
        for number in range(len(courses) + 10)
    )
    RequirementTarget.objects.bulk_create(
        RequirementTarget(requirement=rule, role=role) for rule in rules[30:40] for role in roles[:2]
    )
    RequirementTarget.objects.bulk_create(
        RequirementTarget(requirement=rule, workplace=place)
        for number, rule in enumerate(rules[40:])
        for place in municipalities[number % 5 :: 2]
    )


def _learn(chance: random.Random, staff: list[int], courses: list[int], ago: Any) -> None:
    """A cycle for most pairs of a person and a course, a completion for most of these, and renewals of some."""
    noon = datetime.time(12, tzinfo=datetime.UTC)
    moments = [datetime.datetime.combine(ago(days), noon) for days in range(1600)]
    dates = [ago(days) for days in range(-1200, 1600)]

    def day(days: int) -> datetime.date:
        return dates[days + 1200]

    begun, done = [], []
    number = Enrolment.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    for person in staff:
        for course in courses:
            if chance.random() > BEGUN:
                continue
            days = chance.randint(1, 1100)
            again = chance.random() < AGAIN
            for cycle in (1, 2) if again else (1,):
                number += 1
                then = days if cycle == 1 else days // 3
                current = cycle == 2 or not again
                begun.append((number, person, course, cycle, current, day(then), moments[then]))
                if again or chance.random() < DONE:
                    lasts = chance.choice((None, 365, 730, 1095, 1095))
                    until = None if lasts is None else day(then - lasts)
                    done.append(
                        (uuid.UUID(int=number), number, person, course, moments[then], moments[then], day(then), until)
                    )
    _write(Enrolment, ("id", "staff", "course", "cycle", "current", "started_on", "recorded_at"), begun)
    columns = ("uuid", "enrolment", "staff", "course", "occurred_at", "recorded_at", "completed_on", "valid_until")
    _write(CourseCompletion, columns, done, void_reason="", basis="activities", versions="[]")


def _write(model: type[models.Model], names: Sequence[str], rows: Iterable[tuple[Any, ...]], **same: str) -> None:
    """As bulk_create would, a few times as fast: half a million rows are to be there in seconds."""
    fields = [model._meta.get_field(name) for name in (*names, *same)]
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    table, tail = connection.ops.quote_name(model._meta.db_table), tuple(same.values())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row + tail)
            return
        kept: dict[Any, Any] = {}

        def plain(value: Any) -> Any:
            if isinstance(value, uuid.UUID):
                return value.hex
            if not isinstance(value, datetime.date):
                return value
            if value not in kept:
                adapt = connection.ops.adapt_datetimefield_value, connection.ops.adapt_datefield_value
                kept[value] = adapt[0](value) if isinstance(value, datetime.datetime) else adapt[1](value)
            return kept[value]

        places = ", ".join(["%s"] * len(fields))
        cursor.executemany(
            f"INSERT INTO {table} ({columns}) VALUES ({places})",
            [tuple(map(plain, row)) + tail for row in rows],
        )
