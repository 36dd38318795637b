"""Undo by counter-entry: which ledger entries can be undone, how, and what to do instead where they cannot.

Nothing is ever deleted. The counter-entry names the one that it undoes, and each is undone at most once.
"""

import datetime
from collections.abc import Callable
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..access import LEADERS
from ..equivalence import actions as equivalences
from ..models import (
    ActivityCompletion,
    CourseCompletion,
    CourseEquivalence,
    Employment,
    Exemption,
    ExtraAttempt,
    LedgerEntry,
    LoginCard,
    Programme,
    Requirement,
    Retraining,
    Role,
)
from ..people import undoing
from ..programmes import actions as programmes
from ..progress import restore, take_attempt_back, take_back, wait_again
from ..requirements import actions as requirements
from ..retraining.actions import take_retraining_back

PROJECT = (Role.PROJECT_LEADER,)


class Remedy(NamedTuple):
    """What is done about an entry. Without `undo`, `words` say what to do instead."""

    words: Any
    undo: Callable[[LedgerEntry, Any, str], object] | None = None
    roles: tuple[str, ...] = PROJECT
    wants_reason: bool = False


def _row(model: Any, entry: LedgerEntry) -> Any:
    found = model.objects.filter(pk=entry.subject.partition(":")[2]).first()
    if found is None:
        raise ValidationError(_("What it was about is no longer there."))
    return found


def _last_day(entry: LedgerEntry) -> datetime.date:
    return datetime.date.fromisoformat(entry.data["last_day"])


def _before(entry: LedgerEntry) -> datetime.date | None:
    """The last day that there was before; none for what went on and on."""
    return datetime.date.fromisoformat(entry.data["before"]) if entry.data.get("before") else None


def _undo_end(entry, actor, reason):
    job = _row(Employment, entry)
    undoing.undo_end(
        job=job,
        last_day=_last_day(entry),
        before=_before(entry),
        actor=actor,
        undoes=str(entry.uuid),
    )


def _undo_move(entry, actor, reason):
    new = _row(Employment, entry)
    old = Employment.objects.get(pk=entry.data["job"])
    undoing.undo_move(old=old, new=new, before=_before(entry), actor=actor, undoes=str(entry.uuid))


def _void_employment(entry, actor, reason):
    undoing.void_employment(job=_row(Employment, entry), actor=actor, undoes=str(entry.uuid))


def _withdraw_card(entry, actor, reason):
    undoing.withdraw_card(card=_row(LoginCard, entry), actor=actor, undoes=str(entry.uuid))


def _take_exemption_back(entry, actor, reason):
    requirements.take_exemption_back(exemption=_row(Exemption, entry), actor=actor, undoes=str(entry.uuid))


def _undo_end_of_exemption(entry, actor, reason):
    requirements.undo_end_of_exemption(
        exemption=_row(Exemption, entry),
        last_day=_last_day(entry),
        before=_before(entry),
        actor=actor,
        undoes=str(entry.uuid),
    )


def _take_requirement_back(entry, actor, reason):
    requirements.take_requirement_back(rule=_row(Requirement, entry), actor=actor, undoes=str(entry.uuid))


def _undo_end_of_requirement(entry, actor, reason):
    requirements.undo_end_of_requirement(
        rule=_row(Requirement, entry),
        last_day=_last_day(entry),
        before=_before(entry),
        actor=actor,
        undoes=str(entry.uuid),
    )


def _undo_change_of_requirement(entry, actor, reason):
    requirements.undo_change_of_requirement(
        rule=Requirement.objects.get(pk=entry.data["rule"]),
        new=_row(Requirement, entry),
        first_day=datetime.date.fromisoformat(entry.data["first_day"]),
        before=_before(entry),
        actor=actor,
        undoes=str(entry.uuid),
    )


def _take_equivalence_back(entry, actor, reason):
    equivalences.take_equivalence_back(equivalence=_row(CourseEquivalence, entry), actor=actor, undoes=str(entry.uuid))


def _undo_end_of_equivalence(entry, actor, reason):
    equivalences.undo_end_of_equivalence(
        equivalence=_row(CourseEquivalence, entry),
        last_day=_last_day(entry),
        before=_before(entry),
        actor=actor,
        undoes=str(entry.uuid),
    )


def _take_programme_back(entry, actor, reason):
    programmes.take_programme_back(programme=_row(Programme, entry), actor=actor, undoes=str(entry.uuid))


def _undo_change_of_programme(entry, actor, reason):
    programmes.undo_change_of_programme(
        programme=_row(Programme, entry),
        contents=entry.data["contents"],
        before=entry.data["before"],
        actor=actor,
        undoes=str(entry.uuid),
    )


def _take_retraining_back(entry, actor, reason):
    take_retraining_back(retraining=_row(Retraining, entry), actor=actor, undoes=str(entry.uuid))


def _take_attempt_back(entry, actor, reason):
    take_attempt_back(extra=_row(ExtraAttempt, entry), actor=actor, undoes=str(entry.uuid))


def _take_attendance_back(entry, actor, reason):
    _take_back([int(entry.subject.partition(":")[2])], entry, actor, reason)


def _take_evidence_back(entry, actor, reason):
    _take_back(entry.data.get("events", []), entry, actor, reason)


def _take_back(events, entry, actor, reason):
    rows = list(ActivityCompletion.objects.filter(event__in=events, voided_at=None).select_related("enrolment"))
    if not take_back(completions=rows, reason=reason, recorded_by=actor, undoes=entry.uuid):
        raise ValidationError(
            _("There is nothing to take back: the part was completed in another way, or this is taken back already.")
        )


def _let_wait_again(entry, actor, reason):
    of_the_act = LedgerEntry.objects.filter(verb=entry.verb, data__act=entry.data["act"])
    events = [int(subject.partition(":")[2]) for subject in of_the_act.values_list("subject", flat=True)]
    if not wait_again(events=events, actor=actor, undoes=str(entry.uuid)):
        raise ValidationError(_("It waits for a decision already."))


def _restore(model):
    def undo(entry, actor, reason):
        if "to" in entry.data:
            raise ValidationError(
                _("It was moved to another person. Move it back from the page of whoever has it now.")
            )
        try:
            restore(completion=_row(model, entry), recorded_by=actor, undoes=entry.uuid)
        except ValueError as error:
            raise ValidationError(
                _("It cannot be put back: it counts already, or the course has been begun again since.")
            ) from error

    return undo


REMEDIES: dict[str, Remedy] = {
    "employment.ended": Remedy(gettext_lazy("The employment goes on as if nobody had ended it."), _undo_end),
    "employment.moved": Remedy(
        gettext_lazy(
            "The employment goes on at the workplace before, as if nobody had moved it. What was learned stays."
        ),
        _undo_move,
    ),
    "employment.added": Remedy(
        gettext_lazy("The employment is taken away, as a mistake. What was learned stays."), _void_employment
    ),
    "card.issued": Remedy(
        gettext_lazy("The card stops working at once. Whoever has it cannot use it."), _withdraw_card
    ),
    "exemption.opened": Remedy(
        gettext_lazy("The exemption is taken away, as a mistake: it counts on no day."), _take_exemption_back
    ),
    "exemption.ended": Remedy(gettext_lazy("The exemption goes on as if nobody had ended it."), _undo_end_of_exemption),
    "requirement.opened": Remedy(
        gettext_lazy("The requirement is taken away, as a mistake: it counts on no day, for nobody."),
        _take_requirement_back,
    ),
    "requirement.ended": Remedy(
        gettext_lazy("The requirement holds as if nobody had ended it, with the same due days."),
        _undo_end_of_requirement,
    ),
    "requirement.changed": Remedy(
        gettext_lazy("The requirement is as before the change, as if nobody had changed it, with the same due days."),
        _undo_change_of_requirement,
    ),
    "programme.opened": Remedy(
        gettext_lazy("The programme is taken away, as a mistake: it holds no courses on any day."),
        _take_programme_back,
    ),
    "programme.changed": Remedy(
        gettext_lazy("The programme holds the same courses as before the change, as if nobody had changed it."),
        _undo_change_of_programme,
    ),
    "retraining.demanded": Remedy(
        gettext_lazy(
            "Nobody has to do it again, and what was completed counts as before. Who has begun it again goes on."
        ),
        _take_retraining_back,
        LEADERS,
    ),
    "equivalence.opened": Remedy(
        gettext_lazy("It is taken away, as a mistake: the course counts for no other on any day."),
        _take_equivalence_back,
    ),
    "equivalence.ended": Remedy(gettext_lazy("It counts as if nobody had ended it."), _undo_end_of_equivalence),
    "attempt.given": Remedy(
        gettext_lazy("The extra attempt is taken back, if it is not begun."), _take_attempt_back, LEADERS
    ),
    "attendance.recorded": Remedy(
        gettext_lazy("The attendance no longer counts. If the course is completed by it, the certificate is revoked."),
        _take_attendance_back,
        LEADERS,
        wants_reason=True,
    ),
    "paper.recorded": Remedy(
        gettext_lazy(
            "A test on paper is entered once. What was passed with it is taken back, or moved to the right person, at "
            "the course above. After an attempt that failed you can give one more, and print a new copy."
        ),
        roles=LEADERS,
    ),
    "evidence.recorded": Remedy(
        gettext_lazy("The earlier training no longer counts, and the certificate is revoked. The document stays."),
        _take_evidence_back,
        LEADERS,
        wants_reason=True,
    ),
    "completion.voided": Remedy(
        gettext_lazy(
            "The part counts again, with the same day. If it completes the course, a new certificate is issued."
        ),
        _restore(ActivityCompletion),
    ),
    "course.voided": Remedy(
        gettext_lazy("The course counts again with all its parts, on the same day, and a new certificate is issued."),
        _restore(CourseCompletion),
    ),
    "completion.moved": Remedy(
        gettext_lazy("Choose “It was not …” at the course above, and move it back to whoever it belongs to.")
    ),
    "event.dismissed": Remedy(
        gettext_lazy("It waits for a decision again. Then you can count it."), _let_wait_again, LEADERS
    ),
    "event.applied": Remedy(
        gettext_lazy(
            "What was counted may have completed a part or a course. Choose “Take back” at the course above, which "
            "says what that brings with it."
        )
    ),
    "staff.added": Remedy(
        gettext_lazy(
            "A person is never deleted. End the employment, or merge the two rows if the person is there twice."
        )
    ),
    "staff.changed": Remedy(
        gettext_lazy("Change the name or the contact details once more. The old ones are not kept.")
    ),
    "staff.merged": Remedy(
        gettext_lazy(
            "Two rows that were merged cannot be taken apart. Add the other person anew, and move what belongs to them "
            "with “It was not …”."
        )
    ),
    "pin.unlocked": Remedy(
        gettext_lazy("Nothing needs to be undone. Print a new login card to have a new PIN chosen.")
    ),
}


def remedy_for(entry: LedgerEntry) -> Remedy | None:
    """What can be done about the entry; None where there is nothing to do: what people did, and what was undone."""
    if entry.data.get("undoes"):
        return None
    return REMEDIES.get(entry.verb)


def jobs_changed(entry: LedgerEntry) -> set[int]:
    """The employments that undoing it would write to: after a move that is the old one and the new."""
    if not entry.verb.startswith("employment."):
        return set()
    return {int(entry.subject.partition(":")[2])} | ({entry.data["job"]} if "job" in entry.data else set())


def is_undone(entry: LedgerEntry) -> bool:
    return LedgerEntry.objects.filter(pk__gt=entry.pk, data__undoes=str(entry.uuid)).exists()


@transaction.atomic
def undo(*, entry: LedgerEntry, actor: Any, reason: str = "") -> None:
    """Write the counter-entry to `entry`, and what it means. Raises ValidationError in words where that cannot be."""
    entry = LedgerEntry.objects.select_for_update().get(pk=entry.pk)
    remedy = remedy_for(entry)
    if remedy is None or remedy.undo is None:
        raise ValidationError(_("This cannot be undone."))
    if is_undone(entry):
        raise ValidationError(_("This is undone already."))
    remedy.undo(entry, actor, reason)
