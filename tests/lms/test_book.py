"""The book: who reads a page when its course is withdrawn, where an alias leads, and who opens a document."""

import io

import pytest
from django.contrib.auth.models import Permission
from django.core.files.base import File
from django.test import Client
from wagtail.actions.create_alias import CreatePageAliasAction
from wagtail.documents.models import Document
from wagtail.models import GroupCollectionPermission, Page, PageViewRestriction, ReferenceIndex

from courses.documents import was_ever_used
from courses.models import LessonPage
from tests import builders
from tests.builders import address
from tests.courses.test_publishing import republish

pytestmark = pytest.mark.usefixtures("on_disk")


def indexed(page):
    """References are indexed after commit, which a test never reaches: here at once."""
    ReferenceIndex.create_or_update_for_object(page)


def make_document(name="hemlig"):
    return Document.objects.create(title=name, file=File(io.BytesIO(b"PK"), name=f"{name}.docx"))


def status(browser, document):
    response = browser.get(document.url)
    if response.streaming:
        response.getvalue()  # read to its end it closes itself, and leaves the connection of the test alone
    return response.status_code


def as_block(document):
    return ("document", {"document": document, "title": ""})


def as_link(document):
    return ("text", f'<p>Läs <a linktype="document" id="{document.pk}">blanketten</a>.</p>')


def as_link_the_other_way(document):
    return ("text", f'<p>Läs <a id="{document.pk}" linktype="document">blanketten</a>.</p>')


written = pytest.mark.parametrize("written", [as_block, as_link, as_link_the_other_way])


# Pages


def test_a_lesson_under_a_withdrawn_course_is_closed_but_to_who_may_edit_it(sign_in, cast, course, pages):
    assert sign_in("maja").get(pages[0].url).status_code == 200
    course.unpublish()
    assert Client().get(pages[0].url).status_code == 302
    assert sign_in("maja").get(pages[0].url).status_code == 403
    assert sign_in("petra").get(pages[0].url).status_code == 403
    for author in ("kajsa", "ada"):
        assert sign_in(author).get(pages[0].url).status_code == 200


def test_an_open_lesson_under_a_withdrawn_course_is_closed_too(index):
    course = builders.make_full_course(access="open")
    lesson = course.get_activity_pages().first()
    assert Client().get(lesson.url).status_code == 200
    course.unpublish()
    assert Client().get(lesson.url).status_code == 302


def test_an_alias_leads_to_its_source_at_the_desk(maja, course, pages):
    other = builders.make_course("Andra")
    alias = CreatePageAliasAction(pages[0], parent=other, update_slug="alias").execute()
    again = CreatePageAliasAction(alias, parent=other, update_slug="alias-igen").execute()
    for page in (alias, again):
        assert f'href="{address(pages[0])}"' in maja.get(page.url).content.decode()
    assert maja.get(address(pages[0])).status_code == 200


def test_an_alias_of_a_closed_lesson_is_closed_also_in_an_open_course(maja, index):
    closed = builders.make_full_course("Stängd", access="assigned").get_activity_pages().first().specific
    alias = CreatePageAliasAction(closed, parent=builders.make_course(access="open"), update_slug="a").execute()
    assert Client().get(alias.url).status_code == 302
    assert maja.get(alias.url).status_code == 403


def test_wagtails_own_privacy_cannot_be_set_where_the_desk_would_not_know_of_it(sign_in, index, course, pages):
    for page in (index, course, *pages):
        address = f"/admin/pages/{page.pk}/privacy/"
        form = {"restriction_type": "password", "password": "hemligt", "groups": []}
        for answer in (sign_in("ada").get(address), sign_in("ada").post(address, form)):
            assert "no_privacy" in "".join(template.name for template in answer.templates)
    assert not PageViewRestriction.objects.exists()


# Documents


@pytest.fixture
def lesson(index):
    return builders.make_full_course(access="assigned").get_activity_pages().first().specific


@written
def test_a_document_that_only_a_draft_uses_is_closed(sign_in, lesson, written):
    document = make_document()
    assert status(Client(), document) == 200  # used nowhere yet: the site's own
    lesson.body.append(written(document))
    lesson.save_revision()
    assert status(Client(), document) == 403
    assert status(sign_in("maja"), document) == 403
    assert status(sign_in("ada"), document) == 200


def test_an_author_may_open_what_may_be_chosen_for_a_draft(sign_in, cast, lesson):
    document = make_document()
    lesson.body.append(as_block(document))
    lesson.save_revision()
    assert status(sign_in("eva"), document) == 403
    choose = Permission.objects.get(content_type__app_label="wagtaildocs", codename="choose_document")
    GroupCollectionPermission.objects.create(
        group=cast.eva.groups.get(), collection=document.collection, permission=choose
    )
    assert status(sign_in("eva"), document) == 200


def test_autosave_over_the_same_revision_closes_it_too(lesson):
    document = make_document()
    revision = lesson.save_revision()
    assert status(Client(), document) == 200
    lesson.body.append(as_block(document))
    lesson.save_revision(overwrite_revision=revision)
    assert status(Client(), document) == 403


@written
def test_a_document_that_has_left_its_lesson_is_closed(lesson, written):
    document = make_document()
    lesson.body.append(written(document))
    indexed(republish(lesson))
    assert status(Client(), document) == 403
    lesson = LessonPage.objects.get(pk=lesson.pk)
    del lesson.body[len(lesson.body) - 1]
    indexed(republish(lesson))
    assert status(Client(), document) == 403


@written
@pytest.mark.parametrize("access", ["open", "assigned"])
def test_a_document_whose_lesson_is_deleted_is_closed(index, written, access):
    document = make_document()
    lesson = builders.make_full_course(access=access).get_activity_pages().first().specific
    lesson.body.append(written(document))
    indexed(republish(lesson))
    assert status(Client(), document) == (200 if access == "open" else 403)
    Page.objects.get(pk=lesson.pk).delete()
    ReferenceIndex.objects.all().delete()
    assert status(Client(), document) == 403


def test_a_document_under_a_withdrawn_course_is_closed(index):
    document = make_document()
    course = builders.make_full_course(access="open")
    lesson = course.get_activity_pages().first().specific
    lesson.body.append(as_block(document))
    indexed(republish(lesson))
    assert status(Client(), document) == 200
    course.unpublish()
    assert status(Client(), document) == 403


def test_another_document_with_a_longer_number_is_not_taken_for_it(lesson):
    ours = Document.objects.create(pk=71, title="Vår", file=File(io.BytesIO(b"PK"), name="var.docx"))
    others = [
        Document.objects.create(pk=pk, title="Annat", file=File(io.BytesIO(b"PK"), name=f"annat{pk}.docx"))
        for pk in (7, 1, 711)
    ]
    lesson.body.extend([as_block(ours), as_link(ours), as_link_the_other_way(ours)])
    lesson.save_revision()
    assert status(Client(), ours) == 403
    assert {status(Client(), document) for document in others} == {200}


def host_page(index, document, *, live):
    """A page of the host site's own that shows `document`, as far as the index of references knows."""
    page = Page(title="Värdens", slug="vardens", locale=index.locale, live=live)
    index.get_parent().add_child(instance=page)
    base, own = (ReferenceIndex._get_base_content_type(model) for model in (Page, Document))
    ReferenceIndex.objects.create(
        base_content_type=base, content_type=base, object_id=page.pk, to_content_type=own, to_object_id=document.pk,
        model_path="body", content_path="body", content_path_hash="6f4f1c1e-0000-5000-8000-000000000000",
    )  # fmt: skip


@pytest.mark.parametrize(("live", "expected"), [(True, 200), (False, 403)])
def test_what_the_site_itself_publishes_stays_open_when_a_draft_of_ours_uses_it(index, lesson, live, expected):
    document = make_document()
    lesson.body.append(as_block(document))
    lesson.save_revision()
    host_page(index, document, live=live)
    assert status(Client(), document) == expected


def test_a_published_closed_lesson_closes_it_whatever_the_site_does(index, lesson):
    document = make_document()
    lesson.body.append(as_block(document))
    indexed(republish(lesson))
    host_page(index, document, live=True)
    assert status(Client(), document) == 403


def test_a_document_used_nowhere_is_searched_for_once(lesson, django_assert_num_queries):
    document = make_document()
    assert was_ever_used(document) is False
    with django_assert_num_queries(2):
        assert was_ever_used(document) is False
