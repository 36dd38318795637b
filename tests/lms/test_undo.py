"""Undo by counter-entry: what was done and that it was undone both stay, and the past stays as it was known."""

import datetime
import uuid

import pytest
from django.utils import timezone
from django.utils.translation import override

from certificates.models import Certificate, State
from lms.models import (
    ActivityCompletion,
    CourseCompletion,
    Employment,
    Exemption,
    ExtraAttempt,
    LedgerEntry,
    Requirement,
    Workplace,
)
from lms.people.actions import change_details, employ, end_employment, move_employment
from lms.people.cards import card_for, issue_card
from lms.progress import give_attempt, move, record_attendance, record_earlier_training, void
from lms.remedies.undo import REMEDIES
from lms.reports import figures
from lms.requirements.actions import end_exemption, end_requirement, excuse, require
from lms.requirements.lookup import rules_on
from lms.wording import day_text
from tests import builders
from tests.builders import activity_of, complete, course_of, read, take_quiz

BASE = "/admin/training"
TODAY = timezone.localdate
DAY = datetime.timedelta(days=1)


def path_of(person, verb):
    entry = LedgerEntry.objects.filter(staff=person, verb=verb).latest("pk")
    return f"{BASE}/staff/{person.pk}/undo/{entry.uuid}/"


def undo(browser, person, verb, **form):
    """Look, and then do it: returns the page that was looked at."""
    path = path_of(person, verb)
    before = LedgerEntry.objects.count()
    shown = browser.get(path)
    assert LedgerEntry.objects.count() == before
    assert browser.post(path, form)["Location"] == f"{BASE}/staff/{person.pk}/"
    return shown


def jobs_on(person, day, **known):
    return [job.workplace.name for job in Employment.objects.covering(day, **known).filter(staff=person)]


def test_the_end_of_an_employment(petra, cast):
    job = cast.maja.employments.get()
    end_employment(job=job, last_day=TODAY() - DAY, actor=cast.petra)
    between = timezone.now()
    shown = undo(petra, cast.maja, "employment.ended").content.decode()
    day = day_text(TODAY() - DAY)
    assert f"Maja Lindgren: Anställningen på Brattfors avslutades. Sista dag: {day}." in shown
    assert "Anställningen fortsätter som om ingen hade avslutat den." in shown
    assert jobs_on(cast.maja, TODAY()) == ["Brattfors"]
    assert jobs_on(cast.maja, TODAY(), known=between) == []  # as it was known in between
    assert jobs_on(cast.maja, TODAY() - DAY * 2, known=between) == ["Brattfors"]
    page = petra.get(f"{BASE}/staff/{cast.maja.pk}/").content.decode()
    assert "Ångrat senare." in page
    assert "Ångrat: anställningen på Brattfors fortsätter." in page


def test_employer_and_employee_id_go_along_when_an_end_is_undone(petra, cast):
    cast.maja.employments.update(employer="Byns Handel AB", employee_id="17")
    end_employment(job=cast.maja.employments.get(), last_day=TODAY(), actor=cast.petra)
    undo(petra, cast.maja, "employment.ended")
    assert cast.maja.employments.get(voided_at=None).employee_id == "17"


def test_an_end_that_was_changed_keeps_the_end_before_it(petra, cast):
    job = end_employment(job=cast.maja.employments.get(), last_day=TODAY() + DAY * 90, actor=cast.petra)
    end_employment(job=job, last_day=TODAY(), actor=cast.petra)
    undo(petra, cast.maja, "employment.ended")
    assert cast.maja.employments.get(voided_at=None).end == TODAY() + DAY * 90


def test_a_move(petra, cast):
    end_employment(job=cast.maja.employments.get(), last_day=TODAY() + DAY * 90, actor=cast.petra)
    move_employment(job=cast.maja.employments.get(), workplace=cast.grasmyr, first_day=TODAY(), actor=cast.petra)
    assert jobs_on(cast.maja, TODAY()) == ["Gräsmyr"]
    undo(petra, cast.maja, "employment.moved")
    assert jobs_on(cast.maja, TODAY()) == ["Brattfors"]
    assert cast.maja.employments.get(voided_at=None).end == TODAY() + DAY * 90


def test_what_came_after_is_undone_first(petra, cast):
    moved = move_employment(
        job=cast.maja.employments.get(), workplace=cast.grasmyr, first_day=TODAY() - DAY * 9, actor=cast.petra
    )
    end_employment(job=moved, last_day=TODAY(), actor=cast.petra)
    path = path_of(cast.maja, "employment.moved")
    assert "Ångra först det som hände efteråt." in petra.get(path).content.decode()
    assert petra.post(path).status_code == 422
    assert jobs_on(cast.maja, TODAY()) == ["Gräsmyr"]


def test_an_employment_that_was_a_mistake(petra, cast):
    employ(staff=cast.maja, workplace=cast.grasmyr, role=cast.roles["biträde"], start=TODAY(), actor=cast.petra)
    undo(petra, cast.maja, "employment.added")
    assert jobs_on(cast.maja, TODAY()) == ["Brattfors"]


def test_what_was_undone_already_stands_in_the_way_of_nothing(petra, cast):
    """An employment that was ended and went on is still the one that was added, ended before, or moved to."""
    job = employ(staff=cast.maja, workplace=cast.grasmyr, role=cast.roles["biträde"], start=TODAY(), actor=cast.petra)
    job = end_employment(job=job, last_day=TODAY() + DAY * 90, actor=cast.petra)
    first_end = path_of(cast.maja, "employment.ended")
    end_employment(job=job, last_day=TODAY() + DAY * 30, actor=cast.petra)
    undo(petra, cast.maja, "employment.ended")
    assert petra.post(first_end).status_code == 302
    assert cast.maja.employments.get(voided_at=None, workplace=cast.grasmyr).end is None
    undo(petra, cast.maja, "employment.added")
    assert jobs_on(cast.maja, TODAY()) == ["Brattfors"]

    moved = move_employment(
        job=cast.maja.employments.get(voided_at=None), workplace=cast.grasmyr, first_day=TODAY(), actor=cast.petra
    )
    end_employment(job=moved, last_day=TODAY(), actor=cast.petra)
    undo(petra, cast.maja, "employment.ended")
    undo(petra, cast.maja, "employment.moved")
    assert jobs_on(cast.maja, TODAY()) == ["Brattfors"]


def test_the_only_employment_stays_and_the_page_says_what_to_do(petra, cast):
    shown = petra.get(path_of(cast.bo, "employment.added")).content.decode()
    assert "Lägg till den rätta först" in shown
    assert "Ångra det</button>" not in shown


def test_a_card_that_was_lost(petra, cast):
    code = issue_card(staff=cast.bo, actor=cast.petra)
    undo(petra, cast.bo, "card.issued")
    assert card_for(code) is None


def test_an_exemption_never_held_once_undone_and_one_that_was_ended_goes_on(petra, cast):
    exemption = excuse(staff=cast.bo, course=None, reason="sick", valid_from=TODAY() - DAY * 5, actor=cast.petra)
    before = timezone.now()
    undo(petra, cast.bo, "exemption.opened")
    assert not Exemption.objects.in_force(TODAY()).exists()
    assert list(Exemption.objects.in_force(TODAY(), known=before)) == [exemption]
    assert "Sjukskriven" not in petra.get(f"{BASE}/staff/{cast.bo.pk}/").content.decode()
    until = TODAY() + DAY * 60
    other = excuse(
        staff=cast.bo, course=None, reason="leave", valid_from=TODAY() - DAY * 5, valid_to=until, actor=cast.petra
    )
    end_exemption(exemption=other, last_day=TODAY() - DAY, actor=cast.petra)
    undo(petra, cast.bo, "exemption.ended")
    goes_on = Exemption.objects.in_force(TODAY()).get()
    assert (goes_on.valid_from, goes_on.valid_to, goes_on.reason) == (TODAY(), until, "leave")


def test_an_exemption_that_was_made_longer_is_short_again(petra, cast):
    exemption = excuse(
        staff=cast.bo, course=None, reason="leave", valid_from=TODAY(), valid_to=TODAY() + DAY, actor=cast.petra
    )
    end_exemption(exemption=exemption, last_day=TODAY() + DAY * 9, actor=cast.petra)
    undo(petra, cast.bo, "exemption.ended")
    assert Exemption.objects.get().valid_to == TODAY() + DAY


def test_an_exemption_that_went_on_after_its_end_was_undone_counts_on_no_day_once_undone(petra, cast):
    exemption = excuse(staff=cast.bo, course=None, reason="sick", valid_from=TODAY() - DAY * 5, actor=cast.petra)
    end_exemption(exemption=exemption, last_day=TODAY() + DAY * 9, actor=cast.petra)
    first_end = path_of(cast.bo, "exemption.ended")
    end_exemption(exemption=exemption, last_day=TODAY() - DAY, actor=cast.petra)
    undo(petra, cast.bo, "exemption.ended")
    assert petra.post(first_end).status_code == 302  # what came after it is undone
    assert Exemption.objects.in_force(TODAY() + DAY * 99).count() == 1
    undo(petra, cast.bo, "exemption.opened")
    assert all(row.is_taken_back for row in Exemption.objects.all())
    assert LedgerEntry.objects.filter(verb="exemption.taken_back").count() == 1


def meetup_recorded(cast, course, by):
    """Birgitta, Maja and Bo were there, says the paper; Bo was not."""
    workshop = builders.make_workshop(course)
    people = [cast.maja, cast.bo]
    record_attendance(form_id=uuid.uuid4(), activity=activity_of(workshop), people=people, on=TODAY(), recorded_by=by)


@pytest.mark.parametrize("who", ["petra", "kajsa"])
def test_attendance_of_the_wrong_one_with_a_reason(sign_in, cast, index, who):
    page = builders.make_course("Bara en träff")
    meetup_recorded(cast, page, cast.users["kajsa"])
    browser = sign_in(who)
    assert browser.post(path_of(cast.bo, "attendance.recorded"), {"reason": ""}).status_code == 422
    undo(browser, cast.bo, "attendance.recorded", reason="Stod inte på listan")
    standing = CourseCompletion.objects.get(voided_at=None)
    assert standing.staff == cast.maja
    gone = Certificate.objects.get(staff=cast.bo)
    assert gone.state == State.REVOKED
    assert ActivityCompletion.objects.get(enrolment__staff=cast.bo).void_reason == "Stod inte på listan"


def test_earlier_training_but_not_what_was_learned_besides(petra, cast, course, pages):
    read(cast.maja, pages[0])
    record_earlier_training(
        form_id=uuid.uuid4(), course=course_of(course), people=[cast.maja], on=TODAY(), recorded_by=cast.petra
    )
    undo(petra, cast.maja, "evidence.recorded", reason="Intyget gällde någon annan")
    assert not CourseCompletion.objects.filter(voided_at=None).exists()
    assert [row.activity for row in ActivityCompletion.objects.filter(voided_at=None)] == [activity_of(pages[0])]


def test_what_was_taken_back(petra, cast, course, pages):
    void(completion=complete(cast.maja, course), reason="Fel", recorded_by=cast.petra)
    undo(petra, cast.maja, "course.voided")
    assert CourseCompletion.objects.get(voided_at=None).staff == cast.maja
    read(cast.bo, pages[0])
    void(completion=ActivityCompletion.objects.get(enrolment__staff=cast.bo), reason="Fel", recorded_by=cast.petra)
    undo(petra, cast.bo, "completion.voided")
    assert ActivityCompletion.objects.filter(enrolment__staff=cast.bo, voided_at=None).count() == 1


def test_what_was_moved_is_moved_back_and_not_undone(petra, cast, course):
    move(completion=complete(cast.maja, course), to=cast.bo, reason="Fel", recorded_by=cast.petra)
    at_hers = petra.get(path_of(cast.maja, "course.voided")).content.decode()
    assert "Flytta tillbaka det från sidan för den som har det nu." in at_hers
    at_his = petra.get(path_of(cast.bo, "completion.moved")).content.decode()
    assert "Det här går inte att ångra. Gör så här i stället:" in at_his
    assert petra.post(path_of(cast.bo, "completion.moved")).status_code == 422
    assert CourseCompletion.objects.get(voided_at=None).staff == cast.bo


@pytest.mark.parametrize("who", ["petra", "kajsa"])
def test_an_extra_attempt_as_long_as_it_is_not_begun(sign_in, cast, pages, who):
    quiz = pages[2]
    quiz.max_attempts = 1
    quiz.save_revision().publish()
    quiz = type(quiz).objects.get(pk=quiz.pk)
    take_quiz(cast.bo, quiz, right=False)
    give_attempt(learner=cast.bo, activity=activity_of(quiz), reason="Hjälp", actor=cast.kajsa)
    undo(sign_in(who), cast.bo, "attempt.given")
    assert ExtraAttempt.objects.get().taken_back_at is not None
    give_attempt(learner=cast.bo, activity=activity_of(quiz), reason="Hjälp", actor=cast.kajsa)
    take_quiz(cast.bo, quiz, right=False)
    shown = sign_in(who).get(path_of(cast.bo, "attempt.given")).content.decode()
    assert "Det extra försöket är redan påbörjat" in shown


def test_nothing_is_undone_twice(petra, cast):
    end_employment(job=cast.maja.employments.get(), last_day=TODAY(), actor=cast.petra)
    path = path_of(cast.maja, "employment.ended")
    petra.post(path)
    assert "Det här är redan ångrat." in petra.get(path).content.decode()
    assert petra.post(path).status_code == 422
    assert LedgerEntry.objects.filter(verb="employment.end_undone").count() == 1


def test_where_there_is_no_undo_the_page_says_what_to_do(petra, cast):
    change_details(staff=cast.maja, phone="070", actor=cast.petra)
    shown = petra.get(path_of(cast.maja, "staff.changed")).content.decode()
    assert "Ändra namnet eller kontaktuppgifterna en gång till." in shown
    assert petra.get(path_of(cast.maja, "pin.set")).status_code == 404  # hers, and nobody's to undo


def test_a_course_leader_undoes_what_course_leaders_do_and_nothing_else(sign_in, cast):
    kajsa = sign_in("kajsa")
    issue_card(staff=cast.bo, actor=cast.petra)
    end_employment(job=cast.maja.employments.get(), last_day=TODAY(), actor=cast.petra)
    for person, verb in ((cast.bo, "card.issued"), (cast.maja, "employment.ended"), (cast.maja, "staff.added")):
        assert kajsa.get(path_of(person, verb)).status_code == 404
        assert kajsa.post(path_of(person, verb)).status_code == 404


def test_an_entry_about_somebody_else_cannot_be_reached_by_address(petra, cast, far):
    entry = LedgerEntry.objects.get(verb="employment.added", staff=far)
    for person in (cast.maja, far):
        assert petra.post(f"{BASE}/staff/{person.pk}/undo/{entry.uuid}/").status_code == 404


# Requirements


def undo_rule(browser, rule, verb):
    entry = LedgerEntry.objects.get(verb=verb, subject=f"requirement:{rule.pk}")
    path = f"{BASE}/requirements/{rule.pk}/undo/{entry.uuid}/"
    shown = browser.get(path).content.decode()
    assert browser.post(path)["Location"] == f"{BASE}/requirements/"
    return shown


def test_a_requirement_that_was_a_mistake_binds_on_no_day(sign_in, cast, rule):
    ada = sign_in("ada")
    before = timezone.now()
    assert "Kravet tas bort, eftersom det var ett misstag" in undo_rule(ada, rule, "requirement.opened")
    assert rules_on(TODAY()) == []
    assert [found.id for found in rules_on(TODAY(), known=before)] == [rule.pk]
    text = ada.get(f"{BASE}/requirements/").content.decode()
    assert "Gäller inte: borttaget" in text
    assert "eftersom det var ett misstag" in text


def test_an_ended_requirement_goes_on_with_the_same_due_days(petra, cast, course):
    rule = require(
        course=course_of(course),
        valid_from=TODAY() - DAY * 100,
        workplaces=[cast.brattfors],
        roles=[cast.roles["biträde"]],
        kinds=["employed"],
        due_days=30,
        actor=cast.petra,
    )

    def standing(day, **known):
        found = figures.gather(day, Workplace.objects.all(), **known)
        rows = found.rows([worker for worker in found.workers if worker.given_name == "Maja"])
        cells = [cell for _worker, row in rows for cell in row.cells if cell.facts.required]
        return [(cell.status.value, cell.facts.due) for cell in cells]

    overdue = standing(TODAY())
    end_requirement(rule=rule, last_day=TODAY() - DAY * 2, actor=cast.petra)
    between = timezone.now()
    assert standing(TODAY()) == []
    undo_rule(petra, rule, "requirement.ended")
    assert standing(TODAY()) == overdue
    assert standing(TODAY(), known=between) == []
    assert standing(TODAY() - DAY * 3) == standing(TODAY() - DAY * 3, known=between)
    twin = Requirement.objects.exclude(pk=rule.pk).get()
    assert (twin.named("workplace"), twin.named("role"), twin.kinds) == (
        [cast.brattfors],
        [cast.roles["biträde"]],
        ["employed"],
    )
    text = petra.get(f"{BASE}/requirements/").content.decode()
    assert "Gäller igen sedan" in text


@pytest.mark.parametrize("days", [-2, 9])
def test_a_requirement_that_went_on_after_its_end_was_undone_binds_on_no_day_once_undone(sign_in, rule, days):
    ada, last_day = sign_in("ada"), TODAY() + DAY * days
    end_requirement(rule=rule, last_day=last_day + DAY, actor=None)
    first_end = LedgerEntry.objects.get(verb="requirement.ended")
    end_requirement(rule=rule, last_day=last_day, actor=None)
    for entry in LedgerEntry.objects.filter(verb="requirement.ended").order_by("-pk"):
        assert ada.post(f"{BASE}/requirements/{rule.pk}/undo/{entry.uuid}/").status_code == 302, entry == first_end
    assert len(rules_on(TODAY() + DAY * 99)) == 1
    made = LedgerEntry.objects.get(verb="requirement.opened").uuid
    assert f"/requirements/{rule.pk}/undo/{made}/" in ada.get(f"{BASE}/requirements/").content.decode()
    undo_rule(ada, rule, "requirement.opened")
    assert all(row.is_taken_back for row in Requirement.objects.all())
    assert f"/undo/{made}/" not in ada.get(f"{BASE}/requirements/").content.decode()


def test_only_whoever_may_end_a_requirement_is_offered_to(petra, sign_in, cast, rule):
    """It binds everyone: Petra sees it and cannot change it."""
    assert f"/requirements/{rule.pk}/" not in petra.get(f"{BASE}/requirements/").content.decode()
    text = sign_in("ada").get(f"{BASE}/requirements/").content.decode()
    assert text.count(f"/requirements/{rule.pk}/") == 3  # change, end, undo


def test_every_remedy_has_words():
    for language in ("sv", "en"):
        with override(language):
            assert all(str(remedy.words).endswith(".") for remedy in REMEDIES.values())
