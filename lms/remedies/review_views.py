"""To review: what was reported and could not be counted, settled in one place by the leaders of those it is about."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponseRedirect
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView

from courses.models import Course

from ..access import LEADERS, staff_to_manage, workplaces_in_reach
from ..admin.base import AdminPage, AskFirstView
from ..models import Employment
from . import settling
from .forms import CasesForm, ReviewFilterForm
from .review import cases, waiting

REVIEW = (gettext_lazy("To review"), "lms_admin:review")


class Review(AdminPage, TemplateView):
    template_name = "lms/admin/review.html"
    page_title = gettext_lazy("To review")
    header_icon = "clipboard-list"
    roles = LEADERS
    explanation = gettext_lazy(
        "What people did, and what could not be counted by itself: most of it was done on a tablet without network. "
        "Nothing of it is lost. Decide for each whether it counts. First you see exactly what will happen."
    )
    per_page = 50

    def get_context_data(self, **kwargs):
        reach = workplaces_in_reach(self.request.user, self.roles)
        people = staff_to_manage(self.request.user, self.roles)
        every = waiting(people, settled_since=True)
        courses = Course.objects.filter(pk__in=every.order_by().values("activity__course"))
        form = ReviewFilterForm(self.request.GET, workplaces=reach.order_by("path"), courses=courses)
        chosen = form.cleaned_data if form.is_valid() else {}
        if place := chosen.get("workplace"):
            jobs = Employment.objects.filter(workplace__in=reach.within([place]), voided_at=None)
            people = people.filter(pk__in=jobs.values("staff"))
        person = people.filter(pk=chosen["person"]).first() if chosen.get("person") else None
        if chosen.get("person"):
            people = people.filter(pk=chosen["person"])
        events = waiting(people, settled_since=bool(chosen.get("settled")))
        if course := chosen.get("course"):
            events = events.filter(activity__course=course)
        query = self.request.GET.copy()
        query.pop("p", None)
        return {
            **super().get_context_data(**kwargs),
            "filter_form": form,
            "person": person,
            "cases": Paginator(cases(events), self.per_page).get_page(self.request.GET.get("p")),
            "query": query.urlencode(),
            "is_chosen": any(chosen.values()),
        }


class SettleView(AskFirstView):
    """Says what will happen to the chosen cases, and does it when that is confirmed.

    `look_ahead` says what happens to those that can be settled, and why the others cannot.
    """

    look_ahead: Callable[..., tuple[list[str], list[str]]]

    http_method_names = ["post"]
    roles = LEADERS
    header_icon = "clipboard-list"
    parents = (REVIEW,)
    success_url = reverse_lazy("lms_admin:review")
    confirm_template_name = "lms/admin/confirm_act.html"
    form_class = CasesForm

    def get_form_kwargs(self):
        given = super().get_form_kwargs()
        if only := self.request.POST.get("only"):
            given["data"] = {"case": [only]}
        everything = waiting(staff_to_manage(self.request.user, self.roles), settled_since=True)
        return {**given, "found": cases(everything)}

    def form_valid(self, form):
        if not form.cleaned_data["case"]:
            if self.request.POST.getlist("case") or "only" in self.request.POST:
                messages.info(self.request, _("That is settled already."))
            else:
                messages.warning(self.request, _("Choose at least one."))
            return HttpResponseRedirect(self.get_success_url())
        return super().form_valid(form)

    def form_invalid(self, form):
        """Everything that was chosen goes on waiting: said where it would have been confirmed."""
        self.template_name = self.confirm_template_name
        could_not = " ".join(form.non_field_errors())
        return self.render_to_response(self.get_context_data(form=form, could_not=could_not), status=422)

    def foresee(self, data):
        told, stays = self.look_ahead(data["case"], actor=self.request.user)
        if not told:
            raise ValidationError(stays or [_("That is settled already.")])
        return [*told, *stays]

    def get_context_data(self, **kwargs):
        return {**super().get_context_data(**kwargs), "back": self.get_success_url()}


class Count(SettleView):
    page_title = gettext_lazy("Count it")
    confirm_label = gettext_lazy("Count it")
    look_ahead = staticmethod(settling.foresee_counting)

    def act(self, data):
        settled = settling.count(data["case"], actor=self.request.user)
        number = len(settled.done)
        return ngettext("It is counted.", "%(number)s are counted.", number) % {"number": number}


class PutAside(SettleView):
    page_title = gettext_lazy("Put aside")
    confirm_label = gettext_lazy("Put aside")
    look_ahead = staticmethod(settling.foresee_putting_aside)

    def act(self, data):
        settled = settling.put_aside(data["case"], actor=self.request.user)
        number = len(settled.done)
        return ngettext("It is put aside.", "%(number)s are put aside.", number) % {"number": number}
