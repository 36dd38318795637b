"""The leaders' daily acts in the admin: each does what it says, writes who did it, and is closed to everyone else."""

import datetime
import uuid

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from courses.models import CoursePage
from lms.access import asked_today
from lms.equivalence.actions import equate
from lms.handed_out.actions import hand_out
from lms.handed_out.selection import Selection
from lms.models import (
    Employment,
    EvidenceDocument,
    Exemption,
    LedgerEntry,
    LoginCard,
    PinGuard,
    Responsibility,
    StaffMember,
    Workplace,
)
from lms.paper.actions import make_papers
from lms.people.actions import employ, end_employment, move_employment
from lms.people.cards import last_day
from lms.programmes.actions import create_programme
from lms.reports import figures
from lms.requirements.actions import require
from lms.retraining.actions import demand_retraining
from lms.staff_lists.actions import keep_file
from lms.tablet.actions import pair_tablet
from lms.wording import day_text
from lms.workplaces.actions import add_workplace, close_workplace
from tests import builders, people
from tests.builders import complete, course_of
from tests.foreseen import agree
from tests.staff_lists import as_csv, row

BASE = "/admin/training"
TODAY = timezone.localdate


def every_door(cast, rule, far):
    """Each address, and which of the leaders may open it. Shop owners and others may open none."""
    maja, job = cast.maja.pk, cast.maja.employments.get().pk
    both, project, admin = {"petra", "kajsa", "ada"}, {"petra", "ada"}, {"ada"}
    tablet, _token = pair_tablet(workplace=cast.brattfors, name="Platta", actor=cast.users["ada"])
    given = Responsibility.objects.first()
    kept = keep_file(content=as_csv(row()), actor=cast.users["ada"])
    exemption = Exemption.objects.create(staff=cast.maja, reason="sick", valid_from=TODAY())
    if not cast.maja.completions.exists():
        complete(cast.maja, CoursePage.objects.get(translation_key=rule.course.uuid))
    course = f"/staff/{maja}/course/{rule.course_id}"
    document = EvidenceDocument.objects.create(kind="pdf", size=1, sha256="", uploaded_at=timezone.now())
    document.enrolments.add(cast.maja.enrolments.get())
    document.file.save("", ContentFile(b"%PDF-"))
    hired = LedgerEntry.objects.get(verb="employment.added", staff=cast.maja)
    made = LedgerEntry.objects.get(verb="requirement.opened")
    lesson = rule.course.activities.filter(kind="lesson").first()
    demand_retraining(
        course=rule.course, parts={lesson: timezone.now()}, by_when=TODAY(), notes={"sv": "Nytt."}, actor=cast.ada
    )
    demanded = LedgerEntry.objects.get(verb="retraining.demanded")
    other = course_of(builders.make_course("En annan kurs"))
    equal = equate(kind="counts", sources=[other], target=rule.course, valid_from=TODAY(), actor=cast.users["ada"])
    equated = LedgerEntry.objects.get(verb="equivalence.opened")
    programme = create_programme(title_sv="Allt", courses=[other], valid_from=TODAY(), actor=cast.users["ada"])
    held = LedgerEntry.objects.get(verb="programme.opened")
    [paper] = make_papers(
        form_id=uuid.uuid4(),
        activity=rule.course.activities.get(kind="quiz"),
        people=[cast.maja],
        blank=0,
        language="sv",
        made_by=cast.users["ada"],
    )
    handed_out = hand_out(
        selection=Selection(cast.users["petra"], ""),
        kind="csv",
        with_names=True,
        form_id=uuid.uuid4(),
        actor=cast.users["petra"],
    )
    return [
        ("get", "/staff/", project),
        ("get", "/staff/add/", project),
        ("get", "/staff/export/", project),
        ("get", "/staff/import/", project),
        ("get", "/staff/import/template.xlsx", project),
        ("get", f"/staff/import/{kept.uuid}/", admin),  # whose file it is, and nobody else
        ("post", f"/staff/import/{kept.uuid}/now/", admin),
        ("post", f"/staff/import/{kept.uuid}/confirm/", admin),
        ("post", f"/staff/import/{kept.uuid}/put-aside/", admin),
        ("get", f"/staff/{maja}/", both),
        ("get", f"/staff/{maja}/details/", project),
        ("get", f"/staff/{maja}/job/", project),
        ("get", f"/staff/{maja}/job/{job}/end/", project),
        ("get", f"/staff/{maja}/job/{job}/move/", project),
        ("get", f"/staff/{maja}/job/{job}/employer/", project),
        ("post", f"/staff/{maja}/card/", project),
        ("post", f"/staff/{maja}/unlock/", project),
        ("get", f"/staff/{maja}/excuse/", project),
        ("get", f"/staff/{maja}/excuse/{exemption.pk}/end/", project),
        ("get", f"{course}/", both),
        ("get", f"{course}/move/", project),
        ("get", f"{course}/take-back/", project),
        ("get", f"{course}/attempt/", both),
        ("get", f"/staff/{maja}/merge/", project),
        ("get", f"/staff/{maja}/erase/", project),
        ("get", f"/staff/{maja}/undo/{hired.uuid}/", project),
        ("get", f"/staff/{maja}/document/{document.uuid}/", project),
        ("get", "/courses/", {"kajsa", "ada"}),
        ("get", "/courses/changes/", admin),  # what a course asks holds for everyone
        ("get", f"/courses/{rule.course_id}/again/", admin),
        ("get", f"/courses/{rule.course_id}/recheck/", admin),
        ("get", f"/courses/changes/{demanded.subject.partition(':')[2]}/undo/{demanded.uuid}/", admin),
        ("get", f"/course/{rule.course_id}/", both),
        ("get", "/requirements/", project),
        ("get", "/requirements/add/", project),
        ("get", f"/requirements/{rule.pk}/change/", admin),
        ("get", f"/requirements/{rule.pk}/end/", admin),  # it binds everyone: not Petra's alone
        ("get", f"/requirements/{rule.pk}/undo/{made.uuid}/", admin),
        ("get", "/programmes/", project),
        ("get", "/programmes/add/", admin),  # as courses, they are everyone's
        ("get", f"/programmes/{programme.pk}/change/", admin),
        ("get", f"/programmes/{programme.pk}/title/", admin),
        ("get", f"/programmes/{programme.pk}/undo/{held.uuid}/", admin),
        ("get", "/equivalences/", project),
        ("get", "/equivalences/add/", admin),  # courses are everyone's
        ("get", f"/equivalences/{equal.pk}/end/", admin),
        ("get", f"/equivalences/{equal.pk}/undo/{equated.uuid}/", admin),
        ("get", "/attendance/", both),
        ("get", "/earlier-training/", both),
        ("get", "/paper/", both),
        ("get", "/paper/print/", both),
        ("get", f"/paper/sheets/{paper.batch}/", admin),  # for whoever made them
        ("get", f"/paper/{paper.uuid}/", both),
        ("get", "/trend/", both),
        ("get", "/handed-out/", both),
        ("get", "/handed-out/new/", both),
        ("get", f"/handed-out/{handed_out.uuid}/", project),  # whose it is, and those above
        ("get", f"/handed-out/{handed_out.uuid}/file/", project),
        ("get", f"/handed-out/{handed_out.uuid}/remove/", project),
        ("post", f"/handed-out/{handed_out.uuid}/make/", project),
        ("get", "/messages/", project),
        ("get", "/needs-help/", both),
        ("get", "/review/", both),
        ("post", "/review/count/", both),
        ("post", "/review/put-aside/", both),
        ("get", "/workplaces/", project),
        ("get", "/workplaces/add/", project),
        ("get", f"/workplaces/{cast.brattfors.pk}/rename/", project),
        ("get", f"/workplaces/{cast.brattfors.pk}/close/", project),
        ("get", f"/workplaces/{cast.brattfors.pk}/reopen/", project),
        ("get", f"/workplaces/{cast.brattfors.pk}/cards/", project),
        ("get", "/tablets/", project),
        ("get", "/tablets/export/", project),
        ("get", f"/tablets/{tablet.pk}/unpair/", project),
        ("get", "/responsibilities/", admin),
        ("post", f"/responsibilities/{given.pk}/take/", admin),
    ]


@pytest.mark.parametrize("who", ["petra", "kajsa", "birgitta", "maja", "eva", "nisse", None])
def test_every_door_opens_to_those_it_is_for_and_to_nobody_else(client, sign_in, cast, rule, far, who):
    browser = sign_in(who) if who else client
    for method, path, allowed in every_door(cast, rule, far):
        response = getattr(browser, method)(BASE + path)
        on = response["Location"] if response.status_code == 302 else ""
        opened = (
            response.status_code == 200 or on.startswith("/admin/pages/") or (on.startswith(BASE) and method == "post")
        )
        assert opened is (who in allowed), (path, response.status_code)
        content = response.getvalue()  # a file read to its end closes itself, and leaves the connection alone
        if not opened:
            assert b"Maja" not in content


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
    doors = every_door(cast, rule, far)
    before = LedgerEntry.objects.count()
    for method, path, _allowed in doors:
        if method == "get":
            ada.get(BASE + path).getvalue()
        else:
            assert ada.get(BASE + path).status_code == 405
    assert LedgerEntry.objects.count() == before


# People


def add_form(cast, **changes):
    return {
        "given_name": "Tuva", "family_name": "Nordin", "workplace": cast.brattfors.pk,
        "role": cast.roles["biträde"].pk, "kind": "employed", "start": TODAY().isoformat(), "end": "",
        "email": "", "phone": "", **changes,
    }  # fmt: skip


def test_adding_somebody_without_an_address(petra, cast):
    response = agree(petra, f"{BASE}/staff/add/", add_form(cast))
    tuva = StaffMember.objects.get(given_name="Tuva")
    assert response["Location"] == f"{BASE}/staff/{tuva.pk}/"
    assert (tuva.email, tuva.user, tuva.employments.get().workplace) == ("", None, cast.brattfors)
    assert {entry.verb for entry in LedgerEntry.objects.filter(staff=tuva, actor=cast.users["petra"])} == {
        "staff.added",
        "employment.added",
    }


def test_a_double_click_adds_one_person(petra, cast):
    """The same form again leads to the one that it added; a new form may add somebody of the same name."""
    drawn = petra.get(f"{BASE}/staff/add/").context["form"]["form_id"].value()
    form = add_form(cast, form_id=str(drawn))
    first, second = (agree(petra, f"{BASE}/staff/add/", form) for _click in range(2))
    assert first["Location"] == second["Location"]
    assert StaffMember.objects.filter(given_name="Tuva").count() == 1
    assert LedgerEntry.objects.filter(verb="employment.added", staff__given_name="Tuva").count() == 1


@pytest.mark.parametrize("form_id", ["7f0c2f5e-6a55-4a4e-9a53-0d7b1a0e7d11", "inget-id"])
def test_a_form_of_its_own_adds_a_person_of_its_own(petra, cast, form_id):
    agree(petra, f"{BASE}/staff/add/", add_form(cast))
    agree(petra, f"{BASE}/staff/add/", add_form(cast, given_name="Ture", form_id=form_id))
    assert StaffMember.objects.filter(given_name="Ture").count() == (form_id != "inget-id")


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
    response = agree(petra, f"{BASE}/staff/add/", add_form(cast, **{field: value}))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert StaffMember.objects.count() == before


def test_nobody_is_hired_outside_the_leaders_reach_or_at_a_municipality(petra, cast):
    for place in ("annorstades", "kommun"):
        response = agree(petra, f"{BASE}/staff/add/", add_form(cast, workplace=cast.places[place].pk))
        assert list(response.context["form"].errors) == ["workplace"]


def test_a_new_name_is_saved_with_who_did_it(petra, cast):
    form = {"given_name": "Maja", "family_name": "Nyström", "email": "", "phone": "070", "language": "en"}
    petra.post(f"{BASE}/staff/{cast.maja.pk}/details/", form)
    cast.maja.refresh_from_db()
    assert (cast.maja.family_name, cast.maja.phone, cast.maja.language) == ("Nyström", "070", "en")
    entry = LedgerEntry.objects.get(verb="staff.changed")
    assert (entry.actor, entry.data) == (cast.users["petra"], {"fields": ["family_name", "phone", "language"]})


def test_employer_and_employee_id_are_filled_in_and_go_along_in_a_move(petra, cast):
    job, today = cast.maja.employments.get(), TODAY()
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
    today = TODAY()
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
    agree(petra, f"{BASE}/staff/{cast.maja.pk}/job/", {**add_form(cast), "start": start})
    assert cast.maja.employments.count() == 3


def test_who_leaves_and_is_still_responsible_is_told_of(petra, cast):
    """The right to see people does not end with the employment: whoever ends it learns whom to ask."""
    job = cast.birgitta.employments.get()
    path = f"{BASE}/staff/{cast.birgitta.pk}/"
    assert "Butiksansvarig: Brattfors" in petra.get(path).content.decode()
    moved = agree(
        petra,
        f"{path}job/{job.pk}/move/",
        {"workplace": cast.grasmyr.pk, "role": job.role_id, "first_day": TODAY().isoformat()},
        follow=True,
    )
    job = cast.birgitta.employments.get(end=None)
    ended = agree(petra, f"{path}job/{job.pk}/end/", {"last_day": TODAY().isoformat()}, follow=True)
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
    page = agree(petra, f"{path}job/{job.pk}/end/", {"last_day": TODAY().isoformat()}, follow=True)
    assert "har kvar sitt ansvar" not in page.content.decode()


def test_an_employment_that_overlaps_one_at_the_same_place_is_refused(petra, cast):
    response = agree(petra, f"{BASE}/staff/{cast.maja.pk}/job/", add_form(cast))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["start"]


def test_a_later_last_day_opens_no_second_employment_at_the_same_place(petra, cast):
    job, today = cast.maja.employments.get(), TODAY()
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
    job, today = cast.maja.employments.get(), TODAY()
    end_employment(job=job, last_day=today - datetime.timedelta(days=100), actor=cast.ada)
    form = {"workplace": cast.grasmyr.pk, "role": cast.roles["ägare"].pk, "first_day": today.isoformat()}
    response = agree(petra, f"{BASE}/staff/{cast.maja.pk}/job/{job.pk}/move/", form)
    assert list(response.context["form"].errors) == ["first_day"]
    assert cast.maja.employments.get().end == today - datetime.timedelta(days=100)


@pytest.mark.parametrize("what_closes", ["the workplace", "the municipality above it"])
def test_nobody_works_on_where_it_closes(petra, cast, what_closes):
    today = TODAY()
    district = add_workplace(name="Distriktet", kind="municipality", parent=cast.kommun, actor=cast.ada)
    place = add_workplace(name="Nyåker", kind="service_point", parent=district, actor=cast.ada)
    last, after = today + datetime.timedelta(days=5), today + datetime.timedelta(days=6)
    close_workplace(workplace=place if what_closes == "the workplace" else district, on=last, actor=cast.ada)
    path, form = f"{BASE}/staff/{cast.maja.pk}/job/", {**add_form(cast), "workplace": place.pk}
    for start, end in ((after, ""), (today, ""), (today, after)):
        response = agree(petra, path, {**form, "start": str(start), "end": str(end)})
        assert list(response.context["form"].errors) == ["start"]
    assert agree(petra, path, {**form, "start": str(today), "end": str(last)}).status_code == 302
    job = place.employments.get()
    response = agree(petra, f"{path}{job.pk}/end/", {"last_day": str(after)})
    assert list(response.context["form"].errors) == ["last_day"]


def test_who_moves_takes_the_due_day_along(petra, cast, course):
    """And is bound anew only by what did not bind them where they were."""
    today = TODAY()
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
    last = (TODAY() + datetime.timedelta(days=days)).isoformat()
    response = agree(petra, f"{BASE}/staff/{cast.maja.pk}/job/{job.pk}/end/", {"last_day": last})
    assert list(response.context["form"].errors) == ["last_day"]


def test_moving_to_where_one_already_works_is_refused(petra, cast):
    job = cast.maja.employments.get()
    form = {"workplace": cast.brattfors.pk, "role": cast.roles["ägare"].pk, "first_day": TODAY().isoformat()}
    response = agree(petra, f"{BASE}/staff/{cast.maja.pk}/job/{job.pk}/move/", form)
    assert list(response.context["form"].errors) == ["workplace"]


@pytest.mark.parametrize("days", [0, -5])
def test_who_began_at_the_wrong_place_is_not_moved_and_the_page_says_what_to_do(petra, cast, days):
    tuva = people.hire(cast, "Tuva", "Nordin", "brattfors", days_ago=0)
    path = f"{BASE}/staff/{tuva.pk}/job/{tuva.employments.get().pk}/move/"
    first = (TODAY() + datetime.timedelta(days=days)).isoformat()
    form = {"workplace": cast.grasmyr.pk, "role": cast.roles["biträde"].pk, "first_day": first}
    response = agree(petra, path, form)
    assert response.status_code == 422
    [words] = response.context["form"].errors["first_day"]
    assert words.startswith(f"Anställningen på Brattfors börjar {day_text(TODAY())}.")
    assert "ångra den felaktiga i historiken" in words
    assert tuva.employments.get().end is None
    # And what it says can be done.
    agree(petra, f"{BASE}/staff/{tuva.pk}/job/", {**add_form(cast), "workplace": cast.grasmyr.pk})
    wrong = LedgerEntry.objects.filter(verb="employment.added", staff=tuva).earliest("pk")
    petra.post(f"{BASE}/staff/{tuva.pk}/undo/{wrong.uuid}/")
    assert [job.workplace for job in tuva.employments.filter(voided_at=None)] == [cast.grasmyr]


def test_a_card_is_shown_once_and_printed_for_a_whole_workplace(petra, cast):
    response = petra.post(f"{BASE}/staff/{cast.maja.pk}/card/")
    assert "no-store" in response["Cache-Control"]
    [[(_person, code)]] = response.context["sheets"]
    text = response.content.decode()
    assert code in text
    assert f"Koden fungerar en gång, till och med {day_text(last_day())}." in text
    path = f"{BASE}/workplaces/{cast.brattfors.pk}/cards/"
    offered = petra.get(path).context["people"]
    assert {person.given_name: needs for person, needs, _until in offered} == {"Maja": False, "Birgitta": False}
    response = petra.post(path, {"person": [person.pk for person, _needs, _until in offered]})
    assert [len(cards) for cards in response.context["sheets"]] == [2]
    assert petra.post(path, {"person": [cast.staff["bo"].pk]}).status_code == 302  # not from this workplace
    assert not cast.staff["bo"].login_cards.exists()


def test_cards_come_six_on_a_sheet(petra, cast):
    for number in range(10):
        people.hire(cast, f"Ny{number}", "Ek", "brattfors")
    path = f"{BASE}/workplaces/{cast.brattfors.pk}/cards/"
    everyone = [person.pk for person, _needs, _until in petra.get(path).context["people"]]
    assert [len(cards) for cards in petra.post(path, {"person": everyone}).context["sheets"]] == [6, 6]


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


@pytest.mark.parametrize("words", ["åsa", "ÅSA", "öhr", "Öhrström åsa-m", "märta kåve"])
def test_a_name_is_found_in_whatever_case_it_is_written(petra, cast, words):
    people.hire(cast, "Åsa-Märta", "Öhrström Kåveland", "brattfors")
    found = petra.get(f"{BASE}/staff/", {"q": words}).context["people"]
    assert [person.given_name for person in found] == ["Åsa-Märta"]


def test_the_person_page_says_why_and_what_next_and_hides_what_a_course_leader_may_not_know(
    sign_in, petra, cast, course, rule
):
    agree(
        petra,
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


def test_a_move_keeps_the_end_of_a_season(cast):
    today = timezone.localdate()
    end = today + datetime.timedelta(days=60)
    seasonal = people.hire(cast, "Sommar", "Berg", "brattfors", kind="seasonal", days_ago=20, end=end)
    moved = move_employment(job=seasonal.employments.get(), workplace=cast.grasmyr, first_day=today, actor=cast.ada)
    assert (moved.end, seasonal.employments.order_by("start").first().end) == (
        end,
        today - datetime.timedelta(days=1),
    )
