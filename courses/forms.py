from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.admin.forms import WagtailAdminPageForm

from .ordering import candidates, name_nothing_optional
from .questions import KINDS
from .recordings import not_a_recording
from .validity import problems_with_validity


class SourceSettingsForm(WagtailAdminPageForm):
    """The page in the source language owns the settings; a translation shows them and cannot change them."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance.is_translation():
            return
        source = self.instance.get_source_page()
        for name in self.instance.source_settings:
            if name in self.fields:
                self.fields[name].disabled = True
                self.initial[name] = getattr(source, name)
                self.fields[name].help_text = _("Set on the page in %(language)s.") % {"language": source.locale}


class OrderForm(SourceSettingsForm):
    """Offers what may have to be done first, and refuses what no longer can. A draft may name what it likes."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        owner = self.instance.get_source_page() or self.instance
        parent = owner.get_parent() if owner.pk else self.parent_page
        self.candidates = candidates(owner, parent) if "after" in self.fields and parent else []
        if self.candidates:
            self.fields["after"].choices = [(one.uuid, one.label) for one in self.candidates]
        else:
            self.fields.pop("after", None)

    def clean(self):
        cleaned = super().clean()
        if self.is_deferred_validation or "after" not in self.fields or self.fields["after"].disabled:
            return cleaned
        chosen = [one for one in self.candidates if one.uuid in cleaned.get("after", [])]
        problems = [one.problem for one in chosen if one.problem]
        if cleaned.get("required"):
            problems += name_nothing_optional(chosen)
        for problem in problems:
            self.add_error("after", problem)
        return cleaned


class CoursePageForm(OrderForm):
    """Says at the field what is missing in how long the course is valid; not while saving a draft."""

    def clean(self):
        cleaned = super().clean()
        if not self.is_deferred_validation and not self.instance.is_translation():
            for name, problem in problems_with_validity(cleaned).items():
                self.add_error(name if name in self.fields else None, problem)
        return cleaned


class LessonPageForm(OrderForm):
    """A lesson has content. A translation may do without: then it lends its title, and the source is shown."""

    def clean(self):
        cleaned = super().clean()
        if not self.is_deferred_validation and not cleaned.get("body") and not self.instance.is_translation():
            self.add_error("body", _("Write something in the lesson before you publish it."))
        audio = cleaned.get("audio")
        if audio and (problem := not_a_recording(audio.filename)):
            self.add_error("audio", problem)
        return cleaned


class QuizPageForm(OrderForm):
    """Tells the author at the question what stops it from being asked.

    In `clean`, because an InlinePanel ignores `base_form_class` on its model; not while saving a draft.
    """

    def clean(self):
        cleaned = super().clean()
        if self.is_deferred_validation:
            return cleaned
        asked = 0
        for form in self.formsets["questions"].forms:
            form.is_valid()  # a formset cleans its forms later than this; asking now does it now, once
            values = getattr(form, "cleaned_data", {})
            if values.get("DELETE"):
                continue
            asked += form.has_changed() or form.instance.pk is not None
            if "choices" in values and "kind" in values:
                question = form.instance.with_values(values)
                for problem in KINDS[question.kind].problems(question):
                    form.add_error("choices", problem)
        if not asked and not self.instance.is_translation():
            self.add_error(None, _("Add at least one question before you publish."))
        draw = cleaned.get("draw")
        if draw and draw > asked > 0 and not self.fields["draw"].disabled:
            words = ngettext(
                "There is only %(number)s question. Draw fewer, or write more.",
                "There are only %(number)s questions. Draw fewer, or write more.",
                asked,
            )
            self.add_error("draw", words % {"number": asked})
        return cleaned
