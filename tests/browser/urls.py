"""The standalone site's addresses, and pictures, which a web server hands out in production."""

from django.conf import settings
from django.urls import path
from django.views.static import serve

from lms.standalone.urls import urlpatterns as site


def media(request, path):
    return serve(request, path, document_root=settings.MEDIA_ROOT)


urlpatterns = [path("media/<path:path>", media), *site]
