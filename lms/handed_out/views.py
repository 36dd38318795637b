from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import ListView, TemplateView, View

from courses.models import Course

from ..access import LEADERS, reports_in_reach
from ..admin.base import ActionView, AdminPage, LeaderMixin
from ..models import HandedOutReport
from ..reports.cells import known_text
from ..wording import day_text
from . import actions
from .building import AT_ONCE, chosen_workplace, foreseen, to_save, topmost
from .forms import HandOutForm
from .selection import Selection, address_of

MATRIX = (gettext_lazy("Training matrix"), "lms_training_matrix")
REPORTS = (gettext_lazy("Handed-out reports"), "lms_admin:handed_out")

#: A worker that has not begun by then may not be there.
PATIENCE = 10

State = HandedOutReport.State


class HandOut(ActionView):
    """Choose the form of what the matrix shows. Nothing is made or kept before the button is pressed."""

    template_name = "lms/handed_out/hand_out.html"
    page_title = gettext_lazy("Hand out a report")
    submit_label = gettext_lazy("Make the report")
    form_class = HandOutForm
    header_icon = "download"
    roles = LEADERS
    parents = (MATRIX,)

    @cached_property
    def selection(self):
        return Selection(self.request.user, self.request.GET.urlencode())

    def get_initial(self):
        return {
            **super().get_initial(),
            **{name: self.request.GET[name] for name in ("format",) if name in self.request.GET},
        }

    def act(self, data):
        self.report = actions.hand_out(
            selection=self.selection,
            kind=data["format"],
            with_names=data["contents"] == HandOutForm.NAMES,
            purpose=data["purpose"],
            form_id=data["form_id"],
            actor=self.request.user,
        )
        return ""

    def get_success_url(self):
        return reverse("lms_admin:handed_out_report", args=[self.report.uuid])

    def get_context_data(self, **kwargs):
        selection, query = self.selection, self.request.GET.copy()
        for name in ("p", "export", "format"):
            query.pop(name, None)
        return {
            **super().get_context_data(**kwargs),
            "submit_button_active_label": _("Making the report …"),
            "told": told_of(selection),
            "is_large": foreseen(selection, HandedOutReport.Format.XLSX) > AT_ONCE,
            "query": query.urlencode(),
        }


def told_of(selection):
    """What a report of the choice would be of: (what, words)."""
    chosen, fields = selection.chosen, selection.filter_form.fields
    reach = [place] if (place := chosen_workplace(selection)) else topmost(selection.workplaces)
    known = known_text(selection.known) if selection.known else _("now")
    told = [
        (_("Where"), ", ".join(place.name for place in reach)),
        (_("As of"), day_text(selection.day)),
        (_("As known until"), known),
    ]
    course = Course.objects.filter(pk=chosen.get("course") or 0).first()
    words = {
        "role": chosen.get("role"),
        "course": course and course.title,
        "only": dict(fields["only"].choices).get(chosen.get("only")) if chosen.get("only") else "",
        "q": chosen.get("q"),
    }
    return [*told, *((fields[name].label, shown) for name, shown in words.items() if shown)]


class HandedOutList(AdminPage, ListView):
    """What has been handed out: one's own, and for a project leader all that is of workplaces in reach."""

    template_name = "lms/handed_out/list.html"
    page_title = REPORTS[0]
    header_icon = "download"
    roles = LEADERS
    parents = (MATRIX,)
    paginate_by = 50

    def get_queryset(self):
        return reports_in_reach(self.request.user).select_related("made_by").prefetch_related("workplaces")


class ReportMixin:
    """The report in the address, if the visitor may open it; 404 otherwise."""

    roles = LEADERS

    def dispatch(self, request, *args, **kwargs):
        self.report = get_object_or_404(reports_in_reach(request.user).select_related("made_by"), uuid=kwargs["report"])
        return super().dispatch(request, *args, **kwargs)

    def back(self):
        return HttpResponseRedirect(reverse("lms_admin:handed_out_report", args=[self.report.uuid]))


class ReportPage(ReportMixin, AdminPage, TemplateView):
    """How far it has come, or the file and what it said."""

    template_name = "lms/handed_out/report.html"
    header_icon = "download"

    def get_page_title(self):
        return _("Report %(number)s") % {"number": self.report.number}

    def get_parents(self):
        return [(label, reverse(name)) for label, name in (MATRIX, REPORTS)]

    def get_context_data(self, **kwargs):
        report = self.report
        waited = (timezone.now() - report.moved_on_at).total_seconds()
        return {
            **super().get_context_data(**kwargs),
            "report": report,
            "told": told_of(Selection(self.request.user, address_of(report))) if report.is_done else [],
            "query": address_of(report),
            "has_waited": report.state == State.WAITING and waited > PATIENCE,
            "has_died": report.state == State.RUNNING and waited > actions.SILENCE.total_seconds(),
        }

    def render_to_response(self, context, **kwargs):
        response = super().render_to_response(context, **kwargs)
        patch_cache_control(response, private=True, no_store=True)
        return response


class ReportFile(ReportPage):
    """The file as it was handed out; a page that says so where it is no longer that."""

    def get(self, request, *args, **kwargs):
        if not self.report.is_done:
            return self.back()
        try:
            file = actions.unchanged_file(self.report)
        except actions.NotAsHandedOutError:
            return self.render_to_response({**self.get_context_data(), "is_changed": True}, status=409)
        return to_save(file, kind=self.report.format, name=f"{self.report.day}-{self.report.number}")


class MakeReport(ReportMixin, LeaderMixin, View):
    """What stopped is tried again; what no worker comes for is made in this request.

    Until it has been made a report is open to whoever asked for it alone.
    """

    http_method_names = ["post"]

    def post(self, request, **kwargs):
        if self.report.state == State.STOPPED:
            actions.try_again(report=self.report)
        else:
            actions.carry_out(self.report.pk)
        return self.back()
