import datetime
from collections.abc import Iterable
from html import escape
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import flatatt
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from courses.models import Course
from courses.widgets import DateInput

from ..admin.fields import DayField
from ..models import Programme, Workplace
from ..requirements.lookup import end_of
from ..wording import day_text
from .cells import known_text


class KnownInput(DateInput):
    """A day to choose. A moment that an address asks for is said, and kept as it is: a day is all that one chooses."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        try:
            moment = KnownField(required=False).clean(value) if is_moment(value) else None
        except ValidationError:
            moment = None
        if moment is None:
            return super().render(name, None if is_moment(value) else value, attrs, renderer)
        own = self.build_attrs(self.attrs, attrs)
        return format_html(
            "<output{}>{}</output><input{}>",
            flatatt({"id": own.get("id", False)}),
            known_text(moment),
            flatatt({"type": "hidden", "name": name, "value": value}),
        )


def is_moment(value: Any) -> bool:
    """Whether what is written is to be a moment, and not a day."""
    return isinstance(value, str) and "T" in value


class KnownField(DayField):
    """Up to when the register is asked what it knew: the end of a day, or a moment ("2026-10-05T09:30:00Z")."""

    widget = KnownInput

    def to_python(self, value):
        if is_moment(value):
            try:
                moment = parse_datetime(value)
            except ValueError:
                moment = None
            if moment is None:
                raise ValidationError(self.error_messages["invalid"], code="invalid")
            return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
        day = super().to_python(value)
        return end_of(day) if day else None


class PlainSelect(forms.Select):
    """Drawn without a template for each option: a region has hundreds of workplaces."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = set(self.format_value(value))
        options = [
            f'<option value="{escape(str(key))}"{" selected" * (str(key) in chosen)}>{escape(str(label))}</option>'
            for key, label in self.choices
        ]
        own = flatatt(self.build_attrs(self.attrs, {**(attrs or {}), "name": name}))
        return format_html("<select{}>{}</select>", own, mark_safe("".join(options)))  # noqa: S308 each is escaped


class MatrixFilterForm(forms.Form):
    """What the matrix is about. It lives in the address, so that a view of it can be kept and sent."""

    ONLY = [
        ("", _("Everyone")),
        ("missing", _("Those with courses left")),
        ("late", _("Those with an overdue course")),
        ("help", _("Those who need help")),
    ]

    #: A minus turns the order round.
    ORDERS = [
        ("workplace", _("Workplace")),
        ("-workplace", _("Workplace, from Z to A")),
        ("name", _("Name")),
        ("-name", _("Name, from Z to A")),
        ("late", _("Most overdue courses first")),
        ("-late", _("Fewest overdue courses first")),
        ("share", _("Least done first")),
        ("-share", _("Most done first")),
    ]

    #: Asked for every day. The rest is folded away, and `in_words` says what is chosen of it.
    IN_SIGHT = ("workplace", "only", "q")

    date = DayField(label=_("As of"), required=False)
    workplace = forms.TypedChoiceField(
        label=_("Workplace"), required=False, coerce=int, empty_value=None, widget=PlainSelect
    )
    role = forms.CharField(label=_("Job role"), required=False, max_length=80, widget=PlainSelect)
    course = forms.IntegerField(label=_("Course"), required=False, widget=PlainSelect)
    only = forms.ChoiceField(label=_("Show"), choices=ONLY, required=False, widget=PlainSelect)
    order = forms.ChoiceField(label=_("Sorted by"), choices=ORDERS, required=False, widget=forms.HiddenInput)
    q = forms.CharField(label=_("Name"), required=False, max_length=80)
    #: What a report that was handed out on that day said.
    known = KnownField(label=_("As it was known on"), required=False)
    compare = DayField(label=_("Compare with"), required=False)
    programme = forms.IntegerField(label=_("Show the courses of"), required=False, widget=PlainSelect)

    def __init__(self, *args: Any, workplaces: Iterable[Workplace], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["workplace"].choices = [
            ("", _("All")),
            *((place.pk, f"{'    ' * (place.depth - 1)}{place.name}") for place in workplaces),
        ]

    def clean(self) -> dict[str, Any]:
        chosen = super().clean() or {}
        compare, day = chosen.get("compare"), chosen.get("date") or timezone.localdate()
        if compare and compare >= day:
            words = _("Choose a day before %(day)s, which is the one that is shown.")
            self.add_error("compare", ValidationError(words, params={"day": day_text(day)}))
        return chosen

    @property
    def first_fields(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name in self.IN_SIGHT]

    @property
    def folded_fields(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name not in self.IN_SIGHT]

    @property
    def is_unfolded(self) -> bool:
        return any(field.errors for field in self.folded_fields)

    def in_words(self, names: Iterable[str] = ()) -> list[str]:
        """What is chosen, such as "Workplace: Brattfors": of all fields that are seen, or of `names`."""
        names = names or [field.name for field in self.visible_fields()]
        chosen = getattr(self, "cleaned_data", {})
        told = [
            (self.fields[name].label, self._said(name, chosen[name]))
            for name in names
            if name in self.fields and chosen.get(name)
        ]
        return [f"{label}: {said}" for label, said in told if said]

    def _said(self, name: str, value: Any) -> str:
        """Empty where it has no say: a programme that holds nothing then."""
        if name == "known":
            return known_text(value)
        if isinstance(value, datetime.date):
            return day_text(value)
        otherwise = {"programme": "", "course": _("one that is not required on the day")}.get(name, value)
        choices = dict(getattr(self.fields[name].widget, "choices", ()))
        return str(choices.get(value, otherwise)).strip()

    def offer(self, *, roles: Iterable[str], courses: Iterable[Course]) -> None:
        """The roles and courses there are on the day, known only when the day is."""
        self.fields["role"].widget.choices = [("", _("All")), *((role, role) for role in sorted(roles))]
        self.fields["course"].widget.choices = [("", _("All required")), *((c.pk, c.title) for c in courses)]

    def offer_programmes(self, programmes: Iterable[Programme]) -> None:
        """The field is there only if there are any."""
        choices = [(programme.pk, programme.title) for programme in programmes]
        if choices:
            self.fields["programme"].widget.choices = [("", _("All of them")), *choices]
        else:
            del self.fields["programme"]
