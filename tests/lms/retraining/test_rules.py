"""Whose completion a demand touches, and what the past says of it, against slow and obvious references."""

import datetime

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.models import LedgerEntry, StaffMember
from lms.remedies.undo import undo
from lms.retraining.demands import Demand, Part, redo_of
from lms.status import Completion, Facts, Status, best_completion, status_on
from tests.builders import read, take_quiz
from tests.lms.strategies import TODAY, completions, days
from tests.retraining import DAY, change, demand, journey_of, status_of

VERSIONS = range(1, 7)
moments = st.integers(0, 9).map(lambda hour: datetime.datetime(2026, 11, 1, hour, tzinfo=datetime.UTC))


@st.composite
def demands(draw):
    parts = draw(st.dictionaries(st.sampled_from("abc"), st.frozensets(st.sampled_from(VERSIONS)), min_size=1))
    return Demand(
        id=draw(st.integers(1, 99)),
        course_id=1,
        by_when=draw(days),
        made_at=draw(moments),
        also_begun=draw(st.booleans()),
        notes={},
        parts=tuple(Part(activity, draw(moments), fresh) for activity, fresh in parts.items()),
    )


def slowly(demands, versions, done_at):
    """The words of the decision, one by one."""
    days, parts = [], set()
    for one in demands:
        if not one.also_begun and done_at >= one.made_at:
            continue
        for part in one.parts:
            enough = False
            for version in versions:
                if version in part.fresh:
                    enough = True
            if not enough:
                days.append(one.by_when)
                parts.add(part.activity)
    return (sorted(days)[0], parts) if days else None


@given(st.lists(demands(), max_size=4), st.lists(st.sampled_from(VERSIONS), max_size=4), moments)
def test_what_is_left_and_by_when(all_of_them, versions, done_at):
    redo = redo_of(all_of_them, versions=versions, done_at=done_at)
    assert (redo and (redo.by_when, set(redo.parts))) == slowly(all_of_them, versions, done_at)
    if redo:
        assert len(redo.parts) == len(set(redo.parts))


@given(st.lists(demands(), max_size=3), demands(), st.sets(st.sampled_from(VERSIONS)), moments)
def test_one_more_demand_never_gives_more_time_nor_takes_a_part_away(before, more, versions, done_at):
    old = redo_of(before, versions=versions, done_at=done_at)
    new = redo_of([*before, more], versions=versions, done_at=done_at)
    if old:
        assert new.by_when <= old.by_when
        assert set(old.parts) <= set(new.parts)


@given(st.lists(demands(), max_size=4), st.sets(st.sampled_from(VERSIONS)), st.sampled_from(VERSIONS), moments)
def test_what_rests_on_more_has_no_more_to_do(all_of_them, versions, one_more, done_at):
    less = redo_of(all_of_them, versions=versions | {one_more}, done_at=done_at)
    if less:
        assert set(less.parts) <= set(redo_of(all_of_them, versions=versions, done_at=done_at).parts)


@given(completions(), days)
def test_it_counts_to_its_last_day_and_not_a_day_longer(done, day):
    status = status_on(day, Facts(required=True, completion=done))
    assert (status in (Status.COMPLETE, Status.EXPIRING)) == (done.last_day is None or day <= done.last_day)
    if done.redo:
        assert status is not Status.COMPLETE


@given(st.lists(completions(), min_size=1, max_size=4))
def test_of_equals_it_is_the_one_with_nothing_to_do_again(found):
    best = best_completion(found)
    equals = [done for done in found if done.last_day == best.last_day]
    assert best.redo is None or all(done.redo for done in equals)
    assert all((done.last_day or datetime.date.max) <= (best.last_day or datetime.date.max) for done in found)


def test_no_redo_is_as_before():
    assert Completion(TODAY).last_day is None
    assert not Completion(TODAY, TODAY).ends_by_redo


# A course's life, a day at a time

ACTS = ("maja reads", "bo reads", "maja passes", "bo passes", "change", "demand", "demand of all", "undo")


def act(cast, page, pages, which):
    match which:
        case "maja reads" | "bo reads":
            read(getattr(cast, which.split()[0]), pages[0])
        case "maja passes" | "bo passes":
            read(getattr(cast, which.split()[0]), pages[1])
            take_quiz(getattr(cast, which.split()[0]), pages[2])
        case "change":
            pages[0] = change(pages[0], f"Ord den {timezone.localdate()}.")
        case "demand" | "demand of all":
            demand(cast, page, pages[0], by=2, also_begun=which == "demand of all")
        case "undo":
            undone = LedgerEntry.objects.filter(verb="retraining.taken_back").values_list("subject", flat=True)
            made = LedgerEntry.objects.filter(verb="retraining.demanded").exclude(subject__in=list(undone))
            if entry := made.first():
                undo(entry=entry, actor=cast.ada)


@pytest.mark.slow
@settings(max_examples=5)
@given(life=st.lists(st.sampled_from(ACTS), min_size=4, max_size=9))
def test_what_was_known_of_a_day_stays_and_the_desk_agrees(cast, course, pages, rule, noon, life):
    from django.db import transaction

    people, told, start = [cast.maja, cast.bo], [], timezone.now()
    own = list(pages)
    with transaction.atomic():
        for which in life:
            noon.shift(DAY)
            act(cast, course, own, which)
            today, now = timezone.localdate(), timezone.now()
            for person in people:
                fresh = StaffMember.objects.get(pk=person.pk)  # without what it remembers of the day before
                status = status_of(person)
                assert journey_of(fresh).status == status, which
                told.append((person, today, now, status))
        noon.shift(DAY)
        for person, day, known, status in told:
            assert status_of(person, on=day, known=known) == status, (life, day)
        transaction.set_rollback(True)
    noon.move_to(start, tick=False)
