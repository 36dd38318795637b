"""Who is hired, moves and leaves: forms that say what it changes in the figures before it is done."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from .. import ledger
from ..access import staff_to_manage, workplaces_in_reach
from ..admin.base import ActionView
from ..foresight.views import ActAboutPeopleView
from ..models import StaffMember, Workplace
from ..requirements.rules import ONE_DAY
from ..wording import and_list, day_text
from . import actions
from .forms import AddStaffForm, DetailsForm, EmployerForm, EndJobForm, JobForm, MoveJobForm
from .views import STAFF, PersonMixin


class AddStaff(ActAboutPeopleView):
    """A new person. Where somebody has that name already, asks first whether it is the same one."""

    template_name = "lms/admin/add_staff.html"
    page_title = gettext_lazy("Add a person")
    confirm_label = gettext_lazy("Yes, add")
    form_class = AddStaffForm
    explanation = gettext_lazy("Name, workplace and first day are enough. Nobody needs an e-mail address.")
    parents = (STAFF,)

    def get_form_kwargs(self):
        user = self.request.user
        people = staff_to_manage(user, self.roles)
        return {**super().get_form_kwargs(), "workplaces": places_to_work(user, self.roles), "people": people}

    def is_done(self, data):
        return ledger.has_written(data["form_id"], "staff.added")

    def first_day(self, data):
        return data["start"]

    def last_day(self, data):
        return data["end"]

    def save(self, data):
        return actions.add_staff(
            actor=self.request.user, **{name: value for name, value in data.items() if name != "another"}
        )

    def act(self, data):
        self.person = self.save(data)
        return _("%(name)s is on the staff list. Print a login card below.") % {"name": self.person}

    def get_success_url(self):
        return reverse("lms_admin:person", args=[self.person.pk])


def places_to_work(user: Any, roles: Any) -> Any:
    return (
        workplaces_in_reach(user, roles)
        .filter(kind=Workplace.Kind.SERVICE_POINT)
        .open_on(timezone.localdate())
        .order_by("name")
    )


class ChangeDetails(PersonMixin, ActionView):
    page_title = gettext_lazy("Change name or contact")
    form_class = DetailsForm
    explanation = gettext_lazy("Certificates that are already issued keep the name they were issued with.")

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "instance": StaffMember.objects.get(pk=self.person.pk)}

    def act(self, data):
        actions.change_details(staff=self.person, actor=self.request.user, **data)
        return _("The details are saved.")


class AddJob(PersonMixin, ActAboutPeopleView):
    """A second workplace, or hired again after having left: then as what they were is filled in."""

    confirm_label = gettext_lazy("Yes, add")
    form_class = JobForm

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        reach = workplaces_in_reach(request.user, self.roles)
        self.last = self.person.employments.filter(voided_at=None, workplace__in=reach).order_by("-start").first()
        today = timezone.localdate()
        self.has_left = not self.person.employments.current_or_coming(today).exists()

    def get_page_title(self):
        return _("Hire again") if self.has_left else _("Add an employment")

    @property
    def explanation(self):
        if not self.has_left:
            return _("A second workplace beside the first. To change workplace, go back and choose Move.")
        return _("What was learned before counts as long as it is valid. Days are counted anew from the first day.")

    def get_initial(self):
        if not self.has_left or not self.last:
            return super().get_initial()
        return {"workplace": self.last.workplace_id, "role": self.last.role_id, "kind": self.last.kind}

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "workplaces": places_to_work(self.request.user, self.roles)}

    def is_done(self, data):
        return ledger.has_written(data["form_id"], "employment.added")

    def first_day(self, data):
        return data["start"]

    def last_day(self, data):
        return data["end"]

    def save(self, data):
        return actions.employ(staff=self.person, actor=self.request.user, **data)

    def act(self, data):
        job = self.save(data)
        return _("%(name)s works at %(workplace)s from %(start)s.") % {
            "name": self.person,
            "workplace": job.workplace,
            "start": day_text(job.start),
        }


class JobMixin(PersonMixin):
    request: Any

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.job = get_object_or_404(
            self.person.employments.filter(
                voided_at=None, workplace__in=workplaces_in_reach(request.user, self.reach_roles)
            ),
            pk=kwargs["job"],
        )

    def warn_of_responsibilities(self):
        """Whoever leaves may go on seeing people: only an administrator can take that away, and must hear of it."""
        if given := [str(responsibility) for responsibility in self.person.responsibilities()]:
            messages.warning(
                self.request,
                _(
                    "%(name)s keeps a responsibility (%(responsibilities)s). It does not end with the employment. If "
                    "it is to end, ask an administrator to remove it under Training › Who is responsible."
                )
                % {"name": self.person, "responsibilities": and_list(given)},
            )


class EndJob(JobMixin, ActAboutPeopleView):
    page_title = gettext_lazy("End employment")
    confirm_label = gettext_lazy("Yes, end it")
    form_class = EndJobForm
    explanation = gettext_lazy("Results and certificates stay. The person is not counted after the last day.")

    def is_done(self, data):
        return self.job.end == data["last_day"]

    def first_day(self, data):
        """Also where it goes on for longer than was said before."""
        return min(data["last_day"], self.job.end or data["last_day"]) + ONE_DAY

    def save(self, data):
        return actions.end_employment(job=self.job, last_day=data["last_day"], actor=self.request.user)

    def act(self, data):
        job = self.save(data)
        self.warn_of_responsibilities()
        return _("The employment at %(workplace)s ends with %(day)s.") % {
            "workplace": job.workplace,
            "day": day_text(data["last_day"]),
        }


class ChangeEmployer(JobMixin, ActionView):
    page_title = gettext_lazy("Employer and employee id")
    form_class = EmployerForm
    explanation = gettext_lazy("With both filled in, the person is recognised when a staff list is read in.")

    def get_initial(self):
        return {"employer": self.job.employer, "employee_id": self.job.employee_id}

    def act(self, data):
        actions.number_employment(job=self.job, actor=self.request.user, **data)
        return _("The details are saved.")


class MoveJob(JobMixin, ActAboutPeopleView):
    page_title = gettext_lazy("Move to another workplace")
    confirm_label = gettext_lazy("Yes, move")
    form_class = MoveJobForm
    explanation = gettext_lazy("The old employment ends the day before. Completed training moves with them.")

    def get_form_kwargs(self):
        kwargs = super().get_form_kwargs()
        kwargs["workplaces"] = places_to_work(self.request.user, self.roles).exclude(pk=self.job.workplace_id)
        kwargs["initial"] = {"role": self.job.role_id}
        return kwargs

    def is_done(self, data):
        return ledger.has_written(data["form_id"], "employment.moved")

    def first_day(self, data):
        return data["first_day"]

    def save(self, data):
        return actions.move_employment(job=self.job, actor=self.request.user, **data)

    def act(self, data):
        job = self.save(data)
        self.warn_of_responsibilities()
        return _("%(name)s works at %(workplace)s from %(start)s.") % {
            "name": self.person,
            "workplace": job.workplace,
            "start": day_text(job.start),
        }
