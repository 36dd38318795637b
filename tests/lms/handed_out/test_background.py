"""A report too large for a request: made in the background, once, and told of meanwhile."""

import datetime

import pytest
from django.utils import timezone

from lms.handed_out import actions
from lms.handed_out.building import foreseen
from lms.handed_out.selection import Selection
from lms.models import HandedOutReport, LedgerEntry, Responsibility
from tests.builders import complete
from tests.handed_out import BASE, MATRIX, fetch, hand_out, sheets

State = HandedOutReport.State


@pytest.fixture
def large(monkeypatch, settings):
    """Everything is too much for a request, and the worker comes when the test says so."""
    for room in ("lms.handed_out.actions", "lms.handed_out.views", "lms.reports.views"):
        monkeypatch.setattr(f"{room}.AT_ONCE", 0)
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}


def test_a_large_one_is_made_in_the_background_and_its_page_shows_how_far(petra, sign_in, large):
    report = hand_out(petra)
    assert (report.state, bool(report.file)) == (State.WAITING, False)
    page = petra.get(f"{BASE}{report.uuid}/").content.decode()
    assert "Rapporten görs" in page
    assert petra.get(f"{BASE}{report.uuid}/file/").status_code == 302
    assert sign_in("ada").get(f"{BASE}{report.uuid}/").status_code == 404  # not before it is made
    HandedOutReport.objects.update(state=State.RUNNING, rows=3000, progress=1200)
    assert "1\u00a0200 av 3\u00a0000 rader" in petra.get(f"{BASE}{report.uuid}/").content.decode()
    HandedOutReport.objects.update(state=State.WAITING)
    actions.carry_out(report.pk)
    assert "Hämta filen" in petra.get(f"{BASE}{report.uuid}/").content.decode()
    assert "Maja" in str(sheets(fetch(petra, report)))


def test_it_has_the_figures_of_when_it_was_asked_for(petra, cast, course, large):
    report = hand_out(petra, format="csv-excel")
    complete(cast.maja, course)
    actions.carry_out(report.pk)
    report.refresh_from_db()
    assert report.totals["done"] == 0


def test_the_address_for_a_large_file_leads_to_the_page_that_makes_it(petra, large):
    response = petra.get(f"{MATRIX}?view=people&export=csv")
    assert response["Location"] == f"{BASE}new/?view=people&format=csv-excel"
    page = petra.get(response["Location"])
    assert page.context["form"]["format"].value() == "csv-excel"
    assert "i bakgrunden" in page.content.decode()
    assert not HandedOutReport.objects.exists()


def test_one_that_stops_says_so_and_is_tried_again(petra, large, monkeypatch):
    report = hand_out(petra)

    def full(*_args, **_more):
        raise OSError("No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(actions, "write", full)
        actions.carry_out(report.pk)
    page = petra.get(f"{BASE}{report.uuid}/").content.decode()
    assert "ingen rapport blev gjord" in page
    assert not LedgerEntry.objects.filter(verb="report.handed_out").exists()
    petra.post(f"{BASE}{report.uuid}/make/")
    report.refresh_from_db()
    assert report.state == State.WAITING
    petra.post(f"{BASE}{report.uuid}/make/")
    report.refresh_from_db()
    assert report.state == State.DONE


def test_when_no_worker_comes_it_can_be_made_from_the_page(petra, large):
    report = hand_out(petra)
    assert "Gör den nu" not in petra.get(f"{BASE}{report.uuid}/").content.decode()
    HandedOutReport.objects.update(moved_on_at=timezone.now() - datetime.timedelta(minutes=1))
    assert "Gör den nu" in petra.get(f"{BASE}{report.uuid}/").content.decode()
    petra.post(f"{BASE}{report.uuid}/make/")
    report.refresh_from_db()
    assert report.state == State.DONE


def test_it_is_made_once_however_many_workers_come(petra, large):
    report = hand_out(petra)
    for _ in range(2):
        actions.carry_out(report.pk)
    assert LedgerEntry.objects.filter(verb="report.handed_out").count() == 1
    HandedOutReport.objects.update(state=State.RUNNING, moved_on_at=timezone.now())
    actions.carry_out(report.pk)
    report.refresh_from_db()
    assert report.state == State.RUNNING  # another is at it
    HandedOutReport.objects.update(moved_on_at=timezone.now() - actions.SILENCE - datetime.timedelta(seconds=1))
    actions.carry_out(report.pk)
    report.refresh_from_db()
    assert report.state == State.DONE


def test_what_was_never_made_is_swept_away_after_a_day_and_the_rest_stays(petra, large):
    done, never = hand_out(petra), hand_out(petra)
    actions.carry_out(done.pk)
    HandedOutReport.objects.update(asked_at=timezone.now() - datetime.timedelta(days=2))
    hand_out(petra)
    left = set(HandedOutReport.objects.values_list("pk", flat=True))
    assert done.pk in left
    assert never.pk not in left


def test_whoever_leads_no_more_gets_nothing_made(petra, cast, large):
    report = hand_out(petra)
    Responsibility.objects.all().delete()
    actions.carry_out(report.pk)
    report.refresh_from_db()
    assert (report.state, bool(report.file)) == (State.STOPPED, False)


def test_foreseen_is_people_by_courses_times_what_the_format_costs(cast, rule):
    selection = Selection(cast.users["petra"], "")
    assert [foreseen(selection, kind) for kind in ("csv", "xlsx", "pdf")] == [3, 12, 12]
    assert foreseen(selection, "pdf", names=False) == 3
    assert foreseen(Selection(cast.users["petra"], f"workplace={cast.brattfors.pk}"), "csv") == 2
