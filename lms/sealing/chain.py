"""What is hashed, and how. Pure: anyone can compute it anew from docs/ledger.md."""

import datetime
import hashlib
import json
from collections.abc import Iterable
from typing import Any, NamedTuple


class Said(NamedTuple):
    """What a ledger entry says. `staff` is whom it is about by their uuid, `actor` the key of the account, or empty."""

    id: int
    uuid: str
    at: datetime.datetime
    verb: str
    subject: str
    staff: str
    actor: str
    data: dict[str, Any]

    def canonical(self) -> bytes:
        return _json({**self._asdict(), "at": _moment(self.at)})


def commitment(said: Said, salt: str) -> str:
    """SHA-256 over the salt, 32 bytes in hexadecimals, and what the entry says. Without the salt it says nothing."""
    return hashlib.sha256(bytes.fromhex(salt) + said.canonical()).hexdigest()


def seal_hash(
    *, previous: str, number: int, first: int, last: int, sealed_at: datetime.datetime, commitments: Iterable[str]
) -> str:
    """SHA-256 over the seal before, the seal's own place and time, and the commitments in their order."""
    told = {
        "previous": previous,
        "number": number,
        "first": first,
        "last": last,
        "sealed_at": _moment(sealed_at),
        "commitments": list(commitments),
    }
    return hashlib.sha256(_json(told)).hexdigest()


def _moment(moment: datetime.datetime) -> str:
    return moment.astimezone(datetime.UTC).isoformat(timespec="microseconds")


def _json(told: Any) -> bytes:
    """Keys in order, no spaces, ASCII alone: the same from SQLite's text and PostgreSQL's jsonb."""
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
