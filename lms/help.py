"""Who needs help with a course, and why, out of the database. What it means for their status, `status` says."""

import datetime
from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import (
    BooleanField,
    CharField,
    Count,
    DateField,
    DateTimeField,
    Exists,
    F,
    IntegerField,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from courses.models import settings_at

from .matrix import Help
from .models import (
    ActivityCompletion,
    CourseCompletion,
    Enrolment,
    EventOutcome,
    Exemption,
    ExtraAttempt,
    LearningEvent,
    LedgerEntry,
    QuizAttempt,
)
from .progress.attempts import extra_attempts
from .requirements.lookup import end_of, moment_of
from .status import STUCK_DAYS, HelpReason

#: By person and course.
Needed = dict[tuple[int, int], Help]


def who_needs_help(
    staff: Any,
    courses: Collection[int],
    day: datetime.date,
    *,
    known: datetime.datetime | None = None,
    unfinished: Collection[int] | None = None,
) -> Needed:
    """Of `staff` (ids or a subquery) with `courses`, on `day` as known at `known`. One query, whatever their number.

    Where there is more than one reason, the one that holds them up most. `unfinished` are the cycles, by id, without a
    completion by then, where the caller has read them: the database need not look for them among all.
    """
    moment = moment_of(day, known or timezone.now())
    under_way = _under_way(staff, courses, day, known, unfinished).annotate(**NO_ATTEMPTS)
    attempts = _attempts(staff, courses, day, known)
    told: tuple[list[Any], list[Any]] = [], []
    for *row, used in under_way.values_list(*WAITS, *NO_ATTEMPTS).union(attempts, all=True):
        told[used is not None].append((*row, used))
    found = _waits_or_is_stuck(row[: len(WAITS)] for row in told[0])
    for pair in _out_of_attempts(((*row[:2], *row[len(WAITS) :]) for row in told[1]), moment):
        found[pair] = Help(HelpReason.ATTEMPTS)
    return found


def who_waits_or_is_stuck(
    staff: Any, courses: Collection[int], day: datetime.date, *, known: datetime.datetime | None = None
) -> Needed:
    """Whose last cycle is under way, and either waits for a leader or has been silent for more than two weeks.

    One query.
    """
    return _waits_or_is_stuck(_under_way(staff, courses, day, known).values_list(*WAITS))


#: What is told of a cycle under way; and of a test's attempts, of which it knows nothing.
WAITS = ("staff_id", "course_id", "waits", "started_on", "heard_at")
NO_ATTEMPTS = {
    **{name: Value(None, output_field=IntegerField()) for name in ("of_enrolment", "of_test")},
    "past": Value(None, output_field=JSONField()),
    **{name: Value(None, output_field=BooleanField()) for name in ("live", "required")},
    **{name: Value(None, output_field=IntegerField()) for name in ("max_attempts", "extra", "used")},
}


def _under_way(
    staff: Any,
    courses: Collection[int],
    day: datetime.date,
    known: datetime.datetime | None,
    unfinished: Collection[int] | None = None,
) -> QuerySet[Enrolment]:
    """From the cycles that are under way: they are few beside those that are done, and each is asked for its last
    event by an index."""
    cutoff = known or timezone.now()
    moment, quiet_since = moment_of(day, cutoff), day - datetime.timedelta(days=STUCK_DAYS)
    done = CourseCompletion.objects.standing(day, known=known).filter(enrolment=OuterRef("pk"))
    later = Enrolment.objects.filter(
        staff=OuterRef("staff"),
        course=OuterRef("course"),
        cycle__gt=OuterRef("cycle"),
        started_on__lte=day,
        recorded_at__lte=cutoff,
    )
    heard = LearningEvent.objects.filter(enrolment=OuterRef("pk"), occurred_at__lte=moment)
    if known:
        heard = heard.filter(received_at__lte=known)
    helped = ExtraAttempt.objects.filter(enrolment=OuterRef("pk"), given_at__lte=moment)
    long_ago = end_of(quiet_since - datetime.timedelta(days=1))
    stuck = (
        Q(cycle__gt=Enrolment.ASIDE, started_on__lt=quiet_since)
        & ~Exists(heard.filter(occurred_at__gt=long_ago))
        & ~Exists(helped.filter(given_at__gt=long_ago))
        & ~Exists(_excused_since(quiet_since, day, known))
    )
    asked = {"staff__in": staff, "course__in": courses} if unfinished is None else {"pk__in": unfinished}
    return (
        Enrolment.objects.filter(**asked, started_on__lte=day, recorded_at__lte=cutoff)
        .filter(~Exists(done), Q(cycle=Enrolment.ASIDE) | ~Exists(later))
        .annotate(waits=Exists(_waiting(day, known)))
        .filter(Q(waits=True) | stuck)
        .annotate(heard_at=Subquery(heard.order_by("-occurred_at").values("occurred_at")[:1]))
    )


def _waits_or_is_stuck(rows: Iterable[tuple[Any, ...]]) -> Needed:
    found: Needed = {}
    for staff_id, course_id, waits, started_on, heard_at in rows:
        if waits:
            found[staff_id, course_id] = Help(HelpReason.REVIEW)
        else:
            heard_on = max(started_on, timezone.localdate(heard_at)) if heard_at else started_on
            found.setdefault((staff_id, course_id), Help(HelpReason.STUCK, heard_on))
    return found


def _waiting(day: datetime.date, known: datetime.datetime | None) -> QuerySet[LearningEvent]:
    """What waited for a leader then, of the cycle in the outer query; not what had been done in another way.

    It begins to wait when it comes in. For today the event itself says whether it is decided; for a day that is past
    the ledger says what the last decision by then was.
    """
    cutoff = known or timezone.now()
    moment = moment_of(day, cutoff)
    events = LearningEvent.objects.filter(enrolment=OuterRef("pk"), received_at__lte=moment)
    if known is None and day >= timezone.localdate():
        events = events.filter(outcome=EventOutcome.NEEDS_REVIEW)
    else:
        subject = Concat(Value("learningevent:"), Cast(OuterRef("pk"), CharField()))
        decisions = LedgerEntry.objects.filter(
            subject=subject, verb__in=("event.applied", "event.dismissed", "event.waits_again"), at__lte=moment
        )
        events = (
            events.exclude(reason="")
            .annotate(decided=Subquery(decisions.order_by("-pk").values("verb")[:1]))
            .filter(Q(decided=None) | Q(decided="event.waits_again"))
        )
    done = ActivityCompletion.objects.filter(
        Q(voided_at=None) | Q(voided_at__gt=cutoff),
        activity=OuterRef("activity"),
        occurred_at__lte=moment,
        recorded_at__lte=cutoff,
    )
    in_the_cycle = done.filter(enrolment=OuterRef("enrolment"))
    # What was told of a course that was not for them lies aside, and the part is done where they are now. Two
    # questions, each with an index: one with an "or" reads the whole table.
    in_the_current = done.filter(
        enrolment__staff=OuterRef("enrolment__staff"),
        enrolment__course=OuterRef("enrolment__course"),
        enrolment__current=True,
    )
    return events.filter(~Exists(in_the_cycle), ~Exists(in_the_current))


def _excused_since(first: datetime.date, last: datetime.date, known: datetime.datetime | None) -> QuerySet[Exemption]:
    """Exemptions from the course in the outer query on some day from `first` to `last`: silence then says nothing."""
    rows = Exemption.objects.filter(
        Q(course=None) | Q(course=OuterRef("course")), staff=OuterRef("staff"), valid_from__lte=last
    )
    still = Q(valid_to=None) | (Q(valid_to__gte=first) & Q(valid_to__gte=F("valid_from")))
    if known:
        rows = rows.filter(recorded_at__lte=known)
        still |= Q(end_recorded_at__gt=known)
    return rows.filter(still)


def _attempts(
    staff: Any, courses: Collection[int], day: datetime.date, known: datetime.datetime | None
) -> QuerySet[Any, Any]:
    """How many attempts at each test had been handed in by the end of the day, where it was not done in any way.

    In the columns of WAITS and NO_ATTEMPTS. How many they could be, and whether the test was required, is asked of
    the day and not of today: `_out_of_attempts` does.
    """
    cutoff = known or timezone.now()
    moment = moment_of(day, cutoff)
    still = Q(voided_at=None) | Q(voided_at__gt=cutoff)
    done = ActivityCompletion.objects.filter(
        still,
        enrolment=OuterRef("enrolment"),
        activity=OuterRef("activity"),
        occurred_at__lte=moment,
        recorded_at__lte=cutoff,
    )
    return (
        QuizAttempt.objects.filter(
            still,
            Q(activity__max_attempts__isnull=False) | ~Q(activity__past=[]),
            enrolment__staff__in=staff,
            enrolment__course__in=courses,
            submitted_at__lte=moment,
            recorded_at__lte=cutoff,
        )
        .exclude(Exists(done))
        .annotate(
            waits=Value(None, output_field=BooleanField()),
            began=Value(None, output_field=DateField()),
            heard_at=Value(None, output_field=DateTimeField()),
            extra=extra_attempts(by=moment),
        )
        .values_list(
            "enrolment__staff_id",
            "enrolment__course_id",
            "waits",
            "began",
            "heard_at",
            "enrolment_id",
            "activity_id",
            "activity__past",
            "activity__live",
            "activity__required",
            "activity__max_attempts",
            "extra",
        )
        .annotate(used=Count("pk"))
    )


def _out_of_attempts(rows: Iterable[tuple[Any, ...]], moment: datetime.datetime) -> set[tuple[int, int]]:
    """Who had used up the attempts at a required test."""
    settings = ("live", "required", "max_attempts")
    found = set()
    for staff_id, course_id, _enrolment, _test, past, *now, extra, used in rows:
        held = settings_at(moment, dict(zip(settings, now, strict=True)), past)
        allowed = held["max_attempts"]
        if held["live"] and held["required"] and allowed is not None and used >= allowed + extra:
            found.add((staff_id, course_id))
    return found
