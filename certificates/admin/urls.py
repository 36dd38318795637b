"""Everything about certificates in the CMS, under `/admin/certificates/`."""

from django.urls import URLPattern

app_name = "lms_certificates_admin"

urlpatterns: list[URLPattern] = []
