"""Writes about which courses count for others: each in one transaction with its ledger row."""

import datetime
import uuid
from collections.abc import Collection, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import Course

from .. import ledger
from ..models import CourseEquivalence, EquivalenceKind, LedgerEntry
from ..requirements.rules import ONE_DAY
from ..wording import day_text

END_UNDONE = "equivalence.end_undone"


@transaction.atomic
def equate(
    *,
    kind: str,
    sources: Collection[Course],
    target: Course,
    valid_from: datetime.date,
    form_id: uuid.UUID | None = None,
    actor: Any,
) -> CourseEquivalence:
    """All of `sources` together count as `target`, or the one of them renews it, from `valid_from` on.

    Raises ValidationError where that cannot be. The same `form_id` again opens nothing: it is the one opened before.
    """
    if before := ledger.written_by(form_id, "equivalence.opened", actor=actor):
        return CourseEquivalence.objects.get(pk=before.subject.split(":")[1])
    if target in sources:
        raise ValidationError({"target": _("A course cannot count for itself. Choose another course.")})
    if kind == EquivalenceKind.RENEWS and len(sources) != 1:
        raise ValidationError({"sources": _("Choose one course that renews. Add the next one afterwards.")})
    row = CourseEquivalence.objects.create(
        kind=kind, target=target, valid_from=valid_from, recorded_by=actor if getattr(actor, "pk", None) else None
    )
    row.sources.set(sources)
    ledger.write(
        "equivalence.opened",
        actor=actor,
        subject=row,
        form_id=form_id,
        kind=str(kind),
        sources=[str(course.uuid) for course in sources],
        target=str(target.uuid),
        valid_from=str(valid_from),
    )
    return row


@transaction.atomic
def end_equivalence(*, equivalence: CourseEquivalence, last_day: datetime.date, actor: Any) -> CourseEquivalence:
    """It holds up to and with `last_day`: later nobody has the course through it. Days before stay as they were."""
    row = CourseEquivalence.objects.select_for_update().get(pk=equivalence.pk)
    if row.is_taken_back:
        raise ValidationError(_("It is taken away already, and counts on no day."))
    if row.valid_to == last_day:
        return row  # a double click
    if last_day < row.valid_from:
        words = _("It begins on %(day)s. Choose that day or a later one. Was it a mistake? Undo it in the list.")
        raise ValidationError({"last_day": words % {"day": day_text(row.valid_from)}})
    if row.valid_to is not None and row.valid_to < last_day:
        words = _("It ends already on %(day)s. To prolong it, undo the end in the list first.")
        raise ValidationError({"last_day": words % {"day": day_text(row.valid_to)}})
    before = row.valid_to
    row.valid_to, row.end_recorded_at = last_day, timezone.now()
    row.save(update_fields=["valid_to", "end_recorded_at"])
    ledger.write("equivalence.ended", actor=actor, subject=row, last_day=str(last_day), before=str(before or ""))
    return row


@transaction.atomic
def take_equivalence_back(*, equivalence: CourseEquivalence, actor: Any, undoes: str) -> None:
    """It was a mistake: it counted on no day, nor did those in which it goes on."""
    for row in _with_twins(equivalence):
        if not row.is_taken_back:
            row.valid_to, row.end_recorded_at = row.valid_from - ONE_DAY, timezone.now()
            row.save(update_fields=["valid_to", "end_recorded_at"])
            ledger.write("equivalence.taken_back", actor=actor, subject=row, undoes=undoes)


@transaction.atomic
def undo_end_of_equivalence(
    *,
    equivalence: CourseEquivalence,
    last_day: datetime.date,
    before: datetime.date | None,
    actor: Any,
    undoes: str,
) -> CourseEquivalence:
    """It holds as if it had not been ended: a twin of it, so that the past stays as it was known."""
    ended = [row for row in _with_twins(equivalence) if row.valid_to == last_day]
    if not ended:
        raise ValidationError(_("It has been changed again since. Undo what came after it first."))
    row = ended[-1]
    sources = list(row.sources.all())
    twin = CourseEquivalence.objects.create(
        kind=row.kind,
        target=row.target,
        valid_from=row.valid_from,
        valid_to=before,
        recorded_by=actor if getattr(actor, "pk", None) else None,
    )
    twin.sources.set(sources)
    ledger.write(END_UNDONE, actor=actor, subject=twin, equivalence=row.pk, undoes=undoes)
    return twin


def _with_twins(equivalence: CourseEquivalence) -> list[CourseEquivalence]:
    """The row and all in which it goes on, since somebody undid its end: locked, the latest last."""
    CourseEquivalence.objects.select_for_update().get(pk=equivalence.pk)
    found = with_twins(equivalence.pk, list(LedgerEntry.objects.filter(verb=END_UNDONE).order_by("pk")))
    rows = CourseEquivalence.objects.select_for_update().in_bulk(found)
    return [rows[pk] for pk in found]


def with_twins(row: int, entries: Iterable[LedgerEntry]) -> list[int]:
    """The id of the row and of those in which it goes on, by what was decided: `entries` in the order of time."""
    undone = [entry for entry in entries if entry.verb == END_UNDONE]
    found = [row]
    for each in found:  # it grows on the way
        found += [int(entry.subject.partition(":")[2]) for entry in undone if entry.data["equivalence"] == each]
    return found


def can_be_undone(entry: LedgerEntry, entries: Iterable[LedgerEntry], rows: Collection[CourseEquivalence]) -> bool:
    """Whether what `entry` tells would be undone; the list asks before it offers that.

    `entries` are all that was decided, `rows` what it is about with all in which that goes on, see `with_twins`.
    """
    if any(other.data.get("undoes") == str(entry.uuid) for other in entries):
        return False
    if entry.verb == "equivalence.opened":
        return any(not row.is_taken_back for row in rows)
    return entry.verb == "equivalence.ended" and any(str(row.valid_to) == entry.data["last_day"] for row in rows)
