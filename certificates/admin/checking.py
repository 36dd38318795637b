"""A leader is handed a file: everything that can be found out about it, in plain words. The file is not kept."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView

from lms.access import LEADERS
from lms.admin.base import AdminPage

from ..signing.checking import MOST_BYTES, check


class CheckForm(forms.Form):
    file = forms.FileField(
        label=_("The file"),
        help_text=_("The PDF as you got it. It is looked at and not kept."),
        widget=forms.FileInput(attrs={"accept": ".pdf,application/pdf"}),
        allow_empty_file=True,  # what is wrong with it is said with the rest
    )

    def clean_file(self) -> bytes:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError(_("The file is too large to be a certificate. Choose the PDF itself."))
        return file.read()


class CheckCertificate(AdminPage, FormView):
    roles = LEADERS
    form_class = CheckForm
    template_name = "lms_certificates/admin/check.html"
    page_title = _("Check a certificate")
    header_icon = "circle-check"
    explanation = _(
        "Somebody has handed you a certificate as a file. Here you see whether it was issued here, whether anything "
        "has been changed, and whether it counts today."
    )

    def form_valid(self, form):
        return self.render_to_response(self.get_context_data(form=form, report=check(form.cleaned_data["file"])))

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            submit_button_label=_("Check it"), action_url=self.request.get_full_path(), **kwargs
        )
