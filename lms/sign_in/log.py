"""The sign-in log that django-axes keeps: failed attempts, and in sites that ask for it every sign-in and sign-out."""

from django.apps import apps
from django.db.models import Q

LOGS = ("AccessAttempt", "AccessFailureLog", "AccessLog")


def forget(names: set[str]) -> None:
    """Take away what was logged under any of `names`, in whatever case: what somebody typed is no more exact."""
    if not apps.is_installed("axes"):
        return
    under = Q()
    for name in names - {""}:
        # SQLite knows the case of A to Z alone.
        under |= Q(username__iexact=name) | Q(username__iexact=name.lower()) | Q(username__iexact=name.upper())
    if under:
        for log in LOGS:
            apps.get_model("axes", log)._default_manager.filter(under).delete()
