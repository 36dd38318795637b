"""The seal that a report handed out carries: it is in the chain, and named where it is not."""

from django.utils import timezone

from lms import ledger
from lms.models import HandedOutReport, LedgerSeal, SealedEntry
from lms.sealing import head, seal, verify


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
