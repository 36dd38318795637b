"""Whom and what the matrix is asked about. A value: the same one gives the screen, the files and the sums."""

import datetime
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet

from ..models import Employment, StaffMember


class Only(StrEnum):
    """Of the people those with courses left, with an overdue one, or who need help."""

    MISSING = "missing"
    LATE = "late"
    HELP = "help"


class Order(StrEnum):
    """How people stand. The last two put those first who need it most, and read what all have learned for it.

    Each can be turned round, see `Selection.backwards`.
    """

    WORKPLACE = "workplace"
    NAME = "name"
    LATE = "late"
    SHARE = "share"


BY_NAME = ("staff__given_name", "staff__family_name", "pk")
BY_NAME_BACKWARDS = tuple(f"-{name}" for name in BY_NAME)
BY_WORKPLACE = ("workplace__name", "workplace_id", *BY_NAME)
BY_WORKPLACE_BACKWARDS = ("-workplace__name", "-workplace_id", *BY_NAME)


@dataclass(frozen=True)
class Selection:
    """Those employed on `day` in `reach`, as known at `known` (default now), and who and what is left of them.

    `reach` is a queryset of workplaces: what whoever asks may see. `path` is a workplace's, with all below it; `role`
    is a job role's name; `words` each stand somewhere in the person's name; `person` is one by their id. `backwards`
    turns the order round: of what it sorts by alone, who is alike in that stands as before.
    """

    day: datetime.date
    reach: QuerySet
    known: datetime.datetime | None = None
    path: str = ""
    role: str = ""
    course: int | None = None
    words: str = ""
    person: int | None = None
    only: Only | None = None
    order: Order = Order.WORKPLACE
    backwards: bool = False

    @property
    def everyone(self) -> QuerySet[Employment]:
        """The employments in reach, whatever else is chosen."""
        return Employment.objects.covering(self.day, known=self.known).filter(workplace__in=self.reach)

    @cached_property
    def chosen(self) -> Q:
        """Of `everyone` those who are chosen, whatever `only` says. One query where names are searched for."""
        asked = Q()
        if self.path:
            asked &= Q(workplace__path__startswith=self.path)
        if self.role:
            asked &= Q(role__name=self.role)
        if self.person is not None:
            asked &= Q(staff=self.person)
        if self.words.split():
            within = StaffMember.objects.filter(pk__in=self.everyone.filter(asked).values("staff"))
            asked &= Q(staff__in=within.named(self.words))
        return asked

    @property
    def employments(self) -> QuerySet[Employment]:
        """Their employments, by workplace or by name."""
        return self.everyone.filter(self.chosen).order_by(*self._order_by)

    @property
    def _order_by(self) -> tuple[str, ...]:
        if self.order is Order.NAME:
            return BY_NAME_BACKWARDS if self.backwards else BY_NAME
        if self.order is Order.WORKPLACE and self.backwards:
            return BY_WORKPLACE_BACKWARDS
        return BY_WORKPLACE

    @property
    def staff(self) -> QuerySet[Any, Any]:
        """The ids of those people, as a subquery."""
        return self.employments.order_by().values("staff")
