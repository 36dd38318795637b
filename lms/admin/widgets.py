from django import forms


class DateInput(forms.DateInput):
    """The browser's own date picker: works by keyboard and touch, and needs no script of ours or Wagtail's."""

    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs=attrs, format="%Y-%m-%d")
