"""Pages that say no: each says what to do, in the visitor's language, and from the tablet leads back to the tablet."""

import re

import pytest
from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile
from django.test import Client, RequestFactory
from django.urls import get_resolver
from wagtail.documents.models import Document

from lms.standalone.views import server_error
from lms.workplaces.actions import give_responsibility
from tests.builders import address, fields
from tests.people import PIN

TABLET = "/surfplatta/"


def ways(response):
    """Where the page leads: the bar and what stands on the page, without the foot that all pages share."""
    text = response.content.decode().split('class="lms-ridge"')[0]
    return re.findall(r'<a [^>]*href="([^"]*)"', text)


# Not found


def test_what_is_not_there_leads_to_the_start_page_and_says_whom_to_ask(index, client):
    response = client.get("/finns-inte/")
    assert response.status_code == 404
    assert ways(response) == ["/", "/"]
    text = response.content.decode()
    assert "Vi hittar inte sidan" in text
    assert "Fråga din kursledare" in text


@pytest.mark.parametrize("path", ["finns-inte/", "min-utbildning/moment/00000000-0000-0000-0000-000000000000/"])
def test_at_the_tablet_it_leads_back_to_the_tablet(at_tablet, path):
    response = at_tablet.get(TABLET + path)
    assert response.status_code == 404
    assert ways(response) == [TABLET, TABLET]


@pytest.mark.parametrize("path", ["finns-inte/", "min-utbildning/moment/00000000-0000-0000-0000-000000000000/"])
def test_at_the_tablet_it_speaks_the_persons_own_language(at_tablet, cast, path):
    cast.maja.language = "en"
    cast.maja.save()
    assert "We cannot find that page" in at_tablet.get(TABLET + path).content.decode()


def test_elsewhere_it_speaks_the_language_that_the_visitor_chose(index, client):
    client.cookies["django_language"] = "en"
    assert "We cannot find that page" in client.get("/finns-inte/").content.decode()
    del client.cookies["django_language"]
    assert "Vi hittar inte sidan" in client.get("/finns-inte/").content.decode()


# Not for you


def test_what_is_not_for_one_leads_back_where_one_was(maja):
    response = maja.get("/min-utbildning/min-butik/")
    assert (response.status_code, ways(response)) == (403, ["/", "/"])
    response = maja.get(TABLET + "koppla/")
    assert (response.status_code, ways(response)) == (403, [TABLET, TABLET])


@pytest.fixture
def document(pages):
    """A document in a lesson for staff alone."""
    document = Document(title="hemlig", file=ContentFile(b"%PDF-1.4", name="hemlig.pdf"))
    document.save()
    pages[0].body.append(("document", {"document": document, "title": ""}))
    pages[0].save_revision().publish()
    return document


def test_a_document_that_is_closed_offers_to_sign_in(document, client):
    response = client.get(document.url)
    assert response.status_code == 403
    assert ways(response) == ["/", f"/logga-in/?next={document.url}", "/"]


def test_a_document_that_is_closed_leads_the_tablet_back_to_the_tablet(document, at_tablet):
    response = at_tablet.get(document.url, headers={"referer": "http://testserver/surfplatta/min-utbildning/"})
    assert (response.status_code, ways(response)) == (403, [TABLET, TABLET])


def test_a_document_that_is_closed_speaks_the_visitors_language(document, sign_in):
    eva = sign_in("eva")
    eva.cookies["django_language"] = "en"
    text = eva.get(document.url).content.decode()
    assert "You do not have access to this document" in text
    assert "/logga-in/" not in text


# Not on the list


def test_who_is_not_on_the_list_sees_as_whom_they_are_signed_in_and_can_sign_out(sign_in):
    response = sign_in("nisse").get("/min-utbildning/")
    text = response.content.decode()
    assert (response.status_code, ways(response)) == (403, ["/"])
    assert "Du är inloggad som nisse" in text
    assert 'action="/logga-ut/"' in text


def test_who_leads_is_shown_where_they_belong(sign_in, cast):
    assert ways(sign_in("petra").get("/min-utbildning/")) == ["/", "/admin/", "/min-utbildning/min-butik/"]
    give_responsibility(user=cast.users["nisse"], role="shop_owner", workplace=cast.grasmyr, actor=cast.ada)
    assert ways(sign_in("nisse").get("/min-utbildning/")) == ["/", "/min-utbildning/min-butik/"]


def test_signing_in_again_leads_to_the_page_and_never_to_where_a_form_was_sent(client, cast, pages):
    page = address(pages[0])
    assert client.get(page)["Location"] == f"/logga-in/?next={page}"
    response = client.post(f"{page}steg/", fields(cast.maja, step="x"))
    assert response["Location"] == "/logga-in/?next=/min-utbildning/"


# A form that is too old


@pytest.fixture
def strict(index):
    return Client(enforce_csrf_checks=True)


def test_a_form_that_is_too_old_can_be_opened_again(strict):
    response = strict.post("/logga-in/", {}, headers={"referer": "http://testserver/logga-in/?next=/x/"})
    assert (response.status_code, ways(response)) == (403, ["/", "/logga-in/?next=/x/", "/"])
    assert "Inget sparades" in response.content.decode()


@pytest.mark.parametrize("referer", ["", "https://annan.example/logga-in/", "javascript:alert(1)"])
def test_only_a_page_of_this_site_is_offered(strict, referer):
    response = strict.post("/logga-in/", {}, headers={"referer": referer} if referer else {})
    assert (response.status_code, ways(response)) == (403, ["/", "/"])
    assert "tillåter kakor" in response.content.decode()


def test_a_form_that_is_too_old_at_the_tablet_leads_to_the_tablet(strict, cast):
    response = strict.post(f"{TABLET}{cast.maja.uuid}/", {"pin": PIN})
    assert (response.status_code, ways(response)) == (403, [TABLET, TABLET])


def test_a_form_that_is_too_old_speaks_the_visitors_language(strict):
    strict.cookies["django_language"] = "en"
    assert "The page had been open too long" in strict.post("/logga-in/", {}).content.decode()


# Too often, too late


def test_too_many_wrong_codes_at_the_tablet_lead_back_to_the_tablet(tablet, cast):
    for _number in range(9):
        response = tablet.post(f"{TABLET}{cast.maja.uuid}/kort/", {"code": "ABCDE-FGHJK", "pin": PIN})
    assert (response.status_code, ways(response)) == (429, [TABLET, TABLET])
    assert "Vänta en kvart" in response.content.decode()


def test_too_many_unknown_certificates_can_be_tried_again(index, client):
    for _number in range(31):
        response = client.get("/intyg/aaaaaaaaaaaaaaaa/")
    assert (response.status_code, ways(response)) == (429, ["/", "/intyg/"])


def test_a_link_that_is_too_old_says_how_to_get_a_new_one(index, client):
    response = client.get("/intyg/aaaaaaaaaaaaaaaa/hamta/x/")
    assert (response.status_code, ways(response)) == (404, ["/", "/"])
    assert "skanna koden på nytt" in response.content.decode()


# Our own fault. These have no database: asking for it would fail them.


@pytest.mark.parametrize(("path", "home"), [("/min-utbildning/", "/"), ("/surfplatta/min-utbildning/", TABLET)])
def test_when_we_fail_it_is_said_in_both_languages_with_a_way_on(path, home):
    response = server_error(RequestFactory().get(path))
    text = response.content.decode()
    assert response.status_code == 500
    assert ways(response) == [home, path, home, path, home]
    assert "Något gick fel hos oss" in text
    assert "Something went wrong on our side" in text


def test_what_was_sent_is_not_asked_for_again_by_a_link():
    assert ways(server_error(RequestFactory().post("/min-utbildning/"))) == ["/", "/", "/"]


def test_what_is_linked_there_needs_no_lookup_and_exists(settings):
    text = server_error(RequestFactory().get("/")).content.decode()
    linked = re.findall(r'<link [^>]*href="([^"]*)"', text)
    assert linked
    for name in linked:
        assert name.startswith(settings.STATIC_URL)
        assert finders.find(name.removeprefix(settings.STATIC_URL)), name


def test_the_site_answers_so_when_a_view_fails():
    assert get_resolver().resolve_error_handler(500) is server_error
