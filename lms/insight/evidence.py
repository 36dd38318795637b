"""What a cell of the matrix rests on: one person and one course, on a day, as known at a moment.

Outcomes, never answers. A fixed number of queries, however much has happened.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import Activity, Course, settings_at, tree_path

from .. import matrix
from ..afterwards import is_afterwards
from ..models import (
    ActivityCompletion,
    CourseCompletion,
    Earned,
    Enrolment,
    EventKind,
    EventOutcome,
    EventSource,
    Exemption,
    LearningEvent,
    PaperTest,
    QuizAttempt,
    StaffMember,
)
from ..people.sentences import name_of
from ..reports.figures import gather
from ..reports.workers import Worker
from ..requirements.choice import asked_of, merge
from ..requirements.lookup import end_of, moment_of
from ..status import Completion, Status, standing
from ..wording import and_list, day_text, part_text, why_not_counted
from .bindings import Binding, bindings_of


class Line(NamedTuple):
    """Something that was registered: what, when it is said to have happened and when we heard of it, and from whom.

    `gone` says that it was taken back, where it was; `reason` why, for those who may know. `carried` is what an earlier
    cycle of the course had: it came along later, but nobody told of it late.
    """

    what: str
    happened: datetime.datetime
    heard: datetime.datetime | None
    by: str = ""
    version: str = ""
    outcome: str = ""
    on_a_day: bool = False
    gone: str = ""
    reason: str = ""
    completion: int = 0
    carried: bool = False

    @property
    def afterwards(self) -> bool:
        return not self.carried and is_afterwards(self.happened, self.heard)


class Left(NamedTuple):
    """A required part that is not done, and how far it has come."""

    what: str
    progress: str


@dataclass(frozen=True)
class Basis:
    """The cell, and what it rests on. `cell` is None where the person works nowhere in reach on the day."""

    day: datetime.date
    workers: list[Worker]
    cell: matrix.Cell | None
    bindings: list[Binding]
    exemptions: list[Exemption]
    left: list[Left] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    waiting: int = 0


def basis_of(
    person: StaffMember,
    course: Course,
    workplaces: QuerySet[Any],
    *,
    day: datetime.date,
    known: datetime.datetime | None = None,
    job: int | None = None,
) -> Basis:
    """What the cell rests on. `job` is the row's employment; without it, all of the person's at `workplaces` count."""
    figures = gather(day, workplaces, known=known, course=course, person=person)
    workers = [worker for worker in figures.workers if job is None or worker.job.id == job] or figures.workers
    asked = merge(asked_of(worker.job, figures.rules) for worker in workers)
    cell, duty, left_out = None, None, set[Any]()
    if workers:
        record = figures.record_of([person.pk])
        duty = record.duties(day, person.pk, asked).get(course.pk)
        left_out = record.left_out(day, person.pk, asked, course.pk)
        facts = record.facts(person.pk, course.pk, duty)
        cell = matrix.Cell(course.pk, *standing(day, facts), facts)
    told = _Told(person, course, day, known, cell.facts.completion if cell else None)
    is_theirs = bool(cell and (cell.facts.required or cell.facts.started) and cell.status is not Status.COMPLETE)
    return Basis(
        day=day,
        workers=workers,
        cell=cell,
        bindings=bindings_of(workers, [rule for rule in figures.rules if rule.course_id == course.pk], duty, left_out),
        exemptions=list(
            Exemption.objects.in_force(day, known=known)
            .filter(Q(course=course) | Q(course=None), staff=person)
            .select_related("course", "recorded_by")
        ),
        left=told.left() if is_theirs else [],
        lines=told.lines(),
        waiting=told.waiting,
    )


class _Told:
    """What was registered of the person and the course by the end of the day, as known then; `counts` is the
    completion that counts."""

    def __init__(
        self,
        person: StaffMember,
        course: Course,
        day: datetime.date,
        known: datetime.datetime | None,
        counts: Completion | None,
    ) -> None:
        self.course, self.day, self.counts = course, day, counts
        self.until, self.cutoff = end_of(day), known or timezone.now()
        cycles = Enrolment.objects.filter(
            staff=person,
            course=course,
            cycle__gt=Enrolment.ASIDE,
            started_on__lte=day,
            recorded_at__lte=self.cutoff,
        )
        self.cycles = list(cycles.order_by("cycle"))
        of_person = {"enrolment__staff": person, "enrolment__course": course}
        own = {**of_person, "recorded_at__lte": self.cutoff}
        self.courses_done = list(CourseCompletion.objects.filter(**own, completed_on__lte=day))
        self.through = list(self._through(person))
        self.parts_done = list(
            ActivityCompletion.objects.filter(**own, occurred_at__lte=self.until)
            .select_related("activity", "version", "event__tablet", "event__recorded_by")
            .defer("version__content", "version__key", "version__steps")
            .order_by("occurred_at", "pk")
        )
        attempts = (
            QuizAttempt.objects.filter(**of_person, started_at__lte=self.until)
            .annotate(on_paper=Exists(PaperTest.objects.filter(uuid=OuterRef("uuid"))))
            .select_related("activity", "version")
            .defer("answers", "version__content", "version__key", "version__steps")
            .order_by("started_at", "pk")
        )
        self.attempts = [attempt for attempt in attempts if self._is_heard_of(attempt)]
        heard = LearningEvent.objects.filter(
            **of_person, occurred_at__lte=self.until, received_at__lte=self.cutoff
        ).order_by("occurred_at", "pk")
        self.handed_in = {
            event.attempt: event
            for event in heard.filter(kind=EventKind.SUBMIT, outcome=EventOutcome.APPLIED).select_related(
                "tablet", "recorded_by"
            )
        }
        self.steps = list(
            heard.steps_read()
            .values("activity_id", "enrolment_id", "source", "tablet__name", "activity__titles")
            .annotate(number=Count("step", distinct=True), at=Max("occurred_at"), heard=Max("received_at"))
            .order_by("at")
        )
        self.waits = list(
            heard.filter(outcome=EventOutcome.NEEDS_REVIEW)
            .select_related("activity", "tablet", "recorded_by")
            .order_by("occurred_at", "pk")
        )
        activities = Activity.objects.filter(course=course).annotate(tree_path=tree_path())
        self.activities = list(activities.order_by(F("tree_path").asc(nulls_last=True), "pk"))

    def _through(self, person: StaffMember) -> Iterable[CourseCompletion]:
        """What was completed of other courses and counts as this one."""
        sources = self.counts.through if self.counts else ()
        if not sources:
            return ()
        of_them = reduce(or_, (Q(course=source.course, completed_on=source.completed_on) for source in sources))
        standing_then = CourseCompletion.objects.standing(self.day, known=self.cutoff)
        return standing_then.filter(of_them, staff=person).select_related("course").order_by("pk")

    def _is_heard_of(self, attempt: Any) -> bool:
        """What was begun without network, or on paper, came to be known when it came in."""
        came_in = attempt.recorded_at if attempt.offline or attempt.on_paper else None
        return came_in is None or came_in <= self.cutoff

    @property
    def waiting(self) -> int:
        return len(self.waits)

    @property
    def is_complete(self) -> bool:
        """The latest cycle is done: nothing is left in it."""
        latest = self.cycles[-1].pk if self.cycles else None
        return any(done.enrolment_id == latest and self._stands(done.voided_at) for done in self.courses_done)

    def _stands(self, voided_at: datetime.datetime | None) -> bool:
        return voided_at is None or voided_at > self.cutoff

    # What is left

    def left(self) -> list[Left]:
        """The required parts, as they were then, that the latest cycle has not done; of one that is complete, those
        that are to be done again since the course has changed."""
        if self.is_complete:
            redo = self.counts.redo if self.counts else None
            words = _("to be done again by %(day)s") % {"day": day_text(redo.by_when)} if redo else ""
            return [Left(part_text(part), words) for part in (redo.parts if redo else ())]
        latest = self.cycles[-1].pk if self.cycles else None
        done = {
            part.activity_id for part in self.parts_done if part.enrolment_id == latest and self._stands(part.voided_at)
        }
        moment = moment_of(self.day, self.cutoff)
        found = []
        for activity in self.activities:
            held = settings_at(moment, activity.dated_settings(), activity.past)
            if held["live"] and held["required"] and activity.pk not in done:
                found.append(Left(part_text(activity), self._progress(activity, latest)))
        return found

    def _progress(self, activity: Activity, enrolment: int | None) -> str:
        read = sum(
            row["number"] for row in self.steps if (row["activity_id"], row["enrolment_id"]) == (activity.pk, enrolment)
        )
        tries = [
            attempt
            for attempt in self.attempts
            if (attempt.activity_id, attempt.enrolment_id) == (activity.pk, enrolment)
            and self._stands(attempt.voided_at)
        ]
        if tries:
            return ngettext("%(number)s attempt", "%(number)s attempts", len(tries)) % {"number": len(tries)}
        if read:
            return ngettext("%(number)s step read", "%(number)s steps read", read) % {"number": read}
        return _("not begun")

    # What was registered

    def lines(self) -> list[Line]:
        """All of it, the latest first; of what happened at one moment, what it brought with it first."""
        told = [*self._reading(), *self._attempts(), *self._parts(), *self._waiting(), *self._courses()]
        return sorted(told, key=lambda line: line.happened)[::-1]

    def _courses(self) -> Iterable[Line]:
        words = {done.pk: _("The whole course is completed.") for done in self.courses_done}
        for done in self.through:
            words[done.pk] = _("The course “%(course)s” is completed, and counts here.") % {"course": done.course}
        for done in (*self.courses_done, *self.through):
            yield Line(
                what=words[done.pk],
                happened=done.occurred_at,
                heard=done.recorded_at,
                outcome=self._until_when(done),
                on_a_day=done.basis == CourseCompletion.Basis.EVIDENCE,
                completion=done.pk if self._stands(done.voided_at) else 0,
                **self._gone(done),
            )

    def _until_when(self, done: CourseCompletion) -> str:
        said = (
            _("Valid to %(day)s.") % {"day": day_text(done.valid_until)}
            if done.valid_until
            else _("Valid with no end date.")
        )
        if self.counts and self.counts.id == done.pk and self.counts.redo and self.counts.ends_by_redo:
            changed = _("The course has changed since, so it counts to %(day)s.")
            said += " " + changed % {"day": day_text(self.counts.redo.by_when)}
        return said

    def _parts(self) -> Iterable[Line]:
        """What was done. A passed test is told by its attempt."""
        attempts = {attempt.uuid for attempt in self.attempts}
        for part in self.parts_done:
            if part.earned == Earned.PASSED and part.event.attempt in attempts:
                continue
            yield Line(
                what=_capital(part_text(part.activity)),
                happened=part.occurred_at,
                heard=part.recorded_at,
                by=_from_whom(part.event),
                version=part.version.label if part.version else "",
                outcome=part.get_earned_display(),
                on_a_day=part.event.source == EventSource.REGISTER,
                carried=part.earned == Earned.CARRIED,
                **self._gone(part),
            )

    def _attempts(self) -> Iterable[Line]:
        for attempt in self.attempts:
            event = self.handed_in.get(attempt.uuid)
            is_known = bool(
                attempt.submitted_at
                and attempt.submitted_at <= self.until
                and attempt.recorded_at
                and attempt.recorded_at <= self.cutoff
            )
            yield Line(
                what=_("Attempt %(number)s at %(part)s")
                % {"number": attempt.number, "part": part_text(attempt.activity)},
                happened=attempt.submitted_at if is_known and attempt.submitted_at else attempt.started_at,
                heard=attempt.recorded_at if is_known else None,
                by=_from_whom(event) if event else "",
                version=attempt.version.label,
                outcome=_result(attempt) if is_known else _("Begun, not handed in."),
                on_a_day=attempt.on_paper,
                **self._gone(attempt),
            )

    def _reading(self) -> Iterable[Line]:
        """Of lessons that are not read to the end: what is done stands as done."""
        done = {(part.enrolment_id, part.activity_id) for part in self.parts_done}
        parts = {activity.pk: activity for activity in self.activities}
        for row in self.steps:
            if (row["enrolment_id"], row["activity_id"]) in done or row["activity_id"] not in parts:
                continue
            number = row["number"]
            yield Line(
                what=_capital(part_text(parts[row["activity_id"]])),
                happened=row["at"],
                heard=row["heard"],
                by=row["tablet__name"] or str(EventSource(row["source"]).label),
                outcome=ngettext("%(number)s step read", "%(number)s steps read", number) % {"number": number},
            )

    def _waiting(self) -> Iterable[Line]:
        for event in self.waits:
            yield Line(
                what=f"{event.get_kind_display()}: {event.activity.title}",
                happened=event.occurred_at,
                heard=event.received_at,
                by=_from_whom(event),
                outcome=_("Does not count yet, it waits for a leader. %(why)s")
                % {"why": why_not_counted(event.reason)},
            )

    def _gone(self, row: Any) -> dict[str, Any]:
        if self._stands(row.voided_at):
            return {}
        day = day_text(timezone.localdate(row.voided_at))
        return {
            "gone": _("Taken back on %(day)s. It does not count.") % {"day": day},
            "reason": getattr(row, "void_reason", ""),
        }


def _result(attempt: QuizAttempt) -> str:
    words = _("%(percent)s %%, passed") if attempt.passed else _("%(percent)s %%, not passed")
    said = [words % {"percent": attempt.percent}]
    if attempt.on_paper:  # type: ignore[attr-defined] # annotated
        said.append(_("on paper"))
    if attempt.offline:
        said.append(_("without network"))
    return ", ".join(said)


def _from_whom(event: LearningEvent) -> str:
    """The tablet by its name, the leader by theirs, or what kind of device it was."""
    if event.tablet:
        return event.tablet.name
    words = str(EventSource(event.source).label)
    if event.recorded_by is None or event.source in (EventSource.READER, EventSource.TABLET):
        return words
    name = name_of(event.recorded_by)
    return _("Recorded by %(name)s") % {"name": name} if event.source == EventSource.REGISTER else f"{words}: {name}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def where_and_as_what(workers: Iterable[Worker]) -> str:
    """Such as: Butiksbiträde, Brattfors and Kafévärd, Gräsmyr."""
    return and_list([f"{worker.role}, {worker.workplace}" for worker in workers])
