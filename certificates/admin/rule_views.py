"""How certificates come about: for each course and programme, and for workplaces."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView

from courses.models import Course
from lms.access import leads_everywhere
from lms.admin.base import AdminPage, AskFirstView
from lms.models import Programme

from ..models import How
from ..rules import About, Rules, change_rule
from ..waiting import left_without
from .rule_forms import RuleForm

RULES = (gettext_lazy("Rules for certificates"), "lms_certificates_admin:rules")


class RuleList(AdminPage, TemplateView):
    template_name = "lms_certificates/admin/rule_list.html"
    page_title = RULES[0]
    header_icon = "lms-learn"
    explanation = gettext_lazy(
        "Say for each course and programme whether the certificate comes by itself, waits for a leader’s approval, or "
        "is not issued at all; and which template it is drawn with."
    )

    def get_context_data(self, **kwargs):
        rules = Rules.read()
        with_rule = [pk for how in How for pk in rules.courses(how)]
        courses = Course.objects.filter(Q(live=True) | Q(pk__in=with_rule)).in_tree_order()
        return {
            **super().get_context_data(**kwargs),
            "courses": [(course, rules.of(course)) for course in courses],
            "programmes": [(programme, rules.of(programme)) for programme in Programme.objects.standing()],
            "workplaces": rules.of(None),
            "may_change": leads_everywhere(self.request.user, self.roles),
        }


class ChangeRule(AskFirstView):
    """What changes is said first; what waits is issued only when that is asked for."""

    form_class = RuleForm
    parents = (RULES,)
    success_url = reverse_lazy("lms_certificates_admin:rules")
    confirm_label = gettext_lazy("Change the rule")
    about: About = None

    def dispatch(self, request, *args, **kwargs):
        if not leads_everywhere(request.user, self.roles):
            raise PermissionDenied
        self.rule = Rules.read().of(self.about)
        self.left = len(left_without(self.about)) if self.about else 0
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self):
        return _("Certificate: %(about)s") % {"about": self.about or _("workplaces")}

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "rule": self.rule, "left": self.left}

    def foresee(self, data):
        told = []
        how, template, months = data["how"], data["template"], data.get("months", self.rule.months)
        if how != self.rule.how:
            told.append(str(self._words()[How(how)]))
        if template != self.rule.template:
            told.append(
                _("What is issued from now on is drawn with: %(template)s.")
                % {"template": template or _("the standard template, or else the built-in look")}
            )
        if months != self.rule.months:
            words = ngettext("It is valid for %(number)s month.", "It is valid for %(number)s months.", months)
            told.append(words % {"number": months})
        is_automatic, is_asked = how == How.AUTOMATIC, bool(data.get("issue_waiting"))
        if is_asked and not is_automatic:
            raise ValidationError({"issue_waiting": _("Choose “By itself, at once” too, or take the tick away.")})
        if not told and not is_asked:
            raise ValidationError(_("Nothing is changed. Change something, or go back."))
        return [*told, *self._of_those_left(how, is_asked=is_asked)]

    def _words(self) -> dict[How, Any]:
        if self.about is None:
            return {
                How.AUTOMATIC: _(
                    "A service point gets its certificate by itself when all who work there are trained. It is "
                    "renewed by itself."
                ),
                How.APPROVED: _("A leader issues the certificate, when all who work at a service point are trained."),
                How.NONE: _("No more certificates of workplaces are issued. Those that are issued stay."),
            }
        return {
            How.AUTOMATIC: _("From now on the certificate comes by itself, as soon as all is done."),
            How.APPROVED: _("From now on the certificate waits until a leader has approved it."),
            How.NONE: _("From now on no certificate is issued. Those that are issued stay."),
        }

    def _of_those_left(self, how: str, *, is_asked: bool) -> list[str]:
        if not self.left or how == How.NONE:
            return []
        if is_asked:
            words = ngettext(
                "%(number)s certificate is issued now, of what is done already.",
                "%(number)s certificates are issued now, of what is done already.",
                self.left,
            )
        elif how == How.AUTOMATIC:
            words = ngettext(
                "%(number)s person who is done already stays without. You can issue it here later.",
                "%(number)s who are done already stay without. You can issue them here later.",
                self.left,
            )
        else:
            words = ngettext(
                "%(number)s that is done already waits for approval.",
                "%(number)s that are done already wait for approval.",
                self.left,
            )
        return [words % {"number": self.left}]

    def act(self, data):
        change_rule(
            about=self.about,
            how=data["how"],
            template=data["template"],
            months=data.get("months"),
            issue_waiting=bool(data.get("issue_waiting")),
            actor=self.request.user,
        )
        if data.get("issue_waiting"):
            return _("Saved. The certificates are issued in the background.")
        return _("Saved.")


class ChangeCourseRule(ChangeRule):
    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.about = get_object_or_404(Course, pk=kwargs["course"])


class ChangeProgrammeRule(ChangeRule):
    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.about = get_object_or_404(Programme.objects.standing(), pk=kwargs["programme"])


class ChangeWorkplaceRule(ChangeRule):
    pass
