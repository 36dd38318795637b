import pytest


@pytest.fixture
def petra(sign_in, rule):
    """She looks at a matrix in which the course is required of everyone."""
    return sign_in("petra")
