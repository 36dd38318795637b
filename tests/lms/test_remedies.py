"""Putting right what was recorded wrongly: move, take back, one more attempt. Each says first what will happen."""

import datetime
import re
import uuid

import pytest
from django.utils import timezone

from certificates.models import Certificate, State
from courses.models import Activity, QuizPage
from lms.models import (
    ActivityCompletion,
    CourseCompletion,
    ExtraAttempt,
    LearningEvent,
    LedgerEntry,
    QuizAttempt,
    Role,
    StaffMember,
    Workplace,
)
from lms.progress import give_attempt, move, restore, void
from lms.remedies import foresight
from lms.reports import figures
from lms.wording import day_text
from lms.workplaces.actions import give_responsibility
from tests import people
from tests.builders import (
    activity_of,
    address,
    complete,
    course_of,
    fields,
    make_workshop,
    read,
    take_quiz,
    tell,
    version_of,
)

BASE = "/admin/training"


def where(person, course, act):
    return f"{BASE}/staff/{person.pk}/course/{course_of(course).pk}/{act}/"


def confirm(browser, path, form):
    """Look first, then do it: returns what was told, and the answer to the confirmation."""
    before = LedgerEntry.objects.count(), LearningEvent.objects.count()
    shown = browser.post(path, form)
    assert shown.status_code == 200, shown.context["form"].errors
    assert (LedgerEntry.objects.count(), LearningEvent.objects.count()) == before
    return shown.context["told"], browser.post(path, {**form, "seen": shown.context["seal"]})


def whole(person):
    return f"course-{person.completions.get(voided_at=None).pk}"


# It was not her


def test_a_course_goes_to_the_right_person_and_the_certificate_with_it(petra, cast, course):
    day = timezone.now() - datetime.timedelta(days=20)
    done = complete(cast.maja, course, at=day)
    form = {"what": whole(cast.maja), "to": cast.bo.pk, "reason": "Bo satt vid surfplattan"}
    told, answer = confirm(petra, where(cast.maja, course, "move"), form)
    assert told == [
        "”Ett gott värdskap” är inte längre slutförd för Maja Lindgren.",
        "Tas bort från Maja Lindgren: alla delar i kursen.",
        "Intyget för Maja Lindgren återkallas.",
        "Kvar att göra för Maja Lindgren: alla delar i kursen.",
        "Bo Ek får, med samma dag: alla delar i kursen.",
        f"”Ett gott värdskap” blir slutförd för Bo Ek den {day_text(timezone.localdate(day))}.",
        "Bo Ek får ett nytt intyg.",
        "Allt finns kvar i historiken: vad som gällde, vem som ändrade, när och varför.",
    ]
    assert answer["Location"] == f"{BASE}/staff/{cast.maja.pk}/"
    moved = CourseCompletion.objects.get(voided_at=None)
    assert (moved.staff, moved.completed_on, moved.valid_until) == (cast.bo, done.completed_on, done.valid_until)
    old, new = Certificate.objects.order_by("pk")
    assert (old.state, old.staff, new.state, new.holder_name) == (State.REVOKED, cast.maja, State.VALID, "Bo Ek")
    done.refresh_from_db()
    assert done.void_reason == "Bo satt vid surfplattan"
    assert "Bo satt" not in str(list(LedgerEntry.objects.values_list("data", flat=True)))


def test_what_the_right_person_had_already_is_told_and_not_changed(petra, cast, course, pages):
    complete(cast.maja, course)
    read(cast.bo, pages[0])
    form = {"what": whole(cast.maja), "to": cast.bo.pk, "reason": "Fel"}
    told, _answer = confirm(petra, where(cast.maja, course, "move"), form)
    assert "Bo Ek hade redan gjort det här, och det ändras inte: lektionen ”Lektion 1”." in told
    assert CourseCompletion.objects.get(voided_at=None).staff == cast.bo


def test_one_part_alone_can_be_moved_and_both_are_told_what_is_left(petra, cast, course, pages):
    read(cast.maja, pages[0])
    read(cast.maja, pages[1])
    part = ActivityCompletion.objects.get(activity=activity_of(pages[1]))
    form = {"what": f"part-{part.pk}", "to": cast.bo.pk, "reason": "Fel"}
    told, _answer = confirm(petra, where(cast.maja, course, "move"), form)
    assert told[:-1] == [
        "Tas bort från Maja Lindgren: lektionen ”Lektion 2”.",
        "Kvar att göra för Maja Lindgren: lektionen ”Lektion 2” och testet ”Kunskapstest”.",
        "Bo Ek får, med samma dag: lektionen ”Lektion 2”.",
        "Kvar att göra för Bo Ek: lektionen ”Lektion 1” och testet ”Kunskapstest”.",
    ]
    assert [row.enrolment.staff for row in ActivityCompletion.objects.filter(voided_at=None)] == [cast.maja, cast.bo]


def test_what_is_moved_to_someone_whose_course_runs_out_becomes_the_renewal(petra, cast, course):
    complete(cast.bo, course, at=timezone.now() - datetime.timedelta(days=1090))
    complete(cast.maja, course)
    form = {"what": whole(cast.maja), "to": cast.bo.pk, "reason": "Fel"}
    told, _answer = confirm(petra, where(cast.maja, course, "move"), form)
    assert "Bo Ek hade slutfört kursen tidigare. Det här blir förnyelsen." in told
    assert cast.bo.enrolments.get(current=True).cycle == 2
    assert CourseCompletion.objects.filter(staff=cast.bo, voided_at=None).count() == 2


def test_a_course_that_takes_more_by_now_is_moved_as_the_course_that_was_done(petra, cast, course):
    done = complete(cast.maja, course)
    make_workshop(course)
    page = type(course).objects.get(pk=course.pk)
    page.valid_months = 12
    page.save_revision().publish()
    form = {"what": whole(cast.maja), "to": cast.bo.pk, "reason": "Fel"}
    told, _answer = confirm(petra, where(cast.maja, course, "move"), form)
    assert "Bo Ek får ett nytt intyg." in told
    moved = CourseCompletion.objects.get(voided_at=None)
    assert (moved.staff, moved.valid_until, moved.versions) == (cast.bo, done.valid_until, done.versions)
    void(completion=moved, reason="Fel", recorded_by=cast.petra)
    moved.refresh_from_db()
    restore(completion=moved, recorded_by=cast.petra)
    assert CourseCompletion.objects.get(voided_at=None).valid_until == done.valid_until


def test_what_would_be_otherwise_by_now_is_shown_anew(petra, cast, course, pages):
    complete(cast.maja, course)
    path = where(cast.maja, course, "move")
    form = {"what": whole(cast.maja), "to": cast.bo.pk, "reason": "Fel"}
    seal = petra.post(path, form).context["seal"]
    read(cast.bo, pages[0])
    again = petra.post(path, {**form, "seen": seal})
    assert (again.status_code, again.context["has_changed"]) == (200, True)
    assert CourseCompletion.objects.get(voided_at=None).staff == cast.maja


def test_changing_what_one_wrote_writes_nothing_and_keeps_the_words(petra, cast, course):
    complete(cast.maja, course)
    form = {"what": whole(cast.maja), "to": cast.bo.pk, "reason": "Nästan rätt", "change": "1", "seen": "x"}
    answer = petra.post(where(cast.maja, course, "move"), form)
    assert 'value="Nästan rätt"' in answer.content.decode()
    assert CourseCompletion.objects.get(voided_at=None).staff == cast.maja


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"reason": ""}, "reason"), ({"what": "course-999"}, "what"), ({"to": ""}, "to"), ({"to": "far"}, "to")],
)
def test_a_move_without_what_it_needs_is_told_at_the_field(petra, cast, course, far, changes, field):
    complete(cast.maja, course)
    changes = {name: far.pk if value == "far" else value for name, value in changes.items()}
    form = {"what": whole(cast.maja), "to": cast.bo.pk, "reason": "Fel", **changes}
    answer = petra.post(where(cast.maja, course, "move"), form)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])


def test_there_is_no_page_where_there_is_nothing_to_move(petra, cast, course):
    for act in ("move", "take-back"):
        assert petra.get(where(cast.maja, course, act)).status_code == 404


def test_whoever_is_second_to_move_or_take_back_is_refused_in_words(petra, cast, course, monkeypatch):
    """Both have read it; the second comes when the first is done."""
    complete(cast.maja, course)
    copies = [CourseCompletion.objects.select_related("enrolment").get() for _each in range(2)]
    move(completion=copies[0], to=cast.bo, reason="Fel", recorded_by=cast.petra)
    with pytest.raises(ValueError, match="Nothing to move"):
        move(completion=copies[1], to=cast.birgitta, reason="Fel", recorded_by=cast.kajsa)
    assert CourseCompletion.objects.get(voided_at=None).staff == cast.bo

    form = {"what": whole(cast.bo), "reason": "Fel"}
    path = where(cast.bo, course, "take-back")
    seal = petra.post(path, form).context["seal"]
    foreseen = foresight.foresee_void

    def foresee_and_be_late(completion, **rest):
        told = foreseen(completion, **rest)
        move(completion=CourseCompletion.objects.get(voided_at=None), to=cast.maja, reason="Fel", recorded_by=cast.ada)
        return told

    monkeypatch.setattr(foresight, "foresee_void", foresee_and_be_late)
    answer = petra.post(path, {**form, "seen": seal})
    assert answer.status_code == 422
    assert "Det är redan flyttat eller återtaget." in answer.content.decode()


def test_no_button_leads_to_it_for_a_withdrawn_course_of_which_nothing_is_done(petra, cast, course, pages):
    """Begun and given up; then one part done; then all of it, and begun again."""

    def buttons():
        text = petra.get(f"{BASE}/staff/{cast.maja.pk}/").content.decode()
        assert "Kursen är inte publicerad längre." in text
        return [f'href="{where(cast.maja, course, act)}"' in text for act in ("move", "take-back")]

    tell(cast.maja, pages[0], "step", {"step": version_of(pages[0]).steps[0]["id"]})
    course.unpublish()
    assert buttons() == [False, False]
    course.save_revision().publish()
    read(cast.maja, pages[0])
    type(course).objects.get(pk=course.pk).unpublish()
    assert buttons() == [True, True]
    cast.maja.enrolments.update(current=False)
    assert buttons() == [False, False]


# Take back


def test_taking_back_says_what_is_left_and_revokes_the_certificate(petra, cast, course):
    complete(cast.maja, course)
    form = {"what": whole(cast.maja), "reason": "Ett prov av systemet"}
    told, _answer = confirm(petra, where(cast.maja, course, "take-back"), form)
    assert told[:4] == [
        "”Ett gott värdskap” är inte längre slutförd för Maja Lindgren.",
        "Tas bort från Maja Lindgren: alla delar i kursen.",
        "Intyget för Maja Lindgren återkallas.",
        "Kvar att göra för Maja Lindgren: alla delar i kursen.",
    ]
    assert not CourseCompletion.objects.filter(voided_at=None).exists()
    assert Certificate.objects.get().state == State.REVOKED


def test_steps_read_before_the_lesson_was_taken_back_do_not_complete_it_with_one_tap(cast, course, pages):
    """Somebody else read them."""
    read(cast.maja, pages[0])
    void(completion=ActivityCompletion.objects.get(), reason="Det var inte hon", recorded_by=cast.petra)
    first, last = version_of(pages[0]).steps
    tell(cast.maja, pages[0], "step", {"step": last["id"]})
    assert not ActivityCompletion.objects.filter(voided_at=None).exists()
    tell(cast.maja, pages[0], "step", {"step": first["id"]})
    assert ActivityCompletion.objects.filter(voided_at=None).count() == 1


def test_the_desk_shows_them_as_unread_too(maja, cast, course, pages):
    read(cast.maja, pages[0])
    void(completion=ActivityCompletion.objects.get(), reason="Det var inte hon", recorded_by=cast.petra)
    text = maja.get("/min-utbildning/").content.decode()
    assert re.search(r"steg 1 av 2", text)


def test_what_was_taken_back_by_mistake_is_put_back_with_its_day_and_a_new_certificate(cast, course):
    done = complete(cast.maja, course, at=timezone.now() - datetime.timedelta(days=9))
    void(completion=done, reason="Fel", recorded_by=cast.petra)
    done.refresh_from_db()
    restore(completion=done, recorded_by=cast.petra)
    again = CourseCompletion.objects.get(voided_at=None)
    assert (again.completed_on, again.enrolment) == (done.completed_on, done.enrolment)
    assert [certificate.state for certificate in Certificate.objects.order_by("pk")] == [State.REVOKED, State.VALID]
    with pytest.raises(ValueError, match="Nothing to put back"):
        restore(completion=again, recorded_by=cast.petra)


# One more attempt


@pytest.fixture
def used_up(cast, course, pages):
    """Bo has read everything and used up his two attempts."""
    quiz = pages[2]
    quiz.max_attempts = 2
    quiz.save_revision().publish()
    for page in pages[:2]:
        read(cast.bo, page)
    for _attempt in range(2):
        take_quiz(cast.bo, quiz, right=False)
    return QuizPage.objects.get(pk=quiz.pk)


@pytest.mark.parametrize("who", ["petra", "kajsa"])
def test_a_leader_gives_one_more_attempt_and_the_learner_is_told_and_passes(sign_in, cast, course, used_up, rule, who):
    bo, leader = sign_in("bo"), sign_in(who)
    assert "Du har använt alla dina försök" in bo.get(address(used_up)).content.decode()
    path = where(cast.bo, course, "attempt")
    assert f'href="{path}"' in leader.get(f"{BASE}/staff/{cast.bo.pk}/").content.decode()
    form = {"test": activity_of(used_up).pk, "reason": "Vi har gått igenom frågorna"}
    assert leader.post(path, form).status_code == 302
    assert "Du har fått ett försök till på kunskapstestet." in bo.get("/min-utbildning/").content.decode()
    text = bo.get(address(used_up)).content.decode()
    assert "Du har fått ett försök till. Lycka till." in text
    assert "Du har 1 försök kvar." in text
    assert bo.post(f"{address(used_up)}forsok/", fields(cast.bo)).status_code == 302
    attempt = QuizAttempt.objects.get(submitted_at=None)
    assert attempt.number == 3
    entry = LedgerEntry.objects.get(verb="attempt.given")
    assert (entry.actor, entry.staff, entry.data) == (
        cast.users[who],
        cast.bo,
        {"activity": str(used_up.translation_key)},
    )
    assert ExtraAttempt.objects.get().reason == "Vi har gått igenom frågorna"


def test_an_extra_attempt_is_used_up_like_the_others(cast, used_up):
    give_attempt(learner=cast.bo, activity=activity_of(used_up), reason="Hjälp", actor=cast.kajsa)
    take_quiz(cast.bo, used_up, right=False)
    receipt = tell(cast.bo, used_up, "attempt", {"attempt": uuid.uuid4()})
    assert (receipt.outcome, receipt.reason) == ("needs_review", "attempts_used_up")


def test_the_matrix_shows_help_needed_until_it_is_given_and_keeps_the_days_before(cast, used_up, rule):
    def status(day):
        found = figures.gather(day, Workplace.objects.all())
        rows = found.rows([worker for worker in found.workers if worker.given_name == "Bo"])
        return rows[0][1].cells[0].status.value

    today = timezone.localdate()
    assert status(today) == "needs_help"
    give_attempt(learner=cast.bo, activity=activity_of(used_up), reason="Hjälp", actor=cast.kajsa)
    assert status(today) == "in_progress"
    day_before = timezone.now() - datetime.timedelta(days=3)
    QuizAttempt.objects.update(submitted_at=day_before)
    Activity.objects.update(past=[])  # as if it had been published all along
    assert status(today - datetime.timedelta(days=1)) == "needs_help"


def test_the_cell_leads_straight_to_the_help(petra, cast, course, used_up, rule):
    text = petra.get("/admin/reports/training-matrix/?view=people").content.decode()
    assert f'href="{where(cast.bo, course, "attempt")}"' in text


def test_nobody_gets_more_attempts_than_they_need(petra, cast, course, used_up):
    path, form = where(cast.bo, course, "attempt"), {"test": activity_of(used_up).pk, "reason": "Hjälp"}
    petra.post(path, form)
    answer = petra.post(path, form)
    assert answer.status_code == 422
    assert "har försök kvar" in petra.get(path).content.decode()
    assert ExtraAttempt.objects.count() == 1


def test_the_course_leader_of_another_place_cannot_help(sign_in, cast, course, used_up, far):
    give_responsibility(
        user=cast.users["nisse"], role=Role.COURSE_LEADER, workplace=cast.annorstades, actor=cast.users["ada"]
    )
    form = {"test": activity_of(used_up).pk, "reason": "Hjälp"}
    assert sign_in("nisse").post(where(cast.bo, course, "attempt"), form).status_code == 404
    assert not ExtraAttempt.objects.exists()


def test_a_lead_over_projects_elsewhere_gives_no_more_than_a_course_leader_has_here(sign_in, cast, course):
    """Kajsa leads courses here and projects next door: here she can neither move nor take back."""
    complete(cast.maja, course)
    give_responsibility(
        user=cast.users["kajsa"], role=Role.PROJECT_LEADER, workplace=cast.annorstades, actor=cast.users["ada"]
    )
    kajsa = sign_in("kajsa")
    people.hire(cast, "Fjärran", "Person", "annorstades")
    for act in ("move", "take-back"):
        assert kajsa.get(where(cast.maja, course, act)).status_code == 404
    text = kajsa.get(f"{BASE}/staff/{cast.maja.pk}/").content.decode()
    assert "Det var inte" not in text
    assert StaffMember.objects.filter(given_name="Fjärran").exists()
