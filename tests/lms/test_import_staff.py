"""`manage.py import_staff`: the same rules as the page, for whoever has the server."""

import io

import pytest
from django.core.management import CommandError, call_command

from lms.models import LedgerEntry, StaffImport, StaffMember
from lms.people.merging import merge
from tests import people
from tests.staff_lists import as_csv, everything, row


@pytest.fixture
def run(tmp_path, cast):
    def command(*rows, content=None, **options):
        path = tmp_path / "lista.csv"
        path.write_bytes(as_csv(*rows) if content is None else content)
        said = io.StringIO()
        call_command("import_staff", path, stdout=said, stderr=said, **options)
        return said.getvalue()

    return command


def test_a_list_is_read_in_by_the_system(run):
    said = run(row(), row(given="Kalle", email="kalle@example.se"))
    assert said.splitlines() == [
        "2 nya",
        "  2: Tuva Nordin, Brattfors",
        "  3: Kalle Nordin, Brattfors",
        "Listan är inläst.",
    ]
    entry = LedgerEntry.objects.get(verb="staff.imported")
    assert (entry.actor, entry.data["new"]) == (None, 2)
    kept = StaffImport.objects.get()
    assert (kept.state, kept.file.name, kept.rows) == ("done", "", 2)


def test_a_dry_run_says_the_same_and_changes_nothing(run):
    before = everything()
    assert run(row(), dry_run=True).splitlines()[-1] == "Inget har ändrats."
    assert (everything(), StaffImport.objects.count()) == (before, 0)


def test_the_same_file_again_writes_nothing_at_all(run):
    run(row())
    before = everything()
    assert run(row()).splitlines() == ["1 oförändrad", "Inget har ändrats."]
    assert (everything(), StaffImport.objects.count()) == (before, 1)


def test_every_bad_cell_is_told_and_nothing_is_written(tmp_path, cast):
    path, said, before = tmp_path / "lista.csv", io.StringIO(), everything()
    path.write_bytes(as_csv(row(), row(start="x", place="Ingenstans"), row(email="900101-1234")))
    with pytest.raises(CommandError, match="Inget har lästs in: 3 celler behöver rättas"):
        call_command("import_staff", path, stdout=said, stderr=said)
    assert [line.partition(":")[0] for line in said.getvalue().splitlines()] == [
        "Rad 3, Arbetsplats, ”Ingenstans”",
        "Rad 3, Startdatum, ”x”",
        "Rad 4, E-post, ”90••••-••••”",
    ]
    assert everything() == before


def test_a_question_is_told_and_refused_until_it_is_answered_for_all(run, cast):
    anna = row(given="Bo", family="Ek", start="2026-03-01")
    with pytest.raises(CommandError, match="--same-name"):
        run(anna)
    assert "1 ny" in run(anna, same_name="new", dry_run=True)
    with pytest.raises(CommandError, match="--other-workplace"):
        run(anna, same_name="same")
    said = run(anna, same_name="same", other_workplace="move")
    assert "Flyttar från Gräsmyr den 1 mars 2026." in said
    assert StaffMember.objects.filter(given_name="Bo").count() == 1
    assert cast.bo.employments.count() == 2


def test_a_row_that_was_merged_away_is_nobody(run, cast):
    gone = people.hire(cast, "Bo", "Ek", "annorstades")
    gone.email = "bo@example.com"
    gone.save()
    merge(keep=cast.bo, gone=gone, actor=cast.ada)
    said = run(row(given="Bo", family="Ek", email=gone.email, start="2026-03-01"), other_workplace="both")
    assert "1 ändrad" in said
    assert cast.bo.employments.filter(voided_at=None).count() == 3


def test_read_in_as_a_leader_it_stays_in_their_reach(run, cast):
    run(row(), user="petra")
    assert LedgerEntry.objects.get(verb="staff.imported").actor == cast.users["petra"]
    with pytest.raises(CommandError, match="behöver rättas"):
        run(row(place="Annorstädes"), user="petra")
    for name in ("kajsa", "birgitta", "nisse", "ingen"):
        with pytest.raises(CommandError, match=f"{name} är inte projektledare."):
            run(row(), user=name)


def test_a_file_that_cannot_be_read_is_told(run, tmp_path, cast):
    with pytest.raises(CommandError, match="går inte att läsa"):
        call_command("import_staff", tmp_path / "finns-inte.csv")
    with pytest.raises(CommandError, match="behöver rättas"):
        run(content=b"")


def test_a_long_list_tells_how_far_it_has_come(run):
    said = run(*(row(given=f"Ny{number}") for number in range(1200)), dry_run=True)
    assert [line for line in said.splitlines() if "lästa" in line] == [
        "500 av 1\xa0200 rader lästa",
        "1\xa0000 av 1\xa0200 rader lästa",
        "1\xa0200 av 1\xa0200 rader lästa",
    ]


def test_columns_that_are_not_read_are_named(run):
    content = as_csv(["Anna Ek", "Brattfors", "Butiksbiträde", "2026-03-01", "1"],
                     headings=["Namn", "Butik", "Roll", "Start", "Lön"])  # fmt: skip
    assert "Dessa kolumner läses inte: Lön." in run(content=content)
