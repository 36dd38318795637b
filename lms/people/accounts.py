"""A user account for someone in training, whatever user model the host site has."""

import uuid
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.db import models, transaction
from django.utils.module_loading import import_string
from django.utils.text import slugify

from .. import ledger
from ..conf import setting
from ..models import StaffMember


@transaction.atomic
def account_for(staff: StaffMember) -> Any:
    """The person's user; made by LMS_ACCOUNT_FACTORY the first time, without a password."""
    staff = StaffMember.objects.select_for_update().get(pk=staff.pk)
    if staff.user is None:
        staff.user = import_string(setting("LMS_ACCOUNT_FACTORY"))(staff)
        staff.save(update_fields=["user"])
        ledger.write("account.created", actor=None, subject=staff, staff=staff)
    return staff.user


def means_something(user: Any) -> bool:
    """The account gives more than one's own training."""
    return bool(user.is_superuser or user.has_perm("wagtailadmin.access_admin") or user.responsibilities.exists())


def close_account(user: Any) -> None:
    """Nobody can sign in with it again, and it says no more whose it was. The row stays: it may have done things."""
    field: Any = user._meta.get_field(user.USERNAME_FIELD)
    suffix = "@larpunkt.invalid" if isinstance(field, models.EmailField) else ""
    names = {model_field.name for model_field in user._meta.get_fields()}
    for name in {user.get_email_field_name(), "first_name", "last_name"} & names:
        setattr(user, name, "")
    setattr(user, user.USERNAME_FIELD, f"{uuid.uuid4().hex[: field.max_length - len(suffix)]}{suffix}")
    user.is_active = False
    user.set_unusable_password()
    user.save()


def create_account(staff: StaffMember) -> Any:
    """The default factory: "maja.lind", "maja.lind2" ... in the host's username field; an address if that is one.

    Raises ImproperlyConfigured when the host's model wants more than it can know: then write a factory of your own.
    """
    User = get_user_model()
    field: Any = User._meta.get_field(User.USERNAME_FIELD)
    stem = ".".join(filter(None, (slugify(staff.given_name), slugify(staff.family_name)))) or "deltagare"
    suffix = ""
    if isinstance(field, models.EmailField):
        if staff.email and not User.objects.filter(**{User.USERNAME_FIELD: staff.email}).exists():
            return _create({User.USERNAME_FIELD: staff.email}, staff)
        suffix = "@larpunkt.invalid"
    stem = stem[: field.max_length - len(suffix) - 4]
    name, number = f"{stem}{suffix}", 1
    while User.objects.filter(**{User.USERNAME_FIELD: name}).exists():
        number += 1
        name = f"{stem}{number}{suffix}"
    return _create({User.USERNAME_FIELD: name}, staff)


def _create(values: dict[str, Any], staff: StaffMember) -> Any:
    User = get_user_model()
    email_field = User.get_email_field_name()
    known = {email_field: staff.email, "first_name": staff.given_name, "last_name": staff.family_name}
    names = {model_field.name for model_field in User._meta.get_fields()}
    missing = set(User.REQUIRED_FIELDS) - set(known) - set(values)
    if missing:
        raise ImproperlyConfigured(
            f"LMS_ACCOUNT_FACTORY: {User.__name__} also requires {', '.join(sorted(missing))}. "
            "Write a factory that knows them and name it in that setting."
        )
    user = User(**{**{name: value for name, value in known.items() if name in names}, **values})
    user.set_unusable_password()
    user.save()
    return user
