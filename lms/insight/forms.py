from django import forms

from ..admin.fields import LARGEST, DayField


class WhenForm(forms.Form):
    """Of which cell, and of when, the address asks. What cannot be is left out."""

    date = DayField(required=False)
    known = DayField(required=False)
    job = forms.IntegerField(required=False, min_value=1, max_value=LARGEST)
