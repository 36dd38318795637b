import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.requirements.choice import asked_of
from lms.requirements.rules import (
    Duty,
    Earlier,
    Job,
    Rule,
    applies,
    bound_since,
    duty_of,
    earlier,
    merge_duties,
)

from . import reference
from .strategies import COURSES, jobs, rules

JOB = Job(1, 1, 2, "00010001", 1, "employed", datetime.date(2026, 1, 1))
GRACE = datetime.date(2026, 1, 15)


def rule(**changes):
    return Rule(**{"id": 1, "course_id": 1, "valid_from": datetime.date(2025, 1, 1), **changes})


def test_a_rule_without_limits_binds_everyone():
    assert applies(rule(), JOB)


def test_a_rule_for_a_municipality_binds_the_service_points_below_it():
    assert applies(rule(paths=("0001",)), JOB)
    assert not applies(rule(paths=("0002",)), JOB)


def test_all_limits_of_a_rule_must_be_met():
    assert applies(rule(roles=frozenset({1}), kinds=frozenset({"employed"})), JOB)
    assert not applies(rule(roles=frozenset({1}), kinds=frozenset({"owner"})), JOB)


def test_named_people_are_bound_besides_and_alone_where_nothing_else_is_chosen():
    named = frozenset({JOB.staff_id})
    other = JOB._replace(staff_id=2)
    assert [applies(rule(people=named), job) for job in (JOB, other)] == [True, False]
    elsewhere = rule(people=named, paths=("0002",))
    assert [applies(elsewhere, job) for job in (JOB, other, other._replace(path="00020001"))] == [True, False, True]


@pytest.mark.parametrize(
    "exception",
    [
        {"except_paths": ("0001",)},
        {"except_roles": frozenset({1})},
        {"except_kinds": frozenset({"employed"})},
        {"except_people": frozenset({1})},
    ],
)
def test_what_a_rule_leaves_out_it_never_binds(exception):
    other = JOB._replace(staff_id=2, path="0002", role_id=2, kind="owner")
    for chosen in ({}, {"people": frozenset({1, 2})}, {"paths": ("0001", "0002")}):
        assert [applies(rule(**chosen, **exception), job) for job in (JOB, other)] == [False, True]


def test_what_is_recommended_has_no_due_day_and_what_another_rule_demands_is_mandatory():
    should = rule(id=2, mandatory=False, due_on=datetime.date(2026, 3, 1))
    must = rule(due_on=datetime.date(2026, 6, 1))
    assert asked_of(JOB, [should]).always == {1: Duty(None, 2, GRACE, mandatory=False)}
    for order in ([should, must], [must, should]):
        assert asked_of(JOB, order).always == {1: Duty(datetime.date(2026, 6, 1), 1, GRACE)}


def test_a_rule_says_how_many_days_of_grace_there_are():
    due = datetime.date(2026, 1, 2)
    assert duty_of(rule(due_on=due, grace_days=0), JOB).due == due
    assert duty_of(rule(due_on=due, grace_days=30), JOB).due == datetime.date(2026, 1, 31)


def edited(on, *, was, now):
    """A rule of 2025 that was changed on a day of 2026."""
    day = datetime.date.fromisoformat(on)
    return rule(valid_from=day, before=(rule(valid_to=day - datetime.timedelta(days=1), **was),), **now)


def test_an_edit_gives_nobody_new_days():
    changed = edited("2026-03-01", was={"due_days": 90}, now={"due_days": 30})
    assert bound_since(changed, JOB) == JOB.start
    assert duty_of(changed, JOB).due == datetime.date(2026, 1, 31)


def test_whom_the_edit_binds_first_has_days_from_the_edit():
    changed = edited("2026-03-01", was={"paths": ("0002",)}, now={"due_days": 30})
    assert bound_since(changed, JOB) == datetime.date(2026, 3, 1)


def test_who_was_left_out_in_between_has_new_days():
    first = rule(valid_to=datetime.date(2026, 2, 28))
    second = rule(
        valid_from=datetime.date(2026, 3, 1), valid_to=datetime.date(2026, 3, 31), except_people=frozenset({1})
    )
    third = rule(valid_from=datetime.date(2026, 4, 1), before=(first, second))
    assert bound_since(third, JOB) == datetime.date(2026, 4, 1)
    assert bound_since(third, JOB._replace(staff_id=2)) == JOB.start


def test_what_was_only_recommended_bound_nobody():
    changed = edited("2026-03-01", was={"mandatory": False}, now={"due_days": 30})
    assert bound_since(changed, JOB) == datetime.date(2026, 3, 1)
    weaker = edited("2026-03-01", was={}, now={"mandatory": False})
    assert bound_since(weaker, JOB) == JOB.start


def test_with_both_a_date_and_days_the_later_counts():
    both = rule(due_on=datetime.date(2026, 6, 1), due_days=30)
    assert duty_of(both, JOB).due == datetime.date(2026, 6, 1)
    assert duty_of(both, JOB._replace(start=datetime.date(2026, 5, 20))).due == datetime.date(2026, 6, 19)


def test_days_are_counted_from_the_rule_for_those_who_were_there_before_it():
    new_rule = rule(valid_from=datetime.date(2026, 9, 1), due_days=30)
    assert duty_of(new_rule, JOB).due == datetime.date(2026, 10, 1)


def test_nobody_is_late_in_the_first_fourteen_days():
    newcomer = JOB._replace(start=datetime.date(2026, 6, 1))
    assert duty_of(rule(due_on=datetime.date(2026, 1, 31)), newcomer).due == datetime.date(2026, 6, 15)


@pytest.mark.parametrize("limit", [{"due_on": datetime.date(2026, 9, 1)}, {"due_days": 1}])
def test_nor_in_the_first_fourteen_days_of_a_new_rule(limit):
    """Who has worked there for years would otherwise be late on the morning after it was written."""
    new_rule = rule(valid_from=datetime.date(2026, 9, 1), **limit)
    moved = JOB._replace(before=(worked("2025-06-01", "2025-12-31"),))
    for job in (JOB, moved):
        assert duty_of(new_rule, job) == Duty(datetime.date(2026, 9, 15), 1, datetime.date(2026, 9, 15))


def test_what_has_expired_is_not_late_in_the_first_fourteen_days_of_a_new_rule():
    new_rule = rule(valid_from=datetime.date(2026, 9, 1))
    assert duty_of(new_rule, JOB).grace_until == datetime.date(2026, 9, 15)


def worked(start, end, path="00010002", role=1):
    return Earlier(path, role, "employed", datetime.date.fromisoformat(start), end and datetime.date.fromisoformat(end))


@pytest.mark.parametrize(
    ("before", "since"),
    [
        ([], "2026-01-01"),
        ([worked("2025-06-01", "2025-12-31")], "2025-06-01"),  # moved on New Year's Day
        ([worked("2025-06-01", "2025-12-30")], "2026-01-01"),  # a day between: hired again
        ([worked("2025-06-01", None)], "2025-06-01"),  # a second job beside the first
        ([worked("2025-09-01", "2025-12-31"), worked("2025-06-01", "2025-08-31")], "2025-06-01"),
        ([worked("2025-09-01", "2025-10-31"), worked("2025-06-01", "2026-03-31")], "2025-06-01"),
        ([worked("2025-06-01", "2025-12-31", path="0002")], "2026-01-01"),  # bound first where they work now
        ([worked("2025-06-01", "2025-12-31", role=2)], "2026-01-01"),
    ],
)
def test_a_rule_binds_from_the_first_day_of_an_unbroken_chain(before, since):
    limited = rule(paths=("0001",), roles=frozenset({1}), due_days=30)
    job = JOB._replace(before=tuple(before))
    assert bound_since(limited, job).isoformat() == since
    assert duty_of(limited, job).due == datetime.date.fromisoformat(since) + datetime.timedelta(days=30)


def test_a_rule_without_a_date_is_never_late():
    assert duty_of(rule(), JOB).due is None


def test_where_rules_meet_the_earliest_date_wins():
    soon, late, never = (
        rule(id=1, due_on=datetime.date(2026, 12, 31)),
        rule(id=2, due_on=datetime.date(2026, 10, 31)),
        rule(id=3),
    )
    assert asked_of(JOB, [soon, late, never]).always == {1: Duty(datetime.date(2026, 10, 31), 2, GRACE)}
    assert asked_of(JOB, [never, soon]).always == {1: Duty(datetime.date(2026, 12, 31), 1, GRACE)}


@given(rules(), jobs())
def test_binding_and_dates_agree_with_the_slow_reference(rule, job):
    assert applies(rule, job) is reference.binds(rule, job, job.staff_id)
    if applies(rule, job):
        assert bound_since(rule, job) == reference.first_day(rule, job)
        assert duty_of(rule, job).due == reference.due(rule, job)


@given(st.lists(rules(), max_size=6), st.lists(jobs(), max_size=4))
def test_merged_duties_agree_with_the_slow_reference(all_rules, some_jobs):
    merged = merge_duties(asked_of(job, all_rules).always for job in some_jobs)
    for course in COURSES:
        must, last_day = reference.required(course, some_jobs, all_rules)
        duty = merged.get(course)
        assert (duty is not None and duty.mandatory) is must
        assert (duty is not None and not duty.mandatory) is reference.recommended(course, some_jobs, all_rules)
        if must:
            assert duty.due == last_day


@given(rules(), jobs())
def test_no_due_date_lies_within_the_days_of_grace(rule, job):
    date = duty_of(rule, job).due
    assert date is None or (date - bound_since(rule, job)).days >= rule.grace_days


@given(st.none() | st.dates(), st.none() | st.dates())
def test_the_earlier_duty_is_the_same_whichever_comes_first(one, other):
    first, second = Duty(one, 1, GRACE), Duty(other, 2, GRACE)
    assert earlier(first, second).due == earlier(second, first).due


def test_grace_is_over_when_it_is_over_in_one_of_the_jobs():
    first, second = Duty(None, 1, GRACE), Duty(datetime.date(2026, 12, 31), 2, datetime.date(2026, 3, 1))
    assert earlier(first, second) == Duty(datetime.date(2026, 12, 31), 2, GRACE)
    assert earlier(second, first).grace_until == GRACE
