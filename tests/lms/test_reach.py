"""What a course leader and a shop owner see of people, through every door there is: their own area and no more.

Nisse is given roles here: whoever leads courses in one municipality and projects in the next is the one to watch.
"""

import csv
import datetime
import io
import uuid

import openpyxl
import pytest
from django.utils import timezone

from lms.models import ActivityCompletion, CourseCompletion, Role
from lms.people.actions import end_employment
from lms.requirements.actions import require
from lms.workplaces.actions import give_responsibility
from tests import builders
from tests.builders import activity_of, course_of

BASE = "/admin/training"
MATRIX = "/admin/reports/training-matrix/"
SHOP = "/min-utbildning/min-butik/"
TODAY = timezone.localdate


@pytest.fixture
def required(cast, course, far):
    require(course=course_of(course), valid_from=TODAY(), actor=cast.ada)


def appoint(cast, role, place):
    give_responsibility(user=cast.users["nisse"], role=role, workplace=cast.places[place], actor=cast.users["ada"])


@pytest.fixture
def both(sign_in, cast, required):
    """Nisse leads courses in Brattfors and projects at Annorstädes."""
    appoint(cast, Role.COURSE_LEADER, "brattfors")
    appoint(cast, Role.PROJECT_LEADER, "annorstades")
    return sign_in("nisse")


@pytest.fixture
def leader(sign_in, cast, required):
    """Nisse leads courses in Brattfors and nothing else."""
    appoint(cast, Role.COURSE_LEADER, "brattfors")
    return sign_in("nisse")


def offered(field):
    """The names in a chooser of people, whatever workplace they stand under."""
    names = []
    for value, label in field.choices:
        names += [name for _pk, name in label] if isinstance(label, list) else [label] if value else []
    return set(names)


# The course leader


def test_the_course_leaders_matrix_has_the_own_area_alone_on_screen_and_in_files(leader, cast):
    for query in ("", "?view=people", "?q=bo", f"?workplace={cast.grasmyr.pk}&view=people"):
        text = leader.get(MATRIX + query).content.decode()
        assert "Bo Ek" not in text
        assert "Fjärran" not in text
    found = leader.get(f"{MATRIX}?view=people")
    assert {worker.given_name for worker, _row, _html in found.context["object_list"]} == {"Maja", "Birgitta"}
    lines = list(
        csv.reader(
            io.StringIO(b"".join(leader.get(f"{MATRIX}?export=csv").streaming_content).decode("utf-8-sig")),
            delimiter=";",
        )
    )
    assert {row[0] for row in lines[1:3]} == {"Maja", "Birgitta"}
    assert lines[3][0] == "Totalt, varje person en gång"
    book = b"".join(leader.get(f"{MATRIX}?export=xlsx").streaming_content)
    sheet = openpyxl.load_workbook(io.BytesIO(book)).active
    assert {sheet.cell(row, 1).value for row in (2, 3)} == {"Maja", "Birgitta"}
    assert sheet.cell(4, 1).value == "Totalt, varje person en gång"


def test_the_workplaces_to_choose_among_are_the_own_ones(leader, both, cast):
    choices = leader.get(MATRIX).context["filter_form"].fields["workplace"].choices
    assert [label.strip() for _value, label in choices] == ["Alla", "Annorstädes", "Brattfors"]


@pytest.mark.parametrize("door", ["attendance", "earlier-training"])
def test_the_people_to_tick_are_the_own_ones_and_no_other_can_be_sent(leader, cast, course, far, door):
    page = leader.get(f"{BASE}/{door}/")
    assert offered(page.context["form"].fields["people"]) == {"Maja Lindgren", "Birgitta Forsberg"}
    workshop = builders.make_workshop(course)
    what = activity_of(workshop).pk if door == "attendance" else course_of(course).pk
    form = {"form_id": uuid.uuid4(), "what": what, "on": TODAY().isoformat()}
    for other in (cast.bo, far):
        answer = leader.post(f"{BASE}/{door}/", {**form, "people": [cast.maja.pk, other.pk]})
        assert list(answer.context["form"].errors) == ["people"]
    assert not ActivityCompletion.objects.exists()
    assert not CourseCompletion.objects.exists()


def test_who_has_left_lately_can_be_ticked_for_an_evening_while_they_were_there(leader, cast):
    """Papers come late. Who works for somebody else by now is theirs."""
    for person in (cast.maja, cast.staff["birgitta"]):
        end_employment(job=person.employments.get(), last_day=TODAY() - datetime.timedelta(days=9), actor=cast.ada)
    field = leader.get(f"{BASE}/attendance/").context["form"].fields["people"]
    assert field.choices == [
        ("Inte anställda i dag", [(cast.staff["birgitta"].pk, "Birgitta Forsberg"), (cast.maja.pk, "Maja Lindgren")])
    ]


def test_the_person_page_opens_for_the_own_people_and_offers_what_a_course_leader_does(leader, cast, far):
    for other in (cast.bo, far):
        assert leader.get(f"{BASE}/staff/{other.pk}/").status_code == 404
    text = leader.get(f"{BASE}/staff/{cast.maja.pk}/").content.decode()
    assert f"{BASE}/attendance/?person={cast.maja.pk}" in text
    for act in ("card/", "excuse/", "details/", "job/", "merge/", "undo/"):
        assert f"{BASE}/staff/{cast.maja.pk}/{act}" not in text


def test_an_empty_matrix_sends_a_course_leader_nowhere_that_is_closed(sign_in, cast):
    appoint(cast, Role.COURSE_LEADER, "brattfors")
    text = sign_in("nisse").get(MATRIX).content.decode()
    assert "Projektledaren lägger till vad som ska vara obligatoriskt." in text
    assert "/requirements/add/" not in text


@pytest.mark.parametrize(
    "path",
    [
        "/admin/users/",
        "/admin/groups/",
        "/admin/lms_job_roles/",
        "/admin/settings/lms/trainingsettings/",
        "/admin/reports/site-history/",
        "/admin/users/1/",
        "/admin/choosers/user/",
        "/admin/snippets/",
    ],
)
def test_wagtails_own_doors_show_a_leader_no_account_and_no_setting(leader, sign_in, cast, required, path):
    for browser in (leader, sign_in("petra")):
        response = browser.get(path)
        text = response.content.decode()
        assert response.status_code in (302, 403, 404) or not any(
            name in text for name in ("Maja", "birgitta", "Bo Ek")
        ), path


def test_wagtails_search_finds_no_person(leader, cast, settings):
    # The index of SQLite is a table that only a migration makes: the plain backend looks through the same fields.
    settings.WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "modelsearch.backends.database.fallback"}}
    for path in ("/admin/pages/search/?q=Maja", "/admin/users/?q=Maja", "/admin/documents/?q=Maja"):
        assert "Lindgren" not in leader.get(path, follow=True).content.decode()


# Two roles in two places: each counts where it was given


def test_the_staff_list_has_only_the_people_that_one_leads_projects_for(both, cast):
    assert {person.given_name for person in both.get(f"{BASE}/staff/").context["people"]} == {"Fjärran"}
    assert {person.given_name for person in both.get(f"{BASE}/staff/?q=maja").context["people"]} == set()
    query = f"?workplace={cast.brattfors.pk}"
    assert "Maja" not in both.get(f"{BASE}/staff/{query}").content.decode()


def test_the_matrix_has_both_areas(both):
    found = both.get(f"{MATRIX}?view=people").context["object_list"]
    assert {worker.given_name for worker, _row, _cells in found} == {"Maja", "Birgitta", "Fjärran"}


def test_forms_offer_the_workplaces_and_people_of_the_projects_alone(both, cast, far):
    job = far.employments.get()
    places = both.get(f"{BASE}/staff/add/").context["form"].fields["workplace"].queryset
    assert {place.name for place in places} == {"Annorstädes"}
    places = both.get(f"{BASE}/staff/{far.pk}/job/{job.pk}/move/").context["form"].fields["workplace"].queryset
    assert not places.exists()
    places = both.get(f"{BASE}/requirements/add/").context["form"].fields["workplaces"].queryset
    assert {place.name for place in places} == {"Annorstädes"}
    assert offered(both.get(f"{BASE}/staff/{far.pk}/merge/").context["form"].fields["other"]) == set()


def test_to_whom_a_completion_may_be_moved_are_the_people_of_the_projects_alone(both, cast, course, far):
    builders.complete(far, course)
    path = f"{BASE}/staff/{far.pk}/course/{course_of(course).pk}/move/"
    assert offered(both.get(path).context["form"].fields["to"]) == set()
    what = f"course-{far.completions.get().pk}"
    answer = both.post(path, {"what": what, "to": cast.maja.pk, "reason": "Fel"})
    assert list(answer.context["form"].errors) == ["to"]


@pytest.mark.parametrize(
    "act", ["details/", "job/", "excuse/", "merge/", "card/", "unlock/", "job/{job}/end/", "job/{job}/move/"]
)
def test_project_acts_are_closed_where_one_leads_courses_alone(both, cast, act):
    address = f"{BASE}/staff/{cast.maja.pk}/{act}".format(job=cast.maja.employments.get().pk)
    assert both.post(address).status_code == 404


def test_the_person_page_shows_each_what_the_role_there_allows(both, cast, far):
    assert f"{BASE}/staff/{far.pk}/excuse/" in both.get(f"{BASE}/staff/{far.pk}/").content.decode()
    text = both.get(f"{BASE}/staff/{cast.maja.pk}/").content.decode()
    assert "excuse/" not in text
    assert "Inloggning</h2>" not in text


# The shop owner


@pytest.mark.parametrize(
    "path", ["/admin/", MATRIX, f"{MATRIX}?export=csv", f"{BASE}/staff/", f"{BASE}/attendance/", f"{BASE}/messages/"]
)
def test_a_shop_owner_is_led_home_from_the_admin_and_not_round_in_a_circle(sign_in, required, path):
    answer = sign_in("birgitta").get(path, follow=True)
    assert answer.redirect_chain[-1][0] == "/min-utbildning/"
    assert "Bo Ek" not in answer.content.decode()


def test_the_own_shop_has_the_own_people_and_nobody_elses(sign_in, cast, required):
    found = sign_in("birgitta").get(SHOP)
    assert {entry["person"].given_name for entry in found.context["people"]} == {"Maja", "Birgitta"}
    assert found.context["totals"].people.counted == 2


def test_who_has_left_the_shop_is_no_longer_the_owners(sign_in, cast, required):
    yesterday = TODAY() - datetime.timedelta(days=1)
    end_employment(job=cast.maja.employments.get(), last_day=yesterday, actor=cast.ada)
    birgitta = sign_in("birgitta")
    assert "Maja" not in birgitta.get(SHOP).content.decode()
    for act in ("kort", "oppna"):
        assert birgitta.post(f"{SHOP}{cast.maja.uuid}/{act}/").status_code == 404


def test_an_owner_who_leads_courses_elsewhere_has_cards_for_the_own_shop_alone(sign_in, cast, required):
    give_responsibility(
        user=cast.users["birgitta"], role=Role.COURSE_LEADER, workplace=cast.grasmyr, actor=cast.users["ada"]
    )
    birgitta = sign_in("birgitta")
    assert "Bo Ek" not in birgitta.get(SHOP).content.decode()
    assert birgitta.post(f"{SHOP}{cast.bo.uuid}/kort/").status_code == 404
    found = birgitta.get(f"{MATRIX}?view=people").context["object_list"]
    assert {worker.given_name for worker, _row, _cells in found} == {"Bo"}


def test_a_shop_without_people_says_what_to_do(sign_in, cast, required):
    for person in (cast.maja, cast.staff["birgitta"]):
        yesterday = TODAY() - datetime.timedelta(days=1)
        end_employment(job=person.employments.get(), last_day=yesterday, actor=cast.ada)
    assert "Säg till projektledaren" in sign_in("birgitta").get(SHOP).content.decode()
