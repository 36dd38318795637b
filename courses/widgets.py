import json

from django import forms
from django.utils.translation import gettext as _


class DateInput(forms.DateInput):
    """The browser's own date picker: works by keyboard and touch, and needs no script of ours or Wagtail's.

    Wagtail's, besides, makes the first of some month of "25/11", without a word.
    """

    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class ChoicesWidget(forms.Textarea):
    """Rows of answers over one hidden JSON input. `choices.js` draws the rows; see ChoicesField for the format."""

    template_name = "lms_courses/widgets/choices.html"

    def format_value(self, value):
        if value in (None, ""):
            return "[]"
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["labels"] = json.dumps(
            {
                "group": _("Answers"),
                "answer": _("Answer %(number)s"),
                "accepted": _("Accepted spelling %(number)s"),
                "item": _("Number %(number)s"),
                "left": _("Line %(number)s"),
                "pair": _("Belongs with line %(number)s"),
                "number": _("The right number"),
                "tolerance": _("Largest deviation accepted (optional)"),
                "unit": _("Unit, shown after the box (optional)"),
                "orderHint": _("Write them in the right order. Everyone gets them shuffled."),
                "matchHint": _(
                    "The lines stand in the order you write them. What belongs with them is shuffled, "
                    "and the learner chooses."
                ),
                "addItem": _("Add one more"),
                "addPair": _("Add a pair"),
                "right": _("Right"),
                "feedback": _("Shown to those who choose this (optional)"),
                "add": _("Add an answer"),
                "addAccepted": _("Add a spelling"),
                "remove": _("Remove answer %(number)s"),
                "up": _("Move answer %(number)s up"),
                "down": _("Move answer %(number)s down"),
                "true": _("True"),
                "false": _("False"),
                "removed": _("Answer removed."),
            },
            ensure_ascii=False,
        )
        return context

    def id_for_label(self, id_):
        return ""  # the rows have labels of their own

    class Media:
        js = ("lms_courses/admin/choices.js",)
        css = {"all": ("lms_courses/admin/editor.css",)}
