"""What is wrong with the keys: said by `check`, by `certificate_keys check` and by /readyz."""

import datetime
from typing import NamedTuple

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import Course
from courses.validity import ValidityKind
from lms.conf import setting
from lms.validity import add_months

from ..credential import own_key
from ..models import Certificate, IssuerKey, IssueRule
from . import keys

#: So long before its end a signing certificate is spoken of, whatever it signs.
SOON = datetime.timedelta(days=90)


class Trouble(NamedTuple):
    code: str
    #: Without paths: /readyz is open to everyone.
    words: str
    hint: str


def of_settings() -> list[Trouble]:
    """What can be seen without the database."""
    if not keys.is_named():
        return [
            Trouble(
                "unsigned",
                _("Certificates are not signed: there is no key."),
                _("Make one: manage.py certificate_keys generate --out FOLDER --organisation NAME."),
            )
        ]
    if not keys.extra_is_installed():
        return [
            Trouble(
                "no-extra",
                _("Certificates are not signed: the programs for it are not installed."),
                _('Install them: pip install "larpunkt[signing]".'),
            )
        ]
    return [*_of_signing_key(), *_of_credential_key()]


def of_life() -> list[Trouble]:
    """What the database says of the keys that sign now. Nothing of one that cannot be used: `of_settings` says so."""
    return [*_life_of_signing_key(), *_life_of_credential_key()]


def _life_of_signing_key() -> list[Trouble]:
    try:
        key = keys.load()
    except keys.UnusableKeyError:
        return []
    if key is None:
        return []
    row = IssuerKey.objects.filter(kid=key.kid).first()
    if row and (row.compromised_at or row.retired_at):
        return [
            Trouble(
                "out-of-use",
                _("The signing key in the settings is marked as compromised or retired: nothing can be signed."),
                _("Make a new one: manage.py certificate_keys rotate."),
            )
        ]
    ends, needed = timezone.localdate(key.certificate.not_valid_after_utc), needed_until(row)
    if ends >= needed:
        return []
    return [
        Trouble(
            "ends-early",
            _("The signing certificate ends on %(ends)s, before the longest certificate that it signs: %(needed)s.")
            % {"ends": ends.isoformat(), "needed": needed.isoformat()},
            _(
                "After that day, who checks a file without asking this site is told that the signature has ended. "
                "Make a new key: manage.py certificate_keys rotate."
            ),
        )
    ]


def needed_until(row: IssuerKey | None) -> datetime.date:
    """The last day of the longest certificate that a key has signed, or would sign today. Those for good have none."""
    today = timezone.localdate()
    signed = Certificate.objects.current().filter(signature_key=row).exclude(signature_key=None)
    last = signed.aggregate(last=Max("valid_until"))["last"]
    return max(last or today, add_months(today, _longest_months()))


def _longest_months() -> int:
    courses = Course.objects.filter(live=True).exclude(validity=ValidityKind.FOR_GOOD).exclude(valid_months=None)
    # To a fixed day of the year: so many months at least, and then up to a year.
    given = [
        (months or 0) + 12 * (kind == ValidityKind.TO_DAY)
        for kind, months in courses.values_list("validity", "valid_months")
    ]
    rules = IssueRule.objects.filter(basis="workplace").values_list("months", flat=True)
    return max([*given, *rules], default=0)


def _of_signing_key() -> list[Trouble]:
    try:
        key = keys.load()
    except keys.UnusableKeyError as error:
        return [Trouble(error.code, str(error), error.hint)]
    found = []
    for path in keys.open_to_others():
        found.append(
            Trouble(
                "open",
                _("Others on this machine may read the file with the signing key."),
                _("Close it: chmod 600 %(path)s.") % {"path": path},
            )
        )
    ends = key.certificate.not_valid_after_utc if key else None
    if ends and ends - timezone.now() < SOON:
        found.append(
            Trouble(
                "ends-soon",
                _("The signing certificate ends on %(ends)s.") % {"ends": timezone.localdate(ends).isoformat()},
                _("Make a new one: manage.py certificate_keys rotate."),
            )
        )
    return found


def _of_credential_key() -> list[Trouble]:
    if not setting("LMS_CERT_SIGNING").get("CREDENTIAL_KEY"):
        return [
            Trouble(
                "no-credential-key",
                _("Certificates carry no digital credential: there is no key for it."),
                _("Name the file in LMS_CERT_SIGNING: CREDENTIAL_KEY."),
            )
        ]
    try:
        keys.pass_phrase()
        own_key.opened()
    except keys.UnusableKeyError:
        return []  # said of the signing key already
    except own_key.CredentialKeyError as error:
        return [Trouble("credential-key", _("The key for digital credentials cannot be used."), str(error))]
    return []


def _life_of_credential_key() -> list[Trouble]:
    if not setting("LMS_CERT_SIGNING").get("CREDENTIAL_KEY") or not keys.extra_is_installed():
        return []
    try:
        _private, _jwk, kid = own_key.opened()
    except own_key.CredentialKeyError:
        return []
    if not IssuerKey.objects.filter(kid=kid).exclude(compromised_at=None, retired_at=None).exists():
        return []
    return [
        Trouble(
            "credential-key",
            _("The key for digital credentials cannot be used."),
            _("Make a new one: manage.py certificate_keys rotate."),
        )
    ]
