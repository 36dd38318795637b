"""Who may design certificates: those who lead the project or courses, from when there is a first of them."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from wagtail.models import Collection, GroupCollectionPermission

from lms.models import Role
from lms.workplaces.actions import GROUPS

from ..models import CertificateTemplate


def let_leaders_design(group: Group) -> None:
    """All about templates, and pictures for them. Given once: what an administrator then takes stays taken."""
    verbs = ("add", "change", "delete", "publish")
    codenames = [f"{verb}_{CertificateTemplate._meta.model_name}" for verb in verbs]
    group.permissions.add(*_permissions(CertificateTemplate._meta.app_label, codenames))
    if group.name == GROUPS[Role.PROJECT_LEADER]:  # course leaders have pictures already, for their lessons
        for root in Collection.objects.filter(depth=1):
            for permission in _permissions("wagtailimages", ["add_image", "choose_image"]):
                GroupCollectionPermission.objects.get_or_create(group=group, collection=root, permission=permission)


def _permissions(label: str, codenames: list[str]) -> Any:
    return Permission.objects.filter(content_type__app_label=label, codename__in=codenames)
