"""What leaders decide and record in the admin: requirements, exemptions, earlier training, workplaces."""

import datetime
import uuid

import pytest
from django.contrib.auth.models import Group, Permission
from django.db.models import ProtectedError
from django.utils import timezone
from wagtail.models import GroupPagePermission, Locale

from lms.models import (
    CourseCompletion,
    Employment,
    Exemption,
    JobRole,
    LedgerEntry,
    Requirement,
    Responsibility,
    Tablet,
    Workplace,
)
from lms.people.actions import employ
from lms.requirements.actions import end_requirement, excuse, require, take_exemption_back, take_requirement_back
from lms.tablet.actions import pair_tablet
from lms.wording import day_text
from lms.workplaces.actions import (
    add_workplace,
    close_workplace,
    give_responsibility,
    leader_group,
    let_course_leaders_write,
)
from tests import builders
from tests.builders import activity_of, course_of

BASE = "/admin/training"
TODAY = timezone.localdate


# Requirements and exemptions


def rule_form(course, **changes):
    return {
        "course": course_of(course).pk, "workplaces": [], "roles": [], "kinds": [], "due_on": "", "due_days": "30",
        "valid_from": TODAY().isoformat(), **changes,
    }  # fmt: skip


def test_who_leads_a_part_of_the_tree_cannot_bind_the_rest(petra, sign_in, cast, course):
    response = petra.post(f"{BASE}/requirements/add/", rule_form(course))
    assert list(response.context["form"].errors) == ["workplaces"]
    response = petra.post(f"{BASE}/requirements/add/", rule_form(course, workplaces=[cast.places["annorstades"].pk]))
    assert list(response.context["form"].errors) == ["workplaces"]
    petra.post(f"{BASE}/requirements/add/", rule_form(course, workplaces=[cast.places["kommun"].pk]))
    assert Requirement.objects.get().recorded_by == cast.users["petra"]
    sign_in("ada").post(f"{BASE}/requirements/add/", rule_form(course))
    assert Requirement.objects.count() == 2


def test_a_double_click_opens_one_rule(sign_in, cast, course):
    ada = sign_in("ada")
    drawn = ada.get(f"{BASE}/requirements/add/").context["form"]["form_id"].value()
    for form_id in (drawn, drawn, uuid.uuid4()):
        assert ada.post(f"{BASE}/requirements/add/", rule_form(course, form_id=str(form_id))).status_code == 302
    assert Requirement.objects.count() == 2


def test_a_rule_is_ended_and_never_edited(sign_in, cast, course, rule):
    today = TODAY()
    sign_in("ada").post(f"{BASE}/requirements/{rule.pk}/end/", {"last_day": today.isoformat()})
    rule.refresh_from_db()
    assert rule.valid_to == today
    assert LedgerEntry.objects.filter(verb="requirement.ended").count() == 1


def test_a_rule_is_not_prolonged_by_ending_it_later(sign_in, cast, rule):
    """Nothing was saved, so nothing else is said. The same day once more is a double click."""
    ada, today = sign_in("ada"), TODAY()
    path = f"{BASE}/requirements/{rule.pk}/end/"
    for _click in range(2):
        assert ada.post(path, {"last_day": today.isoformat()}).status_code == 302
    answer = ada.post(path, {"last_day": (today + datetime.timedelta(days=30)).isoformat()})
    assert list(answer.context["form"].errors) == ["last_day"]
    assert f"Kravet slutar redan gälla den {day_text(today)}." in answer.content.decode()
    rule.refresh_from_db()
    assert rule.valid_to == today
    assert LedgerEntry.objects.filter(verb="requirement.ended").count() == 1


def test_a_rule_that_was_taken_back_is_not_ended(sign_in, cast, rule):
    take_requirement_back(rule=rule, actor=cast.ada, undoes="")
    answer = sign_in("ada").post(f"{BASE}/requirements/{rule.pk}/end/", {"last_day": TODAY().isoformat()})
    assert answer.status_code == 422
    assert "Kravet är redan borttaget" in answer.content.decode()


def test_a_rule_set_above_ones_reach_is_shown_and_not_ones_own_to_end(petra, cast, course):
    region = add_workplace(name="Länet", kind="region", parent=None, actor=cast.ada)
    cast.kommun.refresh_from_db()
    cast.kommun.move(region, pos="sorted-child")
    other = add_workplace(name="Andra länet", kind="region", parent=None, actor=cast.ada)
    opened = {"valid_from": TODAY(), "actor": cast.ada}
    above = require(course=course_of(course), workplaces=[Workplace.objects.get(pk=region.pk)], **opened)
    require(course=course_of(course), workplaces=[Workplace.objects.get(pk=other.pk)], **opened)
    shown = petra.get(f"{BASE}/requirements/").context["current"]
    assert [(rule, may_end) for rule, may_end, _history in shown] == [(above, False)]
    assert petra.get(f"{BASE}/requirements/{above.pk}/end/").status_code == 404


def test_a_due_date_before_the_rule_begins_is_told_at_its_field(sign_in, cast, course):
    response = sign_in("ada").post(f"{BASE}/requirements/add/", rule_form(course, due_on="2001-01-01"))
    assert list(response.context["form"].errors) == ["due_on"]
    assert not Requirement.objects.exists()


def test_excusing_and_ending_it(petra, cast, rule):
    today = TODAY()
    form = {"course": "", "reason": "parental", "valid_from": today.isoformat(), "valid_to": ""}
    petra.post(f"{BASE}/staff/{cast.maja.pk}/excuse/", form)
    exemption = Exemption.objects.get()
    assert exemption.recorded_by == cast.users["petra"]
    petra.post(f"{BASE}/staff/{cast.maja.pk}/excuse/{exemption.pk}/end/", {"last_day": today.isoformat()})
    exemption.refresh_from_db()
    assert exemption.valid_to == today
    assert "parental" not in str(LedgerEntry.objects.values_list("data", flat=True))


def test_a_double_click_excuses_once(petra, cast):
    path = f"{BASE}/staff/{cast.maja.pk}/excuse/"
    drawn = petra.get(path).context["form"]["form_id"].value()
    assert "reason" in petra.post(f"/admin/training/staff/{cast.maja.pk}/excuse/", {}).context["form"].errors
    form = {"course": "", "reason": "sick", "valid_from": TODAY().isoformat(), "valid_to": ""}
    for form_id in (drawn, drawn, uuid.uuid4()):
        assert petra.post(path, {**form, "form_id": str(form_id)}).status_code == 302
    assert Exemption.objects.count() == 2
    assert LedgerEntry.objects.filter(verb="exemption.opened").count() == 2


def test_an_exemption_does_not_end_before_it_begins(petra, cast):
    exemption = excuse(staff=cast.maja, course=None, reason="sick", valid_from=TODAY(), actor=cast.petra)
    path = f"{BASE}/staff/{cast.maja.pk}/excuse/{exemption.pk}/end/"
    answer = petra.post(path, {"last_day": (TODAY() - datetime.timedelta(days=9)).isoformat()})
    assert "Ångra det i historiken" in str(answer.context["form"].errors["last_day"])
    assert Exemption.objects.get().valid_to is None


def test_an_exemption_that_was_taken_back_is_not_brought_to_life_by_ending_it(petra, cast):
    exemption = excuse(staff=cast.maja, course=None, reason="sick", valid_from=TODAY(), actor=cast.petra)
    take_exemption_back(exemption=exemption, actor=cast.petra, undoes="")
    path = f"{BASE}/staff/{cast.maja.pk}/excuse/{exemption.pk}/end/"
    answer = petra.post(path, {"last_day": (TODAY() + datetime.timedelta(days=9)).isoformat()})
    assert answer.status_code == 422
    assert "Undantaget är redan borttaget" in answer.content.decode()
    assert Exemption.objects.get().is_taken_back


def test_somebody_elses_exemption_is_not_ended_through_maja(petra, cast, rule):
    bos = Exemption.objects.create(staff=cast.staff["bo"], reason="sick", valid_from=TODAY())
    path = f"{BASE}/staff/{cast.maja.pk}/excuse/{bos.pk}/end/"
    assert petra.post(path, {"last_day": TODAY().isoformat()}).status_code == 404


@pytest.mark.parametrize("used_by", ["an employment", "a rule", "a rule that has ended"])
def test_a_role_that_something_names_stays_and_the_leader_is_told(sign_in, cast, course, used_by):
    role = cast.roles["biträde"]
    if used_by != "an employment":
        role = JobRole.objects.create(name="Kafévärd")
        rule = require(course=course_of(course), valid_from=TODAY(), roles=[role], actor=cast.ada)
        if used_by == "a rule that has ended":
            end_requirement(rule=rule, last_day=TODAY(), actor=cast.ada)
    ada, path = sign_in("ada"), f"/admin/lms_job_roles/delete/{role.pk}/"
    for response in (ada.get(path, follow=True), ada.post(path, follow=True)):
        assert response.status_code == 200
        assert role.name in str(*response.context["messages"])
    with pytest.raises(ProtectedError):
        role.delete()
    assert JobRole.objects.filter(pk=role.pk).exists()


def test_a_role_that_nothing_names_is_deleted(sign_in, cast):
    role = JobRole.objects.create(name="Kafévärd")
    path = f"/admin/lms_job_roles/delete/{role.pk}/"
    assert sign_in("ada").get(path).status_code == 200
    sign_in("ada").post(path)
    assert not JobRole.objects.filter(pk=role.pk).exists()


def test_a_workplace_that_a_rule_names_is_not_deleted_under_it(cast, course):
    place = add_workplace(name="Tom", kind="service_point", parent=cast.kommun, actor=cast.ada)
    require(course=course_of(course), valid_from=TODAY(), workplaces=[place], actor=cast.ada)
    with pytest.raises(ProtectedError):
        place.delete()


TOO_LARGE = "9" * 26


def test_a_number_that_no_row_has_is_told_at_its_field(sign_in, cast, course):
    form = rule_form(course, workplaces=[TOO_LARGE], roles=[f"-{TOO_LARGE}", "x"])
    response = sign_in("ada").post(f"{BASE}/requirements/add/", form)
    assert list(response.context["form"].errors) == ["workplaces", "roles"]
    form = {**register_form(course_of(course), []), "people": [TOO_LARGE]}
    response = sign_in("petra").post(f"{BASE}/earlier-training/", form)
    assert list(response.context["form"].errors) == ["people"]


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2201-01-01", "9999-12-31"])
def test_a_day_of_another_age_is_told_at_its_field(sign_in, cast, course, rule, day):
    ada, job = sign_in("ada"), cast.maja.employments.get()
    maja, here = f"{BASE}/staff/{cast.maja.pk}", {"workplace": cast.grasmyr.pk, "role": cast.roles["biträde"].pk}
    for path, form, fields in (
        (f"{maja}/job/", {**here, "kind": "employed", "start": day, "end": day}, ["start", "end"]),
        (f"{maja}/job/{job.pk}/end/", {"last_day": day}, ["last_day"]),
        (f"{maja}/job/{job.pk}/move/", {**here, "first_day": day}, ["first_day"]),
        (f"{maja}/excuse/", {"reason": "sick", "valid_from": day, "valid_to": day}, ["valid_from", "valid_to"]),
        (f"{BASE}/workplaces/{cast.brattfors.pk}/close/", {"on": day}, ["on"]),
        (f"{BASE}/requirements/add/", rule_form(course, due_on=day, valid_from=day), ["due_on", "valid_from"]),
        (f"{BASE}/requirements/{rule.pk}/end/", {"last_day": day}, ["last_day"]),
        (f"{BASE}/earlier-training/", register_form(course_of(course), [cast.maja], on=day), ["on"]),
    ):
        response = ada.post(path, form)
        assert response.status_code == 422, path
        assert list(response.context["form"].errors) == fields, path


# By hand


def register_form(what, people_, **changes):
    return {
        "form_id": str(uuid.uuid4()), "what": what.pk, "on": TODAY().isoformat(),
        "people": [person.pk for person in people_], **changes,
    }  # fmt: skip


def test_recording_who_came_for_many(sign_in, cast, index):
    page = builders.make_course()
    meetup = activity_of(builders.make_workshop(page))
    form = register_form(meetup, [cast.maja, cast.staff["bo"]])
    kajsa = sign_in("kajsa")
    assert kajsa.post(f"{BASE}/attendance/", form).status_code == 302
    assert CourseCompletion.objects.count() == 2
    kajsa.post(f"{BASE}/attendance/", form)  # a double click
    assert CourseCompletion.objects.count() == 2


def test_recording_earlier_training_gives_the_course(petra, cast, course, rule):
    person = f"{BASE}/staff/{cast.maja.pk}/"
    answer = petra.post(
        f"{BASE}/earlier-training/?person={cast.maja.pk}", register_form(course_of(course), [cast.maja])
    )
    assert answer["Location"] == person
    told = petra.get(person).content.decode()
    assert CourseCompletion.objects.get().basis == "evidence"
    assert "12:00" not in told, "of a day, at no hour"
    assert petra.get("/admin/reports/training-matrix/").context["totals"].people.done == 1


@pytest.mark.parametrize("person", ["0", "9" * 30, "x", "²"])
def test_from_nobody_it_leads_to_the_matrix(petra, cast, course, person):
    form = register_form(course_of(course), [cast.maja])
    answer = petra.post(f"{BASE}/earlier-training/?person={person}", form)
    assert answer["Location"] == "/admin/reports/training-matrix/"


def test_a_day_that_has_not_come_is_refused(petra, cast, course):
    tomorrow = (TODAY() + datetime.timedelta(days=1)).isoformat()
    response = petra.post(f"{BASE}/earlier-training/", register_form(course_of(course), [cast.maja], on=tomorrow))
    assert list(response.context["form"].errors) == ["on"]
    assert not CourseCompletion.objects.exists()


def test_nothing_is_recorded_for_people_of_another_municipality(petra, cast, course, far):
    response = petra.post(f"{BASE}/earlier-training/", register_form(course_of(course), [cast.maja, far]))
    assert list(response.context["form"].errors) == ["people"]
    assert not CourseCompletion.objects.exists()


# Workplaces and responsibilities


def test_a_workplace_is_added_under_the_own_municipality(petra, cast):
    form = {"name": "Nyåker", "kind": "service_point", "parent": cast.places["kommun"].pk}
    petra.post(f"{BASE}/workplaces/add/", form)
    assert Workplace.objects.get(name="Nyåker").get_parent() == cast.places["kommun"]
    for parent in ("", cast.places["grannkommun"].pk, cast.brattfors.pk):
        response = petra.post(f"{BASE}/workplaces/add/", {**form, "parent": parent})
        assert list(response.context["form"].errors) == ["parent"]


@pytest.mark.parametrize(
    ("place", "name", "names"),
    [
        ("brattfors", "Bäck", ["Grannkommunen", "Annorstädes", "Kommunen", "Bäck", "Gräsmyr"]),
        ("brattfors", "Österbrattfors", ["Grannkommunen", "Annorstädes", "Kommunen", "Gräsmyr", "Österbrattfors"]),
        ("grasmyr", "Ainmyr", ["Grannkommunen", "Annorstädes", "Kommunen", "Ainmyr", "Brattfors"]),
        ("annorstades", "Zon", ["Grannkommunen", "Zon", "Kommunen", "Brattfors", "Gräsmyr"]),
        ("kommun", "Bygden", ["Bygden", "Brattfors", "Gräsmyr", "Grannkommunen", "Annorstädes"]),
    ],
)
def test_renaming_a_workplace_puts_it_where_the_name_belongs(sign_in, cast, place, name, names):
    ada, renamed = sign_in("ada"), cast.places[place]
    ada.post(f"{BASE}/workplaces/{renamed.pk}/rename/", {"name": name})
    assert Workplace.objects.get(pk=renamed.pk).name == name
    assert [shown.name for shown in ada.get(f"{BASE}/workplaces/").context["workplaces"]] == names
    assert Workplace.find_problems() == ([], [], [], [], [])
    assert list(cast.maja.employments.values_list("workplace", flat=True)) == [cast.brattfors.pk]


def test_a_workplace_is_closed_only_when_everyone_has_left(petra, cast):
    path = f"{BASE}/workplaces/{cast.places['grasmyr'].pk}/close/"
    today = TODAY()
    response = petra.post(path, {"on": today.isoformat()})
    assert response.status_code == 422
    Employment.objects.filter(staff=cast.staff["bo"]).update(end=today)
    petra.post(path, {"on": today.isoformat()})
    assert Workplace.objects.get(pk=cast.places["grasmyr"].pk).closed_on == today


def test_the_refusal_counts_people_and_not_their_employments(petra, cast):
    employ(staff=cast.bo, workplace=cast.brattfors, role=cast.roles["biträde"], start=TODAY(), actor=cast.petra)
    answer = petra.post(f"{BASE}/workplaces/{cast.kommun.pk}/close/", {"on": TODAY().isoformat()})
    assert "3 personer arbetar kvar där" in answer.content.decode()


def test_a_workplace_closed_by_mistake_is_opened_again(petra, cast):
    nyaker = add_workplace(name="Nyåker", kind="service_point", parent=cast.kommun, actor=cast.ada)
    close_workplace(workplace=nyaker, on=TODAY(), actor=cast.ada)
    path = f"{BASE}/workplaces/{nyaker.pk}/reopen/"
    shown = petra.get(f"{BASE}/workplaces/").content.decode()
    assert (shown.count("/reopen/"), path in shown) == (1, True)
    assert "Öppna igen" in petra.get(path).content.decode()
    assert Workplace.objects.get(pk=nyaker.pk).closed_on == TODAY()  # only looked
    for _click in range(2):
        assert petra.post(path).status_code == 302
    nyaker.refresh_from_db()
    assert nyaker.closed_on is None
    entry = LedgerEntry.objects.get(verb="workplace.reopened")
    assert (entry.actor, entry.data) == (cast.users["petra"], {"before": TODAY().isoformat()})
    employ(staff=cast.bo, workplace=nyaker, role=cast.roles["biträde"], start=TODAY(), actor=cast.petra)


def test_what_stands_above_is_opened_first(petra, cast):
    district = add_workplace(name="Distriktet", kind="municipality", parent=cast.kommun, actor=cast.ada)
    nyaker = add_workplace(name="Nyåker", kind="service_point", parent=district, actor=cast.ada)
    for place in (nyaker, district):
        close_workplace(workplace=place, on=TODAY(), actor=cast.ada)
    answer = petra.post(f"{BASE}/workplaces/{nyaker.pk}/reopen/")
    assert answer.status_code == 422
    assert "Öppna först Distriktet" in answer.content.decode()
    nyaker.refresh_from_db()
    assert nyaker.closed_on == TODAY()


def test_disconnecting_a_tablet(petra, cast):
    tablet, _token = pair_tablet(workplace=cast.brattfors, name="Platta", actor=cast.users["ada"])
    petra.post(f"{BASE}/tablets/{tablet.pk}/unpair/")
    assert Tablet.objects.get().unpaired_at is not None


def test_giving_and_taking_responsibility_brings_and_takes_the_admin_rights(sign_in, cast):
    ada, nisse = sign_in("ada"), cast.users["nisse"]
    form = {"user": nisse.pk, "role": "project_leader", "workplace": cast.places["grannkommun"].pk}
    ada.post(f"{BASE}/responsibilities/", form)
    assert sign_in("nisse").get("/admin/reports/training-matrix/").status_code == 200
    given = Responsibility.objects.get(user=nisse)
    ada.post(f"{BASE}/responsibilities/{given.pk}/take/")
    assert sign_in("nisse").get("/admin/reports/training-matrix/").status_code == 302
    assert not nisse.groups.exists()
    verbs = list(LedgerEntry.objects.filter(verb__startswith="responsibility").values_list("verb", flat=True))
    assert verbs[:2] == ["responsibility.taken", "responsibility.given"]


def test_a_shop_owner_gets_no_admin_rights(cast):
    assert not cast.users["birgitta"].has_perm("wagtailadmin.access_admin")
    assert cast.users["petra"].has_perm("wagtailadmin.access_admin")


# Who may write


def may_edit(sign_in, page):
    return sign_in("kajsa").get(f"/admin/pages/{page.pk}/edit/").status_code == 200


def test_a_course_leader_may_write_and_use_files_from_the_first_day(sign_in, cast, course):
    """README, first steps: nothing more than the responsibility is given."""
    kajsa, catalogue = sign_in("kajsa"), course.get_parent()
    assert kajsa.get(f"/admin/pages/add/lms_courses/coursepage/{catalogue.pk}/").status_code == 200
    assert may_edit(sign_in, course.get_activity_pages().first())
    assert course.permissions_for_user(cast.users["kajsa"]).can_publish()
    for path in ("/admin/images/add/", "/admin/documents/add/"):
        assert kajsa.get(path).status_code == 200
    for who in ("petra", "birgitta", "eva", "nisse"):
        assert sign_in(who).get(f"/admin/pages/{course.pk}/edit/").status_code == 302


def test_in_a_catalogue_that_comes_later_too(sign_in, cast, index):
    english = index.copy_for_translation(Locale.objects.get(language_code="en"), copy_parents=True)
    assert not may_edit(sign_in, english)
    english.save_revision().publish()
    assert may_edit(sign_in, english)


def test_what_an_administrator_takes_away_is_not_given_again(sign_in, cast, index, course):
    group = Group.objects.get(name="Kursledare")
    group.page_permissions.all().delete()
    group.collection_permissions.all().delete()
    give_responsibility(user=cast.users["nisse"], role="course_leader", workplace=cast.kommun, actor=cast.ada)
    index.save_revision().publish()
    assert not may_edit(sign_in, course)
    assert not group.collection_permissions.exists()


def test_what_an_administrator_gave_before_is_not_added_to(index):
    group = leader_group("Kursledare")
    change = Permission.objects.get(content_type__app_label="wagtailcore", codename="change_page")
    GroupPagePermission.objects.create(group=group, page=index.page_ptr, permission=change)
    let_course_leaders_write()
    assert [given.permission for given in group.page_permissions.all()] == [change]


def test_nobody_gets_rights_before_somebody_leads_courses(index):
    index.save_revision().publish()
    assert not Group.objects.filter(name="Kursledare").exists()
