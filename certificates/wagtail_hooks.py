from django.urls import include, path
from wagtail import hooks
from wagtail.snippets.models import register_snippet

from .admin import urls as admin_urls
from .admin.home import add_panel
from .admin.menu import certificates_menu_item
from .checks import readiness
from .evidence import completion_evidence
from .reader_urls import urlpatterns
from .shop import shop_panel
from .template_admin.viewset import CertificateTemplateViewSet

hooks.register("register_completion_evidence", completion_evidence)
hooks.register("lms_reader_urls", lambda: urlpatterns)
hooks.register("register_admin_urls", lambda: [path("certificates/", include(admin_urls))])
hooks.register("register_readiness", readiness)
hooks.register("construct_homepage_panels", add_panel)
register_snippet(CertificateTemplateViewSet)
hooks.register("register_lms_training_menu_item", certificates_menu_item)
hooks.register("lms_shop_panels", shop_panel)
