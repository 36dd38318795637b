import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from courses.models import Activity, Course

from ..admin.fields import DayField, FormIdField
from ..wording import day_text, part_text
from .offers import Offer, day_of
from .words import what_changed


class RetrainingForm(forms.Form):
    """Which changes are to be done again, one choice for each part. `chosen` holds them once it is clean."""

    form_id = FormIdField()

    def __init__(self, *args: Any, course: Course, offers: dict[Activity, list[Offer]], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.offers = offers
        for activity, own in offers.items():
            self.fields[_name(activity)] = forms.ChoiceField(
                label=capfirst(part_text(activity)),
                widget=forms.RadioSelect,
                choices=[("", _("Need not be done again")), *((_code(offer), _label(offer)) for offer in own)],
                required=False,
            )
        self.fields["by_when"] = DayField(
            label=gettext_lazy("To be done again by"),
            help_text=gettext_lazy("What was done before counts up to and with this day."),
        )
        self.languages = {}
        for language, label in settings.LANGUAGES:
            name = f"note_{language}"
            self.languages[language] = name
            self.fields[name] = forms.CharField(
                label=_("What is new (%(language)s)") % {"language": label},
                max_length=300,
                required=language == course.source_language,
                widget=forms.Textarea(attrs={"rows": 2}),
                help_text=_("In a sentence or two, to those who are to do it again. It is shown in the course.")
                if language == course.source_language
                else _("Empty: they read it in the language of the course."),
            )
        self.fields["also_begun"] = forms.BooleanField(
            label=gettext_lazy("Also those who are in the middle of the course"),
            required=False,
            help_text=gettext_lazy("What they have done already of the parts above, they do again. Else it counts."),
        )

    def clean_by_when(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["by_when"]
        if day < timezone.localdate():
            raise ValidationError(_("The day has passed already. Choose today or a later day."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.chosen = [
            offer for activity, own in self.offers.items() for offer in own if data.get(_name(activity)) == _code(offer)
        ]
        if not self.chosen:
            raise ValidationError(_("Choose at least one part that is to be done again."))
        return data

    @property
    def notes(self) -> dict[str, str]:
        return {language: self.cleaned_data[name] for language, name in self.languages.items()}


def _name(activity: Activity) -> str:
    return f"part_{activity.pk}"


def _code(offer: Offer) -> str:
    return offer.since.isoformat()


def _label(offer: Offer) -> str:
    if offer.is_new:
        words = ngettext(
            "By all who completed the course without it (%(number)s person)",
            "By all who completed the course without it (%(number)s people)",
            offer.people,
        )
        return words % {"number": offer.people}
    words = ngettext(
        "By all who did it before the change on %(day)s (%(number)s person). %(what)s",
        "By all who did it before the change on %(day)s (%(number)s people). %(what)s",
        offer.people,
    )
    return words % {"number": offer.people, "day": day_text(day_of(offer)), "what": what_changed(offer)}
