"""Choosing people out of thousands: search for a name, tick, search again. Works without JavaScript."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from ..admin.fields import LARGEST, ManyField
from ..models import StaffMember
from .fields import with_jobs_today

#: So many are shown of those found.
SHOWN = 40


class PeopleSearchWidget(forms.CheckboxSelectMultiple):
    """Those who are chosen, a box to search in, and those who were found. Whoever sends the form with something new in
    the box asks for a search; see `words_of`."""

    template_name = "lms/admin/widgets/people_search.html"
    words, found, more = "", 0, False

    class Media:
        js = [forms.Script("lms/chosen.js", type="module")]

    def words_of(self, data: Any, name: str) -> str:
        return str(data.get(f"{name}-search", "")).strip()

    def asks_for_search(self, data: Any, name: str) -> bool:
        words = self.words_of(data, name)
        return bool(words) and words != data.get(f"{name}-shown", "")

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["widget"].update(
            words=self.words, found=self.found, more=self.more, search=f"{name}-search", shown=f"{name}-shown"
        )
        return context


class PeopleSearchField(ManyField):
    """Any number of people. `offer` says which can be chosen, who is, and what was searched for."""

    widget = PeopleSearchWidget

    def __init__(self, **kwargs: Any):
        super().__init__(queryset=StaffMember.objects.none(), **kwargs)

    def offer(self, people: Any, *, chosen: Iterable[Any] = (), words: str = "") -> None:
        """At most three queries, however many `people` there are."""
        self.queryset = people
        ids = {int(pk) for pk in map(str, chosen) if pk.isascii() and pk.isdigit() and int(pk) <= LARGEST}
        there = list(with_jobs_today(people.filter(pk__in=ids))) if ids else []
        found = list(with_jobs_today(people.named(words).exclude(pk__in=ids))[: SHOWN + 1]) if words else []
        self.widget.words, self.widget.found, self.widget.more = words, len(found), len(found) > SHOWN
        groups = [(_("Chosen"), there), (_("Found"), found[:SHOWN])]
        self.choices = [(label, [(one.pk, _with_place(one)) for one in group]) for label, group in groups if group]


def _with_place(person: StaffMember) -> str:
    places = [job.workplace.name for job in person.employments.all()]
    return f"{person.full_name} · {', '.join(places)}" if places else person.full_name
