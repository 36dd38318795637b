"""The law's pages as starter text: there from the first seeding, an author's from then on."""

import re

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from content_seed import seeding
from lms.models import AccessibilityStatementPage, InformationPage, TrainingSettings


@pytest.fixture
def written(index, monkeypatch):
    monkeypatch.setattr(seeding, "packs", list)
    monkeypatch.setattr(seeding, "directories", list)
    call_command("seed", verbosity=0)


def test_both_pages_in_both_languages_and_the_foot_leads_to_them(written, client):
    assert {page.locale.language_code for page in InformationPage.objects.live()} == {"sv", "en"}
    assert {page.locale.language_code for page in AccessibilityStatementPage.objects.live()} == {"sv", "en"}
    assert client.get("/om/personuppgifter/").url == "/personuppgifter/"
    assert client.get("/om/tillganglighet/").url == "/tillganglighetsredogorelse/"
    client.cookies["django_language"] = "en"
    assert client.get("/om/personuppgifter/").url == "/en/personal-data/"
    with override("sv"):  # the address decides, and what it activates must not reach the next test
        assert "square brackets" in client.get("/en/personal-data/").content.decode()


def test_the_second_seeding_changes_nothing_and_an_authors_words_stay(written, capsys):
    assert capsys.readouterr().out == ""  # it was told to be quiet
    page = InformationPage.objects.get(locale__language_code="sv")
    page.body = "<p>Vår egen text.</p>"
    page.save_revision().publish()
    call_command("seed")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["orörd", "oförändrad", "oförändrad", "oförändrad"]
    assert InformationPage.objects.get(pk=page.pk).body == "<p>Vår egen text.</p>"


def test_the_foot_leads_where_somebody_has_said(written, index):
    settings = TrainingSettings.load()
    settings.privacy_page = index.page_ptr
    settings.save()
    call_command("seed", verbosity=0)
    assert TrainingSettings.current().privacy_page_id == index.pk


def test_single_courses_bring_no_pages(index, capsys):
    with pytest.raises(CommandError):
        call_command("seed", "finns-inte")
    assert not InformationPage.objects.exists()


def test_a_page_that_cannot_be_read_is_told(index, monkeypatch, tmp_path):
    folder = tmp_path / "nordmaling" / "sidor"
    folder.mkdir(parents=True)
    (folder / "trasig.md").write_text("---\nkind: något\n---\n\nText\n")
    monkeypatch.setattr(seeding, "PACKS", tmp_path)
    with pytest.raises(CommandError, match=r"sidor/trasig\.md"):
        call_command("seed", verbosity=0)


def test_the_starter_text_answers_what_article_13_asks(written):
    text = re.sub(r"<[^>]+>", "", InformationPage.objects.get(locale__language_code="sv").body)
    for asked in (
        "personuppgiftsansvarig", "Dataskyddsombudet", "rättsliga grunden", "Vem ser vad", "Hur länge",
        "Integritetsskyddsmyndigheten", "rätta", "radera", "automatiskt",
    ):  # fmt: skip
        assert asked in text
