"""Rows as the database gives them: where there are very many, to convert each value takes longer than to read it.

What the two databases give differently is made alike here, and each value once: the same few come again and again.
"""

import datetime
import json
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Func, QuerySet
from django.utils import timezone


def plain(rows: QuerySet[Any, Any]) -> Iterator[tuple[Any, ...]]:
    """The rows of `values_list`, their values unconverted."""
    try:
        sql = rows.query.get_compiler(rows.db).as_sql()
    except EmptyResultSet:  # of nobody
        return
    with connections[rows.db].cursor() as cursor:
        cursor.execute(*sql)
        while found := cursor.fetchmany(2000):
            yield from found


class Raw(Func):
    """A column of days or moments as the database keeps it: SQLite would have each value parsed."""

    arity = 1
    template = "%(expressions)s"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="+%(expressions)s", **context)


class Days(dict[Any, Any]):
    """A date: SQLite gives text."""

    def __missing__(self, told: Any) -> Any:
        self[told] = day = datetime.date.fromisoformat(told) if isinstance(told, str) else told
        return day


class Moments(dict[Any, Any]):
    """A moment: SQLite gives it in UTC and without saying so."""

    def __missing__(self, told: Any) -> Any:
        found = datetime.datetime.fromisoformat(told) if isinstance(told, str) else told
        self[told] = moment = found if found is None or timezone.is_aware(found) else found.replace(tzinfo=datetime.UTC)
        return moment


class Parsed(dict[str, Any]):
    """What is kept as JSON: both give text. It is shared, so nobody changes it."""

    def __missing__(self, told: str) -> Any:
        self[told] = value = json.loads(told)
        return value
