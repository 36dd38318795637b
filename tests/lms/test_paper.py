"""Tests on paper: printed with nothing of the key, entered once, graded as on a screen, told of as what they are."""

import datetime
import re
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from courses.models import QuizPage
from lms.models import (
    CourseCompletion,
    EventSource,
    LearningEvent,
    LedgerEntry,
    PaperTest,
    QuizAttempt,
)
from lms.paper.actions import MOST_COPIES, RefusedError, make_papers, record_paper
from lms.paper.sheets import answers_of, asked_in, left_empty, read_answers
from lms.people.merging import merge
from lms.progress import void
from tests import builders, people
from tests.builders import activity_of, answer_for, read, take_quiz, tell, version_of

HOME = "/admin/training/paper/"


def TODAY():
    return timezone.localdate()


def print_for(cast, quiz, *whose, blank=0, by="petra", language="sv"):
    return make_papers(
        form_id=uuid.uuid4(),
        activity=activity_of(quiz),
        people=[getattr(cast, name) for name in whose],
        blank=blank,
        language=language,
        made_by=cast.users[by],
    )


def answers(paper, *, right=True):
    key = paper.version.key
    return {
        one.question["key"]: answer_for(one.question, key[one.question["key"]], right=right) for one in asked_in(paper)
    }


def posted(paper, *, right=True, **changes):
    """The form as a leader fills it in from the paper."""
    form = {"on": TODAY().isoformat()}
    for one in asked_in(paper):
        answer = answers(paper, right=right)[one.question["key"]]
        if one.question["kind"] == "order":
            answer = [f"{name}:{place}" for place, name in enumerate(answer, start=1)]
        elif one.question["kind"] == "match":
            answer = [f"{left}:{option}" for left, option in answer.items()]
        form[one.name] = answer
    return {**form, **changes}


def entry(paper):
    return f"{HOME}{paper.uuid}/"


def enter(cast, paper, learner, *, right=True, by="petra", on=None):
    return record_paper(
        paper=paper,
        learner=learner,
        on=on or TODAY(),
        answers=answers(paper, right=right),
        recorded_by=cast.users[by],
    )


@pytest.fixture
def quiz(pages):
    return pages[2]


@pytest.fixture
def every_kind(course):
    page = QuizPage(title="Alla sorter", slug="alla-sorter")
    kinds = builders.choices("Ja", "Nej", "Kanske", right=(0,))
    pairs = [{**choice, "pair": pair} for choice, pair in zip(kinds, ("Uno", "Due", "Tre"), strict=True)]
    number = [{"id": "c0", "text": "739184", "right": True, "feedback": "", "tolerance": "1", "unit": "st"}]
    truth = [{"id": name, "text": "", "right": name == "true", "feedback": ""} for name in ("true", "false")]
    page.questions = [
        builders.Question(
            kind=kind,
            text=f"Frågan {kind}?",
            choices=rows,
            explanation="hemlig förklaring",
            sort_order=place,
        )
        for place, (kind, rows) in enumerate(
            {
                "single": kinds,
                "multiple": builders.choices("Ett", "Två", "Tre", right=(0, 2)),
                "truefalse": truth,
                "text": builders.choices("hemlig stavning", right=(0,)),
                "number": number,
                "order": kinds,
                "match": pairs,
            }.items()
        )
    ]
    return builders.publish(page, course)


# Printing


def test_a_copy_for_each_and_blank_ones_with_nothing_of_the_key(petra, cast, every_kind):
    form = {
        "form_id": uuid.uuid4(),
        "test": activity_of(every_kind).pk,
        "people": [cast.maja.pk, cast.bo.pk],
        "blank": 1,
        "language": "sv",
    }
    made = petra.post(f"{HOME}print/", form)
    assert petra.post(f"{HOME}print/", form)["Location"] == made["Location"]  # a double click
    assert PaperTest.objects.count() == 3
    response = petra.get(made["Location"])
    text = response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert "hemlig" not in text
    assert "739184" not in text
    assert (text.count('<article class="copy"'), text.count('<li class="question">')) == (3, 21)
    assert "Maja Lindgren" in text
    assert "Bo Ek" in text
    for paper in PaperTest.objects.all():
        assert paper.readable_code in text
        assert f"https://larpunkt.example{entry(paper)}" not in text  # as a code, not as words
    made_entry = LedgerEntry.objects.get(verb="paper.made")
    assert (made_entry.actor, made_entry.data["named"], made_entry.data["blank"]) == (cast.petra, 2, 1)


def test_the_paper_asks_what_the_attempt_with_its_id_asks(cast, every_kind):
    [paper] = print_for(cast, every_kind, "maja")
    attempt = enter(cast, paper, cast.maja)
    assert attempt.uuid == paper.uuid
    assert (attempt.percent, attempt.passed, attempt.out_of) == (100, True, 7)


def test_each_has_their_own_language_where_the_test_has_it(cast, quiz):
    english = quiz.copy_for_translation(builders.Locale.objects.get(language_code="en"), copy_parents=True)
    english.title = "Quiz"
    english.save_revision().publish()
    cast.bo.language = "en"
    cast.bo.save()
    own = print_for(cast, quiz, "maja", "bo", blank=1, language="en")
    assert [paper.version.language for paper in own] == ["sv", "en", "en"]


def test_printing_costs_the_same_however_many(petra, cast, quiz):
    counted = []
    for blank, whose in ((1, [cast.maja]), (30, [cast.maja, cast.bo, cast.birgitta])):
        form = {
            "form_id": uuid.uuid4(),
            "test": activity_of(quiz).pk,
            "people": [person.pk for person in whose],
            "blank": blank,
            "language": "sv",
        }
        with CaptureQueriesContext(connection) as making:
            location = petra.post(f"{HOME}print/", form)["Location"]
        with CaptureQueriesContext(connection) as drawing:
            petra.get(location)
        counted.append((len(making), len(drawing)))
    assert counted[0] == counted[1] == (19, 7)


def test_no_more_than_a_hundred_at_once_and_not_none(petra, cast, quiz):
    form = {"form_id": uuid.uuid4(), "test": activity_of(quiz).pk, "language": "sv", "people": [cast.maja.pk]}
    too_many = petra.post(f"{HOME}print/", {**form, "blank": MOST_COPIES})
    assert too_many.status_code == 422
    assert "Högst 100 exemplar" in too_many.content.decode()
    none = petra.post(f"{HOME}print/", {**form, "people": [], "blank": 0})
    assert "Kryssa för någon" in none.content.decode()
    assert not PaperTest.objects.exists()


def test_what_is_no_test_of_ours_is_not_printed(petra, cast, pages):
    form = {"form_id": uuid.uuid4(), "test": activity_of(pages[0]).pk, "language": "sv", "blank": 1}
    assert petra.post(f"{HOME}print/", form).status_code == 422
    quiz = pages[2]
    quiz.unpublish()
    with pytest.raises(ValidationError, match="inte publicerat"):
        print_for(cast, quiz, blank=1)


# Entering


def test_the_whole_way_by_code_to_the_result(petra, sign_in, cast, every_kind):
    [paper] = print_for(cast, every_kind, "maja")
    found = petra.get(HOME, {"code": paper.readable_code.lower()})
    assert found["Location"] == entry(paper)
    text = petra.get(entry(paper)).content.decode()
    assert "Maja Lindgren" in text
    assert "hemlig" not in text
    done = petra.post(entry(paper), posted(paper))
    assert done["Location"] == entry(paper)
    attempt = QuizAttempt.objects.get()
    assert (attempt.uuid, attempt.enrolment.staff, attempt.passed) == (paper.uuid, cast.maja, True)
    events = LearningEvent.objects.order_by("pk")
    assert [event.kind for event in events] == ["attempt", *["answer"] * 7, "submit"]
    assert {(event.source, event.recorded_by) for event in events} == {(EventSource.REGISTER, cast.petra)}
    recorded = LedgerEntry.objects.get(verb="paper.recorded")
    assert (recorded.actor, recorded.staff) == (cast.petra, cast.maja)
    shown = petra.get(entry(paper)).content.decode()
    assert "100 %, godkänt" in shown
    assert "Frågan single?" not in shown  # the outcome alone
    own = sign_in("maja").get(f"/min-utbildning/forsok/{paper.uuid}/resultat/").content.decode()
    assert re.search(r"Skrivet på papper den .* Registrerat av petra", own)
    history = petra.get(f"/admin/training/staff/{cast.maja.pk}/").content.decode()
    assert "Maja, på papper" in history
    assert "Skrev testet ”Alla sorter” på papper" in history
    assert "Blev det fel?" in history


def test_a_blank_copy_is_whose_the_leader_says(petra, cast, quiz, far):
    one, other = print_for(cast, quiz, blank=2)
    assert petra.post(entry(one), posted(one, learner=far.pk)).status_code == 422
    petra.post(entry(one), posted(one, learner=cast.bo.pk))
    one.refresh_from_db()
    assert (one.staff, one.recorded_by) == (cast.bo, cast.petra)
    assert petra.post(entry(other), posted(other)).status_code == 422  # whose?
    assert QuizAttempt.objects.get().enrolment.staff == cast.bo


def test_what_is_left_empty_is_asked_about_once(petra, cast, every_kind):
    [paper] = print_for(cast, every_kind, "maja")
    form = posted(paper)
    by_kind = {one.question["kind"]: one for one in asked_in(paper)}
    single, match = by_kind["single"], by_kind["match"]
    form[single.name] = ""
    form[match.name] = form[match.name][:2]  # two of three pairs
    asked = petra.post(entry(paper), form)
    empty = ",".join(map(str, sorted((single.number, match.number))))
    assert f'name="empty" value="{empty}"' in asked.content.decode()
    assert not QuizAttempt.objects.exists()
    petra.post(entry(paper), {**form, "empty": empty})
    attempt = QuizAttempt.objects.get()
    assert (single.question["key"] in attempt.answers, float(attempt.points)) == (False, 5.667)


def test_what_cannot_be_read_is_said_at_its_number_and_nothing_is_lost(petra, cast, every_kind):
    [paper] = print_for(cast, every_kind, "maja")
    by_kind = {one.question["kind"]: one for one in asked_in(paper)}
    number, order = by_kind["number"], by_kind["order"]
    twice = [f"{choice['id']}:1" for choice in order.question["choices"]]
    wrong = petra.post(entry(paper), posted(paper, **{number.name: "vet inte", order.name: twice}))
    text = wrong.content.decode()
    assert wrong.status_code == 422
    for one in (number, order):
        assert f"Fråga {one.number}: det här är inget helt svar" in text
    assert 'value="vet inte"' in text
    assert text.count("checked") >= 3
    assert not QuizAttempt.objects.exists()


@pytest.mark.parametrize(("days", "words"), [(1, "har inte kommit"), (-1, "skrevs ut den")])
def test_the_day_is_one_when_there_was_a_paper_to_write_on(petra, cast, quiz, days, words):
    [paper] = print_for(cast, quiz, "maja")
    day = TODAY() + datetime.timedelta(days=days)
    wrong = petra.post(entry(paper), posted(paper, on=day.isoformat()))
    assert wrong.status_code == 422
    assert words in wrong.content.decode()


def test_the_next_copy_begins_with_the_day_of_the_one_before(petra, cast, quiz):
    one, other = print_for(cast, quiz, "maja", "bo")
    yesterday = TODAY() - datetime.timedelta(days=1)
    PaperTest.objects.update(made_at=timezone.now() - datetime.timedelta(days=3))
    petra.post(entry(one), posted(one, on=yesterday.isoformat()))
    assert f'value="{yesterday}"' in petra.get(entry(other)).content.decode()
    assert timezone.localdate(QuizAttempt.objects.get().submitted_at) == yesterday


def test_it_counts_towards_the_course_on_the_day_it_was_written(cast, pages):
    for lesson in pages[:2]:
        read(cast.maja, lesson, at=timezone.now() - datetime.timedelta(days=5))
    [paper] = print_for(cast, pages[2], "maja")
    PaperTest.objects.update(made_at=timezone.now() - datetime.timedelta(days=3))
    paper.refresh_from_db()
    day = TODAY() - datetime.timedelta(days=2)
    enter(cast, paper, cast.maja, on=day)
    assert CourseCompletion.objects.get().completed_on == day


def test_a_course_that_runs_out_begins_anew(cast, index):
    course = builders.make_full_course(lessons=0, valid_months=1)
    quiz = course.get_activity_pages().specific().get()
    take_quiz(cast.maja, quiz, at=timezone.now() - datetime.timedelta(days=40))
    [paper] = print_for(cast, quiz, "maja")
    enter(cast, paper, cast.maja)
    assert CourseCompletion.objects.filter(voided_at=None).count() == 2


def test_it_is_graded_by_what_was_asked_even_if_the_test_has_changed(cast, quiz):
    [paper] = print_for(cast, quiz, "maja")
    question = quiz.questions.first()
    question.text, question.choices = "Något annat?", builders.choices("Nytt", "Annat", right=(1,))
    quiz.questions = [question]
    quiz.save_revision().publish()
    attempt = enter(cast, paper, cast.maja)
    assert (attempt.version, attempt.out_of, attempt.passed) == (paper.version, 2, True)


# What cannot be entered: told in words, and nothing is kept


def nothing_kept(paper):
    paper.refresh_from_db()
    assert paper.recorded_at is None
    assert not QuizAttempt.objects.filter(uuid=paper.uuid).exists()
    assert not LearningEvent.objects.filter(source=EventSource.REGISTER).exists()
    assert not LedgerEntry.objects.filter(verb="paper.recorded").exists()


def limited(quiz, **rules):
    for name, value in rules.items():
        setattr(quiz, name, value)
    quiz.save_revision().publish()
    return type(quiz).objects.get(pk=quiz.pk)


def test_attempts_used_up_leads_to_one_more(petra, cast, quiz):
    quiz = limited(quiz, max_attempts=1)
    [paper] = print_for(cast, quiz, "maja")
    take_quiz(cast.maja, quiz, right=False)
    refused = petra.post(entry(paper), posted(paper))
    text = refused.content.decode()
    assert refused.status_code == 422
    assert "Maja har använt alla försök" in text
    course = activity_of(quiz).course
    assert f"/admin/training/staff/{cast.maja.pk}/course/{course.pk}/attempt/" in text
    nothing_kept(paper)


def test_one_must_wait_as_on_a_screen(petra, cast, quiz):
    quiz = limited(quiz, wait_minutes=7 * 24 * 60)
    [paper] = print_for(cast, quiz, "maja")
    take_quiz(cast.maja, quiz, right=False)
    assert "väntetiden var inte slut" in petra.post(entry(paper), posted(paper)).content.decode()
    nothing_kept(paper)


def test_a_test_that_was_withdrawn(petra, cast, quiz):
    [paper] = print_for(cast, quiz, "maja")
    quiz.unpublish()
    assert "inte publicerat just nu" in petra.post(entry(paper), posted(paper)).content.decode()
    nothing_kept(paper)


def test_one_begun_on_a_screen_is_handed_in_first(petra, cast, quiz):
    [paper] = print_for(cast, quiz, "maja")
    tell(cast.maja, quiz, "attempt", {"attempt": uuid.uuid4()})
    assert "Maja har börjat på testet på skärm" in petra.post(entry(paper), posted(paper)).content.decode()
    nothing_kept(paper)


def test_a_copy_with_a_name_is_nobody_elses(cast, quiz):
    [paper] = print_for(cast, quiz, "maja")
    with pytest.raises(RefusedError) as refused:
        enter(cast, paper, cast.bo)
    assert refused.value.reason == "someone_else"
    nothing_kept(paper)


def test_it_is_entered_once(petra, cast, quiz):
    [paper] = print_for(cast, quiz, "maja")
    enter(cast, paper, cast.maja, right=False)
    assert petra.post(entry(paper), posted(paper))["Location"] == entry(paper)
    with pytest.raises(RefusedError) as refused:
        enter(cast, paper, cast.maja)
    assert refused.value.reason == "recorded"
    assert (QuizAttempt.objects.get().passed, LedgerEntry.objects.filter(verb="paper.recorded").count()) == (False, 1)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_leaders_at_once_enter_it_once(cast, quiz):
    [paper] = print_for(cast, quiz, "maja")

    def one(name):
        try:
            enter(cast, paper, cast.maja, by=name)
        except RefusedError as refused:
            return refused.reason
        finally:
            connection.close()
        return "entered"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(one, ("petra", "kajsa"))) == ["entered", "recorded"]
    assert QuizAttempt.objects.count() == 1


def test_undone_as_any_other_completion(petra, cast, quiz):
    [paper] = print_for(cast, quiz, "maja")
    attempt = enter(cast, paper, cast.maja)
    completion = attempt.enrolment.activity_completions.get()
    assert void(completion=completion, reason="Det var Bo", recorded_by=cast.petra)
    assert "räknas inte längre" in petra.get(entry(paper)).content.decode()


def test_a_copy_follows_when_two_rows_are_one_person(cast, quiz):
    twin = people.hire(cast, "Maja", "Lindgrén", "grasmyr")
    cast.staff["twin"] = twin
    [paper] = print_for(cast, quiz, "twin")
    merge(keep=cast.maja, gone=twin, actor=cast.petra)
    paper.refresh_from_db()
    assert enter(cast, paper, cast.maja).passed


# Who may


def test_nobody_without_a_responsibility_sees_anything(sign_in, cast, quiz):
    named, blank = print_for(cast, quiz, "maja", blank=1)
    paths = (HOME, f"{HOME}print/", f"{HOME}sheets/{named.batch}/", entry(named), entry(blank))
    for name in ("maja", "birgitta", "eva", "nisse"):
        browser = sign_in(name)
        for path in paths:
            for response in (browser.get(path), browser.post(path, {"on": TODAY().isoformat()})):
                assert response.status_code in (302, 403, 404, 405), (name, path)
                assert b"Fr\xc3\xa5ga 1?" not in response.content
    assert not QuizAttempt.objects.exists()


def test_a_shop_owner_prints_for_their_own_and_enters_nothing(sign_in, cast, quiz):
    birgitta, path = sign_in("birgitta"), "/min-utbildning/min-butik/test-pa-papper/"
    assert path in birgitta.get("/min-utbildning/min-butik/").content.decode()
    page = birgitta.get(path).content.decode()
    assert ("Maja Lindgren" in page, "Bo Ek" in page) == (True, False)
    form = {"form_id": uuid.uuid4(), "test": activity_of(quiz).pk, "people": [cast.bo.pk]}
    refused = birgitta.post(path, form)
    assert refused.status_code == 422
    assert "Välj ett test och minst en person." in refused.content.decode()
    sheets = birgitta.post(path, {**form, "people": [cast.maja.pk]})["Location"]
    assert "Lämna de skrivna testen till kursledaren" in birgitta.get(sheets).content.decode()
    paper = PaperTest.objects.get()
    assert (paper.staff, paper.made_by) == (cast.maja, cast.users["birgitta"])
    assert birgitta.get(entry(paper)).status_code == 302
    with pytest.raises(PermissionDenied):
        print_for(cast, quiz, "bo", by="birgitta")
    with pytest.raises(PermissionDenied):
        enter(cast, paper, cast.maja, by="birgitta")
    for name, status in (("maja", 403), ("kajsa", 403), ("petra", 404)):
        assert sign_in(name).get(sheets).status_code == status, name
    assert "Maja" in sign_in("petra").get(entry(paper)).content.decode()


def test_a_leader_next_door_finds_nothing(sign_in, cast, quiz):
    from lms.models import Role
    from lms.workplaces.actions import give_responsibility

    [paper] = print_for(cast, quiz, "maja")
    give_responsibility(
        user=cast.users["nisse"], role=Role.PROJECT_LEADER, workplace=cast.grannkommun, actor=cast.users["ada"]
    )
    nisse = sign_in("nisse")
    for path in (entry(paper), f"{HOME}sheets/{paper.batch}/"):
        assert nisse.get(path).status_code == 404
    text = nisse.get(HOME, {"code": paper.code}).content.decode()
    assert "Det finns inget exemplar med den koden" in text
    assert "Maja" not in text
    with pytest.raises(PermissionDenied):
        enter(cast, paper, cast.maja, by="nisse")


def test_a_course_leader_may_and_only_whoever_made_them_prints_them_again(sign_in, cast, quiz):
    [paper] = print_for(cast, quiz, "maja", by="kajsa")
    kajsa = sign_in("kajsa")
    assert kajsa.get(f"{HOME}sheets/{paper.batch}/").status_code == 200
    assert sign_in("petra").get(f"{HOME}sheets/{paper.batch}/").status_code == 404
    kajsa.post(entry(paper), posted(paper))
    assert QuizAttempt.objects.get().passed


def test_those_that_are_out_are_listed_until_they_are_entered(petra, cast, quiz):
    named, blank = print_for(cast, quiz, "maja", blank=1)
    text = petra.get(HOME).content.decode()
    assert named.readable_code in text
    assert blank.readable_code in text
    enter(cast, named, cast.maja)
    text = petra.get(HOME).content.decode()
    assert (named.readable_code in text, blank.readable_code in text) == (False, True)


# Reading the form


def test_what_stands_in_the_form_is_what_is_answered(cast, every_kind):
    from django.http import QueryDict

    [paper] = print_for(cast, every_kind, "maja")
    asked = asked_in(paper)
    form = QueryDict(mutable=True)
    for name, value in posted(paper).items():
        form.setlist(name, value if isinstance(value, list) else [value])
    read_answers(asked, form)
    assert answers_of(asked) == answers(paper)
    assert left_empty(asked) == []
    assert version_of(every_kind) == paper.version
