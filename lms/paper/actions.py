"""Printing tests on paper, and entering what was written on them."""

import datetime
import uuid
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from courses.models import Activity

from .. import ledger
from ..access import LEADERS, may_lead, staff_to_manage
from ..models import EventKind, EventSource, PaperTest, QuizAttempt, Role, StaffMember
from ..people.cards import ALPHABET
from ..progress import Receipt, record
from ..progress.enrolments import renew_if_due
from ..wording import day_text, why_not_counted
from .sheets import current_versions, version_for

#: Who may print. To enter what was written one must be a leader: an employer sees no answers.
PRINTERS = (*LEADERS, Role.SHOP_OWNER)
#: So many at once: a paper evening, not a print works.
MOST_COPIES = 100


class RefusedError(ValidationError):
    """The copy cannot be entered, and this is why. `reason` is a code."""

    def __init__(self, words: str, *, reason: str):
        super().__init__(words, code=reason)
        self.reason = reason


@transaction.atomic
def make_papers(
    *, form_id: uuid.UUID, activity: Activity, people: Sequence[StaffMember], blank: int, language: str, made_by: Any
) -> list[PaperTest]:
    """A copy for each of `people` in their language, and `blank` ones in `language`. The same form again makes no more.

    Each copy has its own questions and order, where the test draws or shuffles them.
    """
    reach = staff_to_manage(made_by, PRINTERS).filter(pk__in=[person.pk for person in people])
    if not may_lead(made_by, *PRINTERS) or reach.count() < len(people):
        raise PermissionDenied
    if made := ledger.written_by(form_id, "paper.made", actor=made_by):
        return list(PaperTest.objects.filter(batch=made.data["batch"]).order_by("pk"))
    if len(people) + blank > MOST_COPIES:
        raise ValidationError(
            _("At most %(number)s copies at once. Print the rest after these.") % {"number": MOST_COPIES}
        )
    versions = current_versions(activity)
    if not versions or not (activity.live and activity.course.live):
        raise ValidationError(_("The test is not published. Ask the course leader to publish it."))
    now = timezone.now()
    whose: list[StaffMember | None] = [*people, *[None] * blank]
    papers = PaperTest.objects.bulk_create(
        PaperTest(
            code=get_random_string(8, ALPHABET),
            batch=form_id,
            version=version_for(versions, person.language if person else language),
            staff=person,
            made_at=now,
            made_by=made_by,
        )
        for person in whose
    )
    # One row for the act: who was to write is no decision about them. What is entered is told of each.
    ledger.write(
        "paper.made",
        actor=made_by,
        subject=versions[0],
        form_id=form_id,
        activity=str(activity.uuid),
        batch=str(form_id),
        named=len(people),
        blank=blank,
    )
    return papers


def written_at(day: datetime.date) -> datetime.datetime:
    """When a test of which only the day is known was handed in: at its end, so that it comes after whatever was done
    that day and no wait is counted against it. Never in the future."""
    end = timezone.make_aware(datetime.datetime.combine(day, datetime.time(23, 59)))
    return min(end, timezone.now())


@transaction.atomic
def record_paper(
    *, paper: PaperTest, learner: StaffMember, on: datetime.date, answers: Mapping[str, Any], recorded_by: Any
) -> QuizAttempt:
    """Enter a copy that `learner` wrote on the day `on`: an attempt, begun, answered and handed in, graded at once.

    All or nothing. Raises Refused in words where it cannot count; nothing is then kept, and it can be entered later.
    """
    if not staff_to_manage(recorded_by, LEADERS).filter(pk=learner.pk).exists():
        raise PermissionDenied
    # Two leaders with the same copy: the second waits here, and finds it entered.
    locked = PaperTest.objects.select_for_update(of=("self",)).select_related("version__activity__course")
    paper = locked.get(pk=paper.pk)
    _refuse(paper, learner, on)
    version, activity = paper.version, paper.version.activity
    renew_if_due(learner=learner, course=activity.course, on=on, actor=recorded_by)
    tell = partial(
        _tell,
        paper=paper,
        learner=learner,
        activity=activity,
        version=version,
        occurred_at=written_at(on),
        received_at=timezone.now(),
        source=EventSource.REGISTER,
        recorded_by=recorded_by,
    )
    begun = tell(EventKind.ATTEMPT)
    if begun.attempt and begun.attempt.uuid != paper.uuid:
        begun_already = _(
            "%(name)s has begun this test on a screen and not handed it in. It has to be handed in first."
        )
        raise RefusedError(begun_already % {"name": learner.given_name}, reason="under_way")
    for key, answer in answers.items():
        tell(EventKind.ANSWER, question=key, answer=answer)
    told = tell(EventKind.SUBMIT)
    if told.attempt is None:
        raise RuntimeError(f"Paper {paper.pk} was handed in and has no attempt.")
    paper.staff, paper.recorded_at, paper.recorded_by = learner, timezone.now(), recorded_by
    paper.save(update_fields=["staff", "recorded_at", "recorded_by"])
    ledger.write(
        "paper.recorded", actor=recorded_by, subject=paper, staff=learner, activity=str(activity.uuid), on=str(on)
    )
    return told.attempt


def _refuse(paper: PaperTest, learner: StaffMember, on: datetime.date) -> None:
    if paper.recorded_at:
        raise RefusedError(_("This copy is entered already. It is counted once."), reason="recorded")
    if paper.staff_id not in (None, learner.pk):
        words = _("This copy has another name printed on it. Print a blank copy for whoever wrote it.")
        raise RefusedError(words, reason="someone_else")
    if on > timezone.localdate():
        raise ValidationError({"on": _("That date has not come yet. Choose today or an earlier day.")})
    made_on = timezone.localdate(paper.made_at)
    if on < made_on:
        words = _("The copy was printed on %(day)s, so it was written then or later.") % {"day": day_text(made_on)}
        raise ValidationError({"on": words})


def _tell(
    kind: str, *, paper: PaperTest, learner: StaffMember, question: str = "", answer: Any = None, **facts: Any
) -> Receipt:
    """One event of the copy through the one door. The ids are the copy's own, so that no fact of it can come twice."""
    payload: dict[str, Any] = {"attempt": paper.uuid}
    if question:
        payload |= {"question": question, "answer": answer}
    event_id = uuid.uuid5(paper.uuid, f"paper:{kind}:{question}")
    receipt = record(event_id=event_id, learner=learner, kind=kind, payload=payload, **facts)
    if not receipt.counted:
        raise RefusedError(_why_refused(receipt.reason, learner), reason=receipt.reason)
    return receipt


def _why_refused(reason: str, learner: StaffMember) -> str:
    words = {
        "attempts_used_up": _(
            "%(name)s has used all attempts at the test. Give one more attempt first, then enter this."
        ),
        "must_wait": _("%(name)s had to wait after the last attempt, and that time was not over on the day you chose."),
        "withdrawn": _(
            "The test is not published at the moment. Ask the course leader to publish it, then enter this."
        ),
    }
    return words.get(reason, why_not_counted(reason)) % {"name": learner.given_name}
