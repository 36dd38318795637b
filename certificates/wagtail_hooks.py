from django.urls import include, path
from wagtail import hooks

from .admin import urls as admin_urls
from .checks import readiness
from .evidence import completion_evidence
from .reader_urls import urlpatterns

hooks.register("register_completion_evidence", completion_evidence)
hooks.register("lms_reader_urls", lambda: urlpatterns)
hooks.register("register_admin_urls", lambda: [path("certificates/", include(admin_urls))])
hooks.register("register_readiness", readiness)
