"""What an author is told before how long a course is valid changes, and what the editor asks for."""

import datetime

import pytest
from django.utils import timezone
from django.utils.translation import override
from wagtail.models import Page

from courses.models import CoursePage
from lms.models import CourseCompletion, Workplace
from lms.requirements.actions import excuse, require
from lms.validity import Validity
from lms.validity_change import in_words, people_with
from tests import builders
from tests.builders import complete, course_of
from tests.people import hire

NOON = datetime.datetime(2026, 10, 14, 10, tzinfo=datetime.UTC)

D = datetime.date


@pytest.fixture
def page(noon, cast, index):
    """Required of everyone by the first of December; Maja has completed it."""
    page = builders.make_full_course("Värdskap", lessons=0, valid_months=12)
    require(course=course_of(page), valid_from=D(2026, 1, 1), due_on=D(2026, 12, 1), actor=cast.ada)
    complete(cast.maja, page)
    return page


def form(page, **changes):
    return {
        "title": page.title, "slug": page.slug, "summary": "", "introduction": "null", "objectives-count": "0",
        "image": "", "access": "staff", "validity": "completion", "valid_months": "12", "valid_to_day": "",
        "valid_to_month": "", "window_days": "60", "late_days": "0", "seo_title": "", "search_description": "",
        "show_in_menus": "", "comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0", "action-publish": "1",
        **changes,
    }  # fmt: skip


def post(client, page, **changes):
    return client.post(f"/admin/pages/{page.pk}/edit/", form(page, **changes))


def test_whose_dates_stay_and_which_come_is_said_before_it_is_published(sign_in, cast, page):
    ada = sign_in("ada")
    response = post(ada, page, validity="day", valid_months="6", valid_to_day="31", valid_to_month="12")
    text = response.content.decode()
    assert course_of(page).validity == "completion"
    assert "1 person har slutfört kursen och behåller sina datum" in text
    kept = dict(response.context["kept"])
    assert [named.day for named in kept["Sista giltiga dag"].three] == [D(2027, 10, 14)] * 3
    assert str(kept["Sista giltiga dag"].earliest.who) == "Maja Lindgren"
    coming = dict(response.context["coming"])
    assert response.context["left"] == 2
    assert coming["Sista giltiga dag"].latest.day == D(2027, 12, 31)
    assert coming["Går att förnya från"].earliest.day == D(2027, 11, 2)
    confirmed = {**dict(response.context["sent"]), "action-publish": "1"}
    assert ada.post(f"/admin/pages/{page.pk}/edit/", confirmed).status_code == 302
    assert (course_of(page).validity, course_of(page).valid_to_month) == ("day", 12)
    assert CourseCompletion.objects.get().valid_until == D(2027, 10, 14)


def test_nothing_is_asked_when_it_stays_or_is_a_draft_or_a_new_course(sign_in, cast, page):
    ada = sign_in("ada")
    assert post(ada, page, summary="Nya ord").status_code == 302
    draft = form(page, valid_months="24")
    del draft["action-publish"]
    assert ada.post(f"/admin/pages/{page.pk}/edit/", draft).status_code == 302
    assert course_of(page).valid_months == 12
    new = CoursePage(title="Ny", slug="ny", live=False, locale=page.locale)
    page.get_parent().add_child(instance=new)
    assert post(ada, new, valid_months="24").status_code == 302
    assert Page.objects.get(pk=new.pk).live


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"valid_months": ""}, "valid_months"),
        ({"validity": "day"}, "valid_to_day"),
        ({"valid_months": "1"}, "window_days"),
    ],
)
def test_what_is_missing_is_told_at_its_field_first(sign_in, cast, page, changes, field):
    response = post(sign_in("ada"), page, **changes)
    assert response.status_code == 200
    assert field in response.context["form"].errors


def test_only_the_people_whom_the_author_leads_are_named(cast, page, sign_in):
    hire(cast, "Fjärran", "Person", "annorstades")
    response = post(sign_in("kajsa"), page, valid_months="24")
    assert response.context["left"] == 2
    assert "Fjärran" not in response.content.decode()


def test_who_is_excused_has_nothing_that_comes(cast, page):
    excuse(staff=cast.bo, course=None, reason="sick", valid_from=D(2026, 10, 1), actor=cast.ada)
    found = people_with(course_of(page), Workplace.objects.all(), timezone.localdate())
    assert [(person.given_name, bool(done), due) for person, done, due in found] == [
        ("Birgitta", False, D(2026, 12, 1)),
        ("Maja", True, D(2026, 12, 1)),
    ]


@pytest.mark.parametrize("people", [1, 9])
def test_it_costs_the_same_however_many(cast, page, people, django_assert_num_queries):
    course = course_of(page)
    for number in range(people):
        hire(cast, f"Person {number}", "Test", "grasmyr")
    with django_assert_num_queries(6):
        assert len(people_with(course, Workplace.objects.all(), timezone.localdate())) == people + 3


def test_each_rule_is_said_in_words(cast, page):
    with override("sv"):
        assert in_words(Validity()) == "Gäller tills vidare."
        assert in_words(Validity("day", 6, 12, 31, 30)) == (
            "Gäller till och med 31 december, i minst 6 månader. Den går att förnya de sista 30 dagarna."
        )
        assert "I tid är också upp till 14 dagar efter slutet." in in_words(Validity("expiry", 12, late_days=14))
