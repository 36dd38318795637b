"""Somebody with two workplaces and two leaders: each leader sees and changes what belongs to the own one."""

import datetime

import pytest
from django.utils import timezone

from lms.models import LedgerEntry, Role
from lms.people.actions import employ, end_employment, move_employment
from lms.workplaces.actions import give_responsibility
from tests import people

BASE = "/admin/training"
TODAY = timezone.localdate
DAY = datetime.timedelta(days=1)


@pytest.fixture
def anna(cast):
    """Works in Brattfors, which is Petra's, and at Annorstädes, which is not."""
    found = people.hire(cast, "Anna", "Nyberg", "brattfors")
    _employ(cast, found, "annorstades", start=TODAY() - DAY * 300, employer="Grannens AB", employee_id="4711")
    return found


def _employ(cast, person, place, **fields):
    role = cast.roles["biträde"]
    return employ(staff=person, workplace=cast.places[place], role=role, actor=cast.ada, **fields)


def job_at(person, place):
    return person.employments.get(workplace=place, voided_at=None)


def path_of(person, verb):
    entry = LedgerEntry.objects.filter(staff=person, verb=verb).latest("pk")
    return f"{BASE}/staff/{person.pk}/undo/{entry.uuid}/"


def nothing_to_undo(browser, person, verb):
    """Neither a button nor an address, and nothing happens."""
    path, before = path_of(person, verb), LedgerEntry.objects.count()
    statuses = (browser.get(path).status_code, browser.post(path).status_code)
    shown = path in browser.get(f"{BASE}/staff/{person.pk}/").content.decode()
    return (statuses, shown, LedgerEntry.objects.count() - before) == ((404, 404), False, 0)


# What another leader has done is that leader's to undo


def test_an_end_elsewhere(petra, cast, anna):
    end_employment(job=job_at(anna, cast.annorstades), last_day=TODAY(), actor=cast.ada)
    assert nothing_to_undo(petra, anna, "employment.ended")
    assert job_at(anna, cast.annorstades).end == TODAY()


def test_an_employment_elsewhere(petra, cast, anna):
    assert nothing_to_undo(petra, anna, "employment.added")


@pytest.mark.parametrize(("old", "new"), [("annorstades", "grasmyr"), ("brattfors", "grannkommun")])
def test_a_move_from_elsewhere_or_to_it(petra, cast, anna, old, new):
    move_employment(
        job=job_at(anna, cast.places[old]), workplace=cast.places[new], first_day=TODAY() - DAY, actor=cast.ada
    )
    if new == "grannkommun":
        _employ(cast, anna, "grasmyr", start=TODAY() - DAY)  # still Petra's to manage
    assert nothing_to_undo(petra, anna, "employment.moved")


def test_what_happened_at_the_own_workplace_is_undone_as_before(petra, cast, anna):
    end_employment(job=job_at(anna, cast.brattfors), last_day=TODAY(), actor=cast.ada)
    path = path_of(anna, "employment.ended")
    assert path in petra.get(f"{BASE}/staff/{anna.pk}/").content.decode()
    assert petra.post(path).status_code == 302
    assert job_at(anna, cast.brattfors).end is None


def test_leading_courses_there_is_not_enough(petra, cast, anna):
    give_responsibility(user=cast.users["petra"], role=Role.COURSE_LEADER, workplace=cast.annorstades, actor=cast.ada)
    assert nothing_to_undo(petra, anna, "employment.added")


# The pages about her


def test_a_job_elsewhere_is_seen_without_its_buttons_and_its_employer(petra, cast, anna):
    text = petra.get(f"{BASE}/staff/{anna.pk}/").content.decode()
    own, other = (job_at(anna, place).pk for place in (cast.brattfors, cast.annorstades))
    for act in ("move", "end", "employer"):
        assert f"/job/{own}/{act}/" in text
        assert f"/job/{other}/{act}/" not in text
    assert ">Annorstädes</td>" in text
    assert text.count("<td>Butiksbiträde, ") == 1
    for words in ("Grannens AB", "4711"):
        assert words not in text
    assert "På en arbetsplats som du inte ansvarar för." in text


def test_an_administrator_sees_all_of_it(sign_in, anna):
    text = sign_in("ada").get(f"{BASE}/staff/{anna.pk}/").content.decode()
    assert "Grannens AB" in text
    assert text.count("<td>Butiksbiträde, ") == 2


def test_the_staff_list_tells_where_else_she_works_and_not_as_what(petra, cast, anna):
    text = petra.get(f"{BASE}/staff/?q=anna").content.decode()
    assert "<div>Brattfors, Butiksbiträde</div>" in text
    assert "<div>Annorstädes</div>" in text


def test_hired_again_is_filled_in_from_the_job_in_reach(petra, cast, anna):
    for place in (cast.brattfors, cast.annorstades):
        end_employment(job=job_at(anna, place), last_day=TODAY() - DAY * 2, actor=cast.ada)
    initial = petra.get(f"{BASE}/staff/{anna.pk}/job/").context["form"].initial
    assert initial["workplace"] == cast.brattfors.pk


def test_the_page_for_merging_tells_where_else_she_works_and_not_as_what(petra, cast, anna):
    twin = people.hire(cast, "Anna", "Nyberg", "grasmyr")
    text = petra.post(f"{BASE}/staff/{anna.pk}/merge/", {"other": twin.pk}).content.decode()
    assert "<li>Annorstädes, 20" in text
    assert "<li>Gräsmyr, Butiksbiträde, 20" in text


def test_whoever_is_out_of_reach_once_it_is_undone_leaves_the_leader_at_the_staff_list(petra, cast, anna):
    added = LedgerEntry.objects.get(verb="employment.added", subject=f"employment:{job_at(anna, cast.brattfors).pk}")
    answer = petra.post(f"{BASE}/staff/{anna.pk}/undo/{added.uuid}/", follow=True)
    assert answer.redirect_chain == [(f"{BASE}/staff/", 302)]
    assert answer.status_code == 200
    assert "Det är ångrat." in answer.content.decode()
