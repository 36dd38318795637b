"""A real site. Everything that differs between sites comes from the environment; what is missing stops the start.

Every variable is described in README.md, "Run it".
"""

import os
from pathlib import Path

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from .base import *


def required(name):
    try:
        return os.environ[name]
    except KeyError as error:
        raise ImproperlyConfigured(f"Set the environment variable {name} (see README.md, 'Run it').") from error


DEBUG = False
SECRET_KEY = required("LMS_SECRET_KEY")
LMS_PUBLIC_BASE_URL = required("LMS_PUBLIC_BASE_URL").rstrip("/")
WAGTAILADMIN_BASE_URL = LMS_PUBLIC_BASE_URL
ALLOWED_HOSTS = required("LMS_HOSTS").split(",")
CSRF_TRUSTED_ORIGINS = [LMS_PUBLIC_BASE_URL]
SECRET_KEY_FALLBACKS = [key for key in os.environ.get("LMS_OLD_SECRET_KEYS", "").split(",") if key]

if url := os.environ.get("DATABASE_URL"):
    DATABASES["default"] = {**dj_database_url.parse(url, conn_health_checks=True)}
    if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
        # A restarted database fails no request only with health checks on (measured, docs/decisions/0003).
        DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {"min_size": 1, "max_size": 8}

DATA_DIR = Path(os.environ.get("LMS_DATA_DIR", DATA_DIR))
if not url:
    DATABASES["default"]["NAME"] = DATA_DIR / "db.sqlite3"
STATIC_ROOT = DATA_DIR / "static"
MEDIA_ROOT = DATA_DIR / "media"
STORAGES["lms_private"]["OPTIONS"]["location"] = DATA_DIR / "private"
STORAGES["staticfiles"] = {"BACKEND": "lms.standalone.staticfiles.HashedFiles"}
MIDDLEWARE.insert(1, "whitenoise.middleware.WhiteNoiseMiddleware")

# The keys that certificates are signed with: files, never in the database or the checkout. See docs/certificates.md.
if p12 := os.environ.get("LMS_CERT_P12"):
    LMS_CERT_SIGNING = {
        "P12": p12,
        "PASSPHRASE_ENV": "LMS_CERT_PASSPHRASE",
        "CREDENTIAL_KEY": os.environ.get("LMS_CERT_CREDENTIAL_KEY"),
        "TSA_URL": os.environ.get("LMS_CERT_TSA_URL"),
    }

if cache := os.environ.get("LMS_CACHE_URL"):
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": cache}}

# How many proxies of yours stand in front: who is asking is read from behind them.
LMS_PROXIES = int(os.environ.get("LMS_PROXIES", "1"))
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if LMS_PROXIES else None

SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]  # asked from the machine itself
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
if host := os.environ.get("LMS_EMAIL_HOST"):
    EMAIL_HOST = host  # named, even if it is localhost: otherwise no link is offered by e-mail
EMAIL_PORT = int(os.environ.get("LMS_EMAIL_PORT", "25"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("LMS_EMAIL_FROM", "larpunkt@localhost")
EMAIL_HOST_USER = os.environ.get("LMS_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("LMS_EMAIL_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("LMS_EMAIL_TLS", "") == "1"
