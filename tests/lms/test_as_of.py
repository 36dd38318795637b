"""A day that is past stays as it was, whatever becomes of the courses today."""

import datetime

import pytest
from django.utils import timezone

from courses.models import CoursePage, QuizPage
from lms.models import CourseCompletion, Employment, Requirement, Workplace
from lms.progress import void
from lms.reports.figures import gather
from lms.requirements.actions import require
from tests import builders
from tests.builders import activity_of, complete, course_of, take_quiz
from tests.courses.test_publishing import republish

MATRIX = "/admin/reports/training-matrix/"
TODAY = timezone.localdate


def days_ago(number):
    return TODAY() - datetime.timedelta(days=number)


def moment(number):
    return timezone.now() - datetime.timedelta(days=number)


def on(day, **known):
    """(done, counted, titles of the courses) as of `day`."""
    found = gather(day, Workplace.objects.all(), **known)
    return found.totals.people.done, found.totals.people.counted, [course.title for course in found.courses]


def statuses(day):
    found = gather(day, Workplace.objects.all())
    return {worker.given_name: cell.status for worker, row in found.rows(found.workers) for cell in row.cells}


@pytest.mark.parametrize("how", ["unpublish", "delete"])
def test_a_course_that_is_withdrawn_is_still_required_on_the_days_before(cast, course, rule, how):
    complete(cast.maja, course, at=moment(10))
    before = on(days_ago(7))
    assert before == (1, 3, ["Ett gott värdskap"])
    getattr(CoursePage.objects.get(pk=course.pk), how)()
    assert on(days_ago(7)) == before
    assert on(TODAY()) == (0, 0, [])


def test_the_days_on_which_it_was_withdrawn_stay_without_it_when_it_is_back(cast, course, rule):
    course.unpublish()
    identity = course_of(course)
    identity.past = [{**identity.past[0], "until": moment(20).isoformat()}]
    identity.save()
    republish(CoursePage.objects.get(pk=course.pk))
    assert [on(days_ago(day))[1] for day in (21, 19, 1, 0)] == [3, 0, 0, 3]


def test_what_was_never_published_has_no_past(index):
    """A lesson published first makes the course, which is published then."""
    page = CoursePage(title="Ny", slug="ny", live=False, locale=index.locale)
    index.add_child(instance=page)
    builders.make_lesson(page)
    assert course_of(page).live is False
    republish(page)
    assert (course_of(page).live, course_of(page).past) == (True, [])


@pytest.fixture
def quiz(cast, index):
    """A required test of one attempt, which Maja used up ten days ago."""
    page = builders.make_course()
    found = builders.make_quiz(page, max_attempts=1)
    require(course=course_of(page), valid_from=days_ago(300), due_on=days_ago(-30), actor=cast.ada)
    take_quiz(cast.maja, found, right=False, at=moment(10))
    return found


def change(quiz, **settings):
    quiz = QuizPage.objects.get(pk=quiz.pk)
    for name, value in settings.items():
        setattr(quiz, name, value)
    republish(quiz)


@pytest.mark.parametrize("settings", [{"max_attempts": 3}, {"max_attempts": None}, {"required": False}])
def test_who_needed_help_last_week_did_so_whatever_the_test_allows_today(cast, quiz, settings):
    change(quiz, **settings)
    assert statuses(days_ago(7))["Maja"] == "needs_help"
    assert statuses(TODAY())["Maja"] == "in_progress"


def test_a_test_that_is_withdrawn_held_her_up_until_then(cast, quiz):
    quiz.unpublish()
    assert [statuses(day)["Maja"] for day in (days_ago(7), TODAY())] == ["needs_help", "in_progress"]


def test_fewer_attempts_from_today_make_nobody_need_help_last_week(cast, quiz):
    change(quiz, max_attempts=3)
    change(quiz, max_attempts=1)
    identity = activity_of(quiz)
    identity.past = [{**was, "until": moment(age).isoformat()} for was, age in zip(identity.past, (20, 0), strict=True)]
    identity.save()
    assert [statuses(day)["Maja"] for day in (days_ago(7), TODAY())] == ["in_progress", "needs_help"]


def test_publishing_without_a_change_that_decides_keeps_no_past(cast, course, pages):
    pages[2].title = "Nytt namn"
    republish(pages[2])
    assert (activity_of(pages[2]).past, course_of(course).past) == ([], [])


def test_what_was_known_then_is_asked_for_in_the_address(petra, cast, course, rule):
    complete(cast.maja, course, at=moment(10))
    void(completion=CourseCompletion.objects.get(), reason="fel person", recorded_by=cast.ada)
    for recorded in (Employment, Requirement):
        recorded.objects.update(recorded_at=moment(400))
    asked = {"date": days_ago(5).isoformat(), "view": "people"}
    now = petra.get(MATRIX, asked)
    then = petra.get(MATRIX, {**asked, "known": days_ago(4).isoformat()})
    assert [shown.context["totals"].people.done for shown in (now, then)] == [0, 1]
    assert then.context["known_text"] in then.content.decode()
    assert f"known={days_ago(4)}" in then.context["query"]
    text = b"".join(petra.get(MATRIX, {**asked, "known": days_ago(4).isoformat(), "export": "csv"}).streaming_content)
    assert then.context["known_text"] in text.decode()
    assert "known" not in now.context["query"]


def field_of(response, name):
    """The part of the page that is the field: from its label on."""
    text = response.content.decode()
    start = text.index(f'<label for="id_{name}"')
    return text[start : text.index("</div>", start)]


def test_the_second_date_is_chosen_in_a_field_that_is_folded_away_and_said_when_it_is_used(petra, rule):
    folded, used = petra.get(MATRIX), petra.get(MATRIX, {"known": "2026-10-05"})
    assert 'type="date" name="known"' in field_of(folded, "known")
    assert 'class="lms-admin-filter__more">' in folded.content.decode()
    assert 'value="2026-10-05"' in field_of(used, "known")
    assert "Som det var känt den: 5 oktober 2026" in used.content.decode()
    assert 'class="lms-admin-filter__more" open>' in petra.get(MATRIX, {"known": "igår"}).content.decode()


def test_a_moment_that_a_report_was_made_at_is_said_and_kept_as_it_is(petra, rule):
    field = field_of(petra.get(MATRIX, {"known": "2026-10-05T09:30:12.345678+00:00"}), "known")
    assert "<output" in field
    assert "5 oktober 2026 kl. 11:30" in field
    assert 'name="known" type="hidden" value="2026-10-05T09:30:12.345678+00:00"' in field
    assert 'type="date"' not in field


@pytest.mark.parametrize("name", ["date", "known"])
@pytest.mark.parametrize("value", ["igår", "2026-13-45", "9999-99-99T99:99", "T"])
def test_what_is_no_day_is_said_at_its_field_and_left_out(petra, rule, name, value):
    response = petra.get(MATRIX, {name: value})
    assert '<p class="error-message" id="id_' + name in field_of(response, name)
    assert "Fyll i ett giltigt datum." in field_of(response, name)
    assert response.context["day"] == TODAY()
    assert response.context["known_text"] == ""


def test_of_a_moment_before_anything_was_registered_it_is_said_and_nobody_is_asked_to_add_a_rule(petra, rule):
    asked = {"known": days_ago(500).isoformat()}
    response = petra.get(MATRIX, asked)
    text = response.content.decode()
    assert response.context["sentence"] == "Inget var registrerat då."
    assert "Det är innan något registrerades här." in text
    assert "Lägg till ett krav" not in text
    assert f'href="{MATRIX}?">Visa med allt som är registrerat nu' in text
    Employment.objects.update(recorded_at=moment(600))
    text = petra.get(MATRIX, asked).content.decode()
    assert "Ingen kurs var obligatorisk den dagen, så långt det var känt då." in text
    assert "Det är innan något registrerades här." not in text
    assert "Lägg till ett krav" not in text


def test_what_others_registered_elsewhere_is_nothing_that_was_registered_here(petra, cast, rule):
    Requirement.objects.all().delete()
    Employment.objects.filter(workplace=cast.annorstades).update(recorded_at=moment(600))
    assert petra.get(MATRIX, {"known": days_ago(500).isoformat()}).context["nothing_known"] is True
