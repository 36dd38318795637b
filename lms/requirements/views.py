import datetime
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from ..access import workplaces_above_reach, workplaces_in_reach
from ..admin.base import ActionView, AdminPage
from ..models import Exemption, LedgerEntry, Requirement, Workplace
from ..people.sentences import name_of
from ..people.views import PersonMixin
from ..wording import day_text
from . import actions
from .forms import EndExemptionForm, EndRequirementForm, ExemptionForm, RequirementForm

REQUIREMENTS = (gettext_lazy("Requirements"), "lms_admin:requirements")


def leads_everywhere(user: Any) -> bool:
    """Whether the user's reach is the whole tree: only then may a rule bind every workplace."""
    return workplaces_in_reach(user, ActionView.roles).count() == Workplace.objects.count()


def requirements_in_reach(user):
    """Rules that touch a workplace in reach or what stands above it, and those that bind everyone."""
    if leads_everywhere(user):
        return Requirement.objects.all()
    reach = workplaces_in_reach(user, ActionView.roles)
    above = workplaces_above_reach(user, ActionView.roles)
    binds_here = Q(workplaces__in=reach) | Q(workplaces__in=above) | Q(workplaces=None)
    return Requirement.objects.filter(binds_here).distinct()


class RequirementList(AdminPage, TemplateView):
    template_name = "lms/admin/requirement_list.html"
    page_title = gettext_lazy("Requirements")
    header_icon = "tasks"
    explanation = gettext_lazy("Who must take which course, and by when. The matrix counts by what stands here.")

    def get_context_data(self, **kwargs):
        today, user = timezone.localdate(), self.request.user
        rules = list(
            requirements_in_reach(user)
            .select_related("course")
            .prefetch_related("workplaces", "roles")
            .order_by("valid_from", "pk")
        )
        may_end = theirs_to_end(user, rules)
        histories = _histories(rules)
        shown = [(rule, rule.pk in may_end, histories.get(rule.pk, [])) for rule in rules]
        return {
            **super().get_context_data(**kwargs),
            "current": [row for row in shown if not _has_ended(row[0], today)],
            "ended": [row for row in shown if _has_ended(row[0], today)],
        }


def _has_ended(rule: Requirement, today: datetime.date) -> bool:
    return rule.is_taken_back or (rule.valid_to is not None and rule.valid_to < today)


def _histories(rules: list[Requirement]) -> dict[int, list[tuple[LedgerEntry, str, bool]]]:
    """For each rule what was decided about it, by whom, and whether it can be undone. One query."""
    words = {
        "requirement.opened": _("Made %(day)s by %(name)s."),
        "requirement.ended": _("Ended %(day)s by %(name)s."),
        "requirement.taken_back": _("Taken back as a mistake %(day)s by %(name)s."),
        "requirement.end_undone": _("In force again since %(day)s, changed by %(name)s."),
    }
    subjects = {f"requirement:{rule.pk}": rule.pk for rule in rules}
    entries = list(LedgerEntry.objects.filter(subject__in=subjects).select_related("actor").order_by("pk"))
    undone = {entry.data.get("undoes") for entry in entries}
    # Undoing its end lets a rule go on in a twin, which has a subject of its own. It is over when they all are.
    goes_on = {rule.pk for rule in rules if not _has_ended(rule, timezone.localdate())}
    for entry in reversed(entries):
        if entry.verb == "requirement.end_undone" and subjects[entry.subject] in goes_on:
            goes_on.add(entry.data["rule"])
    found: dict[int, list[tuple[LedgerEntry, str, bool]]] = defaultdict(list)
    for entry in entries:
        name = name_of(entry.actor) if entry.actor else _("the system")
        text = words[entry.verb] % {"day": day_text(timezone.localdate(entry.at)), "name": name}
        rule = subjects[entry.subject]
        can_be = entry.verb == "requirement.ended" or (entry.verb == "requirement.opened" and rule in goes_on)
        found[rule].append((entry, text, can_be and str(entry.uuid) not in undone))
    return found


class AddRequirement(ActionView):
    page_title = gettext_lazy("Add a requirement")
    submit_label = gettext_lazy("Add")
    form_class = RequirementForm
    parents = (REQUIREMENTS,)
    success_url = reverse_lazy("lms_admin:requirements")
    explanation = gettext_lazy("Who must take which course, and by when. It counts at once in the matrix.")

    def get_form_kwargs(self):
        return {
            **super().get_form_kwargs(),
            "workplaces": workplaces_in_reach(self.request.user, self.roles).order_by("path"),
            "everywhere": leads_everywhere(self.request.user),
        }

    def act(self, data):
        rule = actions.require(actor=self.request.user, **data)
        return _("“%(course)s” is now required.") % {"course": rule.course}


class RuleMixin:
    """The rule in the address, if it binds nobody whom this leader does not lead; 404 otherwise."""

    def setup(self, request, *args, **kwargs):
        self.rule = get_object_or_404(requirements_in_reach(request.user), pk=kwargs["rule"])
        super().setup(request, *args, **kwargs)

    def dispatch(self, request, *args, **kwargs):
        if not theirs_to_end(request.user, [self.rule]):
            raise Http404  # it binds others too: not this leader's to end
        return super().dispatch(request, *args, **kwargs)


def theirs_to_end(user: Any, rules: Iterable[Requirement]) -> set[int]:
    """Those of the rules that bind nobody outside this leader's reach."""
    reach = set(workplaces_in_reach(user, ActionView.roles).values_list("pk", flat=True))
    everywhere = leads_everywhere(user)
    found = set()
    for rule in rules:
        bound = {workplace.pk for workplace in rule.workplaces.all()}
        if bound <= reach and (bound or everywhere):
            found.add(rule.pk)
    return found


class EndRequirement(RuleMixin, ActionView):
    page_title = gettext_lazy("End a requirement")
    submit_label = gettext_lazy("End it")
    form_class = EndRequirementForm
    parents = (REQUIREMENTS,)
    success_url = reverse_lazy("lms_admin:requirements")
    explanation = gettext_lazy("What people have completed stays. Earlier days in the matrix stay as they were.")

    def act(self, data):
        actions.end_requirement(rule=self.rule, last_day=data["last_day"], actor=self.request.user)
        return _("The requirement holds to %(day)s.") % {"day": day_text(data["last_day"])}


class Excuse(PersonMixin, ActionView):
    page_title = gettext_lazy("Excuse from training")
    submit_label = gettext_lazy("Excuse")
    form_class = ExemptionForm
    explanation = gettext_lazy("Someone who is excused is not counted among those who are to be trained.")

    def act(self, data):
        actions.excuse(staff=self.person, actor=self.request.user, **data)
        return _("%(name)s is excused.") % {"name": self.person}


class EndExemption(PersonMixin, ActionView):
    page_title = gettext_lazy("End an exemption")
    submit_label = gettext_lazy("End it")
    form_class = EndExemptionForm
    explanation = gettext_lazy("From the day after, the person is counted again.")

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.exemption = get_object_or_404(Exemption, staff=self.person, pk=kwargs["exemption"])

    def act(self, data):
        actions.end_exemption(exemption=self.exemption, last_day=data["last_day"], actor=self.request.user)
        return _("Excused to %(day)s.") % {"day": day_text(data["last_day"])}

    def get_success_url(self):
        return reverse("lms_admin:person", args=[self.person.pk])
