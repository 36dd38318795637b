"""Programmes: courses that are required together, as they were on any day, as known at any time."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lms.access import asked_courses
from lms.models import Employment, LedgerEntry, Programme, ProgrammeContents, Requirement, Workplace
from lms.programmes.actions import change_programme, create_programme
from lms.remedies.undo import undo
from lms.reports.figures import gather
from lms.requirements.actions import change_requirement, end_requirement, require
from lms.requirements.lookup import rules_and_courses_on, rules_on, rules_over
from lms.requirements.rules import ONE_DAY
from lms.requirements.terms import terms_of
from tests.builders import course_of, make_course
from tests.clock import NOON
from tests.programmes import contents_on

TODAY = NOON.date()
BEGUN = TODAY - ONE_DAY * 100

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def courses(course):
    return [course_of(course), course_of(make_course("Andra")), course_of(make_course("Tredje"))]


@pytest.fixture
def programme(cast, courses):
    """The first two, since a hundred days."""
    return create_programme(title_sv="Grunden", courses=courses[:2], valid_from=BEGUN, actor=cast.ada)


@pytest.fixture
def rule(cast, programme):
    return require(programme=programme, valid_from=BEGUN, due_days=90, actor=cast.ada)


def entry(verb):
    return LedgerEntry.objects.filter(verb=verb).latest("pk")


def required(day=TODAY, **known):
    """The courses that some rule requires, and since when."""
    return {rule.course_id: rule.valid_from for rule in rules_on(day, **known)}


def due(day=TODAY, **known):
    """Name and course to due day."""
    found = gather(day, Workplace.objects.all(), **known)
    return {
        (worker.given_name, cell.course_id): cell.facts.due
        for worker, row in found.rows(found.workers)
        for cell in row.cells
        if cell.facts.required
    }


def test_a_rule_about_a_programme_is_one_for_each_of_its_courses(cast, courses, rule):
    found = rules_on(TODAY)
    assert [(each.id, each.course_id) for each in found] == [(rule.pk, courses[0].pk), (rule.pk, courses[1].pk)]
    assert rules_and_courses_on(TODAY) == (found, sorted(courses[:2], key=lambda course: course.pk))
    assert len(due()) == 6
    assert set(due().values()) == {BEGUN + ONE_DAY * 90}
    assert asked_courses(cast.maja) == {courses[0].pk, courses[1].pk}


def test_a_rule_is_about_a_course_or_a_programme(cast, courses, programme):
    for about in ({}, {"course": courses[0], "programme": programme}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Requirement.objects.create(valid_from=TODAY, **about)


def test_it_costs_one_query_more_however_many_programmes_there_are(cast, courses, rule, django_assert_num_queries):
    with django_assert_num_queries(2):
        rules_on(TODAY)
    for number in range(3):
        other = create_programme(title_sv=f"{number}", courses=courses, valid_from=BEGUN, actor=cast.ada)
        require(programme=other, valid_from=BEGUN, actor=cast.ada)
    with django_assert_num_queries(2):
        rules_over([TODAY - ONE_DAY, TODAY])
    with django_assert_num_queries(2):
        rules_and_courses_on(TODAY)


def test_who_is_bound_already_gets_no_new_time_and_a_new_course_gives_its_own(cast, courses, programme, rule):
    change_programme(programme=programme, first_day=TODAY, courses=[courses[2], courses[0]], actor=cast.ada)
    assert {key: day for key, day in due().items() if key[0] == "Maja"} == {
        ("Maja", courses[0].pk): BEGUN + ONE_DAY * 90,
        ("Maja", courses[2].pk): TODAY + ONE_DAY * 90,
    }
    assert required(TODAY - ONE_DAY) == {courses[0].pk: BEGUN, courses[1].pk: BEGUN}
    assert contents_on(programme, TODAY) == [courses[2], courses[0]]
    assert contents_on(programme, TODAY - ONE_DAY) == courses[:2]
    assert contents_on(programme, BEGUN - ONE_DAY) == []


def test_a_course_that_was_taken_out_and_comes_back_is_asked_anew(cast, courses, programme, rule):
    change_programme(programme=programme, first_day=TODAY - ONE_DAY * 50, courses=courses[:1], actor=cast.ada)
    change_programme(programme=programme, first_day=TODAY, courses=courses[:2], actor=cast.ada)
    assert due()["Maja", courses[1].pk] == TODAY + ONE_DAY * 90
    assert due()["Maja", courses[0].pk] == BEGUN + ONE_DAY * 90


def test_what_was_known_before_the_change_stays_known(cast, courses, programme, rule, noon):
    Employment.objects.update(recorded_at=NOON - ONE_DAY * 200)
    before = due()
    noon.move_to(NOON + datetime.timedelta(hours=1), tick=False)
    change_programme(programme=programme, first_day=TODAY - ONE_DAY * 9, courses=courses[1:], actor=cast.ada)
    assert due(known=NOON) == before
    assert required() == {courses[1].pk: TODAY - ONE_DAY * 9, courses[2].pk: TODAY - ONE_DAY * 9}
    assert required(TODAY, known=NOON) == {courses[0].pk: BEGUN, courses[1].pk: BEGUN}


def test_a_rule_about_a_programme_is_changed_and_ended_as_others_are(cast, courses, programme, rule):
    was = terms_of(rule)
    kept = {name: getattr(was, name) for name in was.__dataclass_fields__}
    new = change_requirement(rule=rule, first_day=TODAY, actor=cast.ada, **{**kept, "due_days": 120})
    assert new.programme == programme
    assert set(due().values()) == {BEGUN + ONE_DAY * 120}
    undo(entry=entry("requirement.changed"), actor=cast.users["ada"])
    assert set(due().values()) == {BEGUN + ONE_DAY * 90}
    end_requirement(rule=Requirement.objects.latest("pk"), last_day=TODAY, actor=cast.ada)
    assert required(TODAY + ONE_DAY) == {}
    assert set(required()) == {courses[0].pk, courses[1].pk}


def test_a_withdrawn_course_is_not_required_and_the_others_are(cast, courses, rule):
    courses[1].live = False
    courses[1].save()
    assert set(required()) == {courses[0].pk}


def test_a_change_is_undone_and_nobody_has_new_time(cast, courses, programme, rule):
    was = due()
    change_programme(programme=programme, first_day=TODAY - ONE_DAY, courses=courses[2:], actor=cast.ada)
    undo(entry=entry("programme.changed"), actor=cast.users["ada"])
    assert due() == was
    assert len(rules_on(TODAY)) == 2


def test_changes_are_undone_from_the_last(cast, courses, programme, rule):
    was = due()
    change_programme(programme=programme, first_day=TODAY - ONE_DAY * 9, courses=courses[2:], actor=cast.ada)
    first = entry("programme.changed")
    change_programme(programme=programme, first_day=TODAY, courses=courses, actor=cast.ada)
    with pytest.raises(ValidationError, match="ändrats igen"):
        undo(entry=first, actor=cast.users["ada"])
    undo(entry=entry("programme.changed"), actor=cast.users["ada"])
    assert contents_on(programme, TODAY) == courses[2:]
    undo(entry=first, actor=cast.users["ada"])
    assert due() == was


def test_a_change_from_its_first_day_replaces_what_it_held(cast, courses, programme, rule):
    change_programme(programme=programme, first_day=BEGUN, courses=courses[2:], actor=cast.ada)
    assert required() == {courses[2].pk: BEGUN}
    undo(entry=entry("programme.changed"), actor=cast.users["ada"])
    assert required() == {courses[0].pk: BEGUN, courses[1].pk: BEGUN}


def test_what_cannot_be_is_refused(cast, courses, programme):
    change = {"programme": programme, "actor": cast.ada}
    with pytest.raises(ValidationError, match="Du har inte ändrat något"):
        change_programme(first_day=TODAY, courses=courses[:2], **change)
    with pytest.raises(ValidationError) as refused:
        change_programme(first_day=BEGUN - ONE_DAY, courses=courses, **change)
    assert "first_day" in refused.value.message_dict
    with pytest.raises(ValidationError):
        change_programme(first_day=TODAY, courses=[], **change)
    assert ProgrammeContents.objects.count() == 1


def test_a_programme_that_is_required_is_not_taken_back_before_the_rule_is(cast, programme, rule):
    made = entry("programme.opened")
    with pytest.raises(ValidationError):
        undo(entry=made, actor=cast.users["ada"])
    undo(entry=entry("requirement.opened"), actor=cast.users["ada"])
    undo(entry=made, actor=cast.users["ada"])
    assert not Programme.objects.standing().exists()


def number_of(programme, day=TODAY):
    """How many courses the programme asks for."""
    return next(row.at_least for row in programme.contents.order_by("-pk") if row.holds_on(day))


def test_some_of_a_programme_are_enough_from_a_day_and_that_is_undone(cast, courses, programme, rule):
    change_programme(programme=programme, first_day=TODAY, courses=courses, at_least=2, actor=cast.ada)
    assert (number_of(programme), number_of(programme, TODAY - ONE_DAY)) == (2, None)
    # The first two, both since before; of three that may be chosen none is asked for anew.
    assert {key for key in due() if key[0] == "Maja"} == {("Maja", courses[0].pk), ("Maja", courses[1].pk)}
    assert set(due().values()) == {BEGUN + ONE_DAY * 90}
    assert len(asked_courses(cast.maja)) == 3
    undo(entry=entry("programme.changed"), actor=cast.users["ada"])
    assert number_of(programme) is None
    assert len(due()) == 6


def test_to_ask_for_more_is_a_change_and_its_undoing_asks_for_as_many_as_before(cast, courses):
    programme = create_programme(title_sv="Valet", courses=courses, at_least=1, valid_from=BEGUN, actor=cast.ada)
    require(programme=programme, valid_from=BEGUN, due_days=90, actor=cast.ada)
    was = due()
    assert len(was) == 3
    change = {"programme": programme, "first_day": TODAY, "courses": courses, "actor": cast.ada}
    change_programme(at_least=2, **change)
    assert set(due().values()) == {TODAY + ONE_DAY * 90}
    assert len(due()) == 6
    undo(entry=entry("programme.changed"), actor=cast.users["ada"])
    assert (number_of(programme), due()) == (1, was)
    with pytest.raises(ValidationError, match="Du har inte ändrat något"):
        change_programme(at_least=1, **change)


def test_as_many_as_there_are_is_all_and_no_more_can_be_asked_for(cast, courses):
    made = {"title_sv": "Valet", "courses": courses, "valid_from": BEGUN, "actor": cast.ada}
    assert number_of(create_programme(at_least=3, **made)) is None
    for wrong in (0, 4):
        with pytest.raises(ValidationError) as refused:
            create_programme(at_least=wrong, **made)
        assert list(refused.value.message_dict) == ["at_least"]
    assert Programme.objects.count() == 1


def test_a_course_that_is_withdrawn_cannot_be_chosen(cast, courses):
    programme = create_programme(title_sv="Valet", courses=courses, at_least=2, valid_from=BEGUN, actor=cast.ada)
    require(programme=programme, valid_from=BEGUN, actor=cast.ada)
    courses[0].live = False
    courses[0].save()
    assert {course for _name, course in due()} == {courses[1].pk, courses[2].pk}


# What is required on any day, as known at any time, against a slow and obvious reading.

few = st.integers(0, 8)
orders = st.lists(st.integers(0, 2), min_size=1, max_size=3, unique=True)
acts = st.lists(st.tuples(st.sampled_from(["hold", "end", "undo"]), few, orders), max_size=5)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=few, rule_first=few, acts=acts, day=few, known=few)
@example(first=0, rule_first=2, acts=[("hold", 3, [2]), ("undo", 0, [0])], day=4, known=2)
def test_what_is_required_is_what_the_rule_and_the_programme_say_together(
    noon, cast, courses, first, rule_first, acts, day, known
):
    """Told of act by act, in a list of (what was known then: day to courses, and the last day of the rule)."""
    start = NOON - ONE_DAY * 10

    def moment(hour):
        return start + datetime.timedelta(hours=hour)

    def on(number):
        return start.date() + ONE_DAY * number

    with transaction.atomic():
        mark = transaction.savepoint()
        noon.move_to(moment(0), tick=False)
        programme = create_programme(title_sv="Allt", courses=courses, valid_from=on(first), actor=cast.ada)
        rule = require(programme=programme, valid_from=on(rule_first), actor=cast.ada)
        held = {number: [0, 1, 2] for number in range(first, 20)}
        states, last = [(held, 99)], 99
        stack = []
        for hour, (what, number, order) in enumerate(acts, start=1):
            noon.move_to(moment(hour), tick=False)
            before, made = dict(held), None
            try:
                with transaction.atomic():
                    if what == "hold":
                        chosen = [courses[each] for each in order]
                        change_programme(programme=programme, first_day=on(number), courses=chosen, actor=cast.ada)
                        made, held = (
                            entry("programme.changed"),
                            {
                                **held,
                                **dict.fromkeys(range(number, 20), order),
                            },
                        )
                        stack.append((made, before))
                    elif what == "end" and last == 99 and number >= rule_first:
                        end_requirement(rule=rule, last_day=on(number), actor=cast.ada)
                        last = number
                    elif what == "undo" and stack:
                        undo(entry=stack[-1][0], actor=cast.users["ada"])
                        held = stack.pop()[1]
            except ValidationError:
                held = before
            states.append((held, last))
        held, last = states[min(known, len(states) - 1)]
        expected = {courses[each].pk for each in held.get(day, ())} if rule_first <= day <= last else set()
        noon.move_to(NOON, tick=False)
        cutoff = moment(known) + datetime.timedelta(minutes=1)
        found = rules_on(on(day), known=cutoff)
        assert {each.course_id for each in found} == expected
        assert len(found) == len(expected)
        assert found == rules_over([on(day - 1), on(day), on(day + 1)], known=cutoff)[1]
        transaction.savepoint_rollback(mark)
