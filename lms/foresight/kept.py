"""What an act would change, as text to be kept, and back again. Names stand in it: it goes where names may lie."""

import datetime
import json
from collections.abc import Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from ..requirements.change import Change, Count, CourseChange, Dated, Place, ShareChange, Span, Stand


def as_text(change: Change) -> str:
    return json.dumps(vars(change), cls=DjangoJSONEncoder, separators=(",", ":"))


def from_text(text: str) -> Change:
    data = json.loads(text)
    return Change(
        **{
            **data,
            "day": datetime.date.fromisoformat(data["day"]),
            "names": tuple(data["names"]),
            "courses": tuple(CourseChange(course, _stand(was), _stand(now)) for course, was, now in data["courses"]),
            "due": _span(data["due"]),
            "expires": _span(data["expires"]),
            "places": tuple(Place(*place) for place in data["places"]),
            "shares": tuple(
                ShareChange(place, course, Count(*was), Count(*now)) for place, course, was, now in data["shares"]
            ),
        }
    )


def _day(text: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None


def _stand(told: Sequence[Any]) -> Stand:
    counts, recommended, excused, late, done, due, expires = told
    return Stand(counts, recommended, excused, late, done, _day(due), _day(expires))


def _span(told: Sequence[Sequence[str]] | None) -> Span | None:
    return Span(*(Dated(datetime.date.fromisoformat(day), name) for day, name in told)) if told else None
