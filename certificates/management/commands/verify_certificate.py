import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from certificates.signing.checking import MOST_BYTES, Severity, Verdict, check

CODES = {Verdict.VALID: 0, Verdict.NOT_GENUINE: 1, Verdict.NOT_VALID: 3, Verdict.UNREADABLE: 4}
MARKS = {Severity.OK: "+", Severity.NOTE: " ", Severity.WARNING: "!", Severity.ERROR: "x"}


class Command(BaseCommand):
    help = (
        "Check the file of a certificate: whether it is one of ours, unchanged, and counts today. Ends with 0 if it is "
        "genuine and valid, 3 if it is genuine but not valid (expired, revoked, replaced), 1 if it is not genuine, "
        "4 if it cannot be read as a PDF, 2 if there is no such file."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true", help="Say it as JSON, for other programs.", dest="as_json")

    def handle(self, *, file, as_json, **options):
        try:
            with file.open("rb") as opened:
                content = opened.read(MOST_BYTES + 1)
        except FileNotFoundError as error:
            raise CommandError(_("There is no file %(file)s.") % {"file": file}, returncode=2) from error
        except OSError as error:
            words = _("The file %(file)s cannot be read: %(reason)s.") % {"file": file, "reason": error.strerror}
            raise CommandError(words, returncode=2) from error
        report = check(content)
        self.stdout.write(_as_json(report) if as_json else _as_text(report))
        if CODES[report.verdict]:
            raise SystemExit(CODES[report.verdict])


def _as_text(report):
    return "\n".join([report.headline, *(f"{MARKS[found.severity]} {found.words}" for found in report.findings)])


def _as_json(report):
    certificate = report.certificate
    return json.dumps(
        {
            "verdict": report.verdict,
            "sha256": report.sha256,
            "serial": certificate.serial if certificate else None,
            "state": certificate.state if certificate else None,
            "findings": [{"severity": found.severity, "words": found.words} for found in report.findings],
        },
        ensure_ascii=False,
        indent=2,
    )
