from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.models import Course

from ..admin.fields import LARGEST, DayField
from ..models import JobRole, Workplace
from ..reports.forms import KnownField


class RowField(forms.ModelChoiceField):
    """One row or none. A number that no row can have is no valid choice, and no error of the database."""

    def clean(self, value):
        return super().clean(value if str(value).isdecimal() and int(value) <= LARGEST else value and "-")


class WorkplaceField(RowField):
    """The workplaces in reach, as they stand in the tree."""

    def __init__(self, **kwargs: Any):
        super().__init__(
            queryset=Workplace.objects.none(),
            label=gettext_lazy("Workplace"),
            empty_label=gettext_lazy("All"),
            required=False,
            **kwargs,
        )

    def label_from_instance(self, obj):
        return f"{'    ' * (obj.depth - 1)}{obj.name}"


class WhenForm(forms.Form):
    """Of which cell, and of when, the address asks. What cannot be is left out."""

    date = DayField(required=False)
    known = KnownField(required=False)
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


class TrendForm(forms.Form):
    """Of whom and of which days the trend tells: the matrix's own names, so that one leads to the other."""

    since = DayField(label=gettext_lazy("Compared with"), required=False)
    date = DayField(label=gettext_lazy("As of"), required=False)
    target = DayField(label=gettext_lazy("Done by"), required=False)
    workplace = WorkplaceField()
    role = forms.ModelChoiceField(
        label=gettext_lazy("Job role"),
        empty_label=gettext_lazy("All"),
        queryset=JobRole.objects.none(),
        to_field_name="name",
        required=False,
    )
    course = RowField(
        label=gettext_lazy("Course"),
        empty_label=gettext_lazy("All required"),
        queryset=Course.objects.none(),
        required=False,
    )
    known = KnownField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, workplaces: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["workplace"].queryset = workplaces.order_by("path")
        self.fields["role"].queryset = JobRole.objects.filter(employments__workplace__in=workplaces).distinct()
        in_programme = Q(programme_parts__contents__programme__requirements__isnull=False)
        required = Course.objects.filter(Q(requirements__isnull=False) | in_programme)
        self.fields["course"].queryset = Course.objects.filter(pk__in=required.values("pk")).in_tree_order()

    def clean_role(self):
        role = self.cleaned_data["role"]
        return role.name if role else ""

    def clean(self):
        data = super().clean() or self.cleaned_data
        since, date = data.get("since"), data.get("date") or timezone.localdate()
        if since and since >= date:
            self.add_error("since", _("Choose a day before the one that you compare it with."))
        return data
