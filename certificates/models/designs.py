import hashlib
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import models

from .templates import CertificateTemplate


class Frozen(models.Model):
    """Written once, named by what it holds; never changed and never deleted."""

    sha256 = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True

    def __str__(self):
        return self.sha256[:16]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            raise ImproperlyConfigured("What certificates were drawn with never changes.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise ImproperlyConfigured("What certificates were drawn with is never deleted.")


class DesignPicture(Frozen):
    """A logo or a signature as it is drawn: in the database, so that it outlives the library of images."""

    content = models.BinaryField()

    @classmethod
    def keep(cls, content: bytes) -> "DesignPicture":
        return cls.objects.get_or_create(sha256=hashlib.sha256(content).hexdigest(), defaults={"content": content})[0]


class CertificateDesign(Frozen):
    """A template as it was published when a certificate was first issued with it. `content` is a `design.Design`."""

    template = models.ForeignKey(CertificateTemplate, null=True, on_delete=models.SET_NULL, related_name="designs")
    content = models.JSONField()
