"""The directory that we ship: loaded once, respectful of authors, complete in two languages, and every ref exists."""

from pathlib import Path

import pytest
from django.core.management import call_command
from wagtail.models import Locale

from content_seed import seeding
from courses.models import Contact, ShortcutsPage
from courses.packs.files import read_course
from courses.packs.markdown import parse_body

NORDMALING = {
    "sos-112", "info-113-13", "polisen-114-14", "vard-1177", "krisinformation", "mcf", "smhi", "sveriges-radio-p4",
    "skatteverket", "forsakringskassan", "pensionsmyndigheten", "statens-servicecenter", "nordmalings-kommun",
    "visit-nordmaling", "bankid", "konsumentverket", "halla-konsument", "imy", "polisen", "lansstyrelsen-vasterbotten",
    "region-vasterbotten", "tillvaxtverket", "postnord", "olofsfors-bruk", "livsmedelsverket", "arbetsmiljoverket",
}  # fmt: skip


def told(capsys) -> list[str]:
    """What seeding says of contacts and of the page that shows them."""
    call_command("seed")
    lines = capsys.readouterr().out.splitlines()
    names = {"Snabbvägar", *(contact.title for contact in seeding.directories())}
    return [line for line in lines if "kontakt" in line or line[14:] in names or line[14:].rsplit(" (", 1)[0] in names]


@pytest.fixture
def packs(index, monkeypatch):
    """The directory without the courses, which take their time."""
    monkeypatch.setattr(seeding, "packs", list)


def test_the_first_seeding_makes_the_directory_in_both_languages_and_its_page(packs, capsys, client):
    assert told(capsys) == ["ny            26 kontakter", "ny            Snabbvägar"]
    for language in ("sv", "en"):
        rows = Contact.objects.filter(locale__language_code=language)
        assert set(rows.values_list("ref", flat=True)) == NORDMALING
        assert not rows.filter(purpose="").exists()
    assert not Contact.objects.exclude(checked_on=None).exists()  # nobody has looked at the live pages
    html = client.get("/snabbvagar/").content.decode()
    assert html.count("lms-shortcut__call") == 8
    assert "Myndigheten för civilt försvar (MCF), tidigare MSB" in html


def test_the_second_changes_nothing(packs, capsys):
    told(capsys)
    before = list(Contact.objects.order_by("pk").values())
    assert told(capsys) == ["oförändrad    26 kontakter", "oförändrad    Snabbvägar"]
    assert list(Contact.objects.order_by("pk").values()) == before


def test_what_an_author_has_changed_or_deleted_is_left_alone_and_said(packs, capsys):
    told(capsys)
    imy = Contact.objects.get(ref="imy", locale__language_code="sv")
    imy.purpose = "Egna ord"
    imy.save()
    smhi = Contact.objects.get(ref="smhi", locale__language_code="en")
    smhi.checked_on = "2026-11-24"
    smhi.save()
    Contact.objects.filter(ref="bankid").delete()
    ShortcutsPage.objects.get().delete()
    assert sorted(told(capsys)) == [
        "oförändrad    23 kontakter",
        "orörd         BankID (borttagen på webbplatsen)",
        "orörd         Integritetsskyddsmyndigheten (IMY) (ändrad på webbplatsen)",
        "orörd         SMHI (ändrad på webbplatsen)",
        "orörd         Snabbvägar (borttagen på webbplatsen)",
    ]
    assert Contact.objects.filter(purpose="Egna ord").count() == 1
    assert not Contact.objects.filter(ref="bankid").exists()


def test_a_newer_pack_updates_what_nobody_has_touched_in_all_languages(packs, capsys, monkeypatch):
    told(capsys)
    contacts = seeding.directories()
    contacts[0].url = "https://www.sosalarm.se/ny"
    monkeypatch.setattr(seeding, "directories", lambda: contacts)
    assert told(capsys)[0] == "uppdaterad    1 kontakt"
    assert set(Contact.objects.filter(ref="sos-112").values_list("url", flat=True)) == {"https://www.sosalarm.se/ny"}
    assert told(capsys)[0] == "oförändrad    26 kontakter"


def test_an_authors_own_contact_with_the_same_ref_is_left_alone(packs, capsys):
    Contact.objects.create(name="SMHI", url="https://smhi.example", locale=Locale.objects.get(language_code="sv"))
    assert "orörd         SMHI (ändrad på webbplatsen)" in told(capsys)
    assert Contact.objects.get(ref="smhi").url == "https://smhi.example"


def test_a_site_in_one_language_gets_that_one_and_the_other_when_it_is_added(packs, capsys, settings):
    Locale.objects.get(language_code="en").delete()
    both, settings.WAGTAIL_CONTENT_LANGUAGES = settings.WAGTAIL_CONTENT_LANGUAGES, [("sv", "Svenska")]
    told(capsys)
    assert Contact.objects.count() == 26
    settings.WAGTAIL_CONTENT_LANGUAGES = both
    Locale.objects.create(language_code="en")
    assert told(capsys)[0] == "uppdaterad    26 kontakter"
    assert Contact.objects.count() == 52


def test_every_contact_that_a_lesson_names_is_in_the_directory_of_its_pack():
    for path in Path("content_seed/packs").glob("*/*/course.yaml"):
        for activity in read_course(path.parent).activities:
            blocks = parse_body(activity.body, lesson=activity.uuid, find_file=str, where=activity.file)
            named = {block["value"]["ref"] for block in blocks if block["type"] == "contact"} - {""}
            assert named <= NORDMALING, (path, activity.file)


def test_every_entry_says_where_it_comes_from():
    text = Path("content_seed/packs/nordmaling/contacts.yaml").read_text()
    entries = text.split("  - ref: ")[1:]
    comments = [chunk.rsplit("\n\n", 1)[-1] for chunk in text.split("  - ref: ")[:-1]]
    assert len(entries) == len(comments) == 26
    assert all("[V]" in comment or "[C]" in comment for comment in comments)
    assert "[U]" not in text.replace("[U], utelämnat", "")
