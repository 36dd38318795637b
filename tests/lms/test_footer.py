"""The foot of every page: the law's pages, and the other language for whoever reads."""

import pytest
from django.urls import reverse
from django.utils.translation import override
from wagtail.models import Locale, Page

from lms.footer import foot
from lms.models import AccessibilityStatementPage, InformationPage, StaffMember, TrainingSettings
from tests import builders

LINKS = ("/om/personuppgifter/", "/om/tillganglighet/")


@pytest.fixture
def privacy(index):
    page = InformationPage(title="Personuppgifter", slug="personuppgifter", body="<p>Så här gör vi.</p>")
    builders.publish(page, index.get_parent())
    settings = TrainingSettings.load()
    settings.privacy_page = Page.objects.get(pk=page.pk)
    settings.save()
    return page


@pytest.fixture
def privacy_in_english(privacy):
    translation = privacy.copy_for_translation(Locale.objects.get(language_code="en"), copy_parents=True)
    translation.title, translation.slug = "Personal data", "personal-data"
    translation.save_revision().publish()
    return translation


@pytest.mark.parametrize("path", ["/", "/logga-in/", "/logga-in/kort/", "/surfplatta/", "/intyg/"])
def test_it_is_on_every_page_for_whoever_has_not_signed_in(index, client, path):
    page = client.get(path).content.decode()
    for link in LINKS:
        assert f'href="{link}"' in page
    assert 'sprak/?language=en"' in page
    assert "csrfmiddlewaretoken" not in page.split("lms-foot", 1)[1]
    assert "English" in page


def test_it_is_at_the_desk_and_at_the_tablet(cast, maja, at_tablet):
    own, tablet = maja.get("/min-utbildning/"), at_tablet.get("/surfplatta/min-utbildning/")
    assert 'action="/min-utbildning/sprak/"' in own.content.decode()
    assert 'action="/surfplatta/min-utbildning/sprak/"' in tablet.content.decode()
    for response in (own, tablet):
        assert all(f'href="{link}"' in response.content.decode() for link in LINKS)


def test_it_leads_to_the_page_that_the_settings_name(privacy, client):
    assert client.get("/om/personuppgifter/").url == "/personuppgifter/"
    assert "Så här gör vi." in client.get("/personuppgifter/").content.decode()


def test_to_whoever_is_signed_in_it_speaks_their_own_language(privacy_in_english, cast, maja):
    cast.maja.language = "en"
    cast.maja.save()
    assert maja.get("/om/personuppgifter/").url == "/en/personal-data/"


def test_in_the_visitors_language_if_it_is_there(privacy_in_english, client):
    client.cookies["django_language"] = "en"
    assert client.get("/om/personuppgifter/").url == "/en/personal-data/"


@pytest.mark.parametrize("path", LINKS)
def test_what_is_not_written_says_whom_to_ask(index, client, path):
    response = client.get(path)
    assert response.status_code == 404
    assert "Inte skriven än" in response.content.decode()


def test_a_page_that_is_withdrawn_is_not_led_to(privacy, client):
    privacy.unpublish()
    assert client.get("/om/personuppgifter/").status_code == 404


# The other language


def test_a_visitor_chooses_english_and_keeps_it(index, client):
    response = client.get("/sprak/", {"language": "en"}, headers={"Referer": "http://testserver/logga-in/kort/"})
    assert response.url == "/logga-in/kort/"
    assert "login card" in client.get("/logga-in/kort/").content.decode()
    assert "Training for the service points" in client.get("/").content.decode()
    client.get("/sprak/", {"language": "sv"})
    assert "Utbildning för servicepunkterna" in client.get("/").content.decode()


def test_the_choice_never_leaks_into_the_next_visitors_page(index, client, django_user_model):
    client.get("/sprak/", {"language": "en"})
    client.get("/")
    client.cookies.clear()
    assert "Utbildning för servicepunkterna" in client.get("/").content.decode()


def test_in_the_book_it_is_the_same_page_in_the_other_language(privacy_in_english, privacy, client):
    page = client.get("/personuppgifter/").content.decode()
    assert f'href="/sprak/?language=en&amp;page={privacy.translation_key}"' in page
    response = client.get("/sprak/", {"language": "en", "page": str(privacy.translation_key)})
    assert response.url == "/en/personal-data/"


@pytest.mark.parametrize(
    "data",
    [
        {"language": "en", "page": "inget-uuid"},
        {"language": "en", "page": "00000000-0000-4000-8000-000000000000"},
        {"language": "en"},
        {"language": "xx"},
    ],
)
def test_nonsense_leads_to_the_start_page(index, client, data):
    assert client.get("/sprak/", data).url == "/"


@pytest.mark.parametrize("referer", ["https://example.com/", "//example.com/x", "javascript:alert(1)", ""])
def test_it_never_leads_off_the_site(index, client, referer):
    assert client.get("/sprak/", {"language": "en"}, headers={"Referer": referer}).url == "/"
    doubled = {"Referer": f"http://testserver{referer.removeprefix('https:')}"}
    assert not client.get("/sprak/", {"language": "en"}, headers=doubled).url.startswith("//")


def test_a_learner_stays_on_the_page_and_keeps_the_language_everywhere(cast, maja, rule, course):
    path = f"/min-utbildning/kurs/{course.translation_key}/"
    response = maja.post(
        "/min-utbildning/sprak/",
        builders.fields(cast.maja, language="en"),
        headers={"Referer": f"http://testserver{path}"},
    )
    assert response.url == path
    assert "In this course" in maja.get(path).content.decode()
    assert StaffMember.objects.get(pk=cast.maja.pk).language == "en"


def test_the_persons_own_language_wins_over_the_browsers(cast, maja):
    maja.cookies["django_language"] = "en"
    assert "Hej Maja" in maja.get("/min-utbildning/").content.decode()


def test_an_editor_may_not_reach_a_closed_page_by_its_language_form(cast, client, course):
    """What the visitor may not read is refused by the page itself; the form tells no more than an address."""
    response = client.get("/sprak/", {"language": "sv", "page": str(course.translation_key)})
    assert client.get(response.url).status_code == 302
    assert client.get(response.url).url.startswith(reverse("lms:sign_in"))


def test_the_foot_costs_one_query(privacy, client, django_assert_num_queries):
    request = client.get("/logga-in/").wsgi_request
    with django_assert_num_queries(1):  # whom to ask
        assert "Personuppgifter" in foot(request, privacy)


# The accessibility statement


@pytest.fixture
def statement(index):
    page = AccessibilityStatementPage(
        title="Tillgänglighetsredogörelse",
        slug="tillganglighet",
        service="Lärpunkt",
        method="<p>Egen bedömning.</p>",
        supervision="<p>Digg</p>",
        shortcomings="<p>Intygen är inte uppmärkta.</p>",
    )
    return builders.publish(page, index.get_parent())


def test_the_statement_says_what_the_law_asks_for(statement, client):
    page = client.get(statement.url).content.decode()
    for words in (
        "<strong>delvis förenlig</strong>",
        "Intygen är inte",
        "Egen bedömning.",
        "Digg",
        "Rapportera en brist",
    ):
        assert words in page
    assert "Ingen har bedömt den här webbplatsen än." in page
    assert "Undantag för oskäligt" not in page


def test_the_statement_takes_organisation_and_contact_from_the_settings(statement, client):
    settings = TrainingSettings.load()
    settings.organisation, settings.contact_email = "Kommunen", "fraga@example.se"
    settings.save()
    page = client.get(statement.url).content.decode()
    assert "Kommunen står bakom Lärpunkt." in page
    assert 'href="mailto:fraga@example.se"' in page


def test_the_statement_is_whole_in_english(statement, client):
    translation = statement.copy_for_translation(Locale.objects.get(language_code="en"), copy_parents=True)
    translation.save_revision().publish()
    with override("en"):
        page = client.get(translation.url).content.decode()
    assert "<strong>partly compliant</strong>" in page
