"""Everything about certificates in the CMS, under `/admin/certificates/`."""

from django.urls import path

from . import archive_views as archives
from . import bulk_views, list_views, one_views
from . import rule_views as rules
from . import waiting_views as waiting
from . import workplace_views as workplaces
from .checking import CheckCertificate

app_name = "lms_certificates_admin"

urlpatterns = [
    path("rules/", rules.RuleList.as_view(), name="rules"),
    path("rules/course/<int:course>/", rules.ChangeCourseRule.as_view(), name="course_rule"),
    path("rules/programme/<int:programme>/", rules.ChangeProgrammeRule.as_view(), name="programme_rule"),
    path("rules/workplaces/", rules.ChangeWorkplaceRule.as_view(), name="workplace_rule"),
    path("waiting/", waiting.WaitingList.as_view(), name="waiting"),
    path("waiting/approve/", waiting.Approve.as_view(), name="approve"),
    path("waiting/decline/", waiting.Decline.as_view(), name="decline"),
    path("workplaces/", workplaces.WorkplaceList.as_view(), name="workplaces"),
    path("workplaces/<int:workplace>/issue/", workplaces.IssueToWorkplace.as_view(), name="issue_to_workplace"),
    path("archives/", archives.Archives.as_view(), name="archives"),
    path("archives/<uuid:archive>/approve/", archives.ApproveArchive.as_view(), name="approve_archive"),
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
