"""Workplaces, tablets and who is responsible, as leaders keep them in the admin."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.utils import timezone
from wagtail.models import GroupPagePermission, Locale

from lms.models import (
    Employment,
    LedgerEntry,
    Responsibility,
    Workplace,
)
from lms.people.actions import employ
from lms.workplaces.actions import (
    add_workplace,
    close_workplace,
    give_responsibility,
    leader_group,
    let_course_leaders_write,
)

BASE = "/admin/training"
TODAY = timezone.localdate


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
