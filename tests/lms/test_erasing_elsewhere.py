"""Where a name stands besides the staff list when somebody is erased: the sign-in log, and searches for reports."""

import datetime
import uuid

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.apps import apps

from lms.handed_out.actions import hand_out
from lms.handed_out.selection import Selection
from lms.models import HandedOutReport, StaffMember
from lms.people.actions import end_employment
from lms.people.erasing import erase_person
from lms.people.merging import merge
from lms.sealing import verify
from lms.sign_in import log
from tests import people

LEFT = datetime.date(2026, 11, 15)
LOGS = (AccessAttempt, AccessFailureLog, AccessLog)

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def maja(cast):
    """Maja, who was on the list as Maya too, has left."""
    StaffMember.objects.filter(pk=cast.maja.pk).update(email="m.lindgren@example.se")
    merge(keep=cast.maja, gone=people.hire(cast, "Maya", "Lind", "brattfors"), actor=cast.ada)
    end_employment(job=cast.maja.employments.get(end=None, voided_at=None), last_day=LEFT, actor=cast.ada)
    return StaffMember.objects.get(pk=cast.maja.pk)


def everything():
    """All that every table holds, as text."""
    return {
        model._meta.label: str(list(model._base_manager.values_list()))
        for model in apps.get_models()
        if model._meta.managed and not model._meta.proxy
    }


def logged_as(*names):
    for model in LOGS:
        rows = {"failures_since_start": 1} if model is AccessAttempt else {}
        for name in names:
            model.objects.create(username=name, ip_address="10.0.0.9", user_agent="x", http_accept="", **rows)


def names_logged():
    return {model.__name__: sorted(row.username for row in model.objects.all()) for model in LOGS}


def report(cast, query, *, who="petra", kind="csv", purpose=""):
    user = cast.users[who]
    return hand_out(
        selection=Selection(user, query),
        kind=kind,
        with_names=True,
        purpose=purpose,
        form_id=uuid.uuid4(),
        actor=user,
    )


def test_who_failed_to_sign_in_is_forgotten_and_others_are_not(client, cast, maja):
    for name in ("Maja", "birgitta"):
        client.post("/logga-in/", {"username": name, "password": "not this"})
    assert names_logged()["AccessAttempt"] == ["birgitta", "maja"]
    erase_person(staff=maja, actor=cast.users["petra"])
    assert names_logged()["AccessAttempt"] == ["birgitta"]


def test_all_logs_forget_the_account_the_address_and_the_name_however_they_were_typed(cast, maja):
    logged_as("maja", "MAJA", "M.Lindgren@Example.se", "maja lindgren", "Maya Lind", "majalis", "bo", "")
    erase_person(staff=maja, actor=cast.users["petra"])
    assert names_logged() == {model.__name__: ["", "bo", "majalis"] for model in LOGS}


def test_a_user_name_that_is_no_name_goes_too(cast, maja):
    maja.user.username = "k-4711"
    maja.user.save()
    logged_as("k-4711", "k-47110")
    erase_person(staff=maja, actor=cast.users["petra"])
    assert names_logged()["AccessLog"] == ["k-47110"]


def test_who_has_neither_account_nor_address_is_erased_as_well(cast):
    alone = people.hire(cast, "Moa", "Åström", "brattfors")
    end_employment(job=alone.employments.get(), last_day=LEFT, actor=cast.ada)
    logged_as("moa åström", "", "moa")
    erase_person(staff=alone, actor=cast.users["petra"])
    assert names_logged()["AccessAttempt"] == ["", "moa"]


def test_a_site_without_axes_has_nothing_to_forget(db, monkeypatch):
    logged_as("maja")
    monkeypatch.setattr(apps, "is_installed", lambda name: name != "axes")
    log.forget({"maja"})
    assert names_logged()["AccessLog"] == ["maja"]


def test_a_report_of_a_search_for_the_name_says_it_no_more(petra, cast, maja):
    own = report(cast, "q=maja&date=2026-11-10")
    twin = report(cast, "q=MAYA&date=2026-11-10", who="ada")
    other, everybody = report(cast, "q=birgitta"), report(cast, "")
    page = petra.get(f"/admin/training/staff/{maja.pk}/erase/")
    assert "Namnet som sökord i 2 utlämnade rapporter." in page.context["goes"]
    held = {row.pk: (row.sha256, row.totals, bool(row.file)) for row in HandedOutReport.objects.all()}
    erase_person(staff=maja, actor=cast.users["petra"])
    searched = dict(HandedOutReport.objects.values_list("pk", "name_search"))
    assert searched == {own.pk: "Raderad person", twin.pk: "Raderad person", other.pk: "birgitta", everybody.pk: ""}
    assert {row.pk: (row.sha256, row.totals, bool(row.file)) for row in HandedOutReport.objects.all()} == held
    assert verify().problems == []


def test_what_was_searched_for_still_finds_the_same_row_of_the_matrix(petra, cast, maja):
    own = report(cast, "q=maja&date=2026-11-10")
    erase_person(staff=maja, actor=cast.users["petra"])
    page = petra.get(f"/admin/training/handed-out/{own.uuid}/")
    words = page.content.decode()
    assert "Raderad person" in words
    assert "maja" not in words.lower()
    matrix = petra.get(f"/admin/reports/training-matrix/?{page.context['query']}").content.decode()
    assert "Raderad person" in matrix


def test_looking_at_what_would_go_forgets_nothing(petra, cast, maja):
    logged_as("maja")
    report(cast, "q=maja&date=2026-11-10")
    held = everything()
    assert petra.get(f"/admin/training/staff/{maja.pk}/erase/").status_code == 200
    assert everything() == held


def test_what_a_report_was_for_is_told_of_beside_its_number(petra, cast, maja):
    report(cast, "date=2026-11-10", purpose="Till Majas nya arbetsgivare")
    page = petra.get(f"/admin/training/staff/{maja.pk}/erase/").content.decode()
    assert "Till Majas nya arbetsgivare" in page
    assert "med det som någon skrev om vad de skulle användas till" in page


def test_no_table_of_the_site_says_the_name_afterwards(client, petra, cast, maja):
    client.post("/logga-in/", {"username": "maja", "password": "not this"})
    logged_as("Maja Lindgren")
    report(cast, "q=lindgren&date=2026-11-10")
    erase_person(staff=maja, actor=cast.users["petra"])
    for said in ("maja", "maya", "lindgren", "m.lind"):
        assert [label for label, text in everything().items() if said in text.casefold()] == [], said


def test_the_page_of_who_is_erased_says_so(petra, cast, maja):
    address = f"/admin/training/staff/{maja.pk}/"
    assert "Raderad ur registret" not in petra.get(address).content.decode()
    erase_person(staff=maja, actor=cast.users["petra"])
    assert "Raderad ur registret den 25 november 2026." in petra.get(address).content.decode()
