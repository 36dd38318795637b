from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

urlpatterns = [
    path("larande/", include("lms.urls")),
    path("bevis/", include("certificates.urls")),
    path("", include("certificates.well_known_urls")),
    path("cms/", include(wagtailadmin_urls)),
    path("dokument/", include(wagtaildocs_urls)),
    path("", include(wagtail_urls)),
]
