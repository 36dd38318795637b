import datetime
from abc import abstractmethod
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from .. import ledger
from ..access import leads_everywhere, staff_in_reach, staff_to_manage, workplaces_above_reach, workplaces_in_reach
from ..admin.base import ActionView, AdminPage
from ..foresight.reading import day_of_effect
from ..foresight.views import ActAboutPeopleView, ChangeView
from ..models import Exemption, LedgerEntry, Programme, Requirement, RequirementTarget, StaffMember, Workplace
from ..people.sentences import name_of
from ..people.views import PersonMixin
from ..programmes.lookup import Held, contents_nearest, contents_of, courses_of
from ..wording import day_text
from . import actions
from .foresight import foresee_rule
from .forms import ChangeRequirementForm, EndExemptionForm, EndRequirementForm, ExemptionForm, RequirementForm
from .rules import ONE_DAY
from .terms import Terms, terms_of
from .words import RuleInWords, in_words, told, with_targets

REQUIREMENTS = (gettext_lazy("Requirements"), "lms_admin:requirements")


def requirements_in_reach(user):
    """Rules that touch a workplace in reach or what stands above it, or name somebody in reach, or bind everyone."""
    if leads_everywhere(user, ActionView.roles):
        return Requirement.objects.all()
    reach = workplaces_in_reach(user, ActionView.roles)
    above = workplaces_above_reach(user, ActionView.roles)
    targets = RequirementTarget.objects.filter(requirement=OuterRef("pk"), excepted=False)
    only_people = Q(Exists(targets.exclude(staff=None))) & ~Exists(targets.filter(staff=None)) & Q(kinds=[])
    return Requirement.objects.filter(
        Exists(targets.filter(Q(workplace__in=reach) | Q(workplace__in=above)))
        | Exists(targets.filter(staff__in=staff_in_reach(user, ActionView.roles)))
        | (~Exists(targets.exclude(workplace=None)) & ~only_people)
    )


class RequirementList(AdminPage, TemplateView):
    template_name = "lms/admin/requirement_list.html"
    page_title = gettext_lazy("Requirements")
    header_icon = "tasks"
    explanation = gettext_lazy("Who must take which course, and by when. The matrix counts by what stands here.")

    def get_context_data(self, **kwargs):
        today, user = timezone.localdate(), self.request.user
        rules = list(with_targets(requirements_in_reach(user)).order_by("valid_from", "pk"))
        may_end, seen = theirs_to_end(user, rules), people_seen(user, rules)
        histories = _histories(rules)
        held = contents_of({rule.programme for rule in rules if rule.programme})
        rows: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
        for series in _by_series(rules):
            shown = [rule for rule in series if not _has_ended(rule, today)] or series[-1:]
            for rule in shown:
                is_last = rule is shown[-1]
                rows[_has_ended(rule, today)].append(
                    {
                        "rule": rule,
                        "words": in_words(rule, seen=seen),
                        "how_many": _how_many(held.get(rule.programme_id or 0, []), _nearest(today, rule)),
                        "may_end": rule.pk in may_end,
                        "may_change": rule.pk in may_end and is_last,
                        # What the rule was before it was changed is told where it goes on.
                        "history": [line for row in series for line in histories.get(row.pk, [])] if is_last else [],
                    }
                )
        return {**super().get_context_data(**kwargs), "current": rows[False], "ended": rows[True]}


def _by_series(rules: list[Requirement]) -> list[list[Requirement]]:
    """The rows of each rule as it was changed, in the order in which they were made."""
    found: dict[Any, list[Requirement]] = defaultdict(list)
    for rule in rules:
        found[rule.series].append(rule)
    return [sorted(rows, key=lambda rule: rule.pk) for rows in found.values()]


def people_seen(user: Any, rules: Iterable[Requirement]) -> set[int]:
    """Those of the people whom the rules name that this leader may see."""
    named = {target.staff_id for rule in rules for target in rule.targets.all() if target.staff_id}
    found = staff_in_reach(user, ActionView.roles).filter(pk__in=named) if named else StaffMember.objects.none()
    return set(found.values_list("pk", flat=True))


def _nearest(day: datetime.date, rule: Requirement) -> datetime.date:
    """`day`, or the first or the last of the rule's days where it is none of them."""
    return min(max(day, rule.valid_from), rule.valid_to or datetime.date.max)


def _how_many(held: Iterable[Held], day: datetime.date) -> str:
    """How many of its courses a programme asks for on `day`; empty where that is all of them, or it is a course."""
    contents, courses = contents_nearest(held, day) or (None, [])
    if contents is None or contents.at_least is None:
        return ""
    return _("At least %(number)s of %(count)s courses") % {"number": contents.at_least, "count": len(courses)}


def _has_ended(rule: Requirement, today: datetime.date) -> bool:
    return rule.is_taken_back or (rule.valid_to is not None and rule.valid_to < today)


def _histories(rules: list[Requirement]) -> dict[int, list[tuple[int, LedgerEntry, str, bool]]]:
    """For each rule what was decided about it, by whom, and whether it can be undone: the latest alone. One query."""
    words = {
        "requirement.opened": _("Made %(day)s by %(name)s."),
        "requirement.changed": _("Changed %(day)s by %(name)s."),
        "requirement.change_undone": _("As before the change since %(day)s, by %(name)s."),
        "requirement.ended": _("Ended %(day)s by %(name)s."),
        "requirement.taken_back": _("Taken back as a mistake %(day)s by %(name)s."),
        "requirement.end_undone": _("In force again since %(day)s, changed by %(name)s."),
    }
    subjects = {f"requirement:{rule.pk}": rule.pk for rule in rules}
    entries = list(LedgerEntry.objects.filter(subject__in=subjects).select_related("actor").order_by("pk"))
    undone = {entry.data.get("undoes") for entry in entries}
    series = {rule.pk: rule.series for rule in rules}
    goes_on = {rule.series for rule in rules if not _has_ended(rule, timezone.localdate())}
    found: dict[int, list[tuple[int, LedgerEntry, str, bool]]] = defaultdict(list)
    taken_back = {series[subjects[entry.subject]] for entry in entries if entry.verb == "requirement.taken_back"}
    latest: dict[Any, LedgerEntry] = {}
    for entry in entries:
        of, is_undone = series[subjects[entry.subject]], str(entry.uuid) in undone
        if is_undone or of in taken_back or (entry.verb == "requirement.opened" and of not in goes_on):
            continue
        if entry.verb in ("requirement.opened", "requirement.changed", "requirement.ended"):
            latest[of] = entry
    for entry in entries:
        name = name_of(entry.actor) if entry.actor else _("the system")
        text = words[entry.verb] % {"day": day_text(timezone.localdate(entry.at)), "name": name}
        rule = subjects[entry.subject]
        found[rule].append((rule, entry, text, entry is latest.get(series[rule])))
    return found


class RuleView(ChangeView):
    """An act about a rule that first says whom it touches, and how."""

    parents = (REQUIREMENTS,)
    success_url = reverse_lazy("lms_admin:requirements")
    in_words: RuleInWords | None = None
    written = ""  # the ledger entry of a form that was sent before

    def about(self, data: Any) -> Any:
        """The course or the programme that the rule is about."""
        return self.rule.about

    @abstractmethod
    def first_day(self, data: Any) -> datetime.date:
        """The first day on which the act makes a difference."""

    @abstractmethod
    def save(self, data: Any) -> Requirement:
        """Carry the act out; returns the rule as it then is."""

    def look_ahead(self, data):
        change, self.in_words = foresee_rule(
            lambda: self.save(data),
            courses=courses_of(self.about(data)),
            day=day_of_effect(self.first_day(data)),
            workplaces=workplaces_in_reach(self.request.user, self.roles),
        )
        self.several = isinstance(self.about(data), Programme)
        return change

    def tell(self, change):
        return told(change, several=self.several)

    def shown(self, sentences):
        return f"{super().shown(sentences)} {self.in_words}"

    def is_done(self, data):
        return ledger.has_written(data.get("form_id"), self.written)

    def get_context_data(self, **kwargs):
        return {**super().get_context_data(**kwargs), "rule": self.in_words}


class TermsView(RuleView):
    """A form that says whom a rule binds. Whoever searches for a name in it gets it back with who was found."""

    template_name = "lms/admin/requirement_form.html"

    def get_form_kwargs(self):
        user = self.request.user
        return {
            **super().get_form_kwargs(),
            "workplaces": self.get_workplaces(),
            "people": self.get_people(),
            "everywhere": leads_everywhere(user, ActionView.roles),
        }

    def get_workplaces(self):
        return workplaces_in_reach(self.request.user, self.roles).order_by("path")

    def get_people(self):
        return staff_to_manage(self.request.user, self.roles)

    def form_valid(self, form):
        if form.searches:
            return self.render_to_response(self.get_context_data(form=form))
        return super().form_valid(form)


class AddRequirement(TermsView):
    page_title = gettext_lazy("Add a requirement")
    confirm_label = gettext_lazy("Add")
    form_class = RequirementForm
    explanation = gettext_lazy(
        "Who must take which course, and by when. First you see whom it touches; then you decide."
    )
    written = "requirement.opened"

    def about(self, data: Any) -> Any:
        return data["course"] or data.get("programme")

    def first_day(self, data):
        return data["valid_from"]

    def save(self, data):
        return actions.require(actor=self.request.user, **data)

    def act(self, data):
        rule = self.save(data)
        words = _("“%(course)s” is now required.") if rule.mandatory else _("“%(course)s” is now recommended.")
        return words % {"course": rule.about}


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
    """Those of the rules that bind and name nobody outside this leader's reach."""
    rules = list(rules)
    reach = set(workplaces_in_reach(user, ActionView.roles).values_list("pk", flat=True))
    everywhere, seen = leads_everywhere(user, ActionView.roles), people_seen(user, rules)
    found = set()
    for rule in rules:
        bound = [target for target in rule.targets.all() if not target.excepted]
        places = {target.workplace_id for target in bound if target.workplace_id}
        # Also of those whom it leaves out the names must be this leader's to read.
        people = {target.staff_id for target in rule.targets.all() if target.staff_id}
        only_people = bound and all(target.staff_id for target in bound) and not rule.kinds
        if places <= reach and people <= seen and (places or everywhere or only_people):
            found.add(rule.pk)
    return found


class ChangeRequirement(RuleMixin, TermsView):
    page_title = gettext_lazy("Change a requirement")
    confirm_label = gettext_lazy("Change it")
    form_class = ChangeRequirementForm
    explanation = gettext_lazy(
        "Days that have passed stay as they were. Whoever was bound before goes on being so since then: a change gives "
        "nobody new time. First you see whom it touches; then you decide."
    )
    written = "requirement.changed"

    def get_page_title(self):
        return _("Change the requirement: %(course)s") % {"course": self.rule.about}

    def get_workplaces(self):
        """Those that it names already stay."""
        named = {target.workplace_id for target in self.rule.targets.all() if target.workplace_id}
        reach = workplaces_in_reach(self.request.user, self.roles)
        return Workplace.objects.filter(Q(pk__in=reach.values("pk")) | Q(pk__in=named)).order_by("path")

    def get_people(self):
        """Those whom it names already stay, wherever they work by now."""
        named = {target.staff_id for target in self.rule.targets.all() if target.staff_id}
        people = staff_to_manage(self.request.user, self.roles)
        return StaffMember.objects.filter(Q(pk__in=people.values("pk")) | Q(pk__in=named))

    def get_initial(self):
        terms = terms_of(self.rule)
        initial = {name: getattr(terms, name) for name in Terms.__dataclass_fields__}
        for name in ("workplaces", "roles", "people"):
            for field in (name, f"except_{name}"):
                initial[field] = [row.pk for row in initial[field]]
        return {**super().get_initial(), **initial, "mandatory": "yes" if terms.mandatory else "no"}

    def first_day(self, data):
        return data["first_day"]

    def save(self, data):
        return actions.change_requirement(rule=self.rule, actor=self.request.user, **data)

    def act(self, data):
        self.save(data)
        return _("The requirement is changed from %(day)s.") % {"day": day_text(data["first_day"])}


class EndRequirement(RuleMixin, RuleView):
    page_title = gettext_lazy("End a requirement")
    confirm_label = gettext_lazy("End it")
    form_class = EndRequirementForm
    explanation = gettext_lazy("What people have completed stays. Earlier days in the matrix stay as they were.")

    def is_done(self, data):
        return self.rule.valid_to == data["last_day"] and not self.rule.is_taken_back

    def first_day(self, data):
        return data["last_day"] + ONE_DAY

    def save(self, data):
        return actions.end_requirement(rule=self.rule, last_day=data["last_day"], actor=self.request.user)

    def act(self, data):
        self.save(data)
        return _("The requirement holds to %(day)s.") % {"day": day_text(data["last_day"])}


class Excuse(PersonMixin, ActAboutPeopleView):
    page_title = gettext_lazy("Excuse from training")
    confirm_label = gettext_lazy("Yes, excuse")
    form_class = ExemptionForm
    explanation = gettext_lazy(
        "Someone who is excused is not counted among those who are to be trained. First you see what changes; then you "
        "decide."
    )

    def is_done(self, data):
        return ledger.has_written(data["form_id"], "exemption.opened")

    def first_day(self, data):
        return data["valid_from"]

    def last_day(self, data):
        return data["valid_to"]

    def save(self, data):
        return actions.excuse(staff=self.person, actor=self.request.user, **data)

    def act(self, data):
        self.save(data)
        return _("%(name)s is excused.") % {"name": self.person}


class EndExemption(PersonMixin, ActAboutPeopleView):
    page_title = gettext_lazy("End an exemption")
    confirm_label = gettext_lazy("Yes, end it")
    form_class = EndExemptionForm
    explanation = gettext_lazy(
        "From the day after, the person is counted again. First you see what changes; then you decide."
    )

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.exemption = get_object_or_404(Exemption, staff=self.person, pk=kwargs["exemption"])

    def is_done(self, data):
        return self.exemption.valid_to == data["last_day"] and not self.exemption.is_taken_back

    def first_day(self, data):
        """Also where it goes on for longer than was said before."""
        return min(data["last_day"], self.exemption.valid_to or data["last_day"]) + ONE_DAY

    def save(self, data):
        return actions.end_exemption(exemption=self.exemption, last_day=data["last_day"], actor=self.request.user)

    def act(self, data):
        self.save(data)
        return _("Excused to %(day)s.") % {"day": day_text(data["last_day"])}
