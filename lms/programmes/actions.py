"""Writes about what programmes hold: each in one transaction with its ledger row."""

import datetime
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import Course

from .. import ledger
from ..models import LedgerEntry, Programme, ProgrammeContents, ProgrammeCourse, Requirement
from ..requirements.rules import ONE_DAY
from ..wording import day_text


@transaction.atomic
def create_programme(
    *,
    title_sv: str,
    title_en: str = "",
    courses: Sequence[Course],
    at_least: int | None = None,
    valid_from: datetime.date,
    form_id: uuid.UUID | None = None,
    actor: Any,
) -> Programme:
    """A programme that holds `courses`, in that order, from `valid_from` on. It binds nobody until a rule names it.

    It asks for `at_least` so many of them; None, or as many as there are: for all.

    The same `form_id` again makes nothing: it is the programme made before.
    """
    if before := ledger.written_by(form_id, "programme.opened", actor=actor):
        return Programme.objects.get(pk=before.subject.split(":")[1])
    programme = Programme.objects.create(title_sv=title_sv, title_en=title_en)
    contents = _hold(programme, courses, at_least, valid_from, actor)
    ledger.write(
        "programme.opened",
        actor=actor,
        subject=programme,
        form_id=form_id,
        contents=contents.pk,
        valid_from=str(valid_from),
        at_least=contents.at_least or "",
        courses=_for_ledger(courses),
    )
    return programme


@transaction.atomic
def change_programme(
    *,
    programme: Programme,
    first_day: datetime.date,
    courses: Sequence[Course],
    at_least: int | None = None,
    form_id: uuid.UUID | None = None,
    actor: Any,
) -> Programme:
    """From `first_day` the programme holds `courses`, in that order, and asks for `at_least` so many of them, or for
    all. What it held before stays as it was.

    Whom a rule binds to a course that stays in it gets no new time; a course that is new in it is new to them, and so
    is each where more are asked for than before. The same `form_id` again changes nothing.
    """
    if ledger.written_by(form_id, "programme.changed", actor=actor):
        return programme
    last = _alive(programme)[-1:]
    if not last:
        raise ValidationError(_("The programme is taken away already, and counts on no day."))
    [old] = last
    if first_day < old.valid_from:
        words = _("The programme has been as it is since %(day)s. Choose that day or a later one.")
        raise ValidationError({"first_day": words % {"day": day_text(old.valid_from)}})
    is_same = _for_ledger(courses) == _for_ledger(_courses_in(old))
    if is_same and _number(courses, at_least) == old.at_least:
        raise ValidationError(_("Nothing is changed. Change something, or go back."))
    _end(old, first_day - ONE_DAY)
    new = _hold(programme, courses, at_least, first_day, actor)
    ledger.write(
        "programme.changed",
        actor=actor,
        subject=programme,
        form_id=form_id,
        contents=new.pk,
        before=old.pk,
        first_day=str(first_day),
        at_least=new.at_least or "",
        courses=_for_ledger(courses),
    )
    return programme


@transaction.atomic
def rename_programme(*, programme: Programme, title_sv: str, title_en: str, actor: Any) -> Programme:
    """What it is called, on all days: as the title of a course."""
    programme = Programme.objects.select_for_update().get(pk=programme.pk)
    if (programme.title_sv, programme.title_en) != (title_sv, title_en):
        programme.title_sv, programme.title_en = title_sv, title_en
        programme.save(update_fields=["title_sv", "title_en"])
        ledger.write("programme.renamed", actor=actor, subject=programme)
    return programme


@transaction.atomic
def undo_change_of_programme(
    *, programme: Programme, contents: int, before: int, actor: Any, undoes: str
) -> ProgrammeContents:
    """The programme is as before it was changed into `contents`, which never held: what it was `before` goes on."""
    alive = _alive(programme)
    rows = with_what_stands_for(contents, LedgerEntry.objects.filter(subject=ledger.subject_of(programme)))
    if not alive or alive[-1].pk not in rows:
        raise ValidationError(_("The programme has been changed again since. Undo what came after it first."))
    gone = [row for row in alive if row.pk in rows]
    for row in gone:
        _empty(row)
    old = ProgrammeContents.objects.get(pk=before)
    first_day = min(row.valid_from for row in gone)
    again = _hold(programme, _courses_in(old), old.at_least, first_day, actor)
    ledger.write(
        "programme.change_undone",
        actor=actor,
        subject=programme,
        contents=again.pk,
        stands_for=old.pk,
        first_day=str(first_day),
        undoes=undoes,
    )
    return again


@transaction.atomic
def take_programme_back(*, programme: Programme, actor: Any, undoes: str) -> None:
    """The programme was a mistake: it held nothing on any day. Refused while some rule is about it."""
    alive = _alive(programme)
    if required_among([programme]):
        raise ValidationError(_("The programme is required, now or earlier. Undo the requirement first."))
    for row in alive:
        _empty(row)
    ledger.write("programme.taken_back", actor=actor, subject=programme, undoes=undoes)


def required_among(programmes: Iterable[Programme]) -> set[int]:
    """The ids of those of them that are required on some day, whoever it is of. One query."""
    rules = Requirement.objects.filter(programme__in=programmes)
    return {rule.programme_id for rule in rules if rule.programme_id and not rule.is_taken_back}


def _alive(programme: Programme) -> list[ProgrammeContents]:
    """What it holds on some day, the latest last. The programme is locked: one change at a time."""
    Programme.objects.select_for_update().get(pk=programme.pk)
    return [row for row in programme.contents.order_by("pk") if not row.is_taken_back]


def with_what_stands_for(contents: int, entries: Iterable[LedgerEntry]) -> set[int]:
    """The row, and those in which it goes on since changes after it were undone, by what was decided: `entries`."""
    undone = [entry for entry in entries if entry.verb == "programme.change_undone"]
    found = [contents]
    for row in found:  # it grows on the way
        found += [entry.data["contents"] for entry in undone if entry.data["stands_for"] == row]
    return set(found)


def can_be_undone(
    entry: LedgerEntry, entries: Sequence[LedgerEntry], *, alive: Sequence[int], is_required: bool
) -> bool:
    """Whether what `entry` tells of a programme would be undone; the list asks before it offers that.

    `entries` are all that was decided about it, `alive` what it holds on some day, the latest last.
    """
    if not alive or any(other.data.get("undoes") == str(entry.uuid) for other in entries):
        return False
    if entry.verb == "programme.opened":
        return not is_required
    return entry.verb == "programme.changed" and alive[-1] in with_what_stands_for(entry.data["contents"], entries)


def _number(courses: Sequence[Course], at_least: int | None) -> int | None:
    """How many are asked for; None for all."""
    return None if at_least == len(courses) else at_least


def _hold(
    programme: Programme, courses: Sequence[Course], at_least: int | None, first_day: datetime.date, actor: Any
) -> ProgrammeContents:
    if not courses:
        raise ValidationError(_("Choose at least one course."))
    if at_least is not None and not 0 < at_least <= len(courses):
        words = ngettext(
            "The programme holds %(number)s course. Write a number up to that, or leave it empty for all.",
            "The programme holds %(number)s courses. Write a number up to that, or leave it empty for all.",
            len(courses),
        )
        raise ValidationError({"at_least": words % {"number": len(courses)}})
    contents = ProgrammeContents.objects.create(
        programme=programme,
        at_least=_number(courses, at_least),
        valid_from=first_day,
        recorded_by=actor if getattr(actor, "pk", None) else None,
    )
    ProgrammeCourse.objects.bulk_create(
        ProgrammeCourse(contents=contents, course=course, order=order) for order, course in enumerate(courses)
    )
    return contents


def _courses_in(contents: ProgrammeContents) -> list[Course]:
    return [part.course for part in contents.parts.select_related("course").order_by("order")]


def _end(row: ProgrammeContents, last_day: datetime.date) -> None:
    row.valid_to, row.end_recorded_at = last_day, timezone.now()
    row.save(update_fields=["valid_to", "end_recorded_at"])


def _empty(row: ProgrammeContents) -> None:
    _end(row, row.valid_from - ONE_DAY)


def _for_ledger(courses: Sequence[Course]) -> list[str]:
    return [str(course.uuid) for course in courses]
