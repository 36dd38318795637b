from hypothesis import given

from lms import matrix
from lms.status import TRAINED, Status

from . import reference
from .strategies import COURSES, STAFF, TODAY, worlds
from .test_tally import totals


@given(worlds())
def test_every_cell_agrees_with_the_slow_reference(world):
    jobs, rules, record = world
    built = matrix.rows(TODAY, jobs, COURSES, rules, record)
    assert [row.job for row in built] == jobs
    for row in built:
        assert [cell.course_id for cell in row.cells] == list(COURSES)
        for cell in row.cells:
            arguments = (TODAY, row.job.staff_id, cell.course_id, [row.job], rules, record)
            assert cell.status == reference.status(*arguments)
            assert cell.late is reference.late(*arguments)


@given(worlds())
def test_people_are_counted_once_however_many_jobs_they_have(world):
    jobs, rules, record = world
    found = totals(world)
    counted = done = late = 0
    missing = set()
    for staff in STAFF:
        own = [job for job in jobs if job.staff_id == staff]
        if not own:
            continue
        is_counted, is_done, is_late = reference.person_outcome(TODAY, staff, own, rules, COURSES, record)
        counted, done, late = counted + is_counted, done + is_done, late + is_late
        if is_counted and not is_done:
            missing.add(staff)
    assert (found.people.counted, found.people.done, found.people.late) == (counted, done, late)
    assert set(found.missing) == missing
    assert len(found.missing) == len(missing)
    assert counted + found.excused + found.not_required == len({job.staff_id for job in jobs})


@given(worlds())
def test_a_workplace_counts_every_employment_there(world):
    jobs, rules, record = world
    found = totals(world)
    for workplace in {job.workplace_id for job in jobs}:
        outcomes = [
            reference.person_outcome(TODAY, job.staff_id, [job], rules, COURSES, record)
            for job in jobs
            if job.workplace_id == workplace
        ]
        share = found.by_workplace[workplace]
        assert share.counted == sum(counted for counted, _done, _late in outcomes)
        assert share.done == sum(done for _counted, done, _late in outcomes)
        assert share.late == sum(late for _counted, _done, late in outcomes)


@given(worlds())
def test_rows_and_totals_tell_the_same_story(world):
    """What the screen shows cell by cell adds up to what the sentence says."""
    jobs, rules, record = world
    built = matrix.rows(TODAY, jobs, COURSES, rules, record)
    found = totals(world)
    for workplace, rows in matrix.by_workplace(built).items():
        share = found.by_workplace[workplace]
        assert share.counted == sum(row.counted > 0 for row in rows)
        assert share.done == sum(row.counted > 0 and row.done == row.counted for row in rows)
    by_course = {
        course: {
            row.job.staff_id
            for row in built
            for cell in row.cells
            if cell.course_id == course and cell.facts.required and cell.status is not Status.EXEMPT
        }
        for course in COURSES
    }
    for course in COURSES:
        assert found.by_course[course].counted == len(by_course[course])


@given(worlds())
def test_a_share_of_a_hundred_per_cent_means_all(world):
    found = totals(world)
    for share in (found.people, *found.by_course.values(), *found.by_workplace.values()):
        assert 0 <= share.done <= share.counted
        assert share.late <= share.missing
        assert (share.percent == 100) is (share.counted > 0 and not share.missing)


def test_an_empty_matrix_counts_nobody():
    found = totals(([], [], matrix.Record()))
    assert found.people.counted == 0
    assert found.people.percent is None
    assert matrix.rows(TODAY, [], COURSES, [], matrix.Record()) == []


def test_trained_means_complete_or_expiring():
    assert {Status.COMPLETE, Status.EXPIRING} == TRAINED
