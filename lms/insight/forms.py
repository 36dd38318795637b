from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..admin.fields import LARGEST, DayField
from ..models import Workplace


class WorkplaceField(forms.ModelChoiceField):
    """The workplaces in reach, as they stand in the tree."""

    def __init__(self, **kwargs: Any):
        words = {"label": gettext_lazy("Workplace"), "empty_label": gettext_lazy("All"), "required": False}
        super().__init__(queryset=Workplace.objects.none(), **words, **kwargs)

    def label_from_instance(self, obj):
        return f"{'    ' * (obj.depth - 1)}{obj.name}"

    def clean(self, value):
        # A number that no row can have is a matter for the form, not for the database.
        return super().clean(value if str(value).isdecimal() and int(value) <= LARGEST else value and "-")


class WhenForm(forms.Form):
    """Of which cell, and of when, the address asks. What cannot be is left out."""

    date = DayField(required=False)
    known = DayField(required=False)
    job = forms.IntegerField(required=False, min_value=1, max_value=LARGEST)


class PeriodForm(forms.Form):
    """Of whom and of which days the course's page tells. It lives in the address."""

    workplace = WorkplaceField()
    first = DayField(label=gettext_lazy("From"), required=False)
    last = DayField(label=gettext_lazy("To and including"), required=False)

    def __init__(self, *args: Any, workplaces: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["workplace"].queryset = workplaces.order_by("path")

    def clean_last(self):
        first, last = self.cleaned_data.get("first"), self.cleaned_data["last"]
        if first and last and last < first:
            raise ValidationError(_("Choose a last day that is not before the first."))
        return last
