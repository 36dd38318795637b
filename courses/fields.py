from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from wagtail.fields import StreamField

from .questions.kinds import storable
from .widgets import ChoicesWidget

MAX_CHOICES = 12
MAX_TEXT = 500
#: What only some kinds of questions have beside an answer's text: its pair; how far off a number may be, and of what.
MORE_KEYS = ("pair", "tolerance", "unit")


class BodyField(StreamField):
    """A StreamField whose blocks stay out of migrations: they have no part in the schema."""

    def deconstruct(self):
        name, _path, _args, kwargs = super().deconstruct()
        kwargs["block_lookup"] = {}
        return name, "wagtail.fields.StreamField", [[]], kwargs


def clean_choices(value: Any) -> list[dict]:
    """The choice list in `value`, with only the keys we know and an id on every choice.

    Raises ValidationError for anything that is not a list of choices. Whether the list makes a good question is
    another matter: see `questions.Kind.problems`.
    """
    if value in (None, ""):
        return []
    if not isinstance(value, list) or len(value) > MAX_CHOICES or not all(isinstance(row, dict) for row in value):
        raise ValidationError(_("The answers could not be read. Reload the page and try again."))
    choices, seen = [], set()
    for row in value:
        said = {name: storable(str(row.get(name) or "")).strip() for name in ("id", "text", "feedback", *MORE_KEYS)}
        if any(len(said[name]) > MAX_TEXT for name in said if name != "id"):
            raise ValidationError(_("An answer can have at most %(number)s characters."), params={"number": MAX_TEXT})
        identity = said["id"]
        if not identity or len(identity) > 36 or identity in seen:
            identity = get_random_string(8)
        seen.add(identity)
        more = {name: said[name] for name in MORE_KEYS if said[name]}
        choices.append(
            {
                "id": identity,
                "text": said["text"],
                "right": bool(row.get("right")),
                "feedback": said["feedback"],
                **more,
            }
        )
    return choices


class IdentitiesField(models.JSONField):
    """Courses or parts that are named by their uuid, as text. Which can be chosen is said by the page's form."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"default": list, "blank": True, **kwargs})

    def formfield(self, **kwargs):
        usual = {
            "form_class": forms.MultipleChoiceField,
            "widget": forms.CheckboxSelectMultiple,
            "show_hidden_initial": False,
        }
        return models.Field.formfield(self, **{**usual, **kwargs})


class ChoicesFormField(forms.JSONField):
    widget = ChoicesWidget

    def clean(self, value):
        return clean_choices(super().clean(value))

    def prepare_value(self, value):
        """In a block, what was posted comes back here as the text that it is when the page could not be saved."""
        return value if isinstance(value, str) else super().prepare_value(value)

    def has_changed(self, initial, data):
        if self.disabled:
            return False
        try:
            return (initial or []) != clean_choices(self.to_python(data))
        except ValidationError:
            return True


class ChoicesField(models.JSONField):
    """The choices of one question, in one validated column.

    Not rows of their own: nested inline panels lose the original's choices when a quiz is copied (Wagtail 8.0), and
    40 questions would post 1,254 fields.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"default": list, "blank": True, **kwargs})

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": ChoicesFormField, "required": False, **kwargs})
