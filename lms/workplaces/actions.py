"""Writes about workplaces and who is responsible for them."""

import datetime
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import ngettext

from .. import ledger
from ..models import Employment, Responsibility, Role, Workplace

#: The Wagtail group whose rights come with a role. Shop owners never enter the admin.
GROUPS = {Role.PROJECT_LEADER: "Projektledare", Role.COURSE_LEADER: "Kursledare"}


@transaction.atomic
def add_workplace(*, name: str, kind: str, parent: Workplace | None, actor: Any) -> Workplace:
    workplace = Workplace(name=name, kind=kind)
    if parent:
        Workplace.objects.get(pk=parent.pk).add_child(instance=workplace)
    else:
        Workplace.add_root(instance=workplace)
    ledger.write("workplace.added", actor=actor, subject=workplace, parent=str(parent.uuid) if parent else "")
    return workplace


@transaction.atomic
def rename_workplace(*, workplace: Workplace, name: str, actor: Any) -> Workplace:
    workplace = Workplace.objects.select_for_update().get(pk=workplace.pk)
    if workplace.name != name:
        before, workplace.name = workplace.name, name
        workplace.save(update_fields=["name"])
        _put_in_order(workplace)
        ledger.write("workplace.renamed", actor=actor, subject=workplace, before=before, after=name)
    return workplace


def _put_in_order(workplace: Workplace) -> None:
    """Among its siblings by name: a tree node is put there when it is added, and not when its name changes."""
    if parent := workplace.get_parent():
        workplace.move(parent, pos="sorted-child")
    elif other := Workplace.get_root_nodes().exclude(pk=workplace.pk).first():
        workplace.move(other, pos="sorted-sibling")
    workplace.refresh_from_db()


@transaction.atomic
def close_workplace(*, workplace: Workplace, on: datetime.date, actor: Any) -> Workplace:
    """Nobody new begins there after `on`. Refused while someone's employment goes on."""
    workplace = Workplace.objects.select_for_update().get(pk=workplace.pk)
    still = Employment.objects.current_or_coming(on + datetime.timedelta(days=1)).filter(
        workplace__path__startswith=workplace.path
    )
    if number := still.count():
        raise ValidationError(
            ngettext(
                "%(number)s person still works there after that day. End or move the employment first.",
                "%(number)s people still work there after that day. End or move their employments first.",
                number,
            ),
            params={"number": number},
        )
    workplace.closed_on = on
    workplace.save(update_fields=["closed_on"])
    ledger.write("workplace.closed", actor=actor, subject=workplace, on=str(on))
    return workplace


@transaction.atomic
def give_responsibility(*, user: Any, role: str, workplace: Workplace, actor: Any) -> Responsibility:
    """`user` may see and do, from now on, what `role` means over `workplace`; with the admin rights it needs."""
    responsibility, created = Responsibility.objects.get_or_create(user=user, role=role, workplace=workplace)
    if created:
        if name := GROUPS.get(Role(role)):
            user.groups.add(leader_group(name))
        ledger.write(
            "responsibility.given",
            actor=actor,
            subject=responsibility,
            role=role,
            workplace=str(workplace.uuid),
        )
    return responsibility


@transaction.atomic
def take_responsibility(*, responsibility: Responsibility, actor: Any) -> None:
    """The user may no longer; the group goes with the last responsibility of its kind."""
    user, role = responsibility.user, Role(responsibility.role)
    ledger.write(
        "responsibility.taken",
        actor=actor,
        subject=responsibility,
        role=role.value,
        workplace=str(responsibility.workplace.uuid),
    )
    responsibility.delete()
    if role in GROUPS and not Responsibility.objects.filter(user=user, role=role).exists():
        user.groups.remove(*Group.objects.filter(name=GROUPS[role]))


def leader_group(name: str) -> Group:
    """The group, with the right to enter the admin; page rights are given to it in Wagtail as usual."""
    group, _created = Group.objects.get_or_create(name=name)
    group.permissions.add(Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin"))
    return group
