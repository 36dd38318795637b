"""Whatever is changed, taken out, put in or moved, in the ledger or in its seals, is found and named."""

import datetime
import json
import random

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses.questions.kinds import storable
from lms import ledger
from lms.models import LedgerEntry, LedgerSeal, SealedEntry, StaffMember
from lms.sealing import erase, head, seal, verify
from tests.sealing import OF_ITSELF, entry_of, raw, sql, told

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
