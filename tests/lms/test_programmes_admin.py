"""Programmes as a project leader makes, requires, changes and undoes them."""

import pytest
from django.utils import timezone

from lms.models import LedgerEntry, Programme, Requirement
from lms.programmes.actions import create_programme
from lms.requirements.actions import require
from tests.builders import course_of, make_course
from tests.programmes import contents_on

BASE = "/admin/training"

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def courses(course):
    return [course_of(course), course_of(make_course("Andra")), course_of(make_course("Tredje"))]


@pytest.fixture
def programme(cast, courses):
    return create_programme(
        title_sv="Grunden",
        title_en="Basics",
        courses=courses[:2],
        valid_from=timezone.localdate(),
        actor=cast.users["ada"],
    )


def places(*courses):
    return {f"place_{course.pk}": place for place, course in enumerate(courses, start=1)}


def today():
    return timezone.localdate()


def change_form(*courses, **changes):
    return {"first_day": today().isoformat(), **places(*courses), **changes}


def test_a_programme_is_added_with_its_courses_in_order(ada, courses):
    shown = ada.get(f"{BASE}/programmes/add/")
    form = {
        "form_id": str(shown.context["form"]["form_id"].value()), "title_sv": "Grunden", "title_en": "",
        "valid_from": today().isoformat(), **places(courses[2], courses[0]),
    }  # fmt: skip
    for _twice in range(2):
        assert ada.post(f"{BASE}/programmes/add/", form).status_code == 302
    programme = Programme.objects.get()
    assert contents_on(programme, today()) == [courses[2], courses[0]]
    listed = ada.get(f"{BASE}/programmes/").content.decode()
    assert listed.index("Tredje</li>") < listed.index(f"{courses[0]}</li>")
    assert "Andra" not in listed


def test_without_courses_nothing_is_added(ada, courses):
    form = {"title_sv": "Grunden", "valid_from": today().isoformat()}
    for wrong in ({}, {f"place_{courses[0].pk}": "x"}, {f"place_{courses[0].pk}": "0"}):
        assert ada.post(f"{BASE}/programmes/add/", {**form, **wrong}).status_code == 422
    assert not Programme.objects.exists()


def test_a_programme_is_required_as_a_course_is(ada, cast, courses, programme):
    path = f"{BASE}/requirements/add/"
    form = {"programme": programme.pk, "valid_from": today().isoformat(), "due_days": "30"}
    assert ada.post(path, {**form, "course": courses[0].pk}).status_code == 422
    assert ada.post(path, {**form, "programme": ""}).status_code == 422
    shown = ada.post(path, form)
    assert shown.context["told"] == [
        "Från den 25 november 2026 måste 3 personer gå en kurs som inte krävdes tidigare.",
        "Ingen blir försenad direkt.",
        "Det gäller Birgitta Forsberg, Bo Ek och Maja Lindgren.",
    ]
    assert "Grunden" in shown.content.decode()
    assert ada.post(path, {**form, "seen": shown.context["seal"]}).status_code == 302
    rule = Requirement.objects.get()
    assert (rule.course, rule.programme) == (None, programme)
    for address in ("requirements/", f"requirements/{rule.pk}/change/", f"requirements/{rule.pk}/end/"):
        assert ada.get(f"{BASE}/{address}").status_code == 200
    assert "Grunden" in ada.get(f"{BASE}/requirements/").content.decode()
    made = LedgerEntry.objects.get(verb="requirement.opened")
    assert "Grunden" in ada.get(f"{BASE}/requirements/{rule.pk}/undo/{made.uuid}/").content.decode()


def test_where_there_is_no_programme_the_form_asks_for_a_course(ada, courses):
    form = ada.get(f"{BASE}/requirements/add/").context["form"]
    assert "programme" not in form.fields
    response = ada.post(f"{BASE}/requirements/add/", {"valid_from": today().isoformat()})
    assert list(response.context["form"].errors) == ["course"]


def test_a_change_is_told_first_then_done_once_and_undone(ada, cast, courses, programme):
    require(programme=programme, valid_from=today(), due_days=30, actor=cast.ada)
    path = f"{BASE}/programmes/{programme.pk}/change/"
    drawn = ada.get(path).context["form"]
    assert {field.label: field.value() for field in drawn.places()} == {str(courses[0]): 1, "Andra": 2, "Tredje": None}
    form = change_form(courses[2], courses[0], form_id=str(drawn["form_id"].value()))
    shown = ada.post(path, form)
    assert shown.context["told"] == [
        "Från den 25 november 2026 måste 3 personer gå en kurs som inte krävdes tidigare.",
        "Från den 25 november 2026 finns det en kurs som 3 personer inte längre behöver gå.",
        "Ingen blir försenad direkt.",
        "Det gäller Birgitta Forsberg, Bo Ek och Maja Lindgren.",
    ]
    assert contents_on(programme, today()) == courses[:2]
    for _twice in range(2):
        assert ada.post(path, {**form, "seen": shown.context["seal"]}).status_code == 302
    assert contents_on(programme, today()) == [courses[2], courses[0]]
    changed = LedgerEntry.objects.get(verb="programme.changed")
    undoing = f"{BASE}/programmes/{programme.pk}/undo/{changed.uuid}/"
    assert "måste 3 personer gå en kurs" in ada.get(undoing).content.decode()
    assert ada.post(undoing).status_code == 302
    assert contents_on(programme, today()) == courses[:2]
    assert "redan" in ada.get(undoing).content.decode()


def test_how_many_are_enough_is_said_listed_foreseen_and_undone(ada, cast, courses, programme):
    require(programme=programme, valid_from=today(), due_days=30, actor=cast.ada)
    path = f"{BASE}/programmes/{programme.pk}/change/"
    drawn = ada.get(path).context["form"]
    assert drawn["at_least"].value() is None
    form = change_form(*courses[:2], at_least="1", form_id=str(drawn["form_id"].value()))
    too_many = ada.post(path, {**form, "at_least": "3"})
    assert (too_many.status_code, list(too_many.context["form"].errors)) == (422, ["at_least"])
    shown = ada.post(path, form)
    assert shown.context["told"] == [
        "Från den 25 november 2026 finns det en kurs som 3 personer inte längre behöver gå.",
        "Ingen blir försenad direkt.",
        "Det gäller Birgitta Forsberg, Bo Ek och Maja Lindgren.",
    ]
    assert ada.post(path, {**form, "seen": shown.context["seal"]}).status_code == 302
    assert "Minst 1 av 2:" in ada.get(f"{BASE}/programmes/").content.decode()
    assert ada.get(path).context["form"]["at_least"].value() == 1
    changed = LedgerEntry.objects.get(verb="programme.changed")
    assert changed.data["at_least"] == 1
    assert ada.post(f"{BASE}/programmes/{programme.pk}/undo/{changed.uuid}/").status_code == 302
    assert "Minst 1 av 2:" not in ada.get(f"{BASE}/programmes/").content.decode()


def test_a_rule_about_one_course_that_changes_what_is_chosen_tells_of_both(ada, cast, courses):
    """Whom the new rule binds to the second need not take the first any more."""
    made = {"title_sv": "Valet", "courses": courses[:2], "at_least": 1, "valid_from": today(), "actor": cast.ada}
    require(programme=create_programme(**made), valid_from=today(), due_days=30, actor=cast.ada)
    form = {"course": courses[1].pk, "valid_from": today().isoformat(), "due_days": "30"}
    assert ada.post(f"{BASE}/requirements/add/", form).context["told"][:2] == [
        "Från den 25 november 2026 måste 3 personer gå en kurs som inte krävdes tidigare.",
        "Från den 25 november 2026 finns det en kurs som 3 personer inte längre behöver gå.",
    ]


def test_what_a_dry_run_refuses_is_said_at_its_field(ada, courses, programme):
    path = f"{BASE}/programmes/{programme.pk}/change/"
    early = ada.post(path, change_form(*courses, first_day="2026-01-01"))
    assert (early.status_code, list(early.context["form"].errors)) == (422, ["first_day"])
    same = ada.post(path, change_form(*courses[:2]))
    assert (same.status_code, list(same.context["form"].errors)) == (422, ["__all__"])


def test_the_title_follows_the_language_and_can_be_changed(ada, programme):
    path = f"{BASE}/programmes/{programme.pk}/title/"
    assert ada.get(path).context["form"].initial == {"title_sv": "Grunden", "title_en": "Basics"}
    assert ada.post(path, {"title_sv": "Start", "title_en": ""}).status_code == 302
    programme.refresh_from_db()
    assert programme.title == "Start"
    assert "Fick en annan titel" in ada.get(f"{BASE}/programmes/").content.decode()


def test_who_leads_a_part_sees_programmes_and_cannot_change_them(sign_in, cast, courses, programme):
    petra = sign_in("petra")
    listed = petra.get(f"{BASE}/programmes/").content.decode()
    assert "Grunden" in listed
    assert "/change/" not in listed.split("<main")[-1]
    for address in ("add/", f"{programme.pk}/change/", f"{programme.pk}/title/"):
        assert petra.post(f"{BASE}/programmes/{address}", change_form(courses[0])).status_code in (302, 403)
    assert contents_on(programme, today()) == courses[:2]
    assert Programme.objects.count() == 1


def test_the_matrix_and_a_cell_show_the_courses_of_a_programme(ada, cast, courses, programme):
    require(programme=programme, valid_from=today(), due_days=30, actor=cast.ada)
    matrix = ada.get(f"/admin/reports/training-matrix/?workplace={cast.brattfors.pk}").content.decode()
    assert str(courses[0]) in matrix
    assert "Andra" in matrix
    for course in courses[:2]:
        cell = ada.get(f"{BASE}/staff/{cast.maja.pk}/course/{course.pk}/")
        assert cell.status_code == 200
        assert str(course) in cell.content.decode()
    assert "Andra" in ada.get(f"{BASE}/staff/{cast.maja.pk}/").content.decode()
    assert "Andra" in ada.get(f"{BASE}/trend/").content.decode()


@pytest.mark.parametrize("number", [1, 4])
def test_the_list_costs_the_same_for_many_programmes(ada, cast, courses, number, django_assert_num_queries):
    for each in range(number):
        create_programme(title_sv=f"P{each}", courses=courses, valid_from=today(), actor=cast.users["ada"])
    ada.get(f"{BASE}/programmes/")
    with django_assert_num_queries(11):
        ada.get(f"{BASE}/programmes/")
