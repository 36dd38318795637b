"""The leaders' daily acts in the admin: each does what it says, writes who did it, and is closed to everyone else."""

import datetime
import uuid

import pytest
from django.utils import timezone

from lms.models import (
    CourseCompletion,
    Employment,
    Exemption,
    LedgerEntry,
    LoginCard,
    PinGuard,
    Requirement,
    Responsibility,
    StaffMember,
    Tablet,
    Workplace,
)
from lms.tablet.actions import pair_tablet
from tests import builders, people
from tests.builders import activity_of, complete, course_of

BASE = "/admin/training"
TODAY = timezone.localdate


@pytest.fixture
def petra(sign_in):
    return sign_in("petra")


@pytest.fixture
def far(cast):
    """Somebody in the municipality next door, who is none of Petra's business."""
    return people.hire(cast, "Fjärran", "Person", "annorstades")


def every_door(cast, rule, far):
    """Each address, and which of the leaders may open it. Shop owners and others may open none."""
    maja, job = cast.maja.pk, cast.maja.employments.get().pk
    both, project, admin = {"petra", "kajsa", "ada"}, {"petra", "ada"}, {"ada"}
    tablet, _token = pair_tablet(workplace=cast.brattfors, name="Platta", actor=cast.users["ada"])
    given = Responsibility.objects.first()
    exemption = Exemption.objects.create(staff=cast.maja, reason="sick", valid_from=TODAY())
    return [
        ("get", "/staff/", project),
        ("get", "/staff/add/", project),
        ("get", f"/staff/{maja}/", both),
        ("get", f"/staff/{maja}/details/", project),
        ("get", f"/staff/{maja}/job/", project),
        ("get", f"/staff/{maja}/job/{job}/end/", project),
        ("get", f"/staff/{maja}/job/{job}/move/", project),
        ("post", f"/staff/{maja}/card/", project),
        ("post", f"/staff/{maja}/unlock/", project),
        ("get", f"/staff/{maja}/excuse/", project),
        ("get", f"/staff/{maja}/excuse/{exemption.pk}/end/", project),
        ("get", "/requirements/", project),
        ("get", "/requirements/add/", project),
        ("get", f"/requirements/{rule.pk}/end/", admin),  # it binds everyone: not Petra's alone
        ("get", "/attendance/", both),
        ("get", "/earlier-training/", both),
        ("get", "/workplaces/", project),
        ("get", "/workplaces/add/", project),
        ("get", f"/workplaces/{cast.brattfors.pk}/rename/", project),
        ("get", f"/workplaces/{cast.brattfors.pk}/close/", project),
        ("get", f"/workplaces/{cast.brattfors.pk}/cards/", project),
        ("post", f"/tablets/{tablet.pk}/unpair/", project),
        ("get", "/responsibilities/", admin),
        ("post", f"/responsibilities/{given.pk}/take/", admin),
    ]


@pytest.mark.parametrize("who", ["petra", "kajsa", "birgitta", "maja", "eva", "nisse", None])
def test_every_door_opens_to_those_it_is_for_and_to_nobody_else(client, sign_in, cast, rule, far, who):
    browser = sign_in(who) if who else client
    for method, path, allowed in every_door(cast, rule, far):
        response = getattr(browser, method)(BASE + path)
        opened = response.status_code == 200 or (
            response.status_code == 302 and response["Location"].startswith(BASE) and method == "post"
        )
        assert opened is (who in allowed), (path, response.status_code)
        if not opened:
            assert "Maja" not in response.content.decode()


def test_every_address_of_ours_is_behind_one_of_the_doors_above(cast, rule, far):
    """A new view without a row in `every_door` fails here."""
    from django.urls import resolve

    from lms.admin.urls import urlpatterns

    tried = {resolve(BASE + path).url_name for _method, path, _allowed in every_door(cast, rule, far)}
    assert tried == {pattern.name for pattern in urlpatterns}


def test_another_municipalitys_people_cannot_be_reached_by_address(petra, cast, far):
    job = far.employments.get()
    place = cast.places["annorstades"]
    for method, path in (
        ("get", f"/staff/{far.pk}/"),
        ("post", f"/staff/{far.pk}/details/"),
        ("post", f"/staff/{far.pk}/job/{job.pk}/end/"),
        ("post", f"/staff/{cast.maja.pk}/job/{job.pk}/end/"),
        ("post", f"/staff/{far.pk}/card/"),
        ("post", f"/staff/{far.pk}/excuse/"),
        ("post", f"/workplaces/{place.pk}/rename/"),
        ("post", f"/workplaces/{place.pk}/cards/"),
    ):
        assert getattr(petra, method)(BASE + path).status_code == 404, path
    assert not LoginCard.objects.filter(staff=far).exists()


def test_nothing_changes_by_looking(sign_in, cast, rule, far):
    ada = sign_in("ada")
    before = LedgerEntry.objects.count()
    doors = every_door(cast, rule, far)
    for method, path, _allowed in doors:
        if method == "get":
            ada.get(BASE + path)
        else:
            assert ada.get(BASE + path).status_code == 405
    assert LedgerEntry.objects.exclude(verb="tablet.paired").count() == before


# People


def add_form(cast, **changes):
    return {
        "given_name": "Tuva", "family_name": "Nordin", "workplace": cast.brattfors.pk,
        "role": cast.roles["biträde"].pk, "kind": "employed", "start": TODAY().isoformat(), "end": "",
        "email": "", "phone": "", **changes,
    }  # fmt: skip


def test_adding_somebody_without_an_address(petra, cast):
    response = petra.post(f"{BASE}/staff/add/", add_form(cast))
    tuva = StaffMember.objects.get(given_name="Tuva")
    assert response["Location"] == f"{BASE}/staff/{tuva.pk}/"
    assert (tuva.email, tuva.user, tuva.employments.get().workplace) == ("", None, cast.brattfors)
    assert {entry.verb for entry in LedgerEntry.objects.filter(staff=tuva, actor=cast.users["petra"])} == {
        "staff.added",
        "employment.added",
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("given_name", ""),
        ("start", "igår"),
        ("email", "inte-en"),
        ("kind", "hittepå"),
        ("end", "2001-01-01"),
        ("role", "99"),
    ],
)
def test_bad_input_is_told_at_its_field_and_nothing_is_written(petra, cast, field, value):
    before = StaffMember.objects.count()
    response = petra.post(f"{BASE}/staff/add/", add_form(cast, **{field: value}))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert StaffMember.objects.count() == before


def test_nobody_is_hired_outside_the_leaders_reach_or_at_a_municipality(petra, cast):
    for place in ("annorstades", "kommun"):
        response = petra.post(f"{BASE}/staff/add/", add_form(cast, workplace=cast.places[place].pk))
        assert list(response.context["form"].errors) == ["workplace"]


def test_a_new_name_is_saved_with_who_did_it(petra, cast):
    form = {"given_name": "Maja", "family_name": "Nyström", "email": "", "phone": "070", "language": "en"}
    petra.post(f"{BASE}/staff/{cast.maja.pk}/details/", form)
    cast.maja.refresh_from_db()
    assert (cast.maja.family_name, cast.maja.phone, cast.maja.language) == ("Nyström", "070", "en")
    entry = LedgerEntry.objects.get(verb="staff.changed")
    assert (entry.actor, entry.data) == (cast.users["petra"], {"fields": ["family_name", "phone", "language"]})


def test_ending_moving_and_rehiring_keep_history(petra, cast):
    job = cast.maja.employments.get()
    today = TODAY()
    petra.post(
        f"{BASE}/staff/{cast.maja.pk}/job/{job.pk}/move/",
        {"workplace": cast.places["grasmyr"].pk, "role": cast.roles["ägare"].pk, "first_day": today.isoformat()},
    )
    old, new = Employment.objects.filter(staff=cast.maja).order_by("start")
    assert (old.end, new.start, new.workplace) == (today - datetime.timedelta(days=1), today, cast.places["grasmyr"])
    petra.post(f"{BASE}/staff/{cast.maja.pk}/job/{new.pk}/end/", {"last_day": today.isoformat()})
    new.refresh_from_db()
    assert (new.end, new.end_recorded_at is not None) == (today, True)
    start = (today + datetime.timedelta(days=30)).isoformat()
    petra.post(f"{BASE}/staff/{cast.maja.pk}/job/", {**add_form(cast), "start": start})
    assert cast.maja.employments.count() == 3


def test_an_employment_that_overlaps_one_at_the_same_place_is_refused(petra, cast):
    response = petra.post(f"{BASE}/staff/{cast.maja.pk}/job/", add_form(cast))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["start"]


@pytest.mark.parametrize("days", [-500, -401])
def test_an_employment_cannot_end_before_it_begins(petra, cast, days):
    job = cast.maja.employments.get()
    last = (TODAY() + datetime.timedelta(days=days)).isoformat()
    response = petra.post(f"{BASE}/staff/{cast.maja.pk}/job/{job.pk}/end/", {"last_day": last})
    assert list(response.context["form"].errors) == ["last_day"]


def test_moving_to_where_one_already_works_is_refused(petra, cast):
    job = cast.maja.employments.get()
    form = {"workplace": cast.brattfors.pk, "role": cast.roles["ägare"].pk, "first_day": TODAY().isoformat()}
    response = petra.post(f"{BASE}/staff/{cast.maja.pk}/job/{job.pk}/move/", form)
    assert list(response.context["form"].errors) == ["workplace"]


def test_a_card_is_shown_once_and_printed_for_a_whole_workplace(petra, cast):
    response = petra.post(f"{BASE}/staff/{cast.maja.pk}/card/")
    assert "no-store" in response["Cache-Control"]
    [(_person, code)] = response.context["cards"]
    assert code in response.content.decode()
    path = f"{BASE}/workplaces/{cast.brattfors.pk}/cards/"
    offered = petra.get(path).context["people"]
    assert {person.given_name: needs for person, needs in offered} == {"Maja": False, "Birgitta": False}
    response = petra.post(path, {"person": [person.pk for person, _needs in offered]})
    assert len(response.context["cards"]) == 2
    assert petra.post(path, {"person": [cast.staff["bo"].pk]}).status_code == 302  # not from this workplace
    assert not cast.staff["bo"].login_cards.exists()


def test_unlocking_a_pin(petra, cast):
    PinGuard.objects.create(staff=cast.maja, failures=20)
    petra.post(f"{BASE}/staff/{cast.maja.pk}/unlock/")
    assert not PinGuard.objects.exists()


def test_the_list_is_searched_and_filtered(petra, cast, far):
    def names(query=""):
        return {person.given_name for person in petra.get(f"{BASE}/staff/{query}").context["people"]}

    assert names() == {"Maja", "Bo", "Birgitta"}
    assert names("?q=maj+lind") == {"Maja"}
    assert names(f"?workplace={cast.places['grasmyr'].pk}") == {"Bo"}
    job = cast.staff["bo"].employments.get()
    job.end = TODAY() - datetime.timedelta(days=1)
    job.save()
    assert names() == {"Maja", "Birgitta"}
    assert names("?left=on") == {"Maja", "Bo", "Birgitta"}


def test_the_person_page_says_why_and_what_next_and_hides_what_a_course_leader_may_not_know(
    sign_in, petra, cast, course, rule
):
    petra.post(
        f"{BASE}/staff/{cast.maja.pk}/excuse/",
        {"course": "", "reason": "sick", "valid_from": TODAY().isoformat(), "valid_to": ""},
    )
    path = f"{BASE}/staff/{cast.maja.pk}/"
    assert "Sjukskriven" in petra.get(path).content.decode()
    text = sign_in("kajsa").get(path).content.decode()
    assert "Sjukskriven" not in text
    assert "070" not in text
    assert "Ett gott värdskap" in text


def test_the_person_page_stands_every_state_of_a_course(petra, cast, course, rule):
    path = f"{BASE}/staff/{cast.maja.pk}/"
    assert petra.get(path).status_code == 200
    complete(cast.maja, course)
    assert "/intyg/" in petra.get(path).content.decode()


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


def test_a_rule_is_ended_and_never_edited(sign_in, cast, course, rule):
    today = TODAY()
    sign_in("ada").post(f"{BASE}/requirements/{rule.pk}/end/", {"last_day": today.isoformat()})
    rule.refresh_from_db()
    assert rule.valid_to == today
    assert LedgerEntry.objects.filter(verb="requirement.ended").count() == 1


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


def test_somebody_elses_exemption_is_not_ended_through_maja(petra, cast, rule):
    bos = Exemption.objects.create(staff=cast.staff["bo"], reason="sick", valid_from=TODAY())
    path = f"{BASE}/staff/{cast.maja.pk}/excuse/{bos.pk}/end/"
    assert petra.post(path, {"last_day": TODAY().isoformat()}).status_code == 404


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
    petra.post(f"{BASE}/earlier-training/", register_form(course_of(course), [cast.maja]))
    assert CourseCompletion.objects.get().basis == "evidence"
    assert petra.get("/admin/reports/training-matrix/").context["totals"].people.done == 1


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


def test_renaming_a_workplace(petra, cast):
    petra.post(f"{BASE}/workplaces/{cast.brattfors.pk}/rename/", {"name": "Nya Brattfors"})
    assert Workplace.objects.get(pk=cast.brattfors.pk).name == "Nya Brattfors"


def test_a_workplace_is_closed_only_when_everyone_has_left(petra, cast):
    path = f"{BASE}/workplaces/{cast.places['grasmyr'].pk}/close/"
    today = TODAY()
    response = petra.post(path, {"on": today.isoformat()})
    assert response.status_code == 422
    Employment.objects.filter(staff=cast.staff["bo"]).update(end=today)
    petra.post(path, {"on": today.isoformat()})
    assert Workplace.objects.get(pk=cast.places["grasmyr"].pk).closed_on == today


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
