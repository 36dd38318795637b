"""What our admin views share: the access rule first, Wagtail's page furniture, forms that call one function."""

import hashlib
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from ..access import may_lead
from ..models import Role


class LeaderMixin:
    """Lets in superusers and those responsible as one of `roles`. Wagtail itself asks only for admin access."""

    roles: tuple[str, ...] = (Role.PROJECT_LEADER,)

    def dispatch(self, request, *args, **kwargs):
        if not may_lead(request.user, *self.roles):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class AdminPage(LeaderMixin, WagtailAdminTemplateMixin):
    """Page furniture: breadcrumbs are Home, then `parents` (label, url name), then the page itself.

    `explanation` says in a sentence or two what the page is for, where that is not plain.
    """

    parents: tuple[tuple[Any, str], ...] = ()
    header_icon = "lms-learn"
    explanation: Any = ""

    def get_breadcrumbs_items(self):
        return [
            {"url": reverse_lazy("wagtailadmin_home"), "label": gettext_lazy("Home")},
            *({"url": url, "label": label} for label, url in self.get_parents()),
            {"url": "", "label": self.get_page_title()},
        ]

    def get_parents(self):
        return [(label, reverse(name)) for label, name in self.parents]

    def get_context_data(self, **kwargs):
        return {"explanation": self.explanation, **super().get_context_data(**kwargs)}


class ActionView(AdminPage, FormView):
    """A form that carries out one act. Subclasses say `act(data)`, which returns the success message.

    A ValidationError from the act is shown at its field; nothing has then been written.
    """

    template_name = "lms/admin/form.html"
    submit_label: Any = gettext_lazy("Save")

    def act(self, data: dict[str, Any]) -> str:
        raise NotImplementedError

    def form_valid(self, form):
        try:
            message = self.act(form.cleaned_data)
        except ValidationError as error:
            self._show(form, error)
            return self.form_invalid(form)
        if message:
            messages.success(self.request, message)
        return HttpResponseRedirect(self.get_success_url())

    def form_invalid(self, form):
        messages.error(self.request, _("Nothing was saved. See the message at the field."))
        return self.render_to_response(self.get_context_data(form=form), status=422)

    @staticmethod
    def _show(form, error):
        """At the field where it belongs, if the form has it."""
        if hasattr(error, "error_dict"):
            for name, problems in error.error_dict.items():
                form.add_error(name if name in form.fields else None, problems)
        else:
            form.add_error(None, error)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        context.update(
            submit_button_label=self.submit_label,
            action_url=self.request.get_full_path(),
            media=context["form"].media,
        )
        return context


class AskFirstView(ActionView):
    """An act that first says what it will do, and does it when that is confirmed.

    Subclasses say `foresee(data)`, whole sentences. What is confirmed is what was shown: if it would be otherwise by
    then, it is shown anew.
    """

    confirm_template_name = "lms/admin/confirm.html"
    submit_label = gettext_lazy("Show what will happen")
    confirm_label: Any = gettext_lazy("Do it")

    def foresee(self, data: dict[str, Any]) -> list[str]:
        raise NotImplementedError

    def agreed_to(self) -> str:
        """The seal of what was shown and is agreed to; empty where it is to be shown, and not done."""
        return "" if "again" in self.request.POST else self.request.POST.get("seen", "")

    def shown(self, told: list[str]) -> str:
        """All that was shown, as text: by it is known whether something has changed since."""
        return "\n".join(map(str, told))

    def form_valid(self, form):
        if "change" in self.request.POST:
            return self.render_to_response(self.get_context_data(form=form))
        try:
            told = self.foresee(form.cleaned_data)
        except ValidationError as error:
            self._show(form, error)
            return self.form_invalid(form)
        seal = hashlib.sha256(self.shown(told).encode()).hexdigest()
        seen = self.agreed_to()
        if seen == seal:
            return super().form_valid(form)
        self.template_name = self.confirm_template_name
        return self.render_to_response(
            self.get_context_data(
                form=form, told=told, seal=seal, has_changed=bool(seen), confirm_label=self.confirm_label
            )
        )


class ConfirmView(AskFirstView):
    """An act with nothing to fill in: the first page says already what it will do."""

    form_class: Any = forms.Form
    confirm_template_name = "lms/admin/confirm_act.html"

    def get(self, request, *args, **kwargs):
        form = self.get_form_class()(data={})
        form.is_valid()
        return self.form_valid(form)

    def get_context_data(self, **kwargs):
        return {**super().get_context_data(**kwargs), "back": self.get_success_url()}
