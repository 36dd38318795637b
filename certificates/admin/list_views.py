"""The leader's list of certificates, and those that are missing."""

import re
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView
from wagtail.admin import messages

from lms.access import LEADERS, may_lead, workplaces_in_reach
from lms.admin.base import AdminPage

from ..bulk import issue_many
from ..reach import MANAGERS, certificates_in_reach, certificates_to_manage, owed_in_reach
from .filters import LATEST_FIRST, CertificateFilterForm, in_order

CERTIFICATES = (gettext_lazy("Certificates"), "lms_certificates_admin:list")
ICON = "doc-full-inverse"


class CertificateFilter:
    """What the filter in the address leaves of the certificates in reach."""

    request: Any

    @cached_property
    def filter_form(self) -> CertificateFilterForm:
        reach = workplaces_in_reach(self.request.user, LEADERS)
        return CertificateFilterForm(self.request.GET, workplaces=reach)

    @property
    def query(self) -> str:
        """The filter and the order as they stand in the address, without the page."""
        query = self.request.GET.copy()
        query.pop("p", None)
        return query.urlencode()


class CertificateList(CertificateFilter, AdminPage, TemplateView):
    template_name = "lms_certificates/admin/list.html"
    page_title = CERTIFICATES[0]
    header_icon = ICON
    roles = LEADERS
    explanation = gettext_lazy("All certificates of people and workplaces that you lead. Choose a name to see one.")
    what_managers_do = gettext_lazy(
        "All certificates of people and workplaces that you lead. Choose a name to see one, correct it, revoke it or "
        "send it again."
    )
    per_page = 50

    def get_context_data(self, **kwargs):
        everything = certificates_in_reach(self.request.user)
        found = in_order(self.filter_form.narrow(everything), self.request.GET.get("sort", ""))
        page = Paginator(found, self.per_page).get_page(self.request.GET.get("p"))
        may_manage = may_lead(self.request.user, *MANAGERS)
        mine = certificates_to_manage(self.request.user).order_by().values("pk")
        return {
            **super().get_context_data(**kwargs),
            **({"explanation": self.what_managers_do} if may_manage else {}),
            "filter_form": self.filter_form,
            "certificates": page,
            "headings": self._headings(),
            "query": self.query,
            "none_at_all": not page.paginator.count and not everything.exists(),
            "may_manage": may_manage,
            "manageable": found.order_by().filter(pk__in=mine).count() if may_manage else 0,
        }

    def _headings(self):
        """Of each column that can be sorted: its words, where it leads, and how it is sorted now."""
        now = self.request.GET.get("sort", LATEST_FIRST)
        headings = []
        for key, label in (
            ("name", _("Name")),
            ("title", _("Course, programme or workplace")),
            ("issued", _("Issued")),
            ("until", _("Valid through")),
        ):
            query = self.request.GET.copy()
            query.pop("p", None)
            query["sort"] = f"-{key}" if now == key else key
            way = {key: "ascending", f"-{key}": "descending"}.get(now, "")
            headings.append({"label": label, "heading": {"query": query.urlencode(), "sorted": way}})
        return headings


class Missing(AdminPage, TemplateView):
    """Those who have completed a course and have no certificate of it, though they should have."""

    http_method_names = ["get", "post"]
    template_name = "lms_certificates/admin/missing.html"
    page_title = gettext_lazy("Without certificate")
    header_icon = ICON
    roles = MANAGERS
    parents = (CERTIFICATES,)
    explanation = gettext_lazy(
        "Those who have completed a course and have no certificate of it: the course was completed before certificates "
        "were issued here, for instance. A certificate is otherwise issued by itself."
    )
    per_page = 50

    def get_context_data(self, **kwargs):
        found = owed_in_reach(self.request.user)
        return {
            **super().get_context_data(**kwargs),
            "completions": Paginator(found, self.per_page).get_page(self.request.GET.get("p")),
        }

    def post(self, request, **kwargs):
        found = owed_in_reach(request.user)
        if request.POST.get("which") != "all":
            sent = request.POST.getlist("completion")
            found = found.filter(pk__in=[int(key) for key in sent if re.fullmatch(r"[0-9]{1,18}", key)])
        keys = list(found.values_list("pk", flat=True))
        if not keys:
            messages.warning(request, _("Tick at least one person, or choose all."))
        elif issue_many(completions=keys, actor=request.user):
            told = ngettext("%(number)s certificate is issued.", "%(number)s certificates are issued.", len(keys))
            messages.success(request, told % {"number": len(keys)})
        else:
            told = _("%(number)s certificates are being issued in the background. Those that are left stand here.")
            messages.success(request, told % {"number": len(keys)})
        return HttpResponseRedirect(reverse("lms_certificates_admin:missing"))
