"""Tickets: with one a tablet may hand in what a person did on it, and nothing else, whoever is signed in there now.

Signed, so that nobody makes one up; bound to a tablet, so that unpairing it revokes all of them. A ticket opens no
page and shows nothing to anyone.
"""

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.utils import timezone

from ..models import StaffMember, Tablet

#: After so long what a ticket brings waits for a leader: a seasonal shop's tablet may sleep all winter.
GOOD_FOR = datetime.timedelta(days=30)
_SALT = "lms.tablet.ticket"


@dataclass(frozen=True)
class Ticket:
    """What a genuine ticket says. `staff` is None on the tablet’s own, which tells how the tablet is, no more."""

    tablet: uuid.UUID
    staff: uuid.UUID | None
    issued_at: datetime.datetime

    def is_old(self, now: datetime.datetime) -> bool:
        return now - self.issued_at > GOOD_FOR


def give_ticket(tablet: Tablet, learner: StaffMember | None = None) -> str:
    """A ticket for `learner` on `tablet`, or for the tablet itself."""
    seal = {"t": tablet.uuid.hex, "at": int(timezone.now().timestamp())}
    return signing.dumps({**seal, "s": learner.uuid.hex} if learner else seal, salt=_SALT)


def read_ticket(ticket: Any) -> Ticket | None:
    """What `ticket` says; None if it is not one of ours."""
    try:
        seal = signing.loads(ticket, salt=_SALT)
    except (signing.BadSignature, TypeError, AttributeError, ValueError):
        return None
    return Ticket(
        tablet=uuid.UUID(hex=seal["t"]),
        staff=uuid.UUID(hex=seal["s"]) if "s" in seal else None,
        issued_at=datetime.datetime.fromtimestamp(seal["at"], tz=datetime.UTC),
    )
