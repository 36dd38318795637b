from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.models import Course

from ..admin.fields import DayField, FormIdField, ManyField
from ..models import EmploymentKind, ExemptionReason, JobRole, Programme, Workplace
from ..people.searching import PeopleSearchField
from .rules import DAYS_OF_GRACE


class CourseChoiceField(forms.ModelChoiceField):
    """Live courses in catalogue order."""

    def __init__(self, **kwargs):
        super().__init__(queryset=Course.objects.none(), **kwargs)

    def __deepcopy__(self, memo):
        field = super().__deepcopy__(memo)
        field.queryset = Course.objects.live().in_tree_order()
        return field


class PlacesField(ManyField):
    """Workplaces, set in by how deep they stand in the tree."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs):
        super().__init__(queryset=Workplace.objects.none(), required=False, **kwargs)

    def label_from_instance(self, obj):
        return "\u2003" * (obj.depth - 1) + obj.name


class RolesField(ManyField):
    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs):
        super().__init__(queryset=JobRole.objects.all(), required=False, **kwargs)


class KindsField(forms.MultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs):
        super().__init__(choices=EmploymentKind.choices, required=False, **kwargs)


class TermsForm(forms.Form):
    """What a rule says. The names of the fields are those of Terms, and which day it begins is the subclass's."""

    form_id = FormIdField()
    workplaces = PlacesField(
        label=gettext_lazy("Workplaces"),
        help_text=gettext_lazy("With all below them. None chosen means every workplace."),
    )
    roles = RolesField(label=gettext_lazy("Job roles"), help_text=gettext_lazy("None chosen means every role."))
    kinds = KindsField(
        label=gettext_lazy("Kinds of employment"), help_text=gettext_lazy("None chosen means every kind.")
    )
    people = PeopleSearchField(
        label=gettext_lazy("Named people"),
        required=False,
        help_text=gettext_lazy("They are bound wherever they work. If you choose only people, it is for them alone."),
    )
    except_workplaces = PlacesField(label=gettext_lazy("Not these workplaces"))
    except_roles = RolesField(label=gettext_lazy("Not these job roles"))
    except_kinds = KindsField(label=gettext_lazy("Not these kinds of employment"))
    except_people = PeopleSearchField(label=gettext_lazy("Not these people"), required=False)
    mandatory = forms.ChoiceField(
        label=gettext_lazy("Mandatory or recommended"),
        choices=[
            ("yes", gettext_lazy("They must take the course, and are counted")),
            ("no", gettext_lazy("They are recommended the course. Nobody is counted, and nobody is late")),
        ],
        initial="yes",
        required=False,
        widget=forms.RadioSelect,
    )
    due_on = DayField(label=gettext_lazy("Due on"), required=False)
    due_days = forms.IntegerField(
        label=gettext_lazy("Or so many days after the first day at work"),
        required=False,
        min_value=1,
        max_value=3650,
        help_text=gettext_lazy(
            "With both a date and days, the later one counts. Days are counted from the first day at work, or from the "
            "day the rule begins if that is later."
        ),
    )
    grace_days = forms.IntegerField(
        label=gettext_lazy("Days of grace"),
        required=False,
        min_value=0,
        max_value=365,
        initial=DAYS_OF_GRACE,
        help_text=gettext_lazy("Nobody is late in so many days from when the rule first is for them."),
    )

    def __init__(self, *args: Any, workplaces: Any, people: Any, everywhere: bool, **kwargs: Any):
        """`workplaces` and `people` are those that the leader may bind; only with `everywhere` may it be everyone."""
        super().__init__(*args, **kwargs)
        self.everywhere = everywhere
        for name in ("workplaces", "except_workplaces"):
            self.fields[name].queryset = workplaces
        if not everywhere:
            self.fields["workplaces"].help_text = gettext_lazy("With all below them.")
        self.searches = False
        for name in ("people", "except_people"):
            field, widget = self.fields[name], self.fields[name].widget
            chosen = (
                widget.value_from_datadict(self.data, self.files, name) if self.is_bound else self.initial.get(name)
            )
            field.offer(people, chosen=chosen or (), words=widget.words_of(self.data, name))
            self.searches = self.searches or widget.asks_for_search(self.data, name)

    def full_clean(self) -> None:
        """Whoever searches for a name has not answered yet, and is told of no mistakes."""
        if self.searches:
            self._errors, self.cleaned_data = ErrorDict(), {}
        else:
            super().full_clean()

    def clean_mandatory(self) -> bool:
        return bool(self.cleaned_data["mandatory"] != "no")

    def clean_grace_days(self) -> int:
        days = self.cleaned_data["grace_days"]
        return DAYS_OF_GRACE if days is None else days

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        only_people = data.get("people") and not data.get("roles") and not data.get("kinds")
        if not self.everywhere and not self.errors and not data["workplaces"] and not only_people:
            # Who leads a part of the tree cannot bind the rest of it.
            self.add_error("workplaces", _("Choose at least one workplace, or people by name."))
        if data.get("mandatory") is False:
            refusal = _("What is only recommended has no due date. Leave this empty, or choose that they must take it.")
            for name in ("due_on", "due_days"):
                if data.get(name):
                    self.add_error(name, refusal)
        return data

    def who(self) -> list[forms.BoundField]:
        return [self[name] for name in ("workplaces", "roles", "kinds", "people")]

    def left_out(self) -> list[forms.BoundField]:
        return [self[f"except_{name}"] for name in ("workplaces", "roles", "kinds", "people")]

    def leaves_out(self) -> bool:
        """Something is chosen, searched for or wrong among the exceptions."""
        return any(
            field.value() or field.errors or getattr(field.field.widget, "words", "") for field in self.left_out()
        )


class RequirementForm(TermsForm):
    course = CourseChoiceField(label=gettext_lazy("Course"), required=False)
    programme = forms.ModelChoiceField(
        label=gettext_lazy("Or a programme"),
        queryset=Programme.objects.none(),
        required=False,
        help_text=gettext_lazy("All its courses are required, and what is changed in it counts here too."),
    )
    valid_from = DayField(label=gettext_lazy("The rule holds from"), initial=timezone.localdate)

    field_order = ["form_id", "course", "programme"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["programme"].queryset = programmes = Programme.objects.standing()
        if not programmes.exists():
            self.fields["course"].required = True
            del self.fields["programme"]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if "programme" in self.fields and not {"course", "programme"} & self.errors.keys():
            if data["course"] and data["programme"]:
                self.add_error("programme", _("Choose a course or a programme, not both."))
            elif not data["course"] and not data["programme"]:
                self.add_error("course", _("Choose a course or a programme."))
        return data


class ChangeRequirementForm(TermsForm):
    first_day = DayField(
        label=gettext_lazy("The change holds from"),
        initial=timezone.localdate,
        help_text=gettext_lazy("Before that day the requirement stays as it was."),
    )


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
