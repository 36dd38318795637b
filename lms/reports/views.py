from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.views.reports import ReportView

from .. import matrix
from ..access import LEADERS, may_lead, workplaces_in_reach
from ..evidence import evidence_for
from ..handed_out.building import AT_ONCE, at_once, foreseen
from ..models import Role
from ..wording import day_text
from . import figures
from .cells import known_text, show_cell, summary_sentence, total_label, who_is_counted
from .figures import Worker
from .forms import MatrixFilterForm
from .prerequisites import what_comes_first

#: How many of those who miss something are named in the sentence's list before "and so many more".
NAMED = 24


class MatrixFilter:
    """What the address asks to see of the matrix: the day, the people and the courses, in this leader's reach."""

    roles: tuple[str, ...] = LEADERS

    @cached_property
    def workplaces(self):
        return list(workplaces_in_reach(self.request.user, self.roles).order_by("path"))

    @cached_property
    def filter_form(self):
        form = MatrixFilterForm(self.request.GET, workplaces=self.workplaces)
        form.is_valid()
        return form

    @cached_property
    def chosen(self):
        """The filters that make sense; one that does not is left out, and said at its field."""
        return getattr(self.filter_form, "cleaned_data", {})

    @property
    def day(self):
        return self.chosen.get("date") or timezone.localdate()

    @property
    def known(self):
        """The moment up to which the register is asked what it knew; None for now."""
        return self.chosen.get("known")

    @cached_property
    def everyone(self) -> figures.Figures:
        reach = workplaces_in_reach(self.request.user, self.roles)
        found = figures.gather(self.day, reach, known=self.known)
        self.filter_form.offer(roles={worker.role for worker in found.workers}, courses=found.courses)
        return found

    @cached_property
    def figures(self) -> figures.Figures:
        """Those whom workplace, role and name leave, and the course that is asked for."""
        place = next((place for place in self.workplaces if place.pk == self.chosen.get("workplace")), None)
        role, words = self.chosen.get("role"), (self.chosen.get("q") or "").casefold().split()

        def keep(worker: figures.Worker) -> bool:
            name = worker.full_name.casefold()
            return (
                (place is None or worker.job.path.startswith(place.path))
                and (not role or worker.role == role)
                and all(word in name for word in words)
            )

        return self.everyone.narrowed(keep, course=self.chosen.get("course"))

    def listed(self) -> list[Worker]:
        """Those of them who are shown: all, or only those with something left, late, or in need of help."""
        workers = self.figures.workers
        if only := self.chosen.get("only"):
            wanted: Any = {
                "late": lambda row: row.late,
                "help": lambda row: row.needing_help(self.day),
                "missing": lambda row: row.done < row.counted,
            }[only]
            workers = [worker for worker, row in self.figures.rows(workers) if wanted(row)]
        return workers

    @property
    def total_label(self):
        return total_label(only=self.chosen.get("only", ""))

    def filters_in_words(self):
        words = []
        for name in ("workplace", "role", "course", "only", "q"):
            if value := self.chosen.get(name):
                field = self.filter_form.fields[name]
                shown = dict(field.widget.choices if hasattr(field.widget, "choices") else ()).get(value, value)
                words.append(f"{field.label}: {str(shown).strip()}")
        return ", ".join(words) or _("none")


class TrainingMatrix(MatrixFilter, ReportView):
    """Are all staff trained, and if not who is missing, where and why?

    By workplace first; `?view=people`, or a workplace, opens it to staff by courses. ReportView asks for no
    permission beyond the admin's, so `dispatch` asks ours.
    """

    page_title = gettext_lazy("Training matrix")
    header_icon = "table"
    template_name = "lms/reports/matrix.html"
    results_template_name = "lms/reports/matrix_results.html"
    index_url_name = "lms_training_matrix"
    index_results_url_name = "lms_training_matrix_results"
    paginate_by = 100
    list_export = ["matrix"]  # shows the download buttons; exports.py writes the files

    def dispatch(self, request, *args, **kwargs):
        if not may_lead(request.user, *self.roles):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def shows_people(self):
        return self.request.GET.get("view") == "people" or any(
            self.chosen.get(name) for name in ("workplace", "only", "q")
        )

    def get_queryset(self):
        """The people, lean: cells are made for those on the page alone."""
        return self.listed()

    def get_filtered_queryset(self):
        return self.get_queryset()

    def get_paginate_by(self, queryset):
        return None if self.is_export or not self.shows_people else self.paginate_by

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        totals = self.figures.totals
        context.update(
            filter_form=self.filter_form,
            day=self.day,
            day_text=day_text(self.day),
            known_text=known_text(self.known) if self.known else "",
            courses=self.figures.courses,
            course_shares=[totals.by_course[course.pk] for course in self.figures.courses],
            totals=totals,
            sentence=summary_sentence(totals),
            total_label=self.total_label,
            counted=who_is_counted(totals),
            missing=self.figures.missing_names(NAMED),
            missing_more=max(0, len(totals.missing) - NAMED),
            shows_people=self.shows_people,
            query=self._query(),
            query_now=self._query("known"),
            and_when=self._and_when(),
            no_rules=not self.figures.rules,
            may_lead_project=may_lead(self.request.user, Role.PROJECT_LEADER),
            workplaces=[] if self.shows_people else self._by_workplace(totals),
        )
        return context

    def _by_workplace(self, totals):
        """Every workplace where somebody works, in the order of the tree, with its shares."""
        nobody = matrix.Share()
        return [
            {
                "workplace": place,
                "share": totals.by_workplace[place.pk],
                "courses": [
                    totals.by_workplace_course.get((place.pk, course.pk), nobody) for course in self.figures.courses
                ],
            }
            for place in self.workplaces
            if place.pk in totals.by_workplace
        ]

    def get(self, request, *args, **kwargs):
        if self.is_export:
            return self._export()
        self.object_list = self.get_filtered_queryset()
        context = self.get_context_data()
        rows = self.figures.rows(list(context["object_list"])) if self.shows_people else []
        done = [cell.facts.completion.id for _worker, row in rows for cell in row.cells if cell.facts.completion]
        evidence = evidence_for(request, done)
        rules = {rule.id: rule for rule in self.figures.rules}
        first = what_comes_first(self.figures, [row for _worker, row in rows])

        def show(row, cell):
            behind = first.get((row.job.staff_id, cell.course_id), ())
            return show_cell(self.day, cell, evidence, rules, first=behind)

        context["object_list"] = [(worker, row, [show(row, cell) for cell in row.cells]) for worker, row in rows]
        return self.render_to_response(context)

    def _query(self, *without):
        query = self.request.GET.copy()
        for name in ("p", "export", *without):
            query.pop(name, None)
        return query.urlencode()

    def _and_when(self):
        """The two dates, as the end of an address that asks for something of the same moment."""
        when = {name: self.request.GET[name] for name in ("date", "known") if self.chosen.get(name)}
        return f"&{urlencode(when)}" if when else ""

    def _export(self):
        """At once where that is quick. What takes longer is made in the background, from the page for it."""
        kind = "xlsx" if self.request.GET["export"] == self.FORMAT_XLSX else "csv-excel"
        if foreseen(self, kind) <= AT_ONCE:
            return at_once(self, kind)
        query = self._query()
        return HttpResponseRedirect(f"{reverse('lms_admin:hand_out')}?{query}{'&' if query else ''}format={kind}")
