"""Everything about one person in order of time and who did it: in plain sentences, paged, and never an answer."""

import datetime
import re
import uuid
from pathlib import Path

import pytest
from django.utils import timezone
from django.utils.html import strip_tags

from lms.models import EventSource, LedgerEntry, PinGuard
from lms.people.actions import change_details, employ, end_employment, move_employment
from lms.people.cards import card_for, issue_card, use_card
from lms.people.sentences import TELL
from lms.people.timeline import timeline
from lms.progress import give_attempt, move, record_attendance, record_earlier_training, void
from lms.requirements.actions import end_exemption, excuse, require
from lms.tablet.pins import set_pin, unlock_pin
from lms.wording import day_text
from tests import builders, people
from tests.builders import activity_of, complete, course_of, read, take_quiz, tell, version_of

TODAY = timezone.localdate
DAY = datetime.timedelta(days=1)


def path(person):
    return f"/admin/training/staff/{person.pk}/"


def told(person, *, everything=True):
    return [line.text for line in timeline(person, everything=everything)]


def ago(days):
    return timezone.now() - datetime.timedelta(days=days)


def test_reading_is_summed_up_by_day_and_what_it_completed_comes_after(cast, course, pages):
    read(cast.maja, pages[0], at=ago(3), source=EventSource.TABLET)
    read(cast.maja, pages[1], at=ago(2))
    lines = timeline(cast.maja, everything=False)
    assert [(line.text, line.by) for line in lines] == [
        ("Läste klart lektionen ”Lektion 2”, 2 steg.", "Maja"),
        ("Läste klart lektionen ”Lektion 1”, 2 steg.", "Maja, på butikens surfplatta"),
    ]
    tell(cast.bo, pages[0], "step", {"step": version_of(pages[0]).steps[0]["id"]})
    assert told(cast.bo, everything=False) == ["Läste 1 steg i lektionen ”Lektion 1”."]


@pytest.mark.parametrize(("hours", "afterwards"), [(10, False), (11, True)])
def test_what_is_heard_of_on_a_later_day_is_recorded_afterwards(cast, course, pages, time_machine, hours, afterwards):
    """As everywhere: done at 13 o'clock in Sweden, and heard of before midnight or after."""
    time_machine.move_to(datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC), tick=False)
    done = timezone.now() - datetime.timedelta(days=2)
    heard = done + datetime.timedelta(hours=hours)
    read(cast.maja, pages[0], at=done, received_at=heard)
    take_quiz(cast.maja, pages[2], at=done, received_at=heard)
    lines = [line for line in told(cast.maja) if line.startswith(("Läste", "Lämnade"))]
    assert len(lines) == 2
    assert all(("Registrerat i efterhand" in line) is afterwards for line in lines)


def test_attempts_tell_their_outcome_and_never_an_answer(cast, course, pages):
    quiz = pages[2]
    take_quiz(cast.maja, quiz, right=False, at=ago(3))
    take_quiz(cast.maja, quiz, at=ago(2))
    tell(cast.maja, quiz, "attempt", {"attempt": uuid.uuid4()})
    texts = told(cast.maja)
    assert texts[0] == "Började på testet ”Kunskapstest”, försök 3. Det är inte inlämnat."
    assert "Lämnade in testet ”Kunskapstest”, försök 2: 100 %, godkänt." in texts
    assert "Lämnade in testet ”Kunskapstest”, försök 1: 0 %, inte godkänt." in texts
    for question in version_of(quiz).content["questions"]:
        for choice in question["choices"]:
            assert choice["text"] not in " ".join(texts)


def test_employments_and_what_they_require_stand_on_their_days(cast, course, rule):
    texts = told(cast.maja)
    assert "Började på Brattfors: Butiksbiträde, anställd." in texts
    due = day_text(TODAY() + DAY * 30)
    assert f"”Ett gott värdskap” är obligatorisk från den här dagen, och ska vara klar senast {due}." in texts
    assert texts[-2:] == [  # the employment began before the rule did
        f"”Ett gott värdskap” är obligatorisk från den här dagen, och ska vara klar senast {due}.",
        "Började på Brattfors: Butiksbiträde, anställd.",
    ]


def test_what_is_required_from_the_day_that_the_rule_began_to_bind_this_person(cast, course):
    require(course=course_of(course), valid_from=TODAY() - DAY * 500, workplaces=[cast.grasmyr], actor=cast.petra)
    move_employment(
        job=cast.maja.employments.get(), workplace=cast.grasmyr, first_day=TODAY() - DAY * 9, actor=cast.ada
    )
    [line] = [line for line in timeline(cast.maja, everything=True) if "obligatorisk" in line.text]
    assert (timezone.localdate(line.at), line.by) == (TODAY() - DAY * 9, "petra")


def everything_that_can_happen(cast, course, pages):
    """Each kind of entry about Maja at least once; returns her."""
    maja, bo, petra = cast.maja, cast.bo, cast.petra
    moved = complete(bo, course)
    change_details(staff=maja, phone="070", family_name="Ny", actor=petra)
    second = employ(
        staff=maja, workplace=cast.grasmyr, role=cast.roles["biträde"], start=TODAY() - DAY * 9, actor=petra
    )
    end_employment(job=second, last_day=TODAY() - DAY, actor=petra)
    use_card(card_for(issue_card(staff=maja, actor=petra)))
    set_pin(staff=maja, pin="2580")
    PinGuard.objects.create(staff=maja, failures=20)
    unlock_pin(staff=maja, actor=petra)
    exemption = excuse(staff=maja, course=course_of(course), reason="sick", valid_from=TODAY(), actor=petra)
    end_exemption(exemption=exemption, last_day=TODAY(), actor=petra)
    workshop = builders.make_workshop(course, required=False)
    record_attendance(
        form_id=uuid.uuid4(), activity=activity_of(workshop), people=[maja], on=TODAY(), recorded_by=petra
    )
    record_earlier_training(
        form_id=uuid.uuid4(), course=course_of(course), people=[maja], on=TODAY(), recorded_by=petra
    )
    void(completion=maja.completions.get(voided_at=None), reason="Fel kurs", recorded_by=petra)
    move(completion=moved, to=maja, reason="Det var Maja", recorded_by=petra)
    move(completion=maja.completions.get(voided_at=None), to=bo, reason="Nej, det var Bo", recorded_by=petra)
    return maja


def test_every_kind_of_entry_is_told_in_a_sentence(cast, course, pages):
    maja = everything_that_can_happen(cast, course, pages)
    lines = timeline(maja, everything=True)
    day = day_text(TODAY())
    for expected in (
        "Kom med i personallistan.",
        "Ändrat i personallistan: telefon och efternamn.",
        f"Anställning tillagd: Gräsmyr, Butiksbiträde, från och med {day_text(TODAY() - DAY * 9)}.",
        f"Anställningen på Gräsmyr avslutades. Sista dag: {day_text(TODAY() - DAY)}.",
        "Ett inloggningskort skrevs ut.",
        "Använde inloggningskortet.",
        "Valde pinkod.",
        "Pinkoden låstes upp.",
        f"Undantagen från ”Ett gott värdskap” från och med {day}, tills vidare.",
        f"Undantaget avslutades. Sista dag: {day}.",
        f"Var med på träffen ”Coachingkväll” den {day}.",
        f"Tidigare utbildning registrerades: ”Ett gott värdskap”, klar den {day}.",
        "Intyget för ”Ett gott värdskap” utfärdades.",
        "Intyget för ”Ett gott värdskap” återkallades.",
    ):
        assert expected in [line.text for line in lines], expected
    [moved_here] = [line.text for line in lines if line.text.startswith("Flyttat hit")]
    assert moved_here.startswith(
        "Flyttat hit, eftersom det av misstag hade registrerats på Bo Ek: lektionen ”Lektion 1”"
    )
    [moved_away] = [line for line in lines if "flyttades till Bo Ek" in line.text]
    assert (moved_away.note, moved_away.by) == ("Nej, det var Bo", "petra")
    [taken_back] = [line for line in lines if "är inte slutförd längre" in line.text]
    assert taken_back.note == "Fel kurs"
    assert not [line.text for line in lines if "." not in line.text]  # no bare verb is left
    assert {line.by for line in lines if line.text == "Valde pinkod."} == {"Maja"}


def test_every_verb_that_the_ledger_has_about_people_has_its_sentence():
    """What is written in code with `staff=` and has no sentence would be shown as a code."""
    found = set()
    for app in ("lms", "certificates"):
        for file in Path(app).rglob("*.py"):
            for verb, rest in re.findall(
                r'ledger\.write\(\s*"([a-z_.]+)",(.*?)\n\s*\)|^$', file.read_text(), re.S | re.M
            ):
                if "staff=" in rest:
                    found.add(verb)
            found |= set(re.findall(r'ledger\.write\("([a-z_.]+)"[^\n]*staff=', file.read_text()))
    assert len(found) > 25
    assert found - set(TELL) == set()


def test_the_latest_comes_first_and_the_page_turns(petra, cast, course, pages):
    for days in range(1, 45):
        tell(cast.maja, pages[0], "step", {"step": version_of(pages[0]).steps[0]["id"]}, at=ago(days))
    first = petra.get(path(cast.maja))
    lines = first.context["lines"]
    assert (lines.number, lines.paginator.num_pages, len(lines.object_list)) == (1, 2, 30)
    moments = [line.at for line, _remedy in lines.object_list]
    assert moments == sorted(moments, reverse=True)
    assert 'href="?p=2#historik"' in first.content.decode()
    second = petra.get(f"{path(cast.maja)}?p=2")
    assert second.context["lines"].object_list[0][0].at <= moments[-1]
    assert petra.get(f"{path(cast.maja)}?p=nonsens").status_code == 200


def test_a_course_leader_sees_the_learning_without_reasons_and_without_others(sign_in, cast, course, pages):
    maja = everything_that_can_happen(cast, course, pages)
    read(maja, pages[0])
    text = strip_tags(sign_in("kajsa").get(path(maja)).content.decode())  # a token may hold any digits
    assert "Läste klart lektionen ”Lektion 1”, 2 steg." in text
    for hidden in ("Valde pinkod", "inloggningskort", "Undantagen", "Fel kurs", "Bo Ek", "Gräsmyr", "070"):
        assert hidden not in text, hidden


def test_a_leader_of_where_she_worked_before_sees_the_learning_alone(sign_in, cast, course, pages):
    read(cast.maja, pages[0])
    move_employment(job=cast.maja.employments.get(), workplace=cast.annorstades, first_day=TODAY(), actor=cast.ada)
    text = sign_in("petra").get(path(cast.maja)).content.decode()
    assert "Läste klart lektionen" in text
    assert "Annorstädes" not in text


def test_what_could_not_be_counted_is_told(cast, course, pages):
    tell(cast.maja, pages[0], "step", {"step": "hittepå"})
    assert "1 händelse i lektionen ”Lektion 1” kunde inte räknas. Den är sparad." in told(cast.maja)


def test_an_unknown_verb_does_not_break_the_page(petra, cast):
    LedgerEntry.objects.create(at=timezone.now(), verb="from.the_future", staff=cast.maja, subject="staffmember:1")
    LedgerEntry.objects.create(at=timezone.now(), verb="employment.ended", staff=cast.maja, subject="employment:0")
    known = LedgerEntry.objects.get(verb="employment.added", staff=cast.maja)
    known.data["import"] = str(uuid.uuid4())
    known.save()
    assert [text for text in told(cast.maja) if text.endswith("Det kom med en personallista.")]
    assert petra.get(path(cast.maja)).status_code == 200


def one_of_each(cast, number):
    """`number` of everything that a history is made of."""
    person = people.hire(cast, "Vanja", "Test", "brattfors")
    for turn in range(number):
        page = builders.make_full_course(f"Kurs {turn}")
        quiz = page.get_activity_pages().last().specific
        quiz.max_attempts = 1
        quiz.save_revision().publish()
        quiz = type(quiz).objects.get(pk=quiz.pk)
        lesson = page.get_activity_pages().first().specific
        require(course=course_of(page), valid_from=TODAY() - DAY * 90, due_on=TODAY() + DAY, actor=cast.ada)
        excuse(staff=person, course=course_of(page), reason="leave", valid_from=TODAY() + DAY, actor=cast.petra)
        workshop = builders.make_workshop(page, required=False)
        take_quiz(person, quiz, right=False)
        give_attempt(learner=person, activity=activity_of(quiz), reason="Hjälp", actor=cast.petra)
        record_attendance(
            form_id=uuid.uuid4(), activity=activity_of(workshop), people=[person], on=TODAY(), recorded_by=cast.petra
        )
        read(person, lesson)
        part = person.enrolments.get(course=course_of(page)).activity_completions.get(activity=activity_of(lesson))
        move(completion=part, to=cast.bo, reason="Fel", recorded_by=cast.petra)
        record_earlier_training(
            form_id=uuid.uuid4(), course=course_of(page), people=[person], on=TODAY(), recorded_by=cast.petra
        )
        issue_card(staff=person, actor=cast.petra)
        change_details(staff=person, phone=f"070-{turn}", actor=cast.petra)
        job = person.employments.filter(voided_at=None).first()
        place = cast.grasmyr if turn % 2 == 0 else cast.brattfors
        move_employment(job=job, workplace=place, first_day=TODAY() - DAY * (30 - turn), actor=cast.petra)
    return person


@pytest.mark.parametrize("number", [1, 3])
def test_the_history_costs_the_same_however_long_it_is(cast, index, number, django_assert_num_queries):
    person = one_of_each(cast, number)
    with django_assert_num_queries(15):
        lines = timeline(person, everything=True)
    assert len(lines) > 14 * number


@pytest.mark.parametrize("number", [1, 3])
def test_and_so_does_the_page(petra, cast, index, number, django_assert_num_queries):
    person = one_of_each(cast, number)
    petra.get(path(person))
    with django_assert_num_queries(41):
        petra.get(path(person))
