"""Rules changed in the admin, and where they are told of: the list, the cell, the person's own page."""

import datetime
import uuid

import pytest
from django.utils.timezone import localdate

from lms.models import LedgerEntry, Requirement
from lms.people.actions import employ, end_employment
from lms.requirements.actions import (
    require,
)
from tests.admin import BASE, rule_form
from tests.builders import course_of
from tests.foreseen import confirm


def test_what_has_changed_in_the_meantime_is_shown_anew(petra, cast, course):
    sent = rule_form(course, workplaces=[cast.kommun.pk])
    shown = petra.post(f"{BASE}/requirements/add/", sent)
    require(course=course_of(course), valid_from=localdate(), workplaces=[cast.brattfors], due_days=20, actor=cast.ada)
    again = petra.post(f"{BASE}/requirements/add/", {**sent, "seen": shown.context["seal"]})
    assert (again.status_code, again.context["has_changed"]) == (200, True)
    assert Requirement.objects.count() == 1


def change_form(rule, **changes):
    """The form as it is drawn for the rule, sent back with something else in it."""
    return {"workplaces": [], "due_on": rule.due_on or "", "first_day": localdate().isoformat(), **changes}


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
        valid_from=localdate(),
        workplaces=[cast.kommun],
        except_workplaces=[cast.places["annorstades"]],
        except_people=[cast.bo],
        actor=cast.ada,
    )
    end_employment(job=cast.bo.employments.get(), last_day=localdate() - datetime.timedelta(days=1), actor=cast.ada)
    employ(
        staff=cast.bo, workplace=cast.annorstades, role=cast.roles["biträde"], start=localdate(), actor=cast.ada
    )  # no longer Petra's
    path = f"{BASE}/requirements/{rule.pk}/change/"
    form = petra.get(path).context["form"]
    sent = {name: form[name].value() for name in ("workplaces", "except_workplaces", "except_people")}
    confirm(petra, path, {**sent, "due_days": "60", "first_day": localdate().isoformat()})
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
    require(course=course_of(course), valid_from=localdate(), mandatory=False, actor=cast.ada)
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
            valid_from=localdate(),
            workplaces=[cast.brattfors],
            people=[cast.maja, cast.bo][:number],
            except_roles=[cast.roles["ägare"]],
            actor=cast.ada,
        )
    petra.get(f"{BASE}/requirements/")
    with django_assert_num_queries(15):
        petra.get(f"{BASE}/requirements/")
