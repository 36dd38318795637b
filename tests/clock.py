"""When tests are, where days matter: the fixture `noon` of tests/lms sets the clock to it."""

import datetime

NOON = datetime.datetime(2026, 11, 25, 11, tzinfo=datetime.UTC)
