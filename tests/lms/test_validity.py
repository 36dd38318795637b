"""How long a completion is valid: by each rule, at the ends of months, and frozen when the course is completed."""

import calendar
import datetime

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from courses.models import CoursePage
from courses.validity import ValidityKind, problems_with_validity
from lms.models import CourseCompletion, Workplace
from lms.progress import begin_again
from lms.reports.figures import gather
from lms.requirements.actions import require
from lms.validity import FOR_GOOD, ONE_DAY, Term, Validity, add_months, is_in_time, term, window_opens
from tests import builders
from tests.builders import complete, course_of
from tests.courses.test_publishing import republish, translate

D = datetime.date
dates = st.dates(D(2020, 1, 1), D(2040, 12, 31))
validities = st.builds(
    Validity,
    kind=st.sampled_from(ValidityKind),
    months=st.none() | st.integers(1, 60),
    to_month=st.none() | st.integers(1, 12),
    to_day=st.none() | st.integers(1, 31),
    window_days=st.integers(1, 400),
    late_days=st.integers(0, 400),
)


@st.composite
def terms(draw):
    until = draw(dates)
    return draw(st.just(FOR_GOOD) | st.just(Term(until - datetime.timedelta(days=draw(st.integers(0, 400))), until)))


def monthly(kind, months, **more):
    return Validity(kind, months, **more)


@pytest.mark.parametrize(
    ("validity", "done", "before", "until"),
    [
        (Validity(), D(2026, 11, 23), FOR_GOOD, None),
        (monthly("completion", 36), D(2026, 11, 23), FOR_GOOD, D(2029, 11, 23)),
        (monthly("completion", 12), D(2028, 2, 29), FOR_GOOD, D(2029, 2, 28)),
        (monthly("completion", 1), D(2027, 1, 31), FOR_GOOD, D(2027, 2, 28)),
        # In the window: from the end before, not from the day.
        (monthly("expiry", 12), D(2026, 11, 23), Term(D(2026, 11, 1), D(2026, 12, 31)), D(2027, 12, 31)),
        (monthly("expiry", 12), D(2026, 10, 31), Term(D(2026, 11, 1), D(2026, 12, 31)), D(2027, 10, 31)),
        (monthly("expiry", 12), D(2026, 11, 1), Term(D(2026, 11, 1), D(2026, 12, 31)), D(2027, 12, 31)),
        (monthly("expiry", 12), D(2027, 1, 1), Term(D(2026, 11, 1), D(2026, 12, 31)), D(2028, 1, 1)),
        (monthly("expiry", 12, late_days=10), D(2027, 1, 10), Term(D(2026, 11, 1), D(2026, 12, 31)), D(2027, 12, 31)),
        (monthly("expiry", 12, late_days=10), D(2027, 1, 11), Term(D(2026, 11, 1), D(2026, 12, 31)), D(2028, 1, 11)),
        (monthly("expiry", 12), D(2026, 11, 23), FOR_GOOD, D(2027, 11, 23)),
        # What would have ended already is counted from the day.
        (monthly("expiry", 1, late_days=90), D(2027, 2, 20), Term(D(2026, 11, 1), D(2026, 12, 31)), D(2027, 3, 20)),
        (Validity("day", 6, 12, 31), D(2026, 6, 30), FOR_GOOD, D(2026, 12, 31)),
        (Validity("day", 6, 12, 31), D(2026, 7, 1), FOR_GOOD, D(2027, 12, 31)),
        (Validity("day", 1, 2, 29), D(2026, 12, 1), FOR_GOOD, D(2027, 2, 28)),
        (Validity("day", 1, 2, 29), D(2027, 12, 1), FOR_GOOD, D(2028, 2, 29)),
        # Unfinished: as if nothing were said.
        (monthly("completion", None), D(2026, 11, 23), FOR_GOOD, None),
        (Validity("day", 6), D(2026, 11, 23), FOR_GOOD, None),
    ],
)
def test_each_rule_in_its_plain_case(validity, done, before, until):
    assert term(validity, done, before).valid_until == until


@given(validities, dates, terms())
def test_a_term_ends_after_its_day_and_may_be_renewed_before_it_ends(validity, done, before):
    opens, until = term(validity, done, before)
    if until is None:
        assert opens is None
        return
    assert done < opens <= until
    assert opens == max(done + ONE_DAY, until - datetime.timedelta(days=validity.window_days - 1))


@given(validities, dates, terms())
def test_it_is_never_shorter_than_its_months_unless_it_goes_on_from_the_end_before(validity, done, before):
    _opens, until = term(validity, done, before)
    if until and not (validity.kind == "expiry" and is_in_time(validity, done, before)):
        assert until >= add_months(done, validity.months)
    if until and validity.kind == "day":
        assert until < add_months(done, validity.months + 13)
        last = calendar.monthrange(until.year, validity.to_month)[1]
        assert (until.month, until.day) == (validity.to_month, min(validity.to_day, last))


@given(validities, dates, terms())
def test_to_renew_in_the_window_never_costs_a_day(validity, done, before):
    """Who renews early has it at least as long as who waits until the last day."""
    if validity.kind != "expiry" or not before.valid_until or not before.renewable_from <= done <= before.valid_until:
        return
    early, late = (term(validity, day, before).valid_until for day in (done, before.valid_until))
    assert early == late
    assert early is None or early >= before.valid_until


@given(validities, dates, st.integers(0, 400))
def test_who_completes_it_later_has_it_no_shorter(validity, done, days):
    """Without a completion before; with one, what is renewed too late may end sooner than what was renewed in time."""
    first, second = (term(validity, day).valid_until for day in (done, done + datetime.timedelta(days=days)))
    assert (first is None) == (second is None)
    assert first is None or first <= second


def test_the_window_has_so_many_days_and_the_last_is_one_of_them():
    assert window_opens(D(2026, 12, 31), 1) == D(2026, 12, 31)
    assert window_opens(D(2026, 12, 31), 31) == D(2026, 12, 1)


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"validity": "for_good"}, []),
        ({"validity": "completion"}, ["valid_months"]),
        ({"validity": "completion", "valid_months": 12, "window_days": 60}, []),
        ({"validity": "expiry", "valid_months": 1, "window_days": 28}, ["window_days"]),
        ({"validity": "day", "valid_months": 6, "window_days": 60}, ["valid_to_month", "valid_to_day"]),
        ({"validity": "day", "valid_months": 6, "valid_to_month": 4, "valid_to_day": 31}, ["valid_to_day"]),
        ({"validity": "day", "valid_months": 6, "valid_to_month": 2, "valid_to_day": 29}, []),
    ],
)
def test_what_is_missing_is_told_at_its_field(values, wrong):
    assert list(problems_with_validity(values)) == wrong


# Frozen with the completion


def at(year, month, day):
    return timezone.make_aware(datetime.datetime.combine(D(year, month, day), datetime.time(12)))


def dates_of(person):
    rows = CourseCompletion.objects.filter(staff=person, voided_at=None).order_by("completed_on")
    return [(row.completed_on, row.renewable_from, row.valid_until) for row in rows]


def test_a_completion_keeps_its_dates_whatever_the_page_says_later(noon, cast, index):
    page = builders.make_full_course(lessons=0, valid_months=12, window_days=30)
    complete(cast.maja, page, at=at(2026, 9, 1))
    page = CoursePage.objects.get(pk=page.pk)
    page.validity, page.valid_months, page.window_days = "day", 1, 10
    page.valid_to_month, page.valid_to_day = 12, 31
    republish(page)
    complete(cast.bo, page, at=at(2026, 10, 1))
    assert dates_of(cast.maja) == [(D(2026, 9, 1), D(2027, 8, 3), D(2027, 9, 1))]
    assert dates_of(cast.bo) == [(D(2026, 10, 1), D(2026, 12, 22), D(2026, 12, 31))]
    course = course_of(page)
    assert [was["valid_months"] for was in course.past] == [12]


def test_a_course_that_is_renewed_in_its_window_goes_on_from_the_last_valid_day(noon, cast, index):
    page = builders.make_full_course(lessons=0, valid_months=12, validity="expiry")
    course = course_of(page)
    complete(cast.maja, page, at=at(2025, 11, 20))
    begin_again(learner=cast.maja, course=course, actor=None)
    complete(cast.maja, page, at=at(2026, 10, 10))
    assert dates_of(cast.maja)[1] == (D(2026, 10, 10), D(2027, 9, 22), D(2027, 11, 20))


def test_the_status_of_a_past_day_does_not_change_when_the_window_does(noon, cast, index):
    page = builders.make_full_course(lessons=0, valid_months=12, window_days=30)
    require(course=course_of(page), valid_from=D(2025, 10, 1), actor=cast.ada)
    complete(cast.maja, page, at=at(2025, 11, 20))

    def status(day):
        figures = gather(day, Workplace.objects.all())
        return {worker.given_name: row.cells[0].status for worker, row in figures.rows(figures.workers)}["Maja"]

    days = [D(2026, 10, 14), D(2026, 10, 22), D(2026, 11, 20), D(2026, 11, 21)]
    before = [status(day) for day in days]
    assert before == ["complete", "expiring", "expiring", "expired"]
    page = CoursePage.objects.get(pk=page.pk)
    page.window_days = 90
    republish(page)
    assert [status(day) for day in days] == before


def test_a_translation_shows_it_and_changes_nothing(noon, cast, index):
    page = builders.make_full_course(lessons=0, valid_months=12)
    english = translate(page)
    english.validity = "for_good"
    republish(english)
    assert course_of(page).validity == "completion"
