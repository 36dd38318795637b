from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ..models import CertificateTemplate, How, IssueRule


class RuleForm(forms.Form):
    """How certificates come about, and what they look like. `left` is how many could be issued at once."""

    how = forms.ChoiceField(label=_("How it is issued"), choices=How.choices, widget=forms.RadioSelect)
    template = forms.ModelChoiceField(
        label=_("Template"),
        queryset=CertificateTemplate.objects.none(),
        required=False,
        empty_label=_("The standard template, or else the built-in look"),
        help_text=_("What is issued already stays as it is."),
    )
    months = forms.IntegerField(
        label=_("Valid for, in months"),
        min_value=1,
        max_value=120,
        help_text=_("Then it is renewed, if all are trained."),
    )
    issue_waiting = forms.BooleanField(required=False)

    def __init__(self, *args: Any, rule: IssueRule, left: int, **kwargs: Any):
        super().__init__(*args, **kwargs)
        templates: Any = self.fields["template"]
        templates.queryset = CertificateTemplate.objects.filter(live=True).order_by("name")
        self.initial.update(how=rule.how, template=rule.template, months=rule.months)
        if rule.course_id or rule.programme_id:
            del self.fields["months"]
        if left:
            words = ngettext(
                "Issue %(number)s certificate now, of what is done already",
                "Issue %(number)s certificates now, of what is done already",
                left,
            )
            self.fields["issue_waiting"].label = words % {"number": left}
            self.fields["issue_waiting"].help_text = _(
                "Only together with “By itself, at once”. Without it they stay without a certificate."
            )
        else:
            del self.fields["issue_waiting"]


class KeysField(forms.MultipleChoiceField):
    """What was ticked. One that is settled by now is no mistake of whoever chose it."""

    widget = forms.MultipleHiddenInput

    def valid_value(self, value):
        return True


class DeclineForm(forms.Form):
    key = KeysField()
    reason = forms.CharField(
        label=_("Why"), max_length=200, help_text=_("The person reads it under their certificates."), strip=True
    )
