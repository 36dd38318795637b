"""Somebody else's Wagtail site, with only what README.md says must be added for Lärpunkt."""

from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
SECRET_KEY = "the-host-sites-own-secret-key-which-is-long-enough"
DEBUG = False
ALLOWED_HOSTS = ["testserver"]
ROOT_URLCONF = "host.urls"
AUTH_USER_MODEL = "people.Person"
LANGUAGE_CODE = "sv"
TIME_ZONE = "Europe/Stockholm"
USE_TZ = True
STATIC_URL = "/static/"
MEDIA_ROOT, MEDIA_URL = BASE / "media", "/media/"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "people",
    "host",
    # Lärpunkt
    "content_seed",
    "certificates",
    "lms",
    "courses",
    "axes",
    "wagtail.contrib.settings",
    # what the site had before
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "lms.middleware.LearnerMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "axes.middleware.AxesMiddleware",
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": BASE / "db.sqlite3",
        "OPTIONS": {"transaction_mode": "IMMEDIATE"},
    }
}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "lms_private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": BASE / "private"},
    },
}
WAGTAIL_SITE_NAME = "Byns egen webb"
WAGTAILADMIN_BASE_URL = LMS_PUBLIC_BASE_URL = "https://byn.example"
WAGTAILDOCS_EXTENSIONS = ["pdf", "docx"]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
LOGIN_URL = "lms:sign_in"
