"""A course changes under people who are in it: nobody is held up by what is gone, and nothing done is lost."""

import datetime

import pytest
from django.utils import timezone
from wagtail.models import Page

from certificates.models import Certificate
from courses import publishing
from courses.models import LessonPage
from lms.models import ActivityCompletion, CourseCompletion, Enrolment, EventKind, LedgerEntry, QuizAttempt
from lms.progress import begin_again, void
from lms.progress.recheck import recheck
from tests import builders, people
from tests.builders import activity_of, address, complete, course_of, fields, read, take_quiz, tell, version_of
from tests.courses.test_publishing import republish


def read_both(learner, pages, **changes):
    read(learner, pages[0], **changes)
    read(learner, pages[1], **changes)


def done_by(person):
    return list(CourseCompletion.objects.filter(staff=person, voided_at=None).values_list("course_id", flat=True))


@pytest.mark.parametrize("how", ["unpublish", "delete", "optional"])
def test_who_was_held_up_by_a_part_that_goes_is_done(cast, course, pages, how):
    read_both(cast.maja, pages)
    read(cast.bo, pages[0])
    if how == "optional":
        pages[2].required = False
        republish(pages[2])
    else:
        getattr(pages[2], how)()
    assert done_by(cast.maja) == [course_of(course).pk]
    assert done_by(cast.bo) == []
    assert Certificate.objects.get().staff == cast.maja


def test_it_was_done_when_the_last_of_it_was_and_is_known_from_now(cast, pages):
    then = timezone.now() - datetime.timedelta(days=90)
    read_both(cast.maja, pages, at=then)
    pages[2].unpublish()
    completion = CourseCompletion.objects.get()
    assert completion.completed_on == timezone.localdate(then)
    assert timezone.localdate(completion.recorded_at) == timezone.localdate()
    assert LedgerEntry.objects.filter(verb="course.rechecked", staff=cast.maja).count() == 1


def test_the_start_page_says_so(cast, rule, pages, maja):
    read_both(cast.maja, pages)
    pages[2].unpublish()
    shown = maja.get("/min-utbildning/").context
    assert (len(shown["done"]), shown["to_do"], shown["continue_with"]) == (1, [], None)


def test_repair_completes_whom_a_handler_forgot(cast, pages):
    read_both(cast.maja, pages)
    Page.objects.filter(pk=pages[2].pk).update(live=False)
    type(activity_of(pages[2])).objects.filter(uuid=pages[2].translation_key).update(live=False)
    publishing.repair()
    publishing.repair()
    assert len(done_by(cast.maja)) == 1


def test_a_course_that_is_deleted_whole_completes_nobody(cast, course, pages):
    take_quiz(cast.maja, pages[2])
    read(cast.bo, pages[0])
    Page.objects.get(pk=course.pk).delete()
    assert CourseCompletion.objects.count() == 0


def test_a_withdrawn_course_completes_nobody_until_it_comes_back(cast, course, pages):
    read_both(cast.maja, pages)
    course.unpublish()
    pages[2].unpublish()
    assert recheck(course_of(course)) == []
    republish(type(course).objects.get(pk=course.pk))
    assert len(done_by(cast.maja)) == 1


def test_without_a_required_part_left_nobody_is_done(cast, course, pages):
    read_both(cast.maja, pages)
    for page in reversed(pages):
        page.required = False
        republish(page)
    course_completions = done_by(cast.maja)
    assert course_completions == [course_of(course).pk]  # by the test that went first; it is not taken back
    assert done_by(cast.bo) == []


def test_only_the_current_cycle_counts_and_what_was_voided_does_not(cast, course, pages):
    complete(cast.maja, course)
    begin_again(learner=cast.maja, course=course_of(course), actor=cast.ada)
    read_both(cast.bo, pages)
    void(completion=ActivityCompletion.objects.filter(enrolment__staff=cast.bo).first(), reason="x", recorded_by=None)
    pages[2].unpublish()
    assert len(done_by(cast.maja)) == 1
    assert done_by(cast.bo) == []


def test_a_part_that_is_added_takes_nothing_back(cast, course, pages):
    complete(cast.maja, course)
    builders.make_lesson(course, "Ny lektion")
    assert len(done_by(cast.maja)) == 1


@pytest.mark.parametrize("begun", [1, 9])
def test_who_is_not_ready_costs_nothing(cast, course, pages, begun, django_assert_num_queries):
    for number in range(begun):
        read(people.hire(cast, f"Person {number}", "Test", "brattfors"), pages[0])
    found = course_of(course)
    with django_assert_num_queries(5):  # two of them the savepoint
        assert recheck(found) == []


# Moving


@pytest.fixture
def other(course):
    """Another course, of one lesson."""
    page = builders.make_course("En annan kurs")
    builders.make_lesson(page, "Annan lektion")
    return page


def move(page, to):
    Page.objects.get(pk=page.pk).move(to, pos="last-child")


def test_what_was_done_of_a_part_goes_along_when_it_moves(cast, course, other, pages, maja):
    read(cast.maja, pages[0])
    move(pages[0], other)
    done = ActivityCompletion.objects.get()
    assert done.enrolment.course == course_of(other)
    assert done.enrolment.started_on == timezone.localdate(done.occurred_at)
    journey = maja.get(f"/min-utbildning/kurs/{other.translation_key}/").context["journey"]
    assert [state.is_done for state in journey.activities] == [False, True]
    assert LedgerEntry.objects.filter(verb="progress.carried", staff=cast.maja).count() == 1
    read(cast.maja, other.get_activity_pages().first().specific)
    assert done_by(cast.maja) == [course_of(other).pk]


def test_what_was_half_done_goes_along_too(cast, other, pages, maja):
    steps = version_of(pages[0]).steps
    tell(cast.maja, pages[0], EventKind.STEP, {"step": steps[0]["id"]})
    maja.post(address(pages[2]) + "forsok/", fields(cast.maja))
    for page in (pages[0], pages[2]):
        move(page, other)
    assert maja.get(address(pages[0])).context["number"] == 2
    attempt = QuizAttempt.objects.get()
    question = attempt.version.content["questions"][0]
    answer = {"attempt": attempt.uuid, "question": question["key"], "answer": "c0"}
    assert tell(cast.maja, pages[2], EventKind.ANSWER, answer).outcome == "applied"
    tell(cast.maja, pages[0], EventKind.STEP, {"step": steps[1]["id"]})
    assert ActivityCompletion.objects.get().enrolment.course == course_of(other)


def test_who_has_all_of_either_course_after_a_move_is_done(cast, course, other, pages):
    read_both(cast.maja, pages)  # held up by the test, which leaves
    read(cast.bo, other.get_activity_pages().first().specific)
    take_quiz(cast.bo, pages[2])  # has what the other course will take
    move(pages[2], other)
    assert done_by(cast.maja) == [course_of(course).pk]
    assert done_by(cast.bo) == [course_of(other).pk]


def test_a_move_there_and_back_leaves_everything_as_it_was(cast, course, other, pages):
    read(cast.maja, pages[0])
    take_quiz(cast.maja, pages[2], right=False)
    before = list(QuizAttempt.objects.values()), list(ActivityCompletion.objects.values())
    for page in (pages[0], pages[2]):
        move(page, other)
        move(page, course)
    assert before == (list(QuizAttempt.objects.values()), list(ActivityCompletion.objects.values()))


def test_a_completed_course_and_earlier_cycles_keep_what_they_rested_on(cast, course, other, pages):
    complete(cast.maja, course)
    begin_again(learner=cast.maja, course=course_of(course), actor=cast.ada)
    move(pages[0], other)
    assert done_by(cast.maja) == [course_of(course).pk]
    first = Enrolment.objects.get(staff=cast.maja, course=course_of(course), cycle=1)
    assert first.activity_completions.count() == 3
    assert not Enrolment.objects.filter(course=course_of(other)).exists()


def test_a_move_under_an_unpublished_course_waits_with_it(cast, course, other, pages):
    read(cast.maja, pages[0])
    LessonPage.objects.get(pk=pages[0].pk).unpublish()
    move(pages[0], other)
    assert activity_of(pages[0]).course == course_of(course)
    republish(LessonPage.objects.get(pk=pages[0].pk))
    assert ActivityCompletion.objects.get().enrolment.course == course_of(other)


def test_progress_left_behind_under_another_course_is_not_shown_as_done(cast, course, other, pages, maja):
    """What no move carried: the desk shows what the roll-up counts, on every page alike."""
    read(cast.maja, pages[0])
    read(cast.maja, other.get_activity_pages().first().specific)
    type(activity_of(pages[0])).objects.filter(uuid=pages[0].translation_key).update(course=course_of(other))
    start = maja.get("/min-utbildning/").context
    journeys = [journey for name in ("to_do", "own", "done", "more") for journey in start[name]]
    shown = {state.title: state.is_done for journey in journeys for state in journey.activities}
    assert (shown["Annan lektion"], shown["Lektion 1"]) == (True, False)


def test_events_told_before_a_move_are_still_duplicates_after_it(cast, other, pages):
    import uuid

    step = version_of(pages[0]).steps[0]["id"]
    event = uuid.uuid4()
    tell(cast.maja, pages[0], EventKind.STEP, {"step": step}, event_id=event)
    move(pages[0], other)
    assert tell(cast.maja, pages[0], EventKind.STEP, {"step": step}, event_id=event).outcome == "duplicate"
