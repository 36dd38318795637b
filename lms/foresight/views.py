"""The screen on which a leader reads what an act changes before it is done: one for every act that has figures."""

import datetime
from abc import abstractmethod
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from ..access import workplaces_in_reach
from ..admin.base import ActionView, AskFirstView
from ..requirements.change import Change
from ..wording import and_list, day_text
from .reading import day_of_effect, foresee
from .words import figures_told, tables, told


class ChangeView(AskFirstView):
    """An act that first says what it changes, in sentences and in the figures of the matrix.

    Subclasses say `look_ahead(data)`, which keeps what was found out in `change`.
    """

    confirm_template_name = "lms/admin/confirm_change.html"
    change: Change | None = None

    @abstractmethod
    def look_ahead(self, data: Any) -> Change:
        """What the act would change. Nothing of it stays."""

    def tell(self, change: Change) -> list[str]:
        return told(change)

    def foresee(self, data):
        self.change = self.look_ahead(data)
        return [*self.tell(self.change), *figures_told(self.change)]

    def shown(self, sentences):
        return f"{super().shown(sentences)} {self.change}"

    def is_done(self, data: Any) -> bool:
        """Whether the act has been carried out already: a double click."""
        return False

    def form_valid(self, form):
        if "change" not in self.request.POST and self.is_done(form.cleaned_data):
            return ActionView.form_valid(self, form)  # there is nothing left to foresee
        return super().form_valid(form)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if self.change:
            context |= {"change": self.change, "tables": tables(self.change)}
        return context


class ActAboutPeopleView(ChangeView):
    """Such an act about people: subclasses say what `save(data)` writes, and from when on it makes a difference."""

    submit_label = gettext_lazy("Show what will happen")

    @abstractmethod
    def save(self, data: Any) -> Any:
        """Carry the act out."""

    @abstractmethod
    def first_day(self, data: Any) -> datetime.date:
        """The first day on which it makes a difference."""

    def last_day(self, data: Any) -> datetime.date | None:
        """The last such day, where there is one."""
        return None

    def look_ahead(self, data):
        return foresee(
            lambda: self.save(data),
            day=day_of_effect(self.first_day(data), self.last_day(data)),
            reach=workplaces_in_reach(self.request.user, self.roles),
        )

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return {**context, "answers": answers(context["form"]) if self.change else []}


def answers(form: forms.BaseForm) -> list[tuple[str, str]]:
    """What was filled in, as it is read: label and value. What was left empty is told only where it means all."""
    cleaned = getattr(form, "cleaned_data", {})
    told = ((str(field.label), _in_words(field, cleaned.get(field.name))) for field in form.visible_fields())
    return [(label, words) for label, words in told if words]


def _in_words(bound: forms.BoundField, value: Any) -> str:
    field = bound.field
    if isinstance(value, datetime.date):
        return day_text(value)
    if isinstance(field, forms.ModelMultipleChoiceField):
        return and_list([str(each) for each in value or ()])
    if isinstance(field, forms.ModelChoiceField):
        return str(value or ("" if field.required else field.empty_label) or "")
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        return str(dict(choices).get(bound.value(), ""))
    return "" if value is None or isinstance(value, bool) else str(value)
