"""Demanding that a course is done again, and looking over who has completed it: the leader's pages."""

import uuid

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from lms.models import CourseCompletion, LedgerEntry, Retraining, Role
from lms.retraining.offers import offers_for, offers_in
from lms.wording import day_text
from lms.workplaces.actions import give_responsibility
from tests import people
from tests.builders import activity_of, complete, course_of, make_full_course, read
from tests.courses.test_publishing import translate
from tests.retraining import DAY, change, demand

WORDS = {"note_sv": "Nya öppettider.", "note_en": ""}


@pytest.fixture
def changed(cast, course, pages, noon):
    complete(cast.maja, course)
    noon.shift(DAY)
    page = change(pages[0])
    noon.shift(DAY)
    return page


def address(page, what="again"):
    return f"/admin/training/courses/{course_of(page).pk}/{what}/"


def form(page, lesson, **more):
    [offer] = offers_for(course_of(page))[activity_of(lesson)]
    return {
        "form_id": str(uuid.uuid4()),
        f"part_{activity_of(lesson).pk}": offer.since.isoformat(),
        "by_when": str(timezone.localdate() + 30 * DAY),
        **WORDS,
        **more,
    }


def told(response):
    return " ".join(response.context["told"])


def test_it_is_rehearsed_and_then_done(ada, cast, course, changed):
    complete(people.hire(cast, "Anna", "Al", "grasmyr"), course)  # as it is now: not touched
    read(cast.bo, changed)
    sent = form(course, changed)
    shown = ada.post(address(course), sent)
    assert "1 person " in told(shown)
    assert "Brattfors: 1 " in told(shown)
    assert "Maja Lindgren" in told(shown)
    assert "Gräsmyr" not in told(shown)
    assert not Retraining.objects.exists()
    for _time in range(2):
        done = ada.post(address(course), {**sent, "seen": shown.context["seal"]})
        assert done.status_code in (302, 200, 422)
    made = Retraining.objects.get()
    assert (made.notes, made.also_begun) == ({"sv": "Nya öppettider."}, False)
    listed = ada.get(reverse("lms_admin:course_changes")).getvalue().decode()
    assert "Lektion 1" in listed


def test_who_is_in_the_middle_is_told_of(ada, cast, course, changed):
    from courses.models import ActivityVersion

    old = ActivityVersion.objects.filter(activity=activity_of(changed)).earliest("pk")
    read(cast.bo, changed, version=old)
    goes_on = told(ada.post(address(course), form(course, changed)))
    again = told(ada.post(address(course), form(course, changed, also_begun="on")))
    assert again != goes_on
    assert len(again) > len(goes_on)


def test_a_language_that_says_the_same_as_before_is_told_of(ada, cast, course, pages, noon):
    translate(pages[0], title="Lesson 1")
    complete(cast.maja, course)
    noon.shift(DAY)
    lesson = change(pages[0])
    assert "English" in told(ada.post(address(course), form(course, lesson)))


@pytest.mark.parametrize("wrong", [{"by_when": "2020-01-01"}, {"note_sv": ""}, {"part": ""}])
def test_what_is_missing_is_said_at_the_field(ada, course, changed, wrong):
    sent = form(course, changed)
    if "part" in wrong:
        sent[f"part_{activity_of(changed).pk}"] = ""
    else:
        sent |= wrong
    assert ada.post(address(course), sent).status_code == 422
    assert not Retraining.objects.exists()


def test_where_nothing_has_changed_it_says_so(ada, course):
    assert ada.get(address(course)).status_code == 200
    assert ada.post(address(course), {**WORDS, "by_when": str(timezone.localdate())}).status_code == 422


def test_the_dry_run_costs_the_same_however_many(ada, cast, course, changed, django_assert_num_queries):
    from lms.retraining.foresight import foresee

    for number in (1, 5):
        for each in range(number):
            person = people.hire(cast, f"Ny{number}{each}", "Person", "brattfors")
            complete(person, course)
        [offer] = offers_for(course_of(course))[activity_of(changed)]
        with django_assert_num_queries(11):
            foresee(course_of(course), [offer], timezone.localdate(), lambda: None)


def test_it_takes_a_leader_of_the_whole_tree(sign_in, cast, course, changed):
    kajsa = sign_in("kajsa")
    assert kajsa.get(address(course)).status_code in (302, 403)
    give_responsibility(
        user=cast.users["kajsa"],
        role=Role.COURSE_LEADER,
        workplace=cast.places["grannkommun"],
        actor=cast.users["ada"],
    )
    assert sign_in("kajsa").get(address(course)).status_code == 200


def test_undo_from_the_list(ada, cast, course, changed):
    made = demand(cast, course, changed)
    entry = LedgerEntry.objects.get(verb="retraining.demanded")
    at = reverse("lms_admin:undo_retraining", args=[made.pk, entry.uuid])
    assert ada.get(at).status_code == 200
    assert ada.post(at).status_code == 302
    made.refresh_from_db()
    assert made.is_taken_back
    assert at not in ada.get(reverse("lms_admin:course_changes")).getvalue().decode()


# What has changed

CHANGES = "/admin/training/courses/changes/"


def first_lesson(course_page):
    return course_page.get_children().first().specific


def test_the_list_says_which_course_has_changed_when_and_what(ada, cast, course, index, changed):
    other = make_full_course("Annan kurs")
    complete(cast.bo, other)
    context = ada.get(CHANGES).context
    [(shown, [said], _demands)] = context["changed"]
    assert shown == course_of(course)
    assert day_text(timezone.localdate() - DAY) in said
    assert "Lektion 1" in said
    assert "Nytt steg" in said
    assert "1 person " in said
    assert [shown for shown, _demands in context["unchanged"]] == [course_of(other)]


def test_the_last_change_stands_first_and_what_is_demanded_among_the_rest(ada, cast, course, index, changed, noon):
    other = make_full_course("Annan kurs")
    complete(cast.bo, other)
    noon.shift(DAY)
    change(first_lesson(other))
    shown = [shown for shown, _said, _demands in ada.get(CHANGES).context["changed"]]
    assert shown == [course_of(other), course_of(course)]
    demand(cast, course, changed)
    page = ada.get(CHANGES)
    assert [shown for shown, _said, _demands in page.context["changed"]] == [course_of(other)]
    assert address(course) not in page.getvalue().decode()
    assert address(other) in page.getvalue().decode()


def test_nothing_is_asked_where_there_is_nothing_to_demand(ada, course):
    assert "by_when" not in ada.get(address(course)).getvalue().decode()


def test_the_list_costs_the_same_for_one_changed_course_and_for_three(
    cast,
    course,
    index,
    noon,
    django_assert_num_queries,
):
    courses = [course]
    for number in (1, 3):
        while len(courses) < number:
            courses.append(make_full_course(f"Kurs {len(courses)}"))
        for each in courses:
            complete(cast.maja, each)
            noon.shift(DAY)
            change(first_lesson(each))
        asked = [course_of(each) for each in courses]
        with django_assert_num_queries(6):
            found = offers_in(asked)
        assert all(found.values())


# Looking over


def test_nothing_to_complete_says_so_and_does_nothing(ada, cast, course):
    complete(cast.maja, course)
    shown = ada.get(address(course, "recheck"))
    assert len(shown.context["told"]) == 1
    assert shown.context["could_not"]
    ada.post(address(course, "recheck"), {"seen": shown.context["seal"]})
    assert CourseCompletion.objects.count() == 1


def test_who_has_done_all_is_named_and_completed_when_it_is_confirmed(ada, cast, course, pages):
    read(cast.maja, pages[0])
    read(cast.maja, pages[1])
    # As a handler that failed would leave it.
    activity = activity_of(pages[2])
    activity.required = False
    activity.save()
    shown = ada.get(address(course, "recheck"))
    assert "Maja Lindgren" in told(shown)
    assert not CourseCompletion.objects.exists()
    done = ada.post(address(course, "recheck"), {"seen": shown.context["seal"]})
    assert done.status_code == 302
    assert CourseCompletion.objects.get().staff == cast.maja


# After publishing


def publish_in_the_editor(browser, page):
    from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

    body = streamfield(
        [
            ("heading", "Nytt steg ett"),
            ("text", rich_text("<p>Helt nya ord.</p>")),
        ]
    )
    sent = nested_form_data(
        {
            "title": page.title,
            "slug": page.slug,
            "summary": "",
            "minutes": "",
            "required": "on",
            "audio": "",
            "body": body,
            "comments": {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": ""},
            "action-publish": "action-publish",
        }
    )
    response = browser.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), sent)
    assert response.status_code == 302, response.context["form"].errors
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_the_author_is_told_who_did_it_as_it_was(ada, cast, course, pages, noon):
    assert not any(address(course) in message for message in publish_in_the_editor(ada, pages[0]))
    complete(cast.maja, course)
    noon.shift(DAY)
    assert any(address(course) in message for message in publish_in_the_editor(ada, pages[0]))
