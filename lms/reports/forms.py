from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import Course

from ..admin.widgets import DateInput
from ..models import JobRole, Workplace
from ..workplaces.forms import TreeChoiceField


class MatrixFilterForm(forms.Form):
    """What the matrix is about. It lives in the address, so that a view of it can be kept and sent."""

    ONLY = [("", _("Everyone")), ("missing", _("Those who miss something")), ("late", _("Those who are late"))]

    date = forms.DateField(label=_("As of"), required=False, widget=DateInput)
    workplace = TreeChoiceField(
        label=_("Workplace"), queryset=Workplace.objects.none(), required=False, empty_label=_("All")
    )
    role = forms.ModelChoiceField(
        label=_("Job role"), queryset=JobRole.objects.all(), required=False, empty_label=_("All")
    )
    course = forms.ModelChoiceField(
        label=_("Course"), queryset=Course.objects.none(), required=False, empty_label=_("All required")
    )
    only = forms.ChoiceField(label=_("Show"), choices=ONLY, required=False)
    q = forms.CharField(label=_("Name"), required=False, max_length=80)

    def __init__(self, *args, workplaces, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["workplace"].queryset = workplaces.order_by("path")
        self.fields["course"].queryset = Course.objects.live().in_tree_order()
