"""What very many people have completed, one row for each of them: the database puts the courses together."""

import datetime
from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Aggregate, Case, CharField, F, Q, QuerySet, When
from django.db.models.functions import Cast

from ..models import CourseCompletion, Exemption
from ..status import EXPIRING_DAYS
from ..tally import Bits, Learned

#: A completion is told as four times its course, and one of these.
LASTING, EXPIRING, EXPIRED = 0, 1, 2
KINDS = 4


class Joined(Aggregate):
    """The values of a group as one text, commas between. Both databases have it, each by a name of its own."""

    function = "GROUP_CONCAT"
    output_field = CharField()

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, function="STRING_AGG", template="%(function)s(%(expressions)s, ',')")


class _Masks(dict[str, int]):
    """What is told of a completion to its course in three masks, one after the other. Nothing for other courses."""

    def __init__(self, courses: Sequence[int]) -> None:
        self.width = len(courses)
        for course, bit in Bits(courses).of.items():
            trained, lasting = bit << self.width, bit << 2 * self.width
            self[str(course * KINDS + EXPIRED)] = bit
            self[str(course * KINDS + EXPIRING)] = bit | trained
            self[str(course * KINDS + LASTING)] = bit | trained | lasting

    def __missing__(self, _key: str) -> int:
        return 0

    def learned(self, told: str) -> Learned:
        found, width = reduce(or_, map(self.__getitem__, told.split(",")), 0), self.width
        mask = (1 << width) - 1
        return Learned(found & mask, found >> width & mask, found >> 2 * width)


def learned_by(
    staff: QuerySet | Iterable[int],
    courses: Sequence[int],
    day: datetime.date,
    known: datetime.datetime | None = None,
) -> dict[int, Learned]:
    """Staff id to what was completed of `courses` by `day`, as known at `known`. One query, a row for each person.

    What runs out and when is said in `status.runs_out`; here it is said again, in the database's words.
    """
    soon = _days_after(day, EXPIRING_DAYS)
    kind = Case(When(valid_until__lt=day, then=EXPIRED), When(valid_until__lt=soon, then=EXPIRING), default=LASTING)
    rows = CourseCompletion.objects.standing(day, known=known).filter(staff__in=staff)
    if len(courses) == 1:
        rows = rows.filter(course=courses[0])
    told = rows.values("staff_id").annotate(told=Joined(Cast(F("course_id") * KINDS + kind, CharField())))
    masks = _Masks(courses)
    return {
        staff_id: masks.learned(text) for staff_id, text in told.order_by().values_list("staff_id", "told").iterator()
    }


def _days_after(day: datetime.date, number: int) -> datetime.date:
    return day + min(datetime.timedelta(days=number), datetime.date.max - day)


def exempt_of(
    staff: QuerySet | Iterable[int],
    courses: Sequence[int],
    day: datetime.date,
    known: datetime.datetime | None = None,
) -> dict[int, int]:
    """Staff id to the mask of the courses that they are excused from on `day`. One query."""
    bits = Bits(courses)
    found: dict[int, int] = {}
    rows = Exemption.objects.in_force(day, known=known).filter(Q(course=None) | Q(course__in=courses), staff__in=staff)
    for staff_id, course in rows.values_list("staff_id", "course_id"):
        found[staff_id] = found.get(staff_id, 0) | bits.mask([course])
    return found
