"""How certificates come about: by themselves, approved by a leader, or not at all; and what waits meanwhile."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.utils import timezone

from certificates.issuing import revoke
from certificates.models import Basis, Certificate, CertificateTemplate, Declined, How, IssueRule, RevocationReason
from certificates.rules import Rules, change_rule
from certificates.waiting import approve, decline, issue_left_without, left_without, waiting
from lms.models import LedgerEntry, StaffMember
from lms.people.timeline import timeline
from lms.programmes.actions import create_programme
from lms.progress import move, void
from tests.builders import complete, course_of

RULES, WAITING = "/admin/certificates/rules/", "/admin/certificates/waiting/"


@pytest.fixture
def approved(cast, course):
    change_rule(about=course_of(course), how=How.APPROVED, actor=cast.ada)
    return course_of(course)


@pytest.fixture
def waits(cast, course, approved):
    """Maja's completion, which waits."""
    return complete(cast.maja, course)


def everyone():
    return StaffMember.objects.all()


def key(completion):
    return f"c{completion.pk}"


# The rule


def test_without_a_rule_courses_and_programmes_come_by_themselves_and_workplaces_by_a_leader(cast, course):
    rules = Rules.read()
    programme = create_programme(
        title_sv="Allt", courses=[course_of(course)], valid_from=timezone.localdate(), actor=cast.ada
    )
    assert rules.of(course_of(course)).how == rules.of(programme).how == How.AUTOMATIC
    assert rules.of(None).how == How.APPROVED
    assert not IssueRule.objects.exists()


def test_only_who_leads_everyone_changes_it(cast, course):
    for name in ("petra", "kajsa", "birgitta", "nisse"):
        with pytest.raises(PermissionDenied):
            change_rule(about=course_of(course), how=How.NONE, actor=cast.users[name])
    assert not IssueRule.objects.exists()


def test_a_change_is_in_the_ledger_and_the_same_again_is_none(cast, course):
    template = CertificateTemplate.objects.create(name="Sommar")
    for _time in range(2):
        change_rule(about=course_of(course), how=How.APPROVED, template=template, actor=cast.ada)
    entry = LedgerEntry.objects.get(verb="certificate_rule.changed")
    assert entry.actor == cast.ada
    assert entry.data == {
        "about": str(course_of(course).uuid),
        "how": "approved",
        "how_before": "automatic",
        "template": template.pk,
        "months": 12,
    }


def test_another_template_does_not_begin_anew(cast, course, approved):
    since = IssueRule.objects.get().since
    change_rule(about=approved, how=How.APPROVED, template=CertificateTemplate.objects.create(name="A"), actor=cast.ada)
    assert IssueRule.objects.get().since == since


def test_none_means_none(cast, course):
    change_rule(about=course_of(course), how=How.NONE, actor=cast.ada)
    complete(cast.maja, course)
    call_command("issue_certificates")
    assert not Certificate.objects.exists()
    assert waiting(everyone()) == []


def test_what_waited_gets_none_by_itself_when_the_rule_changes(cast, course, approved, waits):
    change_rule(about=approved, how=How.AUTOMATIC, actor=cast.ada)
    call_command("issue_certificates")
    assert not Certificate.objects.exists()
    assert [one.completion for one in left_without(approved)] == [waits]
    complete(cast.bo, course)
    assert Certificate.objects.get().staff == cast.bo


def test_what_waited_is_issued_where_that_is_asked_for(
    cast, course, approved, waits, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        change_rule(about=approved, how=How.AUTOMATIC, issue_waiting=True, actor=cast.ada)
    assert Certificate.objects.get().completion == waits
    assert LedgerEntry.objects.get(verb="certificate.issued").actor == cast.ada
    assert issue_left_without(about=approved, actor=cast.ada) == 0


def test_what_a_programme_left_out_is_issued_where_that_is_asked_for(cast, course):
    programme = create_programme(
        title_sv="Allt", courses=[course_of(course)], valid_from=timezone.localdate(), actor=cast.ada
    )
    change_rule(about=programme, how=How.NONE, actor=cast.ada)
    complete(cast.maja, course)
    change_rule(about=programme, how=How.AUTOMATIC, actor=cast.ada)
    call_command("issue_certificates")
    assert not Certificate.objects.filter(basis=Basis.PROGRAMME).exists()
    assert issue_left_without(about=programme, actor=cast.ada) == 1
    assert Certificate.objects.get(basis=Basis.PROGRAMME).staff == cast.maja


# Approving


def test_a_completion_waits_and_is_issued_when_it_is_approved(cast, course, waits):
    assert not Certificate.objects.exists()
    assert [one.completion for one in waiting(everyone())] == [waits]
    [certificate] = approve(keys=[key(waits)], actor=cast.kajsa)
    assert (certificate.completion, certificate.issued_on) == (waits, timezone.localdate())
    assert LedgerEntry.objects.get(verb="certificate.issued").actor == cast.kajsa
    assert waiting(everyone()) == []
    assert approve(keys=[key(waits)], actor=cast.petra) == []


def test_only_of_those_whom_one_leads(cast, course, approved, far):
    done = complete(far, course)
    assert approve(keys=[key(done)], actor=cast.petra) == []
    assert decline(keys=[key(done)], reason="Nej", actor=cast.petra) == 0
    for name in ("birgitta", "eva", "nisse"):
        assert approve(keys=[key(done)], actor=cast.users[name]) == []
    assert not Certificate.objects.exists()
    assert not Declined.objects.exists()


def test_what_was_revoked_by_the_issuer_does_not_wait_again(cast, course, waits):
    [certificate] = approve(keys=[key(waits)], actor=cast.kajsa)
    revoke(certificate=certificate, reason=RevocationReason.ISSUER, actor=cast.petra)
    assert waiting(everyone()) == []


def test_what_has_run_out_waits_no_longer(cast, course, waits, time_machine):
    time_machine.move_to(timezone.now() + datetime.timedelta(days=1200))
    assert waiting(everyone()) == []


def test_a_mistake_waits_no_longer_and_what_was_moved_waits_for_the_other(cast, course, waits):
    move(completion=waits, to=cast.bo, reason="Det var Bo", recorded_by=cast.ada)
    [one] = waiting(everyone())
    assert one.staff == cast.bo
    void(completion=one.completion, reason="Fel", recorded_by=cast.ada)
    assert waiting(everyone()) == []


def test_a_no_is_kept_and_told_and_can_become_a_yes(cast, course, waits, maja):
    with pytest.raises(ValidationError):
        decline(keys=[key(waits)], reason="  ", actor=cast.kajsa)
    assert decline(keys=[key(waits)], reason="Visa legitimation först.", actor=cast.kajsa) == 1
    assert decline(keys=[key(waits)], reason="Igen", actor=cast.kajsa) == 0
    [one] = waiting(everyone())
    assert (one.declined.reason, one.declined.declined_by) == ("Visa legitimation först.", cast.kajsa)
    entry = LedgerEntry.objects.get(verb="certificate.declined")
    assert (entry.staff, entry.actor, entry.data) == (cast.maja, cast.kajsa, {"course": str(waits.course.uuid)})
    assert "legitimation" not in str(LedgerEntry.objects.values())
    assert any("godkändes inte" in line.text for line in timeline(cast.maja, everything=True))
    assert "Visa legitimation" in maja.get("/min-utbildning/intyg/").content.decode()
    approve(keys=[key(waits)], actor=cast.kajsa)
    assert not Declined.objects.exists()
    assert Certificate.objects.count() == 1


def test_who_says_no_sees_to_whom(sign_in, waits):
    page = sign_in("kajsa").post("/admin/certificates/waiting/decline/", {"key": [key(waits), "c0"]})
    assert f"{waits.staff.full_name} · {waits.course.title}" in page.content.decode()
    assert not Declined.objects.exists()


def test_a_programme_waits_until_something_new_is_done(cast, course):
    programme = create_programme(
        title_sv="Allt", courses=[course_of(course)], valid_from=timezone.localdate(), actor=cast.ada
    )
    change_rule(about=programme, how=How.APPROVED, actor=cast.ada)
    complete(cast.maja, course)
    [one] = waiting(everyone())
    assert (one.key, one.title) == (f"p{programme.pk}-{cast.maja.pk}", "Allt")
    decline(keys=[one.key], reason="Inte än.", actor=cast.petra)
    assert waiting(everyone())[0].declined
    cycle = cast.maja.enrolments.get()
    cycle.current = False
    cycle.save()
    complete(cast.maja, course)
    [one] = waiting(everyone())
    assert one.declined is None
    [certificate] = approve(keys=[one.key], actor=cast.petra)
    assert (certificate.basis, certificate.programme) == (Basis.PROGRAMME, programme)
    assert waiting(everyone()) == []


def test_the_learner_reads_that_it_waits(cast, course, waits, maja, sign_in):
    page = maja.get("/min-utbildning/intyg/").content.decode()
    assert "Ett gott värdskap" in page
    assert "godkänt" in page
    assert "godkänt" not in sign_in("bo").get("/min-utbildning/intyg/").content.decode()


def test_looking_costs_one_query_where_nothing_is_approved(cast, course, django_assert_num_queries):
    complete(cast.maja, course)
    with django_assert_num_queries(1):
        assert waiting(everyone()) == []


@pytest.mark.parametrize("number", [1, 3])
def test_looking_costs_the_same_for_many(cast, course, approved, number, django_assert_num_queries):
    programme = create_programme(title_sv="Allt", courses=[approved], valid_from=timezone.localdate(), actor=cast.ada)
    change_rule(about=programme, how=How.APPROVED, actor=cast.ada)
    for name in ("maja", "bo", "birgitta")[:number]:
        complete(cast.staff[name], course)
    with django_assert_num_queries(10):
        assert len(waiting(everyone())) == 2 * number


# The pages


def change(browser, path, **data):
    """Fills in, is shown what happens, and confirms it."""
    shown = browser.post(RULES + path, data)
    if "seal" not in (shown.context or {}):
        return shown
    return browser.post(RULES + path, {**data, "seen": shown.context["seal"]})


def test_a_rule_is_changed_on_its_page_and_says_first_what_happens(
    ada, cast, course, django_capture_on_commit_callbacks
):
    pk = course_of(course).pk
    assert f"{RULES}course/{pk}/" in ada.get(RULES).content.decode()
    assert change(ada, f"course/{pk}/", how="approved").status_code == 302
    complete(cast.maja, course)
    shown = ada.post(f"{RULES}course/{pk}/", {"how": "automatic"}).content.decode()
    assert "1 som redan är klar" in shown
    with django_capture_on_commit_callbacks(execute=True):
        assert change(ada, f"course/{pk}/", how="automatic", issue_waiting="on").status_code == 302
    assert Certificate.objects.get().staff == cast.maja


def test_what_makes_no_sense_is_said_at_its_place(ada, cast, course):
    pk = course_of(course).pk
    assert change(ada, f"course/{pk}/", how="automatic").status_code == 422
    assert change(ada, f"course/{pk}/", how="sometimes").status_code == 422
    assert change(ada, "workplaces/", how="approved", months="0").status_code == 422
    change(ada, f"course/{pk}/", how="approved")
    complete(cast.maja, course)
    assert change(ada, f"course/{pk}/", how="none", issue_waiting="on").status_code == 422
    assert IssueRule.objects.get().how == "approved"


def test_workplaces_and_programmes_have_their_pages(ada, cast, course):
    programme = create_programme(
        title_sv="Allt", courses=[course_of(course)], valid_from=timezone.localdate(), actor=cast.ada
    )
    assert change(ada, f"programme/{programme.pk}/", how="none").status_code == 302
    assert change(ada, "workplaces/", how="automatic", months="24").status_code == 302
    assert {(rule.basis, rule.how, rule.months) for rule in IssueRule.objects.all()} == {
        ("programme", "none", 12),
        ("workplace", "automatic", 24),
    }
    assert "Allt" in ada.get(RULES).content.decode()


def test_many_are_ticked_and_approved(petra, cast, course, approved, far):
    done = [complete(person, course) for person in (cast.maja, cast.bo, far)]
    page = petra.get(WAITING).content.decode()
    assert "Maja Lindgren" in page
    assert "Fjärran" not in page
    petra.post(f"{WAITING}approve/", {"key": [*map(key, done), "c0", "nonsense"]})
    assert {one.staff for one in Certificate.objects.all()} == {cast.maja, cast.bo}


def test_no_needs_a_reason(petra, cast, course, waits):
    asked = petra.post(f"{WAITING}decline/", {"key": [key(waits)]})
    assert asked.status_code == 200
    assert f'name="key" value="{key(waits)}"' in asked.content.decode()
    assert petra.post(f"{WAITING}decline/", {"key": [key(waits)], "reason": " "}).status_code == 422
    assert petra.post(f"{WAITING}decline/", {"key": [key(waits)], "reason": "Inte än."}).status_code == 302
    assert "Inte än." in petra.get(WAITING).content.decode()
    assert petra.post(f"{WAITING}approve/", {}).status_code == 302
    assert petra.post(f"{WAITING}decline/", {}).status_code == 302
    assert not Certificate.objects.exists()


BOTH, PROJECT, ADMIN = {"petra", "kajsa", "ada"}, {"petra", "ada"}, {"ada"}


@pytest.mark.parametrize("who", ["", "maja", "birgitta", "kajsa", "petra", "ada", "eva", "nisse"])
def test_every_door_opens_to_those_it_is_for_and_to_nobody_else(client, sign_in, cast, rule, course, waits, who):
    programme = create_programme(
        title_sv="Allt", courses=[course_of(course)], valid_from=timezone.localdate(), actor=cast.ada
    )
    browser = sign_in(who) if who else client
    shop, base = cast.places["grasmyr"], "/admin/certificates"
    complete(cast.bo, course)
    for method, path, allowed in (
        ("get", "/rules/", PROJECT),
        ("get", f"/rules/course/{course_of(course).pk}/", ADMIN),
        ("get", f"/rules/programme/{programme.pk}/", ADMIN),
        ("get", "/rules/workplaces/", ADMIN),
        ("get", "/waiting/", BOTH),
        ("post", "/waiting/approve/", BOTH),
        ("post", "/waiting/decline/", BOTH),
        ("get", "/workplaces/", PROJECT),
        ("get", f"/workplaces/{shop.pk}/issue/", PROJECT),
    ):
        response = getattr(browser, method)(base + path)
        on = response["Location"] if response.status_code == 302 else ""
        opened = response.status_code == 200 or on.startswith(base)
        assert opened is (who in allowed), (path, response.status_code)
        if not opened:
            assert b"Maja" not in response.content


def test_another_municipalitys_shop_cannot_be_reached_by_address(petra, cast, rule, course, far):
    complete(far, course)
    shop = cast.places["annorstades"]
    assert petra.get(f"/admin/certificates/workplaces/{shop.pk}/issue/").status_code == 404


def test_the_leaders_home_page_says_how_many_wait_and_nobody_elses_does(sign_in, cast, waits):
    words = "1 intyg väntar på ditt godkännande"
    assert words in sign_in("petra").get("/admin/").content.decode()
    assert words not in sign_in("eva").get("/admin/").content.decode()
    approve(keys=[key(waits)], actor=cast.petra)
    assert words not in sign_in("petra").get("/admin/").content.decode()
