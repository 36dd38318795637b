"""Writes: a demand that parts of a course be done again, and the counter-entry. Each with its ledger row."""

import datetime
import uuid
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import Activity, Course
from courses.publishing import raise_number

from .. import ledger
from ..models import Retraining, RetrainingPart
from ..progress import put_begun_back, set_begun_aside
from ..progress.recheck import recheck
from ..requirements.rules import ONE_DAY
from .lookup import demand_of


@transaction.atomic
def demand_retraining(
    *,
    course: Course,
    parts: Mapping[Activity, datetime.datetime],
    by_when: datetime.date,
    notes: Mapping[str, str],
    also_begun: bool = False,
    form_id: uuid.UUID | None = None,
    actor: Any,
) -> Retraining:
    """From today, who has completed `course` with a version of a part from before the moment given is to do that again.

    Nothing is written for people, but what those in the middle of the course have done of the parts is set aside with
    `also_begun`. The same `form_id` again demands nothing anew.
    """
    if before := ledger.written_by(form_id, "retraining.demanded", actor=actor):
        return Retraining.objects.get(pk=before.subject.split(":")[1])
    today = timezone.localdate()
    if not parts:
        raise ValidationError(_("Choose at least one part that is to be done again."))
    if by_when < today:
        raise ValidationError({"by_when": _("The day has passed already. Choose today or a later day.")})
    Course.objects.select_for_update().get(pk=course.pk)
    made = Retraining.objects.create(
        course=course,
        valid_from=today,
        by_when=by_when,
        also_begun=also_begun,
        notes={language: text for language, text in notes.items() if text},
        recorded_by=actor if getattr(actor, "pk", None) else None,
    )
    RetrainingPart.objects.bulk_create(
        RetrainingPart(retraining=made, activity=activity, since=since, number=raise_number(activity))
        for activity, since in parts.items()
    )
    begun = set_begun_aside(demand_of([made.pk])[made.pk]) if also_begun else set()
    ledger.write(
        "retraining.demanded",
        actor=actor,
        subject=made,
        form_id=form_id,
        course=str(course.uuid),
        parts={str(activity.uuid): since.isoformat() for activity, since in parts.items()},
        by_when=str(by_when),
        also_begun=also_begun,
        begun=len(begun),
    )
    return made


@transaction.atomic
def take_retraining_back(*, retraining: Retraining, actor: Any, undoes: str) -> None:
    """It was a mistake, and held on no day: completions stand as before. Cycles that were begun for it go on."""
    course = Course.objects.select_for_update().get(pk=retraining.course_id)
    retraining = Retraining.objects.select_for_update().get(pk=retraining.pk)
    if retraining.is_taken_back:
        raise ValidationError(_("It is taken back already."))
    retraining.valid_to, retraining.end_recorded_at = retraining.valid_from - ONE_DAY, timezone.now()
    retraining.save(update_fields=["valid_to", "end_recorded_at"])
    put_begun_back(retraining.pk)
    ledger.write("retraining.taken_back", actor=actor, subject=retraining, undoes=undoes)
    recheck(course)
