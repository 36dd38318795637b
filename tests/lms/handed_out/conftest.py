"""The leader who hands reports out."""

import pytest


@pytest.fixture
def petra(sign_in, rule):
    return sign_in("petra")
