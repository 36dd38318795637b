"""The rows of a file, told without a cell for each course: of half a million, nearly all say what some other says."""

import datetime
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Generic, NamedTuple, TypeVar

from .. import matrix
from ..help import who_needs_help
from ..matrix import Cell
from ..requirements.choice import Stand, settle
from ..status import Completion, Facts, Status, standing
from ..tally import Bits, Learned
from .cells import date_of
from .figures import Figures
from .learned import EXPIRED, EXPIRING, EXPIRING_LONG, FOREVER, Best
from .recorded import Exempt, add_begun
from .workers import Worker, by_pk, workers_of

#: So many people's rows are in memory at a time.
AT_A_TIME = 500
#: So much of what is said of completions is remembered: days and courses are many, and what comes again comes soon.
MOST = 20_000

Words = TypeVar("Words")
#: What is said of a cell: its status, and what `date_of` it gives.
Say = Callable[[Status, tuple[datetime.date | None, bool]], Words]


class Line(NamedTuple, Generic[Words]):
    """An employment with what is said of each course, and how many count, are done and are late."""

    worker: Worker
    said: list[Words]
    counted: int
    done: int
    late: int


def lines_of(figures: Figures, say: Say[Words], *, at_a_time: int = AT_A_TIME) -> Iterator[Line[Words]]:
    """What `Figures.walk` tells, and in its order; `say` is asked once for all that is said in the same words.

    Three queries for so many at a time, and one more where the days of completions say too little.
    """
    lines = _Lines(figures, say)
    # Who is hired meanwhile is in no sum of the file, and so in no row of it.
    order = [pk for pk in figures.order if pk in lines.counts]
    for start in range(0, len(order), at_a_time):
        yield from lines.of(order[start : start + at_a_time])


class _Lines(Generic[Words]):
    def __init__(self, figures: Figures, say: Say[Words]) -> None:
        self._figures, self._day, self._known = figures, figures.day, figures.selection.known
        self._places = {course: place for place, course in enumerate(figures.course_ids)}
        self._bits = Bits(figures.read_courses).of
        self.counts = {one.pk: one for one in figures.scored}
        self._say = cache(say)
        self._trained, self._expired = lru_cache(MOST)(self._say_trained), lru_cache(MOST)(self._say_expired)
        self._untouched = cache(lambda duty: self._say_cell(matrix.Record().cell(self._day, 0, 0, duty)))

    def of(self, employments: list[int]) -> list[Line[Words]]:
        telling = self._figures.telling
        told = telling.of_outer(self._known, dated=True)
        found: dict[int, tuple[Worker, dict[int, Best]]] = {}
        learned: dict[int, Learned] = {}
        unclear: dict[int, int] = {}
        for worker, words in workers_of(by_pk(employments), self._day, self._known, told=told):
            staff = worker.job.staff_id
            learned[staff], unclear[staff], best = telling.read_dated(words)
            found[worker.job.id] = worker, best
        record = matrix.Record(exempt={worker.job.staff_id: set(worker.exempt) for worker, _best in found.values()})
        self._add(record, unclear)
        telling.clear(learned, unclear, record.completions)
        apart = {staff: set(telling.in_question([mask])) for staff, mask in unclear.items()}
        for worker, best in found.values():
            for course in apart[worker.job.staff_id]:
                best.pop(course, None)
        for staff, course in record.started | record.help.keys():
            apart[staff].add(course)
        return [
            self._line(worker, best, learned[worker.job.staff_id], apart[worker.job.staff_id], record)
            for worker, best in (found[pk] for pk in employments if pk in found)
        ]

    def _add(self, record: matrix.Record, unclear: Mapping[int, int]) -> None:
        """What had happened to people; but of what they have completed, only where too little is said of it."""
        staff, courses, telling = list(unclear), self._figures.course_ids, self._figures.telling
        add_begun(record, staff, courses, self._day, self._known)
        record.help = who_needs_help(staff, courses, self._day, known=self._known, unfinished=record.unfinished)
        telling.add_unclear(record, unclear, self._known)

    def _line(
        self, worker: Worker, best: Mapping[int, Best], learned: Learned, apart: set[int], record: matrix.Record
    ) -> Line[Words]:
        """`best` are completions of which enough is said; the cells of the courses that are `apart` are made."""
        job, places = worker.job, self._places
        asked = self._figures.asked(job)
        duties = settle(asked, self._stands(learned, worker.exempt)) if asked.choices else asked.always
        said = [self._untouched(duties.get(course)) for course in places]
        if worker.exempt:
            apart = apart | {course for course in places if not {None, course}.isdisjoint(worker.exempt)}
        done = set()
        for course, (until, completed_on, kind) in best.items():
            if course not in places:
                continue
            if kind != EXPIRED:
                said[places[course]] = self._trained(kind, completed_on, until)
                done.add(course)
            elif course in apart:
                record.completions[job.staff_id, course] = _completion(completed_on, until)
                record.started.add((job.staff_id, course))
            else:
                duty = duties.get(course)
                said[places[course]] = self._expired(completed_on, until, required=duty is not None and duty.mandatory)
        for course in (apart & places.keys()) - done:
            said[places[course]] = self._say_cell(record.cell(self._day, job.staff_id, course, duties.get(course)))
        counts = self.counts[job.id]
        return Line(worker, said, counts.counted, counts.done, counts.late)

    def _stands(self, learned: Learned, exempt: Exempt) -> Callable[[int], Stand]:
        def stand(course: int) -> Stand:
            bit = self._bits.get(course, 0)
            return Stand(bool(learned.trained & bit), bool(learned.ever & bit), None in exempt or course in exempt)

        return stand

    def _say_cell(self, cell: Cell) -> Words:
        return self._say(cell.status, date_of(cell))

    def _say_trained(self, kind: int, completed_on: str, until: str) -> Words:
        status = Status.EXPIRING if kind in (EXPIRING, EXPIRING_LONG) else Status.COMPLETE
        facts = Facts(required=True, completion=_completion(completed_on, until))
        return self._say_cell(Cell(0, status, False, facts))

    def _say_expired(self, completed_on: str, until: str, *, required: bool) -> Words:
        """Where nothing but the completion is there to be said."""
        facts = Facts(required, completion=_completion(completed_on, until), started=True)
        return self._say_cell(Cell(0, *standing(self._day, facts), facts))


def _completion(completed_on: str, until: str) -> Completion:
    last = None if until == FOREVER else datetime.date.fromisoformat(until)
    return Completion(datetime.date.fromisoformat(completed_on), last)
