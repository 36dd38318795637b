"""Every door asks the same question. For each door: who may, and who must see nothing."""

import datetime
import io
import re

import pytest
from django.core.files.base import File
from django.test import RequestFactory
from django.utils import timezone
from wagtail.documents.models import Document
from wagtail.models import Page, ReferenceIndex

from courses.models import Course, LessonPage
from lms import access
from lms.book import visible_course_pages
from lms.people.actions import end_employment
from lms.requirements.actions import require
from tests import builders, people
from tests.builders import course_of


def request_from(user=None, learner=None):
    request = RequestFactory().get("/")
    from django.contrib.auth.models import AnonymousUser

    request.user, request.learner = user or AnonymousUser(), learner
    return request


@pytest.fixture
def courses(cast, index):
    """One course of each kind of access, each with a lesson."""
    found = {kind: builders.make_course(kind.title(), access=kind) for kind in ("open", "staff", "assigned")}
    for page in found.values():
        builders.make_lesson(page)
    return found


def visitors(cast):
    return {
        "anonymous": request_from(),
        "nisse": request_from(cast.users["nisse"]),
        "eva": request_from(cast.users["eva"]),
        "maja": request_from(cast.users["maja"], cast.maja),
        "birgitta": request_from(cast.users["birgitta"], cast.staff["birgitta"]),
        "kajsa": request_from(cast.users["kajsa"]),
        "petra": request_from(cast.users["petra"]),
        "ada": request_from(cast.users["ada"]),
    }


MAY_READ = {
    "anonymous": {"open"},
    "nisse": {"open"},
    "eva": {"open"},
    "maja": {"open", "staff"},
    "birgitta": {"open", "staff", "assigned"},
    "kajsa": {"open", "staff", "assigned"},
    "petra": {"open", "staff", "assigned"},
    "ada": {"open", "staff", "assigned"},
}


@pytest.mark.parametrize("who", MAY_READ)
def test_who_may_read_which_course(cast, courses, who):
    request = visitors(cast)[who]
    assert {kind for kind, page in courses.items() if access.may_read(request, course_of(page))} == MAY_READ[who]


@pytest.mark.parametrize("who", MAY_READ)
def test_lists_and_single_questions_always_agree(cast, courses, who):
    request = visitors(cast)[who]
    listed = set(Course.objects.filter(access.readable_courses(request)))
    assert listed == {course for course in Course.objects.all() if access.may_read(request, course)}


@pytest.mark.parametrize("who", MAY_READ)
def test_the_catalogue_shows_what_may_be_read(cast, courses, index, who):
    request = visitors(cast)[who]
    shown = visible_course_pages(request, type(courses["open"]).objects.live())
    assert {page.title.lower() for page in shown} == MAY_READ[who]


def test_an_assigned_course_opens_to_whom_a_rule_requires_it_of(cast, courses):
    course = course_of(courses["assigned"])
    require(
        course=course,
        valid_from=timezone.localdate(),
        workplaces=[cast.places["grasmyr"]],
        actor=cast.users["ada"],
    )
    assert access.may_read(request_from(cast.users["bo"], cast.staff["bo"]), course)
    assert not access.may_read(request_from(cast.users["maja"], cast.maja), course)


def test_an_assigned_course_stays_open_to_who_has_begun_it(cast, courses):
    lesson = courses["assigned"].get_activity_pages().first().specific
    builders.read(cast.maja, lesson)
    assert access.may_read(request_from(cast.users["maja"], cast.maja), course_of(courses["assigned"]))


def test_who_has_left_reads_only_what_is_open_to_all(cast, courses):
    job = cast.maja.employments.get()
    end_employment(job=job, last_day=timezone.localdate() - datetime.timedelta(days=1), actor=cast.users["ada"])
    request = request_from(cast.users["maja"], type(cast.maja).objects.get(pk=cast.maja.pk))
    assert {kind for kind, page in courses.items() if access.may_read(request, course_of(page))} == {"open"}


def test_who_begins_next_week_may_already_read(cast, courses):
    newcomer = people.hire(cast, "Ny", "Person", "brattfors", days_ago=-7)
    assert access.may_read(request_from(None, newcomer), course_of(courses["staff"]))


# The book


@pytest.mark.parametrize("method", ["get", "head", "post", "options"])
@pytest.mark.parametrize("kind", ["staff", "assigned"])
def test_the_book_sends_strangers_to_sign_in_by_every_method(client, courses, kind, method):
    for page in (courses[kind], courses[kind].get_activity_pages().first()):
        response = getattr(client, method)(page.url)
        assert response.status_code == 302
        assert response["Location"] == f"/logga-in/?next={page.url}"


@pytest.mark.parametrize("who", ["nisse", "eva"])
def test_the_book_is_closed_to_users_who_are_not_on_the_staff(sign_in, courses, who):
    assert sign_in(who).get(courses["staff"].url).status_code == 403


@pytest.mark.parametrize("who", ["maja", "kajsa", "ada"])
def test_the_book_is_open_to_those_it_is_for(sign_in, courses, who):
    for page in (courses["staff"], courses["staff"].get_activity_pages().first()):
        response = sign_in(who).get(page.url)
        assert response.status_code == 200
        assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))
        assert "Cookie" in response["Vary"]


def test_an_alias_under_an_open_course_does_not_open_a_closed_lesson(client, courses):
    from wagtail.actions.create_alias import CreatePageAliasAction

    closed = courses["staff"]
    alias = CreatePageAliasAction(closed, parent=closed.get_parent(), update_slug="sidodorr").execute()
    assert client.get(alias.url).status_code == 302


def test_the_sitemap_names_only_open_courses(courses):
    addresses = {kind: page.get_sitemap_urls() for kind, page in courses.items()}
    assert [kind for kind, urls in addresses.items() if urls] == ["open"]
    lessons = {kind: page.get_activity_pages().first().specific.get_sitemap_urls() for kind, page in courses.items()}
    assert [kind for kind, urls in lessons.items() if urls] == ["open"]


def test_no_text_of_a_lesson_and_no_question_is_in_the_search_index_or_the_api(courses):
    from courses.models import Question, QuizPage

    for model in (LessonPage, QuizPage):
        own = {field.field_name for field in model.search_fields} - {field.field_name for field in Page.search_fields}
        assert own == set()
        assert not getattr(model, "api_fields", [])
    assert not hasattr(Question, "search_fields")
    assert not hasattr(Question, "api_fields")


@pytest.mark.parametrize(
    ("kind", "who", "status"),
    [
        ("staff", None, 403),
        ("staff", "nisse", 403),
        ("staff", "maja", 200),
        ("open", None, 200),
        ("assigned", "maja", 403),
    ],
)
def test_a_document_is_as_open_as_the_lesson_it_is_used_in(on_disk, client, sign_in, courses, kind, who, status):
    document = Document.objects.create(title="Blankett", file=File(io.BytesIO(b"PK"), name="blankett.docx"))
    body = [("heading", "Ett"), ("document", {"document": document, "title": ""})]
    lesson = builders.publish(LessonPage(title="Med dokument", slug="dok", body=body), courses[kind])
    ReferenceIndex.create_or_update_for_object(lesson)
    response = (sign_in(who) if who else client).get(document.url)
    response.getvalue()
    assert response.status_code == status
    if status == 200:
        assert "attachment" in response["Content-Disposition"]
        assert response["Content-Security-Policy"] == "default-src 'none'"


def test_a_document_of_the_host_site_is_none_of_our_business(on_disk, client, courses):
    document = Document.objects.create(title="Annat", file=File(io.BytesIO(b"%PDF-1.7"), name="annat.pdf"))
    response = client.get(document.url)
    response.getvalue()
    assert response.status_code == 200


# The desk


@pytest.mark.parametrize("kind", ["assigned"])
def test_the_desk_answers_alike_for_a_closed_course_and_for_none(sign_in, courses, kind):
    maja = sign_in("maja")
    page = courses[kind]
    lesson = page.get_activity_pages().first()
    nothing = "00000000-0000-4000-8000-000000000000"
    for address, other in (
        (f"/min-utbildning/kurs/{page.translation_key}/", f"/min-utbildning/kurs/{nothing}/"),
        (f"/min-utbildning/moment/{lesson.translation_key}/", f"/min-utbildning/moment/{nothing}/"),
    ):
        closed, missing = maja.get(address), maja.get(other)
        assert (closed.status_code, missing.status_code) == (404, 404)
        assert without_tokens(closed).replace(address, "") == without_tokens(missing).replace(other, "")


def without_tokens(response) -> str:
    """The page without what differs each time that it is drawn."""
    tokens = r'(name="(csrfmiddlewaretoken|event_id|drawn)" value=)"[^"]*"'
    return re.sub(tokens, r"\1", response.content.decode())


# Whom a leader may see


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("ada", {"maja", "bo", "birgitta", "fjärran"}),
        ("petra", {"maja", "bo", "birgitta"}),
        ("kajsa", {"maja", "bo", "birgitta"}),
        ("birgitta", set()),
        ("nisse", set()),
        ("eva", set()),
    ],
)
def test_leaders_see_the_people_of_their_part_of_the_tree(cast, who, seen):
    far = people.hire(cast, "Fjärran", "Person", "annorstades")
    everyone = {**cast.staff, "fjärran": far}
    found = set(access.staff_in_reach(cast.users[who]))
    assert {name for name, person in everyone.items() if person in found} == seen


def test_a_shop_owner_reaches_only_the_own_shop_and_only_as_owner(cast):
    from lms.models import Role

    birgitta = cast.users["birgitta"]
    assert set(access.workplaces_in_reach(birgitta, [Role.SHOP_OWNER])) == {cast.places["brattfors"]}
    assert not access.workplaces_in_reach(birgitta).exists()
    assert not access.may_lead(birgitta)


def test_responsibility_over_a_municipality_covers_what_is_below_it_and_nothing_beside(cast):
    reach = set(access.workplaces_in_reach(cast.users["petra"]))
    assert reach == {cast.places["kommun"], cast.places["brattfors"], cast.places["grasmyr"]}


def test_nobody_who_is_not_signed_in_reaches_anything(cast):
    from django.contrib.auth.models import AnonymousUser

    assert not access.workplaces_in_reach(AnonymousUser()).exists()
    assert not access.staff_in_reach(AnonymousUser()).exists()
    assert not access.may_lead(AnonymousUser())


def test_the_empty_catalogue_leads_on(client, sign_in, index):
    """Nothing is open to the visitor: the way in stands there, not only the words."""
    builders.make_full_course(access="staff")
    page = client.get(index.url).content.decode()
    assert f'href="/logga-in/?next={index.url}"' in page
    assert 'href="/min-utbildning/"' in sign_in("maja").get(index.url).content.decode()
    assert "/logga-in/" not in sign_in("nisse").get(index.url).content.decode()
