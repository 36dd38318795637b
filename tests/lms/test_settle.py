"""What waits for a leader: counted after all, or put aside."""

import datetime
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from lms.models import (
    ActivityCompletion,
    CourseCompletion,
    Enrolment,
    ExtraAttempt,
    LearningEvent,
    LedgerEntry,
    QuizAttempt,
)
from lms.people.merging import merge
from lms.progress import apply_event, dismiss_event
from lms.tablet.tickets import give_ticket
from tests import builders, people
from tests.builders import activity_of, read, take_quiz, tell, version_of
from tests.outbox import outcomes, reading, send, sitting

HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def quiz(index):
    return builders.make_quiz(builders.make_course(), max_attempts=1)


def waiting() -> list[LearningEvent]:
    return list(LearningEvent.objects.filter(outcome="needs_review").order_by("pk"))


def test_what_an_old_tablet_sent_is_counted_as_if_nothing_was_wrong(cast, paired, index):
    lesson = builders.make_lesson(builders.make_course())
    at = timezone.now() - HOUR
    events = reading(paired, cast.maja, lesson, at=at)
    paired.unpaired_at = timezone.now()
    paired.save()
    send(events)
    first, second = waiting()
    assert apply_event(event=first, actor=cast.petra).outcome == "applied"
    receipt = apply_event(event=second, actor=cast.petra)
    assert receipt.course_completion == CourseCompletion.objects.get()
    done = ActivityCompletion.objects.get()
    assert (done.occurred_at, done.earned, done.recorded_at > done.occurred_at + HOUR / 2) == (at, "read", True)
    entry = LedgerEntry.objects.filter(verb="event.applied").first()
    assert (entry.actor, entry.staff, entry.data["reason"], entry.data["activity"]) == (
        cast.petra,
        cast.maja,
        "unpaired_tablet",
        str(activity_of(lesson).uuid),
    )
    first.refresh_from_db()
    assert (first.outcome, first.reason) == ("applied", "unpaired_tablet")


def test_applying_or_dismissing_twice_does_nothing_more(cast, index):
    lesson = builders.make_lesson(builders.make_course())
    version = version_of(lesson)
    lesson.unpublish()
    for step in version.steps:
        tell(cast.maja, lesson, "step", {"step": step["id"]}, version=version)
    first, second = waiting()
    apply_event(event=first, actor=cast.petra)
    again = apply_event(event=first, actor=cast.petra)
    assert (again.outcome, again.event) == ("duplicate", first)
    assert dismiss_event(event=first, actor=cast.petra) is False
    assert dismiss_event(event=second, actor=cast.petra) is True
    assert dismiss_event(event=second, actor=cast.petra) is False
    assert apply_event(event=second, actor=cast.petra).outcome == "duplicate"
    verbs = LedgerEntry.objects.filter(verb__startswith="event.").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == ["event.applied", "event.dismissed"]
    assert set(LearningEvent.objects.values_list("outcome", flat=True)) == {"applied", "dismissed"}
    assert not ActivityCompletion.objects.exists()


def test_an_attempt_beyond_the_last_is_given_and_counted_whole(cast, paired, quiz):
    take_quiz(cast.maja, quiz, right=False)
    begin, *rest = sitting(paired, cast.maja, quiz)
    send([begin, *rest])
    receipt = apply_event(event=waiting()[2], actor=cast.petra)
    assert receipt.outcome == "applied"
    assert not waiting()
    attempt = QuizAttempt.objects.get(number=2)
    assert (str(attempt.uuid), attempt.passed, attempt.offline) == (begin["attempt"], True, True)
    assert attempt.started_at.isoformat() == begin["occurred_at"]
    extra = ExtraAttempt.objects.get()
    assert (extra.enrolment, extra.activity, extra.given_by) == (
        attempt.enrolment,
        attempt.activity,
        cast.petra,
    )
    rows = LedgerEntry.objects.filter(data__act__isnull=False)
    assert sorted(rows.values_list("verb", flat=True)) == ["attempt.given", *["event.applied"] * 4]
    assert len({row.data["act"] for row in rows}) == 1
    assert CourseCompletion.objects.filter(staff=cast.maja).count() == 1


def test_what_comes_later_of_an_attempt_that_is_counted_counts(cast, paired, quiz):
    take_quiz(cast.maja, quiz, right=False)
    begin, first, second, submit = sitting(paired, cast.maja, quiz)
    send([first])
    apply_event(event=waiting()[0], actor=cast.petra)
    assert outcomes(send([begin, second, submit])) == ["applied"] * 3
    assert QuizAttempt.objects.get(number=2).passed


def test_an_attempt_is_put_aside_whole_and_its_rest_waits(cast, paired, quiz):
    take_quiz(cast.maja, quiz, right=False)
    *begun, submit = sitting(paired, cast.maja, quiz)
    send(begun)
    assert dismiss_event(event=waiting()[0], actor=cast.petra) is True
    assert not waiting()
    assert outcomes(send([submit])) == ["needs_review: attempts_used_up"]
    assert QuizAttempt.objects.count() == 1


def test_waiting_longer_is_forgiven_without_one_more_attempt(cast, paired, index):
    quiz = builders.make_quiz(builders.make_course(), wait_minutes=600)
    take_quiz(cast.maja, quiz, right=False, at=timezone.now() - HOUR)
    send(sitting(paired, cast.maja, quiz))
    assert {row.reason for row in waiting()} == {"must_wait"}
    assert apply_event(event=waiting()[0], actor=cast.petra).outcome == "applied"
    assert QuizAttempt.objects.get(number=2).passed
    assert not ExtraAttempt.objects.exists()


def test_what_was_not_for_them_begins_their_course_when_it_is_counted(cast, paired, index):
    lesson = builders.make_lesson(builders.make_course(access="assigned"))
    send(reading(paired, cast.maja, lesson))
    for event in waiting():
        apply_event(event=event, actor=cast.petra)
    current = Enrolment.objects.get(current=True)
    assert (current.cycle, current.events.count(), current.completions.count()) == (1, 2, 1)
    assert Enrolment.objects.get(cycle=Enrolment.ASIDE).events.count() == 0


@pytest.mark.parametrize("kept_has_one", [False, True])
def test_what_was_not_for_them_goes_along_when_rows_are_merged(cast, paired, index, kept_has_one):
    lesson = builders.make_lesson(builders.make_course(access="assigned"))
    again = people.hire(cast, "Maja", "Lindgren", "grasmyr")
    send(reading(paired, again, lesson))
    if kept_has_one:
        send(reading(paired, cast.maja, lesson))
        read(cast.maja, lesson)
    merge(keep=cast.maja, gone=again, actor=cast.ada)
    aside = Enrolment.objects.get(cycle=Enrolment.ASIDE, staff=cast.maja)
    assert aside.events.count() == (4 if kept_has_one else 2)
    assert apply_event(event=waiting()[0], actor=cast.petra).outcome == "applied"
    assert Enrolment.objects.get(current=True).cycle == 1


def test_a_step_that_the_lesson_once_had_is_counted_and_one_it_never_had_is_not(cast, index):
    lesson = builders.make_lesson(builders.make_course())
    before = version_of(lesson)
    lesson.body = (
        lesson.body[2:] if isinstance(lesson.body, list) else [(b.block_type, b.value) for b in lesson.body][2:]
    )
    lesson.save_revision().publish()
    old = before.steps[0]["id"]
    assert old not in {step["id"] for step in version_of(lesson).steps}
    tell(cast.maja, lesson, "step", {"step": old})
    tell(cast.maja, lesson, "step", {"step": "aldrig"})
    once, never = waiting()
    assert apply_event(event=once, actor=cast.petra).outcome == "applied"
    with pytest.raises(ValidationError, match="Ingen version av lektionen"):
        apply_event(event=never, actor=cast.petra)
    assert waiting() == [never]


def test_a_second_handing_in_is_never_counted(cast, paired, index):
    quiz = builders.make_quiz(builders.make_course())
    *begun, submit = sitting(paired, cast.maja, quiz, right=False)
    send([*begun, submit, {**submit, "id": str(uuid.uuid4())}])
    [again] = waiting()
    with pytest.raises(ValidationError, match="redan inlämnat"):
        apply_event(event=again, actor=cast.petra)
    assert waiting() == [again]
    assert dismiss_event(event=again, actor=cast.petra) is True


def test_an_answer_that_was_given_in_time_makes_its_difference(cast, paired, index):
    """The form handed in what it knew of; the answers were still on the tablet."""
    quiz = builders.make_quiz(builders.make_course())
    begin, first, second, _submit = sitting(paired, cast.maja, quiz)
    send([begin])
    tell(cast.maja, quiz, "submit", {"attempt": uuid.UUID(begin["attempt"])})
    send([first, second])
    assert apply_event(event=waiting()[0], actor=cast.petra).outcome == "applied"
    assert not waiting()
    assert (QuizAttempt.objects.get().percent, QuizAttempt.objects.get().passed) == (100, True)
    assert CourseCompletion.objects.count() == 1


def test_an_answer_given_after_handing_in_makes_none(cast, paired, index):
    quiz = builders.make_quiz(builders.make_course())
    *begun, submit = sitting(paired, cast.maja, quiz, right=False)
    send([*begun, submit])
    late = {**begun[1], "id": str(uuid.uuid4()), "occurred_at": timezone.now().isoformat()}
    send([late])
    with pytest.raises(ValidationError, match="redan inlämnat"):
        apply_event(event=waiting()[0], actor=cast.petra)


def test_what_stays_passed_stays_so_whatever_answer_comes_late(cast, paired, index):
    quiz = builders.make_quiz(builders.make_course())
    begin, first, second, _submit = sitting(paired, cast.maja, quiz)
    wrong = sitting(paired, cast.maja, quiz, right=False)[1]
    send([begin, first, second])
    tell(cast.maja, quiz, "submit", {"attempt": uuid.UUID(begin["attempt"])})
    send([{**first, "id": str(uuid.uuid4()), "values": wrong["values"]}])
    apply_event(event=waiting()[0], actor=cast.petra)
    assert QuizAttempt.objects.get().passed


@pytest.mark.parametrize(
    ("change", "words"),
    [("question", "ingår inte i testet"), ("foreign", "inget sådant försök"), ("taken", "tillhör någon annan")],
)
def test_what_makes_no_sense_is_said_in_words(cast, paired, index, change, words):
    quiz = builders.make_quiz(builders.make_course())
    begin, answer, *_rest = sitting(paired, cast.maja, quiz)
    send([begin])
    bos = {"ticket": give_ticket(paired, cast.bo), "id": str(uuid.uuid4())}
    send(
        [
            {
                "question": {**answer, "question": str(uuid.uuid4())},
                "foreign": {**answer, **bos},
                "taken": {**begin, **bos},
            }[change]
        ]
    )
    with pytest.raises(ValidationError, match=words):
        apply_event(event=waiting()[0], actor=cast.petra)
