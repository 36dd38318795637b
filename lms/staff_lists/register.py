"""The staff list as it stands, as plain values: those whom whoever reads the file in may see, and nobody else."""

import datetime
import unicodedata
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from ..access import staff_in_reach, staff_to_manage, workplaces_in_reach
from ..models import Employment, JobRole, Role, StaffMember, Workplace
from ..people.periods import meet

ROLES = (Role.PROJECT_LEADER,)


def key(*texts: str) -> str:
    """What makes two names the same: letters, whatever the case, and blanks."""
    text = " ".join(texts)
    return " ".join((text if text.isascii() else unicodedata.normalize("NFC", text)).casefold().split())


@dataclass(slots=True)
class Place:
    """A workplace in reach. `closed_on` is the last day there, its own or that of what stands above it."""

    id: int
    uuid: uuid.UUID
    path: str
    name: str
    label: str
    takes_staff: bool
    closed_on: datetime.date | None


@dataclass(slots=True, eq=False)
class Job:
    """An employment; `id` is None for one that the file adds. `line` is the row that speaks of it."""

    id: int | None
    place: Place
    role: int
    kind: str
    start: datetime.date
    end: datetime.date | None
    employer: str = ""
    employee_id: str = ""
    line: int | None = None

    def meets(self, start: datetime.date, end: datetime.date | None) -> bool:
        return meet(start, end, self.start, self.end)

    @property
    def number(self) -> tuple[str, str] | None:
        return (key(self.employer), key(self.employee_id)) if self.employee_id else None


@dataclass(slots=True, eq=False)
class Person:
    """`id` is None for one that the file adds. `mine`: may be changed by whoever reads the file in."""

    id: int | None
    given_name: str
    family_name: str
    email: str = ""
    phone: str = ""
    mine: bool = True
    jobs: list[Job] = field(default_factory=list)

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def numbers(self) -> set[tuple[str, str]]:
        return {job.number for job in self.jobs if job.number}

    def works_at(self, place: Place) -> bool:
        return any(job.place is place for job in self.jobs)


@dataclass
class Register:
    places: list[Place]
    roles: dict[int, str]
    people: list[Person]

    def __post_init__(self) -> None:
        self.places_called: dict[str, list[Place]] = defaultdict(list)
        for place in self.places:
            for name in {key(place.name), key(place.label)}:
                self.places_called[name].append(place)
        self.roles_called: dict[str, list[int]] = defaultdict(list)
        for pk, name in self.roles.items():
            self.roles_called[key(name)].append(pk)
        self.people_called: dict[str, list[Person]] = defaultdict(list)
        self.people_numbered: dict[tuple[str, str], list[Person]] = defaultdict(list)
        for person in self.people:
            self.people_called[key(person.full_name)].append(person)
            for number in person.numbers:
                self.people_numbered[number].append(person)

    def find_places(self, name: str) -> list[Place]:
        return self.places_called.get(key(name), [])

    def role_called(self, name: str) -> int | None:
        """By its exact name, else by the only one that differs in case alone."""
        found = self.roles_called.get(key(name), [])
        exact = [pk for pk in found if self.roles[pk] == name]
        return next(iter(exact or found), None) if exact or len(found) == 1 else None


def lock(user: Any) -> None:
    """Whom and what a staff list may change waits until it is read in: people, jobs, places, as `people.actions` do."""
    workplaces, people, jobs = _reach(user)
    for rows in (people, jobs, Workplace.objects.filter(pk__in=workplaces.order_by().values("pk"))):
        list(rows.order_by("pk").select_for_update().values_list("pk"))


def look_up(user: Any) -> Register:
    """In the reach of `user`; everything for None, who is whoever runs the command. A fixed number of queries."""
    workplaces, people, jobs = _reach(user)
    places = _places(set(workplaces.order_by().values_list("pk", flat=True)))
    mine = None if _sees_all(user) else set(staff_to_manage(user, ROLES).order_by().values_list("pk", flat=True))
    found = {
        pk: Person(pk, given, family, email, phone, mine=mine is None or pk in mine)
        for pk, given, family, email, phone in people.order_by("pk").values_list(
            "pk", "given_name", "family_name", "email", "phone"
        )
    }
    columns = ("staff_id", "workplace_id", "pk", "role_id", "kind", "start", "end", "employer", "employee_id")
    for staff, place, pk, *rest in jobs.order_by("pk").values_list(*columns):
        if staff in found:
            found[staff].jobs.append(Job(pk, places[place], *rest))
    roles = dict(JobRole.objects.order_by("pk").values_list("pk", "name"))
    return Register(list(places.values()), roles, list(found.values()))


def _sees_all(user: Any) -> bool:
    return user is None or user.is_superuser


def _reach(user: Any) -> tuple[QuerySet[Workplace], QuerySet[StaffMember], QuerySet[Employment]]:
    jobs = Employment.objects.filter(voided_at=None)
    if _sees_all(user):
        return Workplace.objects.all(), StaffMember.objects.all(), jobs
    workplaces = workplaces_in_reach(user, ROLES)
    return workplaces, staff_in_reach(user, ROLES), jobs.filter(workplace__in=workplaces.order_by())


def _places(reach: set[int]) -> dict[int, Place]:
    """Those in `reach`, each with what tells it from others of its name."""
    rows = list(Workplace.objects.order_by("path").values_list("pk", "uuid", "path", "name", "kind", "closed_on"))
    by_path = {path: (pk, name, closed_on) for pk, _uuid, path, name, _kind, closed_on in rows}
    places = {}
    for pk, its_uuid, path, name, kind, _closed_on in rows:
        if pk in reach:
            above = [by_path[step] for step in _steps(path)]
            closed_on = min((closed for _pk, _name, closed in above if closed), default=None)
            places[pk] = Place(pk, its_uuid, path, name, name, kind == Workplace.Kind.SERVICE_POINT, closed_on)
    _tell_apart(places.values(), {path: name for path, (pk, name, _closed) in by_path.items() if pk in reach})
    return places


def _steps(path: str) -> Iterable[str]:
    """The paths of what stands above, and its own."""
    return (path[:end] for end in range(Workplace.steplen, len(path) + 1, Workplace.steplen))


def _tell_apart(places: Iterable[Place], names: dict[str, str]) -> None:
    """Two of one name are written with what stands above them: "Umeå / Byn". Out of reach, that is not told."""
    alike: dict[str, list[Place]] = defaultdict(list)
    for place in places:
        alike[key(place.name)].append(place)
    for group in alike.values():
        if len(group) > 1:
            for place in group:
                place.label = " / ".join(names[step] for step in _steps(place.path) if step in names)
