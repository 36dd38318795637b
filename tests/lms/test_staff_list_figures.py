"""What a staff list changes in figures: said in parts, at once or in the background, and so when it is read in."""

import datetime
import random

import pytest
from django.apps import apps
from django.db import transaction
from django.utils import timezone

from lms.foresight import many
from lms.foresight.kept import as_text, from_text
from lms.foresight.reading import counts_in, day_of_effect
from lms.foresight.reading import foresee as foresee_whole
from lms.foresight.words import MANY, tables
from lms.models import Employment, ForeseenFigures, JobRole, StaffImport, Workplace
from lms.reports.figures import gather
from lms.requirements.actions import require
from lms.requirements.change import Change, Count, Dated, ShareChange, Span
from lms.staff_lists import actions, foresight
from lms.staff_lists.writer import Writer
from tests import people
from tests.builders import complete, course_of
from tests.staff_lists import as_csv, maja_row, plan_of, row

from . import test_trend_worlds as trend_worlds

BASE = "/admin/training/staff/import"
NOON = datetime.datetime(2026, 11, 26, 12, tzinfo=datetime.UTC)
TODAY = NOON.date()
DAY = datetime.timedelta(days=1)
State = ForeseenFigures.State


@pytest.fixture
def noon(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def due(noon, cast, course):
    return require(course=course_of(course), valid_from=TODAY - DAY * 60, due_on=TODAY - DAY * 5, actor=cast.ada)


@pytest.fixture
def long(monkeypatch):
    """Every list is a long one."""
    monkeypatch.setattr(foresight, "AT_ONCE", 0)


@pytest.fixture
def at_once(django_capture_on_commit_callbacks):
    """A worker that comes at once."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def contents():
    """All that our tables hold, but for how far the figures have come."""
    return {
        model._meta.label: sorted(map(str, model._default_manager.values_list()))
        for label in ("lms", "lms_certificates")
        for model in apps.get_app_config(label).get_models()
        if model is not ForeseenFigures
    }


def kept_list(cast, *rows, **how):
    content = as_csv(*rows)
    return actions.keep_file(content=content, actor=cast.petra), plan_of(content, cast.petra, **how)


def foreseen(plan, actor):
    return foresight.foresee_plan(
        plan, actor=actor, staff_import=StaffImport(uploaded_at=NOON), reach=Workplace.objects.all()
    )


# Parts


def without_overlaps():
    """At one workplace nobody has two jobs on one day: no form and no list lets that in."""
    last = {}
    for job in Employment.objects.filter(voided_at=None).order_by("start", "pk"):
        before = last.get((job.staff_id, job.workplace_id))
        if before and (before.end is None or before.end >= job.start):
            job.delete()
        else:
            last[job.staff_id, job.workplace_id] = job


def rows_for(chance):
    """People of the world leave, move, get another role or a second job; others are new."""
    roles = list(JobRole.objects.values_list("name", flat=True))
    places = list(Workplace.objects.filter(kind=Workplace.Kind.SERVICE_POINT).values_list("name", flat=True))
    jobs = Employment.objects.filter(voided_at=None, end=None).select_related("staff", "workplace", "role")
    found = []
    for job in jobs.order_by("pk"):
        name = {"given": job.staff.given_name, "family": job.staff.family_name}
        day = str(max(TODAY, job.start + DAY) + DAY * chance.randint(0, 20))
        same = {"place": job.workplace.name, "role": job.role.name, "kind": str(job.get_kind_display())}
        found.append(
            chance.choice(
                (
                    row(**name, **same, start=str(job.start), end=day),
                    row(**name, **{**same, "role": chance.choice(roles)}, start=day),
                    row(**name, **{**same, "place": chance.choice(places)}, start=day),
                )
            )
        )
    for number in range(3):
        start = str(TODAY - DAY * chance.randint(0, 400))
        place, role = chance.choice(places), chance.choice(roles)
        found.append(row(given=f"Ny {number}", family="Ek", place=place, role=role, start=start))
    return found


@pytest.mark.parametrize("seed", range(6))
def test_parts_say_what_the_whole_says_and_the_matrix_says_it_afterwards(cast, time_machine, monkeypatch, seed):
    time_machine.move_to(NOON, tick=False)
    trend_worlds.make_world(cast, seed)
    without_overlaps()
    chance = random.Random(seed)
    how = {"where": chance.choice(("move", "both")), "who": "same"}
    content = as_csv(*(one for one in rows_for(chance) if plan_of(as_csv(one), cast.ada, **how).is_ready))
    plan = plan_of(content, cast.ada, **how)
    assert plan.is_ready
    assert len(plan.steps) > 3
    staff_import, staff = StaffImport(uploaded_at=NOON), set()

    def whole():
        entries = Writer(cast.ada, staff_import).carry_out(plan.steps)
        staff.update(entry.staff_id for entry in entries)

    held, day = contents(), day_of_effect(foresight._holds_from(plan))
    reach = Workplace.objects.filter(path__startswith=cast.kommun.path) if seed % 2 else Workplace.objects.all()
    slow = foresee_whole(whole, day=day, reach=reach, who=lambda: staff)
    monkeypatch.setattr(foresight, "AT_A_TIME", 1 + seed % 3)
    monkeypatch.setattr(many, "PLACES", 1)
    told = []
    change = foresight.foresee_plan(plan, actor=cast.ada, staff_import=staff_import, reach=reach, tell=told.append)
    assert change == slow
    assert change.course_count == slow.course_count
    assert from_text(as_text(change)) == change
    assert told[-1] == len({id(step.person) for step in plan.steps})
    assert contents() == held
    before = counts_in(gather(day, reach).totals)
    with transaction.atomic():
        whole()
        after = counts_in(gather(day, reach).totals)
    names = dict(Workplace.objects.values_list("pk", "name"))
    none = Count()
    changed = {where for where in before.keys() | after.keys() if before.get(where, none) != after.get(where, none)}
    assert {(share.place, share.course_id): (share.was, share.now) for share in change.shares} == {
        (names[place], course): (before.get((place, course), none), after.get((place, course), none))
        for place, course in changed
    }


def test_one_person_in_the_last_part_is_told_of_as_one(cast, course, due, monkeypatch):
    monkeypatch.setattr(foresight, "AT_A_TIME", 1)
    plan = plan_of(as_csv(maja_row(cast, phone="070-1"), row(start=str(TODAY))), cast.petra)
    change = foreseen(plan, cast.petra)
    assert (change.touched, change.names, len(change.courses)) == (1, ("Tuva Nordin",), 1)
    assert from_text(as_text(change)) == change


def test_what_is_kept_comes_back_as_it_was():
    span = Span(*(Dated(TODAY + DAY * number, f"Åsa {number}") for number in range(3)))
    share = ShareChange("Brattfors", None, Count(1, 2), Count(1, 3))
    change = Change(day=TODAY, bound=3, names=("Åsa", "Bo"), due=span, shares=(share,), course_count=4)
    again = from_text(as_text(change))
    assert (again, again.course_count) == (change, 4)


@pytest.mark.parametrize("number", [1, 7])
def test_a_part_costs_the_same_for_many_and_for_few(cast, due, number, monkeypatch, django_assert_num_queries):
    rows = []
    for each in range(number):
        people.hire(cast, f"Här {each}", "Ek", "brattfors")
        last = row(given=f"Här {each}", family="Ek", start=str(TODAY - DAY * 400), end=str(TODAY))
        rows += [row(given=f"{new} {each}", start=str(TODAY)) for new in ("Ny", "Nyare")] + [last]
    plan = plan_of(as_csv(*rows), cast.petra)
    for parts in (1, number):
        monkeypatch.setattr(foresight, "AT_A_TIME", 3 * number // parts)
        with django_assert_num_queries(ONCE + PART * parts):
            foreseen(plan, cast.petra)


ONCE, PART = 7, 12


def test_of_a_rehearsal_only_who_works_where_is_read(cast, due, monkeypatch, django_assert_num_queries):
    """So long others wait who want to write."""
    held = []

    def rehearse(act):
        with django_assert_num_queries(6):  # its beginning and end, people, jobs, and who works there
            held.append(act)
            return original(act)

    original = many.rehearse
    monkeypatch.setattr(many, "rehearse", rehearse)
    foreseen(plan_of(as_csv(row(), row(given="Kalle")), cast.petra), cast.petra)
    assert len(held) == 1


# In the background


def page_of(browser, kept):
    return browser.get(f"{BASE}/{kept.uuid}/")


def test_a_list_is_long_by_how_many_people_and_workplaces_it_has_to_do_with(cast, due, monkeypatch):
    plan = plan_of(as_csv(row(), row(given="Kalle"), row(given="Kim", place="Gräsmyr")), cast.petra)
    assert not foresight.is_long(plan)
    for most, is_long in ((7, False), (6, True)):
        monkeypatch.setattr(foresight, "AT_ONCE", most)
        assert foresight.is_long(plan) is is_long


def test_the_figures_of_a_long_list_are_those_of_a_short_one_and_are_so_when_it_is_read_in(
    petra, cast, course, due, monkeypatch, at_once
):
    complete(cast.birgitta, course)
    content = [row(start=str(TODAY)), row(given="Kalle", start=str(TODAY), place="Gräsmyr"), maja_row(cast, phone="1")]
    kept, plan = kept_list(cast, *content)
    short = page_of(petra, kept)
    assert short.context["tables"].places
    assert "counted_at" not in short.context
    monkeypatch.setattr(foresight, "AT_ONCE", 0)
    held = contents()
    with at_once():
        waiting = page_of(petra, kept)
    text = waiting.content.decode()
    assert "Siffrorna räknas fram" in text
    assert "Det börjar strax." in text
    assert "confirm/" not in text
    assert "plan" not in waiting.context
    page = page_of(petra, kept)
    assert contents() == held
    for name in ("told", "change", "tables"):
        assert page.context[name] == short.context[name]
    assert "Siffrorna räknades fram kl. " in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    with at_once():
        petra.post(f"{BASE}/{kept.uuid}/confirm/", {"plan": plan.digest})
    assert "Listan är inläst" in page_of(petra, kept).content.decode()
    for place in (cast.brattfors, cast.grasmyr):
        share = gather(TODAY, Workplace.objects.filter(pk=place.pk)).totals.people
        [lines] = [found.lines for found in page.context["tables"].places if found.name == place.name]
        assert lines[0].now == f"{share.done} av {share.counted}"


def test_while_they_are_worked_out_the_page_says_how_far_and_nothing_can_be_agreed_to(petra, cast, due, long):
    kept, plan = kept_list(cast, row(), row(given="Kalle"))
    page_of(petra, kept)  # no worker comes
    figures = ForeseenFigures.objects.get()
    assert (figures.state, figures.people, figures.plan_sha256) == (State.WAITING, 2, plan.digest)
    ForeseenFigures.objects.update(state=State.RUNNING, progress=1, moved_on_at=timezone.now())
    text = page_of(petra, kept).content.decode()
    assert "1 av 2 personer är genomgångna." in text
    assert "figures/" not in text
    ForeseenFigures.objects.update(progress=2)
    assert "Alla är genomgångna." in page_of(petra, kept).content.decode()
    petra.post(f"{BASE}/{kept.uuid}/confirm/", {"plan": plan.digest})
    petra.post(f"{BASE}/{kept.uuid}/figures/")
    kept.refresh_from_db()
    assert kept.state == "preview"
    assert ForeseenFigures.objects.get().state == State.RUNNING


def test_while_they_are_worked_out_the_page_costs_no_plan(petra, cast, due, long, monkeypatch):
    kept, _plan = kept_list(cast, row())
    page_of(petra, kept)
    monkeypatch.setattr(actions, "look_at", None)
    assert page_of(petra, kept).status_code == 200


def test_what_no_worker_comes_for_is_worked_out_in_the_request(petra, cast, due, long):
    kept, _plan = kept_list(cast, row())
    assert "Ingen har börjat" not in page_of(petra, kept).content.decode()
    ForeseenFigures.objects.update(moved_on_at=timezone.now() - actions.SILENCE)
    text = page_of(petra, kept).content.decode()
    assert "Ingen har börjat räkna fram dem än." in text
    assert "Det börjar strax." not in text
    assert "Räkna fram siffrorna nu" in text
    assert petra.post(f"{BASE}/{kept.uuid}/figures/").status_code == 302
    assert page_of(petra, kept).context["tables"].places


def test_what_died_on_the_way_is_told_of_and_begun_anew(petra, cast, due, long, at_once):
    kept, _plan = kept_list(cast, row())
    page_of(petra, kept)
    ForeseenFigures.objects.update(state=State.RUNNING, moved_on_at=timezone.now() - actions.SILENCE * 2)
    text = page_of(petra, kept).content.decode()
    assert "Det verkar ha stannat på vägen. Inget har ändrats." in text
    assert "Räkna fram siffrorna igen" in text
    with at_once():
        petra.post(f"{BASE}/{kept.uuid}/figures/")
    assert page_of(petra, kept).context["tables"].places


def test_what_cannot_be_worked_out_is_said_and_the_list_can_be_read_in_all_the_same(
    petra, cast, due, long, at_once, monkeypatch
):
    def fail(*args, **kwargs):
        raise OSError("disk full")

    kept, plan = kept_list(cast, row())
    with monkeypatch.context() as broken:
        broken.setattr(foresight, "foresee_jobs", fail)
        for path in ("", "figures/"):  # the first time, and once more
            with at_once():
                petra.post(f"{BASE}/{kept.uuid}/{path}") if path else page_of(petra, kept)
            page = page_of(petra, kept)
            assert "Siffrorna kunde inte räknas fram." in page.content.decode()
            assert "Läs in utan siffrorna" in page.content.decode()
            assert "tables" not in page.context
            assert [group["headline"] for group in page.context["groups"]] == ["1 ny"]
    with at_once():
        petra.post(f"{BASE}/{kept.uuid}/figures/")
    assert page_of(petra, kept).context["tables"].places
    ForeseenFigures.objects.update(state=State.STOPPED)
    with at_once():
        petra.post(f"{BASE}/{kept.uuid}/confirm/", {"plan": plan.digest})
    assert "Listan är inläst" in page_of(petra, kept).content.decode()


def test_another_person_finds_nothing(petra, sign_in, cast, due, long, at_once):
    kept, _plan = kept_list(cast, row(given="Hemlig"))
    page_of(petra, kept)
    for who in ("ada", "kajsa", "birgitta", "maja", "eva", "nisse"):
        browser = sign_in(who)
        assert browser.post(f"{BASE}/{kept.uuid}/figures/").status_code in (302, 404)
        assert ForeseenFigures.objects.get().state == State.WAITING
    with at_once():
        foresight.count(ForeseenFigures.objects.get().pk)
    assert "Hemlig Nordin" in page_of(petra, kept).content.decode()
    for who, answers in (("ada", {404}), *((who, {302, 404}) for who in ("kajsa", "birgitta", "maja", "eva", "nisse"))):
        response = sign_in(who).get(f"{BASE}/{kept.uuid}/")
        assert response.status_code in answers
        assert "Hemlig" not in response.content.decode()


def test_figures_of_another_plan_are_never_shown(petra, cast, due, long, at_once):
    kept, plan = kept_list(cast, maja_row(cast, phone="070-1"), row(start=str(TODAY)))
    with at_once():
        page_of(petra, kept)
    assert page_of(petra, kept).context["plan"].digest == plan.digest
    old = ForeseenFigures.objects.get()
    type(cast.maja).objects.filter(pk=cast.maja.pk).update(phone="070-2")
    with at_once():
        assert "Siffrorna räknas fram" in page_of(petra, kept).content.decode()
    new = ForeseenFigures.objects.get()
    assert new.plan_sha256 != old.plan_sha256
    listed = [name for name in new.file.storage.listdir("staff-lists")[1] if kept.uuid.hex in name]
    assert len(listed) == 2, "the list and the new figures"
    page = page_of(petra, kept)
    assert page.context["plan"].digest == new.plan_sha256
    petra.post(f"{BASE}/{kept.uuid}/confirm/", {"plan": old.plan_sha256})
    kept.refresh_from_db()
    assert kept.state == "preview"


@pytest.mark.parametrize("what", ["the plan is another", "she may no longer", "it is put aside"])
def test_what_nobody_asks_for_any_more_is_not_kept(petra, cast, due, long, what):
    kept, _plan = kept_list(cast, maja_row(cast, phone="070-1"))
    page_of(petra, kept)
    pk = ForeseenFigures.objects.get().pk
    if what == "the plan is another":
        type(cast.maja).objects.filter(pk=cast.maja.pk).update(phone="070-2")
    elif what == "she may no longer":
        cast.petra.responsibilities.all().delete()
    else:
        actions.put_aside(staff_import=kept)
    foresight.count(pk)
    assert not ForeseenFigures.objects.exists()


def test_what_is_put_aside_on_the_way_is_left_at_once(petra, cast, due, long, monkeypatch):
    monkeypatch.setattr(foresight, "AT_A_TIME", 1)
    kept, _plan = kept_list(cast, row(), row(given="Kalle"), row(given="Kim"))
    page_of(petra, kept)
    rehearsed = []

    def rehearse(act):
        rehearsed.append(act)
        ForeseenFigures.objects.all().delete()
        return original(act)

    original = many.rehearse
    monkeypatch.setattr(many, "rehearse", rehearse)
    foresight.count(ForeseenFigures.objects.get().pk)
    assert len(rehearsed) == 1


def test_another_answer_takes_the_figures_away(petra, cast, due, long, at_once):
    kept, _plan = kept_list(cast, row(given="Bo", family="Ek"))
    petra.post(f"{BASE}/{kept.uuid}/", {"2:who": "new"})
    with at_once():
        page_of(petra, kept)
    old = ForeseenFigures.objects.get()
    assert old.file.storage.exists(old.file.name)
    petra.post(f"{BASE}/{kept.uuid}/", {"2:who": f"same:{cast.bo.pk}"})
    assert not ForeseenFigures.objects.exists()
    assert not old.file.storage.exists(old.file.name)


def test_figures_of_yesterday_are_worked_out_anew(petra, cast, due, long, at_once):
    kept, _plan = kept_list(cast, row())
    with at_once():
        page_of(petra, kept)
    old = ForeseenFigures.objects.get()
    ForeseenFigures.objects.update(moved_on_at=NOON - DAY)
    with at_once():
        page_of(petra, kept)
    assert ForeseenFigures.objects.get().pk != old.pk
    assert page_of(petra, kept).context["tables"].places


def test_a_file_of_figures_that_is_lost_can_be_made_again(petra, cast, due, long, at_once):
    kept, _plan = kept_list(cast, row())
    with at_once():
        page_of(petra, kept)
    figures = ForeseenFigures.objects.get()
    figures.file.storage.delete(figures.file.name)
    page = page_of(petra, kept)
    assert page.context["has_no_figures"]
    with at_once():
        petra.post(f"{BASE}/{kept.uuid}/figures/")
    assert page_of(petra, kept).context["tables"].places


@pytest.mark.parametrize("end", ["read in", "put aside", "stale"])
def test_the_figures_go_with_the_list(petra, cast, due, long, at_once, end):
    kept, plan = kept_list(cast, row(given="Hemlig"))
    with at_once():
        page_of(petra, kept)
    file = ForeseenFigures.objects.get().file
    assert file.name.startswith(f"staff-lists/{kept.uuid.hex}-figures")
    if end == "read in":
        with at_once():
            petra.post(f"{BASE}/{kept.uuid}/confirm/", {"plan": plan.digest})
        assert StaffImport.objects.get().state == "done"
    elif end == "put aside":
        petra.post(f"{BASE}/{kept.uuid}/put-aside/")
    else:
        StaffImport.objects.update(uploaded_at=NOON - actions.KEPT)
        actions.forget_stale()
    assert not ForeseenFigures.objects.exists()
    assert not file.storage.exists(file.name)


# Very many workplaces


def test_of_very_many_workplaces_one_figure_each_is_shown():
    shares = []
    for number in range(MANY + 1):
        if number:
            shares.append(ShareChange(f"Butik {number:03}", None, Count(0, 1), Count(0, 2)))
        shares.append(ShareChange(f"Butik {number:03}", 7, Count(0, 1), Count(0, 2)))
    told = tables(Change(day=TODAY, shares=tuple(shares)), titles={7: "Värdskap"})
    assert (told.is_brief, told.singly, len(told.places)) == (True, 1, MANY)
    assert {len(place.lines) for place in told.places} == {1}
    told = tables(Change(day=TODAY, shares=tuple(shares[1:])), titles={7: "Värdskap"})
    assert (told.is_brief, told.singly, len(told.places[0].lines)) == (False, 0, 2)
