"""Kept reports that may name somebody, and removing a file: what it was stays, and nobody can fetch it again."""

import datetime
import uuid

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from lms.handed_out.actions import hand_out
from lms.handed_out.removal import may_name, remove_file
from lms.handed_out.selection import Selection
from lms.models import HandedOutReport, LedgerEntry
from lms.people.actions import end_employment
from lms.sealing import verify
from tests import people
from tests.handed_out import BASE


def report_of(user, query="", *, with_names=True) -> HandedOutReport:
    return hand_out(
        selection=Selection(user, query), kind="csv", with_names=with_names, form_id=uuid.uuid4(), actor=user
    )


def test_it_is_found_by_the_place_and_the_day_of_the_report(cast, rule):
    user = cast.users["petra"]
    report_of(user, with_names=False)
    report_of(user, f"workplace={cast.grasmyr.pk}")
    of_shop, of_all = report_of(user, f"workplace={cast.brattfors.pk}"), report_of(user)
    assert set(may_name(cast.maja)) == {of_shop, of_all}
    new = people.hire(cast, "Ny", "Ek", "brattfors")
    assert not may_name(new).exists()  # not known of when they were made
    latest = report_of(user)
    assert set(may_name(new)) == {latest}
    # Who leaves stands in what was handed out before, and not in what is of a later day.
    [job] = cast.maja.employments.all()
    end_employment(job=job, last_day=timezone.localdate() - datetime.timedelta(days=1), actor=cast.ada)
    after = report_of(user)
    assert set(may_name(cast.maja)) == {of_shop, of_all, latest}
    assert after in may_name(new)


def test_removing_says_first_what_it_means_and_keeps_what_it_was(petra, cast):
    report = report_of(cast.users["petra"])
    storage, name = report.file.storage, report.file.name
    at = f"{BASE}{report.uuid}/"
    assert f"{at}remove/" in petra.get(at).content.decode()
    asked = petra.get(f"{at}remove/")
    assert len(asked.context["told"]) == 4
    assert storage.exists(name)
    assert petra.post(f"{at}remove/", {"seen": asked.context["seal"]}).status_code == 302
    assert not storage.exists(name)
    kept = HandedOutReport.objects.get(pk=report.pk)
    assert (kept.sha256, kept.ledger_hash, kept.totals) == (report.sha256, report.ledger_hash, report.totals)
    entry = LedgerEntry.objects.get(verb="report.file_removed")
    assert (entry.actor, entry.data) == (cast.users["petra"], {"sha256": report.sha256})
    page = petra.get(at).content.decode()
    assert "Filen togs bort" in page
    assert report.sha256 in page
    assert f"{at}file/" not in page
    assert petra.get(f"{at}file/").status_code == 302
    assert "Filen är borttagen" in petra.get(BASE).content.decode()
    assert petra.get(f"{at}remove/").context["could_not"]
    assert not may_name(cast.maja).exists()
    assert verify().problems == []
    with pytest.raises(ValidationError):
        remove_file(report=report, actor=cast.users["petra"])


def test_what_could_not_be_removed_is_not_said_to_be(petra, cast, monkeypatch):
    report = report_of(cast.users["petra"])

    def refuse(_name):
        raise OSError("read only")

    monkeypatch.setattr(report.file.storage, "delete", refuse)
    with pytest.raises(OSError, match="read only"):
        remove_file(report=report, actor=cast.users["petra"])
    report.refresh_from_db()
    assert not report.is_removed
    assert not LedgerEntry.objects.filter(verb="report.file_removed").exists()


def test_who_may_not_open_it_may_not_remove_it(sign_in, petra, cast):
    report = report_of(cast.users["petra"])
    for who in ("kajsa", "birgitta", "maja", "eva"):
        assert sign_in(who).get(f"{BASE}{report.uuid}/remove/").status_code in (302, 403, 404)
        with pytest.raises(PermissionDenied):
            remove_file(report=report, actor=cast.users[who])


def test_the_reports_of_a_person_are_listed_from_their_page(petra, cast, sign_in):
    report = report_of(cast.users["petra"])
    report_of(cast.users["petra"], f"workplace={cast.grasmyr.pk}")
    at = f"{BASE}?person={cast.maja.pk}"
    assert at in petra.get(f"/admin/training/staff/{cast.maja.pk}/").content.decode()
    assert list(petra.get(at).context["object_list"]) == [report]
    assert sign_in("kajsa").get(at).status_code == 404
    for nonsense in ("0", "x", "²"):
        assert petra.get(f"{BASE}?person={nonsense}").status_code == 404
