"""Everything about certificates in the CMS, under `/admin/certificates/`."""

from django.urls import path

from .checking import CheckCertificate

app_name = "lms_certificates_admin"

urlpatterns = [
    path("check/", CheckCertificate.as_view(), name="check"),
]
