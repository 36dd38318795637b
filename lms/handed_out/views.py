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

from ..access import LEADERS, may_lead, reports_in_reach, staff_to_manage
from ..admin.base import ActionView, AdminPage, ConfirmView, LeaderMixin
from ..models import HandedOutReport, Role
from ..reports.cells import known_text
from ..wording import day_text
from . import actions
from .building import AT_ONCE, chosen_workplace, foreseen, to_save, topmost
from .forms import HandOutForm
from .removal import may_name, removal_of, remove_file
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

    @cached_property
    def person(self):
        """Whom the reports may name, where `?person=` asks for somebody whose details this leader may change."""
        asked = self.request.GET.get("person", "")
        if not asked:
            return None
        people = staff_to_manage(self.request.user, (Role.PROJECT_LEADER,))
        return get_object_or_404(people, pk=asked if asked.isdecimal() and len(asked) < 12 else 0)

    def get_queryset(self):
        found = reports_in_reach(self.request.user).select_related("made_by").prefetch_related("workplaces")
        return found.filter(pk__in=may_name(self.person).values("pk")) if self.person else found


class ReportMixin:
    """The report in the address, if the visitor may open it; 404 otherwise."""

    roles: tuple[str, ...] = LEADERS

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
            "removal": removal_of(report) if report.is_removed else None,
            "may_remove": report.is_done and may_lead(self.request.user, Role.PROJECT_LEADER),
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
        if not self.report.is_done or self.report.is_removed:
            return self.back()
        try:
            file = actions.unchanged_file(self.report)
        except actions.NotAsHandedOutError:
            return self.render_to_response({**self.get_context_data(), "is_changed": True}, status=409)
        return to_save(file, kind=self.report.format, name=f"{self.report.day}-{self.report.number}")


class RemoveFile(ReportMixin, ConfirmView):
    """The file is removed and the rest stays. It says what that means before."""

    roles = (Role.PROJECT_LEADER,)
    header_icon = "bin"
    confirm_label = gettext_lazy("Remove the file")

    def get_page_title(self):
        return _("Remove the file of report %(number)s") % {"number": self.report.number}

    def get_parents(self):
        return [(label, reverse(name)) for label, name in (MATRIX, REPORTS)]

    def get_success_url(self):
        return reverse("lms_admin:handed_out_report", args=[self.report.uuid])

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        nothing = not self.report.is_done or self.report.is_removed
        return {**context, "could_not": _("There is no file to remove.")} if nothing else context

    def foresee(self, data):
        return [
            _("The file is taken away, and nobody can fetch it again. This cannot be undone."),
            _("That it was handed out stays: by whom, when, what for, its figures, its checksum and its seal."),
            _("Copies that others have been given are not taken away by this."),
            _("A report may be an official document. Remove it only where the rules for your documents say so."),
        ]

    def act(self, data):
        remove_file(report=self.report, actor=self.request.user)
        return _("The file is removed.")


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
