from difflib import SequenceMatcher
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .. import ledger
from ..admin.fields import DayField, FormIdField
from ..models import Employment, EmploymentKind, JobRole, StaffMember, Workplace
from .fields import PersonField
from .personal_numbers import refuse_personal_number

#: How alike two names are that may be one: 1 is the same.
ALIKE = 0.75


class DetailsForm(forms.ModelForm):
    class Meta:
        model = StaffMember
        fields = ["given_name", "family_name", "email", "phone", "language"]


class EmployerForm(forms.Form):
    """Who employs, and by which number: by both together a staff list knows the person again."""

    employer = forms.CharField(
        label=_("Employer"), required=False, max_length=Employment._meta.get_field("employer").max_length
    )
    employee_id = forms.CharField(
        label=_("Employee id"),
        required=False,
        max_length=Employment._meta.get_field("employee_id").max_length,
        validators=[refuse_personal_number],
        help_text=_("The employer’s own number. Never a personnummer."),
    )

    def clean(self):
        super().clean()
        data = self.cleaned_data
        if data.get("employee_id") and not data.get("employer"):
            self.add_error("employer", _("Write the employer too, or leave the employee id empty."))
        return data


class JobForm(EmployerForm):
    form_id = FormIdField()
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

    field_order = ["form_id", "workplace", "role", "kind", "start", "end", "employer", "employee_id"]

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
        super().clean()
        data = self.cleaned_data
        name = f"{data.get('given_name', '')} {data.get('family_name', '')}".casefold().strip()
        is_second_click = ledger.has_written(data.get("form_id"), "staff.added")
        if name and not data.get("another") and not is_second_click:
            self.namesakes = [person for person in self.people.named(name) if person.full_name.casefold() == name]
        if self.namesakes:
            self.add_error("another", _("There is somebody with that name already. See above."))
        return data

    def visible_fields(self):
        """The question about another person is asked only where there is one."""
        asked = self.namesakes or self.data.get("another")
        return [field for field in super().visible_fields() if asked or field.name != "another"]

    field_order = ["given_name", "family_name", "another", *JobForm.field_order[:6], "email", "phone"]


class EndJobForm(forms.Form):
    last_day = DayField(label=_("Last day"), initial=timezone.localdate)


class MoveJobForm(forms.Form):
    form_id = FormIdField()
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


class NameForm(forms.Form):
    """Whose name must be typed: nobody does it to the wrong person, or by mistake."""

    name = forms.CharField(label=_("Type the name of the person"), max_length=200)

    def __init__(self, *args: Any, person: StaffMember, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.person = person
        self.fields["name"].help_text = person.full_name
        self.fields["name"].widget.attrs["autocomplete"] = "off"

    def clean_name(self) -> str:
        typed: str = self.cleaned_data["name"]
        if typed.casefold().split() != self.person.full_name.casefold().split():
            raise forms.ValidationError(gettext("That is not the name. Type it as it stands here."))
        return typed


class MergeForm(forms.Form):
    other = PersonField(label=_("The other row of the same person"))
    keep = forms.ChoiceField(
        choices=[(row, row) for row in ("", "this", "other")], required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, people: Any, like: StaffMember, **kwargs: Any):
        super().__init__(*args, **kwargs)
        field = self.fields["other"]
        field.offer(people)
        alike = [person for person in field.queryset if is_alike(person, like)]
        if alike:
            label = gettext("The same name, or nearly")
            nobody, *groups = field.choices
            field.choices = [nobody, (label, [(person.pk, _with_place(person)) for person in alike]), *groups]


def is_alike(one: StaffMember, other: StaffMember) -> bool:
    matcher = SequenceMatcher(None, one.full_name.casefold(), other.full_name.casefold())
    return matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE


def _with_place(person: StaffMember) -> str:
    places = [job.workplace.name for job in person.employments.all()]
    return f"{person.full_name} · {', '.join(places)}" if places else person.full_name
