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

    another = forms.BooleanField(label=_("This is another person with the same name"), required=False)

    def __init__(self, *args, people, **kwargs):
        """`people` are those among whom a namesake is looked for."""
        super().__init__(*args, **kwargs)
        self.people, self.namesakes = people, []

    def clean(self):
        data = super().clean()
        name = f"{data.get('given_name', '')} {data.get('family_name', '')}".casefold().strip()
        if name and not data.get("another"):
            self.namesakes = [person for person in self.people.named(name) if person.full_name.casefold() == name]
        if self.namesakes:
            self.add_error("another", _("There is somebody with that name already. See above."))
        return data

    def visible_fields(self):
        """The question about another person is asked only where there is one."""
        asked = self.namesakes or self.data.get("another")
        return [field for field in super().visible_fields() if asked or field.name != "another"]

    field_order = [
        "given_name",
        "family_name",
        "another",
        "workplace",
        "role",
        "kind",
        "start",
        "end",
        "email",
        "phone",
    ]


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
