"""Days as the tests of help count them: how long ago, from one noon."""

import datetime

from tests import builders
from tests.builders import tell

NOON = datetime.datetime(2026, 11, 23, 11, tzinfo=datetime.UTC)
TODAY = NOON.date()
PAGE, SHOP = "/admin/training/needs-help/", "/min-utbildning/min-butik/"


def day(ago):
    return TODAY - datetime.timedelta(days=ago)


def moment(ago):
    return NOON - datetime.timedelta(days=ago)


def begin(person, page, ago):
    """One of the two steps of a lesson."""
    step = builders.version_of(page).steps[0]["id"]
    return tell(person, page, "step", {"step": step}, at=moment(ago))
