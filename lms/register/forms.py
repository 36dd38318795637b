import uuid

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.models import Activity

from ..admin.fields import DayField, ManyField
from ..models import StaffMember
from ..requirements.forms import CourseChoiceField


class PeopleField(ManyField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, person):
        places = ", ".join(sorted({job.workplace.name for job in person.employments.all()}))
        return f"{person.full_name} · {places}" if places else person.full_name


class RegisterForm(forms.Form):
    """Who, and on which day. `form_id` lets a double click count once."""

    form_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    on = DayField(label=gettext_lazy("Day"), initial=timezone.localdate)
    people = PeopleField(label=gettext_lazy("Who"), queryset=StaffMember.objects.none())

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["people"].queryset = people
        self.order_fields(["what", "on", "people"])

    def clean_on(self):
        day = self.cleaned_data["on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("That date has not come yet. Choose today or an earlier day."))
        return day


class AttendanceForm(RegisterForm):
    what = forms.ModelChoiceField(label=gettext_lazy("Meetup"), queryset=Activity.objects.none())

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["what"].queryset = (
            Activity.objects.live().filter(kind="workshop", course__live=True).select_related("course").in_tree_order()
        )
        if not self.fields["what"].queryset.exists():
            self.fields["what"].help_text = _("There is no meetup yet. A course leader adds one as a page in a course.")


class EarlierTrainingForm(RegisterForm):
    what = CourseChoiceField(label=gettext_lazy("Course"))
