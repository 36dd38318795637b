"""`seal_ledger` and `verify_ledger`: what they say, and how they end."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from lms.models import LedgerEntry, LedgerSeal
from lms.sealing import head
from tests.sealing import OF_ITSELF, entry_of, sql


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
