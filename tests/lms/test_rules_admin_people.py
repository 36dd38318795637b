"""Rules in the admin that name people: searched for, named and left out within reach."""

from django.utils.timezone import localdate

from lms.models import Requirement
from lms.requirements.actions import require
from tests.admin import BASE, rule_form
from tests.builders import course_of
from tests.foreseen import confirm

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
    theirs = require(course=course_of(course), valid_from=localdate(), people=[far], actor=cast.ada)
    both = require(course=course_of(course), valid_from=localdate(), people=[far, cast.maja], actor=cast.ada)
    page = petra.get(f"{BASE}/requirements/")
    assert [(row["rule"], row["words"].whom, row["may_change"]) for row in page.context["current"]] == [
        (both, "Maja Lindgren och 1 person", False)
    ]
    assert "Fjärran" not in page.content.decode()
    without = require(
        course=course_of(course), valid_from=localdate(), workplaces=[cast.kommun], except_people=[far], actor=cast.ada
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
