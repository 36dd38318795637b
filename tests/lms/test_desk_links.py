"""Where a lesson's links lead at the desk, on one's own device and at the tablet; and its documents."""

import io
import re

import pytest
from django.core.files.base import File
from wagtail.actions.create_alias import CreatePageAliasAction
from wagtail.documents.models import Document
from wagtail.models import Page, ReferenceIndex

from certificates.models import Certificate
from courses.models import LessonPage, QuizPage
from lms.models import QuizAttempt
from tests import builders
from tests.builders import address

OWN, TABLET = "/min-utbildning", "/surfplatta/min-utbildning"


@pytest.fixture
def door(request, sign_in, at_tablet):
    """Maja's browser and where her desk is: by password, and by PIN."""
    return (sign_in("maja"), OWN) if request.param == "own" else (at_tablet, TABLET)


both_doors = pytest.mark.parametrize("door", ["own", "tablet"], indirect=True)


def make_document(name="blankett.pdf"):
    return Document.objects.create(title="Blankett", file=File(io.BytesIO(b"%PDF-"), name=name))


def lesson_with(course, *blocks, title="Med länkar"):
    """References are indexed after commit, which a test never reaches: here at once."""
    page = LessonPage(title=title, slug="med-lankar", body=[("heading", "Ett"), *blocks])
    ReferenceIndex.create_or_update_for_object(builders.publish(page, course))
    return page


def page_link(page, words):
    return ("text", f'<p>Se <a linktype="page" id="{page.pk}">{words}</a>.</p>')


def as_block(document):
    return ("document", {"document": document, "title": "Hämta"})


def as_link(document):
    return ("text", f'<p><a linktype="document" id="{document.pk}">Hämta</a></p>')


def link(response, words):
    """Where the link with `words` leads."""
    [found] = re.findall(rf'<a[^>]* href="([^"]*)"[^>]*>\s*{words}', response.content.decode())
    return found


# Documents


@both_doors
@pytest.mark.parametrize("written", [as_block, as_link])
def test_a_document_of_a_lesson_is_handed_out_as_a_file(door, on_disk, course, written):
    browser, where = door
    document = make_document()
    lesson = lesson_with(course, written(document))
    found = link(browser.get(address(lesson, where)), "Hämta")
    assert found == f"{address(lesson, where)}dokument/{document.pk}/"
    response = browser.get(found)
    assert response.getvalue() == b"%PDF-"
    assert response["Content-Disposition"] == f'attachment; filename="{document.filename}"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'"
    assert "no-store" in response["Cache-Control"]


def test_in_the_book_it_has_its_own_address(maja, course):
    document = make_document()
    lesson = lesson_with(course, as_block(document))
    assert link(maja.get(lesson.url), "Hämta") == document.url


def test_only_what_the_lesson_uses_is_handed_out(at_tablet, on_disk, course, pages):
    document, other = make_document(), make_document("annan.pdf")
    lesson = lesson_with(course, as_block(document))
    for page, asked in ((lesson, other.pk), (lesson, 0), (pages[0], document.pk), (pages[2], document.pk)):
        assert at_tablet.get(f"{address(page, TABLET)}dokument/{asked}/").status_code == 404


def test_who_may_not_read_the_lesson_gets_none_of_it(client, at_tablet, sign_in, on_disk, index):
    document = make_document()
    lesson = lesson_with(builders.make_course(access="assigned"), as_block(document))
    for browser, where in ((at_tablet, TABLET), (sign_in("maja"), OWN)):
        assert browser.get(f"{address(lesson, where)}dokument/{document.pk}/").status_code == 404
    path = f"{address(lesson)}dokument/{document.pk}/"
    assert client.get(path).status_code == 302
    assert sign_in("nisse").get(path).status_code == 403


def test_a_withdrawn_lesson_takes_its_documents_along(at_tablet, on_disk, course):
    document = make_document()
    lesson = lesson_with(course, as_block(document))
    lesson.unpublish()
    assert at_tablet.get(f"{address(lesson, TABLET)}dokument/{document.pk}/").status_code == 404


# Pages


@both_doors
def test_links_to_our_own_pages_lead_to_the_desk(door, course, pages):
    browser, where = door
    alias = CreatePageAliasAction(pages[1], parent=builders.make_course("Andra"), update_slug="alias").execute()
    lesson = lesson_with(
        course, page_link(pages[0], "lektionen"), page_link(course, "kursen"), page_link(alias, "den andra")
    )
    shown = browser.get(address(lesson, where))
    for words, page in (("lektionen", pages[0]), ("den andra", pages[1])):
        assert link(shown, words) == address(page, where)
        assert browser.get(address(page, where)).status_code == 200
    assert link(shown, "kursen") == f"{where}/kurs/{course.translation_key}/"


def test_in_the_book_they_lead_to_the_book(maja, course, pages):
    lesson = lesson_with(course, page_link(pages[0], "lektionen"))
    assert link(maja.get(lesson.url), "lektionen") == pages[0].url


def test_a_page_of_the_rest_of_the_site_keeps_its_address(at_tablet, course, index):
    theirs = Page(title="Värdens", slug="vardens", locale=index.locale)
    index.get_parent().add_child(instance=theirs)
    lesson = lesson_with(course, page_link(theirs, "sidan"))
    assert link(at_tablet.get(address(lesson, TABLET)), "sidan") == theirs.url


def test_what_stands_before_a_test_leads_to_the_desk_too(at_tablet, course, pages):
    quiz = QuizPage(title="Prov", slug="prov", introduction=page_link(pages[0], "lektionen")[1])
    builders.publish(quiz, course)
    assert link(at_tablet.get(address(quiz, TABLET)), "lektionen") == address(pages[0], TABLET)


@pytest.mark.parametrize("times", [1, 4])
def test_links_cost_the_same_queries_however_many(maja, course, pages, times, django_assert_num_queries):
    document = make_document()
    blocks = [page_link(page, "lektion") for page in pages[:times]] + [as_link(document), as_block(document)]
    lesson = lesson_with(course, *blocks * times)
    maja.get(address(lesson))
    with django_assert_num_queries(13):
        maja.get(address(lesson))


# Away from here


AWAY = ("text", '<p><a href="https://www.skatteverket.se/">Skatteverket</a> och <a href="mailto:a@b.se">e-post</a></p>')
CARD = ("contact", {"name": "1177", "purpose": "", "phone": "1177", "url": "https://www.1177.se/", "checked_on": None})


def test_another_website_opens_in_a_tab_of_its_own_and_says_so(at_tablet, maja, course):
    """In the book too: the body is the same."""
    lesson = lesson_with(course, AWAY, CARD)
    for page in (at_tablet.get(address(lesson, TABLET)), maja.get(lesson.url)):
        html = page.content.decode()
        new_tab = 'target="_blank" rel="noopener noreferrer"'
        assert f'<a href="https://www.skatteverket.se/" {new_tab}>Skatteverket (öppnas i ny flik)</a>' in html
        assert f'href="https://www.1177.se/" {new_tab}>Öppna webbplatsen i ny flik</a>' in html
        assert '<a href="mailto:a@b.se">e-post</a>' in html


def test_so_does_a_page_that_the_desk_does_not_have(at_tablet, maja, course, index):
    theirs = Page(title="Värdens", slug="vardens", locale=index.locale)
    index.get_parent().add_child(instance=theirs)
    lesson = lesson_with(course, page_link(theirs, "sidan"))
    there = f'<a href="{theirs.url}" target="_blank"'
    assert there in at_tablet.get(address(lesson, TABLET)).content.decode()
    assert there not in maja.get(lesson.url).content.decode()


LINK = re.compile(r"<(?:a|form)[^>]*(?:href|action)=[^>]*>")


@pytest.mark.parametrize("signed_in", [False, True])
def test_nothing_at_the_tablet_leads_off_it_in_the_same_view(tablet, request, cast, course, pages, signed_in):
    """A page elsewhere has no idle lock. The law's pages open in a tab of their own."""
    if signed_in:
        request.getfixturevalue("at_tablet")
        builders.complete(cast.maja, course)
        attempt, own = QuizAttempt.objects.get(), Certificate.objects.get()
        paths = ["", "intyg/", f"intyg/{own.uuid}/", f"kurs/{course.translation_key}/"]
        paths = [f"{TABLET}/{path}" for path in (*paths, f"forsok/{attempt.uuid}/resultat/")]
        paths += [address(page, TABLET) for page in pages]
    else:
        paths = ["/surfplatta/", f"/surfplatta/{cast.maja.uuid}/", f"/surfplatta/{cast.maja.uuid}/kort/"]
    for path in paths:
        response = tablet.get(path)
        assert response.status_code == 200
        for found in LINK.findall(response.content.decode()):
            stays = re.search(r'(?:href|action)="(/surfplatta/|#|tel:|mailto:)', found)
            comes_back = 'action="/sprak/"' in found
            assert stays or comes_back or 'target="_blank" rel="noopener' in found, (path, found)
