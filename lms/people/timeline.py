"""Everything about one person in order of time, and who did it. The latest comes first."""

import datetime
from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import Count, Exists, Max, OuterRef, Q
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..access import jobs_of
from ..afterwards import is_afterwards
from ..models import (
    Earned,
    EventKind,
    EventOutcome,
    EventSource,
    LearningEvent,
    LedgerEntry,
    PaperTest,
    QuizAttempt,
    Requirement,
    StaffMember,
)
from ..requirements.lookup import rules_on
from ..requirements.rules import applies, bound_since, duty_of
from ..wording import day_text, part_text, programme_text
from .known import Known
from .sentences import ONE_ACT, name_of, note, sentence, who

#: What the ledger tells of learning. The rest is between the project leader and the person.
LEARNING = (
    "attendance.",
    "evidence.",
    "completion.",
    "course.",
    "attempt.",
    "progress.",
    "paper.",
    "certificate.",
    "event.",
)


class Line(NamedTuple):
    """Something that happened at a moment, or on a day; `by` whom, and for what reason if one was given."""

    at: datetime.datetime
    text: str
    by: str = ""
    on_a_day: bool = False
    note: str = ""
    entry: LedgerEntry | None = None
    undone: bool = False


def timeline(person: StaffMember, *, everything: bool) -> list[Line]:
    """The lines; not `everything` is what a course leader may know: learning, and no reasons.

    A fixed number of queries, whatever there is. Reading is summed up by day, and answers never appear.
    """
    entries = list(LedgerEntry.objects.of(person).select_related("actor").order_by("pk"))
    events, attempts = _events(person), _attempts(person)
    activities = {row["activity_id"] for row in events} | {attempt.activity_id for attempt in attempts}
    known = Known.about(person, entries, activities=activities)
    if not everything:
        entries = [entry for entry in entries if entry.verb.startswith(LEARNING)]
        known.people = {}
    # In this order where the moment is the same: what was done, what it completed, what that brought with it.
    lines = [
        *_from_rules(known),
        *(_from_jobs(known) if everything else ()),
        *_from_events(events, known),
        *_from_attempts(attempts, known),
        *_from_completions(known, attempts),
        *_from_ledger(entries, known, reasons=everything),
    ]
    return sorted(lines, key=lambda line: line.at)[::-1]


def _events(person: StaffMember) -> list[dict[str, Any]]:
    """Steps read, and what could not be counted, by day."""
    told = Q(kind=EventKind.STEP) & ~Q(outcome=EventOutcome.DISMISSED) | Q(outcome=EventOutcome.NEEDS_REVIEW)
    # As in `is_afterwards`, in the database's words.
    late = Q(received_at__date__gt=TruncDate("occurred_at"), source__in=(EventSource.READER, EventSource.TABLET))
    rows: Any = (
        LearningEvent.objects.filter(told, enrolment__staff=person)
        .annotate(day=TruncDate("occurred_at"))
        .values("activity_id", "day", "source", "outcome")
        .annotate(number=Count("pk"), at=Max("occurred_at"), came_late=Max("received_at", filter=late))
        .order_by("at")
    )
    return list(rows)


def _attempts(person: StaffMember) -> list[QuizAttempt]:
    attempts = QuizAttempt.objects.filter(enrolment__staff=person).defer("answers").order_by("started_at", "pk")
    return list(attempts.annotate(on_paper=Exists(PaperTest.objects.filter(uuid=OuterRef("uuid")))))


def _from_ledger(entries: list[LedgerEntry], known: Known, *, reasons: bool) -> Iterator[Line]:
    undone = {entry.data["undoes"] for entry in entries if entry.data.get("undoes")}
    for act in _acts(entries):
        first = act[0]
        yield Line(
            at=first.at,
            text=sentence(act, known),
            by=who(first, known.person),
            note=note(act, known) if reasons else "",
            entry=first,
            undone=str(first.uuid) in undone,
        )


def _acts(entries: list[LedgerEntry]) -> list[list[LedgerEntry]]:
    """Entries that are told together: the rows of one act and one kind, what it did to the course first."""

    def key(entry: LedgerEntry) -> tuple[str, str]:
        if entry.verb not in ONE_ACT or "act" not in entry.data:
            return (str(entry.uuid), "")
        return (entry.data["act"], "voided" if entry.verb.endswith("voided") else entry.verb)

    # Rows of one act lie close together, but certificates are written in between.
    told = sorted(entries, key=lambda entry: (*key(entry), ONE_ACT.index(entry.verb) if entry.verb in ONE_ACT else 0))
    return [list(group) for _key, group in groupby(told, key=key)]


def _from_events(events: list[dict[str, Any]], known: Known) -> Iterator[Line]:
    finished = {
        (part.activity_id, timezone.localdate(part.occurred_at))
        for part in known.parts_done.values()
        if part.earned == Earned.READ
    }
    for row in events:
        activity, number = known.activities[row["activity_id"]], row["number"]
        names = {"number": number, "part": part_text(activity)}
        if row["outcome"] == EventOutcome.NEEDS_REVIEW:
            text = ngettext(
                "%(number)s report about %(part)s could not be counted, and is kept.",
                "%(number)s reports about %(part)s could not be counted, and are kept.",
                number,
            )
        elif (activity.pk, row["day"]) in finished:
            text = ngettext(
                "Read %(part)s to the end, %(number)s step.", "Read %(part)s to the end, %(number)s steps.", number
            )
        else:
            text = ngettext("Read %(number)s step of %(part)s.", "Read %(number)s steps of %(part)s.", number)
        yield Line(
            at=row["at"], text=text % names + _afterwards(row["came_late"]), by=_where(known.person, row["source"])
        )


def _afterwards(came_late: datetime.datetime | None) -> str:
    """When it was heard of, where that was long after it happened."""
    if came_late is None:
        return ""
    return " " + _("Recorded afterwards, on %(day)s.") % {"day": day_text(timezone.localdate(came_late))}


def _where(person: StaffMember, source: str) -> str:
    if source == EventSource.TABLET:
        return _("%(name)s, on the shop’s tablet") % {"name": person.given_name}
    return person.given_name


def _on_paper(attempt: QuizAttempt) -> bool:
    """Written on paper: what is known of it is the day."""
    return bool(getattr(attempt, "on_paper", False))


def _from_attempts(attempts: list[QuizAttempt], known: Known) -> Iterator[Line]:
    for attempt in attempts:
        names = {
            "part": part_text(known.activities[attempt.activity_id]),
            "number": attempt.number,
            "percent": attempt.percent,
        }
        if attempt.submitted_at is None:
            text = _("Began %(part)s, attempt %(number)s. It is not handed in.")
        elif attempt.passed:
            text = _("Handed in %(part)s, attempt %(number)s: %(percent)s %%, passed.")
        else:
            text = _("Handed in %(part)s, attempt %(number)s: %(percent)s %%, not passed.")
        how = " " + _("Done without network, on the shop’s tablet.") if attempt.offline else ""
        heard = attempt.recorded_at
        late = heard if attempt.submitted_at and is_afterwards(attempt.submitted_at, heard) else None
        counts = "" if attempt.voided_at is None else " " + _("It does not count any more.")
        by, on_paper = known.person.given_name, _on_paper(attempt)
        yield Line(
            at=attempt.submitted_at or attempt.started_at,
            text=text % names + how + _afterwards(late) + counts,
            by=_("%(name)s, on paper") % {"name": by} if on_paper else by,
            on_a_day=on_paper,
        )


def _from_completions(known: Known, attempts: list[QuizAttempt]) -> Iterator[Line]:
    """Courses. Their parts are told already: with what was read, with attempts, with what leaders recorded."""
    by_hand = (Earned.ATTENDED, Earned.EVIDENCE, Earned.OVERRIDE, Earned.CARRIED)
    recorded = {(part.enrolment_id, part.occurred_at) for part in known.parts_done.values() if part.earned in by_hand}
    recorded |= {
        (attempt.enrolment_id, attempt.submitted_at)
        for attempt in attempts
        if attempt.submitted_at and _on_paper(attempt)
    }
    for done in known.courses_done.values():
        names = {"course": known.courses[done.course_id].title}
        if done.valid_until:
            names["day"] = day_text(done.valid_until)
            text = _("Completed “%(course)s”. It is valid to %(day)s.") % names
        else:
            text = _("Completed “%(course)s”. It is valid with no end date.") % names
        if done.voided_at:
            text += " " + _("It does not count any more.")
        # What a leader has recorded is of a day, and told beside it with who recorded it.
        on_a_day = (done.enrolment_id, done.occurred_at) in recorded
        yield Line(at=done.occurred_at, text=text, by="" if on_a_day else known.person.given_name, on_a_day=on_a_day)


def _from_jobs(known: Known) -> Iterator[Line]:
    """When jobs began and ended, where that is not the day on which somebody wrote it down."""
    today = timezone.localdate()
    for job in known.jobs.values():
        if job.voided_at:
            continue
        names = {"workplace": job.workplace, "role": job.role, "kind": job.get_kind_display().lower()}
        if job.start <= today and job.start != timezone.localdate(job.recorded_at):
            text = _("Began at %(workplace)s: %(role)s, %(kind)s.") % names
            yield Line(at=_start_of(job.start), text=text, on_a_day=True)
        recorded = job.end_recorded_at and timezone.localdate(job.end_recorded_at)
        if job.end and job.end <= today and job.end != recorded:
            yield Line(at=_start_of(job.end), text=_("Last day at %(workplace)s.") % names, on_a_day=True)


def _from_rules(known: Known) -> Iterator[Line]:
    """From when each requirement of today has bound them."""
    today = timezone.localdate()
    rules, jobs = rules_on(today), jobs_of(known.person, today)
    made = Requirement.objects.select_related("recorded_by").in_bulk([rule.id for rule in rules])
    for rule in rules:
        bound = [job for job in jobs if applies(rule, job)]
        if not bound or rule.course_id not in known.courses:
            continue
        since, job = min((bound_since(rule, job), job) for job in bound)
        due = duty_of(rule, job).due
        names = {"course": known.courses[rule.course_id].title, "day": day_text(due) if due else ""}
        if rule.is_choice:
            text = _("“%(course)s” may be chosen from this day.")
        elif not rule.mandatory:
            text = _("“%(course)s” is recommended from this day.")
        elif due:
            text = _("“%(course)s” is required from this day, and is to be completed by %(day)s.")
        else:
            text = _("“%(course)s” is required from this day, with no due date.")
        by = made[rule.id].recorded_by
        said = " ".join([text % names, *([programme_text(rule.part)] if rule.part else [])])
        yield Line(at=_start_of(since), text=said, by=name_of(by) if by else "", on_a_day=True)


def _start_of(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))
