from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminPageForm

from .questions import KINDS


class SourceSettingsForm(WagtailAdminPageForm):
    """The page in the source language owns the settings; a translation shows them and cannot change them."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        source = self.instance.get_source_page()
        if source is None or source.pk == self.instance.pk:
            return
        for name in self.instance.source_settings:
            if name in self.fields:
                self.fields[name].disabled = True
                self.initial[name] = getattr(source, name)
                self.fields[name].help_text = _("Set on the page in %(language)s.") % {"language": source.locale}


class QuizPageForm(SourceSettingsForm):
    """Tells the author at the question what stops it from being asked.

    In `clean`, because an InlinePanel ignores `base_form_class` on its model; not while saving a draft.
    """

    def clean(self):
        cleaned = super().clean()
        if self.is_deferred_validation:
            return cleaned
        forms = [form for form in self.formsets["questions"].forms if not self._is_deleted(form)]
        for form in forms:
            if not hasattr(form, "cleaned_data") or "choices" not in form.cleaned_data:
                continue
            try:
                question = form.instance.with_values(form.cleaned_data)
                problems = KINDS[question.kind].problems(question)
            except (KeyError, ObjectDoesNotExist):
                continue  # the kind itself is missing, and its own field says so
            for problem in problems:
                form.add_error("choices", problem)
        if not forms:
            self.add_error(None, _("Add at least one question before you publish."))
        return cleaned

    @staticmethod
    def _is_deleted(form):
        return form.cleaned_data.get("DELETE") if hasattr(form, "cleaned_data") else False
