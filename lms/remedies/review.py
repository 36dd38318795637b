"""What was reported and could not be counted, as a leader settles it: an attempt as one thing, a lesson as one thing.

Never an answer: how many there are, and of what.
"""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import Activity

from ..access import LEADERS, may_have_to_review, staff_to_manage
from ..models import ActivityCompletion, Enrolment, EventKind, EventOutcome, LearningEvent, StaffMember, Tablet
from ..wording import what_can_be_done, why_not_counted

#: What is one to a leader: a person's attempt, or what waits of one part for one reason from one place.
_NAMES = ("enrolment__staff_id", "attempt", "enrolment_id", "activity_id", "kind", "reason", "tablet_id")


def _one(person: int, attempt: Any, *rest: Any) -> tuple[Any, ...]:
    return (person, attempt) if attempt else (person, *rest)


@dataclass(frozen=True)
class Case:
    """What waits and is settled together. `events` are in the order in which they are said to have happened."""

    events: tuple[LearningEvent, ...]

    @property
    def pk(self) -> int:
        """Stays the same as long as nothing of it is settled: its first row."""
        return min(event.pk for event in self.events)

    @property
    def staff(self) -> StaffMember:
        return self.events[0].enrolment.staff

    @property
    def activity(self) -> Activity:
        return self.events[0].activity

    @property
    def attempt(self) -> Any:
        return self.events[0].attempt

    @property
    def tablet(self) -> Tablet | None:
        return self.events[-1].tablet

    @property
    def reason(self) -> str:
        return self.events[0].reason

    @property
    def occurred_at(self) -> datetime.datetime:
        return self.events[-1].occurred_at

    @property
    def received_at(self) -> datetime.datetime:
        return max(event.received_at for event in self.events)

    @property
    def steps(self) -> int:
        """How many steps were read, each once."""
        return len({event.step for event in self.events})

    @property
    def is_offline(self) -> bool:
        return any(event.payload.get("offline") for event in self.events)

    @cached_property
    def answers(self) -> int:
        """How many questions were answered."""
        questions = set()
        for event in self.events:
            if event.kind == EventKind.ANSWER:
                questions.add(str(event.payload.get("question")))
            elif event.kind == EventKind.SUBMIT and isinstance(event.payload.get("answers"), dict):
                questions |= set(event.payload["answers"])
        return len(questions)

    @property
    def what(self) -> str:
        """Such as "A test without network, 10 answers"."""
        kinds = {event.kind for event in self.events}
        if kinds == {EventKind.STEP}:
            return ngettext("Read %(number)s step", "Read %(number)s steps", self.steps) % {"number": self.steps}
        if not self.attempt:
            return str(self.events[0].get_kind_display())
        answers = ngettext("%(number)s answer", "%(number)s answers", self.answers) % {"number": self.answers}
        if kinds == {EventKind.ANSWER} and self.reason == "handed_in":
            return answers
        if EventKind.SUBMIT in kinds:
            test = _("A test without network") if self.is_offline else _("A test")
        elif self.is_offline:
            test = _("A test without network that is not handed in")
        else:
            test = _("A test that is not handed in")
        return f"{test}, {answers}" if self.answers else test

    @property
    def why(self) -> str:
        return why_not_counted(self.reason)

    @property
    def can(self) -> str:
        """What the leader can do about it."""
        return what_can_be_done(self.reason)


def waiting(staff: QuerySet[Any], *, settled_since: bool = False) -> QuerySet[LearningEvent]:
    """What waits of `staff`. With `settled_since` also what no longer matters: a part completed in another way by
    now, a round of the course that is over."""
    # Asked of each event that waits: of all enrolments of `staff` it would be asked half a million times.
    theirs = Exists(staff.filter(pk=OuterRef("enrolment__staff")))
    events = LearningEvent.objects.filter(theirs, outcome=EventOutcome.NEEDS_REVIEW)
    if settled_since:
        return events
    done = ActivityCompletion.objects.filter(
        enrolment__staff=OuterRef("enrolment__staff"),
        enrolment__current=True,
        activity=OuterRef("activity"),
        voided_at=None,
    )
    return events.filter(Q(enrolment__current=True) | Q(enrolment__cycle=Enrolment.ASIDE)).exclude(Exists(done))


def cases(events: QuerySet[LearningEvent]) -> list[Case]:
    """What is settled together, what came in last first. One query."""
    related = ("enrolment__staff", "enrolment__course", "activity__course", "version", "tablet")
    found: dict[tuple[Any, ...], list[LearningEvent]] = {}
    for event in events.select_related(*related).order_by("occurred_at", "pk"):
        rest = (event.enrolment_id, event.activity_id, event.kind, event.reason, event.tablet_id)
        found.setdefault(_one(event.enrolment.staff_id, event.attempt, *rest), []).append(event)
    grouped = [Case(tuple(rows)) for rows in found.values()]
    return sorted(grouped, key=lambda case: (case.received_at, case.pk), reverse=True)


def how_many(user: Any) -> int:
    """How many cases wait for `user`. One query."""
    rows = waiting(staff_to_manage(user, LEADERS)).order_by().values_list(*_NAMES).distinct()
    return len({_one(*row) for row in rows})


def how_many_for(request: Any) -> int:
    """The same for who asks, on the menu of every page: asked once, and not where nothing waits for anybody."""
    known: int | None = getattr(request, "_lms_to_review", None)
    if known is None:
        known = request._lms_to_review = how_many(request.user) if may_have_to_review(request.user) else 0
    return known
