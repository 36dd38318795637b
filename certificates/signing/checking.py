"""Is this file one of ours, and does it count today? Everything that can be found out, in plain words.

The register decides: of each file that was issued its hash is kept, for ever, also when its holder has been erased. So
a file that is not in the register is never genuine here, whatever it is signed with; with our own key it is a sign that
the key is in other hands, or that the register was restored from an old copy.
"""

import datetime
import hashlib
import io
from dataclasses import dataclass, field
from enum import StrEnum

import pikepdf
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ..credential.check import problems_of
from ..models import Certificate, SignatureLevel, State
from . import keys
from .reading import Seen, UnreadableError, signatures_in

#: Ours have a fiftieth of it.
MOST_BYTES = 5 * 1024 * 1024
CREDENTIAL = "credential.jwt"


class Severity(StrEnum):
    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


class Verdict(StrEnum):
    VALID = "valid"
    #: One of ours, unchanged, that does not count today: expired, revoked or replaced.
    NOT_VALID = "not-valid"
    NOT_GENUINE = "not-genuine"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Finding:
    severity: Severity
    words: str


@dataclass
class Report:
    verdict: Verdict
    sha256: str = ""
    certificate: Certificate | None = None
    findings: list[Finding] = field(default_factory=list)

    def add(self, severity: Severity, words: str) -> None:
        self.findings.append(Finding(severity, words))

    @property
    def headline(self) -> str:
        return {
            Verdict.VALID: _("Genuine, and valid"),
            Verdict.NOT_VALID: _("Genuine, but not valid"),
            Verdict.NOT_GENUINE: _("Not genuine: this file was not issued here"),
            Verdict.UNREADABLE: _("This file cannot be checked"),
        }[self.verdict]


def check(content: bytes) -> Report:
    """Everything about one file. Never raises for what is in it."""
    if len(content) > MOST_BYTES:
        return _refused(_("The file is too large to be a certificate: more than %(size)s megabytes.") % {"size": 5})
    if b"%PDF-" not in content[:1024]:
        return _refused(_("This is no PDF. Choose the file of the certificate itself, not a picture of it."))
    digest = hashlib.sha256(content).hexdigest()
    certificate = Certificate.objects.filter(sha256=digest).select_related("superseded_by").first()
    if certificate is None:
        return _check_unknown(Report(Verdict.NOT_GENUINE, digest), content)
    report = Report(Verdict.VALID if certificate.is_valid else Verdict.NOT_VALID, digest, certificate)
    report.add(
        Severity.OK,
        _("It is, byte for byte, the certificate %(number)s that was issued on %(day)s.")
        % {"number": certificate.printed_serial, "day": _day(certificate.issued_on)},
    )
    _add_state(report, certificate)
    _check_signature(report, content, certificate)
    _check_credential(report, content, certificate)
    if any(found.severity == Severity.ERROR for found in report.findings):
        report.verdict = Verdict.NOT_GENUINE
    return report


def _refused(words: str) -> Report:
    return Report(Verdict.UNREADABLE, findings=[Finding(Severity.ERROR, words)])


def _day(day: datetime.date | datetime.datetime) -> str:
    return date_format(timezone.localdate(day) if isinstance(day, datetime.datetime) else day, "DATE_FORMAT")


def _add_state(report: Report, certificate: Certificate) -> None:
    until = certificate.valid_until
    severity, words = {
        State.VALID: (
            Severity.OK,
            _("It is valid until %(day)s.") % {"day": _day(until)} if until else _("It is valid with no end date."),
        ),
        State.EXPIRING: (Severity.NOTE, _("It expires soon, on %(day)s.") % {"day": _day(until or timezone.now())}),
        State.EXPIRED: (Severity.WARNING, _("It expired on %(day)s.") % {"day": _day(until or timezone.now())}),
        State.REVOKED: (
            Severity.WARNING,
            _("It was revoked on %(day)s: %(reason)s.")
            % {
                "day": _day(certificate.revoked_at or timezone.now()),
                "reason": certificate.get_revocation_reason_display(),
            },
        ),
        State.REPLACED: (
            Severity.WARNING,
            _("It has been replaced by the certificate %(number)s.")
            % {"number": certificate.superseded_by.printed_serial if certificate.superseded_by else ""},
        ),
    }[certificate.state]
    report.add(severity, words)


def _check_signature(report: Report, content: bytes, certificate: Certificate) -> None:
    """Of a file that is ours: as of the day when it was issued, since the register proves that it was there then."""
    level = SignatureLevel(certificate.signature_level)
    if level == SignatureLevel.NONE:
        report.add(Severity.NOTE, _("It is not signed. That it is genuine only this site can tell."))
        return
    if not keys.extra_is_installed():
        report.add(Severity.NOTE, _("The signature was not checked: the programs for it are not installed here."))
        return
    key = certificate.signature_key
    at = max(certificate.issued_at, key.not_before) if key and key.not_before else certificate.issued_at
    try:
        seen = signatures_in(content, at=at)
    except UnreadableError:
        seen = []
    if len(seen) != 1 or not seen[0].is_good:
        words = _("The signature is not the one that it was issued with. Tell whoever runs the site.")
        report.add(Severity.ERROR, words)
        return
    report.add(
        Severity.OK,
        _("The signature is intact, covers the whole file, and was made with our key %(key)s.")
        % {"key": keys.in_groups(seen[0].key.kid[:16]) if seen[0].key else ""},
    )
    if seen[0].stamped:
        report.add(Severity.OK, _("It carries a time stamp."))
    _add_key_status(report, seen[0])


def _add_key_status(report: Report, seen: Seen) -> None:
    key = seen.key
    if key is None or not key.compromised_at:
        return
    report.add(
        Severity.WARNING,
        _(
            "Since %(day)s others may have signed with that key. This file is in the register and genuine; but whoever "
            "checks it without asking this site cannot know. Issue it anew."
        )
        % {"day": _day(key.compromised_at)},
    )


def _check_credential(report: Report, content: bytes, certificate: Certificate) -> None:
    if not certificate.credential_key_id:
        return
    if not keys.extra_is_installed():
        report.add(Severity.NOTE, _("The credential was not checked: the programs for it are not installed here."))
        return
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            token = pdf.attachments[CREDENTIAL].get_file().read_bytes().decode("ascii")
    except (KeyError, UnicodeDecodeError, pikepdf.PdfError):
        report.add(Severity.ERROR, _("The credential that was issued with it is missing from the file."))
        return
    compromised = certificate.credential_key and certificate.credential_key.compromised_at
    problems = problems_of(token, certificate)
    for words in problems:
        report.add(Severity.WARNING if compromised else Severity.ERROR, words)
    if not problems:
        report.add(Severity.OK, _("The digital credential inside is the one that was issued with it."))


def _check_unknown(report: Report, content: bytes) -> Report:
    """Why a file is not one of ours, as far as it can be told."""
    report.add(
        Severity.ERROR,
        _("No certificate that was issued here is exactly this file. It has been changed, or it was never ours."),
    )
    if not keys.extra_is_installed():
        return report
    try:
        seen = signatures_in(content)
    except UnreadableError:
        report.add(Severity.ERROR, _("The file is damaged, locked with a password, or not a PDF that can be read."))
        report.verdict = Verdict.UNREADABLE if not _was_ours(content) else Verdict.NOT_GENUINE
        return report
    if not seen:
        report.add(Severity.NOTE, _("It carries no signature."))
    for one in seen:
        report.add(*_about_stranger(one))
    return report


def _was_ours(content: bytes) -> bool:
    """Whether it carries the mark of a signature at all: then it was broken, and not merely something else."""
    return b"/ETSI.CAdES.detached" in content


def _about_stranger(seen: Seen) -> tuple[Severity, str]:
    if seen.key is None:
        words = _("It is signed by somebody else, whatever name they have given themselves.")
    elif not seen.intact:
        words = _("It was signed here, and has been changed since.")
    elif not seen.whole:
        words = _("It was signed here, and something has been added since.")
    elif seen.key.compromised_at:
        words = _("It is signed with a key of ours that others may have had since %(day)s.") % {
            "day": _day(seen.key.compromised_at)
        }
    else:
        words = _(
            "It is signed with our key, and yet it is not in the register. Either somebody else has the key, or the "
            "register was restored from an old copy. Tell whoever runs the site, at once."
        )
    return Severity.ERROR, words
