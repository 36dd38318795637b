"""How the reader wants pages shown, as it is written and read, in a site that tracks nobody."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import include, path
from hypothesis import given
from hypothesis import strategies as st

from courses.display import COOKIE, Display, choose, display_of

urlpatterns = [path("kurser/", include("courses.urls"))]
CHOICES = {"text": "2", "theme": "dark", "calm": "calm"}


@given(
    st.builds(Display, st.sampled_from("123"), st.sampled_from(["", "light", "dark"]), st.sampled_from(["", "calm"]))
)
def test_what_is_written_is_read_again(display):
    assert Display.parse(str(display)) == display


@pytest.mark.parametrize(
    "written", ["", "4", "dark", "2-pink", "2-dark-calm-", "2-calm-dark", "２", "2-dark\n", '"><x']
)
def test_anything_else_is_as_if_nothing_had_been_chosen(written):
    assert Display.parse(written) == Display("1", "", "")


@given(st.text())
def test_no_text_breaks_it(written):
    assert str(Display.parse(written)) in {written, "1"}


def test_without_anybody_who_knows_people_the_cookie_counts():
    request = RequestFactory().get("/")
    request.COOKIES[COOKIE] = "3-light"
    assert display_of(request) == Display("3", "light", "")


def post(client, data, **headers):
    return client.post("/kurser/visning/", data, headers=headers)


@pytest.fixture
def alone(settings, monkeypatch):
    """A site of courses alone."""
    monkeypatch.setattr("courses.templatetags.lms_courses.hooks.get_hooks", lambda name: [])
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = ["django.middleware.csrf.CsrfViewMiddleware"]


def test_the_form_leads_back_and_the_cookie_remembers_for_a_year(alone, db, client):
    form = client.get("/kurser/visning/", headers={"referer": "http://testserver/kurser/varm/"})
    assert 'name="next" value="/kurser/varm/"' in form.content.decode()
    response = post(client, CHOICES | {"next": "/kurser/varm/"})
    assert (response.status_code, response["Location"]) == (302, "/kurser/varm/")
    cookie = response.cookies[COOKIE]
    assert (cookie.value, cookie["path"], cookie["max-age"]) == ("2-dark-calm", "/", 365 * 24 * 3600)
    page = client.get("/kurser/visning/").content.decode()
    assert '<div class="lms" data-lms-text="2" data-lms-theme="dark" data-lms-calm="calm">' in page
    assert page.count("checked") == 3
    assert 'href="/kurser/visning/" rel="nofollow" data-lms-display' in page


@pytest.mark.parametrize("wanted", ["https://ond.example/", "//ond.example/", "javascript:1"])
def test_it_leads_to_no_other_site(alone, client, wanted):
    assert post(client, CHOICES | {"next": wanted})["Location"] == "/"


def test_a_script_that_saves_on_the_way_is_told_that_it_is_saved(alone, client):
    response = post(client, CHOICES, x_lms_save="1")
    assert (response.status_code, response.cookies[COOKIE].value) == (204, "2-dark-calm")


def test_what_no_form_of_ours_sends_is_refused(alone, db, client):
    response = post(client, CHOICES | {"theme": "pink"})
    assert (response.status_code, COOKIE in response.cookies) == (422, False)


def test_it_is_kept_with_whoever_knows_people():
    kept = []
    request = RequestFactory().post("/", CHOICES)
    response: HttpResponse = choose(request, keep=kept.append)
    assert (kept, response.cookies) == ([Display("2", "dark", "calm")], {})


def test_a_page_of_the_book_is_one_for_each_reader(course, client):
    response = client.get("/kurser/")
    assert "Cookie" in response["Vary"]
    client.cookies[COOKIE] = "3"
    assert '<div class="lms" data-lms-text="3">' in client.get("/kurser/").content.decode()
