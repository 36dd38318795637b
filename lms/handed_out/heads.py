"""The ledger's head, printed in what is handed out: nothing that stands before it can be changed unseen."""

from importlib import import_module
from typing import NamedTuple


class Head(NamedTuple):
    """How many entries are sealed, and the hash over them all."""

    number: int
    hash: str

    @property
    def short(self) -> str:
        return " ".join(self.hash[start : start + 4] for start in range(0, 16, 4))


def ledger_head() -> Head | None:
    """None where the ledger is not sealed, or not yet."""
    try:
        sealing = import_module("lms.sealing")
    except ModuleNotFoundError:
        return None
    head = sealing.head()
    return Head(head.number, head.hash) if head else None
