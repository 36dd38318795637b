"""Whether the ledger is as it was sealed; and if not, which entry or which seal, in words."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ..models import HandedOutReport, LedgerEntry, LedgerSeal, SealedEntry, StaffMember
from .chain import commitment, seal_hash
from .seal import ERASED, Head, said_by

#: An entry is written within a moment of the time it says. Older than the seal before its own by more than this, it
#: was put in afterwards: it would have been sealed there.
LATE = datetime.timedelta(days=1)


class Problem(NamedTuple):
    """What is wrong, and with which: a sealed entry by its number, uuid and verb, a seal by its number, or a handed-out
    report by what it is called."""

    what: str
    entry: int | None = None
    uuid: str = ""
    verb: str = ""
    seal: int | None = None
    report: str = ""

    def __str__(self) -> str:
        if self.report:
            return _("Handed-out report %(number)s: %(what)s") % {"number": self.report, "what": self.what}
        if self.entry is None:
            return _("Seal %(number)s: %(what)s") % {"number": self.seal, "what": self.what}
        names = ", ".join(filter(None, (self.uuid, self.verb)))
        return _("Entry %(number)s (%(names)s): %(what)s") % {
            "number": self.entry,
            "names": names or _("unknown"),
            "what": self.what,
        }


@dataclass
class Report:
    """`sealed` entries are in seals, `erased` of them emptied since; `unsealed` were written after the last seal.

    `handed_out` reports are kept with the seal that is printed in them.
    """

    problems: list[Problem] = field(default_factory=list)
    seals: int = 0
    sealed: int = 0
    erased: int = 0
    unsealed: int = 0
    handed_out: int = 0
    head: Head | None = None

    @property
    def is_whole(self) -> bool:
        return not self.problems


def verify(*, heads: Iterable[tuple[int, str]] = ()) -> Report:
    """Check every seal, every sealed entry, and that the seals of all handed-out reports are still in the chain.

    `heads` are (number, hash) as printed earlier: without one kept elsewhere, nobody can tell that the whole end of the
    chain was cut off or written anew, and the kept reports with it.
    """
    report = Report(unsealed=_unsealed())
    erased = _told_as_erased()
    before: LedgerSeal | None = None
    for seal in LedgerSeal.objects.order_by("number"):
        rows = list(SealedEntry.objects.filter(number__gte=seal.first, number__lte=seal.last).order_by("number"))
        report.problems += _in_chain(seal, before)
        report.problems += _in_seal(seal, rows)
        report.problems += _entries(rows, erased, since=before.sealed_at if before else None)
        report.seals += 1
        report.sealed += len(rows)
        report.erased += sum(not row.salt for row in rows)
        before = seal
    report.problems += _in_no_seal(before)
    report.head = Head(before.number, before.hash, before.sealed_at) if before else None
    for number, hash_ in heads:
        if not LedgerSeal.objects.filter(number=number, hash=hash_).exists():
            report.problems.append(Problem(_("It is not the seal that was printed: %s.") % hash_, seal=number))
    kept = HandedOutReport.objects.filter(state=HandedOutReport.State.DONE).exclude(ledger_number=None)
    report.handed_out = kept.count()
    report.problems += _not_in_the_chain(kept)
    return report


def _not_in_the_chain(kept: QuerySet[HandedOutReport]) -> Iterable[Problem]:
    """Handed-out reports whose seal is not there, or not as it was printed in them."""
    seals = LedgerSeal.objects.filter(number=OuterRef("ledger_number"), hash=OuterRef("ledger_hash"))
    for each in kept.filter(~Exists(seals)).order_by("pk"):
        words = _("The seal that is printed in it, %(number)s:%(hash)s, is not in the ledger any more.")
        yield Problem(words % {"number": each.ledger_number, "hash": each.ledger_hash}, report=each.number)


def _unsealed() -> int:
    return LedgerEntry.objects.filter(~Exists(SealedEntry.objects.filter(uuid=OuterRef("uuid")))).count()


def _told_as_erased() -> set[str]:
    """The entries that the ledger itself tells of as erased."""
    acts = LedgerEntry.objects.filter(verb=ERASED).values_list("data", flat=True)
    return {entry for data in acts for entry in data.get("entries", ())}


def _in_chain(seal: LedgerSeal, before: LedgerSeal | None) -> list[Problem]:
    """Whether it follows the one before it."""
    number, first = (before.number + 1, before.last + 1) if before else (1, 1)
    if seal.number != number:
        missing = _("One or more seals before it are gone, with number %(first)s to %(last)s.")
        return [Problem(missing % {"first": number, "last": seal.number - 1}, seal=seal.number)]
    if seal.previous != (before.hash if before else "") or seal.first != first:
        return [Problem(_("It does not follow the seal before it. One of the two has been changed."), seal=seal.number)]
    return []


def _in_seal(seal: LedgerSeal, rows: Sequence[SealedEntry]) -> list[Problem]:
    """Whether it is over these commitments in this order."""
    problems = []
    for first, last in _gaps([row.number for row in rows], seal.first, seal.last):
        if first == last:
            problems.append(Problem(_("It is gone from its seal."), entry=first))
        else:
            gone = _("Its entries %(first)s to %(last)s are gone.")
            problems.append(Problem(gone % {"first": first, "last": last}, seal=seal.number))
    wanted = seal_hash(
        previous=seal.previous,
        number=seal.number,
        first=seal.first,
        last=seal.last,
        sealed_at=seal.sealed_at,
        commitments=[row.commitment for row in rows],
    )
    if seal.hash != wanted and not problems:
        changed = _("It, or the order or the commitments of its entries %(first)s to %(last)s, has been changed.")
        problems.append(Problem(changed % {"first": seal.first, "last": seal.last}, seal=seal.number))
    return problems


def _gaps(numbers: Iterable[int], first: int, last: int) -> Iterable[tuple[int, int]]:
    """What is missing among `numbers`, which rise, from `first` to `last`."""
    for number in (*numbers, last + 1):
        if number > first:
            yield first, number - 1
        first = number + 1


def _in_no_seal(last: LedgerSeal | None) -> list[Problem]:
    """Entries that are sealed by nothing: the seal was taken away. Those between two seals are missed there."""
    rows = SealedEntry.objects.filter(number__gt=last.last if last else 0).order_by("number")
    numbers = list(rows.values_list("number", flat=True))
    if not numbers:
        return []
    gone = _("It is gone. The entries %(first)s to %(last)s were sealed by it.")
    return [
        Problem(gone % {"first": numbers[0], "last": numbers[-1]}, seal=last.number + 1 if last else 1),
    ]


def _entries(
    rows: Sequence[SealedEntry], told_as_erased: set[str], *, since: datetime.datetime | None
) -> Iterable[Problem]:
    """What is wrong with each entry. At most three queries."""
    entries = {
        entry.uuid: entry
        for entry in LedgerEntry.objects.filter(uuid__in=[row.uuid for row in rows]).select_related("staff")
    }
    there = _Still(rows, entries)
    for row in rows:
        entry = entries.get(row.uuid)
        if what := _wrong(row, entry, told_as_erased, there, since):
            yield Problem(what, entry=row.number, uuid=str(row.uuid), verb=entry.verb if entry else "")


class _Still:
    """Which of the people and accounts that entries no longer name are there still: those were not deleted."""

    def __init__(self, rows: Iterable[SealedEntry], entries: dict[UUID, LedgerEntry]) -> None:
        known = [(row, entries[row.uuid]) for row in rows if row.uuid in entries]
        staff = {row.staff for row, entry in known if row.staff and entry.staff_id is None}
        actors = {row.actor for row, entry in known if row.actor and entry.actor_id is None}
        users: Any = get_user_model()
        people = StaffMember.objects.filter(uuid__in=staff)
        self.staff = set(people.values_list("uuid", flat=True)) if staff else set()
        keys = [key for actor in actors if (key := _key(users, actor)) is not None]
        accounts = users._default_manager.filter(pk__in=keys)
        self.actors = {str(pk) for pk in accounts.values_list("pk", flat=True)} if keys else set()


def _key(model: Any, text: str) -> Any:
    try:
        return model._meta.pk.to_python(text)
    except ValidationError:
        return None


def _holds(row: SealedEntry, entry: LedgerEntry) -> bool:
    try:
        return commitment(said_by(entry, staff=row.staff, actor=row.actor), row.salt) == row.commitment
    except ValueError:  # the salt is none
        return False


def _wrong(
    row: SealedEntry, entry: LedgerEntry | None, erased: set[str], there: _Still, since: datetime.datetime | None
) -> str:
    """In a sentence; empty where nothing is."""
    if entry is None:
        return _("It has been taken out of the ledger.")
    if not row.salt:
        if str(row.uuid) in erased:
            return ""
        return _("What it takes to check it is gone, and the ledger tells of no erasure.")
    if not _holds(row, entry):
        return _("It does not say what it said when it was sealed.")
    staff = entry.staff.uuid if entry.staff else None
    if staff != row.staff and (staff or row.staff in there.staff):
        return _("It is not about the person whom it was about when it was sealed.")
    actor = str(entry.actor_id or "")
    if actor != row.actor and (actor or row.actor in there.actors):
        return _("It is not told as the act of whoever’s act it was when it was sealed.")
    if since and entry.at < since - LATE:
        when = date_format(timezone.localtime(entry.at), "SHORT_DATETIME_FORMAT")
        words = _("It says that it was written %(when)s, but it was not there when the ledger was sealed after that.")
        return words % {"when": when}
    return ""
