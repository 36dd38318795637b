"""Many certificates at once: those that were ticked in the list, or all that its filter leaves."""

import hashlib
import re
from typing import Any

from django.db import transaction
from django.http import HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView
from wagtail.admin import messages

from lms import ledger
from lms.admin.base import AdminPage
from lms.reports.exports import named

from ..bulk import AT_ONCE, DRAWN_AT_ONCE, draw_all, draw_some, revoke_many
from ..reach import MANAGERS, certificates_to_manage
from ..zipping import stream
from .filters import in_order
from .list_views import CERTIFICATES, ICON, CertificateFilter
from .one_views import RevokeForm, what_revoking_means

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
#: So many are told by name before they are revoked.
NAMED = 20


class Chosen(CertificateFilter, AdminPage, TemplateView):
    """By POST alone. Chosen are those whose uuid is sent, or with `which=all` what the filter in the address leaves;
    in either case of those that the leader may change."""

    http_method_names = ["post"]
    header_icon = ICON
    roles = MANAGERS
    parents = (CERTIFICATES,)

    @cached_property
    def chosen(self) -> Any:
        found = certificates_to_manage(self.request.user)
        if self.takes_all:
            return in_order(self.filter_form.narrow(found), self.request.GET.get("sort", ""))
        return in_order(found.filter(uuid__in=self.ticked), self.request.GET.get("sort", ""))

    @property
    def takes_all(self) -> bool:
        return self.request.POST.get("which") == "all"

    @cached_property
    def ticked(self) -> list[str]:
        """What can be a uuid of those that were sent."""
        sent = self.request.POST.getlist("certificate")
        return [key for key in dict.fromkeys(sent) if UUID.fullmatch(key)]

    def tell_who_is_left_out(self) -> None:
        if not self.takes_all and (left := len(self.ticked) - self.chosen.count()):
            told = ngettext(
                "%(number)s that you ticked is not yours to change, and is left out.",
                "%(number)s that you ticked are not yours to change, and are left out.",
                left,
            )
            messages.warning(self.request, told % {"number": left})

    def back(self):
        return HttpResponseRedirect(f"{reverse(CERTIFICATES[1])}?{self.query}")

    def nothing_chosen(self):
        messages.warning(self.request, _("Tick at least one certificate, or choose all."))
        return self.back()

    def get_context_data(self, **kwargs):
        return {
            **super().get_context_data(**kwargs),
            "query": self.query,
            "takes_all": self.takes_all,
            "ticked": [] if self.takes_all else self.ticked,
        }


class FetchMany(Chosen):
    """A ZIP of what is chosen. Many files that are missing are made in the background first."""

    template_name = "lms_certificates/admin/being_made.html"
    page_title = gettext_lazy("The files are being made")

    def post(self, request, **kwargs):
        number = self.chosen.count()
        if not number:
            return self.nothing_chosen()
        self.tell_who_is_left_out()
        missing = self.chosen.filter(sha256="").exclude(holder_name="")
        left, as_it_is = missing.count(), "as_it_is" in request.POST
        if left > DRAWN_AT_ONCE and not as_it_is:
            keys = list(missing.order_by().values_list("pk", flat=True))
            # The page that waits asks here again, and so it comes on also where no worker does.
            (draw_some if "wait" in request.POST else draw_all)(certificates=keys)
            left = missing.count()
        if left > DRAWN_AT_ONCE and not as_it_is:
            return self.render_to_response(self.get_context_data(number=number, left=left, made=number - left))
        with transaction.atomic():
            ledger.write("certificate.fetched_many", actor=request.user, subject=request.user, number=number)
        pieces = stream(self.chosen, draws=not as_it_is)
        name = f"intyg-{timezone.localdate().isoformat()}.zip"
        return named(StreamingHttpResponse(pieces, content_type="application/zip"), name)


class RevokeMany(Chosen):
    """Says first what it will do, and to whom."""

    template_name = "lms_certificates/admin/revoke_many.html"
    page_title = gettext_lazy("Revoke certificates")

    def post(self, request, **kwargs):
        current = self.chosen.current()
        self.tell_who_is_left_out()
        keys = list(current.values_list("pk", flat=True))
        if not self.chosen.exists():
            return self.nothing_chosen()
        if not keys:
            messages.warning(request, _("None of those that you chose counts any more. Nothing was changed."))
            return self.back()
        seal, seen = hashlib.sha256(repr(sorted(keys)).encode()).hexdigest(), request.POST.get("seen", "")
        form = RevokeForm(request.POST if seen else None)
        if not form.is_valid() or seen != seal:
            context = self.get_context_data(
                form=form,
                told=what_revoking_means(),
                number=len(keys),
                named=current[:NAMED],
                more=max(0, len(keys) - NAMED),
                has_changed=bool(seen) and seen != seal,
                in_background=len(keys) > AT_ONCE,
                seal=seal,
            )
            return self.render_to_response(context, status=422 if form.errors else 200)
        if revoke_many(certificates=keys, reason=form.cleaned_data["reason"], actor=request.user):
            told = ngettext("%(number)s certificate is revoked.", "%(number)s certificates are revoked.", len(keys))
        else:
            told = _("%(number)s certificates are being revoked in the background. Look at the list again in a while.")
        messages.success(request, told % {"number": len(keys)})
        return self.back()
