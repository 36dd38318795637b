"""Rules in the admin: opened, ended, taken back, and told at their fields what they cannot say."""

import datetime
import uuid

import pytest
from django.utils.timezone import localdate

from lms.models import LedgerEntry, Requirement, Workplace
from lms.requirements.actions import (
    change_requirement,
    require,
    take_requirement_back,
)
from lms.wording import day_text
from lms.workplaces.actions import add_workplace
from tests.admin import BASE, register_form, rule_form
from tests.builders import course_of
from tests.foreseen import confirm


def test_who_leads_a_part_of_the_tree_cannot_bind_the_rest(petra, sign_in, cast, course):
    response = petra.post(f"{BASE}/requirements/add/", rule_form(course))
    assert list(response.context["form"].errors) == ["workplaces"]
    response = petra.post(f"{BASE}/requirements/add/", rule_form(course, workplaces=[cast.places["annorstades"].pk]))
    assert list(response.context["form"].errors) == ["workplaces"]
    confirm(petra, f"{BASE}/requirements/add/", rule_form(course, workplaces=[cast.places["kommun"].pk]))
    assert Requirement.objects.get().recorded_by == cast.users["petra"]
    confirm(sign_in("ada"), f"{BASE}/requirements/add/", rule_form(course))
    assert Requirement.objects.count() == 2


def test_a_double_click_opens_one_rule(sign_in, cast, course):
    ada = sign_in("ada")
    drawn = ada.get(f"{BASE}/requirements/add/").context["form"]["form_id"].value()
    confirm(ada, f"{BASE}/requirements/add/", rule_form(course, form_id=str(drawn)))
    assert ada.post(f"{BASE}/requirements/add/", rule_form(course, form_id=str(drawn))).status_code == 302
    confirm(ada, f"{BASE}/requirements/add/", rule_form(course, form_id=str(uuid.uuid4())))
    assert Requirement.objects.count() == 2


def test_a_rule_is_ended_and_never_edited(sign_in, cast, course, rule):
    today = localdate()
    confirm(sign_in("ada"), f"{BASE}/requirements/{rule.pk}/end/", {"last_day": today.isoformat()})
    rule.refresh_from_db()
    assert rule.valid_to == today
    assert LedgerEntry.objects.filter(verb="requirement.ended").count() == 1


def test_a_rule_is_not_prolonged_by_ending_it_later(sign_in, cast, rule):
    """Nothing was saved, so nothing else is said. The same day once more is a double click."""
    ada, today = sign_in("ada"), localdate()
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
    answer = sign_in("ada").post(f"{BASE}/requirements/{rule.pk}/end/", {"last_day": localdate().isoformat()})
    assert answer.status_code == 422
    assert "Kravet är redan borttaget" in answer.content.decode()


def test_a_rule_set_above_ones_reach_is_shown_and_not_ones_own_to_end(petra, cast, course):
    region = add_workplace(name="Länet", kind="region", parent=None, actor=cast.ada)
    cast.kommun.refresh_from_db()
    cast.kommun.move(region, pos="sorted-child")
    other = add_workplace(name="Andra länet", kind="region", parent=None, actor=cast.ada)
    opened = {"valid_from": localdate(), "actor": cast.ada}
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
    ada, day = sign_in("ada"), localdate() - datetime.timedelta(days=20)
    rule = require(course=course_of(course), valid_from=day, actor=cast.ada)
    new = change_requirement(rule=rule, first_day=localdate(), due_days=30, actor=cast.ada)

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
