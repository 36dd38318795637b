from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.models import Course

from ..admin.fields import DayField, FormIdField


class TitlesForm(forms.Form):
    title_sv = forms.CharField(label=gettext_lazy("Title in Swedish"), max_length=200)
    title_en = forms.CharField(
        label=gettext_lazy("Title in English"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Empty: the Swedish title."),
    )


class PlacesForm(forms.Form):
    """Which courses, in which order: a number at each. What is cleaned has them as `courses`, in that order."""

    form_id = FormIdField()
    at_least = forms.IntegerField(
        label=gettext_lazy("At least so many of them"),
        min_value=1,
        max_value=999,
        required=False,
        help_text=gettext_lazy(
            "Empty: all the courses are required. Write 2, and two of them are enough: each person chooses which."
        ),
    )

    def __init__(self, *args: Any, courses: list[Course] | None = None, **kwargs: Any):
        """`courses` are those that the programme has, in order."""
        super().__init__(*args, **kwargs)
        places = {course.pk: place for place, course in enumerate(courses or (), start=1)}
        self.choices = list(Course.objects.filter(Q(live=True) | Q(pk__in=places)).in_tree_order())
        for course in self.choices:
            self.fields[self._name(course)] = forms.IntegerField(
                label=str(course), min_value=1, max_value=999, required=False, initial=places.get(course.pk)
            )

    @staticmethod
    def _name(course: Course) -> str:
        return f"place_{course.pk}"

    def places(self) -> list[forms.BoundField]:
        return [self[self._name(course)] for course in self.choices]

    def others(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if not field.name.startswith("place_")]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        placed = [(data.pop(self._name(course), None), course) for course in self.choices]
        # Two with the same number stand as they do in the catalogue.
        data["courses"] = [course for place, course in sorted(placed, key=lambda each: each[0] or 0) if place]
        if not data["courses"] and not self.errors:
            raise forms.ValidationError(_("Write a number at each course that the programme is to hold."))
        return data


class ProgrammeForm(TitlesForm, PlacesForm):
    valid_from = DayField(
        label=gettext_lazy("It holds these courses from"),
        initial=timezone.localdate,
        help_text=gettext_lazy("Nobody is asked to take them for the programme's sake on an earlier day."),
    )


class ChangeProgrammeForm(PlacesForm):
    first_day = DayField(
        label=gettext_lazy("The change holds from"),
        initial=timezone.localdate,
        help_text=gettext_lazy("Before that day the programme stays as it was."),
    )
