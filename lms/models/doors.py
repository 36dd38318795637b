"""How people get in beside a password: a card, a tablet, a PIN, a link by e-mail."""

import datetime
import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .people import StaffMember, Workplace


class LoginCardQuerySet(models.QuerySet):
    def working(self, moment: datetime.datetime) -> Self:
        """Whose code still opens something: neither used nor replaced nor too old."""
        return self.filter(used_at=None, replaced_at=None, expires_at__gt=moment)


class LoginCard(models.Model):
    """A printed one-time code. Only its hash is kept; a new card replaces the old one."""

    staff = models.ForeignKey(StaffMember, on_delete=models.CASCADE, related_name="login_cards")
    code_hash = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    replaced_at = models.DateTimeField(null=True)

    objects = LoginCardQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["staff"], condition=Q(used_at=None, replaced_at=None), name="lms_one_unused_card"
            )
        ]
        verbose_name = _("login card")
        verbose_name_plural = _("login cards")

    def __str__(self):
        return str(self.issued_at.date())


class TabletQuerySet(models.QuerySet):
    def paired(self) -> Self:
        return self.filter(unpaired_at=None)


class Tablet(models.Model):
    """A shop's shared tablet. Its token is a secret of the tablet alone; `session` changes with each sign-in there."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=80)
    workplace = models.ForeignKey(
        Workplace, verbose_name=_("workplace"), on_delete=models.PROTECT, related_name="tablets"
    )
    token_hash = models.CharField(max_length=64)
    previous_token_hash = models.CharField(
        max_length=64, blank=True, help_text="Until the tablet has shown that the new token reached it."
    )
    token_given_at = models.DateTimeField()
    session = models.CharField(max_length=22, blank=True)
    paired_at = models.DateTimeField()
    paired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    last_seen_at = models.DateTimeField()
    unpaired_at = models.DateTimeField(null=True)
    # What it told of itself when it last sent something.
    app_version = models.CharField(max_length=20, blank=True)
    unsent = models.PositiveIntegerField(default=0)
    unsent_since = models.DateTimeField(null=True)
    refused = models.PositiveIntegerField(default=0)

    objects = TabletQuerySet.as_manager()

    class Meta:
        ordering = ["workplace__name", "name"]
        verbose_name = _("tablet")
        verbose_name_plural = _("tablets")

    def __str__(self):
        return self.name


class PairingCode(models.Model):
    """Six digits by which one tablet is paired, once and soon. Only their hash is kept, and not for long either."""

    code_hash = models.CharField(max_length=64)
    workplace = models.ForeignKey(Workplace, on_delete=models.CASCADE, db_index=False, related_name="+")
    name = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # A code that is still open opens one tablet and no other.
            models.UniqueConstraint(fields=["code_hash"], condition=Q(used_at=None), name="lms_pairing_code_once")
        ]
        verbose_name = _("pairing code")
        verbose_name_plural = _("pairing codes")

    def __str__(self):
        return self.name


class SignInLinkQuerySet(models.QuerySet):
    def live(self, moment: datetime.datetime) -> Self:
        """Whose token still opens the door: neither used nor replaced nor too old."""
        return self.filter(used_at=None, replaced_at=None, expires_at__gt=moment)


class SignInLink(models.Model):
    """Somebody asked at the door for a link by e-mail. Whether anyone gets one is found out later, by the worker.

    The address stands here until then and no longer; its hash, and that of where it was asked from, only count. Of the
    token that is sent only a hash is kept.
    """

    asked_at = models.DateTimeField()
    email = models.EmailField(blank=True)
    email_hash = models.CharField(max_length=64)
    client_hash = models.CharField(max_length=64)
    language = models.CharField(max_length=10)
    tries = models.PositiveSmallIntegerField(default=0)
    try_at = models.DateTimeField(null=True, help_text="When it is to be sent; empty when that is over.")
    staff = models.ForeignKey(StaffMember, null=True, on_delete=models.CASCADE, related_name="sign_in_links")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64, blank=True)
    sent_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    replaced_at = models.DateTimeField(null=True)

    objects = SignInLinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[whom], condition=Q(used_at=None, replaced_at=None), name=f"lms_one_link_for_a_{whom}"
            )
            for whom in ("staff", "user")
        ]
        indexes = [models.Index(fields=["asked_at"]), models.Index(fields=["token_hash"])]
        verbose_name = _("sign-in link")
        verbose_name_plural = _("sign-in links")

    def __str__(self):
        return str(self.asked_at)


class PinGuard(models.Model):
    """Wrong PINs of one person: on one tablet, and (tablet empty) on all together."""

    staff = models.ForeignKey(StaffMember, on_delete=models.CASCADE, related_name="pin_guards")
    tablet = models.ForeignKey(Tablet, null=True, on_delete=models.CASCADE, related_name="+")
    failures = models.PositiveIntegerField(default=0)
    blocked_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["staff", "tablet"], name="lms_pin_guard_per_tablet"),
            models.UniqueConstraint(fields=["staff"], condition=Q(tablet=None), name="lms_pin_guard_in_all"),
        ]
        verbose_name = _("wrong PINs")
        verbose_name_plural = _("wrong PINs")

    def __str__(self):
        return str(self.failures)
