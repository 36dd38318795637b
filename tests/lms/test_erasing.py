"""Erasing a person: what says who it was is gone, no figure becomes another, and the ledger's chain holds."""

import datetime
import json
import uuid

import pytest
from django.apps import apps
from django.contrib.messages import get_messages
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from certificates.making import ensure_drawn
from certificates.models import Certificate
from lms.handed_out.actions import hand_out
from lms.handed_out.selection import Selection
from lms.models import EvidenceDocument, LedgerEntry, LoginCard, Role, StaffMember, Workplace
from lms.people.actions import end_employment, move_employment
from lms.people.merging import merge
from lms.reports.figures import gather
from lms.requirements.actions import excuse, require
from lms.sealing import seal, verify
from lms.workplaces.actions import give_responsibility
from tests import people
from tests.builders import complete, course_of
from tests.clock import NOON

DAY = datetime.timedelta(days=1)
STAFF = "/admin/training/staff/"

pytestmark = pytest.mark.usefixtures("noon")


def leave(cast, person, *, days=10):
    end_employment(
        job=person.employments.get(end=None, voided_at=None), last_day=NOON.date() - days * DAY, actor=cast.ada
    )


@pytest.fixture
def maja(cast, course):
    """She has left, with all that there can be about somebody."""
    person = cast.maja
    require(course=course_of(course), due_days=30, valid_from=NOON.date() - 90 * DAY, actor=cast.ada)
    StaffMember.objects.filter(pk=person.pk).update(email="majalind@example.se", phone="070-765 43 21")
    person.employments.update(employer="Byns Handel AB", employee_id="ml-4711")
    excuse(staff=person, course=None, reason="sick", valid_from=NOON.date() - 60 * DAY, actor=cast.ada)
    complete(person, course)
    ensure_drawn(Certificate.objects.get())
    LoginCard.objects.create(staff=person, code_hash="x", issued_at=NOON, expires_at=NOON + DAY)
    twin = people.hire(cast, "Maya", "Lindgren", "brattfors")
    merge(keep=person, gone=twin, actor=cast.ada)
    leave(cast, person)
    person.refresh_from_db()
    return person


def path(person):
    return f"{STAFF}{person.pk}/erase/"


def erase(browser, person):
    return browser.post(path(person), {"name": person.full_name})


def everything():
    """All that our tables and the accounts hold, as text."""
    models = [*apps.get_app_config("lms").get_models(), *apps.get_app_config("lms_certificates").get_models()]
    models.append(apps.get_model("auth", "User"))
    return {model._meta.label: json.dumps(list(map(str, model._default_manager.values_list()))) for model in models}


def figures():
    found = {}
    for day in (NOON.date(), NOON.date() - 20 * DAY, NOON.date() - 70 * DAY):
        for place in Workplace.objects.all():
            totals = gather(day, Workplace.objects.filter(pk=place.pk)).totals
            found[day, place.pk] = (totals.people, totals.by_course)
    return found


def told(response):
    return [str(message).strip() for message in get_messages(response.wsgi_request)]


def test_nothing_says_who_it_was_and_no_figure_is_another(petra, maja):
    seal()
    held = figures()
    response = erase(petra, maja)
    assert (response.status_code, response["Location"]) == (302, STAFF)
    assert told(response) == ["Personen är raderad. Siffrorna är som förut."]
    left = everything()
    for said in ("Maja", "Maya", "Lindgren", "majalind", "765 43 21", "ml-4711", "sick"):
        assert [label for label, text in left.items() if said in text] == [], said
    assert "maja" not in left["auth.User"]
    assert figures() == held


def test_the_ledger_is_whole_and_tells_that_somebody_was_erased_and_by_whom(petra, cast, maja):
    seal()
    erase(petra, maja)
    seal()
    report = verify()
    assert report.problems == []
    assert report.erased > 0
    assert not LedgerEntry.objects.of(maja).exists()
    assert LedgerEntry.objects.get(verb="ledger.erased").actor == cast.users["petra"]


def test_looking_and_a_wrong_name_change_nothing(petra, maja):
    seal()
    held = everything()
    page = petra.get(path(maja))
    assert page.status_code == 200
    wrong = petra.post(path(maja), {"name": "Maja Lind"})
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["name"])
    assert wrong.context["goes"] == page.context["goes"]
    assert petra.post(path(maja), {}).status_code == 422
    assert everything() == held
    assert Certificate.objects.get().file.storage.exists(Certificate.objects.get().file.name)


def test_it_says_in_words_what_goes_and_what_stays(petra, maja):
    page = petra.get(path(maja))
    assert page.context["goes"][:3] == [
        "Namn, e-post, telefon och anställningsnummer. Överallt står det ”Raderad person” i stället.",
        "Pinkoden, inloggningskorten, användarkontot maja och det som loggen över inloggningar har om det.",
        "Skälen till undantag, och det som ledare har skrivit som skäl till något.",
    ]
    assert page.context["goes"][3].startswith("Namnet på 1 intyg")
    assert page.context["goes"][4].startswith("Det som ")
    words = page.content.decode()
    assert "Det går inte att ångra" in words
    assert "Ingen rapport som har lämnats ut" in words


def test_the_certificate_is_revoked_and_its_file_gone(petra, client, maja):
    before = Certificate.objects.get()
    storage, name = before.file.storage, before.file.name
    assert storage.exists(name)
    erase(petra, maja)
    after = Certificate.objects.get()
    assert (after.revocation_reason, after.holder_name, bool(after.file)) == ("erased", "", False)
    assert not storage.exists(name)
    page = client.get(f"/intyg/{after.serial}/").content.decode()
    assert "går inte längre att bekräfta" in page
    assert "Innehavare" not in page


def test_one_that_is_not_drawn_yet_is_told_of_and_revoked_too(petra, cast, course):
    complete(cast.maja, course)
    leave(cast, cast.maja)
    assert not Certificate.objects.get().is_drawn
    page = petra.get(path(cast.maja))
    assert page.context["goes"][3].startswith("Namnet på 1 intyg")
    erase(petra, cast.maja)
    assert (Certificate.objects.get().revocation_reason, Certificate.objects.get().holder_name) == ("erased", "")


def document_of(*staff):
    document = EvidenceDocument.objects.create(kind="pdf", size=5, sha256="", uploaded_at=timezone.now())
    document.file.save("", ContentFile(b"%PDF-"))
    document.enrolments.set([person.enrolments.get() for person in staff])
    return document


def test_a_document_goes_with_its_file_unless_it_shows_something_of_others(petra, cast, course, maja):
    complete(cast.bo, course)
    own, shared = document_of(maja), document_of(maja, cast.bo)
    page = petra.get(path(maja))
    assert page.context["shared"] == 1
    assert "1 underlag som visar tidigare utbildning." in page.context["goes"]
    assert own.file.storage.exists(own.file.name)
    erase(petra, maja)
    assert not own.file.storage.exists(own.file.name)
    assert [row.staff for row in EvidenceDocument.objects.get().enrolments.all()] == [cast.bo]
    assert shared.file.storage.exists(shared.file.name)


def test_who_works_here_is_not_erased(petra, cast):
    page = petra.get(path(cast.maja))
    assert page.context["why_not"].startswith("Maja Lindgren arbetar på Brattfors.")
    assert '<button class="button serious"' not in page.content.decode()
    assert erase(petra, cast.maja).status_code == 422
    assert StaffMember.objects.get(pk=cast.maja.pk).erased_at is None


def test_whose_account_is_responsible_for_something_is_not_erased(petra, cast):
    leave(cast, cast.birgitta)
    assert "birgitta" in petra.get(path(cast.birgitta)).context["why_not"]
    assert erase(petra, cast.birgitta).status_code == 422
    assert StaffMember.objects.get(pk=cast.birgitta.pk).given_name == "Birgitta"


def test_nobody_is_signed_in_as_them_any_more_or_can_be(petra, sign_in, maja):
    user, browser = maja.user, sign_in("maja")
    assert browser.get("/min-utbildning/").status_code == 200
    erase(petra, maja)
    assert browser.get("/min-utbildning/").status_code == 302
    user.refresh_from_db()
    assert (user.is_active, user.has_usable_password(), user.email) == (False, False, "")
    assert not LoginCard.objects.filter(staff=maja).exists()


def test_a_double_click_lands_in_the_same_place(petra, maja):
    erase(petra, maja)
    again = erase(petra, maja)
    assert (again.status_code, again["Location"]) == (302, STAFF)
    assert LedgerEntry.objects.filter(verb="ledger.erased").count() == 1


def test_the_list_is_without_them_and_nothing_is_done_about_them_any_more(petra, maja):
    assert path(maja) in petra.get(f"{STAFF}{maja.pk}/").content.decode()
    erase(petra, maja)
    listed = petra.get(f"{STAFF}?left=on")
    assert "Raderad person" not in listed.content.decode()
    page = petra.get(f"{STAFF}{maja.pk}/").content.decode()  # where an old report, or the matrix of a past day, leads
    assert "Raderad person" in page
    assert "Maja" not in page
    assert "/erase/" not in page
    assert "/excuse/" not in page
    assert petra.get(f"{STAFF}{maja.pk}/details/").status_code == 404


@pytest.mark.parametrize("who", ["kajsa", "birgitta", "bo", "eva", "nisse", None])
def test_nobody_else_may(sign_in, client, maja, who):
    browser = sign_in(who) if who else client
    assert browser.get(path(maja)).status_code in (302, 403, 404)
    assert erase(browser, maja).status_code in (302, 403, 404)
    assert StaffMember.objects.get(pk=maja.pk).given_name == "Maja"


def test_it_takes_the_leader_of_all_their_workplaces(petra, sign_in, cast, maja, far):
    give_responsibility(
        user=cast.users["nisse"], role=Role.PROJECT_LEADER, workplace=cast.annorstades, actor=cast.users["ada"]
    )
    nisse = sign_in("nisse")
    assert nisse.get(path(maja)).status_code == 404
    moved = people.hire(cast, "Moa", "Ö", "brattfors")
    move_employment(job=moved.employments.get(), workplace=cast.annorstades, first_day=NOON.date(), actor=cast.ada)
    moved.employments.filter(end=None).update(end=NOON.date() - DAY, start=NOON.date() - 3 * DAY)
    moved.employments.filter(end__gte=NOON.date() - DAY, workplace=cast.brattfors).update(end=NOON.date() - 4 * DAY)
    for leader in (petra, nisse):
        assert leader.get(path(moved)).status_code == 404
        assert "/erase/" not in leader.get(f"{STAFF}{moved.pk}/").content.decode()
    assert erase(sign_in("ada"), moved).status_code == 302


def test_reports_that_may_name_them_are_told_of_first(petra, cast, maja):
    petra_user = cast.users["petra"]
    chosen = Selection(petra_user, "date=2026-11-10")
    report = hand_out(selection=chosen, kind="csv", with_names=True, form_id=uuid.uuid4(), actor=petra_user)
    page = petra.get(path(maja))
    assert (page.context["reports"], page.context["others"]) == ([report], 0)
    assert reverse("lms_admin:handed_out_report", args=[report.uuid]) in page.content.decode()
    kept = report.file.storage.exists(report.file.name)
    erase(petra, maja)
    report.refresh_from_db()
    assert report.file.storage.exists(report.file.name) == kept
    assert verify().problems == []
