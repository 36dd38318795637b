"""What a tablet's outbox sends: told apart into facts, each with the ticket of the person it is about.

A tablet is not asked who is signed in there: each event's own ticket says whose it is. What is malformed or forged is
rejected, one by one; everything else goes through `lms.progress` and is kept.
"""

import datetime
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from courses.models import ActivityVersion
from courses.models.identities import ActivityKind
from courses.questions.kinds import KINDS, storable

from ..access import not_for
from ..models import EventKind, EventSource, StaffMember, Tablet
from ..progress import Fact, Outbox, Receipt, record_all
from ..progress.facts import NOT_FOR_THEM, REJECTED, credible
from .tickets import Ticket, read_ticket

MOST_EVENTS = 500

#: By so much the tablet's clock may differ from ours before it is put right.
CLOCK_MAY_DIFFER = datetime.timedelta(seconds=60)

#: No question's form posts more.
LONGEST_TEXT, LONGEST_NAME, MOST_VALUES = 1000, 64, 100
LARGEST_NUMBER = 2**31 - 1

TOLD_OF = {
    EventKind.STEP: ActivityKind.LESSON,
    EventKind.ATTEMPT: ActivityKind.QUIZ,
    EventKind.ANSWER: ActivityKind.QUIZ,
    EventKind.SUBMIT: ActivityKind.QUIZ,
}


class MalformedError(Exception):
    """What was sent is not of the shape agreed on. Its text is a code."""


@dataclass(frozen=True)
class Batch:
    """What came in one request."""

    sent_at: datetime.datetime
    events: list[Any]
    ticket: Ticket | None
    app: str
    unsent: int
    unsent_since: datetime.datetime | None
    refused: int


@dataclass(frozen=True)
class Told:
    """One event, well formed; whom and what it is about is still to be found."""

    event_id: uuid.UUID
    ticket: Ticket
    staff: uuid.UUID
    kind: str
    activity: uuid.UUID
    version: int
    occurred_at: datetime.datetime
    begun_at: datetime.datetime | None
    offline: bool
    payload: dict[str, Any]


# Reading. Nothing here asks the database.


def read_batch(said: Any) -> Batch:
    """The batch in decoded JSON. Raises MalformedError: "too_large" for too many events, else "malformed"."""
    if not isinstance(said, dict) or not isinstance(said.get("events"), list):
        raise MalformedError("malformed")
    if len(said["events"]) > MOST_EVENTS:
        raise MalformedError("too_large")
    since = said.get("unsent_since")
    return Batch(
        sent_at=_moment(said.get("sent_at")),
        events=said["events"],
        ticket=read_ticket(said.get("tablet")) if isinstance(said.get("tablet"), str) else None,
        app=storable(_text(said.get("app", ""), LONGEST_TEXT))[:20],
        unsent=_count(said.get("unsent", 0)),
        unsent_since=None if since is None else _moment(since),
        refused=_count(said.get("refused", 0)),
    )


def _read_event(said: Any, tickets: dict[str, Ticket | None]) -> Told:
    """Raises MalformedError with a code for what is wrong with it."""
    if not isinstance(said, dict):
        raise MalformedError("malformed")
    sealed = said.get("ticket")
    if not isinstance(sealed, str):
        raise MalformedError("forged")
    if sealed not in tickets:
        tickets[sealed] = read_ticket(sealed)
    ticket, kind = tickets[sealed], said.get("kind")
    if ticket is None or ticket.staff is None:
        raise MalformedError("forged")
    if not isinstance(kind, str) or kind not in TOLD_OF:
        raise MalformedError("unknown_kind")
    version = said.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or not 0 < version <= LARGEST_NUMBER:
        raise MalformedError("unknown_version")
    begun = kind in (EventKind.ANSWER, EventKind.SUBMIT)
    return Told(
        event_id=_uuid(said.get("id")),
        ticket=ticket,
        staff=ticket.staff,
        kind=kind,
        activity=_uuid(said.get("activity")),
        version=version,
        occurred_at=_moment(said.get("occurred_at")),
        begun_at=_moment(said.get("begun_at")) if begun else None,
        offline=said.get("offline") is True,
        payload=_payload(kind, said),
    )


def _payload(kind: str, said: Mapping[str, Any]) -> dict[str, Any]:
    if kind == EventKind.STEP:
        step = _text(said.get("step"), 40)
        if not step:
            raise MalformedError("malformed")
        return {"step": step}
    payload: dict[str, Any] = {"attempt": _uuid(said.get("attempt"))}
    if kind == EventKind.ANSWER:
        payload |= {"question": _text(said.get("question"), LONGEST_NAME), "values": _values(said.get("values"))}
    if kind == EventKind.SUBMIT and said.get("answers") is not None:
        answers = said["answers"]
        if not isinstance(answers, dict) or len(answers) > MOST_EVENTS:
            raise MalformedError("malformed")
        payload["answers"] = {_text(question, LONGEST_NAME): _values(given) for question, given in answers.items()}
    return payload


def _values(said: Any) -> list[str]:
    """What the form of a question posts, storable; whether it is an answer is for the question's kind to say."""
    if not isinstance(said, list) or len(said) > MOST_VALUES:
        raise MalformedError("bad_answer")
    if not all(isinstance(value, str) and len(value) <= LONGEST_TEXT and storable(value) == value for value in said):
        raise MalformedError("bad_answer")
    return said


def _text(said: Any, longest: int) -> str:
    if not isinstance(said, str) or len(said) > longest or storable(said) != said:
        raise MalformedError("malformed")
    return said


def _count(said: Any) -> int:
    if not isinstance(said, int) or isinstance(said, bool) or said < 0:
        raise MalformedError("malformed")
    return min(said, LARGEST_NUMBER)


def _uuid(said: Any) -> uuid.UUID:
    try:
        return uuid.UUID(_text(said, LONGEST_NAME))
    except ValueError as error:
        raise MalformedError("malformed") from error


def _moment(said: Any) -> datetime.datetime:
    """A time with its offset, as UTC."""
    try:
        claimed = datetime.datetime.fromisoformat(_text(said, 40))
        if claimed.tzinfo is None:
            raise MalformedError("bad_time")
        return claimed.astimezone(datetime.UTC)
    except (ValueError, OverflowError) as error:
        raise MalformedError("bad_time") from error


# Taking in


def take_in(batch: Batch, *, received_at: datetime.datetime) -> list[dict[str, Any]]:
    """What became of each event, in their order: {"id", "outcome", "reason", "course_done"}.

    Besides what `record_all` asks: three queries; at most three where a course is for those alone who are to take it;
    and one that notes how the tablet is.
    """
    tickets: dict[str, Ticket | None] = {}
    told: dict[int, Told] = {}
    wrong: dict[int, str] = {}
    for number, said in enumerate(batch.events):
        try:
            told[number] = _read_event(said, tickets)
        except MalformedError as error:
            wrong[number] = str(error)
    genuine = [ticket for ticket in (batch.ticket, *tickets.values()) if ticket]
    tablets = _tablets(genuine)
    facts, unknown = _facts(told, tablets, by_clock=_ahead(batch, received_at), received_at=received_at)
    receipts = dict(zip(facts, record_all(list(facts.values())), strict=True)) if facts else {}
    _note(batch, [tablets[ticket.tablet] for ticket in genuine if ticket.tablet in tablets], received_at)
    receipts |= {number: Receipt(REJECTED, reason) for number, reason in (wrong | unknown).items()}
    return [_result(said, receipts[number]) for number, said in enumerate(batch.events)]


def _result(said: Any, receipt: Receipt) -> dict[str, Any]:
    name = said.get("id") if isinstance(said, dict) else None
    return {
        "id": storable(name)[:LONGEST_NAME] if isinstance(name, str) else None,
        "outcome": str(receipt.outcome),
        "reason": receipt.reason,
        "course_done": receipt.course_completion is not None,
    }


def _ahead(batch: Batch, received_at: datetime.datetime) -> datetime.timedelta:
    """What to add to the tablet's times: nothing where its clock is about right."""
    wrong = received_at - batch.sent_at
    return wrong if abs(wrong) > CLOCK_MAY_DIFFER else datetime.timedelta(0)


def _tablets(tickets: Iterable[Ticket]) -> dict[uuid.UUID, Tablet]:
    wanted = {ticket.tablet for ticket in tickets}
    return {row.uuid: row for row in Tablet.objects.filter(uuid__in=wanted)} if wanted else {}


def _facts(
    told: Mapping[int, Told],
    tablets: Mapping[uuid.UUID, Tablet],
    *,
    by_clock: datetime.timedelta,
    received_at: datetime.datetime,
) -> tuple[dict[int, Fact], dict[int, str]]:
    """The facts by the place of their events, and a code for each event that is about nobody or nothing we know."""
    if not told:
        return {}, {}
    staff = {event.staff for event in told.values()}
    people = {row.uuid: row.merged_into or row for row in _people(staff)}
    rows = ActivityVersion.objects.filter(pk__in={event.version for event in told.values()})
    versions = {row.pk: row for row in rows.select_related("activity__course")}
    unknown = {number: code for number, event in told.items() if (code := _unknown(event, people, versions))}
    known = {number: event for number, event in told.items() if number not in unknown}
    wanted: dict[tuple[int, int], datetime.date] = {}
    moved = {}
    for number, event in known.items():
        try:
            moved[number] = event.occurred_at + by_clock, event.begun_at and event.begun_at + by_clock
        except OverflowError:
            unknown[number] = "bad_time"
            continue
        pair = people[event.staff].pk, versions[event.version].activity.course_id
        day = credible(moved[number][0], received_at, EventSource.TABLET).date()
        wanted[pair] = min(wanted.get(pair, day), day)
    not_theirs = not_for(wanted, {row.activity.course for row in versions.values()})
    facts = {}
    for number, (occurred_at, begun_at) in moved.items():
        event, tablet = known[number], tablets.get(known[number].ticket.tablet)
        learner, version = people[event.staff], versions[event.version]
        waits = ""
        if (learner.pk, version.activity.course_id) in not_theirs:
            waits = NOT_FOR_THEM
        elif tablet is None or tablet.unpaired_at:
            waits = "unpaired_tablet"
        elif event.ticket.is_old(received_at):
            waits = "old_ticket"
        claimed = {"claimed_at": event.occurred_at.isoformat()} if by_clock else {}
        facts[number] = Fact(
            event_id=event.event_id,
            learner=learner,
            activity=version.activity,
            version=version,
            kind=event.kind,
            occurred_at=occurred_at,
            received_at=received_at,
            source=EventSource.TABLET,
            payload={**_answers(event.payload, version), **claimed},
            outbox=Outbox(tablet=tablet, begun_at=begun_at, offline=event.offline, waits=waits),
        )
    return facts, unknown


def _answers(payload: dict[str, Any], version: ActivityVersion) -> dict[str, Any]:
    """`payload` with answers for the values that were posted, as the version's own questions read them.

    What is no answer yet (half a number, a line without a place) is None: it is kept, and counts as not answered.
    """
    asked = {question["key"]: question for question in version.content.get("questions", [])}

    def answer(key: str, values: list[str]) -> Any:
        return KINDS[asked[key]["kind"]].parse(asked[key], values) if key in asked else None

    read = dict(payload)
    if "values" in read:
        read["answer"] = answer(read["question"], read.pop("values"))
    if "answers" in read:
        read["answers"] = {key: answer(key, values) for key, values in read["answers"].items()}
    return read


def _people(staff: Iterable[uuid.UUID]) -> Iterable[StaffMember]:
    return StaffMember.objects.filter(uuid__in=set(staff)).select_related("merged_into")


def _unknown(event: Told, people: Mapping[uuid.UUID, StaffMember], versions: Mapping[int, ActivityVersion]) -> str:
    if event.staff not in people:
        return "unknown_person"
    version = versions.get(event.version)
    if version is None or version.activity.uuid != event.activity:
        return "unknown_version"
    return "" if TOLD_OF[EventKind(event.kind)] == version.activity.kind else "unknown_kind"


def _note(batch: Batch, tablets: list[Tablet], received_at: datetime.datetime) -> None:
    """How the tablet is, by what it says of itself; none that is no longer paired."""
    paired = next((tablet for tablet in tablets if tablet.unpaired_at is None), None)
    if paired is None:
        return
    since = batch.unsent_since
    if since is not None:
        try:
            since = min(since + _ahead(batch, received_at), received_at)
        except OverflowError:
            since = received_at
    Tablet.objects.filter(pk=paired.pk, unpaired_at=None).update(
        last_seen_at=received_at, app_version=batch.app, unsent=batch.unsent, unsent_since=since, refused=batch.refused
    )
