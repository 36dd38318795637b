"""What an act would do, learned by doing it and taking it all back. So a dry run cannot say anything else."""

from collections.abc import Callable
from typing import Any

from django.db import transaction

from . import ledger
from .models import LedgerEntry


class _TakeBackError(Exception):
    pass


def rehearse(act: Callable[[], Any]) -> tuple[Any, list[LedgerEntry]]:
    """What `act` returns, and what it writes to the ledger. Nothing of it stays; what it raises is raised.

    Look at the database inside `act`: outside, everything is as before. Rows that it changed are to be read anew.
    """
    result = None
    with ledger.listen() as entries:
        try:
            with transaction.atomic():
                result = act()
                raise _TakeBackError
        except _TakeBackError:
            return result, entries
