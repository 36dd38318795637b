from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class LedgerSeal(models.Model):
    """A batch of ledger entries with its place in the chain. Never changed, never deleted."""

    number = models.PositiveIntegerField(unique=True)
    previous = models.CharField(max_length=64, blank=True, help_text="Hash of the seal before; empty for the first.")
    first = models.PositiveBigIntegerField()
    last = models.PositiveBigIntegerField()
    sealed_at = models.DateTimeField()
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["number"]
        verbose_name = _("seal of the ledger")
        verbose_name_plural = _("seals of the ledger")

    def __str__(self):
        return f"{self.number} {self.hash[:12]}"


class SealedEntry(models.Model):
    """One ledger entry's place and commitment, and what it takes to check it: gone when the entry is erased.

    It names the entry by its uuid and not by a key: what is taken out of the ledger is missed here.
    """

    number = models.PositiveBigIntegerField(unique=True)
    uuid = models.UUIDField(unique=True)
    commitment = models.CharField(max_length=64)
    salt = models.CharField(max_length=64, blank=True)
    staff = models.UUIDField(null=True, help_text="Whom the entry is about; their row may go.")
    actor = models.CharField(max_length=40, blank=True, help_text="The key of the account; it may go.")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(salt="") | Q(staff=None, actor=""), name="lms_erased_entry_names_nobody"
            )
        ]
        verbose_name = _("sealed entry of the ledger")
        verbose_name_plural = _("sealed entries of the ledger")

    def __str__(self):
        return f"{self.number}"
