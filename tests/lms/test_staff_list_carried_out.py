"""Between looking at a staff list and reading it in: what was looked at is what is done, once, or nothing."""

import datetime

import pytest
from django.utils import timezone

from lms.models import JobRole, LedgerEntry, StaffImport, StaffMember, Workplace
from lms.staff_lists import actions
from lms.staff_lists.rows import read_rows
from tests import people
from tests.staff_lists import as_csv, everything, maja_row, plan_of, read_in, row

DAY = datetime.date


@pytest.mark.parametrize("what", ["somebody else adds her", "her phone is changed", "the role is gone"])
def test_what_was_looked_at_is_what_is_done_or_nothing(cast, what):
    petra = cast.users["petra"]
    if what == "her phone is changed":
        content = as_csv(maja_row(cast, phone="070-1"))
    else:
        JobRole.objects.create(name="Kafévärd")
        content = as_csv(row(role="Kafévärd"))
    kept = actions.keep_file(content=content, actor=petra)
    plan = plan_of(content, petra)
    if what == "somebody else adds her":
        people.hire(cast, "Tuva", "Nordin", "brattfors")
    elif what == "her phone is changed":
        StaffMember.objects.filter(pk=cast.maja.pk).update(phone="070-2")
    else:
        JobRole.objects.filter(name="Kafévärd").delete()
    before = everything()
    StaffImport.objects.filter(pk=kept.pk).update(state="waiting", plan_sha256=plan.digest)
    actions.carry_out(kept.pk)
    kept.refresh_from_db()
    assert (kept.state, everything()) == ("changed", before)


def test_a_file_that_is_no_longer_the_one_that_was_looked_at_is_not_read_in(cast):
    kept = actions.keep_file(content=as_csv(row()), actor=cast.users["petra"])
    plan = plan_of(as_csv(row()), cast.users["petra"])
    StaffImport.objects.filter(pk=kept.pk).update(state="waiting", plan_sha256=plan.digest, file_sha256="0" * 64)
    before = everything()
    actions.carry_out(kept.pk)
    kept.refresh_from_db()
    assert (kept.state, everything()) == ("changed", before)


def test_who_has_lost_the_responsibility_meanwhile_reads_nothing_in(cast):
    kept = actions.keep_file(content=as_csv(row()), actor=cast.users["petra"])
    plan = plan_of(as_csv(row()), cast.users["petra"])
    StaffImport.objects.filter(pk=kept.pk).update(state="waiting", plan_sha256=plan.digest)
    cast.users["petra"].responsibilities.all().delete()
    before = everything()
    actions.carry_out(kept.pk)
    assert everything() == before


def test_it_is_read_in_once_however_often_it_is_called(cast):
    read_in(as_csv(row()), cast.users["petra"])
    before = everything()
    kept = StaffImport.objects.get()
    actions.carry_out(kept.pk)
    StaffImport.objects.filter(pk=kept.pk).update(state="running", moved_on_at=timezone.now())
    actions.carry_out(kept.pk)
    assert everything() == before


def test_nothing_is_half_written_when_the_database_fails(cast, monkeypatch):
    def fail(*args, **kwargs):
        raise OSError("disk full")

    kept = actions.keep_file(content=as_csv(row(), maja_row(cast, end="2030-01-31")), actor=cast.users["petra"])
    plan = plan_of(as_csv(row(), maja_row(cast, end="2030-01-31")), cast.users["petra"])
    StaffImport.objects.filter(pk=kept.pk).update(state="waiting", plan_sha256=plan.digest)
    before = everything()
    monkeypatch.setattr(LedgerEntry.objects, "bulk_create", fail)
    with pytest.raises(OSError, match="disk full"):
        actions.carry_out(kept.pk)
    kept.refresh_from_db()
    assert (kept.state, everything()) == ("stopped", before)


# The file


def test_the_file_lies_in_private_storage_under_no_name_and_is_gone_when_it_is_read_in(cast):
    kept = actions.keep_file(content=as_csv(row()), actor=cast.users["petra"])
    storage, name = kept.file.storage, kept.file.name
    assert name == f"staff-lists/{kept.uuid.hex}"
    plan = plan_of(as_csv(row()), cast.users["petra"])
    StaffImport.objects.filter(pk=kept.pk).update(state="waiting", plan_sha256=plan.digest)
    assert storage.exists(name)
    actions.carry_out(kept.pk)
    kept.refresh_from_db()
    assert (kept.state, kept.file.name, storage.exists(name)) == ("done", "", False)


def test_a_stale_file_is_cleared_away_and_a_fresh_one_kept(cast):
    old = actions.keep_file(content=as_csv(row()), actor=cast.users["petra"])
    fresh = actions.keep_file(content=as_csv(row()), actor=cast.users["petra"])
    StaffImport.objects.filter(pk=old.pk).update(uploaded_at=timezone.now() - datetime.timedelta(hours=25))
    actions.forget_stale()
    assert list(StaffImport.objects.all()) == [fresh]
    assert (old.file.storage.exists(old.file.name), fresh.file.storage.exists(fresh.file.name)) == (False, True)


def test_where_tasks_can_wait_a_file_is_cleared_away_when_it_is_a_day_old(cast, settings):
    from django_tasks import default_task_backend

    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    kept = actions.keep_file(content=as_csv(row()), actor=cast.users["petra"])
    [waiting] = default_task_backend.results[-1:]
    assert waiting.task.run_after == kept.uploaded_at + actions.KEPT
    StaffImport.objects.update(uploaded_at=timezone.now() - actions.KEPT * 2)
    waiting.task.call()
    assert not StaffImport.objects.exists()


def test_looking_takes_as_many_queries_for_one_row_as_for_many(cast, django_assert_num_queries):
    petra = cast.users["petra"]
    plan_of(as_csv(row()), petra)
    for number in (1, 3):
        content = as_csv(*(row(given=f"Ny {each}") for each in range(number)))
        with django_assert_num_queries(6):
            plan_of(content, petra)
    for number in range(3):
        people.hire(cast, "Fler", f"Ek{number}", "brattfors")
    with django_assert_num_queries(6):
        plan_of(content, petra)


def test_reading_in_takes_as_many_queries_for_two_rows_as_for_many(cast, django_assert_num_queries):
    petra = cast.users["petra"]
    read_in(as_csv(row()), petra)
    for number in (2, 6):
        content = as_csv(*(row(given=f"Ny {each} {number}") for each in range(number)))
        staff_list = read_rows(actions.read_table(content))
        with django_assert_num_queries(16):
            actions.write(
                staff_list=staff_list,
                answers=actions.Answers(),
                actor=petra,
                staff_import=StaffImport(uploaded_at=timezone.now()),
            )


def test_workplaces_are_told_by_number_and_not_by_name_in_the_plan(cast):
    """A plan is the same after its workplace is renamed: the register says which it is."""
    before = plan_of(as_csv(row()), cast.users["petra"]).digest
    Workplace.objects.filter(pk=cast.brattfors.pk).update(name="Brattfors handel")
    assert plan_of(as_csv(row(place="Brattfors handel")), cast.users["petra"]).digest == before
