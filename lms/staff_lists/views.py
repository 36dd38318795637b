import re

from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View
from wagtail.admin import messages

from ..access import workplaces_in_reach
from ..admin.base import ActionView, AdminPage, LeaderMixin
from ..foresight.words import figures_told, tables, told
from ..models import ForeseenFigures, StaffImport
from ..people.views import STAFF, StaffList
from ..reports.exports import csv_response, xlsx_response
from . import actions, exports, foresight
from .forms import FileForm
from .plan import Group
from .problems import UnreadableError
from .words import count_lines, group_line, options_in_words, problem_line, question_words, what_changes

State = StaffImport.State

#: What may be remembered of a form: which row, and a code. "rest" stands for all rows that have no answer of their own.
ANSWERED = re.compile(r"\d{1,6}:who=(new|same:\d{1,18})|\d{1,6}:where=(both|move:\d{1,18})|rest:who=new")

#: So many rows of each group are shown; the rest are counted.
SHOWN = 200
#: A worker that has not begun by then may not be there.
PATIENCE = 10


class ExportStaff(StaffList):
    """All whom the filter of the list leaves, in the form that can be read in again."""

    http_method_names = ["get"]

    def get(self, request, *args, **kwargs):
        form, people = self.get_people()
        left = form.is_valid() and form.cleaned_data["left"]
        table = exports.staff_table(
            user=request.user,
            people=set(people.order_by().values_list("pk", flat=True)),
            since=None if left else timezone.localdate(),
        )
        write = xlsx_response if request.GET.get("export") == "xlsx" else csv_response
        return write(table, name=f"{_('staff-list')}-{timezone.localdate()}")


class Template(LeaderMixin, View):
    http_method_names = ["get"]

    def get(self, request, kind):
        return exports.xlsx_template(user=request.user) if kind == "xlsx" else exports.csv_template()


class ImportStaff(ActionView):
    """Choose a file. What it would change is shown on the next page; nothing changes before that is agreed to."""

    template_name = "lms/admin/import_staff.html"
    page_title = gettext_lazy("Read in a staff list")
    submit_label = gettext_lazy("Show what would change")
    form_class = FileForm
    header_icon = "group"
    parents = (STAFF,)

    def act(self, data):
        self.kept = actions.keep_file(content=data["file"].read(), actor=self.request.user)
        return ""

    def get_success_url(self):
        return reverse("lms_admin:staff_import", args=[self.kept.uuid])

    def get_context_data(self, **kwargs):
        actions.forget_stale()
        earlier = StaffImport.objects.filter(uploaded_by=self.request.user, state=State.DONE)
        return {
            **super().get_context_data(**kwargs),
            "submit_button_active_label": _("Reading the file …"),
            "earlier": [(one, count_lines(one.counts)) for one in earlier[:5]],
        }


class ImportMixin:
    """The file in the address, if it is the visitor's own; 404 otherwise."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        own = StaffImport.objects.filter(uploaded_by_id=request.user.pk or 0)
        self.staff_import = get_object_or_404(own, uuid=kwargs["staff_import"])

    def back(self):
        return HttpResponseRedirect(reverse("lms_admin:staff_import", args=[self.staff_import.uuid]))


class Import(ImportMixin, AdminPage, TemplateView):
    """What the file would change, or how far it has come, or what came of it. A POST answers who is who."""

    http_method_names = ["get", "post"]
    header_icon = "group"

    def get_page_title(self):
        return _("Read in a staff list")

    def get_parents(self):
        return [(STAFF[0], reverse(STAFF[1])), (ImportStaff.page_title, reverse("lms_admin:import_staff"))]

    #: The figures of a long list, while they are being counted.
    counting: ForeseenFigures | None = None

    def get_template_names(self):
        if self.counting:
            return ["lms/admin/import_counting.html"]
        if self.staff_import.state in (State.PREVIEW, State.CHANGED):
            return ["lms/admin/import_preview.html"]
        return ["lms/admin/import_progress.html"]

    def get(self, request, *args, **kwargs):
        response = super().get(request, *args, **kwargs)
        patch_cache_control(response, private=True, no_store=True)
        return response

    def post(self, request, **kwargs):
        given = request.POST.items()
        answers = {name: value for name, value in given if ANSWERED.fullmatch(f"{name}={value}")}
        actions.answer(staff_import=self.staff_import, answers=answers)
        return self.back()

    def get_context_data(self, **kwargs):
        context = {**super().get_context_data(**kwargs), "import": self.staff_import}
        if self.staff_import.state in (State.PREVIEW, State.CHANGED):
            # While they are counted nobody needs the plan: making it takes a second of ten thousand rows.
            found = ForeseenFigures.objects.filter(staff_import=self.staff_import).first()
            self.counting = found if foresight.is_under_way(found) else None
            preview = {} if self.counting else self._preview()
            return {**context, **(self._how_far(self.counting) if self.counting else preview)}
        waited = seconds_since(self.staff_import.moved_on_at or self.staff_import.uploaded_at)
        return {
            **context,
            "is_under_way": self.staff_import.state in (State.WAITING, State.RUNNING),
            "has_waited": self.staff_import.state == State.WAITING and waited > PATIENCE,
            "has_died": self.staff_import.state == State.RUNNING and waited > actions.SILENCE.total_seconds(),
            "lines": count_lines(self.staff_import.counts),
        }

    def _preview(self):
        if not self.staff_import.file:
            raise Http404
        answers = actions.answers_of(self.staff_import)
        try:
            content = actions.content_of(self.staff_import)
            staff_list, plan = actions.look_at(content, user=self.request.user, answers=answers)
        except UnreadableError as error:
            return {"problems": error.problems, "headline": _("Nothing has been read in: this file cannot be used")}
        context = {"not_read": staff_list.not_read, "problems": plan.problems, "plan": plan}
        if plan.problems:
            return {**context, "headline": problem_line(len(plan.problems))}
        return {
            **context,
            "questions": [
                (question.key, question_words(question, plan.register), options_in_words(question, plan.register))
                for question in plan.questions
            ],
            "groups": [self._group(plan, group) for group in Group if plan.of(group)],
            **self._figures(plan),
            "absent": plan.absent,
            "has_changed": self.staff_import.state == State.CHANGED,
        }

    def _figures(self, plan):
        """What it changes in the matrix: at once, or as it was counted in the background."""
        if not plan.is_ready or not plan.steps:
            return {}
        if not foresight.is_long(plan):
            reach = workplaces_in_reach(self.request.user, self.roles)
            user, staff_import = self.request.user, self.staff_import
            return in_words(foresight.foresee_plan(plan, actor=user, staff_import=staff_import, reach=reach))
        figures = foresight.ask_for(staff_import=self.staff_import, plan=plan)
        if foresight.is_under_way(figures):
            self.counting = figures
            return {}
        change = foresight.change_in(figures) if figures.state == ForeseenFigures.State.DONE else None
        return {**in_words(change), "counted_at": figures.moved_on_at} if change else {"has_no_figures": True}

    @staticmethod
    def _how_far(figures):
        waited = seconds_since(figures.moved_on_at)
        return {
            "figures": figures,
            "has_waited": figures.state == ForeseenFigures.State.WAITING and waited > PATIENCE,
        }

    @staticmethod
    def _group(plan, group):
        entries = plan.of(group)
        return {
            "group": group.value,
            "headline": group_line(group, len(entries)),
            "rows": [(entry, what_changes(entry, plan.register)) for entry in entries[:SHOWN]],
            "more": max(0, len(entries) - SHOWN),
        }


def in_words(change):
    return {"told": [*told(change), *figures_told(change)], "change": change, "tables": tables(change)}


def seconds_since(moment):
    return (timezone.now() - moment).total_seconds()


class CountFigures(ImportMixin, LeaderMixin, View):
    """What stopped or died is counted anew; what no worker comes for is counted in this request."""

    http_method_names = ["post"]

    def post(self, request, **kwargs):
        if figures := ForeseenFigures.objects.filter(staff_import=self.staff_import).first():
            if figures.state == ForeseenFigures.State.WAITING:
                foresight.count(figures.pk)
            else:
                foresight.ask_again(figures)
        return self.back()


class ConfirmImport(ImportMixin, LeaderMixin, View):
    http_method_names = ["post"]

    def post(self, request, **kwargs):
        actions.confirm(staff_import=self.staff_import, plan_sha256=request.POST.get("plan", "")[:64])
        return self.back()


class ReadInNow(ImportMixin, LeaderMixin, View):
    """When no worker comes, or one died on the way: in this request."""

    http_method_names = ["post"]

    def post(self, request, **kwargs):
        actions.carry_out(self.staff_import.pk)
        return self.back()


class PutAside(ImportMixin, LeaderMixin, View):
    http_method_names = ["post"]

    def post(self, request, **kwargs):
        if not actions.put_aside(staff_import=self.staff_import):
            return self.back()
        messages.success(request, _("Nothing was read in, and the file is deleted."))
        return HttpResponseRedirect(reverse("lms_admin:import_staff"))
