"""What an act about people changes: said beforehand in figures, true afterwards, and nothing is written by looking."""

import datetime
import uuid

import pytest
from django.apps import apps
from django.utils import timezone

from lms.foresight.reading import day_of_effect, foresee
from lms.foresight.words import tables, told
from lms.models import Employment, Exemption, LedgerEntry, Workplace
from lms.people.actions import employ, end_employment, move_employment
from lms.reports.figures import gather
from lms.requirements.actions import end_exemption, excuse, require
from lms.requirements.foresight import foresee_rule
from tests import people
from tests.builders import complete, course_of
from tests.clock import NOON
from tests.foreseen import agree

BASE = "/admin/training"
TODAY = NOON.date()
DAY = datetime.timedelta(days=1)

pytestmark = pytest.mark.usefixtures("noon")


def contents():
    """All that our tables hold."""
    return {
        model._meta.label: sorted(map(str, model._default_manager.values_list()))
        for label in ("lms", "lms_certificates")
        for model in apps.get_app_config(label).get_models()
    }


def figures(day, places):
    """What the matrix says: (place, course or None) to (done, counted)."""
    found = {}
    for place in places:
        totals = gather(day, Workplace.objects.filter(pk=place.pk)).totals
        found[place.name, None] = (totals.people.done, totals.people.counted)
        found |= {(place.name, course): (share.done, share.counted) for course, share in totals.by_course.items()}
    return found


def prove(cast, act, *, day=TODAY, **how):
    """Foresee an act, carry it out, and see that what was foreseen is what the matrix says."""
    places = [cast.brattfors, cast.grasmyr]
    held, before = contents(), figures(day, places)
    change = foresee(act, day=day, reach=Workplace.objects.all(), **how)
    assert contents() == held
    act()
    after = figures(day, places)
    zero = (0, 0)
    changed = {key for key in before.keys() | after.keys() if before.get(key, zero) != after.get(key, zero)}
    foreseen = {(share.place, share.course_id): (share.was, share.now) for share in change.shares}
    assert foreseen == {key: (before.get(key, zero), after.get(key, zero)) for key in changed}
    return change


def in_tables(change):
    found = tables(change)
    return (
        [tuple(line) for line in found.courses],
        {place.name: [tuple(line) for line in place.lines] for place in found.places},
    )


@pytest.fixture
def due(cast, course):
    """Everyone must take the course by the last of the year."""
    return require(
        course=course_of(course), valid_from=TODAY - DAY * 60, due_on=datetime.date(2026, 12, 31), actor=cast.ada
    )


def test_who_is_excused_is_no_longer_counted(cast, course, due):
    complete(cast.birgitta, course)
    change = prove(cast, lambda: excuse(staff=cast.maja, course=None, reason="sick", valid_from=TODAY, actor=cast.ada))
    assert told(change) == ["Från den 25 november 2026 räknas Maja Lindgren inte längre i 1 kurs."]
    courses, places = in_tables(change)
    assert courses == [(str(course_of(course)), "Klar senast 31 december 2026", "Undantagen")]
    assert places == {
        "Brattfors": [
            ("Alla obligatoriska kurser", "1 av 2", "1 av 1"),
            (str(course_of(course)), "1 av 2", "1 av 1"),
        ]
    }


def test_done_counts_also_for_who_is_excused(cast, course, due):
    complete(cast.maja, course)
    change = prove(cast, lambda: excuse(staff=cast.maja, course=None, reason="sick", valid_from=TODAY, actor=cast.ada))
    assert told(change) == ["Ingenting ändras för någon den 25 november 2026."]


def test_the_end_of_an_exemption(cast, due):
    exemption = excuse(staff=cast.maja, course=None, reason="sick", valid_from=TODAY - DAY, actor=cast.ada)
    change = prove(cast, lambda: end_exemption(exemption=exemption, last_day=TODAY, actor=cast.ada), day=TODAY + DAY)
    assert told(change) == ["Från den 26 november 2026 ska Maja Lindgren gå 1 kurs till."]


def test_a_move_changes_both_workplaces_and_nothing_for_the_person(cast, course, due):
    job = cast.maja.employments.get()
    change = prove(cast, lambda: move_employment(job=job, workplace=cast.grasmyr, first_day=TODAY, actor=cast.ada))
    assert told(change) == ["Ingen får fler eller färre kurser att gå än tidigare."]
    _courses, places = in_tables(change)
    assert [place[0] for place in places["Brattfors"]] == ["Alla obligatoriska kurser", str(course_of(course))]
    assert [line[1:] for line in places["Brattfors"]] == [("0 av 2", "0 av 1")] * 2
    assert [line[1:] for line in places["Gräsmyr"]] == [("0 av 1", "0 av 2")] * 2


def test_whoever_is_hired_gets_the_courses_of_the_place_with_their_dates(cast, course):
    require(
        course=course_of(course), workplaces=[cast.grasmyr], due_days=30, valid_from=TODAY - DAY * 60, actor=cast.ada
    )
    start = TODAY + DAY * 5
    change = prove(
        cast,
        lambda: employ(staff=cast.maja, workplace=cast.grasmyr, role=cast.roles["ägare"], start=start, actor=cast.ada),
        day=start,
    )
    assert told(change) == ["Från den 30 november 2026 ska Maja Lindgren gå 1 kurs till."]
    courses, places = in_tables(change)
    assert courses == [(str(course_of(course)), "Krävs ej", "Klar senast 30 december 2026")]
    assert places["Gräsmyr"][0] == ("Alla obligatoriska kurser", "0 av 1", "0 av 2")


def test_who_leaves_is_counted_there_no_longer(cast, due):
    job = cast.maja.employments.get()
    change = prove(cast, lambda: end_employment(job=job, last_day=TODAY, actor=cast.ada), day=TODAY + DAY)
    assert told(change) == ["Från den 26 november 2026 räknas Maja Lindgren inte längre i 1 kurs."]


def test_several_people_are_counted_and_three_of_them_named(cast, due):
    staff = [people.hire(cast, name, "Test", "brattfors") for name in ("Ann", "Bea", "Cia", "Dan")]

    def act():
        for person in staff:
            excuse(staff=person, course=None, reason="sick", valid_from=TODAY, actor=cast.ada)

    assert told(prove(cast, act)) == [
        "Från den 25 november 2026 finns det en kurs som 4 personer inte längre behöver gå.",
        "Ingen blir försenad direkt.",
        "Det gäller Ann Test, Bea Test, Cia Test och 1 till.",
    ]


def test_a_requirement_changes_the_figures_that_it_says(cast, course):
    complete(cast.bo, course)

    def act():
        return require(course=course_of(course), valid_from=TODAY, actor=cast.ada)

    held = contents()
    change, _words = foresee_rule(act, courses=[course_of(course)], day=TODAY, workplaces=Workplace.objects.all())
    assert contents() == held
    act()
    after = figures(TODAY, [cast.brattfors, cast.grasmyr])
    foreseen = {(share.place, share.course_id): share.now for share in change.shares}
    assert foreseen == {key: found for key, found in after.items() if key[1]}
    assert sorted(foreseen.values()) == [(0, 2), (1, 1)]


def test_figures_of_places_out_of_reach_are_not_told(cast, due):
    job = cast.maja.employments.get()
    change = foresee(
        lambda: move_employment(job=job, workplace=cast.grasmyr, first_day=TODAY, actor=cast.ada),
        day=TODAY,
        reach=Workplace.objects.filter(pk=cast.grasmyr.pk),
    )
    assert {share.place for share in change.shares} == {"Gräsmyr"}


@pytest.mark.parametrize("number", [1, 7])
def test_it_costs_the_same_for_many_and_for_few(cast, due, number, django_assert_num_queries):
    for each in range(number):
        people.hire(cast, f"Person {each}", "Test", "brattfors")
    with django_assert_num_queries(QUERIES):
        foresee(
            lambda: excuse(staff=cast.maja, course=None, reason="sick", valid_from=TODAY, actor=cast.ada),
            day=TODAY,
            reach=Workplace.objects.all(),
        )


QUERIES = 23


@pytest.mark.parametrize(
    ("first", "last", "day"),
    [(-9, None, 0), (5, None, 5), (-9, -2, -2), (5, 9, 5), (-9, 3, 0), (0, -4, 0)],
)
def test_the_day_that_is_told_of(first, last, day):
    last_day = None if last is None else TODAY + DAY * last
    assert day_of_effect(TODAY + DAY * first, last_day) == TODAY + DAY * day


# The page


def excuse_form(**changes):
    return {
        "form_id": str(uuid.uuid4()), "course": "", "reason": "sick", "valid_from": TODAY.isoformat(), "valid_to": "",
        **changes,
    }  # fmt: skip


def test_nothing_is_written_before_the_yes_and_what_was_written_is_kept(petra, cast, course, due):
    path, form = f"{BASE}/staff/{cast.maja.pk}/excuse/", excuse_form()
    held = contents()
    shown = petra.post(path, form)
    text = shown.content.decode()
    assert "räknas Maja Lindgren inte längre i 1 kurs." in text
    assert "Brattfors: 0 av 2 blir 0 av 1." in text
    assert "Alla kurser" in text
    assert "Sjukskriven" in text
    assert "Ja, undanta" in text
    again = petra.post(path, {**form, "change": "1"}).content.decode()
    assert '<option value="sick" selected>' in again
    assert contents() == held
    for _click in range(2):
        answer = petra.post(path, {**form, "seen": shown.context["seal"]})
        assert answer.status_code == 302
    assert Exemption.objects.count() == LedgerEntry.objects.filter(verb="exemption.opened").count() == 1
    assert figures(TODAY, [cast.brattfors])["Brattfors", None] == (0, 1)


def test_what_would_be_otherwise_by_then_is_shown_anew(petra, cast, course, due):
    path, form = f"{BASE}/staff/{cast.maja.pk}/excuse/", excuse_form()
    seal = petra.post(path, form).context["seal"]
    complete(cast.birgitta, course)
    shown = petra.post(path, {**form, "seen": seal})
    assert "Något har ändrats sedan du tittade" in shown.content.decode()
    assert not Exemption.objects.exists()


def job_forms(cast):
    """Each act about a job: its path, what is filled in, and what is said of it."""
    maja = cast.maja
    job = maja.employments.get().pk
    role, day = cast.roles["biträde"].pk, TODAY.isoformat()
    hired = {"workplace": cast.grasmyr.pk, "role": role, "kind": "employed", "start": day, "end": ""}
    return {
        "hire": ("/staff/add/", {**hired, "given_name": "Tuva", "family_name": "Nordin"}, "ska Tuva Nordin gå 1 kurs"),
        "second": (f"/staff/{maja.pk}/job/", hired, "Ingen får fler eller färre kurser"),
        "move": (
            f"/staff/{maja.pk}/job/{job}/move/",
            {"workplace": cast.grasmyr.pk, "role": role, "first_day": day},
            "Ingen får fler eller färre kurser",
        ),
        "end": (f"/staff/{maja.pk}/job/{job}/end/", {"last_day": day}, "räknas Maja Lindgren inte längre i 1 kurs"),
    }


@pytest.mark.parametrize("act", ["hire", "second", "move", "end"])
def test_each_act_about_a_job_is_told_first_and_done_once(petra, cast, due, act):
    path, form, words = job_forms(cast)[act]
    path, form = BASE + path, {**form, "form_id": str(uuid.uuid4())}
    held = contents()
    shown = petra.post(path, form)
    assert shown.status_code == 200, shown.context["form"].errors
    assert words in shown.content.decode()
    assert contents() == held
    for _click in range(2):
        assert petra.post(path, {**form, "seen": shown.context["seal"]}).status_code == 302
    verb = {"hire": "staff.added", "second": "employment.added", "move": "employment.moved", "end": "employment.ended"}
    done = LedgerEntry.objects.filter(verb=verb[act], at__gte=NOON, actor=cast.users["petra"])
    assert done.count() == 1


def test_a_refusal_is_told_at_its_field_before_anything_is_foreseen(petra, cast, due):
    job = cast.maja.employments.get()
    path = f"{BASE}/staff/{cast.maja.pk}/job/{job.pk}/end/"
    answer = petra.post(path, {"last_day": "2001-01-01"})
    assert answer.status_code == 422
    assert "last_day" in answer.context["form"].errors
    assert Employment.objects.get(pk=job.pk).end is None


# Undo


def entry_of(person, verb):
    return LedgerEntry.objects.filter(staff=person, verb=verb).latest("pk")


def test_undo_says_in_figures_what_it_changes_back(petra, cast, course, due):
    agree(petra, f"{BASE}/staff/{cast.maja.pk}/excuse/", excuse_form())
    path = f"{BASE}/staff/{cast.maja.pk}/undo/{entry_of(cast.maja, 'exemption.opened').uuid}/"
    held = contents()
    shown = petra.get(path)
    text = shown.content.decode()
    assert "ska Maja Lindgren gå 1 kurs till." in text
    assert "Brattfors: 0 av 1 blir 0 av 2." in text
    assert contents() == held
    complete(cast.birgitta, course)
    asked = petra.post(path, {"seen": shown.context["seal"]})
    assert "Något har ändrats sedan du tittade" in asked.content.decode()
    assert petra.post(path, {"seen": asked.context["seal"]}).status_code == 302
    assert figures(TODAY, [cast.brattfors])["Brattfors", None] == (1, 2)


def test_undo_says_what_goes_along(petra, cast, due):
    exemption = excuse(staff=cast.maja, course=None, reason="sick", valid_from=TODAY - DAY * 5, actor=cast.petra)
    path = f"{BASE}/staff/{cast.maja.pk}/undo/{entry_of(cast.maja, 'exemption.opened').uuid}/"
    words = "Det som har ändrats i det sedan dess tas också bort."
    assert words not in petra.get(path).content.decode()
    end_exemption(exemption=exemption, last_day=TODAY + DAY, actor=cast.petra)
    assert words in petra.get(path).content.decode()


def test_undoing_a_requirement_says_whom_it_touches(sign_in, cast, due):
    ada = sign_in("ada")
    entry = LedgerEntry.objects.get(verb="requirement.opened")
    shown = ada.get(f"{BASE}/requirements/{due.pk}/undo/{entry.uuid}/")
    text = shown.content.decode()
    assert "behöver 3 personer inte längre gå kursen." in text
    assert "Det gäller Birgitta Forsberg, Bo Ek och Maja Lindgren." in text
    assert timezone.localdate() == TODAY
