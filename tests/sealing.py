"""The sealed ledger as somebody at the database sees it, and what verifying it finds."""

from django.db import connection

from lms.models import LedgerEntry
from lms.sealing import verify

OF_ITSELF = "It does not say what it said when it was sealed."


def sql(text, *values):
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return cursor.rowcount


def raw(value):
    """As the database itself keeps it: SQLite has uuids without dashes."""
    return value.hex if connection.vendor == "sqlite" else value


def told():
    return [(problem.seal, problem.entry, problem.what) for problem in verify().problems]


def entry_of(row):
    return LedgerEntry.objects.get(uuid=row.uuid)
