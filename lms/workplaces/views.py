from django.db.models import Count, Q
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View
from wagtail.admin import messages

from ..access import workplaces_in_reach
from ..admin.base import ActionView, AdminPage, LeaderMixin
from ..models import Responsibility, Tablet, Workplace
from ..wording import day_text
from . import actions
from .forms import CloseForm, RenameForm, ReopenForm, ResponsibilityForm, WorkplaceForm

WORKPLACES = (gettext_lazy("Workplaces"), "lms_admin:workplaces")


class WorkplaceList(AdminPage, TemplateView):
    template_name = "lms/admin/workplace_list.html"
    page_title = gettext_lazy("Workplaces")
    header_icon = "home"
    explanation = gettext_lazy(
        "The municipality and its service points, and the tablets that are connected there. Whoever is responsible "
        "for a workplace also sees those under it."
    )

    def get_context_data(self, **kwargs):
        today = timezone.localdate()
        here_or_coming = Q(employments__voided_at=None) & (Q(employments__end=None) | Q(employments__end__gte=today))
        working = here_or_coming & Q(employments__start__lte=today)
        reach = workplaces_in_reach(self.request.user, self.roles)
        return {
            **super().get_context_data(**kwargs),
            "workplaces": reach.annotate(
                people=Count("employments__staff", filter=working, distinct=True),
                for_cards=Count("employments__staff", filter=here_or_coming, distinct=True),
            ).order_by("path"),
            "tablets": Tablet.objects.paired().filter(workplace__in=reach).count(),
        }


class AddWorkplace(ActionView):
    page_title = gettext_lazy("Add a workplace")
    submit_label = gettext_lazy("Add")
    form_class = WorkplaceForm
    explanation = gettext_lazy("People work at service points. A municipality or a region holds the service points.")
    parents = (WORKPLACES,)
    success_url = reverse_lazy("lms_admin:workplaces")

    def get_form_kwargs(self):
        return {
            **super().get_form_kwargs(),
            "parents": workplaces_in_reach(self.request.user, self.roles)
            .exclude(kind=Workplace.Kind.SERVICE_POINT)
            .order_by("path"),
            "may_be_top": self.request.user.is_superuser,
        }

    def act(self, data):
        workplace = actions.add_workplace(actor=self.request.user, **data)
        return _("%(name)s is added.") % {"name": workplace}


class WorkplaceMixin:
    parents = (WORKPLACES,)
    success_url = reverse_lazy("lms_admin:workplaces")

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.workplace = get_object_or_404(workplaces_in_reach(request.user, self.roles), pk=kwargs["workplace"])

    def get_page_subtitle(self):
        return self.workplace.name


class RenameWorkplace(WorkplaceMixin, ActionView):
    page_title = gettext_lazy("Rename a workplace")
    form_class = RenameForm

    def get_initial(self):
        return {"name": self.workplace.name}

    def act(self, data):
        actions.rename_workplace(workplace=self.workplace, name=data["name"], actor=self.request.user)
        return _("The name is saved.")


class CloseWorkplace(WorkplaceMixin, ActionView):
    page_title = gettext_lazy("Close a workplace")
    submit_label = gettext_lazy("Close it")
    form_class = CloseForm
    explanation = gettext_lazy("Results from there stay. Nobody can be employed there after the last day.")

    def act(self, data):
        workplace = actions.close_workplace(workplace=self.workplace, on=data["on"], actor=self.request.user)
        return _("%(name)s is closed after %(day)s.") % {
            "name": workplace,
            "day": day_text(data["on"]),
        }


class ReopenWorkplace(WorkplaceMixin, ActionView):
    page_title = gettext_lazy("Open a workplace again")
    submit_label = gettext_lazy("Open again")
    form_class = ReopenForm
    explanation = gettext_lazy(
        "For a workplace that was closed by mistake. People can be employed there again. Employments that were ended "
        "stay ended: undo that on each person’s page."
    )

    def act(self, data):
        workplace = actions.reopen_workplace(workplace=self.workplace, actor=self.request.user)
        return _("%(name)s is open again.") % {"name": workplace}


class SuperuserMixin:
    """Who may give others the right to see people: only an administrator."""

    roles = ("nobody",)


class Responsibilities(SuperuserMixin, ActionView):
    template_name = "lms/admin/responsibilities.html"
    page_title = gettext_lazy("Who is responsible")
    header_icon = "user"
    explanation = gettext_lazy(
        "Whoever is responsible for a workplace sees the training there and at all workplaces below it. Project "
        "leaders see everything. Course leaders see results and record attendance. Shop owners see their own shop."
    )
    submit_label = gettext_lazy("Add someone responsible")
    form_class = ResponsibilityForm
    success_url = reverse_lazy("lms_admin:responsibilities")

    def get_context_data(self, **kwargs):
        given = Responsibility.objects.select_related("user", "workplace").order_by("workplace__path", "role", "pk")
        return {**super().get_context_data(**kwargs), "given": given}

    def act(self, data):
        given = actions.give_responsibility(actor=self.request.user, **data)
        return _("%(user)s is now %(role)s over %(workplace)s.") % {
            "user": given.user,
            "role": given.get_role_display().lower(),
            "workplace": given.workplace,
        }


class TakeResponsibility(SuperuserMixin, LeaderMixin, View):
    http_method_names = ["post"]

    def post(self, request, responsibility):
        found = get_object_or_404(Responsibility, pk=responsibility)
        actions.take_responsibility(responsibility=found, actor=request.user)
        messages.success(request, _("The responsibility is removed."))
        return HttpResponseRedirect(reverse("lms_admin:responsibilities"))
