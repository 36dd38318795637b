"""What very many people have completed, one row for each of them: the database puts the courses together."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from itertools import islice
from operator import or_

from django.db.models import Case, CharField, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast, Concat

from courses.validity import WINDOW_DAYS

from ..equivalence.counting import Equivalence, with_sources
from ..equivalence.lookup import Pair
from ..matrix import Record
from ..models import CourseCompletion
from ..retraining.demands import Demand
from ..status import Completion, runs_out
from ..tally import NOTHING, Bits, Learned
from .recorded import Joined, add_learning

#: The completions of so many people are in memory at a time.
AT_A_TIME = 500

#: A completion is told as six times its course, and one of these.
FOR_GOOD, LASTING, EXPIRING, EXPIRED = 0, 1, 2, 3
#: With a window of its own: it does not expire yet, and is over within the usual one; and the other way about.
LASTING_BRIEFLY, EXPIRING_LONG = 4, 5
KINDS = 6

#: The last day that it counts, the day on which it was completed, and which of these it is. Days as text, which sorts.
Best = tuple[str, str, int]
FOREVER = "~"


class Telling:
    """What the database tells of each person's completions by `day`, in a word for each of them, and what it says.

    What runs out and when is said in `status.runs_out`; here it is said again, in the database's words, for `courses`
    and all at once. Where a completion's own days say too little, the courses in question are told apart: those that
    others count for, that are to be done again, or that were renewed with a window that is not the usual one.
    """

    def __init__(
        self,
        courses: Sequence[int],
        day: datetime.date,
        equivalences: Sequence[Equivalence] = (),
        demands: Mapping[int, Sequence[Demand]] | None = None,
    ) -> None:
        self.courses, self.day = courses, day
        self.equivalences, self.demands = equivalences, demands or {}
        self.wanted = with_sources(courses, equivalences)
        in_use = [each for each in equivalences if each.target in self.wanted]
        self._bits, self._width = Bits(courses), len(courses)
        self._through_others = self._bits.mask({each.target for each in in_use} | self.demands.keys())
        self._masks = self._told({source for each in in_use for source in each.sources} | self.demands.keys())
        self._spoken = {str(course * KINDS + kind): (course, kind) for course in courses for kind in range(KINDS)}

    def _told(self, touched: set[int]) -> dict[str, int]:
        """A word to several masks, one after the other, and a last bit for those courses that touch others."""
        width, masks = self._width, {}
        for course in self._bits.of.keys() | touched:
            bit, also = self._bits.of.get(course, 0), 1 << 7 * width if course in touched else 0
            done = also | bit | bit << width
            for kind, told in (
                (EXPIRED, also | bit),
                (EXPIRING, done | bit << 3 * width),
                (EXPIRING_LONG, done | bit << 3 * width | bit << 6 * width),
                (LASTING, done | bit << 2 * width | bit << 4 * width),
                (LASTING_BRIEFLY, done | bit << 2 * width | bit << 4 * width | bit << 6 * width),
                (FOR_GOOD, done | bit << 2 * width | bit << 5 * width),
            ):
                masks[str(course * KINDS + kind)] = told
        return masks

    @property
    def words(self) -> Joined:
        """The aggregate over completions that `read` takes: a word for each."""
        return Joined(self._word)

    @property
    def _word(self) -> Cast:
        day = self.day
        soon = Q(valid_until__lt=day + min(datetime.timedelta(days=WINDOW_DAYS), datetime.date.max - day))
        kind = Case(
            When(valid_until=None, then=FOR_GOOD),
            When(valid_until__lt=day, then=EXPIRED),
            When(soon & (Q(renewable_from=None) | Q(renewable_from__lte=day)), then=EXPIRING),
            When(renewable_from__lte=day, then=EXPIRING_LONG),
            When(soon, then=LASTING_BRIEFLY),
            default=LASTING,
        )
        return Cast(F("course_id") * KINDS + kind, CharField())

    def of_outer(self, known: datetime.datetime | None, *, dated: bool = False) -> Subquery:
        """For a queryset of employments: the words of the person, for `read`; or `dated`, for `read_dated`."""
        words = self.words
        if dated:
            days = Cast(F("completed_on"), CharField()), Cast(F("valid_until"), CharField())
            words = Joined(Concat(self._word, Value(":"), days[0], Value(":"), days[1]))
        own = CourseCompletion.objects.standing(self.day, known=known).filter(staff=OuterRef("staff"))
        return Subquery(own.order_by().values("staff").annotate(told=words).values("told"))

    def read(self, told: str | None) -> tuple[Learned, int]:
        """And the courses of which it says too little, as a mask: `clear` says more."""
        return self._said(told.split(",")) if told else (NOTHING, 0)

    def read_dated(self, told: str | None) -> tuple[Learned, int, dict[int, Best]]:
        """The same, and by course the completion that counts longest; where too little is said, it may be another."""
        words: list[str] = []
        best: dict[int, Best] = {}
        for each in told.split(",") if told else ():
            word, completed_on, until = each.split(":")
            words.append(word)
            if word in self._spoken:
                course, kind = self._spoken[word]
                done = until or FOREVER, completed_on, kind
                if course not in best or best[course] < done:
                    best[course] = done
        return *self._said(words), best

    def _said(self, words: Iterable[str]) -> tuple[Learned, int]:
        masks, width = self._masks, self._width
        found = reduce(or_, [masks.get(word, 0) for word in words], 0)
        mask = (1 << width) - 1
        ever, trained, lasting, some_expire, some_last, for_good, own_window = (
            found >> part * width & mask for part in range(7)
        )
        # By the usual window what lasts is over later than what expires.
        unclear = some_expire & some_last & own_window & ~for_good
        return Learned(ever, trained, lasting), unclear | (self._through_others if found >> 7 * width else 0)

    def in_question(self, unclear: Iterable[int]) -> list[int]:
        """The courses in those masks."""
        mask = reduce(or_, unclear, 0)
        return [course for course in self.courses if self._bits.of[course] & mask]

    def add_unclear(self, record: Record, unclear: Mapping[int, int], known: datetime.datetime | None) -> None:
        """Whatever is known of those courses, of the people in `unclear`. One query; none where all is clear."""
        staff = [staff for staff, mask in unclear.items() if mask]
        if staff:
            courses = self.in_question(unclear.values())
            add_learning(record, staff, courses, self.equivalences, self.demands, self.day, known)

    def clear(
        self, learned: dict[int, Learned], unclear: Mapping[int, int], completions: Mapping[Pair, Completion]
    ) -> None:
        """Of the people in `unclear` those courses as the pure functions have it, who know all their `completions`."""
        read = learned_in(self.day, completions, self.courses)
        for staff, mask in unclear.items():
            both = zip(learned[staff], read.get(staff, Learned()), strict=True)
            learned[staff] = Learned(*(was & ~mask | now & mask for was, now in both))


def learned_by(
    telling: Telling, staff: QuerySet | Iterable[int], known: datetime.datetime | None = None
) -> dict[int, Learned]:
    """Staff id to what was completed of its courses by its day, as known at `known`. One query, a row for each person.

    Of whom that says too little the courses in question are read: one query more for each five hundred of them.
    """
    rows = CourseCompletion.objects.standing(telling.day, known=known).filter(staff__in=staff)
    if len(telling.wanted) == 1:
        rows = rows.filter(course__in=telling.wanted)
    told = rows.values("staff_id").annotate(told=telling.words).order_by().values_list("staff_id", "told")
    found: dict[int, Learned] = {}
    unclear: dict[int, int] = {}
    for staff_id, text in told.iterator():
        found[staff_id], mask = telling.read(text)
        if mask:
            unclear[staff_id] = mask
    for start in range(0, len(unclear), AT_A_TIME):
        some = dict(islice(unclear.items(), start, start + AT_A_TIME))
        record = Record()
        telling.add_unclear(record, some, known)
        telling.clear(found, some, record.completions)
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
