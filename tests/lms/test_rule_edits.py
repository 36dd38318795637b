"""A rule is changed by ending its row and opening the next of the same series: the past stays, and so do the days."""

import datetime

import pytest
from django.core.exceptions import ValidationError

from lms.models import Employment, LedgerEntry, Requirement, RequirementTarget, Workplace
from lms.people.merging import merge
from lms.remedies.undo import undo
from lms.reports.figures import gather
from lms.requirements.actions import change_requirement, end_requirement, require
from lms.requirements.lookup import rules_on
from lms.requirements.rules import ONE_DAY
from lms.requirements.terms import terms_of
from tests import people
from tests.builders import course_of
from tests.clock import NOON

TODAY = NOON.date()

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def rule(cast, course):
    """Required of everyone for a hundred days, within ninety."""
    return require(course=course_of(course), valid_from=TODAY - ONE_DAY * 100, due_days=90, actor=cast.ada)


def change(rule, cast, *, first_day=TODAY, **terms):
    was = terms_of(rule)
    kept = {name: getattr(was, name) for name in was.__dataclass_fields__}
    return change_requirement(rule=rule, first_day=first_day, actor=cast.ada, **{**kept, **terms})


def standing(day=TODAY, **known):
    """Name to (status, due day) of those for whom the course is required or recommended."""
    found = gather(day, Workplace.objects.all(), **known)
    return {
        worker.given_name: (cell.status.value, cell.facts.due)
        for worker, row in found.rows(found.workers)
        for cell in row.cells
        if cell.facts.required or cell.facts.recommended
    }


def entry(verb):
    return LedgerEntry.objects.filter(verb=verb).latest("pk")


def test_a_change_ends_one_row_and_opens_the_next(cast, rule):
    new = change(rule, cast, due_days=120, except_people=[cast.maja])
    rule.refresh_from_db()
    assert (rule.valid_to, new.valid_from, new.valid_to) == (TODAY - ONE_DAY, TODAY, None)
    assert new.series == rule.series
    assert terms_of(new).except_people == (cast.maja,)
    assert entry("requirement.changed").data["except_people"] == [str(cast.maja.uuid)]
    begun = TODAY - ONE_DAY * 100
    assert set(standing()) == {"Bo", "Birgitta"}
    assert standing()["Bo"] == ("not_started", begun + ONE_DAY * 120)
    assert standing(TODAY - ONE_DAY)["Maja"] == ("overdue", begun + ONE_DAY * 90)


def test_a_stricter_change_makes_late_and_gives_no_new_days(cast, rule):
    change(rule, cast, due_days=30)
    assert standing()["Maja"] == ("overdue", TODAY - ONE_DAY * 70)


def test_what_was_known_before_the_change_stays_known(cast, rule, noon):
    Employment.objects.update(recorded_at=NOON - ONE_DAY * 200)
    Requirement.objects.update(recorded_at=NOON - ONE_DAY * 99)
    before = standing()
    noon.move_to(NOON + datetime.timedelta(hours=1), tick=False)
    change(rule, cast, mandatory=False)
    assert {status for status, _due in standing().values()} == {"recommended"}
    assert standing(known=NOON) == before
    [unheard_of] = rules_on(TODAY, known=NOON)
    assert (unheard_of.id, unheard_of.before) == (rule.pk, ())


def test_a_change_back_in_time_is_the_same_series_and_known_from_now_on(cast, rule, noon):
    Requirement.objects.update(recorded_at=NOON - ONE_DAY * 99)
    noon.move_to(NOON + datetime.timedelta(hours=1), tick=False)
    change(rule, cast, first_day=TODAY - ONE_DAY * 50, kinds=["owner"])
    day = TODAY - ONE_DAY * 40
    assert [len(found.kinds) for found in rules_on(day)] == [1]
    assert [len(found.kinds) for found in rules_on(day, known=NOON)] == [0]
    assert [len(found.kinds) for found in rules_on(TODAY - ONE_DAY * 51)] == [0]


def test_a_change_from_its_first_day_replaces_it(cast, rule):
    new = change(rule, cast, first_day=rule.valid_from, due_days=200)
    rule.refresh_from_db()
    assert rule.is_taken_back
    [found] = rules_on(TODAY)
    assert (found.id, found.before) == (new.pk, ())


def test_the_end_that_was_planned_is_kept(cast, rule):
    until = TODAY + ONE_DAY * 30
    end_requirement(rule=rule, last_day=until, actor=cast.ada)
    assert change(rule, cast, due_days=120).valid_to == until


@pytest.mark.parametrize("days", [-101, 31])
def test_a_day_on_which_it_does_not_hold_is_refused(cast, rule, days):
    end_requirement(rule=rule, last_day=TODAY + ONE_DAY * 30, actor=cast.ada)
    with pytest.raises(ValidationError) as error:
        change(rule, cast, first_day=TODAY + ONE_DAY * days, due_days=120)
    assert list(error.value.message_dict) == ["first_day"]
    assert Requirement.objects.count() == 1


def test_nothing_changed_writes_nothing(cast, rule):
    with pytest.raises(ValidationError):
        change(rule, cast)
    assert Requirement.objects.count() == 1


def test_a_due_day_that_has_passed_may_stay_when_something_else_is_changed(cast, course):
    rule = require(
        course=course_of(course), valid_from=TODAY - ONE_DAY * 100, due_on=TODAY - ONE_DAY * 10, actor=cast.ada
    )
    change(rule, cast, except_people=[cast.maja])
    assert standing()["Bo"] == ("overdue", TODAY - ONE_DAY * 10)


def test_only_what_it_is_last_is_changed_or_ended(cast, rule):
    change(rule, cast, first_day=TODAY + ONE_DAY * 9, due_days=120)
    with pytest.raises(ValidationError):
        change(rule, cast, due_days=60)
    with pytest.raises(ValidationError):
        end_requirement(rule=rule, last_day=TODAY, actor=cast.ada)


def test_it_is_not_ended_before_it_was_changed(cast, rule):
    new = change(rule, cast, due_days=120)
    with pytest.raises(ValidationError):
        end_requirement(rule=new, last_day=TODAY - ONE_DAY * 9, actor=cast.ada)


def test_undoing_a_change(cast, rule, noon):
    before = standing()
    change(rule, cast, due_days=120, except_people=[cast.maja])
    noon.move_to(NOON + datetime.timedelta(hours=1), tick=False)
    undo(entry=entry("requirement.changed"), actor=cast.ada)
    assert standing() == before
    assert len(rules_on(TODAY)) == 1
    with pytest.raises(ValidationError):
        undo(entry=entry("requirement.changed"), actor=cast.ada)


def test_changes_are_undone_the_last_first(cast, rule):
    first = change(rule, cast, first_day=TODAY - ONE_DAY * 20, due_days=120)
    one = entry("requirement.changed")
    change(first, cast, due_days=150)
    two = entry("requirement.changed")
    with pytest.raises(ValidationError):
        undo(entry=one, actor=cast.ada)
    undo(entry=two, actor=cast.ada)
    assert standing()["Bo"][1] == TODAY + ONE_DAY * 20
    undo(entry=one, actor=cast.ada)
    assert standing()["Bo"][1] == TODAY - ONE_DAY * 10


def test_a_rule_that_was_a_mistake_is_taken_back_with_all_that_it_was_changed_to(cast, rule):
    change(rule, cast, due_days=120)
    undo(entry=entry("requirement.opened"), actor=cast.ada)
    assert all(row.is_taken_back for row in Requirement.objects.all())
    assert standing() == {}
    assert LedgerEntry.objects.filter(verb="requirement.taken_back").count() == 1


def test_the_same_cannot_be_chosen_and_left_out(cast, course):
    with pytest.raises(ValidationError) as error:
        require(
            course=course_of(course),
            valid_from=TODAY,
            people=[cast.maja],
            except_people=[cast.maja],
            actor=cast.ada,
        )
    assert list(error.value.message_dict) == ["except_people"]


def test_what_is_recommended_is_shown_and_not_counted(cast, course):
    require(course=course_of(course), valid_from=TODAY - ONE_DAY * 100, mandatory=False, actor=cast.ada)
    found = gather(TODAY, Workplace.objects.all())
    assert {status for status, _due in standing().values()} == {"recommended"}
    assert (found.totals.people.counted, found.totals.not_required, found.totals.excused) == (0, 3, 0)


def test_a_rule_that_names_a_row_which_is_merged_names_the_person(cast, rule):
    twin = people.hire(cast, "Maja", "Lindgrén", "grasmyr")
    new = change(rule, cast, except_people=[twin, cast.maja])
    merge(keep=cast.maja, gone=twin, actor=cast.ada)
    assert [target.staff for target in RequirementTarget.objects.filter(requirement=new)] == [cast.maja]
    named = require(course=rule.course, valid_from=TODAY, people=[cast.bo], actor=cast.ada)
    merge(keep=cast.maja, gone=cast.bo, actor=cast.ada)
    assert terms_of(named).people == (cast.maja,)


@pytest.mark.parametrize("number", [1, 9])
def test_rules_are_read_in_one_query_whatever_they_name_and_were(cast, rule, number, django_assert_num_queries):
    for each in range(number):
        person = people.hire(cast, f"Person {each}", "Test", "brattfors")
        rule = change(rule, cast, except_people=[person], roles=list(cast.roles.values()), kinds=["employed", "owner"])
    with django_assert_num_queries(1):
        [found] = rules_on(TODAY)
    assert len(found.roles) == 2


@pytest.mark.parametrize("number", [1, 9])
def test_saving_and_changing_write_no_row_for_anyone_whom_it_binds(cast, course, number, django_assert_num_queries):
    for each in range(number):
        people.hire(cast, f"Person {each}", "Test", "brattfors")
    with django_assert_num_queries(6):
        rule = require(course=course_of(course), valid_from=TODAY, workplaces=[cast.brattfors], actor=cast.ada)
    was = terms_of(rule)
    terms = {name: getattr(was, name) for name in was.__dataclass_fields__}
    with django_assert_num_queries(11):
        change_requirement(rule=rule, first_day=TODAY, actor=cast.ada, **{**terms, "due_days": 30})
    assert Requirement.objects.count() == 2
    assert RequirementTarget.objects.count() == 2
