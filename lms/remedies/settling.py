"""Settling what waits for a leader, several at once: what it would mean, found out by a rehearsal, and doing it."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..models import ActivityCompletion, CourseCompletion, EventOutcome, LearningEvent, LedgerEntry, QuizAttempt
from ..progress import apply_event, dismiss_event
from ..rehearsal import rehearse
from ..wording import day_text, part_text
from .review import Case


class Settled(NamedTuple):
    """Which cases were settled, and which could not be and go on waiting, with why."""

    done: list[Case]
    stays: list[tuple[Case, str]]


def count(cases: Iterable[Case], *, actor: Any) -> Settled:
    """Count them after all, each by itself: one that cannot be counted keeps no other from it."""
    return _settle(cases, lambda event: apply_event(event=event, actor=actor).outcome == EventOutcome.APPLIED)


def put_aside(cases: Iterable[Case], *, actor: Any) -> Settled:
    return _settle(cases, lambda event: dismiss_event(event=event, actor=actor))


def _settle(cases: Iterable[Case], act: Callable[[LearningEvent], bool]) -> Settled:
    done, stays = [], []
    for case in cases:
        # The first row of an attempt takes the others with it.
        events = case.events[:1] if case.attempt else case.events
        try:
            with transaction.atomic():
                happened = [act(event) for event in events]
        except ValidationError as error:
            stays.append((case, " ".join(error.messages)))
        else:
            if any(happened):
                done.append(case)
    return Settled(done, stays)


def foresee_counting(cases: Sequence[Case], *, actor: Any) -> tuple[list[str], list[str]]:
    """What counting them would mean, and why some of them cannot be counted."""

    def act() -> tuple[Settled, list[str]]:
        parts, courses = _parts_done(cases), _courses_done(cases)
        settled = count(_again(cases), actor=actor)
        return settled, [
            *(_counted(case) for case in settled.done),
            *(
                _("Then %(part)s is done for %(name)s.")
                % {"part": part_text(row.activity), "name": row.enrolment.staff}
                for row in _parts_done(cases, but=parts)
                if row.activity.kind == "lesson"
            ),
            *(
                _("“%(course)s” is completed for %(name)s on %(day)s.")
                % {"course": row.course, "name": row.staff, "day": day_text(row.completed_on)}
                for row in _courses_done(cases, but=courses)
            ),
        ]

    (settled, told), entries = rehearse(act)
    people = {case.staff.pk: case.staff for case in cases}
    told += _brought(entries, people)
    if settled.done and not any(entry.verb == "certificate.issued" for entry in entries):
        told.append(_("No certificate is issued by it."))
    return told, [*_staying(settled)]


def foresee_putting_aside(cases: Sequence[Case], *, actor: Any) -> tuple[list[str], list[str]]:
    """What putting them aside would mean."""
    settled, _entries = rehearse(lambda: put_aside(_again(cases), actor=actor))
    told = [
        _("%(what)s: %(part)s. It does not count for %(name)s.")
        % {"what": case.what, "part": part_text(case.activity), "name": case.staff}
        for case in settled.done
    ]
    if told:
        told.append(_("Nothing is deleted. It stands in the person’s history, and can be undone from there."))
    return told, _staying(settled)


def _again(cases: Iterable[Case]) -> list[Case]:
    """Read anew: what a rehearsal has changed must not stay in the caller's hands."""
    related = ("enrolment__staff", "enrolment__course", "activity__course", "version", "tablet")
    rows = LearningEvent.objects.select_related(*related).in_bulk([event.pk for case in cases for event in case.events])
    return [Case(tuple(rows[event.pk] for event in case.events)) for case in cases]


def _parts_done(cases: Iterable[Case], but: Iterable[Any] = ()) -> list[ActivityCompletion]:
    rows = ActivityCompletion.objects.filter(
        enrolment__staff__in={case.staff.pk for case in cases},
        activity__in={case.activity.pk for case in cases},
        voided_at=None,
    )
    known = {row.pk for row in but}
    return [row for row in rows.select_related("activity", "enrolment__staff").order_by("pk") if row.pk not in known]


def _courses_done(cases: Iterable[Case], but: Iterable[Any] = ()) -> list[CourseCompletion]:
    rows = CourseCompletion.objects.filter(staff__in={case.staff.pk for case in cases}, voided_at=None)
    known = {row.pk for row in but}
    return [row for row in rows.select_related("course", "staff").order_by("pk") if row.pk not in known]


def _counted(case: Case) -> str:
    """Seen from inside the rehearsal."""
    names = {"name": case.staff, "part": part_text(case.activity), "number": case.steps}
    attempt = QuizAttempt.objects.filter(uuid=case.attempt).first() if case.attempt else None
    if attempt and attempt.submitted_at:
        names["percent"] = attempt.percent
        if attempt.passed:
            return _("%(name)s has handed in %(part)s: %(percent)s %%, passed.") % names
        return _("%(name)s has handed in %(part)s: %(percent)s %%, not passed.") % names
    if attempt:
        return _("%(name)s has begun %(part)s and can go on with it.") % names
    if case.events[0].kind == "step":
        return (
            ngettext(
                "%(name)s has read %(number)s step of %(part)s.",
                "%(name)s has read %(number)s steps of %(part)s.",
                case.steps,
            )
            % names
        )
    return _("%(part)s counts for %(name)s.") % names


def _brought(entries: list[LedgerEntry], people: dict[int, Any]) -> list[str]:
    """What comes along, as the ledger of the rehearsal has it."""
    words = {
        "attempt.given": _("%(name)s gets one more attempt for it."),
        "certificate.issued": _("%(name)s gets a certificate."),
    }
    return [
        words[entry.verb] % {"name": people[entry.staff_id]}
        for entry in entries
        if entry.verb in words and entry.staff_id in people
    ]


def _staying(settled: Settled) -> list[str]:
    return [
        _("%(name)s, %(part)s: it cannot be counted. %(why)s")
        % {"name": case.staff, "part": part_text(case.activity), "why": why}
        for case, why in settled.stays
    ]
