"""Archives: all certificates as a ZIP to be kept elsewhere, and the word of a leader that it is."""

from django.db.models import Count
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView

from lms.admin.base import AdminPage, ConfirmView

from ..archive import approve_archive, archives_in_reach, certificates_to_keep, not_archived, stream_archive

ARCHIVES = (gettext_lazy("Archive of certificates"), "lms_certificates_admin:archives")


class Archives(AdminPage, TemplateView):
    template_name = "lms_certificates/admin/archives.html"
    page_title = ARCHIVES[0]
    header_icon = "download"
    explanation = gettext_lazy(
        "Fetch all certificates as a ZIP, with a list and the checksum of each file. Keep it in your archive, and then "
        "approve it here. A person’s certificates must be in an approved archive before the person can be erased."
    )

    def get_context_data(self, **kwargs):
        certificates = certificates_to_keep(self.request.user)
        return {
            **super().get_context_data(**kwargs),
            "number": certificates.count(),
            "left": not_archived(certificates).count(),
            "archives": archives_in_reach(self.request.user)
            .select_related("made_by", "approved_by")
            .annotate(number=Count("certificates"))[:50],
        }

    def post(self, request, *args, **kwargs):
        """Makes one: a file with names in it, and a row that tells of it."""
        pieces = stream_archive(certificates_to_keep(request.user), actor=request.user)
        response = StreamingHttpResponse(pieces, content_type="application/zip")
        name = f"intygsarkiv-{timezone.localtime():%Y-%m-%d-%H%M}.zip"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        patch_cache_control(response, private=True, no_store=True)
        return response


class ApproveArchive(ConfirmView):
    page_title = gettext_lazy("Approve the archive")
    header_icon = "download"
    parents = (ARCHIVES,)
    confirm_label = gettext_lazy("It is kept: approve")
    success_url = reverse_lazy("lms_certificates_admin:archives")

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.archive = get_object_or_404(archives_in_reach(request.user), uuid=kwargs["archive"])

    def foresee(self, data):
        number = self.archive.certificates.count()
        words = ngettext(
            "You say that the file with %(number)s certificate is kept in your archive.",
            "You say that the file with %(number)s certificates is kept in your archive.",
            number,
        )
        return [
            words % {"number": number},
            _("Its checksum (SHA-256) is %(checksum)s. Compare it with the file that you have kept.")
            % {"checksum": self.archive.sha256},
            _("After that, those whom the certificates are about can be erased here."),
        ]

    def act(self, data):
        approve_archive(archive=self.archive, actor=self.request.user)
        return _("The archive is approved.")
