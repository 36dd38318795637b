from django import forms
from django.utils.translation import gettext_lazy as _

from ..admin.fields import FormIdField
from ..models import HandedOutReport


class HandOutForm(forms.Form):
    """How a report is handed out. What it is of stands in the address, as the matrix had it."""

    NAMES, COUNTS = "names", "counts"
    CONTENTS = [
        (NAMES, _("With names: everyone’s courses")),
        (COUNTS, _("Counts only, for each workplace and course: may hang on a wall")),
    ]

    format = forms.ChoiceField(
        label=_("Format"), choices=HandedOutReport.Format.choices, initial="xlsx", widget=forms.RadioSelect
    )
    contents = forms.ChoiceField(label=_("What is in it"), choices=CONTENTS, initial=NAMES, widget=forms.RadioSelect)
    purpose = forms.CharField(
        label=_("What is it for?"),
        required=False,
        max_length=200,
        help_text=_("Such as: the board’s meeting in December. It is kept with the report and stands in it."),
    )
    form_id = FormIdField()
