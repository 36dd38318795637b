from django.core.paginator import Paginator
from django.db.models import Prefetch, Q
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View
from wagtail.admin import messages

from courses.models import Course

from ..access import LEADERS, may_lead, staff_in_reach, staff_to_manage, workplaces_in_reach
from ..admin.base import AdminPage, LeaderMixin
from ..evidence import evidence_for
from ..models import Employment, EvidenceDocument, Exemption, Role, StaffMember
from ..reader.lookup import has_done, journeys
from ..remedies.review import cases, waiting
from ..remedies.undo import jobs_changed, remedy_for
from ..tablet.pins import unlock_pin
from .cards import card_sheets, who_needs_one
from .forms import StaffFilterForm
from .timeline import timeline

STAFF = (gettext_lazy("Staff"), "lms_admin:staff")


class StaffList(AdminPage, TemplateView):
    template_name = "lms/admin/staff_list.html"
    page_title = gettext_lazy("Staff")
    header_icon = "group"
    explanation = gettext_lazy(
        "Everyone who works at your workplaces. Choose a name to see the training, print a login card, move somebody "
        "to another workplace or end their employment."
    )
    per_page = 50

    def get_people(self):
        """The filter, and whom it leaves."""
        reach = workplaces_in_reach(self.request.user, self.roles)
        form = StaffFilterForm(self.request.GET, workplaces=reach)
        people = staff_in_reach(self.request.user, self.roles).filter(erased_at=None)
        today = timezone.localdate()
        if form.is_valid():
            if words := form.cleaned_data["q"]:
                people = people.named(words)
            chosen = form.cleaned_data["workplace"]
            # In reach as well as chosen: a leader's filter must not open another leader's list.
            workplaces = reach.within([chosen]) if chosen else reach
            if not form.cleaned_data["left"]:
                people = people.at_or_coming_to(workplaces, today)
            elif chosen:
                people = people.filter(employments__workplace__in=workplaces).distinct()
        return form, people

    def get_context_data(self, **kwargs):
        form, people = self.get_people()
        reach = workplaces_in_reach(self.request.user, self.roles)
        jobs = Employment.objects.filter(voided_at=None).telling_reach(reach).select_related("workplace", "role")
        people = people.prefetch_related(Prefetch("employments", queryset=jobs)).select_related("user")
        page = Paginator(people, self.per_page).get_page(self.request.GET.get("p"))
        return {
            **super().get_context_data(**kwargs),
            "filter_form": form,
            "people": page,
            "today": timezone.localdate(),
            "query": self._query(),
            "none_at_all": not staff_in_reach(self.request.user, self.roles).exists(),
        }

    def _query(self):
        query = self.request.GET.copy()
        query.pop("p", None)
        return query.urlencode()


class PersonMixin:
    """The person in the address, if they are in this leader's reach; 404 otherwise."""

    reach_roles: tuple[str, ...] = (Role.PROJECT_LEADER,)

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.person = get_object_or_404(self.get_people(request.user), pk=kwargs["person"])

    def get_people(self, user):
        return staff_to_manage(user, self.reach_roles)

    def get_success_url(self):
        return reverse("lms_admin:person", args=[self.person.pk])

    def get_parents(self):
        return [(STAFF[0], reverse(STAFF[1])), (self.person.full_name, self.get_success_url())]


class Person(PersonMixin, AdminPage, TemplateView):
    """Everything about one person that this leader may know, and what can be done about it."""

    template_name = "lms/admin/person.html"
    header_icon = "user"
    roles = LEADERS
    reach_roles = roles
    lines_per_page = 30

    def setup(self, request, *args, **kwargs):
        try:
            super().setup(request, *args, **kwargs)
        except Http404:
            # A row that was merged into another: old links, and the ledger, still lead to the person.
            merged = StaffMember.objects.filter(pk=kwargs["person"], merged_into__in=self.get_people(request.user))
            self.person = get_object_or_404(merged).merged_into

    def get(self, request, *args, **kwargs):
        if self.person.pk != kwargs["person"]:
            return HttpResponseRedirect(self.get_success_url())
        return super().get(request, *args, **kwargs)

    def get_people(self, user):
        return staff_in_reach(user, self.reach_roles)

    def get_page_title(self):
        return self.person.full_name

    def get_parents(self):
        return [(STAFF[0], reverse(STAFF[1]))] if may_lead(self.request.user, Role.PROJECT_LEADER) else []

    def get_context_data(self, **kwargs):
        today, user = timezone.localdate(), self.request.user
        found = journeys(self.person, Q(), language=get_language())
        shown = [journey for journey in found if journey.duty or journey.enrolment_id or journey.completion]
        may_change = staff_to_manage(user, (Role.PROJECT_LEADER,)).filter(pk=self.person.pk).exists()
        may_record = may_change or staff_to_manage(user, LEADERS).filter(pk=self.person.pk).exists()
        reach = workplaces_in_reach(user, (Role.PROJECT_LEADER,))
        every_job = list(self.person.employments.telling_reach(reach).select_related("workplace", "role"))
        jobs = [job for job in every_job if not job.voided_at]
        own_jobs = {job.pk for job in every_job if job.in_reach}
        gone_courses = Course.objects.filter(enrolments__staff=self.person)
        return {
            **super().get_context_data(**kwargs),
            "person": self.person,
            "jobs": jobs,
            "has_left": not any(job.end is None or job.end >= today for job in jobs),
            "journeys": shown,
            "other_courses": gone_courses.exclude(pk__in=[journey.course.pk for journey in found])
            .annotate(has_done=has_done(self.person))
            .distinct(),
            "evidence": evidence_for(self.request, [j.completion.id for j in shown if j.completion]),
            "documents": EvidenceDocument.objects.filter(enrolments__staff=self.person).distinct(),
            "exemptions": [
                exemption
                for exemption in Exemption.objects.filter(staff=self.person).select_related("course")
                if not exemption.is_taken_back
            ],
            "responsibilities": self.person.responsibilities(),
            "may_change": may_change,
            "may_erase": may_change and all(job.in_reach for job in every_job),
            "may_record": may_record,
            "card": self.person.login_cards.working(timezone.now()).first(),
            "to_review": cases(waiting(StaffMember.objects.filter(pk=self.person.pk))) if may_record else [],
            "guards": self.person.pin_guards.filter(blocked_until__gt=timezone.now()),
            "lines": self._history(everything=may_change, may_record=may_record, own_jobs=own_jobs),
            "today": today,
        }

    def _history(self, *, everything, may_record, own_jobs):
        """A page of the person's history, each line with what can be done about it: "undo", "instead" or nothing.

        `own_jobs` are those in reach: what another leader did about another job is not undone from here.
        """
        lines = Paginator(timeline(self.person, everything=everything), self.lines_per_page)
        page = lines.get_page(self.request.GET.get("p"))

        def remedy(line):
            found = remedy_for(line.entry) if line.entry and not line.undone else None
            if found is None or not (everything or (may_record and Role.COURSE_LEADER in found.roles)):
                return ""
            if not jobs_changed(line.entry) <= own_jobs:
                return ""
            # What went to another person is moved back from there.
            return "undo" if found.undo and "to" not in line.entry.data else "instead"

        page.object_list = [(line, remedy(line)) for line in page.object_list]
        return page


class UnlockPin(PersonMixin, LeaderMixin, View):
    http_method_names = ["post"]

    def post(self, request, **kwargs):
        unlock_pin(staff=self.person, actor=request.user)
        messages.success(request, _("%(name)s can try the PIN again.") % {"name": self.person})
        return HttpResponseRedirect(self.get_success_url())


class PrintCard(PersonMixin, LeaderMixin, View):
    """One new card, shown once. By POST alone: it replaces the card before it."""

    http_method_names = ["post"]

    def post(self, request, **kwargs):
        return card_sheets(request, [self.person], back=self.get_success_url())


class PrintCards(AdminPage, TemplateView):
    """Cards for everyone at a workplace who has neither a way in of their own nor a card, or for all."""

    http_method_names = ["get", "post"]
    template_name = "lms/admin/print_cards.html"

    def get_page_title(self):
        return _("Login cards for %(workplace)s") % {"workplace": self.workplace}

    header_icon = "key"
    parents = (STAFF,)

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        reach = workplaces_in_reach(request.user, self.roles)
        self.workplace = get_object_or_404(reach, pk=kwargs["workplace"])
        here = reach.within([self.workplace])
        self.people = list(StaffMember.objects.at_or_coming_to(here, timezone.localdate()))

    def get_context_data(self, **kwargs):
        return {
            **super().get_context_data(**kwargs),
            "workplace": self.workplace,
            "people": who_needs_one(self.people),
        }

    def post(self, request, **kwargs):
        chosen = set(request.POST.getlist("person"))
        people = [person for person in self.people if str(person.pk) in chosen]
        if not people:
            messages.warning(request, _("Choose at least one person."))
            return HttpResponseRedirect(request.get_full_path())
        return card_sheets(request, people, back=reverse("lms_admin:workplaces"))
