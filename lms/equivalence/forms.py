from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.models import Course

from ..admin.fields import DayField, FormIdField, ManyField
from ..models import EquivalenceKind
from ..requirements.forms import CourseChoiceField


class SourcesField(ManyField):
    """Any courses, also those that are no longer published: they are what is counted most often."""

    def __init__(self, **kwargs):
        super().__init__(queryset=Course.objects.none(), widget=forms.CheckboxSelectMultiple, **kwargs)

    def __deepcopy__(self, memo):
        field = super().__deepcopy__(memo)
        field.queryset = Course.objects.in_tree_order()
        return field

    def label_from_instance(self, obj):
        return str(obj) if obj.live else _("%(course)s (no longer published)") % {"course": obj}


class EquivalenceForm(forms.Form):
    form_id = FormIdField()
    sources = SourcesField(
        label=gettext_lazy("Whoever has completed"),
        help_text=gettext_lazy("If you choose several, all of them are needed together."),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("What it does"),
        widget=forms.RadioSelect,
        choices=[
            (EquivalenceKind.COUNTS, gettext_lazy("Counts as the other course, as long as it is valid itself")),
            (
                EquivalenceKind.RENEWS,
                gettext_lazy("Renews the other course, for those who have had it: a shorter course to take again"),
            ),
        ],
        initial=EquivalenceKind.COUNTS,
    )
    target = CourseChoiceField(label=gettext_lazy("The other course"))
    valid_from = DayField(
        label=gettext_lazy("Counts from"),
        initial=timezone.localdate,
        help_text=gettext_lazy("It counts on this day and later, whenever the course was completed."),
    )


class EndEquivalenceForm(forms.Form):
    last_day = DayField(label=gettext_lazy("The last day that it counts"), initial=timezone.localdate)
