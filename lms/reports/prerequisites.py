"""Which courses come first for those who have not begun: what their cells say comes next."""

from collections.abc import Iterable

from courses.models import Access, Course

from ..equivalence.lookup import standings_of
from ..matrix import Record, Row
from .figures import Figures

#: By (staff id, course id): titles, in catalogue order.
First = dict[tuple[int, int], list[str]]


def what_comes_first(found: Figures, rows: Iterable[Row], before: dict[int, list[Course]]) -> First:
    """For the cells of `rows`, as it was on the day; `before` as `courses_before` of the courses that are shown.

    There are cells of these too, where they are required. No query where no course waits for another.

    The same as at the desk, `held_back_by`, but of many people: those whose cells wait are read, and nobody else.
    """
    if not before:
        return {}
    rows = list(rows)
    asked = {
        (row.job.staff_id, cell.course_id)
        for row in rows
        for cell in row.cells
        if cell.facts.required or cell.facts.recommended
    }
    waiting = {
        (row.job.staff_id, cell.course_id)
        for row in rows
        for cell in row.cells
        if cell.course_id in before and cell.facts.required and not (cell.facts.started or cell.facts.completion)
    }
    if not waiting:
        return {}
    record = found.record_of((staff for staff, _course in waiting), with_help=False)
    theirs = asked | record.started
    done = _done(found, record, waiting, {course.pk for courses in before.values() for course in courses})
    first: First = {}
    for staff, course in waiting:
        exempt = record.exempt.get(staff, ())
        left = [
            one.title
            for one in before[course]
            if (staff, one.pk) not in done
            and None not in exempt
            and one.pk not in exempt
            and (one.access != Access.ASSIGNED or (staff, one.pk) in theirs)
        ]
        if left:
            first[staff, course] = left
    return first


def _done(found: Figures, record: Record, waiting: Iterable[tuple[int, int]], wanted: set[int]) -> set[tuple[int, int]]:
    """What had been completed by the day, in force or not, also through others. The figures know it of their own."""
    known = {key for key in record.completions if key[1] in wanted}
    unknown = wanted - set(found.course_ids)
    people = {staff for staff, _course in waiting}
    if not (unknown and people):
        return known
    return known | standings_of(people, unknown, found.day, known=found.selection.known).keys()
