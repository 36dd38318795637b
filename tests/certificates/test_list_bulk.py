"""Many at once from the list: the ticked or all of the filter, and never those of another area."""

import io
import re
import zipfile

import pytest

from certificates import drawing, making
from certificates.models import Certificate, RevocationReason
from lms.models import LedgerEntry
from tests.certificates.many import issue_for

ZIP, REVOKE = "/admin/certificates/zip/", "/admin/certificates/revoke/"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(making, "make", lambda one: making.Made(b"%PDF-1.7 " + one.serial.encode()))


@pytest.fixture
def three(cast):
    return [issue_for(cast.maja, "Kurs A"), issue_for(cast.maja, "Kurs B"), issue_for(cast.staff["bo"], "Kurs A")]


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def names_in(response):
    return zipfile.ZipFile(io.BytesIO(response.getvalue())).namelist()


def test_the_ticked_ones_come_as_zip_and_the_ledger_says_so(petra, three):
    response = petra.post(ZIP, {"which": "ticked", "certificate": [three[0].uuid, three[2].uuid]})
    assert response["Content-Type"] == "application/zip"
    assert re.fullmatch(r'attachment; filename="intyg-\d{4}-\d\d-\d\d\.zip"', response["Content-Disposition"])
    assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))
    assert len(names_in(response)) == 3
    entry = LedgerEntry.objects.get(verb="certificate.fetched_many")
    assert (entry.actor.username, entry.data) == ("petra", {"number": 2})


def test_all_of_the_filter_comes_whatever_was_ticked(petra, three):
    response = petra.post(f"{ZIP}?q=maja", {"which": "all", "certificate": [three[2].uuid]})
    assert [name.split("_")[0] for name in names_in(response)] == ["Lindgren", "Lindgren", "intyg.csv"]


@pytest.mark.parametrize("path", [ZIP, REVOKE])
@pytest.mark.parametrize("sent", [{}, {"certificate": ["x", "-" * 36, "../.."]}])
def test_nothing_ticked_does_nothing(petra, three, path, sent):
    response = petra.post(f"{path}?q=maja", {"which": "ticked", **sent}, follow=True)
    assert response.redirect_chain[-1][0] == "/admin/certificates/?q=maja"
    assert "Kryssa i minst ett intyg" in text_of(response)
    assert Certificate.objects.current().count() == 3


@pytest.mark.parametrize("path", [ZIP, REVOKE])
def test_they_are_done_by_form_alone(petra, three, path):
    assert petra.get(path).status_code == 405


def test_another_areas_are_left_out_and_that_is_said(petra, three, far):
    beyond = issue_for(far)
    response = petra.post(ZIP, {"which": "ticked", "certificate": [three[0].uuid, beyond.uuid]})
    assert len(names_in(response)) == 2
    assert "1 som du kryssade i får du inte ändra" in text_of(petra.get("/admin/certificates/"))
    assert len(names_in(petra.post(ZIP, {"which": "all"}))) == 4


def test_many_without_file_are_made_first_and_the_page_says_how_far_it_has_come(petra, three, monkeypatch):
    monkeypatch.setattr("certificates.admin.bulk_views.DRAWN_AT_ONCE", 1)
    asked = []
    monkeypatch.setattr("certificates.admin.bulk_views.draw_all", lambda certificates: asked.append(len(certificates)))
    response = petra.post(ZIP, {"which": "all"})
    assert "0 av 3 filer är klara" in text_of(response)
    assert response.context["takes_all"]
    assert names_in(petra.post(ZIP, {"which": "all", "as_it_is": "1"})) == ["intyg.csv"]
    assert not Certificate.objects.exclude(sha256="").exists()
    monkeypatch.setattr("certificates.bulk.DRAWN_AT_ONCE", 1)
    assert "1 av 3" in text_of(petra.post(ZIP, {"which": "all", "wait": "1"}))  # each look helps, worker or not
    assert asked == [3]  # not once for each look


def test_the_background_makes_them_and_one_that_cannot_be_stops_no_other(cast, three, monkeypatch):
    from certificates.bulk import draw_all

    def make(certificate):
        if certificate == three[0]:
            raise drawing.MissingGlyphError("x")
        return making.Made(b"%PDF-1.7")

    monkeypatch.setattr(making, "make", make)
    draw_all(certificates=[one.pk for one in three])
    assert Certificate.objects.exclude(sha256="").count() == 2


def revoke_page(browser, path=REVOKE, **sent):
    response = browser.post(path, sent)
    return response, response.context["seal"]


def test_several_are_revoked_after_saying_which_and_what_that_means(petra, three):
    page, seal = revoke_page(petra, which="ticked", certificate=[three[0].uuid, three[2].uuid])
    text = text_of(page)
    for words in ("2 intyg återkallas", "Bo Ek · Kurs A", "kan inte ångras", "Återkalla 2 intyg"):
        assert words in text
    assert Certificate.objects.current().count() == 3
    sent = {"which": "ticked", "certificate": [three[0].uuid, three[2].uuid], "reason": "mistake", "seen": seal}
    assert "2 intyg är återkallade" in text_of(petra.post(REVOKE, sent, follow=True))
    gone = Certificate.objects.revoked()
    assert {(one.pk, one.revocation_reason) for one in gone} == {
        (three[0].pk, RevocationReason.MISTAKE), (three[2].pk, RevocationReason.MISTAKE),
    }  # fmt: skip
    assert LedgerEntry.objects.filter(verb="certificate.revoked", actor__username="petra").count() == 2


def test_what_has_come_in_since_it_was_shown_is_shown_before_it_goes(petra, three, cast):
    _page, seal = revoke_page(petra, which="all")
    issue_for(cast.maja)
    response = petra.post(REVOKE, {"which": "all", "reason": "issuer", "seen": seal})
    assert response.context["has_changed"]
    assert Certificate.objects.current().count() == 4


def test_a_reason_is_asked_for(petra, three):
    _page, seal = revoke_page(petra, which="all")
    for reason in ("", "erased"):
        assert petra.post(REVOKE, {"which": "all", "reason": reason, "seen": seal}).status_code == 422
    assert Certificate.objects.current().count() == 3


def test_those_that_are_revoked_already_are_told_of(petra, three):
    Certificate.objects.update(revoked_at="2026-01-01T00:00:00Z", revocation_reason="issuer")
    assert "Ingenting har ändrats" in text_of(petra.post(REVOKE, {"which": "all"}, follow=True))


def test_very_many_are_revoked_in_the_background_in_parts(petra, three, monkeypatch):
    monkeypatch.setattr("certificates.bulk.AT_ONCE", 2)
    monkeypatch.setattr("certificates.admin.bulk_views.AT_ONCE", 2)
    monkeypatch.setattr("certificates.bulk.PART", 2)
    page, seal = revoke_page(petra, which="all")
    assert "görs i bakgrunden" in text_of(page)
    response = petra.post(REVOKE, {"which": "all", "reason": "issuer", "seen": seal}, follow=True)
    assert "3 intyg återkallas i bakgrunden" in text_of(response)
    assert Certificate.objects.revoked().count() == 3
