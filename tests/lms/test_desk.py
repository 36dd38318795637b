"""The reader: start, course, lesson, test, result, done; on one's own device and on the tablet."""

import uuid
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.utils import timezone

from courses.models import LessonPage
from lms.models import EventKind, EventSource, LearningEvent, QuizAttempt
from lms.requirements.actions import excuse
from tests import builders
from tests.builders import activity_of, address, complete, fields, read, tell, version_of

# Who is let in


@pytest.mark.parametrize("path", ["", "kurs/{course}/", "kurs/{course}/klar/", "moment/{lesson}/"])
def test_strangers_are_shown_the_door_everywhere(client, sign_in, course, pages, path):
    path = "/min-utbildning/" + path.format(course=course.translation_key, lesson=pages[0].translation_key)
    response = client.get(path)
    assert (response.status_code, response["Location"]) == (302, f"/logga-in/?next={path}")
    assert sign_in("nisse").get(path).status_code == 403


def test_the_door_remembers_the_whole_address(client, course, pages):
    step = f"?steg={version_of(pages[0]).steps[1]['id']}&x=1"
    for path in (address(pages[0]), pages[0].url):
        response = client.get(path + step)
        assert parse_qs(urlsplit(response["Location"]).query) == {"next": [path + step]}


def test_personal_pages_are_kept_nowhere(maja, course):
    response = maja.get("/min-utbildning/")
    assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))


# Start


def test_start_names_what_comes_next_and_how_long_it_takes(maja, rule, course, pages):
    response = maja.get("/min-utbildning/")
    assert response.context["continue_with"].next.title == "Lektion 1"
    assert [journey.course.title for journey in response.context["to_do"]] == ["Ett gott värdskap"]
    assert f'href="{address(pages[0])}"' in response.content.decode()


def test_start_goes_on_at_the_step_where_one_stopped(maja, rule, cast, pages):
    step = version_of(pages[0]).steps[0]["id"]
    maja.post(address(pages[0]) + "steg/", fields(cast.maja, step=step))
    state = maja.get("/min-utbildning/").context["continue_with"].next
    assert (state.title, state.next_step, state.minutes_left) == ("Lektion 1", 1, 1)


def test_the_most_urgent_course_comes_first(maja, cast, rule, course):
    import datetime

    from lms.requirements.actions import require

    urgent = builders.make_full_course("Brådskande")
    require(
        course=builders.course_of(urgent),
        valid_from=timezone.localdate() - datetime.timedelta(days=100),
        due_on=timezone.localdate() - datetime.timedelta(days=1),
        actor=cast.users["ada"],
    )
    response = maja.get("/min-utbildning/")
    assert [journey.course.title for journey in response.context["to_do"]] == [
        "Brådskande",
        "Ett gott värdskap",
    ]
    assert response.context["continue_with"].course.title == "Brådskande"
    assert response.context["to_do"][0].status == "overdue"


def test_start_goes_on_with_the_course_that_one_was_at_last(maja, cast, rule, course, pages):
    other = builders.make_full_course("Frivillig")
    theirs = list(other.get_activity_pages().specific())
    now = timezone.now()
    read(cast.maja, pages[0], at=now - timezone.timedelta(hours=2))
    read(cast.maja, theirs[0], at=now - timezone.timedelta(hours=1))
    assert maja.get("/min-utbildning/").context["continue_with"].course.title == "Frivillig"
    tell(cast.maja, pages[2], EventKind.ATTEMPT, {"attempt": uuid.uuid4()})
    going_on = maja.get("/min-utbildning/").context["continue_with"]
    assert (going_on.course.title, going_on.next.title) == ("Ett gott värdskap", "Kunskapstest")


def test_nothing_is_asked_of_who_is_excused_but_the_course_stays_open(maja, cast, rule, course):
    excuse(
        staff=cast.maja,
        course=None,
        reason="parental",
        valid_from=timezone.localdate(),
        actor=cast.users["petra"],
    )
    response = maja.get("/min-utbildning/")
    assert response.context["to_do"] == []
    assert [journey.course.title for journey in response.context["more"]] == ["Ett gott värdskap"]


def test_what_is_done_is_shown_as_done_with_its_certificate(maja, cast, rule, course):
    complete(cast.maja, course)
    response = maja.get("/min-utbildning/")
    assert response.context["continue_with"] is None
    [done] = response.context["done"]
    [proof] = response.context["evidence"][done.completion.id]
    assert proof["url"] in response.content.decode()


def test_a_course_without_a_published_activity_is_not_offered(maja, index, cast):
    builders.make_course("Tom kurs")
    assert maja.get("/min-utbildning/").context["more"] == []


# A lesson


def test_a_lesson_is_read_step_by_step_to_the_end(maja, cast, pages):
    steps = version_of(pages[0]).steps
    response = maja.get(address(pages[0]))
    assert (response.context["number"], response.context["count"]) == (1, 2)
    response = maja.post(address(pages[0]) + "steg/", fields(cast.maja, step=steps[0]["id"]))
    assert response["Location"] == f"{address(pages[0])}?steg={steps[1]['id']}"
    assert maja.get(response["Location"]).context["next"] is None
    response = maja.post(address(pages[0]) + "steg/", fields(cast.maja, step=steps[1]["id"]))
    assert response["Location"] == f"/min-utbildning/kurs/{builders.course_of(pages[0].get_parent()).uuid}/"
    assert LearningEvent.objects.values_list("source", flat=True).distinct().get() == EventSource.READER


def test_reading_a_page_alone_changes_nothing(maja, pages):
    maja.get(address(pages[0]))
    assert not LearningEvent.objects.exists()


def test_a_double_tap_counts_once(maja, cast, pages):
    form = fields(cast.maja, step=version_of(pages[0]).steps[0]["id"])
    first, second = (maja.post(address(pages[0]) + "steg/", form) for _number in range(2))
    assert first["Location"] == second["Location"]
    assert LearningEvent.objects.count() == 1


def test_who_jumps_to_the_last_step_is_led_back_to_what_was_skipped(maja, cast, pages):
    last = version_of(pages[0]).steps[-1]["id"]
    response = maja.post(address(pages[0]) + "steg/", fields(cast.maja, step=last))
    assert response["Location"] == address(pages[0])
    assert maja.get(address(pages[0])).context["number"] == 1


def test_a_lesson_that_was_changed_meanwhile_says_so_and_loses_nothing(maja, cast, pages):
    old = version_of(pages[0]).steps[0]["id"]
    pages[0].body = [("heading", "Helt nytt"), ("text", "<p>Nytt.</p>")]
    pages[0].save_revision().publish()
    response = maja.post(address(pages[0]) + "steg/", fields(cast.maja, step=old), follow=True)
    assert response.context["number"] == 1
    assert len(list(response.context["messages"])) == 1
    assert LearningEvent.objects.get().outcome == "needs_review"


def test_a_form_without_an_id_is_refused(maja, cast, pages):
    form = {"learner": str(cast.maja.uuid), "step": version_of(pages[0]).steps[0]["id"]}
    assert maja.post(address(pages[0]) + "steg/", form).status_code == 403
    assert not LearningEvent.objects.exists()


def test_a_form_drawn_for_someone_else_is_refused(maja, cast, pages):
    form = fields(cast.staff["bo"], step=version_of(pages[0]).steps[0]["id"])
    assert maja.post(address(pages[0]) + "steg/", form).status_code == 409
    assert not LearningEvent.objects.exists()


def test_state_changes_only_by_post(maja, pages, course):
    for path in (
        address(pages[0]) + "steg/",
        address(pages[2]) + "forsok/",
        f"/min-utbildning/kurs/{course.translation_key}/gor-om/",
        "/min-utbildning/sprak/",
    ):
        assert maja.get(path).status_code == 405


def test_a_withdrawn_lesson_is_gone(maja, pages):
    pages[0].unpublish()
    assert maja.get(address(pages[0])).status_code == 404


def test_a_lesson_is_shown_in_the_own_language_and_else_in_its_own(maja, cast, pages):
    from tests.courses.test_publishing import translate

    english = translate(pages[0], title="What is hospitality?")
    assert english.live
    assert maja.get(address(pages[0])).context["page"].title == "Lektion 1"
    cast.maja.language = "en"
    cast.maja.save()
    response = maja.get(address(pages[0]))
    assert response.context["page"].title == "What is hospitality?"
    assert response["Content-Language"] == "en"
    assert maja.get(address(pages[1])).context["page"].title == "Lektion 2"


@pytest.mark.parametrize("number", [0, 2])
@pytest.mark.parametrize(("withdrawn", "other"), [("en", "sv"), ("sv", "en")])
def test_when_one_language_is_withdrawn_its_readers_are_shown_the_other(maja, cast, pages, withdrawn, other, number):
    from tests.courses.test_publishing import translate

    page = pages[number]
    english = translate(page)
    (english if withdrawn == "en" else page).unpublish()
    cast.maja.language = withdrawn
    cast.maja.save()
    response = maja.get(address(page))
    assert response.status_code == 200
    assert response.context["state"].version.language == other
    journey = maja.get(f"/min-utbildning/kurs/{page.get_parent().translation_key}/").context["journey"]
    assert journey.activities[number].version.language == other
    if number == 2:
        maja.post(address(page) + "forsok/", fields(cast.maja))
        assert QuizAttempt.objects.get().version.language == other


def test_progress_is_one_in_both_languages(maja, cast, pages):
    from tests.courses.test_publishing import translate

    translate(pages[0], title="What is hospitality?")
    steps = version_of(pages[0]).steps
    maja.post(address(pages[0]) + "steg/", fields(cast.maja, step=steps[0]["id"]))
    cast.maja.language = "en"
    cast.maja.save()
    assert maja.get(address(pages[0])).context["number"] == 2
    maja.post(address(pages[0]) + "steg/", fields(cast.maja, step=steps[1]["id"]))
    cast.maja.language = "sv"
    cast.maja.save()
    journey = maja.get(f"/min-utbildning/kurs/{pages[0].get_parent().translation_key}/").context["journey"]
    assert journey.activities[0].is_done


def test_the_language_is_switched_and_remembered(maja, cast):
    assert maja.post("/min-utbildning/sprak/", fields(cast.maja, language="en")).status_code == 302
    cast.maja.refresh_from_db()
    assert cast.maja.language == "en"
    maja.post("/min-utbildning/sprak/", fields(cast.maja, language="xx"))
    cast.maja.refresh_from_db()
    assert cast.maja.language == "en"


def test_a_language_of_ours_does_not_leak_into_the_next_request(maja, cast, client):
    cast.maja.language = "en"
    cast.maja.save()
    assert maja.get("/min-utbildning/")["Content-Language"] == "en"
    assert client.get("/logga-in/")["Content-Language"] == "sv"


# Done, and again


def test_done_is_only_for_what_is_done(maja, course):
    path = f"/min-utbildning/kurs/{course.translation_key}/"
    assert maja.get(path + "klar/")["Location"] == path


def test_a_course_is_taken_again_when_its_time_runs_out(maja, cast, rule, course):
    path = f"/min-utbildning/kurs/{course.translation_key}/gor-om/"
    complete(cast.maja, course)
    maja.post(path, fields(cast.maja))
    assert cast.maja.enrolments.count() == 1  # not yet: it is valid for long
    with time_machine.travel(timezone.now() + timezone.timedelta(days=1060)):
        maja = _signed_in_again(maja, cast)
        start = maja.get("/min-utbildning/")
        assert [journey.course.title for journey in start.context["renew"]] == ["Ett gott värdskap"]
        maja.post(path, fields(cast.maja))
        assert cast.maja.enrolments.count() == 2
        journey = maja.get(f"/min-utbildning/kurs/{course.translation_key}/").context["journey"]
        assert (journey.status, journey.done_count, journey.may_begin_again) == ("expiring", 0, False)


def test_what_is_added_to_a_course_takes_nothing_back(maja, cast, rule, course):
    complete(cast.maja, course)
    new = builders.make_lesson(course, "Nytillkommen")
    response = maja.get(f"/min-utbildning/kurs/{course.translation_key}/")
    journey = response.context["journey"]
    assert (journey.left, [state.title for state in journey.added]) == ([], ["Nytillkommen"])
    [proof] = response.context["evidence"][journey.completion.id]
    html = response.content.decode()
    assert html.index(proof["url"]) < html.index("Ny, frivillig") < html.index(address(new)) + 600
    assert "<progress" not in html
    start = maja.get("/min-utbildning/").context
    assert (start["to_do"], [journey.course.title for journey in start["done"]]) == ([], ["Ett gott värdskap"])
    read(cast.maja, new)
    assert maja.get(f"/min-utbildning/kurs/{course.translation_key}/").context["journey"].added == []


def test_a_withdrawn_course_stays_among_the_done_with_its_certificate(maja, sign_in, cast, rule, course):
    complete(cast.maja, course)
    course.unpublish()
    response = maja.get("/min-utbildning/")
    [journey] = response.context["done"]
    [proof] = response.context["evidence"][journey.completion.id]
    html = response.content.decode()
    assert proof["url"] in html
    assert f"/kurs/{course.translation_key}/" not in html
    assert maja.get(proof["url"]).status_code == 200
    assert sign_in("birgitta").get("/min-utbildning/").context["done"] == []


def _signed_in_again(client, cast):
    client.force_login(cast.users["maja"], backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_meetup_is_shown_and_waits_for_the_leader(maja, cast, index):
    page = builders.make_course()
    meetup = builders.make_workshop(page)
    response = maja.get(address(meetup))
    assert response.status_code == 200
    assert response.context["state"].is_done is False
    assert not activity_of(meetup).completions.exists()


def test_the_page_of_a_lesson_that_was_deleted_is_gone_and_its_results_stay(maja, cast, pages):
    read(cast.maja, pages[0])
    LessonPage.objects.get(pk=pages[0].pk).delete()
    assert maja.get(address(pages[0])).status_code == 404
    assert cast.maja.enrolments.get().activity_completions.count() == 1
