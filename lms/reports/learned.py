"""What very many people have completed, one row for each of them: the database puts the courses together."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import or_

from django.db.models import Case, CharField, F, QuerySet, When
from django.db.models.functions import Cast

from courses.validity import WINDOW_DAYS

from ..equivalence.counting import Equivalence, with_sources
from ..equivalence.lookup import Pair
from ..matrix import Record
from ..models import CourseCompletion
from ..retraining.demands import Demand
from ..status import Completion, runs_out
from ..tally import Bits, Learned
from .recorded import Joined, add_learning

#: The completions of so many people are in memory at a time.
AT_A_TIME = 500

#: A completion is told as four times its course, and one of these.
FOR_GOOD, LASTING, EXPIRING, EXPIRED = 0, 1, 2, 3
KINDS = 4


class _Masks(dict[str, int]):
    """What is told of a completion to its course in several masks, one after the other. Nothing for other courses.

    The last of them is a single bit: whether it is of one of `touched`, where a completion's own days do not say all.
    """

    def __init__(self, courses: Sequence[int], touched: Iterable[int]) -> None:
        self.width = width = len(courses)
        self._touched = 1 << 6 * width
        bits = Bits(courses).of
        touched = set(touched)
        for course in bits.keys() | touched:
            bit, also = bits.get(course, 0), self._touched if course in touched else 0
            trained, lasting = bit << width, bit << 2 * width
            self[str(course * KINDS + EXPIRED)] = also | bit
            self[str(course * KINDS + EXPIRING)] = also | bit | trained | bit << 3 * width
            self[str(course * KINDS + LASTING)] = also | bit | trained | lasting | bit << 4 * width
            self[str(course * KINDS + FOR_GOOD)] = also | bit | trained | lasting | bit << 5 * width

    def __missing__(self, _key: str) -> int:
        return 0

    def learned(self, told: str) -> tuple[Learned, bool]:
        """And whether that says too little: which of two completions counts longest, or what others count for."""
        found, width = reduce(or_, map(self.__getitem__, told.split(",")), 0), self.width
        mask = (1 << width) - 1
        ever, trained, lasting, some_expire, some_last, for_good = (found >> part * width & mask for part in range(6))
        is_unclear = bool(found & self._touched or some_expire & some_last & ~for_good)
        return Learned(ever, trained, lasting), is_unclear


def learned_by(
    staff: QuerySet | Iterable[int],
    courses: Sequence[int],
    day: datetime.date,
    known: datetime.datetime | None = None,
    *,
    equivalences: Sequence[Equivalence] = (),
    demands: Mapping[int, Sequence[Demand]] | None = None,
) -> dict[int, Learned]:
    """Staff id to what was completed of `courses` by `day`, as known at `known`. One query, a row for each person.

    What runs out and when is said in `status.runs_out`; here it is said again, in the database's words. Of whom that
    says too little each completion is read, and the pure functions are asked: one query more for each five hundred.
    They are those who have completed what counts for another course or is to be done again, or have just renewed one.
    """
    demands = demands or {}
    wanted = with_sources(courses, equivalences)
    sources = {source for each in equivalences if each.target in wanted for source in each.sources}
    kind = Case(
        When(valid_until=None, then=FOR_GOOD),
        When(valid_until__lt=day, then=EXPIRED),
        When(renewable_from__lte=day, then=EXPIRING),
        When(renewable_from=None, valid_until__lt=_days_after(day, WINDOW_DAYS), then=EXPIRING),
        default=LASTING,
    )
    rows = CourseCompletion.objects.standing(day, known=known).filter(staff__in=staff)
    if len(wanted) == 1:
        rows = rows.filter(course__in=wanted)
    told = rows.values("staff_id").annotate(told=Joined(Cast(F("course_id") * KINDS + kind, CharField())))
    masks = _Masks(courses, sources | demands.keys())
    found, unclear = {}, []
    for staff_id, text in told.order_by().values_list("staff_id", "told").iterator():
        found[staff_id], is_unclear = masks.learned(text)
        if is_unclear:
            unclear.append(staff_id)
    for start in range(0, len(unclear), AT_A_TIME):
        record = Record()
        add_learning(record, unclear[start : start + AT_A_TIME], courses, equivalences, demands, day, known)
        found |= learned_in(day, record.completions, courses)
    return found


def _learned(day: datetime.date, best: Mapping[int, Completion], courses: Bits) -> Learned:
    """What `status` says of one person's completions, as masks."""
    trained = {course for course, done in best.items() if done.last_day is None or day <= done.last_day}
    lasting = {course for course in trained if not (best[course].redo or runs_out(day, best[course]))}
    return Learned(*map(courses.mask, (best, trained, lasting)))


def learned_in(
    day: datetime.date, completions: Mapping[Pair, Completion], courses: Sequence[int]
) -> dict[int, Learned]:
    """The same of people whose completions have been read already."""
    own: dict[int, dict[int, Completion]] = defaultdict(dict)
    for (staff_id, course), best in completions.items():
        own[staff_id][course] = best
    asked = Bits(courses)
    return {staff_id: _learned(day, best, asked) for staff_id, best in own.items()}


def _days_after(day: datetime.date, number: int) -> datetime.date:
    return day + min(datetime.timedelta(days=number), datetime.date.max - day)
