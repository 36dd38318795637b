"""The ledger sealed: each entry once and in order, and what changes legitimately breaks nothing."""

import datetime
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth import get_user_model
from django.db import connections

from lms import ledger
from lms.models import LedgerEntry, LedgerSeal, SealedEntry, StaffMember
from lms.people.merging import merge
from lms.sealing import Head, erase, head, seal, verify
from lms.sealing.chain import Said, commitment, seal_hash
from tests import people
from tests.sealing import entry_of, told

# Sealing


def test_every_entry_gets_a_number_in_the_order_of_the_ledger(cast):
    assert head() is None
    number = LedgerEntry.objects.count()
    assert (seal(batch=4), seal(batch=4)) == (number, 0)
    in_order = LedgerEntry.objects.order_by("pk").values_list("uuid", flat=True)
    assert list(SealedEntry.objects.order_by("number").values_list("uuid", flat=True)) == list(in_order)
    seals = list(LedgerSeal.objects.all())
    assert [found.previous for found in seals] == ["", *(found.hash for found in seals[:-1])]
    assert head() == Head(seals[-1].number, seals[-1].hash, seals[-1].sealed_at)


def test_what_is_written_since_is_counted_and_sealed_next_time(cast, sealed):
    ledger.write("staff.changed", actor=cast.ada, subject=cast.maja, staff=cast.maja)
    report = verify()
    assert (report.unsealed, report.is_whole, report.sealed) == (1, True, len(sealed))
    assert seal() == 1
    assert verify().unsealed == 0


def test_what_was_committed_late_is_sealed_the_next_time(cast, sealed):
    """A transaction may have taken its key before the others and ended after them."""
    first = entry_of(sealed[0])
    SealedEntry.objects.all().delete()
    LedgerSeal.objects.all().delete()
    LedgerEntry.objects.filter(pk=first.pk).delete()
    seal()
    first.save(force_insert=True)
    assert (seal(), verify().problems) == (1, [])


@pytest.mark.parametrize("entries", [1, 40])
def test_what_sealing_costs(cast, entries, django_assert_num_queries):
    seal()
    for number in range(entries):
        ledger.write("staff.changed", actor=cast.ada, subject=cast.maja, number=number)
    with django_assert_num_queries(12):  # one seal, and a look that there is no more to seal
        assert seal() == entries


def test_the_same_is_hashed_whatever_the_database_made_of_it():
    said = Said(
        id=7,
        uuid="0b9d1f5e-0000-4000-8000-000000000001",
        at=datetime.datetime(2026, 11, 23, 12, 0, tzinfo=datetime.timezone(datetime.timedelta(hours=1))),
        verb="staff.added",
        subject="staffmember:1",
        staff="",
        actor="2",
        data={"b": 1, "a": ["å"]},
    )
    assert said.canonical() == (
        b'{"actor":"2","at":"2026-11-23T11:00:00.000000+00:00","data":{"a":["\\u00e5"],"b":1},"id":7,"staff":"",'
        b'"subject":"staffmember:1","uuid":"0b9d1f5e-0000-4000-8000-000000000001","verb":"staff.added"}'
    )
    assert commitment(said, "00" * 32) == commitment(said._replace(data={"a": ["å"], "b": 1}), "00" * 32)
    assert commitment(said, "00" * 32) != commitment(said, "01" + "00" * 31)


# What changes legitimately


def test_an_account_that_is_deleted_breaks_nothing(cast, sealed):
    get_user_model().objects.filter(pk=cast.ada.pk).delete()
    assert entry_of(sealed[-1]).actor_id is None
    assert verify().problems == []


def test_a_row_that_is_deleted_breaks_nothing(cast):
    nobody = StaffMember.objects.create(given_name="Ingen", family_name="Alls")
    ledger.write("staff.added", actor=cast.ada, subject=nobody, staff=nobody)
    seal()
    nobody.delete()
    assert LedgerEntry.objects.order_by("pk").last().staff_id is None
    assert verify().problems == []


def test_two_rows_that_become_one_break_nothing(cast, sealed):
    merge(keep=cast.bo, gone=cast.maja, actor=cast.ada)
    seal()
    assert verify().problems == []


def test_an_erased_person_breaks_nothing_and_is_told_of_as_erased(cast, sealed):
    before, hashes = LedgerEntry.objects.of(cast.maja).count(), list(LedgerSeal.objects.values_list("hash", flat=True))
    assert erase(staff=cast.maja, actor=cast.ada) == before
    assert not LedgerEntry.objects.of(cast.maja).exists()
    assert set(SealedEntry.objects.filter(salt="").values_list("staff", "actor")) == {(None, "")}
    seal()
    report = verify()
    assert (report.problems, report.erased) == ([], before)
    assert list(LedgerSeal.objects.values_list("hash", flat=True))[: len(hashes)] == hashes
    assert all(not row.data for row in LedgerEntry.objects.filter(verb="staff.changed"))


def test_erasing_seals_first_so_that_there_is_something_to_erase(cast):
    assert erase(staff=cast.maja, actor=cast.ada) > 0
    assert verify().problems == []


def test_what_is_emptied_without_an_erasure_is_found(cast, sealed):
    SealedEntry.objects.filter(pk=sealed[4].pk).update(salt="", staff=None, actor="")
    [(_seal, number, what)] = told()
    assert (number, what) == (
        sealed[4].number, "What it takes to check it is gone, and the ledger tells of no erasure.",
    )  # fmt: skip


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_who_seal_at_once_make_one_chain(cast):
    for number in range(60):
        ledger.write("staff.changed", actor=cast.ada, subject=cast.maja, staff=cast.maja, number=number)
    start = threading.Barrier(4)

    def run(_each):
        try:
            start.wait()
            seal(batch=5)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, range(4)))  # what any of them raised is raised here
    seal()
    report = verify()
    assert (report.problems, report.unsealed) == ([], 0)
    assert report.sealed == LedgerEntry.objects.count()


def test_hiring_somebody_after_a_seal_leaves_it_good(cast, sealed):
    people.hire(cast, "Ny", "Ek", "brattfors")
    seal()
    assert verify().is_whole


def test_the_hash_of_a_seal_is_over_all_that_it_holds(cast, sealed):
    found = LedgerSeal.objects.order_by("number").last()
    rows = SealedEntry.objects.filter(number__gte=found.first).order_by("number")
    told_of = {name: getattr(found, name) for name in ("previous", "number", "first", "last", "sealed_at")}
    assert found.hash == seal_hash(**told_of, commitments=rows.values_list("commitment", flat=True))
