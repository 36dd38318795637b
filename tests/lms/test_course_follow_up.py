"""How a course goes, for its leader: where people stop, how long it takes, how hard its questions are. No names."""

import datetime
import uuid

import pytest
from django.utils.html import strip_tags

from courses.models import QuizPage
from lms.insight.course import Period, Tries, funnel, pace, parts_of, tries
from lms.insight.questions import difficulties
from lms.models import StaffMember, Workplace
from lms.people.actions import employ
from lms.progress import record_earlier_training
from lms.requirements.actions import excuse, require
from tests import builders, people
from tests.builders import activity_of, complete, course_of, read, take_quiz, tell, version_of
from tests.courses.test_publishing import republish
from tests.retraining import change as change_lesson
from tests.retraining import demand as demand_again

NOON = datetime.datetime(2026, 10, 7, 10, tzinfo=datetime.UTC)
DAY, MINUTE = datetime.timedelta(days=1), datetime.timedelta(minutes=1)
TODAY = NOON.date()

pytestmark = pytest.mark.usefixtures("noon")


def address(page):
    return f"/admin/training/course/{course_of(page).pk}/"


def come_so_far(page, *, day=TODAY, workplaces=None):
    identity = course_of(page)
    told = funnel(identity, workplaces or Workplace.objects.all(), parts_of(identity), day=day)
    return told.counted, told.started, [(stage.done, stage.next) for stage in told.stages], told.finished


@pytest.mark.parametrize("who", ["birgitta", "maja", "eva", "nisse", None])
def test_it_is_for_leaders_alone(client, sign_in, course, rule, who):
    response = (sign_in(who) if who else client).get(address(course))
    assert response.status_code == 302
    assert "Kunskapstest" not in response.content.decode()


def test_no_name_stands_in_it(petra, cast, course, rule, pages):
    complete(cast.maja, course)
    read(cast.bo, pages[0])
    page = strip_tags(petra.get(address(course)).content.decode())  # a token may hold any two letters
    for person in StaffMember.objects.all():
        assert person.given_name not in page
        assert person.family_name not in page


def test_each_stands_before_the_first_part_that_is_not_done(cast, course, rule, pages):
    complete(cast.maja, course)
    read(cast.bo, pages[0])
    assert come_so_far(course) == (3, 2, [(2, 0), (1, 1), (1, 0)], 1)
    take_quiz(cast.bo, pages[2])  # out of order: the second lesson is still what is next
    assert come_so_far(course) == (3, 2, [(2, 0), (1, 1), (2, 0)], 1)


def test_the_counts_are_the_matrixs_own_on_every_day(petra, cast, course, rule, pages):
    complete(cast.maja, course, at=NOON - 20 * DAY)
    read(cast.bo, pages[0], at=NOON - 10 * DAY)
    excuse(staff=cast.birgitta, course=None, reason="sick", valid_from=TODAY - 5 * DAY, actor=cast.ada)
    employ(staff=cast.maja, workplace=cast.grasmyr, role=cast.roles["biträde"], start=TODAY - DAY, actor=cast.ada)
    for ago in (0, 3, 7, 15, 25):
        day = TODAY - ago * DAY
        matrix = petra.get("/admin/reports/training-matrix/", {"date": day.isoformat()}).context
        [(share, _then)] = matrix["course_shares"]
        counted, _started, _stages, finished = come_so_far(course, day=day)
        assert (counted, finished) == (share.counted, share.done)


def test_the_page_says_where_most_have_stopped(petra, cast, course, rule, pages):
    read(cast.bo, pages[0])
    assert petra.get(address(course)).context["stop_text"] == (
        "Flest har stannat före lektionen ”Lektion 2”: det är nästa steg för 1 av dem som har börjat."
    )
    tell(cast.maja, pages[0], "step", {"step": version_of(pages[0]).steps[0]["id"]})
    assert petra.get(address(course)).context["stop_text"] == (
        "Flest har stannat före lektionen ”Lektion 1” och lektionen ”Lektion 2”: det är nästa steg för 2 av dem som "
        "har börjat."
    )
    for person in (cast.maja, cast.bo, cast.birgitta):
        complete(person, course)
    assert petra.get(address(course)).context["stop_text"] == ""


def test_who_has_it_done_has_done_what_came_later_too(cast, course, rule, pages):
    complete(cast.maja, course)
    builders.make_lesson(course, "Ny lektion")
    assert come_so_far(course)[2] == [(1, 0)] * 4


def test_who_begins_again_is_counted_from_the_beginning(cast, course, rule, pages, noon):
    from lms.progress import begin_again

    course.valid_months = 1
    republish(course)
    complete(cast.maja, course, at=NOON - 90 * DAY)
    assert come_so_far(course) == (3, 0, [(0, 0)] * 3, 0)
    begin_again(learner=cast.maja, course=course_of(course), actor=cast.maja.user)
    assert come_so_far(course) == (3, 1, [(0, 1), (0, 0), (0, 0)], 0)


def test_who_is_to_do_again_what_has_changed_stands_before_that_alone(cast, index, noon):
    course = builders.make_full_course()
    pages = list(course.get_activity_pages().specific())
    require(course=course_of(course), valid_from=TODAY - 300 * DAY, actor=cast.ada)
    complete(cast.maja, course)
    noon.shift(DAY)
    lesson = change_lesson(pages[1])
    noon.shift(DAY)
    demand_again(cast, course, lesson, by=1)
    noon.shift(DAY)
    assert come_so_far(course, day=TODAY + 3 * DAY) == (3, 1, [(1, 0)] * 3, 1)  # it counts until then
    noon.shift(DAY)
    past = TODAY + 4 * DAY
    assert come_so_far(course, day=past) == (3, 1, [(1, 0), (0, 1), (1, 0)], 0)
    tell(cast.maja, lesson, "step", {"step": version_of(lesson).steps[0]["id"]})
    assert come_so_far(course, day=past) == (3, 1, [(1, 0), (0, 1), (1, 0)], 0)
    read(cast.maja, lesson)
    assert come_so_far(course, day=past) == (3, 1, [(1, 0)] * 3, 1)
    assert pace(course_of(course), Workplace.objects.all(), Period(None, past)).finished == 1  # the whole of it, once


def test_it_is_narrowed_to_a_workplace_and_what_lies_under_it(petra, cast, course, rule, pages):
    read(cast.bo, pages[0])
    for place, expected in ((cast.brattfors, (2, 0)), (cast.grasmyr, (1, 1)), (cast.kommun, (3, 1))):
        state = petra.get(address(course), {"workplace": place.pk}).context["funnel"]
        assert (state.counted, state.started) == expected


def test_nobody_elses_workplace_can_be_chosen(petra, cast, course, rule, far):
    response = petra.get(address(course), {"workplace": cast.annorstades.pk})
    assert list(response.context["filter_form"].errors) == ["workplace"]
    assert response.context["funnel"].counted == 3


@pytest.mark.parametrize(
    "query",
    [
        "workplace=99999999999999999999",
        "workplace=x",
        "first=igar",
        "last=9999-01-01",
        "first=2026-10-02&last=2026-10-01",
    ],
)
def test_a_filter_that_makes_no_sense_is_said_and_left_out(petra, course, rule, query):
    response = petra.get(f"{address(course)}?{query}")
    assert len(response.context["filter_form"].errors) == 1
    assert response.context["funnel"].counted == 3


# How long it takes


def whole(page, first=None, last=TODAY):
    return pace(course_of(page), Workplace.objects.all(), Period(first, last))


def test_days_are_from_the_first_to_the_last_in_the_period(cast, course, pages, rule):
    for person, begun, done in ((cast.maja, 10, 2), (cast.bo, 9, 8), (cast.birgitta, 40, 39)):
        read(person, pages[0], at=NOON - begun * DAY)
        complete(person, course, at=NOON - done * DAY)
    assert whole(course)[:2] == (3, 1)
    assert whole(course, first=TODAY - 9 * DAY)[:2] == (2, 1)
    assert whole(course, first=TODAY - 7 * DAY)[:2] == (1, 8)
    assert whole(course, first=TODAY - DAY)[:2] == (0, None)


def test_earlier_training_took_no_time(cast, course, rule):
    record_earlier_training(
        form_id=uuid.uuid4(), course=course_of(course), people=[cast.maja], on=TODAY - DAY, recorded_by=cast.ada
    )
    assert whole(course)[:2] == (0, None)


def test_time_is_between_taps_without_the_pauses_and_of_five_at_least(cast, course, pages, rule):
    steps = [(page, step["id"]) for page in pages[:2] for step in version_of(page).steps]
    crowd = [people.hire(cast, f"Person {number}", "Test", "brattfors") for number in range(5)]
    for person in crowd:
        # Three taps five minutes apart, a pause of eleven, one more; and then the test at that moment.
        moments = [NOON - DAY + minutes * MINUTE for minutes in (0, 5, 10, 21)]
        for (page, step), moment in zip(steps, moments, strict=True):
            tell(person, page, "step", {"step": step}, at=moment)
        assert whole(course).minutes is None
        take_quiz(person, pages[2], at=moments[-1])
    assert whole(course) == (5, 0, 10, 5)


# Attempts


def test_attempts_are_counted_by_whoever_took_the_test_for_the_first_time_in_the_period(cast, course, pages, rule):
    quiz = activity_of(pages[2]).pk
    take_quiz(cast.bo, pages[2], right=False, at=NOON - 30 * DAY)
    take_quiz(cast.bo, pages[2], at=NOON - 3 * DAY)
    take_quiz(cast.maja, pages[2], at=NOON - 3 * DAY)
    take_quiz(cast.birgitta, pages[2], right=False, at=NOON - 2 * DAY)

    def told(first):
        return tries(course_of(course), Workplace.objects.all(), Period(first, TODAY)).get(quiz)

    assert told(None) == Tries(people=3, attempts=4, at_first=1, passed=2)
    assert told(TODAY - 5 * DAY) == Tries(people=2, attempts=2, at_first=1, passed=1)
    assert told(TODAY - 2 * DAY) == Tries(people=1, attempts=1, at_first=0, passed=0)
    assert told(TODAY - DAY) is None


# Questions


def hard(page, staff=None):
    test = activity_of(page)
    found = difficulties([test], staff if staff is not None else StaffMember.objects.all(), language="sv")
    return [(question.answers, question.percent, question.is_missed) for question in found[test.pk]]


def crowd_of(cast, number):
    return [people.hire(cast, f"Person {number}", "Test", "brattfors") for number in range(number)]


def test_a_question_is_told_of_from_five_answers_and_five_at_a_time(cast, course, pages):
    for number, person in enumerate(crowd_of(cast, 11), start=1):
        take_quiz(person, pages[2], right=number <= 2, at=NOON + number * MINUTE)
        answers = number // 5 * 5
        right = 200 // answers if answers else None
        assert hard(pages[2]) == [(answers, right, bool(answers))] * 2


def test_first_attempts_alone_are_counted(cast, course, pages):
    for person in crowd_of(cast, 5):
        take_quiz(person, pages[2])
        take_quiz(person, pages[2], right=False)
    assert hard(pages[2]) == [(5, 100, False)] * 2


def test_a_new_wording_begins_anew_and_a_new_explanation_does_not(cast, course, pages):
    for person in crowd_of(cast, 5):
        take_quiz(person, pages[2], right=False)
    quiz = QuizPage.objects.get(pk=pages[2].pk)
    first, second = quiz.questions.all()
    first.text = "Fråga 1, bättre ställd?"
    second.explanation = "En bättre förklaring."
    quiz.questions = [first, second]
    republish(quiz)
    assert hard(pages[2]) == [(0, None, False), (5, 0, True)]


def test_a_mended_key_begins_anew(cast, course, pages):
    for person in crowd_of(cast, 5):
        take_quiz(person, pages[2], right=False)
    quiz = QuizPage.objects.get(pk=pages[2].pk)
    first, second = quiz.questions.all()
    first.choices = builders.choices("Rätt 1", "Fel 1", right=(1,))
    quiz.questions = [first, second]
    republish(quiz)
    assert hard(pages[2]) == [(0, None, False), (5, 0, True)]


def test_it_is_of_those_in_reach_whatever_is_chosen(petra, cast, course, pages, rule):
    for person in crowd_of(cast, 5):
        take_quiz(person, pages[2], right=False)
    far = [people.hire(cast, f"Fjärran {number}", "Test", "annorstades") for number in range(5)]
    for person in far:
        take_quiz(person, pages[2])
    for asked in ({}, {"workplace": cast.grasmyr.pk}, {"last": (TODAY - 30 * DAY).isoformat()}):
        [(_test, _tries, questions, _editor)] = petra.get(address(course), asked).context["tests"]
        assert [(question.answers, question.percent) for question in questions] == [(5, 0)] * 2


def test_the_test_leads_to_its_editor_for_whoever_may_edit_it(sign_in, course, rule, pages):
    link = f"/admin/pages/{pages[2].pk}/edit/"
    assert link in sign_in("ada").get(address(course)).content.decode()
    assert link not in sign_in("petra").get(address(course)).content.decode()


def test_the_matrix_leads_here(petra, course, rule):
    for query in ({}, {"view": "people"}):
        assert address(course) in petra.get("/admin/reports/training-matrix/", query).content.decode()


def test_it_costs_the_same_however_many_there_are(sign_in, cast, index, django_assert_num_queries):
    kajsa = sign_in("kajsa")
    for lessons, number in ((1, 1), (4, 6)):
        page = builders.make_full_course(f"Kurs {number}", lessons=lessons)
        from tests.lms.test_queries import require_of_all

        require_of_all(cast, page)
        if number > 1:
            builders.make_quiz(page, "Ett till")
        for person in crowd_of(cast, number):
            complete(person, page)
        kajsa.get(address(page))
        with django_assert_num_queries(QUERIES):
            kajsa.get(address(page))


QUERIES = 27
