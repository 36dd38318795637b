"""Certificates that wait for a leader: many are ticked, and approved or declined together."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseRedirect
from django.urls import reverse_lazy
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView, View

from lms.access import LEADERS, staff_to_manage
from lms.admin.base import ActionView, AdminPage, LeaderMixin

from ..waiting import approve, decline, waiting
from .rule_forms import DeclineForm

WAITING = (gettext_lazy("Certificates to approve"), "lms_certificates_admin:waiting")


class WaitingList(AdminPage, TemplateView):
    template_name = "lms_certificates/admin/waiting.html"
    page_title = WAITING[0]
    header_icon = "clipboard-list"
    roles = LEADERS
    explanation = gettext_lazy(
        "Of these courses and programmes a leader approves each certificate. What you approve is issued at once."
    )
    per_page = 50

    def get_context_data(self, **kwargs):
        found = waiting(staff_to_manage(self.request.user, self.roles))
        left = [one for one in found if one.declined is None]
        return {
            **super().get_context_data(**kwargs),
            "waiting": Paginator(left, self.per_page).get_page(self.request.GET.get("p")),
            "declined": [one for one in found if one.declined],
        }


class Approve(LeaderMixin, View):
    http_method_names = ["post"]
    roles = LEADERS

    def post(self, request):
        keys = request.POST.getlist("key")
        if not keys:
            messages.warning(request, _("Choose at least one."))
        elif number := len(approve(keys=keys, actor=request.user)):
            words = ngettext("%(number)s certificate is issued.", "%(number)s certificates are issued.", number)
            messages.success(request, words % {"number": number})
        else:
            messages.info(request, _("That is settled already."))
        return HttpResponseRedirect(reverse_lazy("lms_certificates_admin:waiting"))


class Decline(ActionView):
    """Asks why of all that were ticked, and says no to them."""

    http_method_names = ["post"]
    page_title = gettext_lazy("Do not approve")
    header_icon = "clipboard-list"
    roles = LEADERS
    parents = (WAITING,)
    form_class = DeclineForm
    submit_label = gettext_lazy("Do not approve")
    success_url = reverse_lazy("lms_certificates_admin:waiting")
    explanation = gettext_lazy("No certificate is issued. The course stays completed, and you can approve it later.")

    @cached_property
    def person(self):
        """Whom it is about, above the form."""
        asked = set(self.request.POST.getlist("key"))
        found = waiting(staff_to_manage(self.request.user, self.roles))
        return ", ".join(f"{one.staff.full_name} · {one.title}" for one in found if one.key in asked)

    def post(self, request, *args, **kwargs):
        keys = request.POST.getlist("key")
        if not keys:
            messages.warning(request, _("Choose at least one."))
            return HttpResponseRedirect(self.get_success_url())
        if "reason" not in request.POST:
            form = DeclineForm(initial={"key": keys})
            return self.render_to_response(self.get_context_data(form=form))
        return super().post(request, *args, **kwargs)

    def act(self, data):
        number = decline(keys=data["key"], reason=data["reason"], actor=self.request.user)
        if not number:
            return _("That is settled already.")
        words = ngettext("%(number)s is not approved.", "%(number)s are not approved.", number)
        return words % {"number": number}
