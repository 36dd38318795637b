import uuid

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.models import Activity

from ..admin.fields import DayField
from ..people.fields import PeopleField
from ..requirements.forms import CourseChoiceField
from .documents import DocumentField


class RegisterForm(forms.Form):
    """Who, and on which day. `form_id` lets a double click count once."""

    form_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    on = DayField(label=gettext_lazy("Day"), initial=timezone.localdate)
    people = PeopleField(label=gettext_lazy("Who"))

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["people"].offer(people)
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


class DocumentForm(forms.Form):
    """What shows it. Asked where it is agreed to: a file that was chosen does not live over a second page."""

    document = DocumentField(
        label=gettext_lazy("Document that shows it"),
        required=False,
        help_text=gettext_lazy(
            "A PDF, or a picture as PNG or JPEG, of at most 10 megabytes. It is kept with everyone you have ticked. "
            "Only project leaders can open it."
        ),
    )
