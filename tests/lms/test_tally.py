"""The sums by masks, against the same sums cell by cell."""

import datetime

from hypothesis import given
from hypothesis import strategies as st

from lms.models import Workplace
from lms.requirements.choice import asked_of
from lms.requirements.per_job import PerJob, as_if_from_the_first
from lms.status import runs_out
from lms.subtrees import peopled, sums_below
from lms.tally import STEP, Bits, Duties, Learned, Tally

from . import reference
from .strategies import COURSES, PATHS, TODAY, jobs, rules, worlds


def learned_from(record, courses=COURSES):
    bits, found = Bits(courses), {}
    for (staff, course), done in record.completions.items():
        ever, trained, lasting = found.get(staff, Learned())
        bit = bits.of[course]
        counts = done.last_day is None or done.last_day >= TODAY
        lasts = counts and done.redo is None and not runs_out(TODAY, done)
        found[staff] = Learned(ever | bit, trained | bit * counts, lasting | bit * lasts)
    return found


def totals(world, courses=COURSES):
    people, duties, record = world
    bits = Bits(courses)
    exempt = {staff: bits.mask(courses) for staff, courses in record.exempt.items()}
    tally = Tally(TODAY, courses, duties, learned_from(record, courses), exempt)
    for job in people:
        tally.add(job)
    return tally.totals()


@given(worlds())
def test_the_sums_are_those_of_the_slow_reference(world):
    people, duties, record = world
    assert totals(world) == reference.totals(TODAY, people, COURSES, duties, record)


@given(worlds())
def test_the_sums_of_a_workplace_with_all_below_it_are_those_of_its_people_alone(world):
    """Of who has two jobs below it too, who counts once: what one gets by choosing that workplace."""
    people, duties, record = world
    paths = dict(enumerate(PATHS, 1))
    found = totals(world)
    sums = sums_below(found, paths, PATHS, COURSES)
    for path, tree in sums.items():
        there = [job for job in people if job.path.startswith(path)]
        alone = reference.totals(TODAY, there, COURSES, duties, record)
        assert (tree.people, tree.by_course) == (alone.people, alone.by_course)
        assert (path in peopled(found, paths)) is bool(there)


def test_a_level_of_the_tree_is_as_long_as_treebeard_makes_it():
    assert Workplace.steplen == STEP


@given(st.lists(jobs(), max_size=12), st.lists(rules(), max_size=5))
def test_what_is_answered_for_many_jobs_is_what_the_rules_say_of_each(people, duties):
    bits, asked = Bits(COURSES), Duties(TODAY, COURSES, duties)
    for job in people:
        own = {course: duty for course, duty in asked_of(job, duties).always.items() if duty.mandatory}
        bound = asked.of(job)
        assert bound.required == bits.mask(own)
        assert bound.overdue == bits.mask(course for course, duty in own.items() if duty.due and duty.due < TODAY)
        assert bound.past_grace == bits.mask(course for course, duty in own.items() if duty.grace_until < TODAY)


@given(jobs(), st.integers(0, 900), st.lists(rules(), max_size=5))
def test_who_begins_later_is_never_late_sooner(job, days, duties):
    """What `Duties` rests on: rules that broke it would have to be asked for each job."""
    job = job._replace(before=())
    later = job._replace(start=job.start + datetime.timedelta(days=days))
    own, theirs = asked_of(job, duties).always, asked_of(later, duties).always
    assert own.keys() == theirs.keys()
    for course, duty in own.items():
        assert theirs[course].grace_until >= duty.grace_until
        assert (theirs[course].due is None) is (duty.due is None)
        assert duty.due is None or theirs[course].due >= duty.due


@given(st.lists(jobs(), max_size=12), st.lists(rules(), max_size=5))
def test_duties_of_many_jobs_are_the_duties_of_each(people, duties):
    """All of them, also what is recommended and which rule asks."""
    asked = PerJob(duties, asked_of)
    for job in people:
        assert asked(job) == asked_of(job, duties)


@given(jobs(), st.lists(rules(), max_size=5))
def test_a_job_before_counts_no_more_than_if_this_one_had_begun_then(job, duties):
    """The other thing that `Duties` rests on."""
    first = min([job.start, *(other.start for other in job.before)])
    loosened = [as_if_from_the_first(rule) for rule in duties]
    apart, own = asked_of(job._replace(start=first, before=()), loosened).always, asked_of(job, duties).always
    unmoved = asked_of(job._replace(before=()), duties).always
    for course, duty in own.items():
        assert apart[course].grace_until <= duty.grace_until <= unmoved[course].grace_until
        assert duty.due is None or apart[course].due <= duty.due <= unmoved[course].due


def test_rules_are_asked_a_few_times_for_thousands_of_first_days(monkeypatch):
    from lms import tally
    from lms.requirements.rules import Job, Rule

    calls = []
    monkeypatch.setattr(tally, "asked_of", lambda *told: calls.append(told) or asked_of(*told))
    rule = Rule(id=1, course_id=1, valid_from=TODAY - datetime.timedelta(days=900), due_days=30)
    asked = Duties(TODAY, COURSES, [rule])
    late = [
        asked.of(Job(n, n, 1, "0001", 1, "owner", TODAY - datetime.timedelta(days=n * 37 % 1000))).overdue > 0
        for n in range(1000)
    ]
    assert late.count(True) == 969
    assert len(calls) < 100
