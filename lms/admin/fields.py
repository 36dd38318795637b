"""Form fields that take whatever is sent to them, and say in plain words what they cannot use."""

import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from courses.widgets import DateInput

FIRST_YEAR, LAST_YEAR = 1900, 2200

#: The largest number that a primary key can be. A database chokes on a greater one in a list.
LARGEST = 2**63 - 1


class DayField(forms.DateField):
    """A day that people's work can have. One far away is a slip of the hand, and no sum of days stands it."""

    widget = DateInput

    def validate(self, value):
        super().validate(value)
        if value and not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise ValidationError(
                _("Choose a day between the years %(first)s and %(last)s.") % {"first": FIRST_YEAR, "last": LAST_YEAR},
                code="far",
            )


class FormIdField(forms.UUIDField):
    """An id of the form's own, so that a double click counts once. A form that was sent without gets one here."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs):
        super().__init__(required=False, initial=uuid.uuid4, **kwargs)

    def clean(self, value):
        return super().clean(value) or uuid.uuid4()


class ManyField(forms.ModelMultipleChoiceField):
    """Any number of rows. A number that no row can have is no valid choice, and no error of the database."""

    def clean(self, value):
        for each in value or ():
            if self._is_too_large(each):
                raise ValidationError(
                    self.error_messages["invalid_choice"], code="invalid_choice", params={"value": each}
                )
        return super().clean(value)

    @staticmethod
    def _is_too_large(value):
        try:
            return abs(int(value)) > LARGEST
        except (TypeError, ValueError):
            return False  # no number at all, which Django itself refuses
