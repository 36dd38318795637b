from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.models import Activity, Course

from ..admin.fields import LARGEST
from ..models import ActivityCompletion, CourseCompletion, StaffMember, Workplace
from ..people.fields import PersonField
from ..wording import day_text, part_text
from .review import Case


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=200,
        help_text=gettext_lazy("In a few words. Leaders who look back can read it."),
    )


class WhatForm(ReasonForm):
    """Which of somebody's completions it is about: the whole course, or one part. `what` cleans to the row."""

    what = forms.ChoiceField(label=gettext_lazy("What"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, courses: list[CourseCompletion], parts: list[ActivityCompletion], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.rows: dict[str, Any] = {f"course-{row.pk}": row for row in courses}
        self.rows |= {f"part-{row.pk}": row for row in parts}
        whole = [
            (f"course-{row.pk}", _("The whole course, completed on %(day)s") % {"day": day_text(row.completed_on)})
            for row in courses
        ]
        single = [
            (
                f"part-{row.pk}",
                _("Only %(part)s, done on %(day)s")
                % {"part": part_text(row.activity), "day": day_text(timezone.localdate(row.occurred_at))},
            )
            for row in parts
        ]
        self.fields["what"].choices = whole + single
        self.fields["what"].initial = (whole + single)[0][0]
        self.order_fields(["what", "to", "reason"])

    def clean_what(self):
        return self.rows[self.cleaned_data["what"]]


class MoveForm(WhatForm):
    to = PersonField(label=gettext_lazy("Who was it"))

    def __init__(self, *args: Any, people: QuerySet[StaffMember], first: list[str], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["to"].offer(people, first=first)


class AttemptForm(ReasonForm):
    test = forms.ModelChoiceField(
        label=gettext_lazy("Test"), queryset=Activity.objects.none(), widget=forms.RadioSelect, empty_label=None
    )

    def __init__(self, *args: Any, tests: list[Activity], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["test"].queryset = Activity.objects.filter(pk__in=[test.pk for test in tests])
        self.fields["test"].initial = tests[0].pk if tests else None
        if len(tests) == 1:
            self.fields["test"].widget = forms.HiddenInput()
        self.order_fields(["test", "reason"])


class ConfirmForm(forms.Form):
    """Nothing to fill in: the button is the answer."""


class ReviewFilterForm(forms.Form):
    """What of it is shown. It lives in the address."""

    workplace = forms.ModelChoiceField(
        label=gettext_lazy("Workplace"),
        queryset=Workplace.objects.none(),
        required=False,
        empty_label=gettext_lazy("All"),
    )
    course = forms.ModelChoiceField(
        label=gettext_lazy("Course"), queryset=Course.objects.none(), required=False, empty_label=gettext_lazy("All")
    )
    settled = forms.BooleanField(label=gettext_lazy("Also what has settled itself"), required=False)
    #: Only in the address: one person's, from their page.
    person = forms.IntegerField(required=False, max_value=LARGEST, widget=forms.HiddenInput)

    def __init__(self, *args, workplaces, courses, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["workplace"].queryset = workplaces
        self.fields["course"].queryset = courses


class CasesField(forms.MultipleChoiceField):
    """Numbers of cases. One that is settled by now is no mistake of whoever chose it."""

    def valid_value(self, value):
        return True


class CasesForm(forms.Form):
    """Which cases. `case` cleans to those of them that still wait."""

    case = CasesField(required=False)

    def __init__(self, *args: Any, found: list[Case], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.found = {str(case.pk): case for case in found}

    def clean_case(self):
        return [self.found[pk] for pk in dict.fromkeys(self.cleaned_data["case"]) if pk in self.found]
