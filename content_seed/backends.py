from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.utils.crypto import constant_time_compare

from .models import DemoAccount

#: Published on purpose. The accounts have no password of their own, so without DEBUG nothing opens them.
DEMO_PASSWORD = "servicepunkt"  # noqa: S105


class DemoBackend(ModelBackend):
    """Lets in demo accounts by the published password. With DEBUG off it lets in nobody and ends their sessions."""

    def authenticate(self, request, username=None, password=None, **kwargs):
        if not settings.DEBUG or not username or not constant_time_compare(password or "", DEMO_PASSWORD):
            return None
        User = get_user_model()
        account = (
            DemoAccount.objects.select_related("user").filter(**{f"user__{User.USERNAME_FIELD}": username}).first()
        )
        return account.user if account and self.user_can_authenticate(account.user) else None

    def get_user(self, user_id):
        return super().get_user(user_id) if settings.DEBUG else None
