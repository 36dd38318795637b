"""What leaders decide and record in the admin: requirements, exemptions, earlier training, workplaces."""

import datetime
import uuid

import pytest
from django.db.models import ProtectedError
from django.utils import timezone

from lms.models import (
    CourseCompletion,
    Exemption,
    JobRole,
    LedgerEntry,
    Requirement,
    Workplace,
)
from lms.people.actions import employ, end_employment
from lms.requirements.actions import (
    change_requirement,
    end_requirement,
    excuse,
    require,
    take_exemption_back,
    take_requirement_back,
)
from lms.wording import day_text
from lms.workplaces.actions import (
    add_workplace,
)
from tests import builders
from tests.builders import activity_of, course_of
from tests.foreseen import agree

BASE = "/admin/training"
TODAY = timezone.localdate


# Requirements and exemptions


def rule_form(course, **changes):
    return {
        "course": course_of(course).pk, "workplaces": [], "roles": [], "kinds": [], "due_on": "", "due_days": "30",
        "valid_from": TODAY().isoformat(), **changes,
    }  # fmt: skip


def confirm(browser, path, form):
    """Look at what would happen, and do it: returns what was shown."""
    shown = browser.post(path, form)
    assert shown.status_code == 200, shown.context["form"].errors
    before = LedgerEntry.objects.count()
    assert browser.post(path, {**form, "seen": shown.context["seal"]}).status_code == 302
    assert LedgerEntry.objects.count() > before
    return shown


def test_who_leads_a_part_of_the_tree_cannot_bind_the_rest(petra, sign_in, cast, course):
    response = petra.post(f"{BASE}/requirements/add/", rule_form(course))
    assert list(response.context["form"].errors) == ["workplaces"]
    response = petra.post(f"{BASE}/requirements/add/", rule_form(course, workplaces=[cast.places["annorstades"].pk]))
    assert list(response.context["form"].errors) == ["workplaces"]
    confirm(petra, f"{BASE}/requirements/add/", rule_form(course, workplaces=[cast.places["kommun"].pk]))
    assert Requirement.objects.get().recorded_by == cast.users["petra"]
    confirm(sign_in("ada"), f"{BASE}/requirements/add/", rule_form(course))
    assert Requirement.objects.count() == 2


def test_a_list_wider_than_the_page_can_be_moved_sideways(sign_in, cast, rule):
    text = sign_in("petra").get(f"{BASE}/requirements/").content.decode()
    assert '<div class="lms-wide" tabindex="0" role="region" aria-label="Krav">' in text


def test_a_double_click_opens_one_rule(sign_in, cast, course):
    ada = sign_in("ada")
    drawn = ada.get(f"{BASE}/requirements/add/").context["form"]["form_id"].value()
    confirm(ada, f"{BASE}/requirements/add/", rule_form(course, form_id=str(drawn)))
    assert ada.post(f"{BASE}/requirements/add/", rule_form(course, form_id=str(drawn))).status_code == 302
    confirm(ada, f"{BASE}/requirements/add/", rule_form(course, form_id=str(uuid.uuid4())))
    assert Requirement.objects.count() == 2


def test_a_rule_is_ended_and_never_edited(sign_in, cast, course, rule):
    today = TODAY()
    confirm(sign_in("ada"), f"{BASE}/requirements/{rule.pk}/end/", {"last_day": today.isoformat()})
    rule.refresh_from_db()
    assert rule.valid_to == today
    assert LedgerEntry.objects.filter(verb="requirement.ended").count() == 1


def test_a_rule_is_not_prolonged_by_ending_it_later(sign_in, cast, rule):
    """Nothing was saved, so nothing else is said. The same day once more is a double click."""
    ada, today = sign_in("ada"), TODAY()
    path = f"{BASE}/requirements/{rule.pk}/end/"
    confirm(ada, path, {"last_day": today.isoformat()})
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
    assert [(row["rule"], row["may_end"]) for row in shown] == [(above, False)]
    assert petra.get(f"{BASE}/requirements/{above.pk}/end/").status_code == 404


def test_a_due_date_before_the_rule_begins_is_told_at_its_field(sign_in, cast, course):
    response = sign_in("ada").post(f"{BASE}/requirements/add/", rule_form(course, due_on="2001-01-01"))
    assert list(response.context["form"].errors) == ["due_on"]
    assert not Requirement.objects.exists()


@pytest.mark.parametrize("field", [{"due_on": "2027-01-31", "due_days": ""}, {"due_on": "", "due_days": "30"}])
def test_what_is_only_recommended_has_no_date_and_that_is_said_at_the_field(sign_in, cast, course, field):
    ada, path = sign_in("ada"), f"{BASE}/requirements/add/"
    response = ada.post(path, rule_form(course, mandatory="no", **field))
    errors = response.context["form"].errors
    assert list(errors) == [name for name, value in field.items() if value]
    assert "Det som bara rekommenderas har inget sista datum." in str(errors)
    confirm(ada, path, rule_form(course, mandatory="no", due_on="", due_days=""))
    assert not Requirement.objects.get().mandatory


def test_only_what_came_last_of_a_requirement_can_be_undone(sign_in, cast, course):
    ada, day = sign_in("ada"), TODAY() - datetime.timedelta(days=20)
    rule = require(course=course_of(course), valid_from=day, actor=cast.ada)
    new = change_requirement(rule=rule, first_day=TODAY(), due_days=30, actor=cast.ada)

    def offered():
        [row] = ada.get(f"{BASE}/requirements/").context["current"]
        return [(entry.verb, can_be) for _pk, entry, _text, can_be in row["history"]]

    assert offered() == [("requirement.opened", False), ("requirement.changed", True)]
    entry = LedgerEntry.objects.get(verb="requirement.opened")
    page = ada.get(f"{BASE}/requirements/{rule.pk}/undo/{entry.uuid}/")
    assert page.context["told"][-1] == "Det som har ändrats i det sedan dess tas också bort."
    changed = LedgerEntry.objects.get(verb="requirement.changed")
    assert ada.post(f"{BASE}/requirements/{new.pk}/undo/{changed.uuid}/").status_code == 302
    assert [line for line in offered() if line[1]] == [("requirement.opened", True)]


def test_excusing_and_ending_it(petra, cast, rule):
    today = TODAY()
    form = {"course": "", "reason": "parental", "valid_from": today.isoformat(), "valid_to": ""}
    agree(petra, f"{BASE}/staff/{cast.maja.pk}/excuse/", form)
    exemption = Exemption.objects.get()
    assert exemption.recorded_by == cast.users["petra"]
    agree(petra, f"{BASE}/staff/{cast.maja.pk}/excuse/{exemption.pk}/end/", {"last_day": today.isoformat()})
    exemption.refresh_from_db()
    assert exemption.valid_to == today
    assert "parental" not in str(LedgerEntry.objects.values_list("data", flat=True))


def test_a_double_click_excuses_once(petra, cast):
    path = f"{BASE}/staff/{cast.maja.pk}/excuse/"
    drawn = petra.get(path).context["form"]["form_id"].value()
    assert "reason" in petra.post(f"/admin/training/staff/{cast.maja.pk}/excuse/", {}).context["form"].errors
    form = {"course": "", "reason": "sick", "valid_from": TODAY().isoformat(), "valid_to": ""}
    for form_id in (drawn, drawn, uuid.uuid4()):
        assert agree(petra, path, {**form, "form_id": str(form_id)}).status_code == 302
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
    path = f"{BASE}/attendance/"
    shown = kajsa.post(path, form)
    assert "2 personer registreras som närvarande." in shown.content.decode()
    assert not CourseCompletion.objects.exists()
    seen = {**form, "seen": shown.context["seal"]}
    assert kajsa.post(path, seen).status_code == 302
    assert CourseCompletion.objects.count() == 2
    assert kajsa.post(path, seen).status_code == 302  # a double click
    assert CourseCompletion.objects.count() == 2


def test_recording_earlier_training_gives_the_course(petra, cast, course, rule):
    person = f"{BASE}/staff/{cast.maja.pk}/"
    form = register_form(course_of(course), [cast.maja])
    answer = agree(petra, f"{BASE}/earlier-training/?person={cast.maja.pk}", form)
    assert answer["Location"] == person
    told = petra.get(person).content.decode()
    assert CourseCompletion.objects.get().basis == "evidence"
    assert "12:00" not in told, "of a day, at no hour"
    assert petra.get("/admin/reports/training-matrix/").context["totals"].people.done == 1


@pytest.mark.parametrize("person", ["0", "9" * 30, "x", "²"])
def test_from_nobody_it_leads_to_the_matrix(petra, cast, course, person):
    form = register_form(course_of(course), [cast.maja])
    answer = agree(petra, f"{BASE}/earlier-training/?person={person}", form)
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


# Whom a rule is for


ADD = f"{BASE}/requirements/add/"


def test_a_name_is_searched_for_without_javascript_and_nothing_is_lost(petra, cast, course):
    """Somebody is ticked, and somebody else is looked for in the same form. Nobody is told of mistakes meanwhile."""
    sent = {**rule_form(course, people=[cast.bo.pk]), "course": "", "people-search": "maja"}
    shown = petra.post(ADD, sent)
    assert shown.status_code == 200
    assert shown.context["form"].errors == {}
    assert [(name, dict(people)) for name, people in shown.context["form"].fields["people"].choices] == [
        ("Valda", {cast.bo.pk: "Bo Ek · Gräsmyr"}),
        ("Hittade", {cast.maja.pk: "Maja Lindgren · Brattfors"}),
    ]
    # The same words are in the box when the form is sent for good.
    sent = rule_form(course, people=[cast.bo.pk], **{"people-search": "maja", "people-shown": "maja"})
    confirm(petra, ADD, sent)
    assert Requirement.objects.get().named("staff") == [cast.bo]


def test_nobody_found_is_told(petra, course):
    shown = petra.post(ADD, rule_form(course, **{"people-search": "qvist"})).content.decode()
    assert "Ingen hittades." in shown


def test_only_people_in_reach_are_found_named_or_left_out(petra, cast, course, far):
    shown = petra.post(ADD, rule_form(course, **{"people-search": "Fjärran"})).content.decode()
    assert "Ingen hittades." in shown
    for field in ("people", "except_people"):
        refused = petra.post(ADD, rule_form(course, workplaces=[cast.kommun.pk], **{field: [far.pk]}))
        assert list(refused.context["form"].errors) == [field]
    assert not Requirement.objects.exists()


def test_who_leads_a_part_may_bind_people_alone_but_not_a_role_everywhere(petra, cast, course):
    refused = petra.post(ADD, rule_form(course, people=[cast.maja.pk], roles=[cast.roles["biträde"].pk]))
    assert list(refused.context["form"].errors) == ["workplaces"]
    confirm(petra, ADD, rule_form(course, people=[cast.maja.pk]))
    [row] = petra.get(f"{BASE}/requirements/").context["current"]
    assert (row["words"].whom, row["may_change"]) == ("Maja Lindgren", True)


def test_a_rule_that_names_another_leaders_people_is_neither_seen_nor_changed(petra, cast, course, far):
    theirs = require(course=course_of(course), valid_from=TODAY(), people=[far], actor=cast.ada)
    both = require(course=course_of(course), valid_from=TODAY(), people=[far, cast.maja], actor=cast.ada)
    page = petra.get(f"{BASE}/requirements/")
    assert [(row["rule"], row["words"].whom, row["may_change"]) for row in page.context["current"]] == [
        (both, "Maja Lindgren och 1 person", False)
    ]
    assert "Fjärran" not in page.content.decode()
    without = require(
        course=course_of(course), valid_from=TODAY(), workplaces=[cast.kommun], except_people=[far], actor=cast.ada
    )
    assert "Fjärran" not in petra.get(f"{BASE}/requirements/").content.decode()
    for rule in (theirs, both, without):
        assert petra.get(f"{BASE}/requirements/{rule.pk}/change/").status_code == 404


def test_the_confirmation_says_whom_it_touches_before_anything_is_saved(petra, cast, course, far):
    sent = rule_form(course, workplaces=[cast.kommun.pk], except_people=[cast.bo.pk], grace_days="0")
    shown = petra.post(ADD, sent)
    assert shown.context["change"].bound == 2
    text = shown.content.decode()
    for words in ("Brattfors", "Utom", "Bo Ek", "0 dagars anstånd", "Maja Lindgren", "Ingen blir försenad direkt."):
        assert words in text
    assert "Fjärran" not in text
    assert not Requirement.objects.exists()


def test_what_has_changed_in_the_meantime_is_shown_anew(petra, cast, course):
    sent = rule_form(course, workplaces=[cast.kommun.pk])
    shown = petra.post(ADD, sent)
    require(course=course_of(course), valid_from=TODAY(), workplaces=[cast.brattfors], due_days=20, actor=cast.ada)
    again = petra.post(ADD, {**sent, "seen": shown.context["seal"]})
    assert (again.status_code, again.context["has_changed"]) == (200, True)
    assert Requirement.objects.count() == 1


def change_form(rule, **changes):
    """The form as it is drawn for the rule, sent back with something else in it."""
    return {"workplaces": [], "due_on": rule.due_on or "", "first_day": TODAY().isoformat(), **changes}


def test_a_rule_is_changed_on_a_page_that_holds_what_it_says(sign_in, cast, rule):
    ada, path = sign_in("ada"), f"{BASE}/requirements/{rule.pk}/change/"
    drawn = ada.get(path).context["form"]
    assert (drawn["mandatory"].value(), drawn["due_on"].value()) == ("yes", rule.due_on)
    nothing = ada.post(path, change_form(rule))
    assert "Du har inte ändrat något." in nothing.content.decode()
    shown = confirm(ada, path, change_form(rule, mandatory="no", due_on=""))
    assert shown.context["change"].leaving == 3
    [row] = ada.get(f"{BASE}/requirements/").context["current"]
    assert row["words"].by_when == "Rekommenderas, utan datum"
    assert len(row["history"]) == 2
    # What came of it can be undone from the same row; what it was before has no row of its own.
    made = LedgerEntry.objects.get(verb="requirement.changed")
    undo = f"{BASE}/requirements/{row['rule'].pk}/undo/{made.uuid}/"
    assert undo in ada.get(f"{BASE}/requirements/").content.decode()
    assert ada.post(undo).status_code == 302
    [row] = ada.get(f"{BASE}/requirements/").context["current"]
    assert row["rule"].mandatory


def test_what_a_rule_leaves_out_elsewhere_stays_when_another_leader_changes_it(petra, cast, course):
    rule = require(
        course=course_of(course),
        valid_from=TODAY(),
        workplaces=[cast.kommun],
        except_workplaces=[cast.places["annorstades"]],
        except_people=[cast.bo],
        actor=cast.ada,
    )
    end_employment(job=cast.bo.employments.get(), last_day=TODAY() - datetime.timedelta(days=1), actor=cast.ada)
    employ(
        staff=cast.bo, workplace=cast.annorstades, role=cast.roles["biträde"], start=TODAY(), actor=cast.ada
    )  # no longer Petra's
    path = f"{BASE}/requirements/{rule.pk}/change/"
    form = petra.get(path).context["form"]
    sent = {name: form[name].value() for name in ("workplaces", "except_workplaces", "except_people")}
    confirm(petra, path, {**sent, "due_days": "60", "first_day": TODAY().isoformat()})
    changed = Requirement.objects.latest("pk")
    assert changed.named("workplace", excepted=True) == [cast.places["annorstades"]]
    assert changed.named("staff", excepted=True) == [cast.bo]


def test_a_double_click_changes_once(sign_in, cast, rule):
    ada, path = sign_in("ada"), f"{BASE}/requirements/{rule.pk}/change/"
    sent = change_form(rule, due_days="400", form_id=str(uuid.uuid4()))
    confirm(ada, path, sent)
    assert ada.post(path, sent).status_code == 302
    assert Requirement.objects.count() == 2


def test_the_cell_says_which_rule_and_leads_a_project_leader_there(petra, sign_in, cast, rule):
    require(
        course=rule.course, valid_from=rule.valid_from, workplaces=[cast.brattfors], mandatory=False, actor=cast.ada
    )
    for browser, leads in ((petra, True), (sign_in("kajsa"), False)):
        text = browser.get("/admin/reports/training-matrix/?view=people").content.decode()
        assert "Obligatorisk för all personal." in text
        assert (f"/admin/training/requirements/#rule-{rule.pk}" in text) is leads


def test_what_is_recommended_stands_in_the_cell_and_on_the_persons_own_page(petra, maja, cast, course):
    require(course=course_of(course), valid_from=TODAY(), mandatory=False, actor=cast.ada)
    matrix = petra.get("/admin/reports/training-matrix/?view=people")
    assert "Rekommenderas för all personal." in matrix.content.decode()
    assert matrix.context["totals"].people.counted == 0
    own = maja.get("/min-utbildning/")
    assert [journey.course.title for journey in own.context["recommended"]] == ["Ett gott värdskap"]
    assert own.context["to_do"] == []
    assert "Rekommenderas för dig" in own.content.decode()


@pytest.mark.parametrize("number", [1, 9])
def test_the_list_of_rules_costs_the_same_however_much_they_name(
    petra, cast, course, number, django_assert_num_queries
):
    for _each in range(number):
        require(
            course=course_of(course),
            valid_from=TODAY(),
            workplaces=[cast.brattfors],
            people=[cast.maja, cast.bo][:number],
            except_roles=[cast.roles["ägare"]],
            actor=cast.ada,
        )
    petra.get(f"{BASE}/requirements/")
    with django_assert_num_queries(15):
        petra.get(f"{BASE}/requirements/")
