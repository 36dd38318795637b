from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy

from courses.models import Course

from ..admin.fields import DayField, FormIdField, ManyField
from ..models import EmploymentKind, ExemptionReason, JobRole, Workplace


class CourseChoiceField(forms.ModelChoiceField):
    """Live courses in catalogue order."""

    def __init__(self, **kwargs):
        super().__init__(queryset=Course.objects.none(), **kwargs)

    def __deepcopy__(self, memo):
        field = super().__deepcopy__(memo)
        field.queryset = Course.objects.live().in_tree_order()
        return field


class RequirementForm(forms.Form):
    form_id = FormIdField()
    course = CourseChoiceField(label=gettext_lazy("Course"))
    workplaces = ManyField(
        label=gettext_lazy("Workplaces"),
        queryset=Workplace.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("With all below them. None chosen means every workplace."),
    )
    roles = ManyField(
        label=gettext_lazy("Job roles"),
        queryset=JobRole.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen means every role."),
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Kinds of employment"),
        choices=EmploymentKind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen means every kind."),
    )
    due_on = DayField(label=gettext_lazy("Due on"), required=False)
    due_days = forms.IntegerField(
        label=gettext_lazy("Or so many days after the first day at work"),
        required=False,
        min_value=1,
        max_value=3650,
        help_text=gettext_lazy(
            "With both a date and days, the later one counts. Days are counted from the first day at work, or from the "
            "day the rule begins if that is later. Nobody is late in the first 14 of them."
        ),
    )
    valid_from = DayField(label=gettext_lazy("The rule holds from"), initial=timezone.localdate)

    def __init__(self, *args, workplaces, everywhere, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["workplaces"].queryset = workplaces
        if not everywhere:
            # Who leads a part of the tree cannot bind the rest of it.
            self.fields["workplaces"].required = True
            self.fields["workplaces"].help_text = gettext_lazy("With all below them.")


class EndRequirementForm(forms.Form):
    last_day = DayField(label=gettext_lazy("The last day that the rule holds"), initial=timezone.localdate)


class ExemptionForm(forms.Form):
    form_id = FormIdField()
    course = CourseChoiceField(label=gettext_lazy("Course"), required=False, empty_label=gettext_lazy("All courses"))
    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        choices=[("", gettext_lazy("Choose a reason")), *ExemptionReason.choices],
        help_text=gettext_lazy("Only project leaders see it."),
    )
    valid_from = DayField(label=gettext_lazy("From"), initial=timezone.localdate)
    valid_to = DayField(
        label=gettext_lazy("Through"),
        required=False,
        help_text=gettext_lazy("Empty: until you end it."),
    )


class EndExemptionForm(forms.Form):
    last_day = DayField(label=gettext_lazy("Last day excused"), initial=timezone.localdate)
