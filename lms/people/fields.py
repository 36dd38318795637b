"""Choosing one or more people out of many: by workplace, and then by name."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from ..admin.fields import ManyField
from ..models import Employment, StaffMember
from ..workplaces.names import tell_apart

Groups = list[tuple[str, list[tuple[int, str]]]]


def with_jobs_today(people: QuerySet[StaffMember]) -> QuerySet[StaffMember]:
    """Each with the employments of today, which `by_workplace` reads. One query more."""
    jobs = Employment.objects.covering(timezone.localdate()).select_related("workplace").order_by("workplace__name")
    return people.prefetch_related(Prefetch("employments", queryset=jobs))


def by_workplace(people: Iterable[StaffMember], *, first: Iterable[str] = ()) -> Groups:
    """(workplace, [(id, name)]): the workplaces named `first` before the others; who works nowhere comes last.

    Somebody with two jobs stands once, at the first of them.
    """
    groups: dict[int | None, list[tuple[int, str]]] = defaultdict(list)
    names = {}
    for person in people:
        place = next((job.workplace for job in person.employments.all()), None)
        if place:
            names[place.pk] = place.name
        groups[place.pk if place else None].append((person.pk, person.full_name))
    first, called = set(first), tell_apart(names)
    order = sorted((names[pk] not in first, called[pk], pk) for pk in names)
    found = [(called[pk], groups[pk]) for _later, _name, pk in order]
    return [*found, (_("Not employed today"), groups[None])] if None in groups else found


class PersonField(forms.ModelChoiceField):
    """One person, in a list by workplace."""

    def __init__(self, **kwargs: Any):
        super().__init__(queryset=StaffMember.objects.none(), **kwargs)

    def offer(self, people: QuerySet[StaffMember], *, first: Iterable[str] = ()) -> None:
        self.queryset = with_jobs_today(people)
        self.choices = [("", _("Choose a person")), *by_workplace(self.queryset, first=first)]


class PeopleWidget(forms.CheckboxSelectMultiple):
    """Checkboxes by workplace. With JavaScript also a box to search in and a button for each workplace."""

    template_name = "lms/admin/widgets/people.html"

    class Media:
        js = [forms.Script("lms/people.js", type="module")]


class PeopleField(ManyField):
    """Any number of people, with a box to tick for each."""

    widget = PeopleWidget

    def __init__(self, **kwargs: Any):
        super().__init__(queryset=StaffMember.objects.none(), **kwargs)

    def offer(self, people: QuerySet[StaffMember]) -> None:
        self.queryset = with_jobs_today(people)
        self.choices = by_workplace(self.queryset)
