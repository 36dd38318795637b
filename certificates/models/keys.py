from django.db import models
from django.utils.translation import gettext_lazy as _


class IssuerKey(models.Model):
    """The public half of a key that certificates are signed with. Old ones stay, so that what they signed stays
    verifiable; the private half is never here."""

    class Purpose(models.TextChoices):
        SIGNATURE = "signature", _("Signs the PDF")
        CREDENTIAL = "credential", _("Signs the credential")

    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    #: Of a signature: SHA-256 of its X.509 certificate (DER). Of a credential: the JWK's thumbprint (RFC 7638).
    kid = models.CharField(max_length=64, unique=True)
    certificates = models.TextField(blank=True, help_text="PEM: what signs first, the root last.")
    jwk = models.JSONField(default=dict, blank=True)
    not_before = models.DateTimeField(null=True)
    not_after = models.DateTimeField(null=True)
    first_used_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    compromised_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("key")
        verbose_name_plural = _("keys")

    def __str__(self):
        return f"{self.get_purpose_display()} {self.kid[:16]}"
