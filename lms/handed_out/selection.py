"""The choice that the matrix shows, asked for without a browser: in the background, long after the page was closed."""

import datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from ..models import HandedOutReport
from ..reports.views import MatrixFilter

#: What of the address is kept as data. What was searched for in names has a column of its own.
KEPT = ("workplace", "role", "course", "only")


class Selection(MatrixFilter):
    """As the screen has it, of an address' query and for a user: the same reach, the same people, the same figures."""

    def __init__(self, user: Any, query: str) -> None:
        self.request: Any = SimpleNamespace(user=user, GET=QueryDict(query))

    def as_data(self) -> dict[str, Any]:
        return {name: self.chosen[name] for name in KEPT if self.chosen.get(name)}


def address_of(report: HandedOutReport) -> str:
    """The query of the address that shows the figures that `report` was made of."""
    asked = {
        **report.filter,
        "date": report.day.isoformat(),
        "known": report.known.astimezone(datetime.UTC).isoformat(),
    }
    if report.name_search:
        asked["q"] = report.name_search
    return urlencode(asked)
