import datetime

import pytest

from tests import builders

NOON = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def noon(time_machine):
    time_machine.move_to(NOON, tick=False)
    return time_machine


@pytest.fixture
def course(index, noon):
    """Published by the clock of these tests."""
    return builders.make_full_course()
