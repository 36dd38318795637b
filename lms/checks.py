from email.utils import parseaddr
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import Error, Info, Tags, Warning, register

from .catalogues import catalogues
from .conf import mail_is_set_up, public_address_is_set, setting


@register()
def middleware_in_place(app_configs, **kwargs):
    if "lms.middleware.LearnerMiddleware" in settings.MIDDLEWARE:
        return []
    return [
        Error(
            "lms.middleware.LearnerMiddleware is not in MIDDLEWARE.",
            hint="Add it after AuthenticationMiddleware and LocaleMiddleware.",
            id="lms.E001",
        )
    ]


@register()
def doors_are_limited(app_configs, **kwargs):
    backends = settings.AUTHENTICATION_BACKENDS
    if backends and "axes" in backends[0] and "axes.middleware.AxesMiddleware" in settings.MIDDLEWARE:
        return []
    return [
        Warning(
            "django-axes does not guard the doors: passwords and card codes can be guessed without limit.",
            hint='Put "axes.backends.AxesStandaloneBackend" first in AUTHENTICATION_BACKENDS and '
            '"axes.middleware.AxesMiddleware" last in MIDDLEWARE.',
            id="lms.W001",
        )
    ]


@register()
def sqlite_survives_two_writers(app_configs, **kwargs):
    problems = []
    databases: dict[str, Any] = settings.DATABASES
    for alias, database in databases.items():
        if database["ENGINE"] != "django.db.backends.sqlite3":
            continue
        options = database.get("OPTIONS", {})
        if options.get("transaction_mode") != "IMMEDIATE":
            problems.append(
                Warning(
                    f"DATABASES[{alias!r}] is SQLite without transaction_mode IMMEDIATE: two people saving at once "
                    "get 'database is locked'.",
                    hint="See docs/decisions/0003.",
                    id="lms.W002",
                )
            )
        if database.get("ATOMIC_REQUESTS"):
            problems.append(
                Warning(
                    f"DATABASES[{alias!r}] has ATOMIC_REQUESTS: on SQLite every page view takes the write lock.",
                    id="lms.W003",
                )
            )
    return problems


@register()
def private_storage_is_private(app_configs, **kwargs):
    storage: Any = settings.STORAGES.get("lms_private")
    if storage is None:
        return [
            Error(
                'STORAGES has no "lms_private": certificates have nowhere to lie.',
                hint="A FileSystemStorage outside MEDIA_ROOT, or a private bucket.",
                id="lms.E003",
            )
        ]
    location = storage.get("OPTIONS", {}).get("location")
    if location and settings.MEDIA_ROOT and Path(location).is_relative_to(settings.MEDIA_ROOT):
        return [Error('STORAGES["lms_private"] lies inside MEDIA_ROOT, which is public.', id="lms.E004")]
    return []


@register()
def tablet_outlives_its_own_lock(app_configs, **kwargs):
    """The page tells the server every half minute that it is touched: forgotten sooner, someone who reads is out."""
    lock, session = setting("LMS_TABLET_LOCK_SECONDS"), setting("LMS_TABLET_SESSION_SECONDS")
    if session >= lock + 30:
        return []
    return [
        Warning(
            "LMS_TABLET_SESSION_SECONDS is shorter than the tablet's lock: people are thrown out while they read.",
            hint="At least half a minute more than LMS_TABLET_LOCK_SECONDS.",
            id="lms.W005",
        )
    ]


@register(deploy=True)
def public_address_is_known(app_configs, **kwargs):
    if public_address_is_set():
        return []
    return [
        Warning(
            "LMS_PUBLIC_BASE_URL is not an https address that others can reach: "
            "the QR codes on certificates would lead nowhere.",
            id="lms.W004",
        )
    ]


@register(deploy=True)
def mail_can_be_sent(app_configs, **kwargs):
    if not mail_is_set_up():
        return [
            Info(
                "No mail server is configured: nobody is offered a link by e-mail to sign in with.",
                hint="Name it in EMAIL_HOST, or leave it so: passwords and login cards work without.",
                id="lms.I001",
            )
        ]
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    if "." in sender.partition("@")[2]:
        return []
    return [
        Warning(
            "DEFAULT_FROM_EMAIL is no address that others can answer: mail servers take our links for spam.",
            hint="An address of your own domain.",
            id="lms.W006",
        )
    ]


@register(Tags.translation)
def translations_are_compiled(app_configs, **kwargs):
    missing = [str(path) for path in catalogues() if not path.with_suffix(".mo").is_file()]
    if not missing:
        return []
    return [
        Warning(
            f"Translations are not compiled, and their texts are shown in English: {', '.join(missing)}.",
            hint="Run manage.py compile_translations, and restart the server.",
            id="lms.W005",
        )
    ]
