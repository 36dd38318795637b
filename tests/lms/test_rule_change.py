"""What an act changes, told beforehand: against the slow reference, and in a fixed number of queries."""

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from lms.models import Employment, LedgerEntry, Requirement, Workplace
from lms.requirements.actions import end_requirement, excuse, require
from lms.requirements.change import Change, Dated, Someone, Span, State, compare
from lms.requirements.foresight import foresee_rule
from lms.requirements.rules import ONE_DAY
from lms.requirements.words import told
from tests import people
from tests.builders import complete, course_of

from . import reference
from .strategies import COURSES, PATHS, TODAY, jobs, records, rules_and_programmes


@st.composite
def pairs_of_states(draw):
    """The same people and what they have done, under some rules and under others."""
    found = [draw(jobs(number)) for number in range(1, draw(st.integers(0, 6)) + 1)]
    names = [Someone(job, f"Person {job.staff_id}", PATHS[job.workplace_id - 1]) for job in found]
    record = draw(records())
    kept, before, after = (draw(rules_and_programmes(number, most=2)) for number in (0, 10, 20))
    return State(names, [*kept, *before], record), State(names, [*kept, *after], record)


def stands(state, staff, course, jobs_):
    """(counted, late, due day), slowly."""
    must, due = reference.required(course, jobs_, reference.settled(TODAY, staff, jobs_, state.rules, state.record))
    word = reference.status(TODAY, staff, course, jobs_, state.rules, state.record)
    late = reference.late(TODAY, staff, course, jobs_, state.rules, state.record)
    return must and word != "exempt", late, due, word in ("complete", "expiring")


@given(pairs_of_states())
def test_what_changes_agrees_with_the_slow_reference(states):
    before, after = states
    bound, leaving, late, dates = set(), set(), set(), []
    by_place, shares = {}, {}
    everyone = {someone.job.staff_id: someone.name for someone in after.people}
    for staff, name in everyone.items():
        own = [someone.job for someone in after.people if someone.job.staff_id == staff]
        for course in COURSES:
            was, now = stands(before, staff, course, own), stands(after, staff, course, own)
            if now[0] and not was[0]:
                bound.add(staff)
            if was[0] and not now[0]:
                leaving.add(staff)
            if now[1] and not was[1]:
                late.add(staff)
            if now[0] and not now[3] and now[2] and (not was[0] or was[2] != now[2]):
                dates.append((now[2], name))
            for place in {job.workplace_id for job in own}:
                there = [job for job in own if job.workplace_id == place]
                was_there, now_there = stands(before, staff, course, there), stands(after, staff, course, there)
                found = by_place.setdefault(PATHS[place - 1], (set(), set(), set()))
                share = shares.setdefault((PATHS[place - 1], course), ([], []))
                for people_there, stand in zip(share, (was_there, now_there), strict=True):
                    people_there += [stand[3]] * stand[0]
                if now_there[0] and not was_there[0]:
                    found[0].add(staff)
                if now_there[1] and not was_there[1]:
                    found[1].add(staff)
                if was_there[0] and not now_there[0]:
                    found[2].add(staff)
    change = compare(TODAY, before, after)
    assert (change.bound, change.leaving, change.late) == (len(bound), len(leaving), len(late))
    counted = {place: tuple(map(len, found)) for place, found in by_place.items() if any(found)}
    assert {place.name: tuple(place[1:]) for place in change.places} == counted
    told_of = {share[:2]: share[2:] for share in change.shares}
    counts = {key: tuple((sum(done), len(done)) for done in share) for key, share in shares.items()}
    assert told_of == {key: share for key, share in counts.items() if share[0] != share[1]}
    dates.sort()
    if dates:
        assert change.due == (dates[0], dates[(len(dates) - 1) // 2], dates[-1])
    else:
        assert change.due is None


def foresee(act, course, *, day=None, workplaces=None):
    change, _words = foresee_rule(
        act,
        courses=[course_of(course)],
        day=day or timezone.localdate(),
        workplaces=Workplace.objects.all() if workplaces is None else workplaces,
    )
    return change


def opened(cast, course, **terms):
    return lambda: require(course=course_of(course), valid_from=timezone.localdate(), actor=cast.ada, **terms)


def test_a_new_rule_says_whom_it_binds_and_by_when(noon, cast, course):
    today = timezone.localdate()
    people.hire(cast, "Gunnel", "Öberg", "grasmyr", days_ago=0)
    complete(cast.bo, course)
    excuse(staff=cast.birgitta, course=None, reason="leave", valid_from=today, actor=cast.ada)
    change = foresee(opened(cast, course, due_on=today + ONE_DAY * 20, due_days=15), course)
    in_twenty = today + ONE_DAY * 20
    until = cast.bo.completions.get().valid_until
    assert change == Change(
        day=today,
        bound=3,
        done=1,
        due=Span(*(Dated(in_twenty, name) for name in ("Gunnel Öberg", "Gunnel Öberg", "Maja Lindgren"))),
        expires=Span(*[Dated(until, "Bo Ek")] * 3),
        places=(("Brattfors", 1, 0, 0), ("Gräsmyr", 2, 0, 0)),
        touched=3,
        names=("Bo Ek", "Gunnel Öberg", "Maja Lindgren"),
        shares=(
            ("Brattfors", course_of(course).pk, (0, 0), (0, 1)),
            ("Gräsmyr", course_of(course).pk, (0, 0), (1, 2)),
        ),
    )
    assert told(change) == [
        "Från den 25 november 2026 måste 3 personer gå kursen som inte behövde det tidigare.",
        "1 av dem har redan slutfört den.",
        "Ingen blir försenad direkt.",
        "Det gäller Bo Ek, Gunnel Öberg och Maja Lindgren.",
    ]
    assert not Requirement.objects.exists()
    assert not LedgerEntry.objects.filter(verb="requirement.opened").exists()


def test_a_leader_is_told_of_those_in_reach_alone(noon, cast, course, far):
    change = foresee(opened(cast, course), course, workplaces=Workplace.objects.filter(pk=cast.brattfors.pk))
    assert (change.bound, [place.name for place in change.places]) == (2, ["Brattfors"])


def test_ending_a_rule_says_who_need_no_longer(noon, cast, rule, course):
    last = timezone.localdate()

    def act():
        return end_requirement(rule=rule, last_day=last, actor=cast.ada)

    change = foresee(act, course, day=last + ONE_DAY)
    assert change == Change(
        day=last + ONE_DAY,
        leaving=3,
        places=(("Brattfors", 0, 0, 2), ("Gräsmyr", 0, 0, 1)),
        touched=3,
        names=("Birgitta Forsberg", "Bo Ek", "Maja Lindgren"),
        shares=(
            ("Brattfors", rule.course_id, (0, 2), (0, 0)),
            ("Gräsmyr", rule.course_id, (0, 1), (0, 0)),
        ),
    )
    assert rule.valid_to is None


def test_a_rule_beside_another_that_asks_the_same_changes_nothing(noon, cast, rule, course):
    change = foresee(opened(cast, course, people=[cast.maja]), course)
    assert told(change) == ["Ingenting ändras för någon den 25 november 2026."]


@pytest.mark.parametrize("number", [1, 9])
def test_the_dry_run_costs_the_same_for_many_and_for_few(noon, cast, course, number, django_assert_num_queries):
    for each in range(number):
        people.hire(cast, f"Person {each}", "Test", "brattfors")
    with django_assert_num_queries(19):
        foresee(opened(cast, course, workplaces=[cast.brattfors]), course)
    assert Employment.objects.count() == 3 + number
