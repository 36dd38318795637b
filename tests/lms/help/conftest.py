"""It is noon of the same day in every test of help."""

import pytest

from tests.help import NOON


@pytest.fixture(autouse=True)
def noon(time_machine):
    time_machine.move_to(NOON, tick=False)
