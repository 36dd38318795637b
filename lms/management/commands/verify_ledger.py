from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lms.sealing import verify


class Command(BaseCommand):
    help = (
        "Check that nothing in the ledger has been changed, removed or reordered since it was sealed. Says which entry "
        "or which seal, and ends with an error, where something has."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--head",
            action="append",
            default=[],
            metavar="NUMBER:HASH",
            help="A seal as it was printed on a report or by seal_ledger; may be given several times.",
        )

    def handle(self, *, head, **options):
        report = verify(heads=[_number_and_hash(text) for text in head])
        for problem in report.problems:
            self.stderr.write(str(problem))
        counts = {
            "sealed": report.sealed,
            "seals": report.seals,
            "erased": report.erased,
            "unsealed": report.unsealed,
        }
        words = _(
            "Checked entries: %(sealed)s, in this many seals: %(seals)s. Erased, and not to be read any more: "
            "%(erased)s. Written since the last seal, and not sealed yet: %(unsealed)s."
        )
        self.stdout.write(words % counts)
        if report.handed_out:
            words = _("Handed-out reports whose printed seal was looked for: %(reports)s.")
            self.stdout.write(words % {"reports": report.handed_out})
        if report.head:
            last = {"number": report.head.number, "hash": report.head.hash}
            self.stdout.write(_("The last seal: %(number)s:%(hash)s") % last)
        if not report.is_whole:
            number = len(report.problems)
            raise CommandError(
                ngettext(
                    "The ledger is not as it was sealed: %(number)s thing is wrong.",
                    "The ledger is not as it was sealed: %(number)s things are wrong.",
                    number,
                )
                % {"number": number}
            )
        self.stdout.write(_("Nothing has been changed since it was sealed."))


def _number_and_hash(text: str) -> tuple[int, str]:
    number, _colon, hash_ = text.partition(":")
    if not number.isdigit() or not hash_:
        raise CommandError(_("%(text)s is no seal. Write its number, a colon and its hash.") % {"text": text})
    return int(number), hash_
