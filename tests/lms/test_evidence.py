"""What a cell rests on: for whoever may see it, as it was then, without a single answer."""

import datetime

import pytest
from django.utils import timezone

from lms.afterwards import is_afterwards
from lms.equivalence.actions import equate
from lms.insight.evidence import basis_of
from lms.models import ActivityCompletion, CourseCompletion, Employment, Workplace
from lms.people.actions import employ, end_employment
from lms.progress import record_earlier_training, void
from lms.reports.cells import show_cell
from lms.requirements.actions import excuse, require
from tests import builders, people
from tests.builders import complete, course_of, read, take_quiz, tell, version_of
from tests.retraining import change as change_lesson
from tests.retraining import demand as demand_again

NOON = datetime.datetime(2026, 10, 7, 10, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)

pytestmark = pytest.mark.usefixtures("noon")


def address(person, page):
    return f"/admin/training/staff/{person.pk}/course/{course_of(page).pk}/"


def basis(person, page, **asked):
    asked = {"day": timezone.localdate(), **asked}
    return basis_of(person, course_of(page), Workplace.objects.all(), **asked)


def lines(person, page, **asked):
    return [(line.what, line.outcome, line.by) for line in basis(person, page, **asked).lines]


@pytest.mark.parametrize("who", ["birgitta", "maja", "eva", "nisse", None])
def test_it_is_for_leaders_alone(client, sign_in, cast, course, rule, who):
    response = (sign_in(who) if who else client).get(address(cast.maja, course))
    assert response.status_code == (404 if who == "eva" else 302)
    assert "Lindgren" not in response.content.decode()


def test_another_municipalitys_people_have_no_evidence_here(petra, far, course, rule):
    response = petra.get(address(far, course))
    assert response.status_code == 404
    assert "Fjärran" not in response.content.decode()


def test_the_sentence_is_the_matrixs_own(petra, cast, course, rule, pages):
    read(cast.maja, pages[0])
    rows = petra.get("/admin/reports/training-matrix/?view=people").context["object_list"]
    for worker, row, _html in rows:
        cell = show_cell(timezone.localdate(), row.cells[0])
        person = cast.staff[worker.given_name.lower()]
        shown = petra.get(address(person, course), {"job": worker.job.id}).context["cell"]
        assert (shown.label, shown.why, shown.next, shown.late) == (cell.label, cell.why, cell.next, cell.late)


def test_the_matrix_leads_to_it_with_both_its_dates(petra, cast, course, rule):
    Employment.objects.update(recorded_at=NOON - 400 * DAY)
    type(rule).objects.update(recorded_at=NOON - 400 * DAY)
    asked = {"view": "people", "date": "2026-10-05", "known": "2026-10-06"}
    job = cast.maja.employments.get().pk
    link = f"{address(cast.maja, course)}?job={job}&amp;date=2026-10-05&amp;known=2026-10-06"
    assert link in petra.get("/admin/reports/training-matrix/", asked).content.decode()


def test_each_thing_says_what_when_from_where_and_how_it_went(cast, course, pages, tablet, at_tablet, rule):
    read(cast.maja, pages[0])
    read(cast.maja, pages[1], source="tablet")
    take_quiz(cast.maja, pages[2], right=False)
    take_quiz(cast.maja, pages[2])
    assert lines(cast.maja, course) == [
        ("Hela kursen är slutförd.", "Gäller till och med 7 oktober 2029.", ""),
        ("Lektionen ”Lektion 2”", "Läst", "Butikens surfplatta"),
        ("Lektionen ”Lektion 1”", "Läst", "Egen enhet"),
        ("Försök 2 på testet ”Kunskapstest”", "100 %, godkänt", "Egen enhet"),
        ("Försök 1 på testet ”Kunskapstest”", "0 %, inte godkänt", "Egen enhet"),
    ]


def test_a_leader_who_recorded_it_is_named(cast, course, rule):
    import uuid

    record_earlier_training(
        form_id=uuid.uuid4(),
        course=course_of(course),
        people=[cast.maja],
        on=NOON.date() - 3 * DAY,
        recorded_by=cast.ada,
    )
    found = basis(cast.maja, course)
    assert {line.by for line in found.lines} == {"", "Registrerat av ada"}
    assert all(line.on_a_day and line.afterwards for line in found.lines)


def test_what_counts_through_another_course_says_which_and_leaves_nothing_to_do(petra, cast, course, rule):
    older = builders.make_full_course("Värdskap grund", valid_months=12)
    complete(cast.maja, older, at=NOON - 3 * DAY)
    for person in (cast.maja, cast.bo):
        assert len(basis(person, course).left) == 3
    equate(kind="counts", sources=[course_of(older)], target=course_of(course), valid_from=NOON.date(), actor=cast.ada)
    found = basis(cast.maja, course)
    assert found.left == []
    [line] = found.lines
    assert (line.what, line.outcome) == (
        "Kursen ”Värdskap grund” är slutförd och räknas här.",
        "Gäller till och med 4 oktober 2027.",
    )
    assert line.completion == CourseCompletion.objects.get().pk
    assert len(basis(cast.bo, course).left) == 3
    assert basis(cast.bo, course).lines == []
    assert "Värdskap grund" in petra.get(address(cast.maja, course)).content.decode()
    assert basis(cast.maja, course, day=NOON.date() - DAY).lines == []  # it did not count yet


def test_what_has_changed_is_to_be_done_again_by_a_day(cast, index, noon):
    course = builders.make_full_course()
    pages = list(course.get_activity_pages().specific())
    require(course=course_of(course), valid_from=NOON.date() - 300 * DAY, actor=cast.ada)
    complete(cast.maja, course)
    noon.shift(DAY)
    lesson = change_lesson(pages[0])
    noon.shift(DAY)
    demand_again(cast, course, lesson)
    found = basis(cast.maja, course)
    assert found.left == [("lektionen ”Lektion 1”", "ska göras om senast 8 november 2026")]
    assert found.lines[0].outcome == (
        "Gäller till och med 7 oktober 2029. Kursen har ändrats sedan dess, så den räknas till och med 8 november 2026."
    )
    step, *_rest = version_of(lesson).steps
    noon.shift(DAY)
    tell(cast.maja, lesson, "step", {"step": step["id"]})
    assert basis(cast.maja, course).left == [("lektionen ”Lektion 1”", "1 steg läst")]
    read(cast.maja, lesson)
    assert basis(cast.maja, course).left == []


def test_what_came_in_on_a_later_day_was_registered_afterwards(cast, course, pages, rule, noon, petra):
    paired = _tablet(cast)
    noon.move_to(NOON + DAY, tick=False)
    _from_outbox(cast.maja, pages[0], paired, at=NOON)
    [line] = basis(cast.maja, course).lines
    assert (line.by, line.afterwards) == ("Surfplattan vid disken", True)
    page = petra.get(address(cast.maja, course)).content.decode()
    assert page.count("lms-afterwards") == 1
    assert "registrerat i efterhand" in page


def _tablet(cast):
    from lms.tablet.actions import pair_tablet

    paired, _token = pair_tablet(workplace=cast.brattfors, name="Surfplattan vid disken", actor=cast.ada)
    return paired


def _from_outbox(learner, page, paired, *, at):
    import uuid

    from lms.progress import record_all
    from lms.progress.facts import Fact, Outbox

    version = version_of(page)
    record_all(
        [
            Fact(
                event_id=uuid.uuid4(),
                learner=learner,
                activity=builders.activity_of(page),
                version=version,
                kind="step",
                occurred_at=at,
                received_at=timezone.now(),
                source="tablet",
                payload={"step": step["id"]},
                outbox=Outbox(tablet=paired),
            )
            for step in version.steps
        ]
    )


@pytest.mark.parametrize(
    ("happened", "heard", "afterwards"),
    [
        (datetime.date(2026, 10, 7), NOON, False),
        (datetime.date(2026, 10, 6), NOON, True),
        (NOON - datetime.timedelta(hours=9), NOON, False),
        (NOON - datetime.timedelta(hours=13), NOON, True),
        (NOON, None, False),
    ],
)
def test_afterwards_is_on_a_later_day(happened, heard, afterwards):
    assert is_afterwards(happened, heard) is afterwards


def test_the_past_shows_what_had_happened_and_what_was_known(cast, course, pages, rule, noon):
    Employment.objects.update(recorded_at=NOON - 400 * DAY)
    type(rule).objects.update(recorded_at=NOON - 400 * DAY)
    read(cast.maja, pages[0], at=NOON - 5 * DAY)
    read(cast.maja, pages[1], at=NOON - 3 * DAY)
    void(completion=ActivityCompletion.objects.first(), reason="fel person", recorded_by=cast.ada)
    today = timezone.localdate()
    told = [line for line in basis(cast.maja, course).lines if line.gone]
    assert [(line.what, line.gone, line.reason) for line in told] == [
        ("Lektionen ”Lektion 1”", "Togs tillbaka 7 oktober 2026 och räknas inte.", "fel person")
    ]
    then = basis(cast.maja, course, day=today - 4 * DAY, known=NOON - DAY)
    assert [(line.what, line.gone) for line in then.lines] == [("Lektionen ”Lektion 1”", "")]
    assert [part.what for part in then.left] == ["lektionen ”Lektion 2”", "testet ”Kunskapstest”"]
    assert basis(cast.maja, course, day=today - 6 * DAY).lines == []


def test_what_is_left_says_how_far_it_has_come(cast, course, pages, rule):
    first = version_of(pages[0]).steps[0]
    tell(cast.maja, pages[0], "step", {"step": first["id"]})
    take_quiz(cast.maja, pages[2], right=False)
    assert basis(cast.maja, course).left == [
        ("lektionen ”Lektion 1”", "1 steg läst"),
        ("lektionen ”Lektion 2”", "inte påbörjad"),
        ("testet ”Kunskapstest”", "1 försök"),
    ]
    complete(cast.bo, course)
    assert basis(cast.bo, course).left == []


def test_nothing_is_left_of_a_course_that_is_not_theirs(cast, course):
    assert basis(cast.maja, course).left == []


def test_the_rule_that_decides_is_the_one_due_first(cast, course, rule):
    today = timezone.localdate()
    own = require(
        course=course_of(course),
        valid_from=today - 100 * DAY,
        workplaces=[cast.brattfors],
        roles=[cast.roles["biträde"]],
        kinds=["employed"],
        due_on=today + 2 * DAY,
        actor=cast.ada,
    )
    first, second = basis(cast.maja, course).bindings
    assert (first.rule, first.whom, first.decides) == (own, "Brattfors; Butiksbiträde; Anställd", True)
    assert (first.since, first.due) == (today - 100 * DAY, today + 2 * DAY)
    assert (second.rule, second.whom, second.decides) == (rule, "All personal", False)


def test_the_row_of_one_job_is_that_jobs_alone(cast, course):
    today = timezone.localdate()
    second = employ(
        staff=cast.maja, workplace=cast.grasmyr, role=cast.roles["biträde"], start=today - 100 * DAY, actor=cast.ada
    )
    require(
        course=course_of(course), valid_from=today - 50 * DAY, workplaces=[cast.grasmyr], due_days=20, actor=cast.ada
    )
    first = cast.maja.employments.exclude(pk=second.pk).get()
    assert basis(cast.maja, course, job=first.pk).cell.status == "not_required"
    assert basis(cast.maja, course, job=second.pk).cell.status == "overdue"
    assert basis(cast.maja, course).cell.status == "overdue"


def test_only_the_project_leader_reads_why_somebody_is_excused(sign_in, cast, course, rule):
    excuse(staff=cast.maja, course=None, reason="sick", valid_from=timezone.localdate(), actor=cast.ada)
    for who, reads in (("kajsa", False), ("petra", True)):
        page = sign_in(who).get(address(cast.maja, course)).content.decode()
        assert ("sjuk" in page.lower()) is reads, who
        assert "Undantagen" in page


def test_only_the_project_leader_reads_why_it_was_taken_back(sign_in, cast, course, rule):
    complete(cast.maja, course)
    void(completion=CourseCompletion.objects.get(), reason="det var systern", recorded_by=cast.ada)
    for who, reads in (("kajsa", False), ("petra", True)):
        page = sign_in(who).get(address(cast.maja, course)).content.decode()
        assert ("det var systern" in page) is reads, who


def test_the_acts_are_those_that_the_leader_may_do_and_only_today(sign_in, cast, course, rule):
    complete(cast.maja, course)
    home = address(cast.maja, course)
    acts = ("move/", "take-back/", "/excuse/", "attendance/", "earlier-training/")

    def offered(who, **asked):
        page = sign_in(who).get(home, asked).content.decode()
        main = page[page.index('id="laget"') :]
        return [act for act in acts if act in main]

    assert offered("petra") == list(acts)
    assert offered("kajsa") == ["attendance/", "earlier-training/"]
    assert offered("petra", date="2026-10-06") == []


def test_the_certificate_is_there(petra, cast, course, rule):
    complete(cast.maja, course)
    [proof] = [proof for _line, proofs in petra.get(address(cast.maja, course)).context["lines"] for proof in proofs]
    assert proof["url"] in petra.get(address(cast.maja, course)).content.decode()


def test_who_has_left_keeps_what_was_registered_and_has_no_cell(petra, cast, course, rule):
    complete(cast.maja, course, at=NOON - 30 * DAY)
    end_employment(job=cast.maja.employments.get(), last_day=timezone.localdate() - 10 * DAY, actor=cast.ada)
    response = petra.get(address(cast.maja, course))
    assert (response.context["cell"], len(response.context["lines"])) == (None, 4)


@pytest.mark.parametrize(
    "query", ["date=igar", "date=9999-01-01", "known=0001-01-01", "job=x", "job=99999999999999999999"]
)
def test_an_address_that_makes_no_sense_is_read_as_if_it_were_not_there(petra, cast, course, rule, query):
    assert petra.get(f"{address(cast.maja, course)}?{query}").context["is_today"] is True


def test_no_answer_and_no_question_stands_in_it(petra, cast, course, rule):
    complete(cast.maja, course)
    page = petra.get(address(cast.maja, course)).content.decode()
    for word in ("Fråga 1", "Rätt 1", "Fel 1"):
        assert word not in page


def test_it_costs_the_same_however_much_has_happened(petra, cast, index, django_assert_num_queries):
    def queries(lessons, times):
        page = builders.make_full_course(f"Kurs {lessons}", lessons=lessons)
        for number in range(times):
            require(
                course=course_of(page),
                valid_from=timezone.localdate() - (300 + number) * DAY,
                workplaces=[cast.brattfors],
                roles=[cast.roles["biträde"]],
                due_on=timezone.localdate() + 30 * DAY,
                actor=cast.ada,
            )
        excuse(staff=cast.maja, course=course_of(page), reason="sick", valid_from=NOON.date(), actor=cast.ada)
        people.hire(cast, f"Person {lessons}", "Test", "brattfors")
        for _time in range(times):
            take_quiz(cast.maja, page.get_activity_pages().last().specific, right=False)
        complete(cast.maja, page)
        petra.get(address(cast.maja, page))
        with django_assert_num_queries(QUERIES):
            petra.get(address(cast.maja, page))

    queries(1, 1)
    queries(4, 3)


QUERIES = 32
