"""What a long staff list changes in figures: worked out in the background, seen before the yes, and so afterwards."""

import datetime

import pytest
from django.utils import timezone

from lms.foresight import many
from lms.models import ForeseenFigures, StaffImport, Workplace
from lms.reports.figures import gather
from lms.requirements.actions import require
from lms.staff_lists import actions, foresight
from tests.builders import complete, course_of
from tests.staff_lists import as_csv, contents, maja_row, plan_of, row

BASE = "/admin/training/staff/import"
NOON = datetime.datetime(2026, 11, 26, 12, tzinfo=datetime.UTC)
TODAY = NOON.date()
DAY = datetime.timedelta(days=1)
State = ForeseenFigures.State


@pytest.fixture
def due(time_machine, cast, course):
    """Everyone must have taken the course by now."""
    time_machine.move_to(NOON, tick=False)
    return require(course=course_of(course), valid_from=TODAY - DAY * 60, due_on=TODAY - DAY * 5, actor=cast.ada)


@pytest.fixture
def long(monkeypatch):
    """Every list is a long one."""
    monkeypatch.setattr(foresight, "AT_ONCE", 0)


@pytest.fixture
def at_once(django_capture_on_commit_callbacks):
    """A worker that comes at once."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def kept_list(cast, *rows, **how):
    content = as_csv(*rows)
    return actions.keep_file(content=content, actor=cast.petra), plan_of(content, cast.petra, **how)


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


@pytest.mark.parametrize("anew", [True, False])
def test_what_died_on_the_way_is_told_of_and_begun_anew_or_done_without(petra, cast, due, long, at_once, anew):
    kept, plan = kept_list(cast, row())
    page_of(petra, kept)
    ForeseenFigures.objects.update(state=State.RUNNING, moved_on_at=timezone.now() - actions.SILENCE * 2)
    page = page_of(petra, kept)
    text = page.content.decode()
    assert "Siffrorna kunde inte räknas fram." in text
    assert "Räkna fram siffrorna igen" in text
    assert "tables" not in page.context
    with at_once():
        petra.post(
            *((f"{BASE}/{kept.uuid}/figures/",) if anew else (f"{BASE}/{kept.uuid}/confirm/", {"plan": plan.digest}))
        )
    page = page_of(petra, kept)
    if anew:
        assert page.context["tables"].places
    else:
        assert "Listan är inläst" in page.content.decode()


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
