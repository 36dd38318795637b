from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .files import MOST_BYTES


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("The list"),
        help_text=_("An Excel file (.xlsx) or CSV. Nothing is changed yet: first you see what would be."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.txt,.tsv"}),
        allow_empty_file=True,  # the preview says what to do about it
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError(_("The file is too large. Split it in two and read in one at a time."))
        return file
