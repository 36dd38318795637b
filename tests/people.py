"""The cast. Brattfors and Gräsmyr are two shops in one municipality; Annorstädes is a shop in another.

Maja works in Brattfors and Bo in Gräsmyr. Birgitta answers for the shop in Brattfors, Petra leads the project in the
municipality, Kajsa leads courses there. Ada is the administrator. Eva edits other pages in the CMS and Nisse only has
an account: neither may see anything of the training.
"""

import datetime
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.utils import timezone

from lms.models import JobRole, Role, StaffMember, Workplace
from lms.people.actions import add_staff
from lms.tablet.pins import set_pin
from lms.workplaces.actions import add_workplace, give_responsibility

PIN = "2741"


@dataclass
class Cast:
    places: dict[str, Workplace] = field(default_factory=dict)
    roles: dict[str, JobRole] = field(default_factory=dict)
    users: dict[str, Any] = field(default_factory=dict)
    staff: dict[str, StaffMember] = field(default_factory=dict)

    def __getattr__(self, name):
        """`cast.maja` is the staff member, or the user of one who is none."""
        for known in (
            self.__dict__.get("staff", {}),
            self.__dict__.get("users", {}),
            self.__dict__.get("places", {}),
        ):
            if name in known:
                return known[name]
        raise AttributeError(name)


def gather() -> Cast:
    cast = Cast()
    User = get_user_model()
    for name in ("maja", "bo", "birgitta", "petra", "kajsa", "eva", "nisse"):
        cast.users[name] = User.objects.create_user(username=name, password="hemligt-ord")
    cast.users["ada"] = User.objects.create_superuser(username="ada", password="hemligt-ord")
    kinds = Workplace.Kind
    for key, name, kind, parent in (
        ("kommun", "Kommunen", kinds.MUNICIPALITY, None),
        ("brattfors", "Brattfors", kinds.SERVICE_POINT, "kommun"),
        ("grasmyr", "Gräsmyr", kinds.SERVICE_POINT, "kommun"),
        ("grannkommun", "Grannkommunen", kinds.MUNICIPALITY, None),
        ("annorstades", "Annorstädes", kinds.SERVICE_POINT, "grannkommun"),
    ):
        cast.places[key] = add_workplace(
            name=name, kind=kind, parent=cast.places[parent] if parent else None, actor=cast.users["ada"]
        )
    for key, name in (("biträde", "Butiksbiträde"), ("ägare", "Butiksägare")):
        cast.roles[key] = JobRole.objects.create(name=name)
    cast.staff["maja"] = hire(cast, "Maja", "Lindgren", "brattfors")
    cast.staff["bo"] = hire(cast, "Bo", "Ek", "grasmyr")
    cast.staff["birgitta"] = hire(cast, "Birgitta", "Forsberg", "brattfors", role="ägare", kind="owner")
    for name in ("maja", "bo", "birgitta"):
        cast.staff[name].user = cast.users[name]
        cast.staff[name].save()
    set_pin(staff=cast.staff["maja"], pin=PIN)
    for name, role, place in (
        ("birgitta", Role.SHOP_OWNER, "brattfors"),
        ("petra", Role.PROJECT_LEADER, "kommun"),
        ("kajsa", Role.COURSE_LEADER, "kommun"),
    ):
        give_responsibility(user=cast.users[name], role=role, workplace=cast.places[place], actor=cast.users["ada"])
    editors = Group.objects.create(name="Redaktörer")
    editors.permissions.add(Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin"))
    cast.users["eva"].groups.add(editors)
    return cast


def hire(
    cast: Cast,
    given: str,
    family: str,
    place: str,
    *,
    role: str = "biträde",
    kind: str = "employed",
    days_ago: int = 400,
    end: datetime.date | None = None,
) -> StaffMember:
    return add_staff(
        given_name=given,
        family_name=family,
        workplace=cast.places[place],
        role=cast.roles[role],
        kind=kind,
        start=timezone.localdate() - datetime.timedelta(days=days_ago),
        end=end,
        actor=cast.users["ada"],
    )
