"""The tests' settings on a database in a file, with two models of the benchmark's own to compare with."""

import os

from tests.settings import *

INSTALLED_APPS = ["benchmarks", *INSTALLED_APPS]
ROOT_URLCONF = "benchmarks.urls"
# A certificate is drawn by the worker, not by the request that earned it.
TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
DATABASES["default"]["TEST"] = {"MIGRATE": False}  # a model without migrations cannot stand on one with them
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["TEST"]["NAME"] = os.environ["LMS_BENCH_DATABASE"]
