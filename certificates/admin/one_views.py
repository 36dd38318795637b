"""One certificate: what it is, what has happened to it, and what can be done about it."""

from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from lms.access import LEADERS, staff_in_reach
from lms.admin.base import AdminPage, AskFirstView, ConfirmView, LeaderMixin
from lms.qr import as_svg
from lms.rehearsal import rehearse

from .. import issuing, letters
from ..models import Certificate, RevocationReason
from ..reach import MANAGERS, certificates_in_reach, certificates_to_manage
from ..views import pdf_response
from .differences import differences
from .history import history
from .list_views import CERTIFICATES, ICON


class CertificateMixin:
    """The certificate in the address, if it is in this leader's reach; 404 otherwise."""

    certificate: Certificate
    header_icon = ICON

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)  # type: ignore[misc]
        found = self.get_certificates(request.user).select_related("staff", "superseded_by", "completion", "design")
        self.certificate = get_object_or_404(found, uuid=kwargs["certificate"])

    def get_certificates(self, user: Any) -> Any:
        return certificates_to_manage(user)

    def get_success_url(self) -> str:
        return reverse("lms_certificates_admin:certificate", args=[self.certificate.uuid])

    def get_parents(self) -> list[tuple[Any, str]]:
        return [(CERTIFICATES[0], reverse(CERTIFICATES[1])), (self.certificate.printed_serial, self.get_success_url())]

    @property
    def whom(self) -> str:
        """Whose, of what and which, as it is said before an act."""
        own = self.certificate
        return " · ".join(filter(None, [own.holder_name, own.title, own.printed_serial]))


class CertificatePage(CertificateMixin, AdminPage, TemplateView):
    template_name = "lms_certificates/admin/certificate.html"
    roles = LEADERS

    def get_certificates(self, user):
        return certificates_in_reach(user)

    def get_page_title(self):
        return self.certificate.holder_name or _("A certificate of somebody who has been erased")

    def get_parents(self):
        return super().get_parents()[:1]

    def get_context_data(self, **kwargs):
        own, user = self.certificate, self.request.user
        near = certificates_in_reach(user)
        may_manage = certificates_to_manage(user).filter(pk=own.pk).exists()
        return {
            **super().get_context_data(**kwargs),
            "certificate": own,
            "state": own.state.value,
            "lines": history(own),
            # Another's reach may begin in between: what has gone on to another person, for instance.
            "before": near.filter(superseded_by=own).first(),
            "after": near.filter(pk=own.superseded_by_id).first() if own.superseded_by_id else None,
            "person": staff_in_reach(user).filter(pk=own.staff_id).first() if own.staff_id else None,
            "may_manage": may_manage,
            "may_issue_again": may_manage and may_be_issued_again(own),
            "qr": as_svg(own.verification_url, _("QR code: leads to where the certificate is checked")),
        }

    def render_to_response(self, context, **kwargs):
        response = super().render_to_response(context, **kwargs)
        patch_cache_control(response, private=True, no_store=True)
        return response


class CertificateFile(CertificateMixin, LeaderMixin, View):
    """The file as it was issued, to be saved or, with `?print`, to be shown and printed."""

    roles = LEADERS

    def get_certificates(self, user):
        return certificates_in_reach(user)

    def get(self, request, **kwargs):
        own = self.certificate
        if not own.holder_name:
            return HttpResponse(status=404)
        return pdf_response(request, own, inline="print" in request.GET)


class Correct(CertificateMixin, ConfirmView):
    """A new certificate with what is right now takes its place. What will differ is found out by doing it."""

    roles = MANAGERS
    page_title = gettext_lazy("Correct the certificate")
    confirm_label = gettext_lazy("Issue the corrected certificate")
    new: Certificate | None = None
    could_not = ""

    def foresee(self, data):
        if not self.certificate.is_current:
            self.could_not = _("It no longer counts, so it cannot be corrected.")
            return []
        try:
            new, _entries = rehearse(lambda: issuing.replace(certificate=self.certificate, actor=self.request.user))
        except ValueError:
            self.could_not = _("What it rests on is no longer there, so a corrected one cannot be issued.")
            return []
        told = differences(self.certificate, new)
        return [
            *(
                told
                or [_("Nothing that is printed will differ. Change the name on the staff list first, for instance.")]
            ),
            _("A new certificate with a number of its own is issued today. The holder finds it among their own."),
            _("The old one stays as it was, and says to everyone who checks it that it has been replaced."),
            _("This cannot be undone. If it becomes wrong, correct the new one."),
        ]

    def get_context_data(self, **kwargs):
        return {**super().get_context_data(**kwargs), "whom": self.whom, "could_not": self.could_not}

    def act(self, data):
        if self.could_not:
            raise forms.ValidationError(self.could_not)
        self.new = issuing.replace(certificate=self.certificate, actor=self.request.user)
        return _("The corrected certificate is issued.")

    def get_success_url(self):
        shown = self.new or self.certificate
        return reverse("lms_certificates_admin:certificate", args=[shown.uuid])


class RevokeForm(forms.Form):
    """Everyone who checks the certificate reads the reason: so there are few, and none tells of the person."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        choices=[(reason.value, reason.label) for reason in (RevocationReason.ISSUER, RevocationReason.MISTAKE)],
        widget=forms.RadioSelect,
        initial=RevocationReason.ISSUER,
        help_text=gettext_lazy("It is shown to everyone who checks the certificate."),
    )


def what_revoking_means(reason: str = "") -> list[str]:
    told = _("From now on everyone who checks it reads that it is revoked, and why.")
    why = _("The reason that they read: %(reason)s.") % {"reason": RevocationReason(reason).label} if reason else ""
    return [
        " ".join(filter(None, [told, why])),
        _("The holder can no longer download it. Copies that are out, on paper or saved, are not taken away."),
        _("That the course is completed stays as it is. If it was recorded by mistake, take back the completion "
          "instead: then the certificate is revoked with it."),
        _("This cannot be undone. If it becomes wrong, issue a new one."),
    ]  # fmt: skip


class Revoke(CertificateMixin, AskFirstView):
    roles = MANAGERS
    page_title = gettext_lazy("Revoke the certificate")
    form_class = RevokeForm
    confirm_label = gettext_lazy("Revoke the certificate")
    template_name = "lms_certificates/admin/revoke.html"
    confirm_template_name = "lms_certificates/admin/confirm_revoke.html"

    def foresee(self, data):
        return what_revoking_means(data["reason"])

    def get_context_data(self, **kwargs):
        nothing = "" if self.certificate.is_current else _("It no longer counts already.")
        return {
            **super().get_context_data(**kwargs),
            "whom": self.whom,
            "could_not": nothing,
            "back": self.get_success_url(),
        }

    def act(self, data):
        issuing.revoke(certificate=self.certificate, reason=data["reason"], actor=self.request.user)
        return _("The certificate is revoked.")


def may_be_issued_again(certificate: Certificate) -> bool:
    """A revoked one of a course that is still completed, and has no other."""
    completion = certificate.completion
    return bool(
        certificate.revoked_at
        and not certificate.superseded_by_id
        and completion
        and completion.voided_at is None
        and not Certificate.objects.current().filter(completion=completion).exists()
    )


class IssueAgain(CertificateMixin, ConfirmView):
    """What was revoked by mistake: a new one. The revoked stays revoked."""

    roles = MANAGERS
    page_title = gettext_lazy("Issue a new certificate")
    confirm_label = gettext_lazy("Issue a new certificate")
    new: Certificate | None = None

    def foresee(self, data):
        return [
            _("A new certificate with a number of its own is issued today, with the name on the staff list."),
            _("The revoked one stays revoked."),
        ]

    def get_context_data(self, **kwargs):
        nothing = _("There is nothing to issue: the course is not completed any more, or there is a certificate.")
        could_not = "" if may_be_issued_again(self.certificate) else nothing
        return {**super().get_context_data(**kwargs), "whom": self.whom, "could_not": could_not}

    def act(self, data):
        with transaction.atomic():
            completion = issuing.still_standing().filter(certificates=self.certificate).first()
            if completion is None or not may_be_issued_again(self.certificate):
                raise forms.ValidationError(
                    _("There is a certificate already, or the course is not completed any more.")
                )
            self.new = issuing.issue(completion=completion, actor=self.request.user)
        return _("The new certificate is issued.")

    def get_success_url(self):
        shown = self.new or self.certificate
        return reverse("lms_certificates_admin:certificate", args=[shown.uuid])


class Send(CertificateMixin, ConfirmView):
    """A letter with a link to the holder's e-mail."""

    roles = MANAGERS
    page_title = gettext_lazy("Send the certificate again")
    confirm_label = gettext_lazy("Send the letter")

    def foresee(self, data):
        staff = self.certificate.staff
        if staff is None or letters.why_not(self.certificate):
            return []
        return [
            _("An e-mail goes to %(address)s, the address on the staff list.") % {"address": staff.email},
            _("It holds a link to the certificate, where it can be seen and downloaded for %(days)s days.")
            % {"days": letters.LINK_LASTS.days},
        ]

    def get_context_data(self, **kwargs):
        return {
            **super().get_context_data(**kwargs),
            "whom": self.whom,
            "could_not": letters.why_not(self.certificate),
        }

    def act(self, data):
        letters.ask_to_send(certificate=self.certificate, actor=self.request.user)
        return _("The letter is on its way. The history says when it has left.")
