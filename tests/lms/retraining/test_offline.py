"""A tablet that was without network while a course changed: each event belongs where its version says."""

import pytest

from courses.models import ActivityVersion
from lms.models import CourseCompletion, Enrolment, QuizAttempt
from lms.offline.standing import standing_of
from lms.status import Status
from tests.builders import activity_of, complete, read, version_of
from tests.courses.test_publishing import republish
from tests.outbox import outcomes, reading, send, sitting
from tests.retraining import DAY, change, demand, status_of


@pytest.fixture
def changed(cast, course, pages, rule, noon):
    complete(cast.maja, course)
    noon.shift(DAY)
    page = change(pages[0])
    noon.shift(DAY)
    return page


def old_version(page):
    return ActivityVersion.objects.filter(activity=activity_of(page)).earliest("pk")


def test_the_tablet_carries_what_is_left_and_why(rf, cast, paired, course, changed):
    from django.utils import translation

    demand(cast, course, changed)
    request = rf.get("/")
    request.learner, request.user, request.assurance = cast.maja, None, "pin"
    with translation.override("sv"):
        [told] = standing_of(request, cast.maja, paired)["courses"]
    assert told["done"] is False
    assert "Lektion 1" in told["line"]
    assert [part["done"] for part in told["activities"]] == [False, True, True]
    assert told["activities"][0]["read"] == []


def test_what_was_read_anew_without_network_completes_it_anew(cast, paired, course, pages, changed, noon):
    made = demand(cast, course, changed)
    noon.shift(DAY)
    read_at = noon_now()
    events = reading(paired, cast.maja, changed, at=read_at)
    noon.shift(3 * DAY)
    results = send(events)
    assert outcomes(results) == ["applied"] * len(events)
    assert results[-1]["course_done"] is True
    before, now = Enrolment.objects.filter(staff=cast.maja).order_by("cycle")
    assert (now.retraining, now.current, before.current) == (made, True, False)
    assert now.completions.get().occurred_at == read_at
    assert status_of(cast.maja) == Status.COMPLETE
    assert outcomes(send(events)) == ["duplicate"] * len(events)


def test_the_batch_may_come_in_parts_and_in_any_order(cast, paired, course, changed, noon):
    demand(cast, course, changed)
    noon.shift(DAY)
    events = reading(paired, cast.maja, changed)
    noon.shift(DAY)
    for event in reversed(events):
        send([event])
    assert cast.maja.enrolments.count() == 2
    assert CourseCompletion.objects.filter(enrolment__cycle=2).count() == 1


def test_the_part_as_it_was_belongs_to_the_round_before(cast, paired, course, pages, changed, noon):
    """Read once more on a tablet that had not heard of the change."""
    demand(cast, course, changed)
    noon.shift(DAY)
    read(cast.maja, changed)
    before, now = Enrolment.objects.filter(staff=cast.maja).order_by("cycle")
    noon.shift(DAY)
    stale = [
        event | {"version": old_version(changed).pk, "step": step["id"]}
        for event, step in zip(reading(paired, cast.maja, changed), old_version(changed).steps, strict=False)
    ]
    assert set(outcomes(send(stale))) == {"applied"}
    assert (
        before.events.filter(version=old_version(changed)).count()
        > now.events.filter(version=old_version(changed)).count()
    )
    assert now.events.filter(version=old_version(changed)).count() == 0
    assert status_of(cast.maja) == Status.COMPLETE


def test_it_alone_opens_nothing(cast, paired, course, changed):
    demand(cast, course, changed)
    stale = [
        event | {"version": old_version(changed).pk, "step": step["id"]}
        for event, step in zip(reading(paired, cast.maja, changed), old_version(changed).steps, strict=False)
    ]
    send(stale)
    assert cast.maja.enrolments.count() == 1
    assert status_of(cast.maja) == Status.EXPIRING


def test_a_test_is_scored_against_the_version_that_was_answered(cast, paired, course, pages, rule, noon):
    """Bo took all of the course without network, before the test changed; it comes in after the demand."""
    quiz, begun = pages[2], noon_now()
    events = [*reading(paired, cast.bo, pages[0], at=begun), *reading(paired, cast.bo, pages[1], at=begun)]
    events += sitting(paired, cast.bo, quiz, at=begun)
    old = version_of(quiz)
    complete(cast.maja, course)
    noon.shift(DAY)
    changed = type(quiz).objects.get(pk=quiz.pk)
    questions = list(changed.questions.all())
    for question in questions:  # what was right is wrong now
        question.choices = [{**choice, "right": not choice["right"]} for choice in question.choices]
    changed.questions = questions
    republish(changed)
    noon.shift(DAY)
    demand(cast, course, changed)
    noon.shift(DAY)
    assert set(outcomes(send(events))) == {"applied"}
    attempt = QuizAttempt.objects.get(enrolment__staff=cast.bo)
    assert (attempt.version, attempt.percent, attempt.passed) == (old, 100, True)
    assert CourseCompletion.objects.get(staff=cast.bo).occurred_at < begun + DAY
    assert status_of(cast.bo) == Status.EXPIRING  # it was completed before the demand, with the test as it was


def test_a_test_taken_anew_without_network_opens_the_next_round(cast, paired, course, pages, rule, noon):
    complete(cast.maja, course)
    noon.shift(DAY)
    quiz = type(pages[2]).objects.get(pk=pages[2].pk)
    question, *rest = quiz.questions.all()
    question.text = "En ny fråga?"
    quiz.questions = [question, *rest]
    republish(quiz)
    demand(cast, course, quiz)
    noon.shift(DAY)
    events = sitting(paired, cast.maja, quiz, at=noon_now())
    noon.shift(DAY)
    assert set(outcomes(send(events))) == {"applied"}
    assert QuizAttempt.objects.get(enrolment__cycle=2).passed
    assert status_of(cast.maja) == Status.COMPLETE


def noon_now():
    from django.utils import timezone

    return timezone.now()
