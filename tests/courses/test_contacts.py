"""The contact directory: one place for an address, in lessons by its ref, and as a page for everybody."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.translation import override
from wagtail.models import Locale, ReferenceIndex

from courses.models import Contact, LessonPage, ShortcutsPage
from courses.packs.contacts import read_contacts
from courses.packs.errors import PackError
from courses.packs.files import read_course
from courses.packs.markdown import parse_body, write_body
from courses.packs.pages import put_activity, put_course
from tests import builders
from tests.builders import version_of
from tests.courses.test_packs import folder  # noqa: F401 - a fixture


def make_contact(name="Skatteverket", *, language="sv", **fields):
    locale = Locale.objects.get(language_code=language)
    values = {"purpose": "Skatt och flytt", "url": "https://www.skatteverket.se", "group": "authorities", **fields}
    return Contact.objects.create(name=name, locale=locale, **values)


@pytest.fixture
def skatteverket(index):
    return make_contact(phone="0771-567 567", checked_on=datetime.date(2026, 11, 23))


@pytest.fixture
def shortcuts(index):
    page = ShortcutsPage(title="Snabbvägar", slug="snabbvagar", introduction="<p>Hit.</p>")
    return builders.publish(page, index.get_parent())


def lesson_with(*contacts, course=None, **fields):
    blocks = [("contact", {"ref": contact, **fields}) for contact in contacts]
    body = [("heading", "Ett"), *blocks]
    page = LessonPage(title="Vart", slug=f"vart-{len(contacts)}", body=body)
    return builders.publish(page, course or builders.make_course(access="open"))


def render(lesson):
    fresh = LessonPage.objects.get(pk=lesson.pk)
    return render_to_string("lms_courses/includes/activity_body.html", {"steps": fresh.get_steps()})


# The directory


def test_a_ref_is_made_from_the_name_and_is_never_anothers(index):
    refs = [make_contact(name).ref for name in ("Försäkringskassan", "Försäkringskassan", "–")]
    assert refs == ["forsakringskassan", "forsakringskassan-2", "kontakt"]


def test_address_phone_and_checking_are_saved_once_for_all_languages(skatteverket):
    english = skatteverket.copy_for_translation(Locale.objects.get(language_code="en"))
    english.name, english.purpose = "The tax agency", "Tax"
    english.save()
    english.url, english.checked_on = "https://skatteverket.se/ny", datetime.date(2026, 12, 1)
    english.save()
    skatteverket.refresh_from_db()
    assert (skatteverket.url, skatteverket.checked_on) == (english.url, english.checked_on)
    assert (skatteverket.name, skatteverket.ref) == ("Skatteverket", english.ref)
    [found] = Contact.objects.in_language("en")
    assert found.name == "The tax agency"
    [found] = Contact.objects.in_language("fi")
    assert found.name == "Skatteverket"


def test_a_contact_needs_a_link_or_a_phone(index):
    with pytest.raises(ValidationError, match="länk eller ett telefonnummer"):
        Contact(name="X", locale=Locale.objects.get(language_code="sv")).full_clean(exclude=["locale"])


# In a lesson


def test_a_lesson_shows_what_the_directory_says_now(skatteverket):
    lesson = lesson_with("skatteverket")
    html = render(lesson)
    assert "Skatt och flytt" in html
    assert 'href="https://www.skatteverket.se"' in html
    assert 'href="tel:0771567567"' in html
    assert "Senast kontrollerat 23 november 2026." in html
    skatteverket.phone, skatteverket.checked_on = "020-11 11 11", None
    skatteverket.save()
    html = render(lesson)
    assert 'href="tel:020111111"' in html
    assert "kontrollera" not in html


def test_a_lesson_may_say_what_for_in_its_own_words(skatteverket):
    html = render(lesson_with("skatteverket", purpose="Anmäl flytten här"))
    assert "Anmäl flytten här" in html
    assert "Skatt och flytt" not in html


def test_a_changed_number_is_no_new_version_of_the_lesson(skatteverket):
    lesson = lesson_with("skatteverket")
    before = version_of(lesson)
    assert [block["value"]["ref"] for block in before.content["body"] if block["type"] == "contact"] == ["skatteverket"]
    assert "0771" not in str(before.content)
    skatteverket.phone = "020-11 11 11"
    skatteverket.save()
    LessonPage.objects.get(pk=lesson.pk).save_revision().publish()
    assert version_of(lesson) == before


def test_a_contact_is_shown_in_the_readers_language(skatteverket):
    english = skatteverket.copy_for_translation(Locale.objects.get(language_code="en"))
    english.name = "The tax agency"
    english.save()
    lesson = lesson_with("skatteverket")
    with override("en"):
        assert "The tax agency" in render(lesson)


def test_a_contact_that_has_left_the_directory_leaves_no_empty_box(skatteverket):
    lesson = lesson_with("skatteverket")
    skatteverket.delete()
    assert "lms-contact" not in render(lesson)


@pytest.mark.parametrize("times", [1, 5])
def test_contacts_cost_a_lesson_one_query_however_many(index, times, django_assert_num_queries):
    refs = [make_contact(f"Myndighet {number}").ref for number in range(times)]
    lesson = LessonPage.objects.get(pk=lesson_with(*refs).pk)
    with django_assert_num_queries(1):
        html = render_to_string("lms_courses/includes/activity_body.html", {"steps": lesson.get_steps()})
    assert html.count("lms-contact__what") == times


def test_the_directory_knows_where_a_contact_is_used(skatteverket):
    lesson = lesson_with("skatteverket")
    ReferenceIndex.create_or_update_for_object(lesson)
    [found] = ReferenceIndex.get_references_to(skatteverket)
    assert found.object_id == str(lesson.pk)


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({"ref": "skatteverket", "phone": "112"}, "ref"),
        ({"ref": "", "name": ""}, "name"),
        ({"ref": "", "name": "Polisen"}, "url"),
        ({"ref": "finns-inte"}, "ref"),
    ],
)
def test_an_author_is_told_what_a_contact_lacks(skatteverket, value, field):
    block = LessonPage.body.field.stream_block.child_blocks["contact"]
    with pytest.raises(ValidationError) as error:
        block.clean(block.to_python(value))
    assert list(error.value.block_errors) == [field]


def test_the_editor_offers_the_directory(sign_in, skatteverket):
    lesson = lesson_with("skatteverket")
    html = sign_in("ada").get(f"/admin/pages/{lesson.pk}/edit/").content.decode()
    assert "Skatteverket" in html


# The page


def test_the_shortcuts_are_open_to_all_and_say_what_nobody_has_checked(client, shortcuts, skatteverket):
    make_contact("112", group="emergency", url="", phone="112")
    html = client.get("/snabbvagar/").content.decode()
    assert (
        html.index("Nödnummer") < html.index('href="tel:112"') < html.index("Myndigheter") < html.index("Skatteverket")
    )
    assert 'href="https://www.skatteverket.se"' in html
    assert html.count("Det som saknar datum har ingen kontrollerat än.") == 1
    assert html.count("Senast kontrollerat 23 november 2026.") == 1


@pytest.mark.parametrize("times", [1, 9])
def test_the_shortcuts_cost_the_same_however_many(client, shortcuts, times, django_assert_num_queries):
    for number in range(times):
        make_contact(f"Myndighet {number}", group="tourism" if number % 2 else "authorities")
    client.get("/snabbvagar/")
    with django_assert_num_queries(9):
        client.get("/snabbvagar/")


def test_an_empty_directory_says_so(client, shortcuts):
    assert "Det finns inga kontakter i registret än." in client.get("/snabbvagar/").content.decode()


def test_the_catalogue_and_the_front_door_lead_to_the_shortcuts(client, index, shortcuts):
    for path in (index.url, "/"):
        assert 'href="/snabbvagar/"' in client.get(path).content.decode()
    shortcuts.unpublish()
    for path in (index.url, "/"):
        assert "snabbvagar" not in client.get(path).content.decode()


# In the admin


def test_who_keeps_the_directory(sign_in, cast, skatteverket):
    path = "/admin/snippets/lms_courses/contact/"
    assert "Skatteverket" in sign_in("ada").get(path).content.decode()
    form = {
        "name": "SMHI",
        "purpose": "Väder",
        "group": "crisis",
        "url": "https://www.smhi.se",
        "phone": "",
        "source": "",
    }
    assert sign_in("ada").post(f"{path}add/", {**form, "checked_on": ""}).status_code == 302
    assert Contact.objects.get(ref="smhi").locale.language_code == "sv"
    assert sign_in("kajsa").get(path).status_code == 200  # who leads courses keeps it
    for who in ("petra", "eva", "maja"):
        assert sign_in(who).get(path).status_code == 302
        sign_in(who).post(f"{path}delete/{skatteverket.pk}/")
    assert Contact.objects.filter(pk=skatteverket.pk).exists()


# In a pack


def test_a_box_with_a_ref_goes_through_markdown_and_back():
    text = "## Ett {#ett}\n\n::: contact\nref: skatteverket\npurpose: Anmäl flytten\n:::\n"
    blocks = parse_body(text, lesson=builders.uuid.uuid4(), find_file=str, where="x")
    assert blocks[1]["value"]["ref"] == "skatteverket"
    written = write_body(blocks, file_name=lambda kind, pk: "")
    assert "::: contact\nref: skatteverket\npurpose: Anmäl flytten\n:::" in written


@pytest.mark.parametrize(
    ("inside", "said"),
    [("ref: a\nphone: '112'", "bredvid ”ref”"), ("purpose: X", "”ref” ur contacts.yaml")],
)
def test_a_mistake_in_a_box_is_told(inside, said):
    with pytest.raises(PackError) as error:
        parse_body(f"::: contact\n{inside}\n:::", lesson=builders.uuid.uuid4(), find_file=str, where="x.md")
    assert said in str(error.value)


def test_a_lesson_is_not_loaded_with_a_contact_that_nobody_knows(folder, index):  # noqa: F811
    path = folder / "01-ett.md"
    path.write_text(path.read_text().replace('name: "112"\npurpose: Fara för liv\nphone: "112"', "ref: sos-112"))
    pack = read_course(folder)
    course = put_course(pack, index)
    with pytest.raises(PackError, match=r"prov-kurs/01-ett\.md.*sos-112"):
        put_activity(pack, pack.activities[0], course)
    make_contact("sos 112", group="emergency")
    put_activity(pack, pack.activities[0], course)


GOOD = "language: sv\ncontacts:\n  - ref: smhi\n    group: crisis\n    name: SMHI\n    url: https://www.smhi.se\n"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("language: sv\n", ""), "”language: sv”"),
        (("ref: smhi", "ref: Å!"), "små bokstäver"),
        (("group: crisis", "group: väder"), "”group” är någon av"),
        (("name: SMHI", "name: ''"), "”name” saknas"),
        (("https://www.smhi.se", "javascript:alert(1)"), "https://"),
        (("    url: https://www.smhi.se\n", ""), "”url” eller ”phone”"),
        (("contacts:\n", GOOD[12:]), "samma ”ref”: smhi"),
    ],
)
def test_a_mistake_in_the_directory_is_told(tmp_path, change, said):
    path = tmp_path / "contacts.yaml"
    path.write_text(GOOD.replace(*change))
    with pytest.raises(PackError) as error:
        read_contacts(path)
    assert said in str(error.value)
