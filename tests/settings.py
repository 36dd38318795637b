"""SQLite, or PostgreSQL where the PG* variables say so (tests/with_postgres). Tasks run at once, files in memory."""

import os

from lms.standalone.settings.base import *

DEBUG = False
SECRET_KEY = "only-for-tests"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]

if os.environ.get("PGHOST"):
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "larpunkt",
            "USER": os.environ.get("PGUSER", ""),
            "PASSWORD": os.environ.get("PGPASSWORD", ""),
            "HOST": os.environ["PGHOST"],
            "PORT": os.environ.get("PGPORT", ""),
        }
    }
else:
    DATABASES = {"default": {**SQLITE, "NAME": ":memory:"}}
    if file := os.environ.get("LMS_TEST_DATABASE"):
        # The browser's server has threads of its own: a file, as on a real site, gives each its connection.
        DATABASES["default"]["TEST"] = {"NAME": file}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "lms_private": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
}
AUTHENTICATION_BACKENDS = [
    AUTHENTICATION_BACKENDS[0],
    "content_seed.backends.DemoBackend",
    *AUTHENTICATION_BACKENDS[1:],
]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
LMS_PUBLIC_BASE_URL = "https://larpunkt.example"
LMS_CERT_ARCHIVE_FIRST = False  # test_archive is about it; what erases for another reason need not make one
LOGGING["root"]["level"] = "ERROR"
LOGGING["loggers"] = {}
