"""Our settings, read when they are needed. Every name is described in README.md, "Add it to your Wagtail site"."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

DEFAULTS = {
    "LMS_PUBLIC_BASE_URL": "",
    "LMS_CARD_DAYS": 90,
    "LMS_TABLET_LOCK_SECONDS": 120,
    "LMS_TABLET_SESSION_SECONDS": 180,
    "LMS_CERT_ARCHIVE_FIRST": True,
    "LMS_ACCOUNT_FACTORY": "lms.people.accounts.create_account",
    "LMS_CERT_SIGNING": {},
    "LMS_CERT_PUBLIC_NAME": "full",
    "LMS_CERT_LINK_REPLACEMENT": True,
}


def setting(name: str) -> Any:
    return getattr(settings, name, DEFAULTS[name])


def public_address_is_set() -> bool:
    """Whether LMS_PUBLIC_BASE_URL leads here from outside: https, and not this machine's own name for itself."""
    address = urlsplit(setting("LMS_PUBLIC_BASE_URL"))
    host = address.hostname or ""
    return address.scheme == "https" and "." in host and not host.startswith("127.") and not host.endswith(".localhost")


def mail_is_set_up() -> bool:
    """Whether what we send by e-mail leaves this machine: a backend that sends, and for SMTP a server that was named.

    Django's own default, an SMTP server on this machine, is what stands there when nobody has thought of mail.
    """
    configured: Any = settings  # the types know no is_overridden
    backend = configured.EMAIL_BACKEND
    if backend.startswith(("django.core.mail.backends.console.", "django.core.mail.backends.dummy.")):
        return False
    if backend.startswith("django.core.mail.backends.smtp."):
        return bool(configured.is_overridden("EMAIL_HOST") and configured.EMAIL_HOST)
    return True
