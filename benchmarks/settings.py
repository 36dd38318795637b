"""The tests' settings on a database in a file, with two models of the benchmark's own to compare with."""

import os
from pathlib import Path

from tests.settings import *

INSTALLED_APPS = ["benchmarks", *INSTALLED_APPS]
ROOT_URLCONF = "benchmarks.urls"
# A certificate is drawn by the worker, not by the request that earned it.
TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
DATABASES["default"]["TEST"] = {"MIGRATE": False}  # a model without migrations cannot stand on one with them
# Pictures on disk, beside the database: the site that is served for the browser has them too.
MEDIA_ROOT = Path(os.environ["LMS_BENCH_DATABASE"]).parent / "media"
STORAGES = {
    **STORAGES,
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Certificates too: what a ZIP of them holds in memory is measured.
    "lms_private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": MEDIA_ROOT.with_name("private")},
    },
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["TEST"]["NAME"] = os.environ["LMS_BENCH_DATABASE"]
