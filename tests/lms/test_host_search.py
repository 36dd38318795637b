"""What a host's own search and API show of the courses, to whom."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from wagtail.actions.create_alias import CreatePageAliasAction
from wagtail.models import Page

from courses.models import ACTIVITY_PAGES, CoursePage
from lms.book import readable_pages
from tests import builders
from tests.lms.test_access import MAY_READ, visitors

WORDS = {"open": "Öppna", "staff": "Personalens", "assigned": "Utvaldas"}

pytestmark = pytest.mark.urls("tests.lms.host_search")


@pytest.fixture
def courses(cast, index, settings):
    if connection.vendor == "sqlite":
        # Its index is a table that only a migration makes. The plain backend takes the same filters and no others.
        settings.WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "modelsearch.backends.database.fallback"}}
    found = {}
    for access, word in WORDS.items():
        page = found[access] = builders.make_course(f"{word} kurs", access=access)
        builders.make_lesson(page, f"{word} lektion", summary=f"{word} sammanfattning")
        builders.make_quiz(page, f"{word} prov")
    builders.publish(Page(title="Utvaldas nyheter", slug="nyheter"), Page.objects.get(slug="hem"))
    call_command("update_index", verbosity=0)
    return found


def browser(sign_in, who):
    return Client() if who == "anonymous" else sign_in(who)


def titles(*kinds):
    return sorted(f"{WORDS[kind]} {what}" for kind in kinds for what in ("kurs", "lektion", "prov"))


@pytest.mark.parametrize("who", MAY_READ)
def test_search_finds_what_the_visitor_may_read(sign_in, courses, who):
    client, found = browser(sign_in, who), []
    for word in WORDS.values():
        found += client.get("/sok/", {"q": word}).json()["found"]
    assert sorted(found) == sorted([*titles(*MAY_READ[who]), "Utvaldas nyheter"])


@pytest.mark.parametrize("who", MAY_READ)
def test_the_api_lists_what_the_visitor_may_read(sign_in, courses, who):
    client = browser(sign_in, who)
    listed = client.get("/api/pages/", {"limit": 20}).json()["items"]
    assert sorted(item["title"] for item in listed) == sorted(
        [*titles(*MAY_READ[who]), "Utvaldas nyheter", "Hem", "Kurser"]
    )
    closed = courses["assigned"]
    for page in (closed, closed.get_activity_pages().first()):
        assert (client.get(f"/api/pages/{page.pk}/").status_code == 200) is ("assigned" in MAY_READ[who])
    of_a_type = client.get("/api/pages/", {"type": "lms_courses.LessonPage"}).json()["items"]
    assert sorted(item["title"] for item in of_a_type) == sorted(f"{WORDS[kind]} lektion" for kind in MAY_READ[who])


def test_without_the_narrowing_the_api_tells_titles_and_no_more(courses):
    """Why README says to narrow it. Nothing but a title is ever an API field of ours."""
    page = courses["assigned"].get_activity_pages().first()
    told = Client().get(f"/oppet/pages/{page.pk}/", {"fields": "*"}).json()
    assert told["title"] == "Utvaldas lektion"
    assert set(told) == {"id", "meta", "title"}


@pytest.mark.parametrize("model", [CoursePage, *ACTIVITY_PAGES])
def test_no_more_than_the_title_is_searched(model):
    assert [(type(field).__name__, field.field_name) for field in model.search_fields] == [
        (type(field).__name__, field.field_name) for field in Page.search_fields
    ]
    assert getattr(model, "api_fields", []) == []


def test_an_alias_is_as_closed_as_what_it_shows(cast, courses):
    home = courses["open"].get_parent()
    alias = CreatePageAliasAction(courses["assigned"], parent=home, update_slug="alias").execute()
    Page.objects.filter(pk=alias.pk).update(live=True)
    for who, kinds in MAY_READ.items():
        shown = readable_pages(visitors(cast)[who], Page.objects.filter(alias_of__isnull=False))
        assert shown.filter(pk=alias.pk).exists() is ("assigned" in kinds)


def test_a_withdrawn_course_is_found_by_nobody(cast, courses):
    courses["open"].unpublish()
    pages = readable_pages(visitors(cast)["ada"], Page.objects.all())
    assert not pages.filter(title__startswith="Öppna").exists()


@pytest.mark.parametrize("number", [1, 3])
def test_it_costs_one_query_more(cast, index, number, django_assert_num_queries):
    for each in range(number):
        builders.make_full_course(f"Kurs {each}", access="assigned")
    with django_assert_num_queries(2):
        list(readable_pages(visitors(cast)["anonymous"], Page.objects.live()))
