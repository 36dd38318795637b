from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..admin.fields import DayField
from ..models import Role, Workplace


class TreeChoiceField(forms.ModelChoiceField):
    """Workplaces indented as they lie under each other."""

    def label_from_instance(self, workplace):
        return f"{'    ' * (workplace.depth - 1)}{workplace.name}"


class WorkplaceForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    kind = forms.ChoiceField(label=_("Kind"), choices=Workplace.Kind.choices, initial=Workplace.Kind.SERVICE_POINT)
    parent = TreeChoiceField(
        label=_("Belongs under"),
        queryset=Workplace.objects.none(),
        required=False,
        empty_label=_("Nothing: at the top"),
    )

    def __init__(self, *args, parents, may_be_top, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = parents
        self.fields["parent"].required = not may_be_top


class RenameForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)


class CloseForm(forms.Form):
    on = DayField(label=_("Last day"), initial=timezone.localdate)


class ReopenForm(forms.Form):
    """Nothing to fill in: the button is the answer."""


class ResponsibilityForm(forms.Form):
    user: Any = forms.ModelChoiceField(label=_("User"), queryset=None)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    workplace = TreeChoiceField(label=_("Workplace"), queryset=Workplace.objects.all())

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        User = get_user_model()
        self.fields["user"].queryset = User._default_manager.filter(is_active=True).order_by(User.USERNAME_FIELD)
