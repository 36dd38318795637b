"""A ledger that is sealed, and told of in English."""

import pytest
from django.utils import translation

from lms import ledger
from lms.models import SealedEntry
from lms.sealing import seal, verify


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def sealed(cast):
    """Ten entries and more, in seals of three. Returns the sealed rows."""
    for number in range(7):
        ledger.write("staff.changed", actor=cast.ada, subject=cast.maja, staff=cast.maja, number=number, ord="åäö")
    seal(batch=3)
    assert verify().problems == []
    return list(SealedEntry.objects.all())
