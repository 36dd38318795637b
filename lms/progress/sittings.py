"""The attempts that some events are about: opened, answered, handed in. Decided in memory, written at once.

The enrolments are locked by the caller, so that two taps cannot both take the last attempt. An event from a tablet's
outbox names the version and the beginning of its attempt, and opens that itself if it is the first we hear of it.
"""

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import Count, Q

from courses.models import ActivityVersion

from ..models import (
    Earned,
    EventKind,
    EventOutcome,
    ExtraAttempt,
    LearningEvent,
    QuizAttempt,
)
from .attempts import free_again, grade, keys_asked
from .enrolments import Cycles
from .facts import Entry
from .rollup import Done

#: Why an attempt was not opened. What comes later of the same attempt waits with it, for the same reason.
UNOPENED = ("attempts_used_up", "must_wait", "withdrawn")

RESULT = ("answers", "submitted_at", "recorded_at", "points", "out_of", "percent", "passed")


class Sittings:
    """All attempts at the tests in question. `in_spite` opens and counts what a leader has decided is to count."""

    def __init__(self, entries: Sequence[Entry], cycles: Cycles, *, in_spite: bool = False) -> None:
        about = [entry for entry in entries if entry.fact.is_about_an_attempt]
        self._entries, self._cycles, self._in_spite = about, cycles, in_spite
        self._by_uuid: dict[Any, QuizAttempt] = {}
        self._by_place: dict[tuple[int, int], list[QuizAttempt]] = defaultdict(list)
        self._asked: dict[Any, frozenset[str]] = {}
        self._unopened: dict[Any, str] = {}
        self._extra: Counter[tuple[int, int]] | None = None
        self._opened: list[QuizAttempt] = []
        self._changed: dict[Any, QuizAttempt] = {}
        self._handed_in: list[tuple[Entry, QuizAttempt]] = []
        #: Attempts that were opened though there was none left.
        self.beyond: list[QuizAttempt] = []
        if about:
            self._find()

    def _find(self) -> None:
        """One query; one more for versions that the events do not bring, and one for what was not opened before."""
        uuids = {entry.event.attempt for entry in self._entries}
        places = {entry.place for entry in self._entries}
        own = Q(enrolment__in={place[0] for place in places}, activity__in={place[1] for place in places})
        rows = list(QuizAttempt.objects.filter(Q(uuid__in=uuids - {None}) | own).order_by("number"))
        versions = {entry.fact.version.pk: entry.fact.version for entry in self._entries if entry.fact.version}
        named = {row.version_id for row in rows if row.uuid in uuids}
        if unknown := named - versions.keys():
            versions |= ActivityVersion.objects.in_bulk(unknown)
        for row in rows:
            if row.version_id in versions:
                row.version = versions[row.version_id]
            self._put(row)
        strangers = [entry for entry in self._entries if entry.fact.outbox and entry.event.attempt not in self._by_uuid]
        if strangers and not self._in_spite:
            refused = LearningEvent.objects.filter(
                enrolment__in={entry.event.enrolment_id for entry in strangers},
                attempt__in={entry.event.attempt for entry in strangers},
                reason__in=UNOPENED,
            ).exclude(outcome=EventOutcome.APPLIED)
            self._unopened = dict(refused.values_list("attempt", "reason"))

    def _put(self, attempt: QuizAttempt) -> None:
        self._by_uuid[attempt.uuid] = attempt
        self._by_place[attempt.enrolment_id, attempt.activity_id].append(attempt)

    # Decided one by one, in order of time. Each returns a code for why it cannot count, or nothing.

    def take_in(self, entry: Entry) -> str:
        """What `entry` does to its attempt."""
        attempt, reason = self._own_attempt(entry), ""
        if entry.event.kind == EventKind.ATTEMPT:
            return self._begin(entry, attempt)
        if attempt is None:
            if entry.fact.outbox is None or entry.event.attempt in self._by_uuid:
                return "unknown_attempt"
            attempt, reason = self._open(entry)
        if attempt is None:
            return reason
        self._begun(attempt, entry)
        return self._answer(entry, attempt) if entry.event.kind == EventKind.ANSWER else self._hand_in(entry, attempt)

    def _own_attempt(self, entry: Entry) -> QuizAttempt | None:
        """The attempt that the event names, if it is at the same test and in a cycle of the same person."""
        event = entry.event
        attempt = self._by_uuid.get(event.attempt)
        if attempt is None or attempt.activity_id != event.activity_id:
            return None
        if attempt.enrolment_id != event.enrolment_id:
            # Their clocks differ a little about which side of a renewal it was begun on: the attempt's own is right.
            cycle = self._cycles.among_theirs(entry.fact, attempt.enrolment_id) if entry.fact.outbox else None
            if cycle is None:
                return None
            event.enrolment = cycle
        return attempt

    def _begin(self, entry: Entry, attempt: QuizAttempt | None) -> str:
        event, reason = entry.event, ""
        if attempt is None:
            if entry.fact.outbox is None and not _is_live(event) and not self._in_spite:
                return "withdrawn"
            if event.version_id is None:
                return "unknown_version"
            if event.attempt is None or event.attempt in self._by_uuid:
                return "id_taken"
            attempt = self._under_way(entry)
        if attempt is None:
            attempt, reason = self._open(entry)
        if attempt:
            entry.attempt = attempt
            self._begun(attempt, entry)
        return reason

    def _under_way(self, entry: Entry) -> QuizAttempt | None:
        """What a form goes on with. A tablet without network has begun one of its own, whatever there is elsewhere."""
        if entry.fact.outbox:
            return None
        rows = (row for row in self._by_place[entry.place] if not row.submitted_at and not row.voided_at)
        return next(rows, None)

    def _open(self, entry: Entry) -> tuple[QuizAttempt | None, str]:
        """A new attempt of this name, or None and a code for why there can be none."""
        event, begun_at = entry.event, entry.fact.begun_at
        if event.version_id is None:
            return None, "unknown_version"
        reason = self._unopened.get(event.attempt) or self._why_unopened(entry, begun_at)
        if reason and not self._in_spite:
            self._unopened[event.attempt] = reason
            return None, reason
        attempt = QuizAttempt(  # type: ignore[misc] # it has an id and a version
            uuid=event.attempt,
            enrolment=event.enrolment,
            activity=event.activity,
            version=event.version,
            number=max((row.number for row in self._by_place[entry.place]), default=0) + 1,
            started_at=begun_at,
            offline=bool(entry.fact.outbox and entry.fact.outbox.offline),
        )
        if reason == "attempts_used_up":
            self.beyond.append(attempt)
        self._opened.append(attempt)
        self._put(attempt)
        return attempt, ""

    def _why_unopened(self, entry: Entry, begun_at: datetime.datetime) -> str:
        event = entry.event
        if not _is_live(event):
            return "withdrawn"
        activity = event.activity
        standing = [row for row in self._by_place[entry.place] if row.voided_at is None]
        if activity.max_attempts is not None and len(standing) >= activity.max_attempts:
            allowed = activity.max_attempts + self._extra_of(entry)
            if len(standing) >= allowed:
                return "attempts_used_up"
        handed_in = [row.submitted_at for row in standing if row.submitted_at and row.submitted_at <= begun_at]
        free_at = free_again(handed_in, activity)
        return "must_wait" if free_at and begun_at < free_at else ""

    def _extra_of(self, entry: Entry) -> int:
        """Asked once for all, and only when somebody's attempts are used up."""
        if self._extra is None:
            given = ExtraAttempt.objects.filter(
                enrolment__in={each.event.enrolment_id for each in self._entries}, taken_back_at=None
            )
            rows = given.values_list("enrolment_id", "activity_id").annotate(number=Count("pk")).order_by()
            self._extra = Counter({(enrolment, activity): number for enrolment, activity, number in rows})
        return self._extra[entry.place]

    def _begun(self, attempt: QuizAttempt, entry: Entry) -> None:
        """It began at the earliest time that we have heard of, and offline if any of its events says so."""
        if entry.fact.outbox is None:
            return
        offline = attempt.offline or entry.fact.outbox.offline
        started_at = min(attempt.started_at, entry.fact.begun_at)
        if (attempt.started_at, attempt.offline) != (started_at, offline):
            attempt.started_at, attempt.offline = started_at, offline
            self._changed[attempt.uuid] = attempt

    def _answer(self, entry: Entry, attempt: QuizAttempt) -> str:
        question = entry.event.payload.get("question")
        if attempt.uuid not in self._asked:
            self._asked[attempt.uuid] = keys_asked(attempt)
        if attempt.submitted_at is None:
            return "" if question in self._asked[attempt.uuid] else "unknown_question"
        if entry.event.occurred_at > attempt.submitted_at:
            return "handed_in"
        if attempt.uuid in self._with_answers:
            return ""  # the handing in brought this answer along
        if not self._in_spite or question not in self._asked[attempt.uuid]:
            return "handed_in"
        passed = attempt.passed
        grade(attempt, {**attempt.answers, question: entry.event.payload.get("answer")})
        attempt.passed = passed or attempt.passed  # what was passed stays passed
        self._changed[attempt.uuid] = attempt
        self._handed_in.append((entry, attempt))
        return ""

    def _hand_in(self, entry: Entry, attempt: QuizAttempt) -> str:
        if attempt.submitted_at:
            return "handed_in"
        event = entry.event
        entry.attempt = attempt
        attempt.submitted_at, attempt.recorded_at = event.occurred_at, entry.heard_at
        self._changed[attempt.uuid] = attempt
        self._handed_in.append((entry, attempt))
        return ""

    # What needs the rows of the events

    @property
    def _with_answers(self) -> set[Any]:
        """Attempts whose handing in brought all answers along. One query, where answers come late."""
        if not hasattr(self, "_brought"):
            late = {each.event.attempt for each in self._entries if each.event.kind == EventKind.ANSWER}
            own = {row.enrolment_id for row in self._by_uuid.values()}
            rows = LearningEvent.objects.filter(
                enrolment__in=own,
                attempt__in={uuid for uuid in late if uuid in self._by_uuid and self._by_uuid[uuid].submitted_at},
                kind=EventKind.SUBMIT,
                outcome=EventOutcome.APPLIED,
                payload__has_key="answers",
            )
            self._brought = set(rows.values_list("attempt", flat=True))
        return self._brought | {row.uuid for entry, row in self._handed_in if "answers" in entry.event.payload}

    def grade(self) -> None:
        """The results of what was handed in: over the answers it brought; else over those given before (one query)."""
        entries = [(entry, row) for entry, row in self._handed_in if entry.event.kind == EventKind.SUBMIT]
        given = self._given_before([row for entry, row in entries if "answers" not in entry.event.payload])
        for entry, attempt in entries:
            answers = entry.event.payload.get("answers", given[attempt.uuid])
            asked = keys_asked(attempt)
            grade(attempt, {key: answer for key, answer in answers.items() if key in asked and answer is not None})

    def _given_before(self, attempts: Iterable[QuizAttempt]) -> dict[Any, dict[str, Any]]:
        """The last answer to each question, by when it was given and then by when we heard of it."""
        uuids = {row.uuid: row for row in attempts}
        given: dict[Any, dict[str, Any]] = defaultdict(dict)
        if not uuids:
            return given
        rows = LearningEvent.objects.filter(
            enrolment__in={row.enrolment_id for row in uuids.values()},
            kind=EventKind.ANSWER,
            attempt__in=uuids,
            outcome=EventOutcome.APPLIED,
        ).order_by("occurred_at", "received_at", "pk")
        for uuid, payload in rows.values_list("attempt", "payload"):
            given[uuid][payload["question"]] = payload["answer"]
        return given

    def write(self) -> None:
        """At most two queries."""
        if self._opened:
            QuizAttempt.objects.bulk_create(self._opened)
        opened = {row.uuid for row in self._opened}
        changed = [row for uuid, row in self._changed.items() if uuid not in opened]
        if changed:
            QuizAttempt.objects.bulk_update(changed, [*RESULT, "started_at", "offline"])

    def done(self) -> Iterator[Done]:
        """The tests passed by what was just handed in."""
        for entry, attempt in self._handed_in:
            if attempt.passed and attempt.submitted_at:
                yield Done(
                    entry=entry,
                    event=entry.event,
                    version_id=attempt.version_id,
                    earned=Earned.PASSED,
                    occurred_at=attempt.submitted_at,
                )


def _is_live(event: LearningEvent) -> bool:
    return event.activity.live and event.activity.course.live
