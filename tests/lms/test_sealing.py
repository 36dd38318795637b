"""The ledger sealed: whatever is changed, taken out or moved is found out, and an erased person breaks nothing."""

import datetime
import json
import random
import re
import threading
from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses.questions.kinds import storable
from lms import ledger
from lms.models import HandedOutReport, LedgerEntry, LedgerSeal, SealedEntry, StaffMember
from lms.people.merging import merge
from lms.sealing import Head, erase, head, seal, verify
from lms.sealing.chain import Said, commitment, seal_hash
from tests import people

OF_ITSELF = "It does not say what it said when it was sealed."


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def sealed(cast):
    """Ten entries and more, in seals of three. Returns the sealed rows."""
    for number in range(7):
        ledger.write("staff.changed", actor=cast.ada, subject=cast.maja, staff=cast.maja, number=number, ord="åäö")
    seal(batch=3)
    assert verify().problems == []
    return list(SealedEntry.objects.all())


def sql(text, *values):
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return cursor.rowcount


def raw(value):
    """As the database itself keeps it: SQLite has uuids without dashes."""
    return value.hex if connection.vendor == "sqlite" else value


def told():
    return [(problem.seal, problem.entry, problem.what) for problem in verify().problems]


def entry_of(row):
    return LedgerEntry.objects.get(uuid=row.uuid)


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


# Tampering with an entry


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("verb", "staff.added"),
        ("subject", "staffmember:99"),
        ("data", json.dumps({"number": 2, "ord": "aao"})),
        ("at", datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)),
        ("id", 900_000),
    ],
)
def test_each_column_that_is_changed_is_found(cast, sealed, column, value):
    row = sealed[-3]
    entry = entry_of(row)
    assert sql(f"UPDATE lms_ledgerentry SET {column} = %s WHERE id = %s", value, entry.pk) == 1
    [problem] = verify().problems
    verb = value if column == "verb" else entry.verb
    assert problem[:5] == (OF_ITSELF, row.number, str(row.uuid), verb, None)
    assert str(problem) == f"Entry {row.number} ({row.uuid}, {verb}): {OF_ITSELF}"


@pytest.mark.parametrize("to", ["somebody else", "nobody"])
def test_whom_it_is_about_and_whose_act_it_was_cannot_be_changed(cast, sealed, to):
    row = sealed[-3]
    entry, somebody = entry_of(row), to == "somebody else"
    sql("UPDATE lms_ledgerentry SET staff_id = %s WHERE id = %s", cast.bo.pk if somebody else None, entry.pk)
    assert told() == [(None, row.number, "It is not about the person whom it was about when it was sealed.")]
    sql("UPDATE lms_ledgerentry SET staff_id = %s WHERE id = %s", entry.staff_id, entry.pk)
    sql("UPDATE lms_ledgerentry SET actor_id = %s WHERE id = %s", cast.petra.pk if somebody else None, entry.pk)
    assert told() == [
        (None, row.number, "It is not told as the act of whoever’s act it was when it was sealed.")
    ]  # fmt: skip


def test_an_entry_that_was_about_nobody_cannot_become_about_somebody(cast, sealed):
    row = next(row for row in sealed if row.staff is None)
    sql("UPDATE lms_ledgerentry SET staff_id = %s WHERE id = %s", cast.bo.pk, entry_of(row).pk)
    assert [number for _seal, number, _what in told()] == [row.number]


def test_an_entry_with_another_uuid_is_one_missing_and_one_more(cast, sealed):
    row = sealed[-3]
    sql("UPDATE lms_ledgerentry SET uuid = %s WHERE id = %s", raw(cast.maja.uuid), entry_of(row).pk)
    assert (told(), verify().unsealed) == ([(None, row.number, "It has been taken out of the ledger.")], 1)
    seal()
    assert [number for _seal, number, _what in told()] == [row.number]


@pytest.mark.parametrize("which", [0, 4, -1])
def test_an_entry_that_is_taken_out_is_named(cast, sealed, which):
    row = sealed[which]
    sql("DELETE FROM lms_ledgerentry WHERE id = %s", entry_of(row).pk)
    [problem] = verify().problems
    assert (problem.entry, problem.uuid, problem.what) == (
        row.number, str(row.uuid), "It has been taken out of the ledger.",
    )  # fmt: skip


@pytest.mark.parametrize("which", [0, 4, -1])
def test_an_entry_that_is_taken_out_with_its_seal_is_named_by_its_number(cast, sealed, which):
    row = sealed[which]
    sql("DELETE FROM lms_ledgerentry WHERE id = %s", entry_of(row).pk)
    sql("DELETE FROM lms_sealedentry WHERE number = %s", row.number)
    assert told() == [(None, row.number, "It is gone from its seal.")]


def test_two_entries_that_change_places_are_found(cast, sealed):
    one, other = entry_of(sealed[-4]), entry_of(sealed[-2])
    sql("UPDATE lms_ledgerentry SET id = 900000 WHERE id = %s", one.pk)
    sql("UPDATE lms_ledgerentry SET id = %s WHERE id = %s", one.pk, other.pk)
    sql("UPDATE lms_ledgerentry SET id = %s WHERE id = 900000", other.pk)
    assert told() == [(None, sealed[-4].number, OF_ITSELF), (None, sealed[-2].number, OF_ITSELF)]


def test_what_two_entries_say_changes_places(cast, sealed):
    one, other = entry_of(sealed[-4]), entry_of(sealed[-2])
    sql("UPDATE lms_ledgerentry SET data = %s WHERE id = %s", json.dumps(other.data), one.pk)
    sql("UPDATE lms_ledgerentry SET data = %s WHERE id = %s", json.dumps(one.data), other.pk)
    assert [number for _seal, number, _what in told()] == [sealed[-4].number, sealed[-2].number]


def test_an_entry_that_is_put_in_with_an_old_date_is_found_when_it_is_sealed(cast, sealed):
    written = ledger.write("staff.added", actor=cast.ada, subject=cast.maja, staff=cast.maja)
    LedgerEntry.objects.filter(pk=written.pk).update(at=timezone.now() - datetime.timedelta(days=3))
    assert verify().unsealed == 1
    seal()
    [(_seal, number, what)] = told()
    assert (number, "it was not there when the ledger was sealed after that" in what) == (len(sealed) + 1, True)


# Tampering with the seals


@pytest.mark.parametrize(
    ("column", "value"),
    [("commitment", "0" * 64), ("salt", "0" * 64), ("salt", "none"), ("actor", "x"), ("staff", "other")],
)
def test_each_column_of_a_sealed_entry_that_is_changed_is_found(cast, sealed, column, value):
    row = sealed[-3]
    value = raw(cast.bo.uuid) if value == "other" else value
    sql(f"UPDATE lms_sealedentry SET {column} = %s WHERE number = %s", value, row.number)
    assert (None, row.number, OF_ITSELF) in told()
    assert any(seal_ for seal_, _entry, _what in told()) is (column == "commitment")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("hash", "0" * 64),
        ("previous", "0" * 64),
        ("sealed_at", datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)),
        ("first", 1),
        ("last", 1_000_000_000),
        ("number", 77),
    ],
)
@pytest.mark.parametrize("which", ["first", "middle", "last"])
def test_each_column_of_a_seal_that_is_changed_is_found(cast, sealed, column, value, which):
    seals = list(LedgerSeal.objects.all())
    found = {"first": seals[0], "middle": seals[1], "last": seals[-1]}[which]
    if getattr(found, column) == value:
        value = 2
    sql(f"UPDATE lms_ledgerseal SET {column} = %s WHERE id = %s", value, found.pk)
    assert not verify().is_whole


@pytest.mark.parametrize("which", [0, 1, -1])
def test_a_seal_that_is_taken_away_is_missed(cast, sealed, which):
    found = list(LedgerSeal.objects.all())[which]
    sql("DELETE FROM lms_ledgerseal WHERE id = %s", found.pk)
    [(number, _entry, what)] = told()
    assert (number, "gone" in what) == (found.number if which == -1 else found.number + 1, True)


def test_two_sealed_entries_that_change_numbers_are_found(cast, sealed):
    one, other = sealed[3], sealed[4]
    for number, row in ((900_000, one), (one.number, other), (other.number, one)):
        sql("UPDATE lms_sealedentry SET number = %s WHERE id = %s", number, row.pk)
    [(number, _entry, what)] = told()
    assert (number, "order" in what) == (2, True)


def test_a_sealed_entry_that_is_put_in_is_found(cast, sealed):
    SealedEntry.objects.create(number=sealed[-1].number + 1, uuid=cast.maja.uuid, commitment="0" * 64, salt="00")
    [(number, _entry, what)] = told()
    assert (number, "gone" in what) == (LedgerSeal.objects.count() + 1, True)


def test_the_end_of_the_chain_cut_off_is_seen_by_who_kept_a_printed_seal(cast, sealed):
    kept = head()
    last = LedgerSeal.objects.order_by("number").last()
    gone = [row for row in sealed if row.number >= last.first]
    LedgerEntry.objects.filter(uuid__in=[row.uuid for row in gone]).delete()
    SealedEntry.objects.filter(number__gte=last.first).delete()
    last.delete()
    assert verify().is_whole
    [problem] = verify(heads=[(kept.number, kept.hash)]).problems
    assert (problem.seal, problem.what) == (kept.number, f"It is not the seal that was printed: {kept.hash}.")


def handed_out(cast, printed, **more):
    now = timezone.now()
    return HandedOutReport.objects.create(
        **{
            "format": "pdf",
            "with_names": False,
            "day": timezone.localdate(),
            "known": now,
            "language": "sv",
            "asked_at": now,
            "moved_on_at": now,
            "made_by": cast.ada,
            "state": HandedOutReport.State.DONE,
            "ledger_number": printed and printed.number,
            "ledger_hash": printed.hash if printed else "",
            **more,
        }
    )


def test_a_report_whose_seal_is_not_in_the_chain_is_named(cast, sealed):
    first, last = LedgerSeal.objects.first(), LedgerSeal.objects.last()
    handed_out(cast, first)
    handed_out(cast, None)  # made where nothing was sealed
    handed_out(cast, None, state=HandedOutReport.State.WAITING)
    latest = handed_out(cast, last)
    report = verify()
    assert (report.problems, report.handed_out) == ([], 2)
    # The end of the ledger is cut off whole, which the chain itself cannot show.
    SealedEntry.objects.filter(number__gte=last.first).delete()
    last.delete()
    [problem] = verify().problems
    assert problem.report == latest.number
    assert latest.number in str(problem)
    assert last.hash in str(problem)


def test_a_report_with_another_seal_than_its_own_is_named(cast, sealed):
    report = handed_out(cast, LedgerSeal.objects.first())
    HandedOutReport.objects.update(ledger_hash="0" * 64)
    assert [problem.report for problem in verify().problems] == [report.number]


def test_a_printed_seal_stays_in_the_chain(cast, sealed):
    kept = head()
    ledger.write("staff.changed", actor=cast.ada, subject=cast.maja)
    seal()
    assert verify(heads=[(kept.number, kept.hash)]).is_whole


# Whatever happens


words = st.text(max_size=5).map(storable)
acts = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(0, 4), st.dictionaries(words, words, max_size=2)),
        st.tuples(st.just("seal"), st.integers(1, 4), st.none()),
        st.tuples(st.just("erase"), st.integers(0, 4), st.none()),
    ),
    min_size=2,
    max_size=14,
)  # fmt: skip


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts, st.randoms(use_true_random=False))
def test_any_history_is_whole_and_any_change_to_it_is_found(cast, history, chance):
    LedgerSeal.objects.all().delete()
    SealedEntry.objects.all().delete()
    LedgerEntry.objects.all().delete()
    someone = [StaffMember.objects.create(given_name=f"P{number}", family_name="Q") for number in range(5)]
    for act, number, data in history:
        if act == "write":
            who = someone[number]
            ledger.write("staff.changed", actor=cast.ada, subject=who, staff=who, told=data)
        elif act == "seal":
            seal(batch=number)
        else:
            erase(staff=someone[number], actor=cast.ada)
    report = verify()
    assert report.problems == []
    assert report.sealed + report.unsealed == LedgerEntry.objects.count()
    assert report.erased == SealedEntry.objects.filter(salt="").count()
    readable = list(SealedEntry.objects.exclude(salt=""))
    if readable:
        tamper(chance, entry_of(chance.choice(readable)))
        assert not verify().is_whole


def tamper(chance: random.Random, entry: LedgerEntry) -> None:
    rows = LedgerEntry.objects.filter(pk=entry.pk)
    chance.choice(
        [
            rows.delete,
            lambda: rows.update(verb="x"),
            lambda: rows.update(data={"other": 1}),
            lambda: rows.update(subject="x:1"),
            lambda: rows.update(at=entry.at + datetime.timedelta(microseconds=1)),
            lambda: SealedEntry.objects.filter(uuid=entry.uuid).delete(),
            lambda: SealedEntry.objects.filter(uuid=entry.uuid).update(commitment="0" * 64),
        ]
    )()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_who_seal_at_once_make_one_chain(cast):
    for number in range(60):
        ledger.write("staff.changed", actor=cast.ada, subject=cast.maja, staff=cast.maja, number=number)
    failed, start = [], threading.Barrier(4)

    def run():
        try:
            start.wait()
            seal(batch=5)
        except Exception as error:  # noqa: BLE001 - told below
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seal()
    report = verify()
    assert (failed, report.problems, report.unsealed) == ([], [], 0)
    assert report.sealed == LedgerEntry.objects.count()


# The commands


def run(*arguments):
    out, err = StringIO(), StringIO()
    try:
        call_command(*arguments, stdout=out, stderr=err)
    except CommandError as error:
        return out.getvalue(), err.getvalue(), str(error)
    return out.getvalue(), err.getvalue(), ""


def test_the_command_seals_and_says_what_to_keep(cast):
    number = LedgerEntry.objects.count()
    out, _err, error = run("seal_ledger")
    assert (out.splitlines()[0], error) == (f"{number} entries are sealed.", "")
    assert re.fullmatch(r"The last seal: 1:[0-9a-f]{64}", out.splitlines()[1])
    assert run("seal_ledger")[0].startswith("0 entries are sealed.")


def test_the_command_says_that_nothing_is_changed(cast, sealed):
    out, err, error = run("verify_ledger", "--head", f"{head().number}:{head().hash}")
    assert (err, error) == ("", "")
    assert f"Checked entries: {len(sealed)}, in this many seals: {LedgerSeal.objects.count()}." in out
    assert out.endswith("Nothing has been changed since it was sealed.\n")


def test_the_command_says_which_and_ends_with_an_error(cast, sealed):
    sql("UPDATE lms_ledgerentry SET verb = 'x' WHERE id = %s", entry_of(sealed[2]).pk)
    _out, err, error = run("verify_ledger")
    assert err == f"Entry {sealed[2].number} ({sealed[2].uuid}, x): {OF_ITSELF}\n"
    assert error == "The ledger is not as it was sealed: 1 thing is wrong."


@pytest.mark.parametrize("text", ["7", "x:abc", "7:"])
def test_what_is_no_seal_is_refused(cast, text):
    assert "is no seal" in run("verify_ledger", "--head", text)[2]


def test_hiring_somebody_after_a_seal_leaves_it_good(cast, sealed):
    people.hire(cast, "Ny", "Ek", "brattfors")
    seal()
    assert verify().is_whole


def test_the_hash_of_a_seal_is_over_all_that_it_holds(cast, sealed):
    found = LedgerSeal.objects.order_by("number").last()
    rows = SealedEntry.objects.filter(number__gte=found.first).order_by("number")
    told_of = {name: getattr(found, name) for name in ("previous", "number", "first", "last", "sealed_at")}
    assert found.hash == seal_hash(**told_of, commitments=rows.values_list("commitment", flat=True))
