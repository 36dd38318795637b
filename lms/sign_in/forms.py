from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .widgets import PasswordInput


class SignInForm(AuthenticationForm):
    """Django's own; only the words are ours."""

    error_messages = {
        "invalid_login": gettext_lazy("The user name and the password do not match. Check both and try again."),
        "inactive": gettext_lazy("This account is closed. Ask the project leader if you need it."),
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("User name")
        self.fields["password"].label = _("Password")
        self.fields["password"].widget = PasswordInput("current-password")

    def clean_username(self):
        """As the account is written, where that is the only one but for capitals: tablets like to begin with one."""
        written, users = self.cleaned_data["username"], get_user_model()._default_manager
        name = users.model.USERNAME_FIELD
        if users.filter(**{name: written}).exists():
            return written
        alike = users.filter(**{f"{name}__iexact": written}).values_list(name, flat=True)[:2]
        return alike[0] if len(alike) == 1 else written


class AskForLinkForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        max_length=254,
        error_messages={"invalid": gettext_lazy("That is no e-mail address. Check it: it has an @ in the middle.")},
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"}),
    )


class CardForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("The code on your card"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


class ChoosePasswordForm(forms.Form):
    code = forms.CharField(max_length=40, widget=forms.HiddenInput)
    password = forms.CharField(
        label=gettext_lazy("Choose a password"),
        strip=False,
        max_length=128,
        widget=PasswordInput("new-password"),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["password"].help_text = " ".join(password_validators_help_texts())

    def clean_password(self):
        password = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password
