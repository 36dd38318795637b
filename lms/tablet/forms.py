from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import Workplace
from ..sign_in.widgets import PinInput
from .pins import MAX_DIGITS, clean_pin


class PairForm(forms.Form):
    workplace = forms.ModelChoiceField(label=_("Where is this tablet?"), queryset=Workplace.objects.none())
    name = forms.CharField(label=_("What do you call it?"), max_length=80, initial=_("The tablet at the counter"))

    def __init__(self, *args, workplaces, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["workplace"].queryset = workplaces


class PairingCodeForm(forms.Form):
    code = forms.CharField(
        label=_("The six digits"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "lms-pin"}),
    )


class PinForm(forms.Form):
    pin = forms.CharField(label=_("Your PIN"), max_length=MAX_DIGITS, widget=PinInput(MAX_DIGITS))


class CardAndPinForm(forms.Form):
    code = forms.CharField(
        label=_("The code on your card"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    pin = forms.CharField(
        label=_("Choose a PIN"),
        max_length=MAX_DIGITS,
        widget=PinInput(MAX_DIGITS),
        help_text=_("Four to six digits that you remember and others do not guess."),
    )

    def clean_pin(self):
        return clean_pin(self.cleaned_data["pin"])


class TabletFilterForm(forms.Form):
    """What the list of tablets shows. It lives in the address, so that a view of it can be kept and sent."""

    LOOK_AFTER, DISCONNECTED = "look-after", "disconnected"
    ONLY = [
        ("", _("Connected ones")),
        (LOOK_AFTER, _("To look after")),
        (DISCONNECTED, _("Disconnected ones")),
    ]
    #: What `order` sorts by. The name decides between equals.
    ORDERS = {
        "": ["workplace__name", "name", "pk"],
        "name": ["name", "pk"],
        "-name": ["-name", "pk"],
        "workplace": ["workplace__name", "name", "pk"],
        "-workplace": ["-workplace__name", "name", "pk"],
        "seen": ["-last_seen_at", "name", "pk"],
        "-seen": ["last_seen_at", "name", "pk"],
        "unsent": ["-unsent", "unsent_since", "name", "pk"],
        "-unsent": ["unsent", "name", "pk"],
    }

    workplace = forms.ModelChoiceField(
        label=_("Workplace"), queryset=Workplace.objects.none(), required=False, empty_label=_("All")
    )
    only = forms.ChoiceField(label=_("Show"), choices=ONLY, required=False)
    order = forms.ChoiceField(choices=[(name, name) for name in ORDERS], required=False, widget=forms.HiddenInput)

    def __init__(self, *args, workplaces, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["workplace"].queryset = workplaces
