"""Programmes of which some courses are enough: which ones are required of whom, by the pure functions."""

import datetime
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.matrix import Record, rows
from lms.requirements.choice import asked_of, choose, chosen_among_with, merge, rules_about
from lms.requirements.rules import Job, Part, Rule, bound_since, duty_of
from lms.status import Completion, Status
from lms.tally import Bits, Tally

from . import reference
from .strategies import COURSES, TODAY, rules_and_programmes, worlds
from .test_tally import learned_from

DAY = datetime.timedelta(days=1)
JOB = Job(1, 1, 1, "0001", 1, "employed", TODAY - 400 * DAY)
BEGUN = TODAY - 300 * DAY


def programme(*courses, at_least, name="Grunden", number=7, **changes):
    part = Part(name, courses, at_least)
    return [
        Rule(id=number, course_id=course, valid_from=BEGUN, due_days=30, part=part, **changes) for course in courses
    ]


def required(rules, record=None, jobs=(JOB,)):
    duties = (record or Record()).duties(TODAY, 1, merge(asked_of(job, rules) for job in jobs))
    return [course for course, duty in sorted(duties.items()) if duty.mandatory]


def completed(*courses, until=None):
    return {(1, course): Completion(TODAY - 100 * DAY, until) for course in courses}


def test_the_first_are_required_of_who_has_done_nothing():
    assert required(programme(3, 1, 2, at_least=2)) == [1, 3]


def test_what_is_completed_comes_first_then_what_is_required_anyway_then_what_was_completed_once():
    own = Rule(id=1, course_id=4, valid_from=BEGUN)
    rules = [own, *programme(1, 2, 3, 4, 5, at_least=1)]
    expired = completed(2, until=TODAY - DAY)
    assert required(rules[1:], Record(completions=expired)) == [2]
    assert required(rules, Record(completions=expired)) == [4]
    # The one through the programme is done; the other is required by its own rule.
    assert required(rules, Record(completions=expired | completed(5))) == [4, 5]


def test_who_has_done_more_than_enough_has_the_first_of_them_counted():
    record = Record(completions=completed(2, 3))
    [row] = rows(TODAY, [JOB], [1, 2, 3], programme(1, 3, 2, at_least=1), record)
    assert [(cell.status, cell.facts.required) for cell in row.cells] == [
        (Status.RECOMMENDED, False),
        (Status.COMPLETE, False),
        (Status.COMPLETE, True),
    ]
    assert (row.done, row.counted, row.late) == (1, 1, 0)


def test_what_is_left_out_is_recommended_and_never_late():
    [row] = rows(TODAY, [JOB], [1, 2], programme(1, 2, at_least=1), Record())
    assert [(cell.status, cell.late) for cell in row.cells] == [(Status.OVERDUE, True), (Status.RECOMMENDED, False)]
    assert (row.done, row.counted, row.late) == (0, 1, 1)


def test_nobody_must_choose_what_they_are_excused_from():
    assert required(programme(1, 2, 3, at_least=2), Record(exempt={1: {1}})) == [1, 2, 3]
    [row] = rows(TODAY, [JOB], [1, 2, 3], programme(1, 2, 3, at_least=2), Record(exempt={1: {1}}))
    assert (row.done, row.counted) == (0, 2)
    # What is left counts where that is less than is asked for.
    [row] = rows(TODAY, [JOB], [1, 2, 3], programme(1, 2, 3, at_least=2), Record(exempt={1: {1, 2}}))
    assert (row.done, row.counted) == (0, 1)


def test_who_has_done_enough_counts_though_excused_since():
    record = Record(completions=completed(2), exempt={1: {None}})
    [row] = rows(TODAY, [JOB], [1, 2, 3], programme(1, 2, 3, at_least=1), record)
    assert (row.done, row.counted) == (1, 1)


def test_a_programme_that_is_only_recommended_demands_nothing():
    rules = programme(1, 2, at_least=1, mandatory=False)
    assert asked_of(JOB, rules).always.keys() == {1, 2}
    assert required(rules) == []


def test_a_course_that_is_chosen_has_the_earliest_day_of_all_that_ask_for_it():
    own = Rule(id=1, course_id=1, valid_from=BEGUN, due_days=200)
    asked = asked_of(JOB, [own, *programme(1, 2, at_least=1)])
    assert Record().duties(TODAY, 1, asked)[1].due == BEGUN + 30 * DAY
    done = Record(completions=completed(2))
    assert done.duties(TODAY, 1, asked)[1].due == BEGUN + 200 * DAY


def test_the_same_programme_in_two_jobs_is_chosen_from_once():
    other = replace_path(JOB, "0002")
    rules = [
        *programme(1, 2, 3, at_least=1, number=1, paths=("0001",)),
        *programme(1, 2, 3, at_least=1, number=2, paths=("0002",)),
    ]
    assert required(rules, jobs=(JOB, other)) == [1]
    assert required(rules, Record(completions=completed(3)), jobs=(JOB, other)) == [3]


def replace_path(job, path):
    return job._replace(id=2, path=path, workplace_id=2)


@pytest.mark.parametrize(("was", "now", "anew"), [(1, 2, True), (1, None, True), (2, 1, False), (None, 2, False)])
def test_to_ask_for_more_of_a_programme_begins_anew_and_to_ask_for_fewer_does_not(was, now, anew):
    """Whoever had done enough could leave the rest out: nobody is late with that on the day of the change."""
    old = programme(1, 2, 3, at_least=was)[0]
    row = replace(old, valid_to=TODAY - DAY)
    rule = replace(programme(1, 2, 3, at_least=now)[0], valid_from=TODAY, before=(row,))
    assert bound_since(rule, JOB) == (TODAY if anew else BEGUN) == reference.first_day(rule, JOB)
    assert duty_of(rule, JOB).due == bound_since(rule, JOB) + 30 * DAY


bits = st.integers(0, 31)


@given(st.integers(1, 6), st.permutations([1, 2, 4, 8, 16]), bits, bits, bits, bits)
def test_so_many_as_are_asked_for_are_chosen_or_all_that_can_be(number, options, trained, otherwise, ever, excused):
    found = choose(number, options, trained=trained, otherwise=otherwise, ever=ever, excused=excused)
    counted = found & ~(excused & ~trained)
    assert counted.bit_count() == min(number, (trained | ~excused & 31).bit_count())
    assert found & excused & ~trained == excused & ~trained
    # To complete one more never makes another one required.
    for bit in options:
        more = choose(number, options, trained=trained | bit, otherwise=otherwise, ever=ever, excused=excused)
        assert not (more & ~found & ~bit)


@given(worlds())
def test_what_counts_is_what_the_slow_reference_says_whoever_asks(world):
    """By cells, by masks, and of one course alone, for which the others are read besides."""
    people, duties, record = world
    for course in COURSES:
        about = rules_about([course], duties)
        also = chosen_among_with([course], about)
        read = [course, *also]
        mask = Bits(read).mask
        exempt = {staff: mask(courses) for staff, courses in record.exempt.items()}
        own = Record(completions={key: done for key, done in record.completions.items() if key[1] in read})
        tally = Tally(TODAY, [course], about, learned_from(own, read), exempt, also=also)
        for job in people:
            tally.add(job)
        assert tally.totals() == reference.totals(TODAY, people, [course], duties, record)


@given(rules_and_programmes(), st.sets(st.sampled_from(COURSES)))
def test_the_rules_about_some_courses_are_all_that_have_a_say(rules, courses):
    found = rules_about(courses, rules)
    assert all(rule in found for rule in rules if rule.course_id in courses)
    assert {rule.course_id for rule in found} <= {*courses, *chosen_among_with(courses, rules)}


@given(worlds())
def test_in_a_row_no_more_of_a_programme_is_required_than_it_asks_for(world):
    people, duties, record = world
    for job in people:
        asked = asked_of(job, duties)
        found = record.duties(TODAY, job.staff_id, asked)
        assert found.keys() == asked.courses
        for choice in asked.choices.values():
            exempt = record.exempt.get(job.staff_id, set())
            mandatory = {course for course in choice.part.courses if found[course].mandatory}
            others = {course for course, duty in asked.always.items() if duty.mandatory}
            others |= {course for other in asked.choices.values() if other is not choice for course in other.duties}
            excused = set(COURSES) if None in exempt else exempt
            assert len(mandatory - others - excused) <= choice.part.at_least
