"""What many tests begin with, made once per process by the product's own functions and then laid down as rows.

A course takes some four hundred queries to publish, and nine hundred tests want one.
"""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

Rows = dict[type[models.Model], dict[Any, models.Model]]


class Snapshot:
    """`build` returns a saved object; `restore` brings it and all that was written with it into the database.

    Keys that it uses are taken out of the counters, so that nothing made before it is in its way.
    """

    def __init__(self, build: Callable[[], models.Model]) -> None:
        before = _everything()
        try:
            with transaction.atomic():
                built = build()
                after = _everything()
                raise _EnoughError
        except _EnoughError:
            self._model, self._pk = type(built), built.pk
        self._added = [
            (model, fresh)
            for model, rows in after.items()
            if (fresh := [rows[pk] for pk in rows if pk not in before[model]])
        ]
        self._changed = [
            (model, pk, changes)
            for model, rows in after.items()
            for pk, row in rows.items()
            if pk in before[model] and (changes := _changes(model, before[model][pk], row))
        ]
        _count_on(self._added)

    @transaction.atomic  # what refers to each other is there together at the end, in whatever order it comes
    def restore(self) -> Any:
        for model, rows in self._added:
            fields = model._meta.local_concrete_fields
            model._base_manager.all()._insert(rows, fields=fields, using="default", raw=True)
        for model, pk, changes in self._changed:
            model._base_manager.filter(pk=pk).update(**changes)
        return self._model._base_manager.get(pk=self._pk)


class _EnoughError(Exception):
    """Nothing of it stays."""


def _everything() -> Rows:
    tables = [
        model for model in apps.get_models(include_auto_created=True) if model._meta.managed and not model._meta.proxy
    ]
    kept = [model for model in tables if not model._meta.db_table.endswith("_fts")]  # a trigger fills it
    return {model: {row.pk: row for row in model._base_manager.all()} for model in kept}


def _changes(model: type[models.Model], before: models.Model, after: models.Model) -> dict[str, Any]:
    names = [field.attname for field in model._meta.local_concrete_fields]
    return {name: getattr(after, name) for name in names if getattr(before, name) != getattr(after, name)}


def _count_on(added: list[tuple[type[models.Model], list[models.Model]]]) -> None:
    """PostgreSQL's counters went on by themselves; those of SQLite went back."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        for model, rows in added:
            if isinstance(model._meta.pk, models.AutoField):
                name, highest = model._meta.db_table, max(row.pk for row in rows)
                cursor.execute("UPDATE sqlite_sequence SET seq = %s WHERE name = %s", [highest, name])
                if not cursor.rowcount:
                    cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [name, highest])
