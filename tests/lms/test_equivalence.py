"""Courses that count as others, and shorter ones that renew them: in cells, for the learner, and in the admin."""

import datetime
import uuid
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import override

from courses.models import Course
from lms.equivalence.actions import end_equivalence, equate
from lms.equivalence.foresight import foresee
from lms.models import CourseCompletion, CourseEquivalence, Employment, LedgerEntry, Requirement, Workplace
from lms.progress import record_earlier_training
from lms.remedies.undo import undo
from lms.reports.figures import gather
from lms.requirements.actions import require
from lms.wording import why
from tests import builders
from tests.builders import complete, course_of, read
from tests.people import hire

NOON = datetime.datetime(2026, 10, 14, 10, tzinfo=datetime.UTC)

D = datetime.date


# Out of the database


def day(number):
    return timezone.localdate() - datetime.timedelta(days=number)


def ago(number):
    return timezone.now() - datetime.timedelta(days=number)


@pytest.fixture
def world(noon, cast, index):
    """A new course that everyone must take, and the old one, which Maja did in time."""
    new = builders.make_full_course("Värdskap", lessons=1, valid_months=12)
    old = builders.make_full_course("Värdskap grund", lessons=1, valid_months=12)
    require(course=course_of(new), valid_from=day(300), due_on=day(-30), actor=cast.ada)
    complete(cast.maja, old, at=ago(11))
    return SimpleNamespace(new=new, old=old, short=None)


def counts(cast, world, **changes):
    values = {"kind": "counts", "sources": [course_of(world.old)], "target": course_of(world.new)}
    return equate(**{**values, "valid_from": day(5), "actor": cast.ada, **changes})


def cells(on, **known):
    figures = gather(on, Workplace.objects.all(), **known)
    return {worker.given_name: row.cells[0] for worker, row in figures.rows(figures.workers)}


def test_it_counts_on_the_days_that_it_holds_and_says_through_what(cast, world):
    row = counts(cast, world)
    assert [cells(on)["Maja"].status for on in (day(6), day(5), day(0))] == ["not_started", "complete", "complete"]
    assert cells(day(0))["Bo"].status == "not_started"
    with override("sv"):
        assert why(day(0), cells(day(0))["Maja"].facts) == (
            "Räknas genom ”Värdskap grund”, 3 oktober 2026. Gäller till och med 3 oktober 2027."
        )
    end_equivalence(equivalence=row, last_day=day(2), actor=cast.ada)
    assert [cells(on)["Maja"].status for on in (day(2), day(1))] == ["complete", "not_started"]
    assert CourseCompletion.objects.count() == 1


def test_what_was_known_before_it_was_recorded_stays_as_it_was(cast, world):
    counts(cast, world, valid_from=day(20))
    Employment.objects.update(recorded_at=ago(400))
    Requirement.objects.update(recorded_at=ago(300))
    assert cells(day(1))["Maja"].status == "complete"
    assert cells(day(1), known=ago(1))["Maja"].status == "not_started"


def test_the_certificate_of_what_was_completed_is_what_is_shown(cast, world):
    counts(cast, world)
    [completion] = CourseCompletion.objects.all()
    assert cells(day(0))["Maja"].facts.completion.id == completion.pk


def test_an_end_is_undone_and_a_mistake_never_counted(cast, world):
    row = counts(cast, world)
    end_equivalence(equivalence=row, last_day=day(2), actor=cast.ada)
    undo(entry=LedgerEntry.objects.get(verb="equivalence.ended"), actor=cast.ada)
    assert [cells(on)["Maja"].status for on in (day(6), day(1), day(0))] == ["not_started", "complete", "complete"]
    undo(entry=LedgerEntry.objects.get(verb="equivalence.opened"), actor=cast.ada)
    assert [cells(on)["Maja"].status for on in (day(5), day(0))] == ["not_started", "not_started"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"kind": "renews", "sources": ["old", "short"]}, "sources"), ({"sources": ["new"]}, "target")],
)
def test_what_cannot_be_is_told_at_its_field(cast, world, changes, field):
    world.short = builders.make_course("Repetition")
    sources = [course_of(getattr(world, name)) for name in changes["sources"]]
    with pytest.raises(ValidationError) as error:
        counts(cast, world, **{**changes, "sources": sources})
    assert list(error.value.message_dict) == [field]


# For the learner


def test_nothing_is_asked_of_who_has_it_through_another_course(maja, cast, world):
    counts(cast, world)
    start = maja.get("/min-utbildning/").context
    assert [journey.course.title for journey in start["to_do"]] == []
    assert {journey.course.title for journey in start["done"]} == {"Värdskap", "Värdskap grund"}
    read(cast.maja, world.new.get_activity_pages().first().specific)
    assert maja.get("/min-utbildning/").context["to_do"] == []
    page = maja.get(f"/min-utbildning/kurs/{world.new.translation_key}/").content.decode()
    assert "Räknas genom" in page


@pytest.fixture
def short(cast, world):
    """A shorter course that renews the new one, which Maja has had and which runs out in twenty days."""
    world.short = builders.make_course("Repetition", valid_months=None)
    builders.make_lesson(world.short)
    complete(cast.maja, world.new, at=ago(345))
    equate(
        kind="renews",
        sources=[course_of(world.short)],
        target=course_of(world.new),
        valid_from=day(5),
        actor=cast.ada,
    )
    return world.short


def test_a_shorter_course_is_offered_in_the_window_and_renews(maja, cast, world, short):
    for path in ("/min-utbildning/", f"/min-utbildning/kurs/{world.new.translation_key}/"):
        page = maja.get(path).content.decode()
        assert f"/min-utbildning/kurs/{short.translation_key}/" in page
        assert "Förnya med ”Repetition”" in page
    assert cells(day(0))["Maja"].status == "expiring"
    complete(cast.maja, short)
    done = cells(day(0))["Maja"].facts.completion
    assert (done.completed_on, done.valid_until) == (D(2026, 10, 14), D(2027, 10, 14))
    assert maja.get("/min-utbildning/").context["renew"] == []
    assert cells(day(1))["Maja"].status == "expiring"


def test_nobody_is_offered_a_course_that_they_may_not_open(maja, cast, world, short):
    Course.objects.filter(pk=course_of(short).pk).update(access="assigned")
    for path in ("/min-utbildning/", f"/min-utbildning/kurs/{world.new.translation_key}/"):
        assert "Repetition" not in maja.get(path).content.decode()


def test_the_shorter_course_is_taken_again_the_next_time_though_it_is_valid_for_good(maja, cast, world, short):
    complete(cast.maja, short, at=ago(200))  # renewed long ago, and that runs out too
    CourseCompletion.objects.filter(course=course_of(world.new)).update(completed_on=day(700), valid_until=day(335))
    Course.objects.filter(pk=course_of(world.new).pk).update(valid_months=7)
    assert cells(day(0))["Maja"].status == "expiring"
    path = f"/min-utbildning/kurs/{short.translation_key}/"
    assert "gor-om" in maja.get(path).content.decode()
    maja.post(f"{path}gor-om/", builders.fields(cast.maja))
    complete(cast.maja, short)
    assert cells(day(0))["Maja"].facts.completion.completed_on == day(0)


def test_a_leader_who_records_the_shorter_course_again_renews_with_it(cast, world, short):
    complete(cast.maja, short, at=ago(200))
    CourseCompletion.objects.filter(course=course_of(world.new)).update(completed_on=day(700), valid_until=day(335))
    Course.objects.filter(pk=course_of(world.new).pk).update(valid_months=7)
    record_earlier_training(
        form_id=uuid.uuid4(), course=course_of(short), people=[cast.maja], on=day(1), recorded_by=cast.ada
    )
    assert cells(day(0))["Maja"].facts.completion.completed_on == day(1)


def test_what_is_renewed_goes_on_from_what_counts_through_another_course(cast, world):
    """The old one counts as the new one, which goes on from the last valid day when it is renewed in its window."""
    counts(cast, world)
    CourseCompletion.objects.update(valid_until=day(-20), renewable_from=day(10))
    Course.objects.filter(pk=course_of(world.new).pk).update(validity="expiry")
    done = complete(cast.maja, world.new)
    assert done.valid_until == D(2027, 11, 3)


def test_what_counts_through_another_and_runs_out_is_renewed_by_taking_the_course(maja, cast, world):
    counts(cast, world)
    CourseCompletion.objects.update(valid_until=day(-20), renewable_from=day(10))
    start = maja.get("/min-utbildning/")
    assert [journey.course.title for journey in start.context["renew"]] == ["Värdskap", "Värdskap grund"]
    assert "Börja kursen" in start.content.decode()
    course = maja.get(f"/min-utbildning/kurs/{world.new.translation_key}/").content.decode()
    assert "Börja kursen" not in course  # the button above it says which part
    assert "Börja: " in course
    assert "gor-om" not in course


# In the admin
PATH = "/admin/training/equivalences/"


def form_for(world, **changes):
    return {
        "form_id": str(uuid.uuid4()),
        "sources": [course_of(world.old).pk],
        "kind": "counts",
        "target": course_of(world.new).pk,
        "valid_from": day(0).isoformat(),
        **changes,
    }


def confirmed(client, path, form):
    """What the page that asks says, and where the confirmation leads."""
    asked = client.post(path, form)
    assert asked.status_code == 200, asked.context["form"].errors
    return asked.context["told"], client.post(path, {**form, "seen": asked.context["seal"]})


def test_it_is_said_first_for_whom_it_changes_anything(sign_in, cast, world):
    ada = sign_in("ada")
    told, answer = confirmed(ada, f"{PATH}add/", form_for(world))
    assert told[0] == "”Värdskap grund” räknas som ”Värdskap” från och med 14 oktober 2026."
    assert told[1] == "1 person får ”Värdskap” slutförd: Maja Lindgren."
    assert answer["Location"] == PATH
    assert "”Värdskap grund” räknas som ”Värdskap”" in ada.get(PATH).content.decode()
    row = CourseEquivalence.objects.get()
    told, answer = confirmed(ada, f"{PATH}{row.pk}/end/", {"last_day": day(-3).isoformat()})
    assert "Maja Lindgren" in told[0]
    assert LedgerEntry.objects.filter(verb="equivalence.ended").count() == 1
    entry = LedgerEntry.objects.get(verb="equivalence.opened")
    page = ada.get(f"{PATH}{row.pk}/undo/{entry.uuid}/")
    assert "Maja Lindgren" in str(page.context["told"])
    assert ada.post(f"{PATH}{row.pk}/undo/{entry.uuid}/").status_code == 302
    assert cells(day(0))["Maja"].status == "not_started"


def test_a_rehearsal_leaves_nothing_and_a_double_click_counts_once(sign_in, cast, world):
    ada, form = sign_in("ada"), form_for(world)
    asked = ada.post(f"{PATH}add/", form)
    assert not CourseEquivalence.objects.exists()
    for _click in range(2):
        ada.post(f"{PATH}add/", {**form, "seen": asked.context["seal"]})
    assert CourseEquivalence.objects.count() == 1


def test_who_leads_a_part_of_the_tree_sees_and_cannot_change(petra, cast, world):
    row = counts(cast, world)
    page = petra.get(PATH)
    assert "räknas som" in page.content.decode()
    assert f"{PATH}{row.pk}/end/" not in page.content.decode()
    assert petra.post(f"{PATH}add/", form_for(world)).status_code in (302, 403)
    assert CourseEquivalence.objects.count() == 1


@pytest.mark.parametrize("people", [1, 9])
def test_the_rehearsal_costs_the_same_however_many(cast, world, people, django_assert_num_queries):
    for number in range(people):
        complete(hire(cast, f"Person {number}", "Test", "grasmyr"), world.old, at=ago(9))
    with django_assert_num_queries(20):
        foresee(lambda: counts(cast, world), target=course_of(world.new), day=day(0))
