import calendar
import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.validity import WINDOW_DAYS
from lms.status import (
    TRAINED,
    Completion,
    Facts,
    HelpReason,
    Status,
    best_completion,
    help_on,
    standing,
    status_on,
)
from lms.validity import add_months

from .strategies import TODAY, completions, days

facts = st.builds(
    Facts,
    required=st.booleans(),
    due=st.none() | days,
    exempt=st.booleans(),
    completion=st.none() | completions(),
    started=st.booleans(),
    grace_until=days,
    help=st.none() | st.sampled_from(HelpReason),
    heard_on=st.none() | days,
)
YESTERDAY, TOMORROW = TODAY - datetime.timedelta(days=1), TODAY + datetime.timedelta(days=1)


@pytest.mark.parametrize(
    ("facts", "status", "late"),
    [
        (Facts(required=False), Status.NOT_REQUIRED, False),
        (Facts(required=False, started=True), Status.IN_PROGRESS, False),
        (Facts(required=True), Status.NOT_STARTED, False),
        (Facts(required=True, due=TODAY), Status.NOT_STARTED, False),
        (Facts(required=True, due=YESTERDAY), Status.OVERDUE, True),
        (Facts(required=True, due=YESTERDAY, started=True), Status.OVERDUE, True),
        (Facts(required=True, due=YESTERDAY, exempt=True), Status.EXEMPT, False),
        (Facts(required=True, due=TOMORROW, started=True), Status.IN_PROGRESS, False),
        (Facts(required=True, started=True, help=HelpReason.ATTEMPTS), Status.NEEDS_HELP, False),
        (Facts(required=True, due=YESTERDAY, started=True, help=HelpReason.ATTEMPTS), Status.NEEDS_HELP, True),
        (Facts(required=True, due=YESTERDAY, started=True, help=HelpReason.REVIEW), Status.NEEDS_HELP, True),
        (Facts(required=True, due=TOMORROW, started=True, help=HelpReason.STUCK), Status.NEEDS_HELP, False),
        (Facts(required=True, due=YESTERDAY, started=True, help=HelpReason.STUCK), Status.OVERDUE, True),
        (Facts(required=True, grace_until=TODAY, started=True, help=HelpReason.STUCK), Status.IN_PROGRESS, False),
        (Facts(required=False, started=True, help=HelpReason.ATTEMPTS), Status.IN_PROGRESS, False),
        (Facts(required=True, exempt=True, started=True, help=HelpReason.REVIEW), Status.EXEMPT, False),
        (
            Facts(required=True, completion=Completion(YESTERDAY, YESTERDAY), help=HelpReason.STUCK),
            Status.EXPIRED,
            True,
        ),
        (Facts(required=True, completion=Completion(YESTERDAY)), Status.COMPLETE, False),
        (Facts(required=False, completion=Completion(YESTERDAY)), Status.COMPLETE, False),
        (Facts(required=True, exempt=True, completion=Completion(YESTERDAY)), Status.COMPLETE, False),
        (Facts(required=True, completion=Completion(YESTERDAY, TODAY)), Status.EXPIRING, False),
        (Facts(required=True, completion=Completion(YESTERDAY, YESTERDAY)), Status.EXPIRED, True),
        (
            Facts(required=True, completion=Completion(YESTERDAY, YESTERDAY), grace_until=TODAY),
            Status.EXPIRED,
            False,
        ),
        (
            Facts(required=True, started=True, completion=Completion(YESTERDAY, YESTERDAY)),
            Status.EXPIRED,
            True,
        ),
        (Facts(required=False, completion=Completion(YESTERDAY, YESTERDAY)), Status.NOT_REQUIRED, False),
    ],
)
def test_each_status_in_its_plain_case(facts, status, late):
    assert status_on(TODAY, facts) is status
    assert standing(TODAY, facts)[1] is late


def test_a_completion_counts_to_and_with_its_last_day():
    last_day = Facts(required=True, completion=Completion(TODAY, TODAY))
    assert status_on(TODAY, last_day) in TRAINED
    assert status_on(TOMORROW, last_day) is Status.EXPIRED


def test_it_expires_soon_in_its_last_sixty_days():
    until = TODAY + datetime.timedelta(days=WINDOW_DAYS)
    done = Facts(required=True, completion=Completion(TODAY, until))
    assert status_on(TODAY, done) is Status.COMPLETE
    assert status_on(TOMORROW, done) is Status.EXPIRING


@given(facts, days)
def test_every_combination_has_a_status(some, day):
    assert status_on(day, some) in Status
    assert standing(day, some)[1] in (True, False)


@given(facts, days)
def test_nobody_is_late_who_is_trained_or_excused_or_not_required(some, day):
    if standing(day, some)[1]:
        assert some.required
        assert status_on(day, some) in (Status.OVERDUE, Status.EXPIRED, Status.NEEDS_HELP)


@given(facts, days)
def test_help_changes_nothing_in_who_is_counted_trained_or_late(some, day):
    """Sums can be made without asking who needs help."""
    without = some._replace(help=None, heard_on=None)
    (status, late), (plain, plain_late) = standing(day, some), standing(day, without)
    assert late is plain_late
    assert (status in TRAINED, status is Status.EXEMPT) == (plain in TRAINED, plain is Status.EXEMPT)
    assert status in (plain, Status.NEEDS_HELP)


@given(facts, days)
def test_help_is_for_what_is_required_and_left_and_every_call_for_it_has_its_reason(some, day):
    needed, status = help_on(day, some), status_on(day, some)
    if needed:
        assert some.required
        assert status in (Status.NEEDS_HELP, Status.OVERDUE, Status.EXPIRED)
    if status is Status.NEEDS_HELP:
        assert needed is some.help


@given(facts, days, st.integers(1, 500))
def test_lateness_does_not_pass_by_waiting(some, day, more):
    """What is late today and is left alone is late every day after."""
    if standing(day, some)[1]:
        assert standing(day + datetime.timedelta(days=more), some)[1]


@given(facts, days)
def test_being_done_for_good_beats_everything(some, day):
    done = Facts(
        required=some.required, due=some.due, exempt=some.exempt, started=some.started,
        help=some.help, heard_on=some.heard_on, completion=Completion(day),
    )  # fmt: skip
    assert status_on(day, done) is Status.COMPLETE


@given(st.lists(completions(), max_size=6))
def test_the_best_completion_is_the_one_that_counts_longest(some):
    best = best_completion(some)
    if not some:
        assert best is None
        return
    ends = {done: min({done.valid_until, done.redo and done.redo.by_when} - {None}, default=None) for done in some}
    forever = [done for done in some if ends[done] is None]
    slow = forever or [done for done in some if ends[done] == max(ends.values())]
    slow = [done for done in slow if not done.redo] or slow
    assert best in slow
    assert best.completed_on == max(done.completed_on for done in slow)


@given(st.dates(datetime.date(1990, 1, 1), datetime.date(2090, 1, 1)), st.integers(0, 240))
def test_adding_months_keeps_the_day_or_takes_the_last_of_the_month(day, months):
    result = add_months(day, months)
    assert (result.year * 12 + result.month) - (day.year * 12 + day.month) == months
    last = calendar.monthrange(result.year, result.month)[1]
    assert result.day == min(day.day, last)


def test_adding_months_to_the_last_of_january_and_over_a_new_year():
    assert add_months(datetime.date(2027, 1, 31), 1) == datetime.date(2027, 2, 28)
    assert add_months(datetime.date(2028, 1, 31), 1) == datetime.date(2028, 2, 29)
    assert add_months(datetime.date(2026, 11, 23), 36) == datetime.date(2029, 11, 23)
    assert add_months(datetime.date(2026, 12, 1), 1) == datetime.date(2027, 1, 1)
