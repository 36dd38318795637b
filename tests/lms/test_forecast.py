"""The dates that come, by name: pure."""

import datetime

from hypothesis import given
from hypothesis import strategies as st

from lms.forecast import coming, coming_dates
from lms.status import Completion
from lms.validity import Validity

from .strategies import completions, days

D = datetime.date
YEARLY = Validity("completion", 12, window_days=60)


def test_what_is_completed_has_its_own_dates_and_what_is_not_has_those_of_its_due_day():
    done = Completion(D(2026, 1, 10), D(2026, 12, 31), 1, D(2026, 12, 1))
    assert coming(YEARLY, completion=done, due=D(2026, 3, 1)) == (D(2026, 12, 31), D(2026, 12, 1), D(2026, 12, 31))
    assert coming(YEARLY, due=D(2026, 3, 1)) == (D(2026, 3, 1), D(2027, 1, 1), D(2027, 3, 1))
    assert coming(Validity(), due=D(2026, 3, 1)) == (D(2026, 3, 1), None, None)
    assert coming(YEARLY) == (None, None, None)
    assert coming(YEARLY, completion=Completion(D(2026, 1, 10))) == (None, None, None)


def test_the_first_the_middle_and_the_last_are_told_by_name():
    people = [("Ulla", None, D(2026, 5, 1)), ("Bo", None, D(2026, 3, 1)), ("Maja", None, D(2026, 4, 1))]
    told = coming_dates(people, YEARLY)
    assert [named.who for named in told.due[:3]] == ["Bo", "Maja", "Ulla"]
    assert (told.expires.earliest.day, told.expires.latest.day, told.due.number) == (D(2027, 3, 1), D(2027, 5, 1), 3)
    assert coming_dates(people, Validity()).expires is None


@given(st.lists(st.tuples(st.integers(), st.none() | completions(), st.none() | days), max_size=9))
def test_the_three_stand_in_order_and_are_somebodys(people):
    for spread, name in zip(coming_dates(people, YEARLY), ("due", "opens", "expires"), strict=True):
        each = [
            (who, day)
            for who, completion, due in people
            if (day := getattr(coming(YEARLY, completion=completion, due=due), name))
        ]
        if not each:
            assert spread is None
            continue
        assert spread.number == len(each)
        assert spread.earliest.day == min(day for _who, day in each)
        assert spread.latest.day == max(day for _who, day in each)
        assert spread.typical.day == sorted(day for _who, day in each)[(len(each) - 1) // 2]
        assert {(named.who, named.day) for named in spread[:3]} <= set(each)
