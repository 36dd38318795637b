"""A real site's settings, without the proxy that brings https to it."""

from lms.standalone.settings.production import *

SECURE_SSL_REDIRECT = False
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
