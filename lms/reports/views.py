from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.views.reports import ReportView

from .. import matrix
from ..access import LEADERS, may_lead, workplaces_in_reach
from ..evidence import evidence_for
from ..models import Employment, StaffMember
from ..wording import day_text
from . import exports, figures
from .cells import show_cell, summary_sentence, who_is_counted
from .forms import MatrixFilterForm

#: How many of those who miss something are named in the sentence's list before "and so many more".
NAMED = 24


class TrainingMatrix(ReportView):
    """Are all staff trained, and if not who is missing, where and why?

    By workplace first; `?view=people`, or a workplace, opens it to staff by courses. ReportView asks for no
    permission beyond the admin's, so `dispatch` asks ours.
    """

    page_title = gettext_lazy("Training matrix")
    header_icon = "lms-learn"
    template_name = "lms/reports/matrix.html"
    results_template_name = "lms/reports/matrix_results.html"
    index_url_name = "lms_training_matrix"
    index_results_url_name = "lms_training_matrix_results"
    paginate_by = 100
    list_export = ["matrix"]  # shows the download buttons; exports.py writes the files
    roles = LEADERS

    def dispatch(self, request, *args, **kwargs):
        if not may_lead(request.user, *self.roles):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def filter_form(self):
        form = MatrixFilterForm(self.request.GET, workplaces=self.reach)
        form.is_valid()
        return form

    @cached_property
    def chosen(self):
        """The filters that make sense; one that does not is left out, and said at its field."""
        return getattr(self.filter_form, "cleaned_data", {})

    @cached_property
    def reach(self):
        return workplaces_in_reach(self.request.user, self.roles)

    @cached_property
    def shows_people(self):
        return (
            self.request.GET.get("view") == "people"
            or any(self.chosen.get(name) for name in ("workplace", "only", "q"))
        )

    @cached_property
    def rules(self):
        return figures.rules_on(self.day)

    @property
    def day(self):
        return self.chosen.get("date") or timezone.localdate()

    @cached_property
    def scope(self):
        workplaces = self.reach
        if self.chosen.get("workplace"):
            workplaces = workplaces.within([self.chosen["workplace"]])
        jobs = figures.employments_on(self.day, workplaces)
        if self.chosen.get("role"):
            jobs = jobs.filter(role=self.chosen["role"])
        for word in (self.chosen.get("q") or "").split():
            jobs = jobs.filter(Q(staff__given_name__icontains=word) | Q(staff__family_name__icontains=word))
        course = self.chosen.get("course")
        courses = [course] if course else list(figures.required_courses_on(self.rules))
        return figures.Scope(day=self.day, employments=jobs, courses=courses)

    @cached_property
    def totals_and_jobs(self):
        return figures.totals_for(self.scope, self.rules)

    def get_queryset(self):
        """Employments, lean: the page's own people are fetched when the page is known."""
        jobs = self.scope.employments
        if self.chosen.get("only"):
            jobs = jobs.filter(pk__in=self._narrowed())
        return jobs.select_related("staff", "workplace", "role")

    def get_filtered_queryset(self):
        return self.get_queryset()

    def _narrowed(self):
        """Ids of the employments with something missing, or late."""
        totals, jobs = self.totals_and_jobs
        record = figures.record_of(self.scope, {job.staff_id for job in jobs})
        rows = matrix.rows(self.day, jobs, self.scope.course_ids, self.rules, record)
        late = self.chosen["only"] == "late"
        return [row.job.id for row in rows if (row.late if late else row.done < row.counted)]

    def get_paginate_by(self, queryset):
        return None if self.is_export or not self.shows_people else self.paginate_by

    def decorate_paginated_queryset(self, object_list):
        """Rows for the people on this page; nothing at all where only workplaces are shown."""
        if not self.shows_people and not self.is_export:
            return []
        employments = list(object_list)
        jobs = [self._job(employment) for employment in employments]
        record = figures.record_of(self.scope, {job.staff_id for job in jobs})
        rows = matrix.rows(self.day, jobs, self.scope.course_ids, self.rules, record)
        return list(zip(employments, rows, strict=True))

    @staticmethod
    def _job(employment: Employment):
        return figures.Job(
            employment.pk,
            employment.staff_id,
            employment.workplace_id,
            employment.workplace.path,
            employment.role_id,
            employment.kind,
            employment.start,
        )

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        totals, _jobs = self.totals_and_jobs
        missing = StaffMember.objects.in_bulk(totals.missing[:NAMED])
        context.update(
            filter_form=self.filter_form,
            day=self.day,
            day_text=day_text(self.day),
            is_today=self.day == timezone.localdate(),
            courses=self.scope.courses,
            totals=totals,
            sentence=summary_sentence(totals),
            counted=who_is_counted(totals),
            missing=[missing[pk] for pk in totals.missing[:NAMED]],
            missing_more=max(0, len(totals.missing) - NAMED),
            shows_people=self.shows_people,
            query=self._query(),
            no_rules=not self.rules,
        )
        if not self.shows_people and not self.is_export:
            context["workplaces"] = self._workplaces(totals)
        return context

    def _workplaces(self, totals):
        """Every workplace where somebody works, in the order of the tree, with its shares."""
        places = self.reach.filter(pk__in=totals.by_workplace).order_by("path")
        nobody = matrix.Share()
        return [
            {
                "workplace": place,
                "share": totals.by_workplace[place.pk],
                "courses": [
                    totals.by_workplace_course.get((place.pk, course.pk), nobody) for course in self.scope.courses
                ],
            }
            for place in places
        ]

    def get(self, request, *args, **kwargs):
        self.object_list = self.get_filtered_queryset()
        context = self.get_context_data()
        built = self.decorate_paginated_queryset(context["object_list"])
        if self.is_export:
            return self.export(built, context)
        evidence = evidence_for(
            request,
            [cell.facts.completion.id for _employment, row in built for cell in row.cells if cell.facts.completion],
        )
        context["object_list"] = [
            (employment, row, [show_cell(self.day, cell, evidence) for cell in row.cells])
            for employment, row in built
        ]
        context["course_shares"] = [totals_of(context["totals"], course) for course in self.scope.courses]
        return self.render_to_response(context)

    def _query(self):
        query = self.request.GET.copy()
        for name in ("p", "export"):
            query.pop(name, None)
        return query.urlencode()

    def export(self, built, context):
        table = exports.matrix_table(
            built, self.scope, context["totals"], exported_by=self.request.user, filters=self._filters_in_words()
        )
        write = exports.xlsx_response if self.request.GET["export"] == self.FORMAT_XLSX else exports.csv_response
        return write(table, name=f"utbildningsmatris-{self.day}")

    def _filters_in_words(self):
        words = []
        for name in ("workplace", "role", "course", "q"):
            if value := self.chosen.get(name):
                words.append(f"{self.filter_form.fields[name].label}: {value}")
        if only := self.chosen.get("only"):
            words.append(str(dict(MatrixFilterForm.ONLY)[only]))
        return ", ".join(words) or _("none")


def totals_of(totals, course):
    return totals.by_course.get(course.pk, matrix.Share())
