from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..admin.fields import DayField
from ..models import EmploymentKind, JobRole, StaffMember, Workplace


class DetailsForm(forms.ModelForm):
    class Meta:
        model = StaffMember
        fields = ["given_name", "family_name", "email", "phone", "language"]


class JobForm(forms.Form):
    workplace = forms.ModelChoiceField(label=_("Workplace"), queryset=Workplace.objects.none())
    role = forms.ModelChoiceField(label=_("Job role"), queryset=JobRole.objects.all())
    kind = forms.ChoiceField(
        label=_("Kind of employment"), choices=EmploymentKind.choices, initial=EmploymentKind.EMPLOYED
    )
    start = DayField(label=_("First day"), initial=timezone.localdate)
    end = DayField(
        label=_("Last day"),
        required=False,
        help_text=_("Only if it is known, as for a seasonal job."),
    )

    def __init__(self, *args, workplaces, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["workplace"].queryset = workplaces
        self.fields["role"].empty_label = None if JobRole.objects.count() == 1 else "---------"


class AddStaffForm(JobForm):
    given_name = forms.CharField(label=_("First name"), max_length=80)
    family_name = forms.CharField(label=_("Family name"), max_length=80)
    email = forms.EmailField(label=_("E-mail"), required=False)
    phone = forms.CharField(label=_("Phone"), max_length=30, required=False)

    field_order = ["given_name", "family_name", "workplace", "role", "kind", "start", "end", "email", "phone"]


class EndJobForm(forms.Form):
    last_day = DayField(label=_("Last day"), initial=timezone.localdate)


class MoveJobForm(forms.Form):
    workplace = forms.ModelChoiceField(label=_("New workplace"), queryset=Workplace.objects.none())
    role = forms.ModelChoiceField(label=_("Job role"), queryset=JobRole.objects.all())
    first_day = DayField(label=_("First day there"), initial=timezone.localdate)

    def __init__(self, *args, workplaces, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["workplace"].queryset = workplaces


class StaffFilterForm(forms.Form):
    q = forms.CharField(label=_("Name"), required=False, max_length=80)
    workplace = forms.ModelChoiceField(
        label=_("Workplace"), queryset=Workplace.objects.none(), required=False, empty_label=_("All")
    )
    left = forms.BooleanField(label=_("Also those who have left"), required=False)

    def __init__(self, *args, workplaces, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["workplace"].queryset = workplaces
