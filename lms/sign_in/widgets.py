"""Fields for what nobody else should read. A button beside them shows what was typed (lms/show.js); all may be pasted
into.
"""

from django import forms
from django.utils.translation import gettext_lazy as _


class PasswordInput(forms.PasswordInput):
    """`autocomplete` tells the browser's keeper of passwords which this is: current-password or new-password."""

    def __init__(self, autocomplete: str) -> None:
        super().__init__(
            attrs={
                "autocomplete": autocomplete,
                "data-lms-show": _("Show the password"),
                "data-lms-hide": _("Hide the password"),
                **_words(),
            }
        )


class PinInput(forms.TextInput):
    """A PIN on a tablet that many share.

    Not a password field: there browsers heed no autocomplete="off", and Maja's PIN would be offered to whoever taps
    next. It is a text field whose digits the style sheet hides; where a browser cannot, lms/show.js makes it a password
    field after all. What it costs: a screen reader may say the digits aloud, which it would not of a password.
    """

    def __init__(self, most_digits: int) -> None:
        super().__init__(
            attrs={
                "inputmode": "numeric",
                "maxlength": most_digits,
                "autocomplete": "off",
                "autocapitalize": "off",
                "autocorrect": "off",
                "spellcheck": "false",
                "class": "lms-pin lms-veiled",
                "data-lms-show": _("Show the PIN"),
                "data-lms-hide": _("Hide the PIN"),
                **_words(),
            }
        )

    def get_context(self, name, value, attrs):
        """A form that comes back does not bring the PIN along, as with a password."""
        return super().get_context(name, None, attrs)


def _words():
    return {"data-lms-show-word": _("Show"), "data-lms-hide-word": _("Hide")}
