"""Trying it out: `make run`. Demo accounts work here and nowhere else."""

import os

from .. import DEMO_PASSPHRASE
from .base import *

DATA_DIR.mkdir(exist_ok=True)
DEBUG = True
SECRET_KEY = "only-for-trying-it-out-on-this-machine-never-on-a-real-site"  # noqa: S105 - not a secret on purpose
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *filter(None, os.environ.get("LMS_HOSTS", "").split(","))]
AUTHENTICATION_BACKENDS = [
    AUTHENTICATION_BACKENDS[0],
    "content_seed.backends.DemoBackend",
    *AUTHENTICATION_BACKENDS[1:],
]

LMS_PUBLIC_BASE_URL = os.environ.get("LMS_PUBLIC_BASE_URL", f"http://127.0.0.1:{os.environ.get('PORT', '8000')}")
WAGTAILADMIN_BASE_URL = LMS_PUBLIC_BASE_URL
CSRF_TRUSTED_ORIGINS = [LMS_PUBLIC_BASE_URL]
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"

# `make run` makes them (lms/standalone/serve.py), so that the demo's certificates are signed. Nobody trusts them.
DEMO_KEYS = DATA_DIR / "keys"
os.environ.setdefault("LMS_DEMO_PASSPHRASE", DEMO_PASSPHRASE)
if (DEMO_KEYS / "signing.p12").exists():
    LMS_CERT_SIGNING = {
        "P12": DEMO_KEYS / "signing.p12",
        "CREDENTIAL_KEY": DEMO_KEYS / "credential-key.pem",
        "PASSPHRASE_ENV": "LMS_DEMO_PASSPHRASE",
    }
