from csp.decorators import csp_replace
from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.conf.urls.static import static
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls
from wagtail.utils.urlpatterns import decorate_urlpatterns

from .views import start

# Wagtail's editors still write scripts and styles into the page; nothing else there comes from outside either.
decorate_urlpatterns(
    wagtailadmin_urls.urlpatterns,
    csp_replace(
        {
            "script-src": ["'self'", "'unsafe-inline'"],
            "style-src": ["'self'", "'unsafe-inline'"],
            "img-src": ["'self'", "data:", "blob:"],
            "frame-src": ["'self'"],
        }
    ),
)

urlpatterns = [
    path("", include(([path("", start, name="start")], "lms_site"))),
    path("", include("lms.urls")),
    path("intyg/", include("certificates.urls")),
    path("", include("certificates.well_known_urls")),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    # Pictures only: documents go through the view above, which asks who may read them.
    *static(f"{settings.MEDIA_URL}images/", document_root=settings.MEDIA_ROOT / "images"),
    *static(f"{settings.MEDIA_URL}original_images/", document_root=settings.MEDIA_ROOT / "original_images"),
    *i18n_patterns(path("", include(wagtail_urls)), prefix_default_language=False),
]

handler404 = "lms.standalone.views.page_not_found"
handler500 = "lms.standalone.views.server_error"
