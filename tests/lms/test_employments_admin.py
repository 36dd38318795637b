"""Employments in the admin: ended, moved and begun again, with their history kept."""

import datetime

import pytest
from django.utils import timezone
from django.utils.timezone import localdate

from lms.access import asked_today
from lms.models import (
    Employment,
    LedgerEntry,
    StaffMember,
    Workplace,
)
from lms.people.actions import employ, end_employment, move_employment
from lms.reports import figures
from lms.requirements.actions import require
from lms.wording import day_text
from lms.workplaces.actions import add_workplace, close_workplace
from tests import builders, people
from tests.admin import BASE, person_form
from tests.builders import course_of
from tests.foreseen import agree


def test_employer_and_employee_id_are_filled_in_and_go_along_in_a_move(petra, cast):
    job, today = cast.maja.employments.get(), localdate()
    path = f"{BASE}/staff/{cast.maja.pk}/job/{job.pk}/"
    form = {"employer": "Byns Handel AB", "employee_id": "17"}
    assert petra.post(f"{path}employer/", form).status_code == 302
    assert LedgerEntry.objects.get(verb="employment.numbered").staff == cast.maja
    petra.post(f"{path}employer/", form)
    assert LedgerEntry.objects.filter(verb="employment.numbered").count() == 1
    move = {"workplace": cast.grasmyr.pk, "role": cast.roles["ägare"].pk, "first_day": today.isoformat()}
    agree(petra, f"{path}move/", move)
    assert list(cast.maja.employments.values_list("employer", "employee_id")) == [("Byns Handel AB", "17")] * 2
    assert "Byns Handel AB" in petra.get(f"{BASE}/staff/{cast.maja.pk}/").content.decode()


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"employer": "", "employee_id": "17"}, "employer"),
        ({"employer": "AB", "employee_id": "900101-1234"}, "employee_id"),
    ],
)
def test_an_employee_id_needs_an_employer_and_is_no_personnummer(petra, cast, form, field):
    job = cast.maja.employments.get()
    response = petra.post(f"{BASE}/staff/{cast.maja.pk}/job/{job.pk}/employer/", form)
    assert list(response.context["form"].errors) == [field]


def test_ending_moving_and_rehiring_keep_history(petra, cast):
    job = cast.maja.employments.get()
    today = localdate()
    agree(
        petra,
        f"{BASE}/staff/{cast.maja.pk}/job/{job.pk}/move/",
        {"workplace": cast.places["grasmyr"].pk, "role": cast.roles["ägare"].pk, "first_day": today.isoformat()},
    )
    old, new = Employment.objects.filter(staff=cast.maja).order_by("start")
    assert (old.end, new.start, new.workplace) == (today - datetime.timedelta(days=1), today, cast.places["grasmyr"])
    agree(petra, f"{BASE}/staff/{cast.maja.pk}/job/{new.pk}/end/", {"last_day": today.isoformat()})
    new.refresh_from_db()
    assert (new.end, new.end_recorded_at is not None) == (today, True)
    start = (today + datetime.timedelta(days=30)).isoformat()
    agree(petra, f"{BASE}/staff/{cast.maja.pk}/job/", {**person_form(cast), "start": start})
    assert cast.maja.employments.count() == 3


def test_who_leaves_and_is_still_responsible_is_told_of(petra, cast):
    """The right to see people does not end with the employment: whoever ends it learns whom to ask."""
    job = cast.birgitta.employments.get()
    path = f"{BASE}/staff/{cast.birgitta.pk}/"
    assert "Butiksansvarig: Brattfors" in petra.get(path).content.decode()
    moved = agree(
        petra,
        f"{path}job/{job.pk}/move/",
        {"workplace": cast.grasmyr.pk, "role": job.role_id, "first_day": localdate().isoformat()},
        follow=True,
    )
    job = cast.birgitta.employments.get(end=None)
    ended = agree(petra, f"{path}job/{job.pk}/end/", {"last_day": localdate().isoformat()}, follow=True)
    for page in (moved, ended):
        text = page.content.decode()
        assert "Birgitta Forsberg har kvar sitt ansvar (Butiksansvarig: Brattfors)." in text
        assert "en administratör" in text
        assert "Utbildning › Ansvariga" in text
    assert cast.users["birgitta"].responsibilities.count() == 1


@pytest.mark.parametrize("name", ["maja", "ny"])
def test_who_leaves_and_is_responsible_for_nothing_is_not(petra, cast, name):
    cast.staff["ny"] = people.hire(cast, "Ny", "Utan konto", "brattfors")
    path = f"{BASE}/staff/{cast.staff[name].pk}/"
    assert "Ansvar</h2>" not in petra.get(path).content.decode()
    job = cast.staff[name].employments.get()
    page = agree(petra, f"{path}job/{job.pk}/end/", {"last_day": localdate().isoformat()}, follow=True)
    assert "har kvar sitt ansvar" not in page.content.decode()


def test_an_employment_that_overlaps_one_at_the_same_place_is_refused(petra, cast):
    response = agree(petra, f"{BASE}/staff/{cast.maja.pk}/job/", person_form(cast))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["start"]


def test_a_later_last_day_opens_no_second_employment_at_the_same_place(petra, cast):
    job, today = cast.maja.employments.get(), localdate()
    end_employment(job=job, last_day=today - datetime.timedelta(days=100), actor=cast.ada)
    employ(
        staff=cast.maja,
        workplace=cast.brattfors,
        role=cast.roles["biträde"],
        start=today - datetime.timedelta(days=50),
        actor=cast.ada,
    )
    path = f"{BASE}/staff/{cast.maja.pk}/job/{job.pk}/end/"
    response = agree(petra, path, {"last_day": today.isoformat()})
    assert list(response.context["form"].errors) == ["last_day"]
    assert Employment.objects.covering(today).filter(staff=cast.maja).count() == 1
    corrected = today - datetime.timedelta(days=51)
    assert agree(petra, path, {"last_day": corrected.isoformat()}).status_code == 302
    job.refresh_from_db()
    assert job.end == corrected


def test_a_move_does_not_open_again_what_has_ended(petra, cast):
    job, today = cast.maja.employments.get(), localdate()
    end_employment(job=job, last_day=today - datetime.timedelta(days=100), actor=cast.ada)
    form = {"workplace": cast.grasmyr.pk, "role": cast.roles["ägare"].pk, "first_day": today.isoformat()}
    response = agree(petra, f"{BASE}/staff/{cast.maja.pk}/job/{job.pk}/move/", form)
    assert list(response.context["form"].errors) == ["first_day"]
    assert cast.maja.employments.get().end == today - datetime.timedelta(days=100)


@pytest.mark.parametrize("what_closes", ["the workplace", "the municipality above it"])
def test_nobody_works_on_where_it_closes(petra, cast, what_closes):
    today = localdate()
    district = add_workplace(name="Distriktet", kind="municipality", parent=cast.kommun, actor=cast.ada)
    place = add_workplace(name="Nyåker", kind="service_point", parent=district, actor=cast.ada)
    last, after = today + datetime.timedelta(days=5), today + datetime.timedelta(days=6)
    close_workplace(workplace=place if what_closes == "the workplace" else district, on=last, actor=cast.ada)
    path, form = f"{BASE}/staff/{cast.maja.pk}/job/", {**person_form(cast), "workplace": place.pk}
    for start, end in ((after, ""), (today, ""), (today, after)):
        response = agree(petra, path, {**form, "start": str(start), "end": str(end)})
        assert list(response.context["form"].errors) == ["start"]
    assert agree(petra, path, {**form, "start": str(today), "end": str(last)}).status_code == 302
    job = place.employments.get()
    response = agree(petra, f"{path}{job.pk}/end/", {"last_day": str(after)})
    assert list(response.context["form"].errors) == ["last_day"]


def test_who_moves_takes_the_due_day_along(petra, cast, course):
    """And is bound anew only by what did not bind them where they were."""
    today = localdate()
    begun = {"valid_from": today - datetime.timedelta(days=300), "due_days": 30, "actor": cast.ada}
    require(course=course_of(course), **begun)
    require(course=course_of(builders.make_full_course("Bara i Gräsmyr")), workplaces=[cast.grasmyr], **begun)
    move_employment(job=cast.maja.employments.get(), workplace=cast.grasmyr, first_day=today, actor=cast.ada)

    def standings(**known):
        found = figures.gather(today, Workplace.objects.all(), **known)
        rows = found.rows([worker for worker in found.workers if worker.job.staff_id == cast.maja.pk])
        return [(cell.status.value, cell.facts.due) for _worker, row in rows for cell in row.cells]

    overdue = ("overdue", today - datetime.timedelta(days=270))
    begun_today = ("not_started", today + datetime.timedelta(days=30))
    assert standings() == [overdue, begun_today]
    at_the_desk = asked_today(StaffMember.objects.get(pk=cast.maja.pk))
    assert [duty.due for duty in at_the_desk.asked.always.values()] == [overdue[1], begun_today[1]]
    # What is found wrong later was still what the register said before.
    before = timezone.now()
    Employment.objects.filter(staff=cast.maja, workplace=cast.brattfors).update(voided_at=timezone.now())
    assert standings() == [begun_today, begun_today]
    assert standings(known=before) == [overdue, begun_today]


@pytest.mark.parametrize("days", [-500, -401])
def test_an_employment_cannot_end_before_it_begins(petra, cast, days):
    job = cast.maja.employments.get()
    last = (localdate() + datetime.timedelta(days=days)).isoformat()
    response = agree(petra, f"{BASE}/staff/{cast.maja.pk}/job/{job.pk}/end/", {"last_day": last})
    assert list(response.context["form"].errors) == ["last_day"]


def test_moving_to_where_one_already_works_is_refused(petra, cast):
    job = cast.maja.employments.get()
    form = {"workplace": cast.brattfors.pk, "role": cast.roles["ägare"].pk, "first_day": localdate().isoformat()}
    response = agree(petra, f"{BASE}/staff/{cast.maja.pk}/job/{job.pk}/move/", form)
    assert list(response.context["form"].errors) == ["workplace"]


@pytest.mark.parametrize("days", [0, -5])
def test_who_began_at_the_wrong_place_is_not_moved_and_the_page_says_what_to_do(petra, cast, days):
    tuva = people.hire(cast, "Tuva", "Nordin", "brattfors", days_ago=0)
    path = f"{BASE}/staff/{tuva.pk}/job/{tuva.employments.get().pk}/move/"
    first = (localdate() + datetime.timedelta(days=days)).isoformat()
    form = {"workplace": cast.grasmyr.pk, "role": cast.roles["biträde"].pk, "first_day": first}
    response = agree(petra, path, form)
    assert response.status_code == 422
    [words] = response.context["form"].errors["first_day"]
    assert words.startswith(f"Anställningen på Brattfors börjar {day_text(localdate())}.")
    assert "ångra den felaktiga i historiken" in words
    assert tuva.employments.get().end is None
    # And what it says can be done.
    agree(petra, f"{BASE}/staff/{tuva.pk}/job/", {**person_form(cast), "workplace": cast.grasmyr.pk})
    wrong = LedgerEntry.objects.filter(verb="employment.added", staff=tuva).earliest("pk")
    petra.post(f"{BASE}/staff/{tuva.pk}/undo/{wrong.uuid}/")
    assert [job.workplace for job in tuva.employments.filter(voided_at=None)] == [cast.grasmyr]


def test_a_move_keeps_the_end_of_a_season(cast):
    today = localdate()
    end = today + datetime.timedelta(days=60)
    seasonal = people.hire(cast, "Sommar", "Berg", "brattfors", kind="seasonal", days_ago=20, end=end)
    moved = move_employment(job=seasonal.employments.get(), workplace=cast.grasmyr, first_day=today, actor=cast.ada)
    assert (moved.end, seasonal.employments.order_by("start").first().end) == (
        end,
        today - datetime.timedelta(days=1),
    )
