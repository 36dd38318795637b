"""What could not be counted by itself: in one place, in words, settled by the leaders of those it is about."""

import datetime
import json
import uuid

import pytest
from django.utils import timezone

from content_seed.learning import answer_to
from lms.admin.menu import training_menu
from lms.models import ActivityCompletion, EventKind, EventSource, LearningEvent, LedgerEntry, QuizAttempt
from lms.people.timeline import timeline
from lms.progress import Fact, Outbox, record_all
from lms.remedies.review import how_many
from lms.tablet.actions import pair_tablet, unpair_tablet
from lms.wording import day_text
from tests import builders, people
from tests.builders import activity_of, read, take_quiz, tell, version_of

REVIEW, COUNT, ASIDE = (f"/admin/training/review/{end}" for end in ("", "count/", "put-aside/"))
HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def disk(cast):
    return pair_tablet(workplace=cast.brattfors, name="Vid disken", actor=cast.ada)[0]


def hours_ago(hours):
    return timezone.now() - hours * HOUR


def send(person, page, facts, *, waits="", tablet=None, at=None, begun_at=None):
    """What a tablet's outbox brings: (kind, payload) pairs, one minute apart."""
    at = at or hours_ago(5)
    return record_all(
        [
            Fact(
                event_id=uuid.uuid4(),
                learner=person,
                activity=activity_of(page),
                version=version_of(page),
                kind=kind,
                occurred_at=at + number * HOUR / 60,
                received_at=timezone.now(),
                source=EventSource.TABLET,
                payload=payload,
                outbox=Outbox(tablet=tablet, begun_at=begun_at or at, offline=True, waits=waits),
            )
            for number, (kind, payload) in enumerate(facts)
        ]
    )


def send_reading(person, page, **how):
    return send(person, page, [(EventKind.STEP, {"step": step["id"]}) for step in version_of(page).steps], **how)


def send_test(person, page, *, attempt=None, **how):
    """A test taken without network, with every answer right."""
    attempt, version = attempt or uuid.uuid4(), version_of(page)
    right = {
        question["key"]: answer_to(question, version.key[question["key"]], right=True)
        for question in version.content["questions"]
    }
    facts = [
        (EventKind.ATTEMPT, {"attempt": attempt}),
        *((EventKind.ANSWER, {"attempt": attempt, "question": key, "answer": answer}) for key, answer in right.items()),
        (EventKind.SUBMIT, {"attempt": attempt, "answers": right}),
    ]
    return send(person, page, facts, **how)


def shown(response):
    return [(case.staff.full_name, case.what, case.activity.title) for case in response.context["cases"].object_list]


def ids(response):
    return [case.pk for case in response.context["cases"].object_list]


def settle(browser, path, *chosen):
    """Look at what will happen, and confirm it: the sentences."""
    page = browser.post(path, {"case": chosen})
    assert page.status_code == 200
    assert browser.post(path, {"case": chosen, "seen": page.context["seal"]})["Location"] == REVIEW
    return page.context["told"]


def labels(user, rf):
    request = rf.get("/admin/")
    request.user = user
    items = training_menu().menu.menu_items_for_request(request)
    return [str(item.render_component(request).label) for item in items]


# What is shown


def test_an_attempt_is_one_thing_and_a_lesson_is_one_thing(petra, cast, pages, disk):
    send_reading(cast.maja, pages[0], waits="old_ticket", tablet=disk)
    send_test(cast.maja, pages[2], waits="old_ticket", tablet=disk)
    page = petra.get(REVIEW)
    assert shown(page) == [
        ("Maja Lindgren", "Ett test utan nät, 2 svar", "Kunskapstest"),
        ("Maja Lindgren", "Läste 2 steg", "Lektion 1"),
    ]
    text = page.content.decode()
    for words in (
        "2 saker väntar på beslut",
        "Det låg på surfplattan i mer än 30 dagar innan det kom in.",
        "Fråga personen om tiden stämmer, och räkna det.",
        "Från surfplattan ”Vid disken”.",
        f"{timezone.localtime(hours_ago(5)):%Y-%m-%d}",
    ):
        assert words in text, words
    unpair_tablet(tablet=disk, actor=cast.ada)
    assert "Från surfplattan ”Vid disken”, som är bortkopplad." in petra.get(REVIEW).content.decode()


def test_an_answer_is_never_shown(petra, cast, pages, disk):
    send_test(cast.maja, pages[2], waits="unpaired_tablet", tablet=disk)
    [lead] = ids(petra.get(REVIEW))
    seen = [petra.get(REVIEW), petra.post(COUNT, {"case": lead}), petra.get(f"/admin/training/staff/{cast.maja.pk}/")]
    for payload in LearningEvent.objects.values_list("payload", flat=True):
        answers = [payload.get("answer"), *payload.get("answers", {}).values()]
        for answer in filter(None, answers):
            for response in seen:
                assert f"&quot;{answer}" not in response.content.decode()
                assert json.dumps(answer) not in response.content.decode()
    for response in seen:
        assert "Rätt 1" not in response.content.decode()


@pytest.mark.parametrize("who", ["petra", "kajsa", "ada"])
def test_leaders_see_what_waits_of_theirs(sign_in, cast, pages, disk, far, who, rf):
    send_reading(cast.maja, pages[0], waits="old_ticket", tablet=disk)
    send_reading(far, pages[0], waits="old_ticket")
    names = ["Fjärran Person", "Maja Lindgren"] if who == "ada" else ["Maja Lindgren"]
    assert [name for name, _what, _title in shown(sign_in(who).get(REVIEW))] == names
    assert how_many(cast.users[who]) == len(names)
    assert f"Att granska ({len(names)})" in labels(cast.users[who], rf)


@pytest.mark.parametrize("who", ["birgitta", "maja", "eva", "nisse"])
def test_nobody_else_sees_or_settles_anything(sign_in, cast, pages, disk, who):
    send_reading(cast.maja, pages[0], waits="old_ticket", tablet=disk)
    browser, lead = sign_in(who), LearningEvent.objects.earliest("pk").pk
    for response in (browser.get(REVIEW), browser.post(COUNT, {"case": lead}), browser.post(ASIDE, {"only": lead})):
        assert response.status_code in (302, 403, 404)
        assert "Lindgren" not in response.content.decode()
    assert LearningEvent.objects.filter(outcome="needs_review").count() == 2


def test_another_leaders_people_are_not_settled_by_their_number(petra, cast, pages, far):
    send_reading(far, pages[0], waits="old_ticket")
    lead = LearningEvent.objects.earliest("pk").pk
    for path in (COUNT, ASIDE):
        assert petra.post(path, {"case": lead})["Location"] == REVIEW
        assert petra.post(path, {"only": lead, "seen": "x"})["Location"] == REVIEW
    assert not LedgerEntry.objects.filter(verb__startswith="event.").exists()


def test_the_filter_lives_in_the_address(petra, cast, course, pages, disk):
    other = builders.make_course("En annan kurs")
    lesson = builders.make_lesson(other, "Annan lektion")
    send_reading(cast.maja, pages[0], waits="old_ticket", tablet=disk)
    send_reading(cast.bo, lesson, waits="old_ticket", tablet=disk)
    for query, names in (
        ({}, ["Bo Ek", "Maja Lindgren"]),
        ({"workplace": cast.grasmyr.pk}, ["Bo Ek"]),
        ({"course": builders.course_of(course).pk}, ["Maja Lindgren"]),
        ({"person": cast.bo.pk}, ["Bo Ek"]),
        ({"person": 2**63, "workplace": "x"}, ["Bo Ek", "Maja Lindgren"]),
        ({"workplace": cast.annorstades.pk}, ["Bo Ek", "Maja Lindgren"]),  # none of Petra's
        ({"workplace": cast.grasmyr.pk, "course": builders.course_of(course).pk}, []),
    ):
        assert sorted(name for name, _what, _title in shown(petra.get(REVIEW, query))) == names, query


def test_what_has_settled_itself_waits_no_more_but_can_be_looked_up(petra, cast, pages, disk):
    send_reading(cast.maja, pages[0], waits="old_ticket", tablet=disk)
    read(cast.maja, pages[0])
    assert shown(petra.get(REVIEW)) == []
    assert how_many(cast.users["petra"]) == 0
    assert shown(petra.get(REVIEW, {"settled": "on"})) == [("Maja Lindgren", "Läste 2 steg", "Lektion 1")]


def test_it_stands_on_the_persons_page_and_on_the_home_page(sign_in, cast, rule, pages, disk):
    send_test(cast.maja, pages[2], waits="old_ticket", tablet=disk)
    for who in ("petra", "kajsa"):
        text = sign_in(who).get(f"/admin/training/staff/{cast.maja.pk}/").content.decode()
        assert "Ett test utan nät, 2 svar: Kunskapstest" in text
        assert f'href="{REVIEW}?person={cast.maja.pk}"' in text
        assert "Avgör om 1 sak räknas" in sign_in(who).get("/admin/").content.decode()


@pytest.mark.parametrize("number", [1, 4])
def test_the_page_costs_the_same_whatever_waits(petra, cast, pages, disk, number, django_assert_num_queries):
    for one in range(number):
        person = people.hire(cast, f"Person {one}", "Test", "brattfors")
        send_reading(person, pages[0], waits="old_ticket", tablet=disk)
        send_test(person, pages[2], waits="old_ticket", tablet=disk)
    petra.get(REVIEW)
    with django_assert_num_queries(13):
        petra.get(REVIEW)


# Counting


def test_counting_says_first_what_it_completes_and_then_does_just_that(petra, cast, course, rule, pages, disk):
    for lesson in pages[:2]:
        read(cast.maja, lesson, at=hours_ago(9))
    send_test(cast.maja, pages[2], waits="unpaired_tablet", tablet=disk)
    [lead] = ids(petra.get(REVIEW))
    before = LedgerEntry.objects.count()
    page = petra.post(COUNT, {"case": lead})
    assert page.context["told"] == [
        "Maja Lindgren har lämnat in testet ”Kunskapstest”: 100 %, godkänt.",
        f"”Ett gott värdskap” blir slutförd för Maja Lindgren den {day_text(timezone.localdate(hours_ago(5)))}.",
        "Maja Lindgren får ett intyg.",
    ]
    assert LedgerEntry.objects.count() == before
    assert not QuizAttempt.objects.exists()
    settle(petra, COUNT, lead)
    attempt = QuizAttempt.objects.get()
    assert (attempt.passed, attempt.offline) == (True, True)
    entries = LedgerEntry.objects.filter(verb="event.applied")
    assert {(entry.actor, entry.staff, entry.data["reason"]) for entry in entries} == {
        (cast.users["petra"], cast.maja, "unpaired_tablet")
    }
    assert cast.maja.completions.filter(voided_at=None).count() == 1
    assert ids(petra.get(REVIEW)) == []


def test_several_are_settled_at_once_and_one_that_cannot_be_counted_goes_on_waiting(sign_in, cast, pages, disk):
    kajsa = sign_in("kajsa")
    send_reading(cast.maja, pages[0], waits="old_ticket", tablet=disk)
    send_reading(cast.bo, pages[0], waits="old_ticket", tablet=disk)
    tell(cast.bo, pages[1], "step", {"step": "borta"})
    *told, stays = settle(kajsa, COUNT, *ids(kajsa.get(REVIEW)))
    assert sorted(told) == [
        "Bo Ek har läst 2 steg i lektionen ”Lektion 1”.",
        "Då är lektionen ”Lektion 1” klar för Bo Ek.",
        "Då är lektionen ”Lektion 1” klar för Maja Lindgren.",
        "Inget intyg utfärdas av det.",
        "Maja Lindgren har läst 2 steg i lektionen ”Lektion 1”.",
    ]
    assert stays.startswith("Bo Ek, lektionen ”Lektion 2”: det kan inte räknas. ")
    assert [name for name, _what, _title in shown(kajsa.get(REVIEW))] == ["Bo Ek"]
    assert ActivityCompletion.objects.count() == 2


def test_where_nothing_can_be_counted_there_is_nothing_to_confirm(petra, cast, pages):
    tell(cast.maja, pages[0], "step", {"step": "borta"})
    page = petra.post(COUNT, {"case": ids(petra.get(REVIEW))})
    assert page.status_code == 422
    assert "det kan inte räknas." in page.context["could_not"]
    assert page.context["could_not"] in page.content.decode()
    assert "seal" not in page.context


def test_a_test_beyond_the_last_attempt_is_counted_as_one_more(petra, cast, course, disk):
    quiz = builders.make_quiz(course, "Slutprov", max_attempts=1)
    take_quiz(cast.maja, quiz, right=False, at=hours_ago(9))
    send_test(cast.maja, quiz, tablet=disk)
    page = petra.get(REVIEW)
    assert shown(page) == [("Maja Lindgren", "Ett test utan nät, 2 svar", "Slutprov")]
    assert "Alla försök på testet är använda." in page.content.decode()
    told = settle(petra, COUNT, *ids(page))
    assert told[0] == "Maja Lindgren har lämnat in testet ”Slutprov”: 100 %, godkänt."
    assert "Maja Lindgren får ett försök till för det." in told
    assert cast.maja.enrolments.get().extra_attempts.count() == 1


def test_a_course_that_is_not_for_the_person_waits_without_being_begun(petra, cast, disk):
    hidden = builders.make_full_course("Bara för tilldelade", access="assigned")
    lesson = hidden.get_activity_pages().specific().first()
    send_reading(cast.maja, lesson, waits="not_for_them", tablet=disk)
    page = petra.get(REVIEW)
    assert [what for _name, what, _title in shown(page)] == ["Läste 2 steg"]
    assert "Kursen är inte för den här personen." in page.content.decode()
    settle(petra, COUNT, *ids(page))
    assert cast.maja.enrolments.get(current=True).activity_completions.count() == 1


def test_what_came_meanwhile_is_shown_anew_before_anything_is_done(petra, cast, pages, disk):
    send_test(cast.maja, pages[2], waits="old_ticket", tablet=disk)
    [lead] = ids(petra.get(REVIEW))
    page = petra.post(COUNT, {"case": lead})
    take_quiz(cast.maja, pages[2], right=False, at=hours_ago(6))
    LearningEvent.objects.filter(kind="submit", outcome="needs_review").update(payload={"answers": {}})
    again = petra.post(COUNT, {"case": lead, "seen": page.context["seal"]})
    assert again.status_code == 200
    assert again.context["has_changed"] is True
    assert not LedgerEntry.objects.filter(verb="event.applied").exists()


def test_what_is_settled_by_now_and_nothing_at_all_lead_back(petra, cast, pages, disk):
    send_reading(cast.maja, pages[0], waits="old_ticket", tablet=disk)
    [lead] = ids(petra.get(REVIEW))
    settle(petra, ASIDE, lead)
    for path in (COUNT, ASIDE):
        for sent, words in (
            ({"case": lead}, "Det är redan avgjort."),
            ({"only": "x" * 50}, "Det är redan avgjort."),
            ({}, "Välj minst en."),
        ):
            assert words in petra.post(path, sent, follow=True).content.decode()
        assert petra.get(path).status_code == 405


# Putting aside, and undoing that


def test_what_is_put_aside_counts_nowhere_and_can_be_taken_up_again(sign_in, cast, pages, disk):
    kajsa = sign_in("kajsa")
    send_test(cast.maja, pages[2], waits="old_ticket", tablet=disk)
    [lead] = ids(kajsa.get(REVIEW))
    assert settle(kajsa, ASIDE, lead) == [
        "Ett test utan nät, 2 svar: testet ”Kunskapstest”. Det räknas inte för Maja Lindgren.",
        "Inget tas bort. Det står i personens historik och kan ångras därifrån.",
    ]
    assert set(LearningEvent.objects.values_list("outcome", flat=True)) == {"dismissed"}
    assert ids(kajsa.get(REVIEW)) == []
    [line] = [line for line in timeline(cast.maja, everything=False) if line.entry]
    assert line.by == "kajsa"
    assert line.text == (
        "Lades åt sidan och räknas inte: testet ”Kunskapstest”. "
        "Det låg på surfplattan i mer än 30 dagar innan det kom in."
    )
    path = f"/admin/training/staff/{cast.maja.pk}/undo/{line.entry.uuid}/"
    assert "Det väntar på beslut igen. Då kan du räkna det." in kajsa.get(path).content.decode()
    kajsa.post(path)
    assert ids(kajsa.get(REVIEW)) == [lead]
    again, before = [line for line in timeline(cast.maja, everything=False) if line.entry]
    assert again.text.startswith("Väntar på beslut igen: testet ”Kunskapstest”.")
    assert before.undone
    assert "Det här är redan ångrat." in kajsa.get(path).content.decode()
    settle(kajsa, COUNT, lead)
    assert QuizAttempt.objects.get().passed


def test_what_was_counted_is_taken_back_where_everything_is(petra, cast, pages, disk):
    send_test(cast.maja, pages[2], waits="old_ticket", tablet=disk)
    settle(petra, COUNT, *ids(petra.get(REVIEW)))
    [line] = [line for line in timeline(cast.maja, everything=False) if line.entry]
    assert line.text.startswith("Räknades efter beslut: testet ”Kunskapstest”.")
    path = f"/admin/training/staff/{cast.maja.pk}/undo/{line.entry.uuid}/"
    assert "Välj ”Ta tillbaka” vid kursen ovan" in petra.get(path).content.decode()


# Without network, and late


def test_attempts_without_network_and_late_news_are_told_as_such(petra, maja, cast, pages, disk):
    at = timezone.now() - datetime.timedelta(days=3)
    take_quiz(cast.maja, pages[2], right=False, at=hours_ago(2))
    send_reading(cast.maja, pages[0], tablet=disk, at=at)
    send_reading(cast.maja, pages[1], tablet=disk, at=timezone.now())
    send_test(cast.maja, pages[2], tablet=disk, at=at + HOUR)
    today = day_text(timezone.localdate())
    lines = [line.text for line in timeline(cast.maja, everything=False)]
    assert f"Läste klart lektionen ”Lektion 1”, 2 steg. Registrerat i efterhand, {today}." in lines
    assert "Läste klart lektionen ”Lektion 2”, 2 steg." in lines
    assert (
        "Lämnade in testet ”Kunskapstest”, försök 2: 100 %, godkänt. Gjort utan nät på butikens surfplatta. "
        f"Registrerat i efterhand, {today}." in lines
    )
    assert "Lämnade in testet ”Kunskapstest”, försök 1: 0 %, inte godkänt." in lines
    offline, online = QuizAttempt.objects.get(offline=True), QuizAttempt.objects.get(offline=False)
    words = "Gjort utan nät på butikens surfplatta."
    assert words in maja.get(f"/min-utbildning/forsok/{offline.uuid}/resultat/").content.decode()
    assert words not in maja.get(f"/min-utbildning/forsok/{online.uuid}/resultat/").content.decode()
    assert maja.get(builders.address(pages[2])).content.decode().count("gjort utan nät") == 1
