"""Everything about certificates in the CMS, under `/admin/certificates/`."""

from django.urls import path

from . import bulk_views, list_views, one_views
from .checking import CheckCertificate

app_name = "lms_certificates_admin"

urlpatterns = [
    path("check/", CheckCertificate.as_view(), name="check"),
    path("", list_views.CertificateList.as_view(), name="list"),
    path("missing/", list_views.Missing.as_view(), name="missing"),
    path("zip/", bulk_views.FetchMany.as_view(), name="fetch_many"),
    path("revoke/", bulk_views.RevokeMany.as_view(), name="revoke_many"),
    path("<uuid:certificate>/", one_views.CertificatePage.as_view(), name="certificate"),
    path("<uuid:certificate>/file/", one_views.CertificateFile.as_view(), name="file"),
    path("<uuid:certificate>/correct/", one_views.Correct.as_view(), name="correct"),
    path("<uuid:certificate>/revoke/", one_views.Revoke.as_view(), name="revoke"),
    path("<uuid:certificate>/issue/", one_views.IssueAgain.as_view(), name="issue_again"),
    path("<uuid:certificate>/send/", one_views.Send.as_view(), name="send"),
]
