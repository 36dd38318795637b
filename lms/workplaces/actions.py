"""Writes about workplaces and who is responsible for them."""

import datetime
from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission

from courses.models import CourseIndexPage

from .. import ledger
from ..models import Employment, LedgerEntry, Responsibility, Role, Workplace

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
    if number := still.aggregate(number=Count("staff", distinct=True))["number"]:
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
def reopen_workplace(*, workplace: Workplace, actor: Any) -> Workplace:
    """It was closed by mistake: people may be employed there again. Refused while what stands above is closed."""
    workplace = Workplace.objects.select_for_update().get(pk=workplace.pk)
    if workplace.closed_on is None:
        return workplace  # a double click
    if above := workplace.get_ancestors().exclude(closed_on=None).first():
        words = _("%(above)s stands above it and is closed too. Open %(above)s again first.")
        raise ValidationError(words, params={"above": above})
    before, workplace.closed_on = workplace.closed_on, None
    workplace.save(update_fields=["closed_on"])
    ledger.write("workplace.reopened", actor=actor, subject=workplace, before=str(before))
    return workplace


@transaction.atomic
def give_responsibility(*, user: Any, role: str, workplace: Workplace, actor: Any) -> Responsibility:
    """`user` may see and do, from now on, what `role` means over `workplace`; with the admin rights it needs."""
    responsibility, created = Responsibility.objects.get_or_create(user=user, role=role, workplace=workplace)
    if created:
        if name := GROUPS.get(Role(role)):
            user.groups.add(leader_group(name))
            let_course_leaders_write()
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


def let_course_leaders_write() -> None:
    """Course leaders write and publish in the catalogues, keep the contacts, and add pictures and documents.

    Once for each catalogue and for the files: what an administrator takes from the group, or gave it before, stays so.
    Nothing as long as nobody leads courses.
    """
    group = Group.objects.filter(name=GROUPS[Role.COURSE_LEADER]).first()
    if group is None:
        return
    catalogues = {page.page_ptr_id: page.page_ptr for page in CourseIndexPage.objects.filter(alias_of=None)}
    given = GroupPagePermission.objects.filter(group=group).values_list("page_id", flat=True)
    for page in _not_decided(catalogues.values(), decided=set(given)):
        for permission in _permissions("wagtailcore", "add_page", "change_page", "publish_page"):
            GroupPagePermission.objects.create(group=group, page=page, permission=permission)
    given = GroupCollectionPermission.objects.filter(group=group).values_list("collection_id", flat=True)
    for root in _not_decided(Collection.objects.filter(depth=1), decided=set(given)):
        group.permissions.add(*_permissions("lms_courses", "add_contact", "change_contact", "delete_contact"))
        for label, model in (("wagtailimages", "image"), ("wagtaildocs", "document")):
            for permission in _permissions(label, *(f"{verb}_{model}" for verb in ("add", "change", "choose"))):
                GroupCollectionPermission.objects.create(group=group, collection=root, permission=permission)


def _not_decided(rows: Iterable[Any], *, decided: set[int]) -> Iterator[Any]:
    """Those that the group was never given by us, as the ledger says, nor by an administrator."""
    for row in rows:
        subject = f"{row._meta.model_name}:{row.pk}"
        if not LedgerEntry.objects.filter(verb="authors.admitted", subject=subject).exists():
            ledger.write("authors.admitted", actor=None, subject=row)
            if row.pk not in decided:
                yield row


def _permissions(label: str, *codenames: str) -> QuerySet[Permission]:
    return Permission.objects.filter(content_type__app_label=label, codename__in=codenames)


def leader_group(name: str) -> Group:
    """The group, with the right to enter the admin."""
    group, created = Group.objects.get_or_create(name=name)
    if created and name == GROUPS[Role.PROJECT_LEADER]:
        group.permissions.add(*_permissions("lms", "add_jobrole", "change_jobrole"))  # a staff list may need new ones
    group.permissions.add(Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin"))
    return group
