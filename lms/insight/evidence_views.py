from django.http import QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from courses.models import Course

from ..access import LEADERS, staff_in_reach, staff_to_manage, workplaces_in_reach
from ..admin.base import AdminPage
from ..evidence import evidence_for
from ..models import EvidenceDocument, Role
from ..people.views import PersonMixin
from ..reader.lookup import has_done
from ..reports.cells import known_text, show_cell
from ..status import Status
from ..wording import day_text
from .evidence import basis_of, where_and_as_what
from .forms import WhenForm


class Evidence(PersonMixin, AdminPage, TemplateView):
    """What a cell of the matrix rests on, and what can be done about it.

    `?date=` and `?known=` as in the matrix; `?job=` is the employment whose row it stands in.
    """

    template_name = "lms/insight/evidence.html"
    header_icon = "doc-full-inverse"
    roles = reach_roles = LEADERS

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        courses = Course.objects.annotate(has_done=has_done(self.person))
        self.course = get_object_or_404(courses, pk=kwargs["course"])

    def get_people(self, user):
        return staff_in_reach(user, self.reach_roles)

    def get_page_title(self):
        return f"{self.person.full_name}: {self.course}"

    def get_parents(self):
        matrix = reverse("lms_training_matrix")
        when = self.address_of_when
        return [
            (_("Training matrix"), f"{matrix}?{when}" if when else matrix),
            (self.person.full_name, self.get_success_url()),
        ]

    @cached_property
    def when(self):
        form = WhenForm(self.request.GET)
        form.is_valid()
        return form.cleaned_data

    @property
    def address_of_when(self):
        query = QueryDict(mutable=True)
        query.update({name: self.when[name].isoformat() for name in ("date", "known") if self.when.get(name)})
        return query.urlencode()

    def get_context_data(self, **kwargs):
        user, today = self.request.user, timezone.localdate()
        day, known = self.when.get("date") or today, self.when.get("known")
        basis = basis_of(
            self.person,
            self.course,
            workplaces_in_reach(user, self.roles),
            day=day,
            known=known,
            job=self.when.get("job"),
        )
        may_change = staff_to_manage(user, (Role.PROJECT_LEADER,)).filter(pk=self.person.pk).exists()
        documents = EvidenceDocument.objects.filter(
            enrolments__staff=self.person, enrolments__course=self.course
        ).distinct()
        proofs = evidence_for(self.request, [line.completion for line in basis.lines if line.completion])
        return {
            **super().get_context_data(**kwargs),
            "person": self.person,
            "course": self.course,
            "basis": basis,
            "cell": show_cell(day, basis.cell) if basis.cell else None,
            "works_as": where_and_as_what(basis.workers),
            "day_text": day_text(day),
            "known_text": known_text(known) if known else "",
            "is_today": day == today and not known,
            "lines": [(line, proofs.get(line.completion, [])) for line in basis.lines],
            "documents": documents if may_change else (),
            "may_change": may_change,
            "may_record": may_change or staff_to_manage(user, LEADERS).filter(pk=self.person.pk).exists(),
            "needs_help": bool(basis.cell and basis.cell.status is Status.NEEDS_HELP),
        }
