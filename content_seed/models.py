from django.conf import settings
from django.db import models


class SeededPage(models.Model):
    """A page as the last seeding left it, so that the next one can tell what an author has changed since.

    A contact too: it has no revisions, so its digest alone tells; of all its languages together, with none named.
    """

    translation_key = models.UUIDField()
    language = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    revision = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["translation_key", "language"], name="lms_content_seed_page_once")
        ]

    def __str__(self):
        return str(self.translation_key)


class DemoAccount(models.Model):
    """A user that the published demo password opens, and only while DEBUG is on: see backends.DemoBackend."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    about = models.CharField(max_length=200)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order"]

    def __str__(self):
        return self.about
